"""The strip of the last half minute: position, pupil, validity and events, thinned for drawing."""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np
import numpy.typing as npt

from capture_app.session.live import BUFFER_S, LiveAnalysis
from capture_app.session.states import SignalTrace
from gaze_core.rows import Rows

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
        signal, gaze = live.recent_signal, live.recent_gaze
        if not len(signal):
            return None
        self._made_ns = now_host_ns
        first = int(np.searchsorted(signal["t_host_ns"], now_host_ns - int(BUFFER_S * 1e9)))
        step = max(1, (len(signal) - first) // TRACE_POINTS)
        # Thinning keeps the same samples from picture to picture: otherwise the curve would shimmer.
        offset = first + -(live.first_recent_row + first) % step
        part, points = gaze[offset::step], signal[offset::step]
        x_norm = points["x_norm"].astype(np.float32)
        self._trace = SignalTrace(
            t_s=(points["t_host_ns"] - now_host_ns) / 1e9,
            x_norm=x_norm,
            y_norm=points["y_norm"].astype(np.float32),
            left_pupil=_pupil(part, "left"),
            right_pupil=_pupil(part, "right"),
            valid=np.isfinite(x_norm).astype(np.uint8),
            events=tuple(
                (age_s, kind)
                for t_ns, kind in self._events
                if (age_s := (t_ns - now_host_ns) / 1e9) > -BUFFER_S
            ),
        )
        return self._trace


def _pupil(gaze: Rows, side: str) -> npt.NDArray[np.float32]:
    return np.where(gaze[f"{side}_pupil_valid"] == 1, gaze[f"{side}_pupil"], np.float32(np.nan))
