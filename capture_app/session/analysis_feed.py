"""From the ring to the live analysis: which rows belong to which run, and what follows from them.

The detector runs on exactly the recorded samples. Rows that were read before the app heard that the recording
had begun are analysed again in the new run, rows from before the first recorded sample that are read only now
stay out of it, and none is taken beyond the last recorded one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from capture_app.session.health import HealthMonitor
from capture_app.session.link import Link
from capture_app.session.live import LiveAnalysis, LiveResults
from capture_app.session.overlay import FixationMarks, LiveHeatmaps
from capture_app.session.presentation import ShownImage
from capture_app.session.recording import Phase, RecordingControl
from capture_app.session.states import HeatmapState
from capture_app.session.trials import TrialBook
from gaze_core.eyes import Eye
from gaze_core.geometry import ViewingGeometry
from gaze_core.rows import EVENT, NO_TIME, VIEWPORT, Rows

VIEWPORT_KEPT_NS: Final = 60_000_000_000
"""Longer than the live buffer: an event that has just become final can still be mapped."""
VIEWPORT_PRUNE_ROWS: Final = 512
NOT_RECORDED_RUN: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """A recording whose first sample has not been analysed yet."""

    first_row: int  # ring row
    t_host_ns: int


class AnalysisFeed:
    """Feeds one `LiveAnalysis` and everything that is drawn from it."""

    def __init__(self, geometry: ViewingGeometry, eye: Eye, sigma_deg: float) -> None:
        self.live = LiveAnalysis(geometry, eye)
        self.marks = FixationMarks()
        self.health = HealthMonitor()
        self.newest_arrival_host_ns = 0
        self.newest_device_ns = 0
        self.display_rows_missed = 0
        self.is_drained = False
        self._heatmaps = LiveHeatmaps()
        self._sigma_deg = sigma_deg
        self._viewport: Rows = VIEWPORT.empty(0)
        self._visible_since_ns: int | None = None  # an image has been on the screen from then on
        self._run = NOT_RECORDED_RUN
        self._start: _Start | None = None
        self._last_seq = -1
        self._whole_from_row = 0  # from this ring row on every row was read

    def configure(self, geometry: ViewingGeometry, eye: Eye, sigma_deg: float) -> None:
        """Take another geometry or signal; begins the live analysis anew where they differ."""
        self._sigma_deg = sigma_deg
        if (geometry, eye) != (self.live.geometry, self.live.eye):
            self.live = LiveAnalysis(geometry, eye)

    def tracker_changed(self) -> None:
        """Forget the clock and the samples of the tracker before."""
        self.live = LiveAnalysis(self.live.geometry, self.live.eye)
        self.health = HealthMonitor()
        self._last_seq = -1
        self._whole_from_row = 0

    def begin_recording(self, first_row: int, t_host_ns: int) -> None:
        """Begin run 0 at the ring row of the first recorded sample; the next step does it."""
        self._start = _Start(first_row=first_row, t_host_ns=t_host_ns)
        self.is_drained = False

    def end_recording(self) -> None:
        """Go on without recording."""
        self._start = None
        if self._run != NOT_RECORDED_RUN:
            self._run = NOT_RECORDED_RUN
            self.live.begin_run(NOT_RECORDED_RUN, 0)

    def begin_trial(self, images: tuple[ShownImage, ...]) -> None:
        """Begin empty maps and numbers for the images now in the panes."""
        self.marks.clear()
        self._heatmaps.begin(images)

    def heatmaps(self, link: Link, now_ns: int, *, is_wanted: bool) -> tuple[HeatmapState, ...]:
        """Return the coloured maps of the open trial; none where nobody looks."""
        return self._heatmaps.states(
            now_ns,
            self.live.geometry,
            self._viewport,
            self.health.interval_s(link.tracker),
            self._sigma_deg,
            is_wanted=is_wanted,
        )

    def presented(self, rows: Rows) -> None:
        """Take VIEWPORT rows that have just come about."""
        shown = rows[rows["t_presented_host_ns"] != NO_TIME]
        self._viewport = np.concatenate([self._viewport, shown])
        if len(shown):
            is_image = (shown["image_id"] >= 0).any()
            if not is_image:
                self._visible_since_ns = None
            elif self._visible_since_ns is None:
                self._visible_since_ns = int(shown["t_presented_host_ns"].max())
        if len(self._viewport) > VIEWPORT_PRUNE_ROWS:
            newest_ns = int(self._viewport["t_presented_host_ns"].max())
            recent = self._viewport["t_presented_host_ns"] > newest_ns - VIEWPORT_KEPT_NS
            old = self._viewport[~recent]
            # The last old row of each pane is still in force at the beginning of what is kept.
            in_force = [old[old["pane"] == pane][-1:] for pane in np.unique(old["pane"])]
            self._viewport = np.concatenate([*in_force, self._viewport[recent]])

    def step(self, link: Link, recording: RecordingControl, trials: TrialBook) -> list[tuple[str, Rows]]:
        """Take in what arrived; return rows for the recording by row type."""
        for sync_rows in link.take_sync_rows():
            self.live.push_sync(sync_rows)
        if recording.phase is Phase.ENDING:
            return []  # the last recorded sample is not known yet: nothing may be taken beyond it
        found: list[tuple[str, Rows]] = []
        rows, missed = link.read_rows()
        if missed:
            found += self._missed(missed, link.next_row - len(rows), trials)
        if self._start is not None:
            begun, rows = self._begin_run(self._start, link.next_row - len(rows), rows, trials)
            found += begun
        if recording.phase is Phase.DRAINING and not self.is_drained:
            end_row = recording.end_row if recording.end_row is not None else link.next_row
            recorded = max(0, end_row - (link.next_row - len(rows)))
            found += self._push(rows[:recorded], trials)
            rows = rows[recorded:]
            if link.next_row >= end_row:
                found += self._finished(self.live.flush(self._viewport, trials.rows), trials)
                self.end_recording()
                self.is_drained = True
        return found + self._push(rows, trials)

    def _begin_run(
        self, start: _Start, first_row: int, rows: Rows, trials: TrialBook
    ) -> tuple[list[tuple[str, Rows]], Rows]:
        """Begin run 0 with `rows`, whose first is ring row `first_row`; return its rows and what is left."""
        early = max(0, start.first_row - first_row)
        self._push(rows[:early], trials)
        if early > len(rows):
            return [], rows[:0]  # the first recorded sample is still to come
        again = max(0, first_row - max(start.first_row, self._whole_from_row))
        unseen = max(0, self._whole_from_row - start.first_row)
        self._start = None
        self._run = 0
        found = [("event", _missed_event(unseen, start.t_host_ns))] if unseen else []
        found.append(("detector_run", self.live.begin_run(0, start.t_host_ns, again)))
        if again:
            found += self._finished(self.live.push_again(self._viewport, trials.rows), trials)
        return found, rows[early:]

    def _push(self, rows: Rows, trials: TrialBook) -> list[tuple[str, Rows]]:
        if not len(rows):
            return []
        results = self.live.push(rows, self._viewport, trials.rows)
        self.newest_arrival_host_ns = int(rows["t_host_ns"][-1])
        self.newest_device_ns = int(rows["t_device_ns"][-1])
        lost = self._lost(rows)
        self.health.push(results, lost)
        if self._visible_since_ns is not None:
            while_visible = results.signal[results.signal["t_host_ns"] >= self._visible_since_ns]
            trials.count(np.isfinite(while_visible["x_norm"]), lost)
        self._heatmaps.add(results.signal)
        return self._finished(results, trials)

    def _finished(self, results: LiveResults, trials: TrialBook) -> list[tuple[str, Rows]]:
        self.marks.add(results.fixations, trials.trial)
        if self._run == NOT_RECORDED_RUN:
            return []
        found = (("fixation", results.fixations), ("threshold", results.thresholds))
        return [(name, rows) for name, rows in found if len(rows)]

    def _lost(self, rows: Rows) -> int:
        """Return how many samples never arrived, by the holes in their numbers."""
        steps = np.diff(rows["seq"], prepend=self._last_seq if self._last_seq >= 0 else rows["seq"][0] - 1)
        self._last_seq = int(rows["seq"][-1])
        return int(np.maximum(steps - 1, 0).sum())

    def _missed(self, missed: int, first_row: int, trials: TrialBook) -> list[tuple[str, Rows]]:
        """The display fell so far behind that rows were overwritten: none is missing from the file."""
        self.display_rows_missed += missed
        self._last_seq = -1
        self._whole_from_row = first_row
        if self._run == NOT_RECORDED_RUN:
            self.live.begin_run(NOT_RECORDED_RUN, 0)
            return []
        found = self._finished(self.live.flush(self._viewport, trials.rows), trials)
        self._run += 1
        now_ns = self.newest_arrival_host_ns
        run_row = self.live.begin_run(self._run, now_ns)
        return [*found, ("event", _missed_event(missed, now_ns)), ("detector_run", run_row)]


def _missed_event(missed: int, t_host_ns: int) -> Rows:
    return EVENT.row(
        t_host_ns=t_host_ns,
        kind="display_rows_missed",
        source="app",
        value=float(missed),
        text="The live view fell behind; the file has every sample. The live detector began anew.",
    )
