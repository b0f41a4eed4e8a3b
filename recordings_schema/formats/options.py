"""Options of a format: one frozen dataclass, from which command line, dialogs and the docs take them."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

_Options = TypeVar("_Options")
_TRUE, _FALSE = ("yes", "true", "on", "1"), ("no", "false", "off", "0")


class FormatOptionError(ValueError):
    """An option of a format is not usable; the text says what to write."""


@dataclass(frozen=True, slots=True)
class Option:
    """What an option means and where it may lie; annotates a field of an options dataclass."""

    doc: str
    unit: str = ""
    low: float = -math.inf
    high: float = math.inf
    place: str = ""  # "file" or "folder" where the text is a path


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionSpec:
    """One option as lists and dialogs show it."""

    name: str
    doc: str
    unit: str
    kind: type[Any]  # bool, int, float, str or an Enum
    default: Any
    low: float
    high: float
    place: str  # "file" or "folder" where it is a path, else ""

    @property
    def choices(self) -> tuple[str, ...]:
        """The words to choose from; empty where it is a number or a free text."""
        return tuple(each.value for each in self.kind) if issubclass(self.kind, Enum) else ()

    @property
    def default_text(self) -> str:
        """The default as it is written on the command line."""
        if isinstance(self.default, bool):
            return "yes" if self.default else "no"
        return str(self.default.value if isinstance(self.default, Enum) else self.default)


def option_specs(options_type: type[Any]) -> tuple[OptionSpec, ...]:
    """Return the options of an options dataclass in the order of its fields."""
    hints = get_type_hints(options_type, include_extras=True)
    specs = []
    for each in fields(options_type):
        hint = hints[each.name]
        if get_origin(hint) is not Annotated or each.default is MISSING:
            raise TypeError(f"{options_type.__name__}.{each.name} needs an Option and a default")
        kind, about = get_args(hint)[:2]
        specs.append(
            OptionSpec(
                name=each.name, doc=about.doc, unit=about.unit, kind=kind, default=each.default,
                low=about.low, high=about.high, place=about.place,
            )
        )  # fmt: skip
    return tuple(specs)


def options_from_texts(options_type: type[_Options], texts: Mapping[str, str]) -> _Options:
    """Return the options that texts by name describe; those not named have their defaults.

    Raises
    ------
    FormatOptionError
        If a name or a value is not usable.
    """
    specs = {spec.name: spec for spec in option_specs(options_type)}
    unknown = [name for name in texts if name not in specs]
    if unknown:
        known = ", ".join(specs) or "none"
        raise FormatOptionError(f"There is no option {unknown[0]!r}; the options are: {known}.")
    return options_type(**{name: _value(specs[name], text) for name, text in texts.items()})


def options_to_json(options: Any) -> dict[str, Any]:
    """Return the options as they were asked for."""
    values = ((each.name, getattr(options, each.name)) for each in fields(options))
    return {name: value.value if isinstance(value, Enum) else value for name, value in values}


def options_told(options: Any) -> dict[str, Any]:
    """Return the options as others may read them: of a file its name and SHA-256, of a folder its name."""
    told = options_to_json(options)
    for spec in option_specs(type(options)):
        if spec.place and told[spec.name]:
            path = Path(told[spec.name])
            told[spec.name] = {"name": path.name}
            if path.is_file():
                told[spec.name]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    return told


def _value(spec: OptionSpec, text: str) -> Any:
    word = text.strip()
    if spec.kind is bool:
        if word.lower() not in (*_TRUE, *_FALSE):
            raise FormatOptionError(f"{spec.name} is {text!r}; write yes or no.")
        return word.lower() in _TRUE
    if spec.choices:
        if word not in spec.choices:
            raise FormatOptionError(f"{spec.name} is {text!r}; choose one of {', '.join(spec.choices)}.")
        return spec.kind(word)
    if spec.kind is str:
        return word
    try:
        number = spec.kind(word)
    except ValueError as err:
        raise FormatOptionError(f"{spec.name} is {text!r}; write a number.") from err
    if not spec.low <= number <= spec.high:
        raise FormatOptionError(f"{spec.name} is {word}; it has to lie from {spec.low:g} to {spec.high:g}.")
    return number
