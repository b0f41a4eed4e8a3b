"""From the ring to the live analysis: which rows belong to which run, and what follows from them.

The detector runs on exactly the recorded samples: rows that were read before the app heard that the
recording had begun are analysed again in the new run, and none is taken beyond the last recorded one.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from capture_app.acquisition.messages import TrackerOpened
from capture_app.session.health import HealthMonitor
from capture_app.session.link import Link
from capture_app.session.live import LiveAnalysis, LiveResults
from capture_app.session.overlay import FixationMarks, LiveHeatmaps
from capture_app.session.presentation import Presentation, ShownImage
from capture_app.session.recording import Phase, RecordingControl
from capture_app.session.trials import TrialBook
from gaze_core.eyes import Eye
from gaze_core.geometry import ViewingGeometry
from gaze_core.rows import EVENT, GAZE, NO_TIME, VIEWPORT, Rows

VIEWPORT_KEPT_NS: Final = 60_000_000_000
"""Longer than the live buffer: an event that has just become final can still be mapped."""
VIEWPORT_PRUNE_ROWS: Final = 512
NOT_RECORDED_RUN: Final = -1


class AnalysisFeed:
    """Feeds one `LiveAnalysis` and everything that is drawn from it."""

    def __init__(self, geometry: ViewingGeometry, eye: Eye, sigma_deg: float) -> None:
        self.live = LiveAnalysis(geometry, eye)
        self.marks = FixationMarks()
        self.heatmaps = LiveHeatmaps()
        self.health = HealthMonitor()
        self.newest_arrival_host_ns = 0
        self.newest_device_ns = 0
        self.display_rows_missed = 0
        self.is_drained = False
        self._sigma_deg = sigma_deg
        self._viewport: Rows = VIEWPORT.empty(0)
        self._run = NOT_RECORDED_RUN
        self._last_seq = -1
        self._again: Rows = GAZE.empty(0)  # recorded rows that an earlier run has seen

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

    def begin_recording(self, link: Link, t_host_ns: int) -> Rows:
        """Begin run 0 at the first recorded sample; returns its DETECTOR_RUN row."""
        first_row = link.started.first_row if link.started is not None else link.next_row
        read_already = max(0, link.next_row - first_row)
        again = self.live.recent_gaze[len(self.live.recent_gaze) - read_already :].copy()
        self._run = 0
        self.is_drained = False
        row = self.live.begin_run(self._run, t_host_ns)
        self._again = again
        return row

    def end_recording(self) -> None:
        """Go on without recording."""
        self._run = NOT_RECORDED_RUN
        self.live.begin_run(NOT_RECORDED_RUN, 0)

    def begin_trial(self, images: tuple[ShownImage, ...]) -> None:
        """Begin empty maps and numbers for the images now in the panes."""
        self.marks.clear()
        self.heatmaps.begin(images)

    def presented(self, rows: Rows) -> None:
        """Take VIEWPORT rows that have just come about."""
        self._viewport = np.concatenate([self._viewport, rows[rows["t_presented_host_ns"] != NO_TIME]])
        if len(self._viewport) > VIEWPORT_PRUNE_ROWS:
            newest_ns = int(self._viewport["t_presented_host_ns"].max())
            recent = self._viewport["t_presented_host_ns"] > newest_ns - VIEWPORT_KEPT_NS
            old = self._viewport[~recent]
            # The last old row of each pane is still in force at the beginning of what is kept.
            in_force = [old[old["pane"] == pane][-1:] for pane in np.unique(old["pane"])]
            self._viewport = np.concatenate([*in_force, self._viewport[recent]])

    def step(
        self, link: Link, recording: RecordingControl, trials: TrialBook, presentation: Presentation
    ) -> list[tuple[str, Rows]]:
        """Take in what arrived; return rows for the recording by row type."""
        for sync_rows in link.take_sync_rows():
            self.live.push_sync(sync_rows)
        if recording.phase is Phase.ENDING:
            return []  # the last recorded sample is not known yet: nothing may be taken beyond it
        rows_out: list[tuple[str, Rows]] = []
        if len(self._again):
            again, self._again = self._again, self._again[:0]
            rows_out += self._push(again, link.tracker, trials, presentation, is_again=True)
        rows, missed = link.read_rows()
        if missed:
            rows_out += self._missed(missed)
        if recording.phase is Phase.DRAINING and not self.is_drained:
            end_row = recording.end_row if recording.end_row is not None else link.next_row
            recorded = max(0, end_row - (link.next_row - len(rows)))
            rows_out += self._push(rows[:recorded], link.tracker, trials, presentation)
            rows = rows[recorded:]
            if link.next_row >= end_row:
                rows_out += self._finished(self.live.flush(self._viewport, trials.rows), trials)
                self.end_recording()
                self.is_drained = True
        is_recorded = self._run != NOT_RECORDED_RUN
        live_rows = self._push(rows, link.tracker, trials, presentation)
        return rows_out + live_rows if is_recorded else rows_out

    def _push(
        self,
        rows: Rows,
        tracker: TrackerOpened | None,
        trials: TrialBook,
        presentation: Presentation,
        *,
        is_again: bool = False,
    ) -> list[tuple[str, Rows]]:
        if not len(rows):
            return []
        results = self.live.push(rows, self._viewport, trials.rows)
        self.newest_arrival_host_ns = int(rows["t_host_ns"][-1])
        self.newest_device_ns = int(rows["t_device_ns"][-1])
        if not is_again:
            lost = self._lost(rows)
            self.health.push(results, lost)
            if presentation.images:
                trials.count(np.isfinite(results.x_norm), lost)
        self.heatmaps.add(
            self.live,
            results.t_host_ns,
            results.x_norm,
            results.y_norm,
            self.health.interval_s(tracker),
            self._viewport,
            self._sigma_deg,
        )
        return self._finished(results, trials)

    def _finished(self, results: LiveResults, trials: TrialBook) -> list[tuple[str, Rows]]:
        self.marks.add(results.fixations, trials.trial)
        found = (("fixation", results.fixations), ("threshold", results.thresholds))
        return [(name, rows) for name, rows in found if len(rows)]

    def _lost(self, rows: Rows) -> int:
        """Return how many samples never arrived, by the holes in their numbers."""
        steps = np.diff(rows["seq"], prepend=self._last_seq if self._last_seq >= 0 else rows["seq"][0] - 1)
        self._last_seq = int(rows["seq"][-1])
        return int(np.maximum(steps - 1, 0).sum())

    def _missed(self, missed: int) -> list[tuple[str, Rows]]:
        """The display fell so far behind that rows were overwritten: none is missing from the file."""
        self.display_rows_missed += missed
        self._last_seq = -1
        if self._run == NOT_RECORDED_RUN:
            return []
        self._run += 1
        now_ns = self.newest_arrival_host_ns
        event = EVENT.row(
            t_host_ns=now_ns, kind="display_rows_missed", source="app", value=float(missed),
            text="The live view fell behind; the file has every sample. The live detector began anew.",
        )  # fmt: skip
        return [("event", event), ("detector_run", self.live.begin_run(self._run, now_ns))]
