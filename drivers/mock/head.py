"""Where the head is: slow sway on three axes and a drift of the distance over minutes."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from drivers.mock.parameters import HeadSettings
from drivers.mock.projection import Floats, Place3

_SWAY_WAVES: Final = 4
_SWAY_HZ: Final = (0.05, 0.45)
_DRIFT_PERIOD_S: Final = (180.0, 480.0)


class Head:
    """A closed-form course of the point between the eyes, so that any instant can be asked for.

    Each axis is a sum of sine waves with the RMS of the settings; the distance has one slow wave more.
    """

    def __init__(self, rng: np.random.Generator, settings: HeadSettings, distance_mm: float) -> None:
        turns = rng.uniform(*_SWAY_HZ, (3, _SWAY_WAVES)) * 2.0 * math.pi
        heights = rng.uniform(0.5, 1.0, (3, _SWAY_WAVES))
        heights *= settings.head_sway_rms_mm / np.sqrt(0.5 * np.sum(heights**2, axis=1, keepdims=True))
        phases = rng.uniform(0.0, 2.0 * math.pi, (3, _SWAY_WAVES))
        slow_turn = 2.0 * math.pi / rng.uniform(*_DRIFT_PERIOD_S)
        self._turns = np.concatenate([turns.ravel(), [slow_turn]])
        self._phases = np.concatenate([phases.ravel(), [rng.uniform(0.0, 2.0 * math.pi)]])
        self._mix = np.zeros((3, 3 * _SWAY_WAVES + 1))
        for axis in range(3):
            self._mix[axis, axis * _SWAY_WAVES : (axis + 1) * _SWAY_WAVES] = heights[axis]
        self._mix[2, -1] = settings.head_distance_drift_mm
        self._rest = np.array([0.0, 0.0, distance_mm])

    def positions(self, t_s: Floats) -> Floats:
        """Return the point between the eyes in mm from the screen centre, shape (3, len(t_s))."""
        waves = np.sin(np.multiply.outer(self._turns, t_s) + self._phases[:, None])
        return np.asarray(self._rest[:, None] + self._mix @ waves)

    def position(self, t_s: float) -> Place3:
        """Return the point between the eyes at one instant."""
        x, y, z = (self._rest + self._mix @ np.sin(self._turns * t_s + self._phases)).tolist()
        return x, y, z
