"""The parameters of the detectors, in physical units, and their JSON form.

Defaults of `ivt`: Olsen, A. (2012), The Tobii I-VT fixation filter. Defaults of `idt`: Salvucci & Goldberg
(2000). `adaptive` chooses most of its numbers itself; what can be set are the limits of that choice.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, TypeAlias

from gaze_core.eyes import Eye
from gaze_core.fixations.contract import DetectorName

LONGEST_MS: Final = 10_000.0
"""No time parameter is longer: what a detector holds back stays small."""


class ParameterError(ValueError):
    """A detector parameter has an unknown name or an unusable value."""


class NoiseReduction(str, Enum):
    """Smoothing before the speed is taken; centroids never use it."""

    OFF = "off"
    MEDIAN3 = "median3"  # moving median of three samples: one sample of delay
    MOVING_AVERAGE = "moving_average"


@dataclass(frozen=True, slots=True, kw_only=True)
class IvtParameters:
    """Velocity threshold filter; every stage can be switched off."""

    eye: Eye = Eye.AVERAGE
    is_gap_filled: bool = True
    longest_gap_ms: float = 75.0  # a longer loss stays open; also the longest hole between two rows
    largest_gap_deg: float = 1.0  # no gap is filled between directions further apart
    is_offset_bridged: bool = True  # one-eye periods keep the last known left-right offset
    noise_reduction: NoiseReduction = NoiseReduction.OFF
    moving_average_samples: int = 3  # odd
    window_ms: float = 20.0  # span of the end-point speed, at least three samples
    threshold_deg_s: float = 30.0  # below: fixation
    is_merged: bool = True
    merge_gap_ms: float = 75.0  # fixations nearer in time than this ...
    merge_angle_deg: float = 0.5  # ... and nearer in angle than this are one
    is_short_discarded: bool = True
    shortest_fixation_ms: float = 60.0
    shortest_blink_ms: float = 75.0  # a loss of both eyes between these lengths is called a blink
    longest_blink_ms: float = 500.0

    def __post_init__(self) -> None:
        _require_positive(
            self, "longest_gap_ms", "largest_gap_deg", "window_ms", "threshold_deg_s", "merge_gap_ms",
            "merge_angle_deg", "shortest_fixation_ms", "shortest_blink_ms", "longest_blink_ms",
        )  # fmt: skip
        if self.moving_average_samples < 1 or self.moving_average_samples % 2 == 0:
            raise ParameterError(
                f"moving_average_samples is {self.moving_average_samples}; give an odd number, 1 or more."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class IdtParameters:
    """Dispersion threshold filter."""

    eye: Eye = Eye.AVERAGE
    is_gap_filled: bool = True
    longest_gap_ms: float = 75.0  # a longer loss ends a fixation; also the longest hole between two rows
    largest_gap_deg: float = 1.0  # no gap is filled between directions further apart
    is_offset_bridged: bool = True
    largest_dispersion_deg: float = 1.0  # (max - min azimuth) + (max - min elevation); 1.5 suits noisy data
    shortest_fixation_ms: float = 100.0

    def __post_init__(self) -> None:
        _require_positive(
            self, "longest_gap_ms", "largest_gap_deg", "largest_dispersion_deg", "shortest_fixation_ms"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptiveParameters:
    """Live detector. Window, thresholds, settling and merging follow from the noise it measures itself."""

    eye: Eye = Eye.AVERAGE
    is_offset_bridged: bool = True
    largest_gap_deg: float = 1.0  # no gap is passed over between directions further apart
    shortest_fixation_ms: float = 50.0
    loss_pad_ms: float = 20.0  # ignored before and after a loss of both eyes (lid artefact)
    shortest_blink_ms: float = 75.0  # a loss of both eyes between these lengths is called a blink
    longest_blink_ms: float = 500.0
    noise_memory_s: float = 2.0  # the noise is that of this much of the immediate past

    def __post_init__(self) -> None:
        _require_positive(
            self,
            "largest_gap_deg",
            "shortest_fixation_ms",
            "shortest_blink_ms",
            "longest_blink_ms",
            "noise_memory_s",
        )
        if not 0.0 <= self.loss_pad_ms <= 200.0:
            raise ParameterError(f"loss_pad_ms is {self.loss_pad_ms}; give 0 to 200 ms.")


DetectorParameters: TypeAlias = IvtParameters | IdtParameters | AdaptiveParameters

PARAMETER_TYPES: Final[Mapping[DetectorName, type[DetectorParameters]]] = {
    DetectorName.IVT: IvtParameters,
    DetectorName.IDT: IdtParameters,
    DetectorName.ADAPTIVE: AdaptiveParameters,
}


def parameters_to_json(parameters: DetectorParameters) -> str:
    """Return the parameters as one line of JSON with sorted names."""
    return json.dumps(dataclasses.asdict(parameters), sort_keys=True, allow_nan=False)


def parameters_from_json(name: DetectorName, text: str) -> DetectorParameters:
    """Read parameters back; names left out keep their defaults.

    Raises
    ------
    ParameterError
        If the text is not a JSON object, names an unknown parameter or holds an unusable value.
    """
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as err:
        raise ParameterError(f"The parameters of {name.value} are not JSON: {err}.") from err
    if not isinstance(values, dict):
        raise ParameterError(f"The parameters of {name.value} must be a JSON object with one value per name.")
    parameter_type = PARAMETER_TYPES[name]
    defaults = {field.name: field.default for field in dataclasses.fields(parameter_type)}
    unknown = sorted(set(values) - set(defaults))
    if unknown:
        raise ParameterError(
            f"{name.value} has no parameter {', '.join(unknown)}; it has {', '.join(sorted(defaults))}."
        )
    converted = {key: _converted(name, key, value, defaults[key]) for key, value in values.items()}
    return parameter_type(**converted)


def _converted(name: DetectorName, key: str, value: object, default: object) -> Any:
    if isinstance(default, Enum):
        known = [str(member.value) for member in type(default)]
        if value not in known:
            raise ParameterError(f"{key} of {name.value} is {value!r}; known are {', '.join(known)}.")
        return type(default)(value)
    wanted: tuple[type, ...] = (bool,) if isinstance(default, bool) else (int,)
    if isinstance(default, float):
        wanted = (int, float)
    if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
        raise ParameterError(f"{key} of {name.value} is {value!r}; give a value like {default!r}.")
    return float(value) if isinstance(default, float) and isinstance(value, (int, float)) else value


def _require_positive(parameters: DetectorParameters, *names: str) -> None:
    for name in names:
        value = getattr(parameters, name)
        if not (math.isfinite(value) and value > 0.0):
            raise ParameterError(f"{name} is {value}; give a finite number above 0.")
        if name.endswith("_ms") and value > LONGEST_MS:
            raise ParameterError(f"{name} is {value}; give at most {LONGEST_MS:g} ms.")
