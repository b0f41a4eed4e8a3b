"""What the live detector remembers: the fixation it is in, the movement or the loss since it."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from gaze_core.fixations.slope import Piece, Sample


@dataclass(slots=True)
class LiveFixation:
    """A fixation that has begun, perhaps ended, and is not final.

    Samples enter `held` first and reach the sums after a while, so that the end can still be moved back.
    """

    event_id: int
    onset_ns: int
    first_row: int
    t_sent_start_ns: int
    is_after_loss: bool
    held: deque[Sample] = field(default_factory=deque)
    last_row: int = -1
    last_t_ns: int = 0
    last_us: int = 0
    samples: int = 0
    azimuth_nano: int = 0
    elevation_nano: int = 0
    azimuth_range: tuple[int, int] = (2**62, -(2**62))
    elevation_range: tuple[int, int] = (2**62, -(2**62))
    squared_step: int = 0  # square nanodegrees
    steps: int = 0
    eyes_any: int = 0
    eyes_all: int = 7
    is_merged: bool = False
    # Set when it ends:
    t_sent_end_ns: int = 0
    left_piece: Piece | None = None
    pad_us: int = 0  # taken off the end because of the loss that follows
    left_number: int = 0  # sample of its piece at which the speed rose, or the last one before a loss
    left_us: int = 0
    place_deg: tuple[float, float] = (math.nan, math.nan)  # mean of its last samples
    is_before_loss: bool = False
    _last_nano: tuple[int, int] = (0, 0)

    def hold(self, sample: Sample, hold_us: int) -> None:
        """Take a sample."""
        held = self.held
        held.append(sample)
        while held[0].t_us < sample.t_us - hold_us:
            self._count(held.popleft())

    def settle(self, end_us: int) -> None:
        """Count what is held up to a time and forget the rest; at least one sample is counted."""
        while self.held and (self.samples == 0 or self.held[0].t_us <= end_us):
            self._count(self.held.popleft())
        self.held.clear()

    def _count(self, sample: Sample) -> None:
        t_us, azimuth_nano, elevation_nano, row, t_ns, eyes = sample
        if row == self.last_row + 1 and self.samples:
            across, down = azimuth_nano - self._last_nano[0], elevation_nano - self._last_nano[1]
            self.squared_step += across * across + down * down
            self.steps += 1
        self._last_nano = azimuth_nano, elevation_nano
        self.last_row, self.last_t_ns, self.last_us = row, t_ns, t_us
        self.samples += 1
        self.azimuth_nano += azimuth_nano
        self.elevation_nano += elevation_nano
        low, high = self.azimuth_range
        if azimuth_nano < low or azimuth_nano > high:
            self.azimuth_range = min(low, azimuth_nano), max(high, azimuth_nano)
        low, high = self.elevation_range
        if elevation_nano < low or elevation_nano > high:
            self.elevation_range = min(low, elevation_nano), max(high, elevation_nano)
        self.eyes_any |= eyes
        self.eyes_all &= eyes

    @property
    def newest_row(self) -> int:
        """Row of the newest sample taken, counted or held."""
        return self.held[-1].row if self.held else self.last_row

    @property
    def centroid_deg(self) -> tuple[float, float]:
        """Mean of the counted samples."""
        return self.azimuth_nano / self.samples * 1e-9, self.elevation_nano / self.samples * 1e-9

    @property
    def dispersion_deg(self) -> float:
        """Width plus height of the counted samples."""
        (left, right), (top, bottom) = self.azimuth_range, self.elevation_range
        return ((right - left) + (bottom - top)) * 1e-9

    @property
    def rms_s2s_deg(self) -> float:
        """Root mean square of the steps between neighbours; NaN without any."""
        return math.sqrt(self.squared_step / self.steps) * 1e-9 if self.steps else math.nan


@dataclass(slots=True)
class Loss:
    """Missing gaze, from the first row without it."""

    onset_ns: int
    first_row: int
    last_row: int
    rows: int = 0
    gone: int = 0  # rows without any eye
    event_id: int = -1  # -1 until it is long enough to be called a loss
    t_sent_start_ns: int = 0


@dataclass(slots=True)
class Movement:
    """What the eye does since it left a fixation, within one piece."""

    left_number: int
    place_deg: tuple[float, float]  # of the fixation left
    onset_ns: int  # end of that fixation, once it is final
    first_row: int
    peak_deg_s: float
