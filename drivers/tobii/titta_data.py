"""From TittaPy's dictionaries of arrays to the rows of the border."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from drivers.contract import DriverError
from drivers.tobii.backend import SIGNAL_DTYPE, SYNC_DTYPE, DisplayArea, Point3, TobiiNotice
from gaze_core.rows import USER_POSITION, Rows

STREAM_ERROR: Final = "stream_error"

# The SDK's names, which the border uses, by the endings of TittaPy's.
_ENDINGS: Final = {
    "gaze_point_in_user_coordinates_": "gaze_point_in_user_coordinate_system_",
    "gaze_origin_in_user_coordinates_": "gaze_origin_in_user_coordinate_system_",
    "gaze_point_valid": "gaze_point_validity",
    "gaze_origin_valid": "gaze_origin_validity",
    "pupil_valid": "pupil_validity",
    "eye_openness_diameter": "eye_openness_value",
    "eye_openness_valid": "eye_validity",
}
_OPENNESS: Final = "eye_openness_"
_SIDES: Final = ("left", "right")
_PARTS: Final = {  # which flag says whether a part was delivered, and the fields that belong to it
    "gaze_point": "gaze_point_validity",
    "gaze_origin": "gaze_origin_validity",
    "pupil": "pupil_validity",
    "eye_openness": "eye_validity",
}
_NEEDED: Final = (
    "device_time_stamp",
    "system_time_stamp",
    *(
        f"{side}_{name}"
        for side in _SIDES
        for name in (
            "gaze_point_on_display_area_x",
            "gaze_point_on_display_area_y",
            *(f"gaze_point_in_user_coordinate_system_{axis}" for axis in "xyz"),
            *(f"gaze_origin_in_user_coordinate_system_{axis}" for axis in "xyz"),
            "gaze_point_validity",
            "gaze_origin_validity",
            "pupil_diameter",
            "pupil_validity",
        )
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GazeLayout:
    """How a gaze sample is stored: the fields, and the array of TittaPy that each comes from."""

    dtype: np.dtype[np.void]
    sources: tuple[tuple[str, str], ...]  # field, TittaPy's name

    @classmethod
    def of(cls, example: Mapping[str, Any], *, has_openness: bool) -> GazeLayout:
        """Return the layout of what TittaPy delivers.

        Parameters
        ----------
        example
            Gaze as TittaPy gives it; no samples are needed.
        has_openness
            Whether eye openness is merged into gaze; without it its fields hold nothing and are left out.

        Raises
        ------
        DriverError
            If something that every version we know delivers is missing.
        """
        sources = tuple((_field_of(name), name) for name in example if has_openness or _OPENNESS not in name)
        missing = sorted(set(_NEEDED) - {field for field, _ in sources})
        if missing:
            raise DriverError(
                f"The installed TittaPy delivers gaze without {', '.join(missing[:3])}, so its samples "
                "cannot be read. Install TittaPy 2.1 (the extra tobii of this program)."
            )
        fields = [(field, _type_of(np.asarray(example[name]).dtype)) for field, name in sources]
        return cls(dtype=np.dtype(fields), sources=sources)

    def rows(self, data: Mapping[str, Any]) -> Rows:
        """Return samples; what was not delivered in a sample is NaN and not valid."""
        rows = np.zeros(len(data["device_time_stamp"]), self.dtype)
        for field, name in self.sources:
            rows[field] = data[name]
        names = self.dtype.names or ()
        for side in _SIDES:
            for part, validity in _PARTS.items():
                flag = f"{side}_{part}_available"
                if flag not in names:
                    continue
                is_absent = rows[flag] == 0
                if is_absent.any():
                    rows[f"{side}_{validity}"][is_absent] = 0
                    for name in names:
                        if name.startswith(f"{side}_{part}") and self.dtype[name].kind == "f":
                            rows[name][is_absent] = math.nan
        return rows


def is_half(rows: Rows) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which samples have gaze without openness, or openness without gaze, where both are asked for."""
    names = rows.dtype.names or ()
    if "left_eye_openness_available" not in names:
        return np.zeros(len(rows), np.bool_)
    return np.asarray((rows["left_gaze_point_available"] == 0) | (rows["left_eye_openness_available"] == 0))


def sync_rows(data: Mapping[str, Any], t_host_ns: int) -> Rows:
    """Return the exchanges of clock readings."""
    rows = np.zeros(len(data["device_time_stamp"]), SYNC_DTYPE)
    rows["t_host_ns"] = t_host_ns
    rows["request_us"] = data["system_request_time_stamp"]
    rows["device_us"] = data["device_time_stamp"]
    rows["response_us"] = data["system_response_time_stamp"]
    return rows


def signal_rows(data: Mapping[str, Any], t_host_ns: int) -> Rows:
    """Return the changes on the external port."""
    rows = np.zeros(len(data["device_time_stamp"]), SIGNAL_DTYPE)
    rows["t_host_ns"] = t_host_ns
    rows["device_us"] = data["device_time_stamp"]
    rows["system_us"] = data["system_time_stamp"]
    rows["value"] = data["value"]
    rows["change"] = [change.name.encode("ascii", "replace") for change in data["change_type"]]
    return rows


def position_rows(data: Mapping[str, Any], t_host_ns: int) -> Rows:
    """Return where the eyes are in the tracker's box, NaN where it does not see them."""
    rows = USER_POSITION.empty(len(data["left_user_position_valid"]))
    rows["t_host_ns"] = t_host_ns
    for side in _SIDES:
        is_valid = np.asarray(data[f"{side}_user_position_valid"], np.bool_)
        rows[f"{side}_valid"] = is_valid
        for axis in "xyz":
            rows[f"{side}_{axis}_box"] = np.where(is_valid, data[f"{side}_user_position_{axis}"], math.nan)
    return rows


def notices(data: Mapping[str, Any], t_host_ns: int) -> tuple[TobiiNotice, ...]:
    """Return the notifications."""
    made = []
    for index, kind in enumerate(data["notification_type"]):
        rate_hz, area = data["output_frequency"][index], data["display_area"][index]
        made.append(
            TobiiNotice(
                t_host_ns=t_host_ns,
                system_time_us=int(data["system_time_stamp"][index]),
                kind=kind.name,
                detail=str(data["errors_or_warnings"][index] or ""),
                value=math.nan if rate_hz is None else float(rate_hz),
                display_area=None if area is None else display_area(area),
            )
        )
    return tuple(made)


def error_notice(entry: Mapping[str, Any], t_host_ns: int) -> TobiiNotice:
    """Return a stream error out of the log."""
    detail = f"{entry['error'].name} of {entry['source'].name}"
    message = str(entry.get("message") or "").strip()
    return TobiiNotice(
        t_host_ns=t_host_ns,
        system_time_us=int(entry["system_time_stamp"]),
        kind=STREAM_ERROR,
        detail=f"{detail}: {message}" if message else detail,
    )


def display_area(data: Mapping[str, Any]) -> DisplayArea:
    """Return the screen the tracker believes in."""
    return DisplayArea(
        top_left_mm=_point(data["top_left"]),
        top_right_mm=_point(data["top_right"]),
        bottom_left_mm=_point(data["bottom_left"]),
        bottom_right_mm=_point(data["bottom_right"]),
        width_mm=float(data["width"]),
        height_mm=float(data["height"]),
    )


def _point(values: Any) -> Point3:
    x_mm, y_mm, z_mm = (float(value) for value in values)
    return x_mm, y_mm, z_mm


def _field_of(name: str) -> str:
    for ending, ours in _ENDINGS.items():
        if ending in name:
            return name.replace(ending, ours)
    return name


def _type_of(dtype: np.dtype[Any]) -> str:
    return {"f": "<f8", "b": "u1"}.get(dtype.kind, "<i8")
