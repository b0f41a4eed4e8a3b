"""The strip of the last half minute: position, pupil, validity and events, thinned for drawing."""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np

from capture_app.session.live import BUFFER_S, LiveAnalysis
from capture_app.session.states import SignalTrace
from gaze_core.directions import screen_gaze

TRACE_POINTS: Final = 1200
REFRESH_NS: Final = 66_000_000
"""15 pictures a second: the strip scrolls smoothly and costs a tenth of a frame."""


class TraceStrip:
    """Makes the trace a few times a second; in between the last one is returned."""

    def __init__(self) -> None:
        self._events: deque[tuple[int, str]] = deque(maxlen=500)
        self._trace: SignalTrace | None = None
        self._made_ns = 0

    def add_event(self, t_host_ns: int, kind: str) -> None:
        """Mark a moment in the strip."""
        self._events.append((t_host_ns, kind))

    def trace(self, live: LiveAnalysis, now_host_ns: int) -> SignalTrace | None:
        """Return the strip that ends now; None before the first sample."""
        if now_host_ns - self._made_ns < REFRESH_NS and self._trace is not None:
            return self._trace
        gaze, times = live.recent_gaze, live.recent_times_host_ns
        if not len(gaze):
            return None
        self._made_ns = now_host_ns
        step = max(1, len(gaze) // TRACE_POINTS)
        # Thinning keeps the same samples from picture to picture: otherwise the curve would shimmer.
        offset = -live.first_recent_row % step
        part = gaze[offset::step]
        t_s = (times[offset::step] - now_host_ns) / 1e9
        recent = t_s > -BUFFER_S
        part, t_s = part[recent], t_s[recent]
        x_norm, y_norm = screen_gaze(part, live.eye)
        self._trace = SignalTrace(
            t_s=t_s,
            x_norm=x_norm.astype(np.float32),
            y_norm=y_norm.astype(np.float32),
            left_pupil=np.where(part["left_pupil_valid"] == 1, part["left_pupil"], np.nan).astype(np.float32),
            right_pupil=np.where(part["right_pupil_valid"] == 1, part["right_pupil"], np.nan).astype(
                np.float32
            ),
            valid=np.isfinite(x_norm).astype(np.uint8),
            events=tuple(
                (age_s, kind)
                for t_ns, kind in self._events
                if (age_s := (t_ns - now_host_ns) / 1e9) > -BUFFER_S
            ),
        )
        return self._trace
