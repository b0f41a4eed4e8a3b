"""The newest sample as points to draw."""

from __future__ import annotations

import math

import numpy as np

from capture_app.session.states import NewestGaze, TrailPoint
from gaze_core.directions import screen_gaze
from gaze_core.eyes import Eye
from gaze_core.rows import Rows


def newest_gaze_of(rows: Rows, eye: Eye) -> NewestGaze | None:
    """Return the last of some GAZE rows as points; None where there are none."""
    if not len(rows):
        return None
    newest = rows[-1:]
    x_norm, y_norm = screen_gaze(newest, eye)
    return NewestGaze(
        arrival_host_ns=int(newest["t_host_ns"][0]),
        gaze=_point(float(x_norm[0]), float(y_norm[0])),
        left=eye_point(newest[0], "left"),
        right=eye_point(newest[0], "right"),
    )


def eye_point(row: np.void, side: str) -> TrailPoint | None:
    """Return the gaze of one eye of a GAZE row; None where it is not valid."""
    return (
        _point(float(row[f"{side}_x_norm"]), float(row[f"{side}_y_norm"])) if row[f"{side}_valid"] else None
    )


def _point(x_norm: float, y_norm: float) -> TrailPoint | None:
    if not (math.isfinite(x_norm) and math.isfinite(y_norm)):
        return None
    return TrailPoint(x_norm=x_norm, y_norm=y_norm, age_s=0.0)
