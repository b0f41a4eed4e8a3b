"""The JSON form of a `ChannelMapping`: read strictly, with sentences; written as a skeleton to fill in.

::

    {"channels": {"gaze x": {"column": "x_norm", "unit": "pixels"},
                  "gaze y": {"column": "y_norm", "unit": "pixels"},
                  "battery": null},
     "missing_values": [-32768], "zero_is_missing": false, "confidence_threshold": 0.6}

A channel mapped to null, or not named, feeds no column; it stays in the raw rows all the same.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Mapping
from typing import Final, TypeAlias

from gaze_core.channels import ChannelMapping, ChannelMappingError, ChannelUnit, ChannelUse, mappable_columns

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None

MAX_MAPPING_BYTES: Final = 1_000_000
"""A mapping names some channels; anything larger is another file."""

MAPPING_KEYS: Final = ("channels", "missing_values", "zero_is_missing", "confidence_threshold")


def parse_json_object(text: str, where: str) -> dict[str, Json]:
    """Return the object that a JSON text holds.

    Raises
    ------
    ChannelMappingError
        If it is not JSON, not an object, or names a key twice.
    """
    try:
        parsed: Json = json.loads(text, object_pairs_hook=_unique_pairs)
    except RecursionError as error:
        raise ChannelMappingError(f"{where} is nested too deeply to be a mapping.") from error
    except json.JSONDecodeError as error:
        raise ChannelMappingError(
            f"{where} is not JSON: {error.msg} in line {error.lineno}, column {error.colno}."
        ) from error
    return expect_object(parsed, where)


def expect_object(value: Json, where: str) -> dict[str, Json]:
    """Return `value` if it is an object."""
    if not isinstance(value, dict):
        raise ChannelMappingError(f"{where} must be an object in braces.")
    return value


def expect_keys(
    value: Mapping[str, Json], where: str, required: Collection[str], known: Collection[str]
) -> None:
    """Refuse an object that lacks a required key or has an unknown one."""
    unknown = [key for key in value if key not in known]
    if unknown:
        raise ChannelMappingError(
            f"{where} has the unknown key {unknown[0]!r}; its keys are: {', '.join(known)}."
        )
    absent = [key for key in required if key not in value]
    if absent:
        raise ChannelMappingError(f"{where} lacks the key {absent[0]!r}.")


def expect_number(value: Json, where: str) -> float:
    """Return `value` if it is a finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ChannelMappingError(f"{where} must be a number.")
    return float(value)


def expect_text(value: Json, where: str) -> str:
    """Return `value` if it is text."""
    if not isinstance(value, str):
        raise ChannelMappingError(f"{where} must be text in quotes.")
    return value


def mapping_from_object(value: Mapping[str, Json], where: str, available: Collection[str]) -> ChannelMapping:
    """Return the mapping an object declares; keys other than `MAPPING_KEYS` are the caller's.

    Parameters
    ----------
    value
        The parsed object.
    where
        What to call it in messages.
    available
        The channels there are; naming another is an error.
    """
    channels = expect_object(value.get("channels"), f"'channels' of {where}")
    uses = []
    for channel, use in channels.items():
        if channel not in available:
            raise ChannelMappingError(
                f"{where} maps the channel {channel!r}, which is not there; "
                f"the channels are: {', '.join(available)}."
            )
        if use is not None:
            uses.append(_use(channel, expect_object(use, f"The entry {channel!r} of {where}"), where))
    missing = value.get("missing_values", [])
    if not isinstance(missing, list):
        raise ChannelMappingError(f"'missing_values' of {where} must be a list of numbers.")
    is_zero_missing = value.get("zero_is_missing", False)
    if not isinstance(is_zero_missing, bool):
        raise ChannelMappingError(f"'zero_is_missing' of {where} must be true or false.")
    threshold = expect_number(value.get("confidence_threshold", 0.6), f"'confidence_threshold' of {where}")
    return ChannelMapping(
        uses=tuple(uses),
        missing_values=tuple(expect_number(each, f"'missing_values' of {where}") for each in missing),
        is_zero_missing=is_zero_missing,
        confidence_threshold=threshold,
    )


def mapping_to_object(mapping: ChannelMapping) -> dict[str, Json]:
    """Return the object that `mapping_from_object` reads back."""
    return {
        "channels": {
            use.channel: {"column": use.column, "unit": use.unit.value} for use in mapping.uses
        },
        "missing_values": list(mapping.missing_values),
        "zero_is_missing": mapping.is_zero_missing,
        "confidence_threshold": mapping.confidence_threshold,
    }  # fmt: skip


def mapping_skeleton(channels: Iterable[str]) -> str:
    """Return a mapping file for these channels in which nothing is mapped yet."""
    lines = [f"    {json.dumps(channel, ensure_ascii=False)}: null" for channel in channels]
    return (
        '{\n  "channels": {\n' + ",\n".join(lines) + '\n  },\n  "missing_values": [],\n'
        '  "zero_is_missing": false\n}'
    )


def mapping_help() -> str:
    """Return one sentence on how an entry of the skeleton is filled in."""
    return (
        'Replace null by {"column": COLUMN, "unit": UNIT} where a channel is wanted; '
        f"columns: {', '.join(mappable_columns())}; units: {', '.join(unit.value for unit in ChannelUnit)}."
    )


def _use(channel: str, entry: dict[str, Json], where: str) -> ChannelUse:
    where = f"The entry {channel!r} of {where}"
    expect_keys(entry, where, ("column", "unit"), ("column", "unit"))
    unit = expect_text(entry["unit"], f"'unit' in {where}")
    if unit not in [known.value for known in ChannelUnit]:
        listed = ", ".join(known.value for known in ChannelUnit)
        raise ChannelMappingError(f"{where} has the unknown unit {unit!r}; the units are: {listed}.")
    column = expect_text(entry["column"], f"'column' in {where}")
    return ChannelUse(channel=channel, column=column, unit=ChannelUnit(unit))


def _unique_pairs(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    unique: dict[str, Json] = {}
    for key, value in pairs:
        if key in unique:
            raise ChannelMappingError(f"The key {key!r} stands twice in one object; name it once.")
        unique[key] = value
    return unique
