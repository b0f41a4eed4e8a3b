"""What the buffers hold, turned into dictionaries of arrays by the names and types of the real module."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from simulated_tobii import EyeSample, GazeSample, Notification, Position, Signal, SimulatedArea, TimeSync

from . import _enumerations as enumerations


@dataclass
class MergedSample:
    """Gaze and eye openness of one moment; one of both may be missing."""

    device_us: int
    system_us: int
    gaze: GazeSample | None = None
    openness: GazeSample | None = None


def as_dictionary(stream: str, records: Sequence[Any]) -> dict[str, Any]:
    """Return the records of a stream as the real module gives them: arrays and lists, also of nothing."""
    return _MAKERS[stream](records)


def area_as_dictionary(area: SimulatedArea) -> dict[str, Any]:
    """Return a display area, mm; the real module has C floats."""
    corners = {
        name: [float(np.float32(value)) for value in getattr(area, name)]
        for name in ("bottom_left", "bottom_right", "top_left", "top_right")
    }
    return {**corners, "width": float(np.float32(area.width)), "height": float(np.float32(area.height))}


def _gaze(records: Sequence[MergedSample]) -> dict[str, Any]:
    out: dict[str, Any] = {
        "device_time_stamp": np.array([each.device_us for each in records], np.int64),
        "system_time_stamp": np.array([each.system_us for each in records], np.int64),
    }
    for side in ("left", "right"):
        seen = [getattr(each.gaze, side) if each.gaze else None for each in records]
        lids = [getattr(each.openness, side) if each.openness else None for each in records]
        out |= _eye(side, seen, lids)
    return out


def _eye(side: str, seen: Sequence[EyeSample | None], lids: Sequence[EyeSample | None]) -> dict[str, Any]:
    # Where a part is not available the real module leaves zeros.
    def floats(eyes: Sequence[EyeSample | None], value: Callable[[EyeSample], float]) -> Any:
        return np.array([0.0 if eye is None else value(eye) for eye in eyes], np.float32)

    def flags(eyes: Sequence[EyeSample | None], value: Callable[[EyeSample], bool]) -> Any:
        return np.array([eye is not None and value(eye) for eye in eyes], np.bool_)

    point, origin = f"{side}_gaze_point", f"{side}_gaze_origin"
    pupil, openness = f"{side}_pupil", f"{side}_eye_openness"
    return {
        f"{point}_on_display_area_x": floats(seen, lambda eye: eye.point_norm[0]),
        f"{point}_on_display_area_y": floats(seen, lambda eye: eye.point_norm[1]),
        f"{point}_in_user_coordinates_x": floats(seen, lambda eye: eye.point_mm[0]),
        f"{point}_in_user_coordinates_y": floats(seen, lambda eye: eye.point_mm[1]),
        f"{point}_in_user_coordinates_z": floats(seen, lambda eye: eye.point_mm[2]),
        f"{point}_valid": flags(seen, lambda eye: eye.is_point_valid),
        f"{point}_available": flags(seen, lambda _: True),
        f"{pupil}_diameter": floats(seen, lambda eye: eye.pupil_mm),
        f"{pupil}_valid": flags(seen, lambda eye: eye.is_pupil_valid),
        f"{pupil}_available": flags(seen, lambda _: True),
        f"{origin}_in_user_coordinates_x": floats(seen, lambda eye: eye.origin_mm[0]),
        f"{origin}_in_user_coordinates_y": floats(seen, lambda eye: eye.origin_mm[1]),
        f"{origin}_in_user_coordinates_z": floats(seen, lambda eye: eye.origin_mm[2]),
        f"{origin}_valid": flags(seen, lambda eye: eye.is_origin_valid),
        f"{origin}_available": flags(seen, lambda _: True),
        f"{openness}_diameter": floats(lids, lambda eye: eye.openness_mm),
        f"{openness}_valid": flags(lids, lambda eye: eye.is_openness_valid),
        f"{openness}_available": flags(lids, lambda _: True),
    }


def _external_signal(records: Sequence[Signal]) -> dict[str, Any]:
    changes = enumerations.external_signal_change_type
    return {
        "device_time_stamp": np.array([each.device_us for each in records], np.int64),
        "system_time_stamp": np.array([each.system_us for each in records], np.int64),
        "value": np.array([each.value for each in records], np.uint32),
        "change_type": [changes[each.change] for each in records],
    }


def _time_sync(records: Sequence[TimeSync]) -> dict[str, Any]:
    return {
        "system_request_time_stamp": np.array([each.request_us for each in records], np.int64),
        "device_time_stamp": np.array([each.device_us for each in records], np.int64),
        "system_response_time_stamp": np.array([each.response_us for each in records], np.int64),
    }


def _positioning(records: Sequence[Position]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for side in ("left", "right"):
        for index, axis in enumerate("xyz"):
            values = [getattr(each, side)[index] for each in records]
            out[f"{side}_user_position_{axis}"] = np.array(values, np.float32)
        valid = [getattr(each, f"is_{side}_valid") for each in records]
        out[f"{side}_user_position_valid"] = np.array(valid, np.bool_)
    return out


def _notification(records: Sequence[Notification]) -> dict[str, Any]:
    kinds = enumerations.notification_type
    has_text = ("device_faults", "device_warnings")
    return {
        "system_time_stamp": np.array([each.system_us for each in records], np.int64),
        "notification_type": [kinds[each.kind] for each in records],
        "output_frequency": [None if np.isnan(each.rate_hz) else float(each.rate_hz) for each in records],
        "display_area": [None if each.area is None else area_as_dictionary(each.area) for each in records],
        "errors_or_warnings": [each.text if each.kind in has_text else None for each in records],
    }


def _eye_image(_: Sequence[Any]) -> dict[str, Any]:
    # No simulated tracker has a camera to show.
    return {
        "device_time_stamp": np.zeros(0, np.int64),
        "system_time_stamp": np.zeros(0, np.int64),
        "type": [],
        "image": [],
    }


_MAKERS: dict[str, Callable[[Sequence[Any]], dict[str, Any]]] = {
    "gaze": _gaze,
    "eye_openness": _gaze,
    "eye_image": _eye_image,
    "external_signal": _external_signal,
    "time_sync": _time_sync,
    "positioning": _positioning,
    "notification": _notification,
}
