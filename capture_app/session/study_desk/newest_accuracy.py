"""What the newest validation says of the eye that is analysed live."""

from __future__ import annotations

import math

from calibration import EyeResult
from capture_app.session.study_desk.host import StudyHost
from gaze_core.eyes import Eye


def newest_figures(host: StudyHost) -> EyeResult | None:
    """Return the figures of the newest validation; None before the first one."""
    result = host.calibration_desk.last_result
    if result is None:
        return None
    live_eye = host.feed.live.eye
    eye = Eye.AVERAGE if live_eye is Eye.STRICT_AVERAGE else live_eye
    return next((each for each in result.result.eyes if each.eye is eye), None)


def newest_accuracy_deg(host: StudyHost) -> float:
    """Return the mean offset of the newest validation, deg; NaN where there is none."""
    figures = newest_figures(host)
    return math.nan if figures is None else figures.mean_offset_deg
