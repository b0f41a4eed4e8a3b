"""What a simulated tracker makes of an eye: its own guess, and what a calibration puts right.

A tracker as it comes from the box of this simulation has been calibrated by somebody: its error is what the
person's draws say, and nothing here is used. As soon as calibration mode is entered, an eye that is to be
calibrated is seen as the device guesses it without any calibration, off by the angle between its optical and
its visual axis and with a gain of its own (`UncalibratedEyes`). A calibration adds an `EyeCorrection`:

    gaze = guess + constant + matrix . guess        (azimuth, elevation in degrees, each eye on its own)

The constant holds, beside the fitted part, what a calibration of this kind of tracker leaves: an offset whose
length has the preset's `accuracy_deg` as SD. Slow drift and head movement stay what they are for the person.
"""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from drivers.mock.projection import Floats
from drivers.mock.raw import SIDES

_AXES_DEG: Final = (2.2, 0.6)  # optical to visual axis, towards the nose, and SD between people
_AXES_ELEVATION_SD_DEG: Final = 1.0
_GAIN_SD: Final = 0.03
_MAX_DATA_BYTES: Final = 4096
_LARGEST: Final = 90.0  # deg, and deg per deg
_FORMAT: Final = 1

Pair: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class EyeCorrection:
    """What a calibration adds to the guess for one eye; all zero: nothing."""

    constant_deg: Pair = (0.0, 0.0)  # azimuth, elevation
    azimuth_slope: Pair = (0.0, 0.0)  # deg of azimuth per deg of azimuth, of elevation
    elevation_slope: Pair = (0.0, 0.0)  # deg of elevation per deg of azimuth, of elevation

    def added_deg(self, azimuth: Floats, elevation: Floats) -> tuple[Floats, Floats]:
        """Return what is added across and down to directions the device guessed."""
        return (
            self.constant_deg[0] + self.azimuth_slope[0] * azimuth + self.azimuth_slope[1] * elevation,
            self.constant_deg[1] + self.elevation_slope[0] * azimuth + self.elevation_slope[1] * elevation,
        )


EyeCorrections: TypeAlias = tuple[EyeCorrection | None, EyeCorrection | None]
"""Left, right; None: the eye is as the person's draws left it, as it always is without a calibration call."""

AS_DELIVERED: Final[EyeCorrections] = (None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class UncalibratedEyes:
    """The error of the device's own guess; pairs are left, right."""

    offset_azimuth_deg: Pair
    offset_elevation_deg: Pair
    gain: Pair  # signed gain error at the edge of the screen


def draw_uncalibrated(seed: int) -> UncalibratedEyes:
    """Draw the guess for a person from numbers that nothing else draws from."""
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(2,)))
    normals = rng.standard_normal(6)
    towards_nose = [_AXES_DEG[0] + _AXES_DEG[1] * float(draw) for draw in normals[:2]]
    down = [_AXES_ELEVATION_SD_DEG * float(draw) for draw in normals[2:4]]
    return UncalibratedEyes(
        offset_azimuth_deg=(towards_nose[0], -towards_nose[1]),
        offset_elevation_deg=(down[0], down[1]),
        gain=(_GAIN_SD * float(normals[4]), _GAIN_SD * float(normals[5])),
    )


def draw_left_over(seed: int, computed: int, sd_deg: Pair) -> tuple[Pair, Pair]:
    """Return the offset (azimuth, elevation) that a computation leaves for the left and the right eye."""
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(3, computed)))
    lengths, turns = rng.standard_normal(2), rng.uniform(0.0, 2.0 * math.pi, 2)
    left, right = (
        (
            sd_deg[eye] * float(lengths[eye]) * math.cos(turns[eye]),
            sd_deg[eye] * float(lengths[eye]) * math.sin(turns[eye]),
        )
        for eye in range(2)
    )
    return left, right


def corrections_to_bytes(corrections: EyeCorrections) -> bytes:
    """Return corrections as the simulated device hands them out."""
    eyes = {
        side: None if correction is None else dataclasses.asdict(correction)
        for side, correction in zip(SIDES, corrections, strict=True)
    }
    return json.dumps({"format": _FORMAT, **eyes}, sort_keys=True).encode()


def corrections_from_bytes(data: bytes) -> EyeCorrections:
    """Return corrections handed out by `corrections_to_bytes`.

    Raises
    ------
    ValueError
        If the bytes are anything else.
    """
    if len(data) > _MAX_DATA_BYTES:
        raise ValueError("The bytes are more than a calibration has.")
    try:
        document = json.loads(data)
    except RecursionError as error:
        raise ValueError("The bytes are nested deeper than a calibration is.") from error
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        raise ValueError("The bytes are of another format.")
    left, right = (_correction(document.get(side)) for side in SIDES)
    return left, right


def _correction(values: object) -> EyeCorrection | None:
    if values is None:
        return None
    names = {entry.name for entry in dataclasses.fields(EyeCorrection)}
    if not isinstance(values, dict) or set(values) != names:
        raise ValueError("The bytes hold another kind of correction.")
    return EyeCorrection(**{name: _pair(value) for name, value in values.items()})


def _pair(values: object) -> Pair:
    numbers = values if isinstance(values, list) else []
    is_usable = all(isinstance(number, (int, float)) and abs(number) <= _LARGEST for number in numbers)
    if len(numbers) != 2 or not is_usable:
        raise ValueError("The bytes hold no pair of degrees.")
    return float(numbers[0]), float(numbers[1])
