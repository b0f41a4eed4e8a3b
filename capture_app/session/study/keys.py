"""How one key of a study file is declared: meaning, unit and bounds, in the annotation of its field.

Parser, checker, reference page and presets' test all read these declarations, so that a key exists once.
"""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeAlias

from recordings_schema.records import Meaning

Scalar: TypeAlias = str | int | float | bool
"""A plain value of a free table, for instance of a tracker's options."""

NAME_PATTERN: Final = r"[A-Za-z0-9_.-]{1,64}"
NAME_RULE: Final = "1 to 64 letters, digits or - _ ."
LONGEST_TEXT: Final = 20_000
MOST_ITEMS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Key(Meaning):
    """What one key means and which values it may have."""

    low: float | None = dataclasses.field(default=None, kw_only=True)  # smallest number allowed
    high: float | None = dataclasses.field(default=None, kw_only=True)  # largest number allowed
    choices: tuple[int, ...] = dataclasses.field(default=(), kw_only=True)  # the only whole numbers allowed
    pattern: str = dataclasses.field(default="", kw_only=True)  # a text (each text of an array) must match
    rule: str = dataclasses.field(default="", kw_only=True)  # the pattern in words
    at_least: int = dataclasses.field(default=0, kw_only=True)  # characters of a text, items of an array
    at_most: int = dataclasses.field(default=MOST_ITEMS, kw_only=True)  # items of an array


def name_key(doc: str) -> Key:
    """Return the declaration of a name: letters, digits, dash, underscore, dot."""
    return Key(doc, pattern=NAME_PATTERN, rule=NAME_RULE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One declared key of a record."""

    name: str
    hint: Any  # its type, without the annotation
    key: Key
    is_required: bool
    default: Any  # None where it is required


def declared_keys(record_type: type[Any]) -> tuple[Declared, ...]:
    """Return the keys of a record type in the order of their declaration."""
    record: Any = record_type  # the checker takes a bare type for nothing that can be hashed
    return _declared_keys(record)


@cache  # a study has dozens of tables of few types, and reading annotations costs milliseconds
def _declared_keys(record_type: Any) -> tuple[Declared, ...]:
    plain = typing.get_type_hints(record_type)
    annotated = typing.get_type_hints(record_type, include_extras=True)
    return tuple(
        Declared(
            name=item.name,
            hint=plain[item.name],
            key=annotated[item.name].__metadata__[0],
            is_required=_is_required(item),
            default=_default(item),
        )
        for item in dataclasses.fields(record_type)
    )


def variants(hint: Any) -> tuple[type[Any], ...]:
    """Return the record types of a union, told apart in the file by their key `kind`; else nothing."""
    if typing.get_origin(hint) not in (typing.Union, types.UnionType):
        return ()
    members = typing.get_args(hint)
    return members if all(dataclasses.is_dataclass(member) for member in members) else ()


def item_type(hint: Any) -> Any:
    """Return the type of the items of an array, None where the type is no array."""
    return typing.get_args(hint)[0] if typing.get_origin(hint) is tuple else None


def type_words(hint: Any) -> str:
    """Return the name of a value's type as the reference page and the messages use it."""
    if item_type(hint) is not None:
        inner = item_type(hint)
        is_table = dataclasses.is_dataclass(inner) or bool(variants(inner))
        return "tables" if is_table else f"array of {type_words(inner)}"
    if typing.get_origin(hint) is dict or dataclasses.is_dataclass(hint):
        return "table"
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return "text"
    return {str: "text", int: "whole number", float: "number", bool: "true or false"}[hint]


def kind_of(record_type: type[Any]) -> str:
    """Return the value of the key `kind` that stands for a record type of a union."""
    return str(record_type.KIND)


def _is_required(item: dataclasses.Field[Any]) -> bool:
    return item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING


def _default(item: dataclasses.Field[Any]) -> Any:
    if item.default is not dataclasses.MISSING:
        return item.default
    return None if item.default_factory is dataclasses.MISSING else item.default_factory()
