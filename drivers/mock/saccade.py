"""The course of a saccade: peak speed by the main sequence, quintic profile skewed by a power of time.

    peak = vmax (1 - exp(-amplitude / c))                  main sequence
    s(u) = 10 w^3 - 15 w^4 + 6 w^5,  w = u^g               position, u = time / duration
    s'(u) = 30 g w^(3 - 1/g) (1 - w)^2                     highest at w = k / (k + 2), k = 3 - 1/g

The exponent g puts the peak at 0.45 of the duration (2 deg) to 0.35 (20 deg), since skew grows with
duration (van Opstal & van Gisbergen 1987). The duration follows from peak and amplitude: with vmax 550
deg/s and c 5.5 deg it runs close to 2.4 A + 16 ms, what video trackers show.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from drivers.mock.projection import Floats

_EXPONENTS = np.linspace(0.6, 1.0, 81)
_STEEPNESS = 3.0 - 1.0 / _EXPONENTS
_PEAK_POSITIONS = (_STEEPNESS / (_STEEPNESS + 2.0)) ** (1.0 / _EXPONENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class SaccadeShape:
    """How one saccade runs."""

    duration_s: float
    exponent: float  # g of the module's formula
    peak_deg_s: float


def shape_saccade(
    amplitude_deg: float, vmax_deg_s: float, constant_deg: float, scatter: float
) -> SaccadeShape:
    """Return the course of a saccade of an amplitude; `scatter` multiplies the peak of the main sequence."""
    peak_deg_s = vmax_deg_s * -math.expm1(-amplitude_deg / constant_deg) * scatter
    position = float(np.interp(amplitude_deg, (2.0, 20.0), (0.45, 0.35)))
    exponent = float(np.interp(position, _PEAK_POSITIONS, _EXPONENTS))
    return SaccadeShape(
        duration_s=peak_ratio(exponent) * amplitude_deg / peak_deg_s, exponent=exponent, peak_deg_s=peak_deg_s
    )


def peak_ratio(exponent: float) -> float:
    """Return peak speed over mean speed of a profile."""
    steepness = 3.0 - 1.0 / exponent
    warped = steepness / (steepness + 2.0)
    return float(30.0 * exponent * warped**steepness * (1.0 - warped) ** 2)


def travelled(shape: SaccadeShape, tick_hz: float) -> Floats:
    """Return the share of the way done at each tick from the onset on, shape (ceil(duration x tick_hz),)."""
    count = max(1, math.ceil(shape.duration_s * tick_hz))
    warped = (np.arange(count) / (shape.duration_s * tick_hz)) ** shape.exponent
    return np.asarray(warped**3 * (10.0 - 15.0 * warped + 6.0 * warped * warped))
