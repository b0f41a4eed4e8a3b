"""Fixations of a recording by the study's detector, mapped onto the images by the function of all exports.

The detector sees every sample in order, so that its events do not depend on how the file is read; only
fixations that begin while an image is visible are mapped.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from capture_app.session.recent_rows import RecentRows
from capture_app.session.report.stretches import Stretch
from capture_app.session.study.quality_keys import DetectorChoice
from gaze_core.directions import directions
from gaze_core.event_mapping import Surroundings, describe_events
from gaze_core.eyes import Eye
from gaze_core.fixations import Detector, create_detector, parameters_from_json
from gaze_core.fixations.parameters import PARAMETER_TYPES
from gaze_core.geometry import ViewingGeometry
from gaze_core.rows import FIXATION, GAZE, NO_TIME, EventFlag, EventKind, Rows, join_rows

_KEPT_ROWS: Final = 60_000  # 30 s at 2000 Hz: longer than any fixation
_MARGIN_NS: Final = 1_000_000_000
_TIMES: Final = np.dtype([("t_host_ns", "<i8")])


def detector_of(choice: DetectorChoice, eye: Eye) -> Detector:
    """Return the detector a study froze, for the signal it analyses unless it names another.

    Raises
    ------
    ParameterError
        If the parameters are not those of the detector.
    """
    if not choice.parameters:
        return create_detector(choice.name, PARAMETER_TYPES[choice.name](eye=eye))
    named = parameters_from_json(choice.name, json.dumps(choice.parameters))
    return create_detector(choice.name, named if "eye" in choice.parameters else replace(named, eye=eye))


class FixationFinder:
    """Takes the samples of a recording in order and gives the fixations on its images. One thread.

    Parameters
    ----------
    detector
        New, as the study froze it.
    geometry
        That degrees are computed with.
    eye
        The analysed signal, for places on the screen.
    viewport, trials
        VIEWPORT and TRIAL rows of the whole recording.
    stretches
        When images were visible, in order of time.
    """

    def __init__(
        self,
        detector: Detector,
        geometry: ViewingGeometry,
        eye: Eye,
        *,
        viewport: Rows,
        trials: Rows,
        stretches: Sequence[Stretch],
    ) -> None:
        self._detector, self._geometry, self._eye = detector, geometry, eye
        self._viewport = presented_rows(viewport)
        self._trials = trials
        self._stretches = list(stretches)
        self._begins = np.array([each.first_ns for each in stretches], np.int64)
        self._gaze = RecentRows(GAZE.dtype, _KEPT_ROWS)
        self._times = RecentRows(_TIMES, _KEPT_ROWS)
        self._found: list[list[Rows]] = [[] for _ in stretches]

    def push(self, gaze: Rows, t_host_ns: npt.NDArray[np.int64]) -> None:
        """Take GAZE rows with their times."""
        times: Rows = np.empty(len(gaze), _TIMES)
        times["t_host_ns"] = t_host_ns
        self._gaze.push(gaze)
        self._times.push(times)
        self._take(self._detector.push(directions(gaze, self._geometry)).events)

    def finish(self) -> tuple[Rows, ...]:
        """End the stream; return the FIXATION rows of each stretch, begun after its image was shown."""
        self._take(self._detector.flush().events)
        found = []
        for parts, stretch in zip(self._found, self._stretches, strict=True):
            rows = join_rows(parts) if parts else FIXATION.empty(0)
            # The part of a fixation that is left when its image goes lies on nothing.
            is_reading = (rows["onset_host_ns"] < stretch.end_ns) & (
                rows["flags"] & EventFlag.BEFORE_IMAGE == 0
            )
            found.append(rows[is_reading])
        return tuple(found)

    def _take(self, events: Rows) -> None:
        events = events[events["kind"] == EventKind.FIXATION]
        if not len(events) or not len(self._begins):
            return
        first = np.maximum(events["first_row"] - self._gaze.first_row, 0)
        begins_ns = self._times.rows["t_host_ns"][first]
        places = np.searchsorted(self._begins, begins_ns, side="right") - 1
        for place in np.unique(places[places >= 0]).tolist():
            stretch = self._stretches[place]
            own = events[(places == place) & (begins_ns < stretch.end_ns)]
            if len(own):
                self._found[place].append(self._described(own, stretch))

    def _described(self, events: Rows, stretch: Stretch) -> Rows:
        surroundings = Surroundings(
            geometry=self._geometry, eye=self._eye, viewport=self._viewport_of(stretch), trials=self._trials
        )
        return describe_events(
            events,
            self._gaze.rows,
            self._times.rows["t_host_ns"],
            surroundings,
            run=0,
            first_row=self._gaze.first_row,
        )

    def _viewport_of(self, stretch: Stretch) -> Rows:
        """Return the rows in force at the beginning of a stretch, and those that follow within it."""
        return viewport_between(self._viewport, stretch.first_ns - _MARGIN_NS, stretch.end_ns + _MARGIN_NS)


def presented_rows(viewport: Rows) -> Rows:
    """Return the VIEWPORT rows that reached the screen, in order of the time they did."""
    presented = viewport[viewport["t_presented_host_ns"] != NO_TIME]
    in_order: Rows = presented[np.argsort(presented["t_presented_host_ns"], kind="stable")]
    return in_order


def viewport_between(presented: Rows, first_ns: int, end_ns: int) -> Rows:
    """Return the rows in force at `first_ns`, and those that follow until `end_ns`; rows in order of time."""
    times = presented["t_presented_host_ns"]
    first = int(np.searchsorted(times, first_ns, side="left"))
    end = int(np.searchsorted(times, end_ns, side="right"))
    old = presented[:first]
    in_force = [old[old["pane"] == pane][-1:] for pane in np.unique(old["pane"])]
    return join_rows([*in_force, presented[first:end]])
