"""The rows the simulated tracker delivers, in the manner of Tobii's dictionary, and `GAZE` rows made of them.

Raw eye positions are millimetres in the tracker's coordinates: origin at the centre of its front, below
the screen, x right, y **up**, z towards the reader. `GAZE` rows count from the centre of the screen, y
down.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from drivers.contract import ViewingSetup
from gaze_core.rows import GAZE, GazeFlag, Rows
from gaze_core.streams import RawChannel

TRACKER_BELOW_MM: Final = 30.0  # the tracker's origin lies this far below the lower edge of the active area
TRACKER_BEFORE_MM: Final = 20.0  # and this far before the screen plane
SIDES: Final = ("left", "right")

_CHANNELS: Final = (
    ("gaze_point_on_display_area_x", "<f8", "normalised", "x_norm"),
    ("gaze_point_on_display_area_y", "<f8", "normalised", "y_norm"),
    ("gaze_point_validity", "u1", "flag", "valid"),
    ("gaze_origin_in_user_coordinate_system_x", "<f4", "mm", "origin_x_mm"),
    ("gaze_origin_in_user_coordinate_system_y", "<f4", "mm", "origin_y_mm"),
    ("gaze_origin_in_user_coordinate_system_z", "<f4", "mm", "origin_z_mm"),
    ("gaze_origin_validity", "u1", "flag", "origin_valid"),
    ("pupil_diameter", "<f4", "mm", "pupil"),
    ("pupil_validity", "u1", "flag", "pupil_valid"),
    ("eye_openness_value", "<f4", "mm", "openness_mm"),
    ("eye_openness_validity", "u1", "flag", "openness_valid"),
)

RAW_DTYPE: Final[np.dtype[np.void]] = np.dtype(
    [("device_time_stamp", "<i8"), ("system_time_stamp", "<i8")]
    + [(f"{side}_{name}", kind) for side in SIDES for name, kind, _, _ in _CHANNELS]
)

RAW_CHANNELS: Final[tuple[RawChannel, ...]] = (
    RawChannel(name="device_time_stamp", unit="us", mapped_to="t_device_ns"),
    RawChannel(name="system_time_stamp", unit="us", mapped_to="t_vendor_host_ns"),
    *(
        RawChannel(name=f"{side}_{name}", unit=unit, mapped_to=f"{side}_{column}")
        for side in SIDES
        for name, _, unit, column in _CHANNELS
    ),
)


def normalise(raw: Rows, setup: ViewingSetup) -> Rows:
    """Return `GAZE` rows without ``seq`` and ``t_host_ns``; a value that is no number is not valid."""
    gaze = GAZE.empty(len(raw))
    gaze["t_device_ns"] = raw["device_time_stamp"] * 1000
    gaze["t_vendor_host_ns"] = raw["system_time_stamp"] * 1000
    gaze["flags"] = GazeFlag.SYNTHETIC
    gaze["valid"] = 0
    below_mm = np.float32(setup.height_mm / 2.0 + TRACKER_BELOW_MM)
    for side in SIDES:
        point = f"{side}_gaze_point_on_display_area"
        origin = f"{side}_gaze_origin_in_user_coordinate_system"
        x, y = raw[f"{point}_x"], raw[f"{point}_y"]
        gaze[f"{side}_x_norm"], gaze[f"{side}_y_norm"] = x, y
        gaze[f"{side}_valid"] = raw[f"{side}_gaze_point_validity"] * (np.isfinite(x) & np.isfinite(y))
        pupil = raw[f"{side}_pupil_diameter"]
        gaze[f"{side}_pupil"] = pupil
        gaze[f"{side}_pupil_valid"] = raw[f"{side}_pupil_validity"] * np.isfinite(pupil)
        openness = raw[f"{side}_eye_openness_value"]
        gaze[f"{side}_openness_mm"] = openness
        gaze[f"{side}_openness_valid"] = raw[f"{side}_eye_openness_validity"] * np.isfinite(openness)
        gaze[f"{side}_origin_x_mm"] = raw[f"{origin}_x"]
        gaze[f"{side}_origin_y_mm"] = below_mm - raw[f"{origin}_y"]
        gaze[f"{side}_origin_z_mm"] = raw[f"{origin}_z"] + np.float32(TRACKER_BEFORE_MM)
        gaze[f"{side}_origin_valid"] = raw[f"{side}_gaze_origin_validity"] * np.isfinite(raw[f"{origin}_z"])
    return gaze
