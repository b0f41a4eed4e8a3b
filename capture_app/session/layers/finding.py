"""Events of any detector over samples in order, as the FIXATION rows that the file itself keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

from capture_app.session.recent_rows import RecentRows
from capture_app.session.report.found_fixations import presented_rows, viewport_between
from gaze_core.directions import directions
from gaze_core.drift_correction import DriftCorrection
from gaze_core.event_mapping import Surroundings, describe_events
from gaze_core.eyes import Eye
from gaze_core.fixations import Detector, DetectorOutput
from gaze_core.geometry import ViewingGeometry
from gaze_core.rows import FIXATION, GAZE, THRESHOLD, Rows, join_rows

_KEPT_ROWS: Final = 60_000  # 30 s at 2000 Hz: longer than any fixation
_MARGIN_NS: Final = 1_000_000_000
_TIMES: Final = np.dtype([("t_host_ns", "<i8")])


class EventFinder:
    """Takes the samples of a recording in order and gives its events. One thread.

    Parameters
    ----------
    detector
        New.
    geometry
        That degrees are computed with.
    eye
        The analysed signal, for places on the screen.
    viewport, trials
        VIEWPORT and TRIAL rows of the whole recording.
    correction
        Taken away from the gaze first; None: gaze as recorded.
    """

    def __init__(
        self,
        detector: Detector,
        geometry: ViewingGeometry,
        eye: Eye,
        *,
        viewport: Rows,
        trials: Rows,
        correction: DriftCorrection | None = None,
    ) -> None:
        self.detector = detector
        self._geometry, self._eye, self._correction = geometry, eye, correction
        self._viewport, self._trials = presented_rows(viewport), trials
        self._gaze = RecentRows(GAZE.dtype, _KEPT_ROWS)
        self._times = RecentRows(_TIMES, _KEPT_ROWS)
        self._events: list[Rows] = []
        self._thresholds: list[Rows] = []

    def push(self, gaze: Rows, t_host_ns: npt.NDArray[np.int64]) -> None:
        """Take GAZE rows with their times, at most `_KEPT_ROWS` at once."""
        if self._correction is not None:
            gaze = self._correction.corrected(gaze, t_host_ns, self._geometry)
        times: Rows = np.empty(len(gaze), _TIMES)
        times["t_host_ns"] = t_host_ns
        self._gaze.push(gaze)
        self._times.push(times)
        self._take(self.detector.push(directions(gaze, self._geometry)))

    def finish(self) -> tuple[Rows, Rows]:
        """End the stream; return FIXATION rows of all kinds in order of onset, and THRESHOLD rows."""
        self._take(self.detector.flush())
        events = join_rows([FIXATION.empty(0), *self._events])
        thresholds = join_rows([THRESHOLD.empty(0), *self._thresholds])
        return events[np.argsort(events["onset_host_ns"], kind="stable")], thresholds

    def _take(self, output: DetectorOutput) -> None:
        if len(output.thresholds):
            self._thresholds.append(output.thresholds)
        if not len(output.events):
            return
        times = self._times.rows["t_host_ns"]
        first = max(int(output.events["first_row"].min()) - self._gaze.first_row, 0)
        last = min(int(output.events["last_row"].max()) - self._gaze.first_row, len(times) - 1)
        viewport = viewport_between(
            self._viewport, int(times[first]) - _MARGIN_NS, int(times[max(last, first)]) + _MARGIN_NS
        )
        around = Surroundings(geometry=self._geometry, eye=self._eye, viewport=viewport, trials=self._trials)
        self._events.append(
            describe_events(
                output.events, self._gaze.rows, times, around, run=0, first_row=self._gaze.first_row
            )
        )


def found_between(
    finder: EventFinder,
    parts: Iterable[tuple[Rows, npt.NDArray[np.int64]]],
    is_given_up: Callable[[], bool] = lambda: False,
) -> tuple[Rows, Rows] | None:
    """Return events and thresholds of samples handed in part by part; None where it was given up."""
    for gaze, t_host_ns in parts:
        if is_given_up():
            return None
        finder.push(gaze, t_host_ns)
    return None if is_given_up() else finder.finish()
