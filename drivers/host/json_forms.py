"""JSON forms of the records that travel between the interpreters, and strict readers of them.

What comes from the other interpreter is checked field by field; `FrameError` where something does not fit.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Final, TypeVar

import numpy as np

from drivers.contract import Capabilities, Notice, NoticeKind, Scene, ScenePane, ViewingSetup
from drivers.registry import FoundTracker
from gaze_core.frames import FrameError
from gaze_core.streams import PupilUnit, RawChannel, TrackerInfo

_MOST_FIELDS: Final = 4096
_MOST_ROW_BYTES: Final = 1_000_000
_FIELD_KINDS: Final = "biufSU"  # plain numbers and text; nothing that holds a pointer
_Record = TypeVar("_Record")
_Choice = TypeVar("_Choice", bound=Enum)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class HostedCapabilities:
    """What can be said of `Capabilities` in JSON."""

    rates_hz: tuple[float, ...] = ()
    modes: tuple[str, ...] = ()
    takes_scenes: bool = False
    calibrates: bool = False
    calibrates_single_eyes: bool = False
    counts_cpu: bool = False


def capabilities_to_json(capabilities: Capabilities) -> dict[str, Any]:
    """Return the JSON form of what a driver can do."""
    return dataclasses.asdict(
        HostedCapabilities(
            rates_hz=capabilities.rates_hz,
            modes=capabilities.modes,
            takes_scenes=capabilities.set_scene is not None,
            calibrates=capabilities.calibrator is not None,
            calibrates_single_eyes=capabilities.calibrates_single_eyes,
            counts_cpu=capabilities.cpu_s is not None,
        )
    )


def capabilities_from_json(source: Any) -> HostedCapabilities:
    """Return what a driver in the other interpreter can do."""
    return _record(
        HostedCapabilities,
        source,
        {
            "rates_hz": _numbers,
            "modes": _texts,
            "takes_scenes": _flag,
            "calibrates": _flag,
            "calibrates_single_eyes": _flag,
            "counts_cpu": _flag,
        },
    )


def info_to_json(info: TrackerInfo) -> dict[str, Any]:
    """Return the JSON form of a description, its raw row type left out."""
    form = {field.name: getattr(info, field.name) for field in dataclasses.fields(info)}
    del form["raw_dtype"]
    form["raw_channels"] = [dataclasses.asdict(channel) for channel in info.raw_channels]
    form["pupil_unit"] = info.pupil_unit.value
    return form


def info_from_json(source: Any, raw_dtype: np.dtype[np.void]) -> TrackerInfo:
    """Return the description of a tracker that sends raw rows of a type."""
    read = {
        "driver": _text,
        "model": _text,
        "serial": _text,
        "firmware": _text,
        "rate_hz": _number,
        "raw_channels": _channels,
        "pupil_unit": _choice_of(PupilUnit),
        "has_device_clock": _flag,
        "has_truth": _flag,
        "is_simulated": _flag,
        "display_area_mm": _size,
        "settings": _text_mapping,
    }
    return _record(TrackerInfo, source, read, raw_dtype=raw_dtype)


def raw_dtype_to_json(dtype: np.dtype[Any]) -> list[list[Any]]:
    """Return name, type and shape of each field of a tracker's raw rows."""
    return [[name, dtype[name].base.str, list(dtype[name].shape)] for name in dtype.names or ()]


def raw_dtype_from_json(source: Any) -> np.dtype[np.void]:
    """Return the packed row type of such a list."""
    if not isinstance(source, list) or not 0 < len(source) <= _MOST_FIELDS:
        raise FrameError("a tracker was announced whose raw rows have no usable fields")
    fields = []
    for entry in source:
        is_field = isinstance(entry, list) and len(entry) == 3 and isinstance(entry[2], list)
        if not is_field or any(type(size) is not int or not 0 < size < _MOST_ROW_BYTES for size in entry[2]):
            raise FrameError(f"a raw field is described by {str(entry)[:100]}")
        fields.append((_text(entry[0]), _field_type(_text(entry[1])), tuple(entry[2])))
    row_bytes = sum(type_.itemsize * math.prod(shape) for _, type_, shape in fields)
    if len({name for name, _, _ in fields}) != len(fields) or row_bytes > _MOST_ROW_BYTES:
        raise FrameError("a tracker was announced whose raw rows are too long or name a field twice")
    return np.dtype(fields)


def notice_to_json(notice: Notice) -> dict[str, Any]:
    """Return the JSON form of a notice."""
    return {**dataclasses.asdict(notice), "kind": notice.kind.value}


def notice_from_json(source: Any) -> Notice:
    """Return a notice."""
    read = {"t_host_ns": _integer, "kind": _choice_of(NoticeKind), "text": _text, "value": _number}
    return _record(Notice, source, read)


def found_to_json(found: FoundTracker) -> dict[str, Any]:
    """Return the JSON form of a tracker that answered a search."""
    return {**dataclasses.asdict(found), "options": dict(found.options)}


def found_from_json(source: Any) -> FoundTracker:
    """Return a tracker that answered a search."""
    texts = ("driver", "title", "model", "serial", "firmware", "mode", "licence", "reason", "remedy")
    read: dict[str, Callable[[Any], Any]] = dict.fromkeys(texts, _text)
    read |= {"options": _text_mapping, "rates_hz": _numbers, "rate_hz": _number, "modes": _texts}
    read |= {"display_area_mm": _size, "is_usable": _flag}
    return _record(FoundTracker, source, read)


def scene_from_json(source: Any) -> Scene:
    """Return the scene whose `dataclasses.asdict` went through JSON."""

    def pane(form: Any) -> ScenePane:
        read = {
            "image_id": _integer,
            "src_image_px": _numbers,
            "dst_norm": _numbers,
            "places_image_px": _number_rows,
            "luminance": _number,
        }
        return _record(ScenePane, form, read)

    read: dict[str, Callable[[Any], Any]] = {
        "t_host_ns": _integer,
        "panes": lambda forms: tuple(pane(form) for form in _list(forms)),
        "targets_norm": _number_rows,
        "luminance": _number,
    }
    return _record(Scene, source, read)


def setup_from_json(source: Any) -> ViewingSetup:
    """Return the screen whose `dataclasses.asdict` went through JSON."""
    read = {"width_px": _integer, "height_px": _integer, "width_mm": _number, "height_mm": _number}
    return _record(ViewingSetup, source, {**read, "distance_mm": _number})


def _record(
    kind: type[_Record], source: Any, read: Mapping[str, Callable[[Any], Any]], **further: Any
) -> _Record:
    if not isinstance(source, dict) or set(source) != set(read):
        raise FrameError(f"a {kind.__name__} came with other fields than it has")
    return kind(**{name: reader(source[name]) for name, reader in read.items()}, **further)


def _of_type(value: Any, kind: type[Any] | tuple[type[Any], ...]) -> Any:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise FrameError(f"{str(value)[:100]!r} came where something else was expected")
    return value


def _text(value: Any) -> str:
    return str(_of_type(value, str))


def _flag(value: Any) -> bool:
    return bool(_of_type(value, bool))


def _integer(value: Any) -> int:
    number = int(_of_type(value, int))
    if not -(2**63) <= number < 2**63:
        raise FrameError("a number came that is no integer of 64 bits")
    return number


def _number(value: Any) -> float:
    try:
        return float(_of_type(value, (int, float)))
    except OverflowError as err:
        raise FrameError("a number is too large") from err


def _list(value: Any) -> list[Any]:
    return list(_of_type(value, list))


def _numbers(value: Any) -> tuple[float, ...]:
    return tuple(_number(each) for each in _list(value))


def _number_rows(value: Any) -> tuple[tuple[float, ...], ...]:
    return tuple(_numbers(each) for each in _list(value))


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(_text(each) for each in _list(value))


def _text_mapping(value: Any) -> dict[str, str]:
    return {name: _text(text) for name, text in _of_type(value, dict).items()}


def _size(value: Any) -> tuple[float, float] | None:
    if value is None:
        return None
    numbers = _numbers(value)
    if len(numbers) != 2:
        raise FrameError("a display area has a width and a height")
    return numbers[0], numbers[1]


def _channels(value: Any) -> tuple[RawChannel, ...]:
    read = {"name": _text, "unit": _text, "mapped_to": _text}
    return tuple(_record(RawChannel, each, read) for each in _list(value))


def _choice_of(kind: type[_Choice]) -> Callable[[Any], _Choice]:
    def read(value: Any) -> _Choice:
        try:
            return kind(_text(value))
        except ValueError as err:
            raise FrameError(f"{str(value)[:100]!r} is no {kind.__name__}") from err

    return read


def _field_type(text: str) -> np.dtype[Any]:
    try:
        parsed = np.dtype(text) if len(text) <= 8 else None
    except (TypeError, ValueError):
        parsed = None
    if parsed is None or parsed.kind not in _FIELD_KINDS or parsed.itemsize == 0:
        raise FrameError(f"a raw field has the type {text[:20]!r}")
    return parsed
