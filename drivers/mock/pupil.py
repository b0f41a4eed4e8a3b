"""The true pupil: steady size by Watson & Yellott (2012), dynamics, hippus, dilation while reading.

    F    = (L a / 846)^0.41                              L luminance cd/m2, a field deg2 (both eyes see it)
    D_sd = 7.75 - 5.75 F / (F + 2)                       mm
    D    = D_sd + (age - 28.58) (0.02132 - 0.009562 D_sd)

A change of light is answered after a latency, with one time constant for constriction and a longer one
for redilation.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from drivers.contract import Scene, ViewingSetup
from drivers.mock.parameters import PupilSettings
from drivers.mock.projection import Floats
from drivers.mock.scenes import SceneBook

_HIPPUS_HZ: Final = (0.05, 0.3)
_HIPPUS_WAVES: Final = 6


def steady_diameter_mm(luminance_cd_m2: float, field_deg2: float, age_years: float) -> float:
    """Return the pupil diameter that a steady light of both eyes leads to."""
    flux = math.pow(luminance_cd_m2 * field_deg2 / 846.0, 0.41)
    young = 7.75 - 5.75 * flux / (flux + 2.0)
    return young + (age_years - 28.58) * (0.02132 - 0.009562 * young)


class Pupil:
    """The pupil both eyes share, advanced in order of time."""

    def __init__(
        self,
        rng: np.random.Generator,
        settings: PupilSettings,
        setup: ViewingSetup,
        scenes: SceneBook,
        tick_hz: float,
    ) -> None:
        self._settings = settings
        self._scenes = scenes
        self._tick_hz = tick_hz
        width_deg = 2.0 * math.degrees(math.atan2(setup.width_mm / 2.0, setup.distance_mm))
        height_deg = 2.0 * math.degrees(math.atan2(setup.height_mm / 2.0, setup.distance_mm))
        self._field_deg2 = width_deg * height_deg
        self._turns = 2.0 * math.pi * rng.uniform(*_HIPPUS_HZ, _HIPPUS_WAVES)
        self._phases = rng.uniform(0.0, 2.0 * math.pi, _HIPPUS_WAVES)
        heights = rng.uniform(0.5, 1.0, _HIPPUS_WAVES)
        self._heights = heights * settings.hippus_sd_mm / math.sqrt(0.5 * float(np.sum(heights**2)))
        self._diameter_mm = self._goal_mm(scenes.at(0))

    @property
    def latency_ticks(self) -> int:
        """Ticks from a change of light to the answer."""
        return round(self._settings.pupil_latency_s * self._tick_hz)

    def advance(self, first_tick: int, count: int, ticks: Floats) -> Floats:
        """Return the true diameter in mm at some ticks of the ``count`` ticks from ``first_tick`` on."""
        diameter = np.empty(len(ticks))
        tick, end = first_tick, first_tick + count
        while tick < end:
            seen = tick - self.latency_ticks
            change = self._scenes.next_change(seen)
            stop = end if change is None else min(end, change + self.latency_ticks)
            goal = self._goal_mm(self._scenes.at(seen))
            settings = self._settings
            time_s = (
                settings.pupil_constriction_s if goal < self._diameter_mm else settings.pupil_redilation_s
            )
            here = (ticks >= tick) & (ticks < stop)
            decay = np.exp(-(ticks[here] - tick) / (self._tick_hz * time_s))
            diameter[here] = goal + (self._diameter_mm - goal) * decay
            self._diameter_mm = goal + (self._diameter_mm - goal) * math.exp(
                -(stop - tick) / (self._tick_hz * time_s)
            )
            tick = stop
        phases = np.multiply.outer(self._turns, ticks / self._tick_hz) + self._phases[:, None]
        return np.asarray(np.maximum(1.0, diameter + self._heights @ np.sin(phases)))

    def _goal_mm(self, scene: Scene) -> float:
        settings = self._settings
        light = (
            settings.screen_black_cd_m2 + settings.screen_white_cd_m2 * scene.luminance**settings.screen_gamma
        )
        steady = steady_diameter_mm(light, self._field_deg2, settings.age_years)
        return steady + (settings.task_dilation_mm if scene.panes else 0.0)
