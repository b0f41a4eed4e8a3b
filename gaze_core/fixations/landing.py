"""Where between two fixations the eye left and where it landed.

The wide window that finds a movement in noise blurs its borders. Here they are read from the path itself:
the gaze is projected on the line from one fixation to the other, the instant is found at which a share f of
the way has been covered for good (f just above the noise), and the time the saccade needed for that share
is taken off. Saccades last 2.2 ms/deg A + 21 ms (Carpenter 1988) and follow s(u) = 10 u^3 - 15 u^4 + 6 u^5.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from gaze_core.fixations.slope import Piece

SMALLEST_STEP_DEG: Final = 0.4
"""A shorter way gives no usable line."""

PLACE_US: Final = 50_000
"""The place of a fixation at its end is the mean of this much of it."""

_PROGRESS: Final = np.linspace(0.0, 0.5, 101)
_COVERED: Final = 10.0 * _PROGRESS**3 - 15.0 * _PROGRESS**4 + 6.0 * _PROGRESS**5


def saccade_duration_us(amplitude_deg: float) -> float:
    """Return how long a saccade of this size lasts."""
    return 1000.0 * (2.2 * amplitude_deg + 21.0)


class Path:
    """The way from one fixation to the next."""

    def __init__(
        self, piece: Piece, start_deg: tuple[float, float], goal_deg: tuple[float, float], noise_deg: float
    ) -> None:
        self._piece = piece
        self._start_deg = start_deg
        across, down = goal_deg[0] - start_deg[0], goal_deg[1] - start_deg[1]
        self.amplitude_deg = math.hypot(across, down)
        squared = across * across + down * down
        self._scale = (across / squared, down / squared) if squared > 0.0 else (0.0, 0.0)
        self._share = min(0.5, max(0.05, 3.0 * noise_deg / self.amplitude_deg)) if squared > 0.0 else 0.5

    @property
    def is_usable(self) -> bool:
        """Whether the way stands out from the noise."""
        return self.amplitude_deg >= SMALLEST_STEP_DEG and self._share < 0.5

    def covered(self, number: int) -> float:
        """Return the share of the way covered at a sample."""
        sample = self._piece.sample(number)
        across = sample.azimuth_nano * 1e-9 - self._start_deg[0]
        down = sample.elevation_nano * 1e-9 - self._start_deg[1]
        return across * self._scale[0] + down * self._scale[1]

    def departure_us(self, first: int, last: int) -> float | None:
        """Return when the eye left, None where samples first .. last do not show it."""
        for number in range(first + 1, last):
            if self.covered(number) >= self._share and self.covered(number + 1) >= self._share:
                return self._crossing_us(number, self._share) - self._lead_us()
        return None

    def arrival_us(self, first: int, last: int) -> float | None:
        """Return when the eye landed, None where samples first .. last do not show it."""
        share = 1.0 - self._share
        for number in range(last, first + 1, -1):
            if self.covered(number - 1) <= share and self.covered(number - 2) <= share:
                return self._crossing_us(number, share) + self._lead_us()
        return None

    def _crossing_us(self, number: int, share: float) -> float:
        """Return when the share was passed between the sample before and this one."""
        before, after = self.covered(number - 1), self.covered(number)
        t_us, t_before_us = self._piece.sample(number).t_us, self._piece.sample(number - 1).t_us
        if after <= before:
            return float(t_us)
        part = min(1.0, max(0.0, (share - before) / (after - before)))
        return t_before_us + part * (t_us - t_before_us)

    def _lead_us(self) -> float:
        progress = float(np.interp(self._share, _COVERED, _PROGRESS))
        return progress * saccade_duration_us(self.amplitude_deg)


def landing_sample(path: Path, piece: Piece, between: tuple[int, int], half_window: int) -> int:
    """Return the first sample of the new fixation; `between` are the samples where speed rose and fell."""
    left, start = between
    if not path.is_usable:
        return start
    low, high = max(left - half_window, piece.first), min(start + half_window, piece.count - 1)
    landed_us = path.arrival_us(low, high)
    if landed_us is None:
        return start
    return min(max(piece.number_at(math.ceil(landed_us) - 1, start) + 1, low), high)


def departure_sample(path: Path, piece: Piece, between: tuple[int, int], half_window: int) -> int | None:
    """Return the last sample of the old fixation, None where the path does not show it.

    `between` are the sample where the speed rose and the last one to look at.
    """
    left, stop = between
    if not path.is_usable:
        return None
    low, high = max(left - half_window - 1, piece.first), min(left + 2 * half_window + 2, stop)
    left_us = path.departure_us(low, high)
    return None if left_us is None else max(piece.number_at(math.floor(left_us), left), piece.first)


def first_sample_near(
    piece: Piece, start: int, place_deg: tuple[float, float], radius_deg: float, earliest_us: int
) -> int:
    """Return the first of the samples before `start` that all lie near a place, not before a time.

    The samples before the first full window of a piece have no speed; they are judged by place.
    """
    first = start
    while first > piece.first and piece.sample(first - 1).t_us >= earliest_us:
        if not is_within(piece, first - 1, place_deg, radius_deg):
            break
        first -= 1
    return first


def is_within(piece: Piece, number: int, place_deg: tuple[float, float], radius_deg: float) -> bool:
    """Return whether a sample lies within a radius of a place."""
    sample = piece.sample(number)
    across, down = sample.azimuth_nano * 1e-9 - place_deg[0], sample.elevation_nano * 1e-9 - place_deg[1]
    return math.hypot(across, down) <= radius_deg


def place_until(piece: Piece, number: int) -> tuple[float, float]:
    """Return the mean direction of the samples just up to this one."""
    return piece.mean_deg(piece.number_at(piece.sample(number).t_us - PLACE_US, number), number)
