"""From the values of a TOML file to a `Study`, with a finding for everything that does not fit.

Nothing stops at the first mistake: a value that cannot stand is reported and replaced by its default (or,
where there is none, by a harmless value), so that all the rest is checked in the same run. `bad` holds the
paths of replaced values; checks that would only repeat the same mistake look there.
"""

from __future__ import annotations

import dataclasses
import difflib
import enum
import math
import re
import typing
from collections.abc import Iterable
from typing import Any, Final, TypeVar, cast

from capture_app.session.study.findings import KeyPath, StudyFinding, key_words
from capture_app.session.study.keys import (
    LONGEST_TEXT,
    Declared,
    Key,
    declared_keys,
    item_type,
    kind_of,
    type_words,
    variants,
)
from capture_app.session.study.toml_lines import LineIndex
from recordings_schema.findings import Severity

Record = TypeVar("Record")

_PARAGRAPH: Final = "\t\n\r"


class Decoder:
    """Turns one file's values into records and keeps what is wrong with them."""

    def __init__(self, file: str, lines: LineIndex) -> None:
        self._file = file
        self._lines = lines
        self.findings: list[StudyFinding] = []
        self.bad: set[KeyPath] = set()

    def report(self, path: KeyPath, what: str, remedy: str) -> None:
        """Add an error at a path, and remember that its value was replaced."""
        self.bad.add(path)
        self.findings.append(
            StudyFinding(
                severity=Severity.ERROR,
                file=self._file,
                line=self._lines.line(path),
                key=key_words(path),
                what=what,
                remedy=remedy,
            )
        )

    def record(self, record_type: type[Record], value: object, path: KeyPath = ()) -> Record:
        """Return the record that a table describes; always a whole one."""
        values = self._table(value, path)
        keys = declared_keys(record_type)
        extra = {"kind"} if hasattr(record_type, "KIND") else set()
        self._report_unknown(set(values) - extra, [key.name for key in keys], path, values)
        decoded: dict[str, Any] = {}
        for key in keys:
            where = (*path, key.name)
            if key.name in values:
                decoded[key.name] = self._value(key, values[key.name], where)
            elif key.is_required:
                self._report_missing(key, path)
                decoded[key.name] = self._placeholder(key)
        return record_type(**decoded)

    def _table(self, value: object, path: KeyPath) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        name = key_words(path)
        self.report(path, f"{name} is {_kind(value)}, not a table.", f"Write [{name}] and its keys below it.")
        return {}

    def _report_unknown(
        self, names: set[str], known: list[str], path: KeyPath, values: dict[str, Any]
    ) -> None:
        for name in [name for name in values if name in names and name not in known]:
            near = difflib.get_close_matches(name, known, n=1)
            where = f"[{key_words(path)}]" if path else "the file's top level"
            remedy = f"Did you mean {near[0]}?" if near else f"Known keys are {', '.join(known)}."
            shown = name if len(name) <= 60 else name[:57] + "..."
            self.report((*path, name), f"There is no key {shown!r} in {where}.", remedy)

    def _report_missing(self, key: Declared, path: KeyPath) -> None:
        where = key_words((*path, key.name))
        is_table = dataclasses.is_dataclass(key.hint)
        what = f"The table [{where}] is missing." if is_table else f"The key {key.name} is missing."
        self.report((*path, key.name), what, f"Add it: {key.key.doc}.")

    def _placeholder(self, key: Declared) -> Any:
        """Return a harmless value for a required key without a usable one."""
        hint = key.hint
        if dataclasses.is_dataclass(hint):
            # Its own required keys are not reported again: the missing table says it all.
            silent = Decoder(self._file, self._lines)
            return silent.record(cast("type[Any]", hint), {})
        if item_type(hint) is not None:
            return ()
        if isinstance(hint, type) and issubclass(hint, enum.Enum):
            return next(iter(hint))
        if hint in (int, float):
            lowest = key.key.choices[0] if key.key.choices else key.key.low or 0
            return hint(lowest)
        return hint()

    def _value(self, key: Declared, value: object, path: KeyPath) -> Any:
        inner = item_type(key.hint)
        if inner is not None:
            return self._array(key, inner, value, path)
        if dataclasses.is_dataclass(key.hint):
            return self.record(cast("type[Any]", key.hint), value, path)
        if typing.get_origin(key.hint) is dict:
            return self._free_table(value, path)
        decoded = self._scalar(key.hint, key.key, value, path)
        if decoded is not None:
            return decoded
        return self._placeholder(key) if key.is_required else key.default

    def _array(self, key: Declared, inner: Any, value: object, path: KeyPath) -> tuple[Any, ...]:
        if not isinstance(value, list):
            example = f"[[{path[-1]}]]" if type_words(key.hint) == "tables" else "[ ... ]"
            self.report(
                path, f"{path[-1]} is {_kind(value)}, not an array.", f"Write it as {example}: {key.key.doc}."
            )
            return () if key.is_required else key.default
        if not key.key.at_least <= len(value) <= key.key.at_most:
            self.report(
                path,
                f"{path[-1]} has {len(value)} items.",
                f"Give {key.key.at_least} to {key.key.at_most}: {key.key.doc}.",
            )
            value = value[: key.key.at_most]
        items = (self._item(inner, key.key, item, (*path, number)) for number, item in enumerate(value))
        return tuple(item for item in items if item is not None)

    def _item(self, inner: Any, key: Key, value: object, path: KeyPath) -> Any:
        if variants(inner):
            return self._variant(variants(inner), value, path)
        if dataclasses.is_dataclass(inner):
            return self.record(cast("type[Any]", inner), value, path)
        # `at_least` of an array counts its items; each text in it has one character at least.
        return self._scalar(inner, dataclasses.replace(key, at_least=1), value, path)

    def _variant(self, members: tuple[type[Any], ...], value: object, path: KeyPath) -> Any:
        table = self._table(value, path)
        kinds = {kind_of(member): member for member in members}
        kind = table.get("kind")
        if isinstance(kind, str) and kind in kinds:
            return self.record(kinds[kind], table, path)
        if path not in self.bad:
            what = "The key kind is missing." if kind is None else f"There is no kind {_shown(kind)}."
            self.report((*path, "kind"), what, f"Known are {', '.join(kinds)}.")
        return None

    def _free_table(self, value: object, path: KeyPath) -> dict[str, Any]:
        free: dict[str, Any] = {}
        for name, item in self._table(value, path).items():
            if isinstance(item, (str, bool, int, float)) and not _is_wild(item):
                free[name] = item
            else:
                self.report(
                    (*path, name), f"{name} is {_kind(item)}.", "Give a text, a number, true or false."
                )
        return free

    def _scalar(self, hint: Any, key: Key, value: object, path: KeyPath) -> Any:
        """Return the value, or None where it was reported."""
        if isinstance(hint, type) and issubclass(hint, enum.Enum):
            return self._choice(hint, value, path)
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        fits = is_number if hint is float else type(value) is hint
        if not fits:
            self.report(
                path,
                f"{_name(path)} is {_kind(value)}, not {_article(type_words(hint))}.",
                _meaning(hint, key),
            )
            return None
        if hint is str:
            return self._text(key, cast(str, value), path)
        return self._number(hint, key, value, path) if hint in (int, float) else value

    def _choice(self, choices: type[enum.Enum], value: object, path: KeyPath) -> enum.Enum | None:
        known = [str(member.value) for member in choices]
        if isinstance(value, str) and value in known:
            return choices(value)
        self.report(path, f"{_name(path)} is {_shown(value)}.", f"Known are {', '.join(known)}.")
        return None

    def _text(self, key: Key, value: str, path: KeyPath) -> str | None:
        if len(value) > LONGEST_TEXT:
            self.report(
                path, f"{_name(path)} has {len(value)} characters.", f"Give at most {LONGEST_TEXT} of them."
            )
            return None
        if any(ord(sign) < 32 and sign not in _PARAGRAPH for sign in value):
            self.report(path, f"{_name(path)} holds control characters.", "Remove them.")
            return None
        if len(value.strip()) < key.at_least:
            self.report(path, f"{_name(path)} is empty.", _meaning(str, key))
            return None
        if key.pattern and not re.fullmatch(key.pattern, value):
            self.report(path, f"{_name(path)} is {_shown(value)}.", f"Use {key.rule}.")
            return None
        return value

    def _number(self, hint: type, key: Key, value: Any, path: KeyPath) -> Any:
        unit = f" {key.unit}" if key.unit else ""
        if key.choices and value not in key.choices:
            known = ", ".join(str(choice) for choice in key.choices)
            self.report(path, f"{_name(path)} is {_shown(value)}.", f"Known are {known}{unit}.")
            return None
        low = -math.inf if key.low is None else key.low
        high = math.inf if key.high is None else key.high
        if not low <= value <= high or _is_wild(value):
            self.report(
                path, f"{_name(path)} is {_shown(value)}{unit}.", f"Give {low:.16g} to {high:.16g}{unit}."
            )
            return None
        return hint(value)


def _name(path: KeyPath) -> str:
    """Return the last part of a path that says something by itself."""
    return key_words(path[-2:]) if isinstance(path[-1], int) else str(path[-1])


def _meaning(hint: Any, key: Key) -> str:
    unit = f" in {key.unit}" if key.unit else ""
    return f"Give {_article(type_words(hint))}{unit}: {key.doc}."


def _is_wild(value: object) -> bool:
    """Whether a number is not finite, or too large for a float."""
    if isinstance(value, float):
        return not math.isfinite(value)
    return isinstance(value, int) and abs(value) > 2**63


def _shown(value: object) -> str:
    # A whole number of thousands of digits must not be turned into text.
    if isinstance(value, int) and abs(value) > 2**63:
        return "a number beyond all bounds"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _kind(value: object) -> str:
    names: Iterable[tuple[type, str]] = (
        (bool, "true or false"),
        (int, "a whole number"),
        (float, "a number with a fraction"),
        (str, "a text"),
        (list, "an array"),
        (dict, "a table"),
    )
    return next((name for kind, name in names if isinstance(value, kind)), "a date or time")


def _article(words: str) -> str:
    return words if words == "true or false" else f"a {words}"
