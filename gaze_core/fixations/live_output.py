"""Collects what the live detector has to say, with the numbers of its events."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from gaze_core.fixations.contract import DetectorOutput, EventMessage, MessagePhase
from gaze_core.fixations.live_fixation import LiveFixation
from gaze_core.fixations.noise import Tuning
from gaze_core.rows import GAZE_EVENT, THRESHOLD, EventFlag, EventKind, Rows

_EVENT_DTYPE: Final = GAZE_EVENT.dtype
_THRESHOLD_DTYPE: Final = THRESHOLD.dtype


class LiveOutput:
    """Events, messages and thresholds since the last `take`."""

    def __init__(self) -> None:
        self._next_id = 0
        self._events: list[tuple[object, ...]] = []
        self._messages: list[EventMessage] = []
        self._thresholds: list[tuple[int, float, float, float]] = []

    def new_id(self) -> int:
        """Return the number of the next event; asked for in order of onset."""
        self._next_id += 1
        return self._next_id - 1

    def take(self) -> DetectorOutput:
        """Return everything collected and forget it."""
        output = DetectorOutput(
            events=_rows(self._events, _EVENT_DTYPE),
            messages=tuple(self._messages),
            thresholds=_rows(self._thresholds, _THRESHOLD_DTYPE),
        )
        self._events, self._messages, self._thresholds = [], [], []
        return output

    def tell(
        self,
        phase: MessagePhase,
        event_id: int,
        kind: int,
        t_event_ns: int,
        now_ns: int,
        place_deg: tuple[float, float],
    ) -> None:
        """Add a message."""
        self._messages.append(
            EventMessage(
                phase=phase,
                event_id=event_id,
                kind=kind,
                t_event_ns=t_event_ns,
                t_stream_ns=now_ns,
                azimuth_deg=place_deg[0],
                elevation_deg=place_deg[1],
            )
        )

    def thresholds(self, now_ns: int, tuning: Tuning) -> None:
        """Add the thresholds that hold from now on."""
        self._thresholds.append((now_ns, tuning.noise_deg, tuning.leave_deg_s, tuning.enter_deg_s))

    def fixation(self, fixation: LiveFixation, offset_ns: int, now_ns: int, *, is_cut: bool) -> None:
        """Add a final fixation."""
        flags = EventFlag.AFTER_LOSS if fixation.is_after_loss else 0
        flags |= EventFlag.BEFORE_LOSS if fixation.is_before_loss else 0
        flags |= EventFlag.EYES_CHANGED if fixation.eyes_any != fixation.eyes_all else 0
        flags |= EventFlag.MERGED if fixation.is_merged else 0
        flags |= EventFlag.CUT_BY_BREAK if is_cut else 0
        place_deg = fixation.centroid_deg
        self._events.append(
            (
                fixation.event_id, EventKind.FIXATION, fixation.onset_ns, offset_ns, fixation.first_row,
                fixation.last_row, fixation.samples, *place_deg, math.nan, math.nan, fixation.dispersion_deg,
                fixation.rms_s2s_deg, 0.0, fixation.eyes_any, flags, fixation.t_sent_start_ns,
                fixation.t_sent_end_ns, now_ns,
            )
        )  # fmt: skip
        self.tell(
            MessagePhase.FINAL, fixation.event_id, EventKind.FIXATION, fixation.onset_ns, now_ns, place_deg
        )

    def saccade(
        self,
        onset_ns: int,
        offset_ns: int,
        rows: tuple[int, int],
        start_deg: tuple[float, float],
        end_deg: tuple[float, float],
        peak_deg_s: float,
        eyes: int,
        now_ns: int,
    ) -> None:
        """Add a saccade; it is known only when it is over."""
        event_id = self.new_id()
        amplitude_deg = math.hypot(end_deg[0] - start_deg[0], end_deg[1] - start_deg[1])
        self._events.append(
            (
                event_id, EventKind.SACCADE, onset_ns, offset_ns, *rows, rows[1] - rows[0] + 1, *end_deg,
                amplitude_deg, peak_deg_s, math.nan, math.nan, 0.0, eyes, 0, now_ns, now_ns, now_ns,
            )
        )  # fmt: skip
        self.tell(MessagePhase.FINAL, event_id, EventKind.SACCADE, onset_ns, now_ns, end_deg)

    def loss(
        self,
        event_id: int,
        kind: int,
        onset_ns: int,
        offset_ns: int,
        rows: tuple[int, int],
        t_sent_start_ns: int,
        now_ns: int,
        *,
        is_cut: bool,
    ) -> None:
        """Add a blink or another loss."""
        nan = math.nan
        self._events.append(
            (
                event_id, kind, onset_ns, offset_ns, *rows, 0, nan, nan, nan, nan, nan, nan, nan, 0,
                EventFlag.CUT_BY_BREAK if is_cut else 0, t_sent_start_ns, now_ns, now_ns,
            )
        )  # fmt: skip
        self.tell(MessagePhase.FINAL, event_id, kind, onset_ns, now_ns, (nan, nan))


def _rows(
    values: list[tuple[object, ...]] | list[tuple[int, float, float, float]], dtype: np.dtype[np.void]
) -> Rows:
    return np.array(values, dtype) if values else np.zeros(0, dtype)
