"""When the next blink, look away and microsaccade come."""

from __future__ import annotations

from typing import Final

import numpy as np

from drivers.mock.parameters import EyeSettings

NEVER_TICK: Final = 2**62
_BLINK_FLOOR_S: Final = 0.5  # shortest time between two blinks


class Rhythm:
    """Draws ticks of fine time; `NEVER_TICK` for what does not come."""

    def __init__(self, rng: np.random.Generator, settings: EyeSettings, tick_hz: float) -> None:
        self._rng = rng
        self._settings = settings
        self._tick_hz = tick_hz

    def next_blink(self, tick: int) -> int:
        """Return the tick of the next blink after one that ended at `tick`."""
        settings = self._settings
        if settings.blinks_per_min <= 0.0:
            return NEVER_TICK
        blink_s = settings.blink_median_s + settings.lid_artefact_min_s + settings.lid_artefact_max_s
        mean_s = max(0.0, 60.0 / settings.blinks_per_min - blink_s - _BLINK_FLOOR_S)
        return tick + self._drawn(mean_s) + round(_BLINK_FLOOR_S * self._tick_hz)

    def next_away(self, tick: int) -> int:
        """Return the tick of the next look away after one that ended at `tick`."""
        if self._settings.look_aways_per_min <= 0.0:
            return NEVER_TICK
        return tick + self._drawn(60.0 / self._settings.look_aways_per_min)

    def next_microsaccade(self, tick: int, last_tick: int) -> int:
        """Return the tick of the next microsaccade after `tick`, if it comes before `last_tick`."""
        if self._settings.microsaccades_per_s <= 0.0:
            return NEVER_TICK
        drawn = tick + self._drawn(1.0 / self._settings.microsaccades_per_s)
        return drawn if drawn < last_tick else NEVER_TICK

    def _drawn(self, mean_s: float) -> int:
        return 1 + round(float(self._rng.exponential(mean_s)) * self._tick_hz)
