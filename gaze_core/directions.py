"""Gaze rows as directions in degrees, and as one signal on the screen."""

from __future__ import annotations

import numpy as np

from gaze_core.eyes import Eye
from gaze_core.geometry import BoolArray, FloatArray, ViewingGeometry
from gaze_core.rows import DIRECTION, GazeFlag, Rows

__all__ = ["Eye", "directions", "eye_position", "screen_gaze"]


def directions(gaze_rows: Rows, geometry: ViewingGeometry) -> Rows:
    """Return one DIRECTION row for each GAZE row; NaN where the gaze is invalid.

    Each row stands for itself, so any chunking of the rows gives the same directions. The eye is where
    that sample saw it, else in front of the screen centre at the distance of `geometry`; the combined gaze
    of a tracker without single eyes is seen from the middle of the eyes it located.
    """
    rows = DIRECTION.empty(len(gaze_rows))
    rows["t_ns"] = gaze_rows["t_device_ns"]
    rows["is_break"] = (gaze_rows["flags"] & GazeFlag.CLOCK_RESET) != 0
    origins: dict[str, tuple[FloatArray, FloatArray, FloatArray]] = {}
    for side in ("left", "right"):
        origins[side] = eye_position(gaze_rows, side, geometry)
        x_norm, y_norm = _valid_gaze(gaze_rows, f"{side}_")
        azimuth, elevation = geometry.norm_to_deg(x_norm, y_norm, origins[side])
        rows[f"{side}_azimuth_deg"], rows[f"{side}_elevation_deg"] = azimuth, elevation
    x_norm, y_norm = _valid_gaze(gaze_rows, "")
    if np.isnan(x_norm).all():
        return rows
    rows["azimuth_deg"], rows["elevation_deg"] = geometry.norm_to_deg(
        x_norm, y_norm, _middle(gaze_rows, origins["left"], origins["right"])
    )
    return rows


def screen_gaze(gaze_rows: Rows, eye: Eye) -> tuple[FloatArray, FloatArray]:
    """Return x_norm and y_norm of the signal `eye` names; NaN where that is invalid.

    Where neither single eye is valid and the tracker delivers a combined gaze, that one is taken,
    whatever `eye` says: it is the only signal such a tracker has.
    """
    left_x, left_y = _valid_gaze(gaze_rows, "left_")
    right_x, right_y = _valid_gaze(gaze_rows, "right_")
    has_left, has_right = ~np.isnan(left_x), ~np.isnan(right_x)
    if eye is Eye.LEFT:
        x_norm, y_norm = left_x, left_y
    elif eye is Eye.RIGHT:
        x_norm, y_norm = right_x, right_y
    else:
        x_norm, y_norm = 0.5 * (left_x + right_x), 0.5 * (left_y + right_y)
        if eye is Eye.AVERAGE:
            x_norm = _first_of(has_left & ~has_right, left_x, has_right & ~has_left, right_x, x_norm)
            y_norm = _first_of(has_left & ~has_right, left_y, has_right & ~has_left, right_y, y_norm)
    is_combined_only = ~has_left & ~has_right
    x_combined, y_combined = _valid_gaze(gaze_rows, "")
    return (
        np.where(is_combined_only, x_combined, x_norm),
        np.where(is_combined_only, y_combined, y_norm),
    )


def _first_of(
    is_a: BoolArray, a: FloatArray, is_b: BoolArray, b: FloatArray, otherwise: FloatArray
) -> FloatArray:
    return np.where(is_a, a, np.where(is_b, b, otherwise))


def _valid_gaze(gaze_rows: Rows, prefix: str) -> tuple[FloatArray, FloatArray]:
    """Both coordinates or neither: a sample with one of them missing is no gaze."""
    x_norm, y_norm = gaze_rows[f"{prefix}x_norm"], gaze_rows[f"{prefix}y_norm"]
    is_valid = (gaze_rows[f"{prefix}valid"] != 0) & np.isfinite(x_norm) & np.isfinite(y_norm)
    return np.where(is_valid, x_norm, np.nan), np.where(is_valid, y_norm, np.nan)


def _has_origin(gaze_rows: Rows, side: str) -> BoolArray:
    z_mm = gaze_rows[f"{side}_origin_z_mm"]
    is_finite = np.isfinite(gaze_rows[f"{side}_origin_x_mm"]) & np.isfinite(gaze_rows[f"{side}_origin_y_mm"])
    # A z that is not in front of the screen would turn the direction round.
    return np.asarray((gaze_rows[f"{side}_origin_valid"] != 0) & is_finite & np.isfinite(z_mm) & (z_mm > 0))


def eye_position(
    gaze_rows: Rows, side: str, geometry: ViewingGeometry
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return where an eye was at each sample, mm from the screen's centre: x right, y down, z to the eye.

    Parameters
    ----------
    gaze_rows
        GAZE rows.
    side
        left or right; "" for the middle of the eyes that were located, from where combined gaze is seen.
    geometry
        Says where the eye is at samples that do not tell.
    """
    if not side:
        left, right = (eye_position(gaze_rows, each, geometry) for each in ("left", "right"))
        return _middle(gaze_rows, left, right)
    has_origin = _has_origin(gaze_rows, side)
    return (
        np.where(has_origin, gaze_rows[f"{side}_origin_x_mm"].astype(np.float64), 0.0),
        np.where(has_origin, gaze_rows[f"{side}_origin_y_mm"].astype(np.float64), 0.0),
        np.where(has_origin, gaze_rows[f"{side}_origin_z_mm"].astype(np.float64), geometry.distance_mm),
    )


def _middle(
    gaze_rows: Rows,
    left: tuple[FloatArray, FloatArray, FloatArray],
    right: tuple[FloatArray, FloatArray, FloatArray],
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean of the located eyes; `left` and `right` hold the default where an eye was not located."""
    has_left, has_right = _has_origin(gaze_rows, "left"), _has_origin(gaze_rows, "right")
    x, y, z = (
        np.where(has_left == has_right, 0.5 * (a + b), np.where(has_left, a, b))
        for a, b in zip(left, right, strict=True)
    )
    return x, y, z
