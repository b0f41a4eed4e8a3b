"""What lies between the two cursors of a timeline, in words."""

from __future__ import annotations

import math

import numpy as np

from capture_app.gui import words
from capture_app.session.replay import ReplaySource
from gaze_core.geometry import angle_between_deg


def measured_words(source: ReplaySource, first_ns: int, end_ns: int) -> str:
    """Return length, samples, fixations, share without gaze and the angle between the gaze at both ends."""
    seconds = (end_ns - first_ns) * 1e-9
    digits = 3 if seconds < 10 else 1
    parts = [words.number(seconds, digits, "s")]
    first, end = source.blocks.row_at(first_ns - 1) + 1, source.blocks.row_at(end_ns) + 1
    parts.append(f"{end - first} samples")
    eyes = source.columns.eyes[first : min(end, source.columns.loaded)]
    if len(eyes):
        parts.append(f"{words.percent(float((eyes == 0).mean()))} without gaze")
    onsets = source.events.fixations["onset_host_ns"]
    parts.append(f"{int(((onsets >= first_ns) & (onsets <= end_ns)).sum())} fixations")
    angle_deg = _angle_deg(source, first, end - 1)
    if math.isfinite(angle_deg):
        parts.append(f"{angle_deg:.2f} deg from end to end")
    return " · ".join(parts)


def _angle_deg(source: ReplaySource, first: int, last: int) -> float:
    """Return the angle between the gaze of two samples, seen from in front of the screen's centre."""
    columns = source.columns
    if not 0 <= first <= last < columns.loaded:
        return math.nan
    ends = np.array([first, last])
    x_norm, y_norm = (columns.values[name][ends].astype(np.float64) for name in ("x", "y"))
    azimuth, elevation = source.geometry.norm_to_deg(x_norm, y_norm)
    return float(angle_between_deg(azimuth[0], elevation[0], azimuth[1], elevation[1]))
