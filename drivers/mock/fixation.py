"""A running fixation: how it drifts, and what its event says when it ends."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from drivers.mock.movement import Label, TrueEvent
from drivers.mock.parameters import EyeSettings
from drivers.mock.projection import Floats, Point

_RECALL_S: Final = 0.8  # time in which the slow bias turns back towards the centre of the fixation
_MEMORY: Final = 0.7  # of the bias after a full piece
_PIECE_S: Final = 0.1
_PER_AXIS: Final = 0.7  # share of the drift's speed on each axis


class Fixation:
    """One fixation from its onset on.

    Parameters
    ----------
    rng
        Shared with the eye.
    settings
        How the eye drifts.
    event_id, onset_tick, end_tick
        Number of the event, and when it began and will end unless something cuts it.
    centre
        Direction it drifts around.
    target
        What the eye went for.
    """

    def __init__(
        self,
        *,
        rng: np.random.Generator,
        settings: EyeSettings,
        event_id: int,
        onset_tick: int,
        end_tick: int,
        centre: Point,
        target: str,
    ) -> None:
        self.event_id = event_id
        self.onset_tick = onset_tick
        self.end_tick = end_tick
        self.centre = centre
        self._rng = rng
        self._settings = settings
        self._target = target
        self._bias = rng.standard_normal(2) * settings.drift_deg_s * _PER_AXIS
        self._sum = np.zeros(2)
        self._ticks = 0

    def drift(self, here: Point, count: int, tick_hz: float) -> Floats:
        """Return the next `count` directions after `here`, shape (2, count): slow bias plus random walk."""
        settings = self._settings
        memory = _MEMORY ** min(1.0, count / (_PIECE_S * tick_hz))
        fresh = self._rng.standard_normal(2) * settings.drift_deg_s * _PER_AXIS
        self._bias = memory * self._bias + math.sqrt(1.0 - memory * memory) * fresh
        speed = self._bias - np.subtract(here, self.centre) / _RECALL_S
        step = settings.drift_walk_deg_per_root_s / math.sqrt(tick_hz)
        walk = np.cumsum(self._rng.standard_normal((2, count)), axis=1) * step
        walk += np.multiply.outer(speed, np.arange(1, count + 1) / tick_hz)
        walk += np.array(here)[:, None]
        return np.asarray(walk)

    def add(self, directions: Floats) -> None:
        """Count directions, shape (2, n), towards the mean of the fixation."""
        self._sum += directions.sum(axis=1)
        self._ticks += directions.shape[1]

    def ended(self, tick: int) -> TrueEvent | None:
        """Return the event of the fixation that ends at a tick, None where it has not begun."""
        if self._ticks == 0:
            return None
        return TrueEvent(
            event_id=self.event_id,
            label=Label.FIXATION,
            onset_tick=self.onset_tick,
            offset_tick=tick,
            azimuth_deg=float(self._sum[0] / self._ticks),
            elevation_deg=float(self._sum[1] / self._ticks),
            target=self._target,
        )
