"""Courses that do not depend on where the eye is: the oscillation after a saccade, the lid in a blink."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from drivers.mock.parameters import EyeSettings
from drivers.mock.person import Person
from drivers.mock.projection import Floats

_PSO_S: Final = (0.010, 0.042)
_PSO_HALVED_DEG: Final = 15.0  # amplitude of the saccade after which the oscillation is half as large
_PSO_LARGEST_SHARE: Final = 0.3  # of the saccade
_BLINK_LOSS_S: Final = (0.08, 0.5)


def draw_oscillation(
    rng: np.random.Generator, settings: EyeSettings, person: Person, amplitude_deg: float, tick_hz: float
) -> Floats:
    """Return the damped oscillation along a saccade that the pupil makes after it, deg at each tick.

    Empty where the saccade has none. The order of the draws does not depend on the outcome.
    """
    chance = float(rng.uniform())
    length, height = rng.standard_normal(2)
    if chance >= person.pso_share:
        return np.empty(0)
    duration_s = settings.pso_duration_s * math.exp(0.3 * float(length))
    duration_s = min(_PSO_S[1], max(_PSO_S[0], duration_s))
    size_deg = (
        person.pso_amplitude_deg * math.exp(0.2 * float(height)) / (1.0 + amplitude_deg / _PSO_HALVED_DEG)
    )
    size_deg = min(size_deg, _PSO_LARGEST_SHARE * amplitude_deg)
    t_s = np.arange(max(1, round(duration_s * tick_hz))) / tick_hz
    swing = np.sin(2.0 * math.pi * person.pso_frequency_hz * t_s)
    return np.asarray(size_deg * swing * np.exp(-3.0 * t_s / duration_s) * (1.0 - (t_s / duration_s) ** 2))


def draw_lid_closure(rng: np.random.Generator, settings: EyeSettings, tick_hz: float) -> Floats:
    """Return how far the lid covers the eye at each tick of a blink: closing, closed (1), opening."""
    loss_s = settings.blink_median_s * math.exp(settings.blink_log_sd * float(rng.standard_normal()))
    loss_s = min(_BLINK_LOSS_S[1], max(_BLINK_LOSS_S[0], loss_s))
    sides_s = rng.uniform(settings.lid_artefact_min_s, settings.lid_artefact_max_s, 2)
    closing, opening = (max(1, round(float(side_s) * tick_hz)) for side_s in sides_s)
    return np.concatenate(
        [
            np.arange(1, closing + 1) / (closing + 1),
            np.ones(max(1, round(loss_s * tick_hz))),
            np.arange(opening, 0, -1) / (opening + 1),
        ]
    )
