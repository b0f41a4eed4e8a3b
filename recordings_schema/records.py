"""Metadata records: frozen dataclasses whose fields carry unit and meaning, and their two outer forms.

A record crosses processes and the journal as JSON, and lies in the file as attributes of one group. Both
forms derive from the declaration of its fields, so that a fact is named once. Allowed field types: text,
whole number, number, flag, table of texts (`dict[str, str]`). A number that is not known is NaN, in JSON
``null``.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar, get_type_hints

import numpy as np

from recordings_schema.errors import MetadataError

AttributeValue = str | int | float | np.uint8
"""How one field lies in an HDF5 attribute; flags are 0 or 1, tables are JSON text."""

MAXIMUM_TEXT_BYTES: Final = 60_000
"""Longest text of one field: every HDF5 release stores an attribute below 64 KiB."""

_INT64_LIMIT: Final = 2**63

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeSpec:
    """One attribute of a group or dataset: type, unit and meaning, derived from a record's field."""

    name: str
    type: str  # "text", "whole number", "number", "flag", "table as JSON"
    unit: str  # "" where it has none
    is_required: bool  # the file is wrong without it
    doc: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a field of a record means; stands in its annotation (`typing.Annotated`)."""

    doc: str
    unit: str = dataclasses.field(default="", kw_only=True)  # "" where it has none


_TYPE_NAMES: Final[dict[Any, str]] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "flag",
    dict[str, str]: "table as JSON",
}


def attribute_specs(record_type: type[Any]) -> tuple[AttributeSpec, ...]:
    """Return the attributes that a record of this type becomes."""
    plain = get_type_hints(record_type)
    annotated = get_type_hints(record_type, include_extras=True)
    return tuple(
        AttributeSpec(
            name=field.name,
            type=_TYPE_NAMES[plain[field.name]],
            unit=annotated[field.name].__metadata__[0].unit,
            is_required=_has_no_default(field),
            doc=annotated[field.name].__metadata__[0].doc,
        )
        for field in dataclasses.fields(record_type)
    )


def record_to_json(record: Any) -> dict[str, Any]:
    """Return the JSON form of a record: its fields by name, NaN as None."""
    values = {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
    return {name: None if _is_nan(value) else value for name, value in values.items()}


def record_from_json(record_type: type[Record], source: Any, where: str) -> Record:
    """Return the record that `source` describes.

    Parameters
    ----------
    record_type
        The dataclass to build.
    source
        A decoded JSON object.
    where
        How the messages name the object, for instance ``display``.

    Raises
    ------
    MetadataError
        If a field is unknown, missing, of the wrong type or out of range.
    """
    if not isinstance(source, Mapping):
        raise MetadataError(f"{where} is {_kind(source)}, expected an object with named fields.")
    hints = get_type_hints(record_type)
    fields = {field.name: field for field in dataclasses.fields(record_type)}  # type: ignore[arg-type]  # a dataclass
    unknown = sorted(str(name) for name in source if name not in fields)
    if unknown:
        raise MetadataError(f"{where} has the unknown field {unknown[0]!r}; known are {', '.join(fields)}.")
    values = {name: parse_value(hints[name], source[name], f"{where}.{name}") for name in source}
    missing = [name for name, field in fields.items() if name not in values and _has_no_default(field)]
    if missing:
        raise MetadataError(f"{where} has no field {missing[0]!r}, which every recording needs.")
    return record_type(**values)


def record_to_attributes(record: Any) -> dict[str, AttributeValue]:
    """Return the attributes a record becomes in the file."""
    return {field.name: attribute_value(getattr(record, field.name)) for field in dataclasses.fields(record)}


def attribute_value(value: object) -> AttributeValue:
    """Return how one value lies in an attribute."""
    if isinstance(value, bool):
        flag: np.uint8 = np.uint8(value)
        return flag
    if isinstance(value, dict):
        return to_json_text(value)
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        return value
    raise MetadataError(f"{_kind(value)} cannot be stored as an attribute.")


def record_from_attributes(record_type: type[Record], attributes: Mapping[str, Any], where: str) -> Record:
    """Return the record that a group's attributes describe; attributes it does not know are left alone.

    Raises
    ------
    MetadataError
        If an attribute is missing, of the wrong type or out of range.
    """
    hints = get_type_hints(record_type)
    names = [field.name for field in dataclasses.fields(record_type)]  # type: ignore[arg-type]  # a dataclass
    source = {
        name: _plain(hints[name], attributes[name], f"{where}@{name}") for name in names if name in attributes
    }
    return record_from_json(record_type, source, where)


def to_json_text(value: Any) -> str:
    """Return compact JSON with sorted names; refuses NaN and infinity."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def from_json_text(text: str | bytes, where: str) -> Any:
    """Return decoded JSON.

    Raises
    ------
    MetadataError
        If the text is not JSON.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as err:
        raise MetadataError(f"{where} is not JSON text ({err}).") from err


def parse_value(expected: Any, value: Any, where: str) -> Any:
    """Return `value` as the expected field type.

    Raises
    ------
    MetadataError
        If it has another type or is out of range.
    """
    if expected is float:
        return _parse_number(value, where)
    if expected == dict[str, str]:
        return _parse_table(value, where)
    if type(value) is not expected:
        raise MetadataError(f"{where} is {_kind(value)}, expected {_TYPE_NAMES[expected]}.")
    if expected is str:
        _check_text(value, where)
    if expected is int and not -_INT64_LIMIT <= value < _INT64_LIMIT:
        raise MetadataError(f"{where} is {value}, which does not fit 64 bits.")
    return value


def _parse_number(value: Any, where: str) -> float:
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise MetadataError(f"{where} is {_kind(value)}, expected a number.")
    try:
        number = float(value)
    except OverflowError as err:
        raise MetadataError(f"{where} is too large for a number.") from err
    if math.isinf(number):
        raise MetadataError(f"{where} is infinite; leave it out where it is not known.")
    return number


def _parse_table(value: Any, where: str) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise MetadataError(f"{where} is {_kind(value)}, expected a table of texts.")
    for name, text in value.items():
        if not isinstance(name, str) or not isinstance(text, str):
            raise MetadataError(f"{where}[{name!r}] is {_kind(text)}, expected text.")
    table = dict(value)
    _check_text(to_json_text(table), where)
    return table


def _check_text(text: str, where: str) -> None:
    try:
        size = len(text.encode("utf-8"))
    except UnicodeEncodeError as err:
        raise MetadataError(f"{where} holds a character that is not valid Unicode text.") from err
    if size > MAXIMUM_TEXT_BYTES:
        raise MetadataError(f"{where} is {size} bytes long, at most {MAXIMUM_TEXT_BYTES} can be stored.")
    if "\0" in text:
        raise MetadataError(f"{where} holds a zero character, which text in HDF5 cannot.")


def _plain(expected: Any, value: Any, where: str) -> Any:
    """Return an attribute read from HDF5 as the plain Python value of its field."""
    if isinstance(value, np.ndarray) and value.shape == ():
        value = value[()]
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, np.generic):
        value = value.item()
    if expected is bool and type(value) is int and value in (0, 1):
        return bool(value)
    if expected == dict[str, str] and isinstance(value, str):
        return from_json_text(value, where)
    return value


def _has_no_default(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _kind(value: Any) -> str:
    return f"of type {type(value).__name__}"
