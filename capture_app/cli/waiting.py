"""Waiting for something a session is to reach, without a recording."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from capture_app.session.engine import CaptureSession

_STEP_S: Final = 0.02


def step_until(
    session: CaptureSession,
    is_reached: Callable[[], bool],
    timeout_s: float,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Let a session work until something is so; False where it is not so within `timeout_s`."""
    waited_s = 0.0
    while not is_reached() and waited_s < timeout_s:
        session.step()
        sleep(_STEP_S)
        waited_s += _STEP_S
    return is_reached()
