"""What a simulated Tobii tracker sees: two eyes that look around a screen, by the sample's number."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

_TABLE = 4096  # samples after which the noise repeats
_FIXATION_S = 0.3
_BLINK_EVERY_S = 4.0
_BLINK_S = 0.15
_NAN = math.nan
_NOWHERE = (_NAN, _NAN, _NAN)


@dataclass(frozen=True)
class SimulatedArea:
    """A display area: three corners in the user coordinate system, mm."""

    top_left: tuple[float, float, float]
    top_right: tuple[float, float, float]
    bottom_left: tuple[float, float, float]

    @property
    def bottom_right(self) -> tuple[float, float, float]:
        """The fourth corner of the parallelogram."""
        corners = zip(self.top_right, self.bottom_left, self.top_left, strict=True)
        x, y, z = (right + left - corner for right, left, corner in corners)
        return x, y, z

    @property
    def width(self) -> float:
        """Length of the upper edge, mm."""
        return math.dist(self.top_left, self.top_right)

    @property
    def height(self) -> float:
        """Length of the left edge, mm."""
        return math.dist(self.top_left, self.bottom_left)

    def at(self, x_norm: float, y_norm: float) -> tuple[float, float, float]:
        """Return a place of the screen in the user coordinate system, mm."""
        corners = zip(self.top_left, self.top_right, self.bottom_left, strict=True)
        x, y, z = (
            corner + x_norm * (right - corner) + y_norm * (below - corner) for corner, right, below in corners
        )
        return x, y, z


def area_of(width_mm: float, height_mm: float, *, tilt_deg: float = 15.0) -> SimulatedArea:
    """Return a screen that stands behind the tracker, its upper edge tilted away from the user."""
    half, tilt = width_mm / 2.0, math.radians(tilt_deg)
    bottom_y, bottom_z = 20.0, -20.0
    top_y, top_z = bottom_y + height_mm * math.cos(tilt), bottom_z - height_mm * math.sin(tilt)
    return SimulatedArea((-half, top_y, top_z), (half, top_y, top_z), (-half, bottom_y, bottom_z))


@dataclass(frozen=True)
class EyeSample:
    """One eye of one sample, NaN where invalid."""

    point_norm: tuple[float, float]
    point_mm: tuple[float, float, float]
    is_point_valid: bool
    origin_mm: tuple[float, float, float]
    is_origin_valid: bool
    pupil_mm: float
    is_pupil_valid: bool
    openness_mm: float
    is_openness_valid: bool


@dataclass(frozen=True)
class GazeSample:
    """One sample of both eyes; `number` counts what the tracker measured, delivered or not."""

    number: int
    device_us: int
    system_us: int
    left: EyeSample
    right: EyeSample


@dataclass
class EyesSeen:
    """What the tracker can see just now; change it to make a reader look away."""

    left: bool = True
    right: bool = True
    pupils: bool = True
    shift_norm: tuple[float, float] = (0.0, 0.0)  # added to the gaze: 2.0 looks far off the screen


class SimulatedGaze:
    """Seeded gaze: fixations of 300 ms, noise, a blink every 4 s. The same number gives the same sample."""

    def __init__(self, seed: int) -> None:
        generator = np.random.default_rng(seed)
        self._targets = generator.uniform(0.1, 0.9, (_TABLE, 2)).tolist()
        self._noise = generator.normal(0.0, 0.004, (_TABLE, 4)).tolist()
        self._sway_mm = np.cumsum(generator.normal(0.0, 0.02, (_TABLE, 3)), axis=0).tolist()
        self._pupil_mm = (3.2 + 0.2 * np.sin(np.arange(_TABLE) / 200.0)).tolist()

    def eyes(
        self, number: int, rate_hz: float, area: SimulatedArea, seen: EyesSeen
    ) -> tuple[EyeSample, EyeSample]:
        """Return the left and the right eye of sample `number`."""
        at_s = number / rate_hz
        is_open = at_s % _BLINK_EVERY_S < _BLINK_EVERY_S - _BLINK_S
        target_x, target_y = self._targets[int(at_s / _FIXATION_S) % _TABLE]
        noise, sway = self._noise[number % _TABLE], self._sway_mm[number % _TABLE]
        eyes = []
        for side, (is_seen, eye_x_mm) in enumerate(((seen.left, -31.0), (seen.right, 31.0))):
            is_valid = is_seen and is_open
            x_norm = target_x + noise[2 * side] + seen.shift_norm[0]
            y_norm = target_y + noise[2 * side + 1] + seen.shift_norm[1]
            has_pupil = is_valid and seen.pupils
            eyes.append(
                EyeSample(
                    point_norm=(x_norm, y_norm) if is_valid else (_NAN, _NAN),
                    point_mm=area.at(x_norm, y_norm) if is_valid else _NOWHERE,
                    is_point_valid=is_valid,
                    origin_mm=(eye_x_mm + sway[0], 190.0 + sway[1], 620.0 + sway[2]) if is_seen else _NOWHERE,
                    is_origin_valid=is_seen,
                    pupil_mm=self._pupil_mm[number % _TABLE] + 0.05 * side if has_pupil else _NAN,
                    is_pupil_valid=has_pupil,
                    openness_mm=(9.0 if is_open else 0.5) if is_seen else _NAN,
                    is_openness_valid=is_seen,
                )
            )
        return eyes[0], eyes[1]
