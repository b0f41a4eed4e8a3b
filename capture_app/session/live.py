"""Live analysis: what arrives in the ring becomes fixations, a heatmap, a trail and numbers.

It uses the very functions that replay and export use. The detector runs on the tracker's own time line from
the first recorded sample on, so that the same detector run over the file gives exactly these events.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

from capture_app.session.recent_rows import RecentRows
from gaze_core.clocks import LiveClock
from gaze_core.directions import directions, screen_gaze
from gaze_core.event_mapping import Surroundings, describe_events
from gaze_core.eyes import Eye
from gaze_core.fixations import (
    AdaptiveParameters,
    DetectorName,
    DetectorOutput,
    EventMessage,
    MessagePhase,
    create_detector,
    parameters_to_json,
)
from gaze_core.geometry import ViewingGeometry
from gaze_core.rows import CLOCK_SYNC, DETECTOR_RUN, FIXATION, GAZE, EventKind, Rows

BUFFER_S: Final = 30.0
"""Longer than any fixation of a living eye; also what the trace strip shows."""

MOST_RATE_HZ: Final = 2000.0
SIGNAL_DTYPE: Final = np.dtype([("t_host_ns", "<i8"), ("x_norm", "<f8"), ("y_norm", "<f8")])
"""The analysed signal: host time by the clock fit, gaze on the display area (NaN where invalid)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFixation:
    """A fixation that has been announced and is not final."""

    event_id: int
    t_onset_ns: int  # time line of the detection
    azimuth_deg: float
    elevation_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveResults:
    """What one push finished: rows for the recording."""

    fixations: Rows  # FIXATION rows of finished events of all kinds
    thresholds: Rows  # THRESHOLD rows
    gaze: Rows  # the pushed rows
    signal: Rows  # their times and analysed signal, SIGNAL_DTYPE


class LiveAnalysis:
    """One incremental analysis of one stream; called from one thread."""

    def __init__(self, geometry: ViewingGeometry, eye: Eye) -> None:
        self.geometry = geometry
        self.eye = eye
        self.clock = LiveClock()
        capacity = int(BUFFER_S * MOST_RATE_HZ)
        self._gaze = RecentRows(GAZE.dtype, capacity)
        self._signal = RecentRows(SIGNAL_DTYPE, capacity)
        self._run = -1
        self._run_first_row = 0  # number, in the buffer, of the first row of the run
        self._detector = create_detector(DetectorName.ADAPTIVE, AdaptiveParameters(eye=self.eye))
        self.open_fixation: OpenFixation | None = None
        self.messages: deque[EventMessage] = deque(maxlen=1000)  # announced lately, oldest first

    def begin_run(self, run: int, t_host_ns: int, rows_again: int = 0) -> Rows:
        """Start the detector anew and return its DETECTOR_RUN row.

        Parameters
        ----------
        run
            Number of the run, -1 for one that is not recorded.
        t_host_ns
            When it began.
        rows_again
            How many of the rows pushed last belong to this run too; at most as many as are kept. Their
            events come from `push_again`.
        """
        self._detector = create_detector(DetectorName.ADAPTIVE, AdaptiveParameters(eye=self.eye))
        self._run = run
        self._run_first_row = self._gaze.next_row - min(rows_again, len(self._gaze.rows))
        self.open_fixation = None
        return DETECTOR_RUN.row(
            run=run,
            t_host_ns=t_host_ns,
            detector=self._detector.name.value,
            version=self._detector.version,
            parameters=parameters_to_json(self._detector.parameters),
            is_live=1,
        )

    def push_sync(self, sync_rows: Rows) -> None:
        """Take bracketed readings of the tracker's clock."""
        self.clock.push(GAZE.empty(0), sync_rows)

    def push(self, gaze: Rows, viewport: Rows, trials: Rows) -> LiveResults:
        """Take samples in order of delivery and return what they finished."""
        self.clock.push(gaze, _NO_SYNC)
        # After a reset of the tracker's clock a device time may exist twice: the arrival decides.
        t_host_ns = self.clock.to_host_ns(gaze["t_device_ns"], gaze["t_host_ns"])
        x_norm, y_norm = screen_gaze(gaze, self.eye)
        signal: Rows = np.empty(len(gaze), SIGNAL_DTYPE)
        signal["t_host_ns"], signal["x_norm"], signal["y_norm"] = t_host_ns, x_norm, y_norm
        self._gaze.push(gaze)
        self._signal.push(signal)
        return self._analysed(gaze, signal, viewport, trials)

    def push_again(self, viewport: Rows, trials: Rows) -> LiveResults:
        """Give the new run the rows pushed before it began; called once, right after `begin_run`."""
        first = self._run_first_row - self._gaze.first_row
        return self._analysed(self._gaze.rows[first:], self._signal.rows[first:], viewport, trials)

    def flush(self, viewport: Rows, trials: Rows) -> LiveResults:
        """End the run: everything still open becomes final."""
        output = self._detector.flush()
        return LiveResults(
            fixations=self._finished(output, viewport, trials),
            thresholds=output.thresholds,
            gaze=GAZE.empty(0),
            signal=np.empty(0, SIGNAL_DTYPE),
        )

    @property
    def recent_gaze(self) -> Rows:
        """The last GAZE rows, at least `BUFFER_S` of them once there are so many; a view."""
        return self._gaze.rows

    @property
    def recent_signal(self) -> Rows:
        """Times and analysed signal (`SIGNAL_DTYPE`) of `recent_gaze`; a view."""
        return self._signal.rows

    @property
    def first_recent_row(self) -> int:
        """Number of the first of `recent_gaze` since the tracker was connected."""
        return self._gaze.first_row

    def _analysed(self, gaze: Rows, signal: Rows, viewport: Rows, trials: Rows) -> LiveResults:
        output = self._detector.push(directions(gaze, self.geometry))
        return LiveResults(
            fixations=self._finished(output, viewport, trials),
            thresholds=output.thresholds,
            gaze=gaze,
            signal=signal,
        )

    def _finished(self, output: DetectorOutput, viewport: Rows, trials: Rows) -> Rows:
        for message in output.messages:
            self._follow(message)
        if not len(output.events):
            return FIXATION.empty(0)
        surroundings = Surroundings(geometry=self.geometry, eye=self.eye, viewport=viewport, trials=trials)
        return describe_events(
            output.events,
            self._gaze.rows,
            self._signal.rows["t_host_ns"],
            surroundings,
            run=self._run,
            first_row=self._gaze.first_row - self._run_first_row,
        )

    def _follow(self, message: EventMessage) -> None:
        self.messages.append(message)
        if message.kind != EventKind.FIXATION:
            return
        if message.phase in (MessagePhase.START, MessagePhase.EXTEND):
            is_known = self.open_fixation is not None and self.open_fixation.event_id == message.event_id
            onset_ns = (
                self.open_fixation.t_onset_ns if is_known and self.open_fixation else message.t_event_ns
            )
            self.open_fixation = OpenFixation(
                event_id=message.event_id,
                t_onset_ns=onset_ns,
                azimuth_deg=message.azimuth_deg,
                elevation_deg=message.elevation_deg,
            )
        elif self.open_fixation is not None and self.open_fixation.event_id == message.event_id:
            self.open_fixation = None


_NO_SYNC: Final = CLOCK_SYNC.empty(0)
