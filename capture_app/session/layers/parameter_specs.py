"""The parameters of a detector as a form or a command line needs them, from its own declaration."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from gaze_core.fixations import DetectorName, DetectorParameters, parameters_from_json
from gaze_core.fixations.parameters import PARAMETER_TYPES

_UNITS: Final = {"_deg_s": "deg/s", "_deg": "deg", "_ms": "ms", "_s": "s", "_samples": "samples"}
_REACH: Final = 4.0  # a slider goes from nothing to so many times the default
_STEPS: Final = 25  # of a slider, up to the default
_MOST_SAMPLES: Final = 15
_FLAGS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class ParameterKind(str, Enum):
    """What a parameter is chosen with."""

    FLAG = "flag"
    CHOICE = "choice"
    WHOLE = "whole"  # odd whole numbers
    NUMBER = "number"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterSpec:
    """One parameter."""

    name: str  # as in the declaration, files and the command line
    label: str  # in words
    unit: str  # "" where it has none
    kind: ParameterKind
    default: bool | int | float | str
    choices: tuple[str, ...] = ()
    low: float = 0.0  # of a slider; values beyond can be typed
    high: float = 0.0
    step: float = 0.0


def parameter_specs(detector: DetectorName) -> tuple[ParameterSpec, ...]:
    """Return the parameters of a detector in the order of its declaration."""
    return tuple(_spec(field.name, field.default) for field in dataclasses.fields(PARAMETER_TYPES[detector]))


def parameters_from_texts(detector: DetectorName, texts: Mapping[str, str]) -> DetectorParameters:
    """Return parameters typed as texts by name; names left out keep their defaults.

    Raises
    ------
    ParameterError
        If a name is unknown or a value unusable; the text says which and what to give.
    """
    kinds = {spec.name: spec.kind for spec in parameter_specs(detector)}
    values = {name: _value(kinds.get(name), text) for name, text in texts.items()}
    return parameters_from_json(detector, json.dumps(values))


def _spec(name: str, default: object) -> ParameterSpec:
    plain, unit = name.removeprefix("is_"), ""
    for ending, word in _UNITS.items():
        if plain.endswith(ending):
            plain, unit = plain.removesuffix(ending), word
            break
    label = plain.replace("_", " ").capitalize()
    if isinstance(default, bool):
        return ParameterSpec(name=name, label=label, unit=unit, kind=ParameterKind.FLAG, default=default)
    if isinstance(default, Enum):
        choices = tuple(str(each.value) for each in type(default))
        return ParameterSpec(
            name=name, label=label, unit=unit, kind=ParameterKind.CHOICE, default=str(default.value),
            choices=choices,
        )  # fmt: skip
    if isinstance(default, int):
        return ParameterSpec(
            name=name, label=label, unit=unit, kind=ParameterKind.WHOLE, default=default, low=1.0,
            high=float(_MOST_SAMPLES), step=2.0,
        )  # fmt: skip
    if not isinstance(default, float):
        raise TypeError(f"{name} of a detector is of a kind that no form has.")
    return ParameterSpec(
        name=name, label=label, unit=unit, kind=ParameterKind.NUMBER, default=default,
        low=default / _STEPS, high=default * _REACH, step=default / _STEPS,
    )  # fmt: skip


def _value(kind: ParameterKind | None, text: str) -> bool | int | float | str:
    """Return a text as what it looks like; what it is not is refused by whoever knows the parameter."""
    if kind is ParameterKind.FLAG and text.casefold() in _FLAGS:
        return _FLAGS[text.casefold()]
    if kind in (ParameterKind.WHOLE, ParameterKind.NUMBER):
        try:
            number = float(text)
        except ValueError:
            return text
        is_whole = kind is ParameterKind.WHOLE and number.is_integer()
        return int(number) if is_whole else number if math.isfinite(number) else text
    return text
