"""Frozen dataclasses to and from plain JSON values, by their declarations.

Unknown names are left out when reading (an older program reads a newer file of the same version); a missing
name takes its default; a value of another type is an error that names the field.
"""

from __future__ import annotations

import dataclasses
import enum
import math
import types
import typing
from typing import Any, TypeVar

Record = TypeVar("Record")


class SettingsFormatError(Exception):
    """A value does not fit its declaration; the text names the field."""


def encode_record(record: Any) -> Any:
    """Return the JSON value of a frozen dataclass, an enum, a tuple, a mapping or a plain value."""
    if isinstance(record, enum.Enum):
        return record.value
    if dataclasses.is_dataclass(record) and not isinstance(record, type):
        return {item.name: encode_record(getattr(record, item.name)) for item in dataclasses.fields(record)}
    if isinstance(record, (tuple, list)):
        return [encode_record(item) for item in record]
    if isinstance(record, dict):
        return {str(name): encode_record(value) for name, value in record.items()}
    return record


def decode_record(cls: type[Record], value: object) -> Record:
    """Return the record of type `cls` that `value` describes.

    Raises
    ------
    SettingsFormatError
        If a value is of another type than declared.
    """
    return typing.cast(Record, _decode(cls, value, cls.__name__))


def _decode(hint: Any, value: object, where: str) -> Any:
    origin = typing.get_origin(hint)
    if hint is Any:
        return value
    if dataclasses.is_dataclass(hint):
        return _decode_fields(hint, value, where)
    if origin is tuple:
        inner = typing.get_args(hint)[0]
        return tuple(_decode(inner, item, where) for item in _expect(list, value, where))
    if origin is dict:
        inner = typing.get_args(hint)[1]
        return {name: _decode(inner, item, where) for name, item in _expect(dict, value, where).items()}
    if origin in (typing.Union, types.UnionType):
        return None if value is None else _decode(typing.get_args(hint)[0], value, where)
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return _decode_choice(hint, value, where)
    return _decode_plain(hint, value, where)


def _decode_fields(hint: Any, value: object, where: str) -> Any:
    stored = _expect(dict, value, where)
    hints = typing.get_type_hints(hint)
    known = {item.name for item in dataclasses.fields(hint)} & set(stored)
    values = {name: _decode(hints[name], stored[name], name) for name in known}
    try:
        return hint(**values)
    except (TypeError, ValueError) as err:  # a name without default is missing, or the record checks itself
        raise SettingsFormatError(f"{where}: {err}") from err


def _decode_choice(hint: type[enum.Enum], value: object, where: str) -> enum.Enum:
    try:
        return hint(value)
    except ValueError as err:
        raise SettingsFormatError(f"{where} has an unknown value") from err


def _decode_plain(hint: type, value: object, where: str) -> Any:
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hint is int and isinstance(value, bool):
        raise SettingsFormatError(f"{where} is not a number")
    checked = _expect(hint, value, where)
    if isinstance(checked, float) and not math.isfinite(checked):
        raise SettingsFormatError(f"{where} is not a finite number")
    return checked


def _expect(kind: type, value: object, where: str) -> Any:
    if not isinstance(value, kind):
        raise SettingsFormatError(f"{where} is not of the expected type")
    return value
