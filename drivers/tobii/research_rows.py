"""The dictionaries of ``tobii_research`` as rows: what a callback copies, field by field."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from drivers.tobii.backend import DisplayArea, TobiiNotice

NOTIFICATION_PREFIX: Final = "eyetracker_notification_"
_CHANGE_PREFIX: Final = "external_signal_change_type_"
_ERROR_PREFIX: Final = "stream_error_"
_SOURCE_PREFIX: Final = "stream_error_source_"

_SIDES: Final = ("left", "right")
_NOWHERE: Final = (math.nan, math.nan, math.nan)
_POINT: Final = "gaze_point_on_display_area"
_POINT_MM: Final = "gaze_point_in_user_coordinate_system"
_ORIGIN_MM: Final = "gaze_origin_in_user_coordinate_system"


def _eye_fields(side: str) -> list[tuple[str, str]]:
    return [
        *((f"{side}_{_POINT}_{axis}", "<f8") for axis in "xy"),
        *((f"{side}_{_POINT_MM}_{axis}", "<f8") for axis in "xyz"),
        (f"{side}_gaze_point_validity", "u1"),
        *((f"{side}_{_ORIGIN_MM}_{axis}", "<f8") for axis in "xyz"),
        (f"{side}_gaze_origin_validity", "u1"),
        (f"{side}_pupil_diameter", "<f8"),
        (f"{side}_pupil_validity", "u1"),
    ]


_STAMPS: Final = [("device_time_stamp", "<i8"), ("system_time_stamp", "<i8")]
_OPENNESS: Final = [
    field
    for side in _SIDES
    for field in ((f"{side}_eye_openness_value", "<f8"), (f"{side}_eye_validity", "u1"))
]

OPENNESS_FIELDS: Final = tuple(name for name, _ in _OPENNESS)
RAW_DTYPE: Final = np.dtype([*_STAMPS, *_eye_fields("left"), *_eye_fields("right")])
"""One sample without eye openness, in the order of `gaze_values`."""

RAW_DTYPE_WITH_OPENNESS: Final = np.dtype([*RAW_DTYPE.descr, *_OPENNESS])
OPENNESS_DTYPE: Final = np.dtype([("t_host_ns", "<i8"), ("device_time_stamp", "<i8"), *_OPENNESS])


def gaze_values(sample: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return a sample in the order of `RAW_DTYPE`."""
    return (
        sample["device_time_stamp"],
        sample["system_time_stamp"],
        *sample["left_gaze_point_on_display_area"],
        *sample["left_gaze_point_in_user_coordinate_system"],
        sample["left_gaze_point_validity"],
        *sample["left_gaze_origin_in_user_coordinate_system"],
        sample["left_gaze_origin_validity"],
        sample["left_pupil_diameter"],
        sample["left_pupil_validity"],
        *sample["right_gaze_point_on_display_area"],
        *sample["right_gaze_point_in_user_coordinate_system"],
        sample["right_gaze_point_validity"],
        *sample["right_gaze_origin_in_user_coordinate_system"],
        sample["right_gaze_origin_validity"],
        sample["right_pupil_diameter"],
        sample["right_pupil_validity"],
    )


def openness_values(t_host_ns: int, sample: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return a sample of eye openness in the order of `OPENNESS_DTYPE`."""
    return (
        t_host_ns,
        sample["device_time_stamp"],
        sample["left_eye_openness_value"],
        sample["left_eye_validity"],
        sample["right_eye_openness_value"],
        sample["right_eye_validity"],
    )


def sync_values(t_host_ns: int, exchange: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return an exchange of clock readings in the order of `drivers.tobii.backend.SYNC_DTYPE`."""
    return (
        t_host_ns,
        exchange["system_request_time_stamp"],
        exchange["device_time_stamp"],
        exchange["system_response_time_stamp"],
    )


def signal_values(t_host_ns: int, signal: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return a change of the external port in the order of `drivers.tobii.backend.SIGNAL_DTYPE`."""
    change = str(signal["change_type"]).removeprefix(_CHANGE_PREFIX)
    return (
        t_host_ns,
        signal["device_time_stamp"],
        signal["system_time_stamp"],
        signal["value"],
        change.encode("utf-8"),
    )


def position_values(t_host_ns: int, guide: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return a position of the eyes in the order of `gaze_core.rows.USER_POSITION`, NaN where not seen."""
    left, right = guide["left_user_position_validity"], guide["right_user_position_validity"]
    return (
        t_host_ns,
        *(guide["left_user_position"] if left == 1 else _NOWHERE),
        left == 1,
        *(guide["right_user_position"] if right == 1 else _NOWHERE),
        right == 1,
    )


def notice_of(t_host_ns: int, told: Mapping[str, Any]) -> TobiiNotice:
    """Return a notification or a stream error; what is not known of it is kept in its own words."""
    system_time_us = int(told.get("system_time_stamp", -1))
    if "notification_type" not in told:
        return TobiiNotice(
            t_host_ns=t_host_ns,
            system_time_us=system_time_us,
            kind="stream_error",
            detail=_error_text(told),
        )
    details = [
        str(value)
        for name, value in told.items()
        if name not in ("notification_type", "system_time_stamp", "display_area", "gaze_output_frequency")
    ]
    area = told.get("display_area")
    return TobiiNotice(
        t_host_ns=t_host_ns,
        system_time_us=system_time_us,
        kind=str(told["notification_type"]).removeprefix(NOTIFICATION_PREFIX),
        detail=", ".join(details),
        value=float(told.get("gaze_output_frequency", math.nan)),
        display_area=None if area is None else _area_of(area),
    )


def display_area_of(area: Any) -> DisplayArea:  # a DisplayArea of the SDK, which has no types
    """Return a display area of the SDK as ours."""
    return _area_of(
        {name: getattr(area, name) for name in ("top_left", "top_right", "bottom_left", "bottom_right")}
    )


def _area_of(corners: Any) -> DisplayArea:  # a dictionary of corners, or an object that has them
    if not isinstance(corners, Mapping):
        return display_area_of(corners)
    top_left, top_right, bottom_left = (
        tuple(float(value) for value in corners[name]) for name in ("top_left", "top_right", "bottom_left")
    )
    across = zip(top_right, bottom_left, top_left, strict=True)
    bottom_right = tuple(right + left - corner for right, left, corner in across)
    return DisplayArea(
        top_left_mm=_point(top_left),
        top_right_mm=_point(top_right),
        bottom_left_mm=_point(bottom_left),
        bottom_right_mm=_point(corners.get("bottom_right", bottom_right)),
        width_mm=math.dist(top_left, top_right),
        height_mm=math.dist(top_left, bottom_left),
    )


def _point(values: Any) -> tuple[float, float, float]:
    x, y, z = values
    return float(x), float(y), float(z)


def _error_text(told: Mapping[str, Any]) -> str:
    error = str(told.get("error", "")).removeprefix(_ERROR_PREFIX)
    source = str(told.get("source", "")).removeprefix(_SOURCE_PREFIX)
    message = str(told.get("message", ""))
    return ", ".join(part for part in (error, source, message) if part)
