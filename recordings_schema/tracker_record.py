"""The tracker's description as a record of the file, and its raw row type as JSON.

A raw row is stored in the tracker's own types, so its dtype comes from outside: from a driver, from a journal
or from a file somebody sent. It is checked field by field before it is used.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

import numpy as np

from gaze_core.streams import PupilUnit, RawChannel, TrackerInfo
from recordings_schema.errors import MetadataError
from recordings_schema.records import (
    Meaning,
    from_json_text,
    record_from_json,
    record_to_json,
    to_json_text,
)

_KINDS: Final = "biufS"
_MAXIMUM_FIELDS: Final = 1024
_MAXIMUM_ROW_BYTES: Final = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerRecord:
    """The tracker that was recorded; attributes of the tracker's group."""

    driver: Annotated[str, Meaning("name of the driver")]
    model: Annotated[str, Meaning("maker and model")]
    serial: Annotated[str, Meaning("serial number")] = ""
    firmware: Annotated[str, Meaning("firmware version")] = ""
    rate_hz: Annotated[float, Meaning("device setting; NaN where unknown", unit="Hz")]
    pupil_unit: Annotated[
        str, Meaning("unit of the pupil columns: " + ", ".join(unit.value for unit in PupilUnit))
    ]
    has_device_clock: Annotated[bool, Meaning("0 where t_device_ns is the arrival")]
    has_truth: Annotated[bool, Meaning("1 where the truth of a simulated eye is stored")]
    is_simulated: Annotated[bool, Meaning("1 where no eye was recorded")]
    display_area_width_mm: Annotated[float, Meaning("the tracker's own screen; NaN where unknown", unit="mm")]
    display_area_height_mm: Annotated[
        float, Meaning("the tracker's own screen; NaN where unknown", unit="mm")
    ]
    tracker_settings: Annotated[dict[str, str], Meaning("everything else the driver reported")] = field(
        default_factory=dict
    )
    raw_channels: Annotated[
        str, Meaning("JSON list of the raw fields: name, unit as declared, mapped_to (gaze column)")
    ]

    @classmethod
    def of(cls, info: TrackerInfo) -> TrackerRecord:
        """Return the record of an opened tracker."""
        width_mm, height_mm = info.display_area_mm or (math.nan, math.nan)
        return cls(
            driver=info.driver,
            model=info.model,
            serial=info.serial,
            firmware=info.firmware,
            rate_hz=float(info.rate_hz),
            pupil_unit=info.pupil_unit.value,
            has_device_clock=info.has_device_clock,
            has_truth=info.has_truth,
            is_simulated=info.is_simulated,
            display_area_width_mm=float(width_mm),
            display_area_height_mm=float(height_mm),
            tracker_settings=dict(info.settings),
            raw_channels=to_json_text(
                [[channel.name, channel.unit, channel.mapped_to] for channel in info.raw_channels]
            ),
        )

    def tracker_info(self, raw_dtype: np.dtype[np.void]) -> TrackerInfo:
        """Return the tracker this record describes; `raw_dtype` is that of its raw rows.

        Raises
        ------
        MetadataError
            If the pupil unit or the list of raw channels is not usable.
        """
        has_area = not (math.isnan(self.display_area_width_mm) or math.isnan(self.display_area_height_mm))
        try:
            unit = PupilUnit(self.pupil_unit)
        except ValueError as err:
            raise MetadataError(
                f"tracker.pupil_unit is {self.pupil_unit!r}, which no version knows."
            ) from err
        return TrackerInfo(
            driver=self.driver,
            model=self.model,
            serial=self.serial,
            firmware=self.firmware,
            rate_hz=self.rate_hz,
            raw_dtype=raw_dtype,
            raw_channels=_parse_channels(self.raw_channels),
            pupil_unit=unit,
            has_device_clock=self.has_device_clock,
            has_truth=self.has_truth,
            is_simulated=self.is_simulated,
            display_area_mm=(self.display_area_width_mm, self.display_area_height_mm) if has_area else None,
            settings=dict(self.tracker_settings),
        )


def tracker_info_to_json(info: TrackerInfo) -> dict[str, Any]:
    """Return the JSON form of a tracker, raw row type included."""
    return {"record": record_to_json(TrackerRecord.of(info)), "raw_dtype": dtype_to_json(info.raw_dtype)}


def tracker_info_from_json(source: Any) -> TrackerInfo:
    """Return the tracker that a decoded JSON object describes.

    Raises
    ------
    MetadataError
        If a part is missing, unknown or of the wrong type.
    """
    if not isinstance(source, Mapping) or set(source) != {"record", "raw_dtype"}:
        raise MetadataError("The tracker must be an object with exactly the parts record and raw_dtype.")
    record = record_from_json(TrackerRecord, source["record"], "tracker")
    return record.tracker_info(dtype_from_json(source["raw_dtype"], "tracker.raw_dtype"))


def packed_dtype(dtype: np.dtype[Any]) -> np.dtype[np.void]:
    """Return the same fields without padding, as they are stored.

    Raises
    ------
    MetadataError
        If the dtype is not a plain structured one that a recording can store.
    """
    return dtype_from_json(dtype_to_json(dtype), "The raw row type")


def dtype_to_json(dtype: np.dtype[Any]) -> list[list[Any]]:
    """Return the JSON form of a structured dtype: name, type string and shape of each field."""
    if dtype.names is None:
        raise MetadataError(
            f"Raw rows of type {dtype} have no named fields; a driver must name its channels."
        )
    return [[name, dtype[name].base.str, list(dtype[name].shape)] for name in dtype.names]


def dtype_from_json(source: Any, where: str) -> np.dtype[np.void]:
    """Return the packed dtype that a decoded JSON list describes.

    Raises
    ------
    MetadataError
        If a field has no usable name or type, or the row is empty or too long.
    """
    if not isinstance(source, list) or not 0 < len(source) <= _MAXIMUM_FIELDS:
        raise MetadataError(f"{where} must list 1 to {_MAXIMUM_FIELDS} fields.")
    parsed = [_parse_field(entry, where) for entry in source]
    if len({name for name, _, _ in parsed}) != len(parsed):
        raise MetadataError(f"{where} names a field twice.")
    total = sum(type_.itemsize * int(np.prod(shape, dtype=np.int64)) for _, type_, shape in parsed)
    if total > _MAXIMUM_ROW_BYTES:
        raise MetadataError(f"{where} is {total} bytes long, at most {_MAXIMUM_ROW_BYTES} can be stored.")
    return np.dtype(parsed)


def _parse_field(entry: Any, where: str) -> tuple[str, np.dtype[Any], tuple[int, ...]]:
    if not isinstance(entry, list) or len(entry) != 3:
        raise MetadataError(f"{where} has a field that is not a list of name, type and shape.")
    name, type_text, shape = entry
    if not isinstance(name, str) or not 0 < len(name.encode("utf-8", "replace")) <= 200 or "\0" in name:
        raise MetadataError(f"{where} has the unusable field name {name!r}.")
    is_shape = isinstance(shape, list) and len(shape) <= 2
    if not is_shape or any(type(size) is not int or not 0 < size <= _MAXIMUM_ROW_BYTES for size in shape):
        raise MetadataError(f"{where} field {name!r} has the unusable shape {shape!r}.")
    return name, _parse_type(type_text, f"{where} field {name!r}"), tuple(shape)


def _parse_type(type_text: Any, where: str) -> np.dtype[Any]:
    try:
        parsed = np.dtype(type_text) if isinstance(type_text, str) and len(type_text) <= 8 else None
    except (TypeError, ValueError):
        parsed = None
    is_plain = (
        parsed is not None and parsed.kind in _KINDS and parsed.names is None and parsed.subdtype is None
    )
    if parsed is None or not is_plain or parsed.itemsize == 0 or (parsed.kind == "f" and parsed.itemsize > 8):
        raise MetadataError(
            f"{where} has type {type_text!r}; only whole numbers, numbers up to 64 bits, flags and "
            "fixed-length text can be stored."
        )
    return parsed


def _parse_channels(text: str) -> tuple[RawChannel, ...]:
    source = from_json_text(text, "tracker.raw_channels")
    is_table = isinstance(source, list) and all(
        isinstance(entry, list) and len(entry) == 3 and all(isinstance(part, str) for part in entry)
        for entry in source
    )
    if not is_table:
        raise MetadataError(
            "tracker.raw_channels must list name, unit and mapped_to of each channel as texts."
        )
    return tuple(RawChannel(name=name, unit=unit, mapped_to=mapped_to) for name, unit, mapped_to in source)
