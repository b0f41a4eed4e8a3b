"""Samples and signals as the SDK delivers them, made into the rows of this program.

Nothing is filled in: what the SDK calls invalid, or delivers as no number, is NaN with validity 0, each
of gaze, pupil, openness and eye position by its own validity.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from drivers.tobii.area import ScreenFrame
from gaze_core.rows import EXTERNAL_SIGNAL, GAZE, Rows, encode_text
from gaze_core.streams import RawChannel

SIDES: Final = ("left", "right")
SIGNAL_SOURCE: Final = "tracker"

_LARGEST_US: Final = (2**63 - 1) // 1000
_AXES: Final = ("x", "y", "z")
_ORIGIN: Final = "gaze_origin_in_user_coordinate_system"
_GAZE: Final = "gaze_point_on_display_area"
_UNITS: Final = {
    "device_time_stamp": "us",
    "system_time_stamp": "us",
    **{f"{_GAZE}_{axis}": "norm" for axis in "xy"},
    **{f"gaze_point_in_user_coordinate_system_{axis}": "mm, user coordinates" for axis in _AXES},
    **{f"{_ORIGIN}_{axis}": "mm, user coordinates" for axis in _AXES},
    "pupil_diameter": "mm",
    "eye_openness_value": "mm",
}
_FEEDS: Final = {
    "device_time_stamp": "t_device_ns",
    "system_time_stamp": "t_vendor_host_ns",
    f"{_GAZE}_x": "x_norm",
    f"{_GAZE}_y": "y_norm",
    "gaze_point_validity": "valid",
    "pupil_diameter": "pupil",
    "pupil_validity": "pupil_valid",
    "eye_openness_value": "openness_mm",
    "eye_validity": "openness_valid",
    **{f"{_ORIGIN}_{axis}": f"origin_{axis}_mm" for axis in _AXES},
    "gaze_origin_validity": "origin_valid",
}

Values = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def us_to_ns(times_us: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return microseconds as nanoseconds; what does not fit stops at the end of the range."""
    return np.clip(times_us, -_LARGEST_US, _LARGEST_US) * 1000


def raw_channels(raw_dtype: np.dtype[np.void]) -> tuple[RawChannel, ...]:
    """Return what each field of the raw rows is and feeds."""
    return tuple(_raw_channel(name) for name in raw_dtype.names or ())


def gaze_rows(raw: Rows, frame: ScreenFrame | None) -> Rows:
    """Return GAZE rows without numbers, arrival and flags.

    Parameters
    ----------
    raw
        Rows as `drivers.tobii.backend.TobiiDevice` describes them.
    frame
        The display area's frame; without one no eye position is known.
    """
    gaze = GAZE.empty(len(raw))
    gaze["flags"] = 0
    gaze["t_device_ns"] = us_to_ns(raw["device_time_stamp"])
    gaze["t_vendor_host_ns"] = us_to_ns(raw["system_time_stamp"])
    has_openness = "left_eye_openness_value" in (raw.dtype.names or ())
    for side in SIDES:
        x, y = raw[f"{side}_{_GAZE}_x"], raw[f"{side}_{_GAZE}_y"]
        is_valid = (raw[f"{side}_gaze_point_validity"] == 1) & np.isfinite(x) & np.isfinite(y)
        _put(gaze, f"{side}_valid", is_valid, {f"{side}_x_norm": x, f"{side}_y_norm": y})
        _put_one(
            gaze,
            f"{side}_pupil",
            f"{side}_pupil_valid",
            raw,
            f"{side}_pupil_diameter",
            f"{side}_pupil_validity",
        )
        if has_openness:
            _put_one(
                gaze,
                f"{side}_openness_mm",
                f"{side}_openness_valid",
                raw,
                f"{side}_eye_openness_value",
                f"{side}_eye_validity",
            )
        if frame is not None:
            _put_origin(gaze, side, raw, frame)
    return gaze


def signal_rows(signals: Rows) -> Rows:
    """Return EXTERNAL_SIGNAL rows of the tracker's own input."""
    rows = EXTERNAL_SIGNAL.empty(len(signals))
    if len(rows) == 0:
        return rows
    rows["t_host_ns"] = signals["t_host_ns"]
    rows["t_device_ns"] = us_to_ns(signals["device_us"])
    rows["value"] = signals["value"]
    rows["change"] = signals["change"]
    rows["source"] = encode_text(SIGNAL_SOURCE, rows.dtype["source"].itemsize)
    return rows


def _put_origin(gaze: Rows, side: str, raw: Rows, frame: ScreenFrame) -> None:
    origin = np.stack([raw[f"{side}_{_ORIGIN}_{axis}"] for axis in _AXES], axis=1).astype(np.float64)
    is_valid = (raw[f"{side}_gaze_origin_validity"] == 1) & np.isfinite(origin).all(axis=1)
    position = frame.from_user_coordinates(origin)
    columns = {f"{side}_origin_{axis}_mm": position[:, index] for index, axis in enumerate(_AXES)}
    _put(gaze, f"{side}_origin_valid", is_valid, columns)


def _put_one(gaze: Rows, column: str, validity: str, raw: Rows, raw_column: str, raw_validity: str) -> None:
    values = raw[raw_column]
    _put(gaze, validity, (raw[raw_validity] == 1) & np.isfinite(values), {column: values})


def _put(gaze: Rows, validity: str, is_valid: Bools, columns: dict[str, Values]) -> None:
    gaze[validity] = is_valid
    for column, values in columns.items():
        gaze[column] = np.where(is_valid, values, np.nan)


def _raw_channel(name: str) -> RawChannel:
    side, _, rest = name.partition("_")
    if side not in SIDES:
        return RawChannel(name=name, unit=_UNITS.get(name, ""), mapped_to=_FEEDS.get(name, ""))
    fed = _FEEDS.get(rest)
    mapped_to = f"{side}_{fed}" if fed is not None else ""
    return RawChannel(name=name, unit=_UNITS.get(rest, ""), mapped_to=mapped_to)
