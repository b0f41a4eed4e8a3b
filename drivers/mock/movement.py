"""Stretches of eye movement with a known course, and the chunk they are laid into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from drivers.mock.projection import Floats, Place3


class Label:
    """Values of ``TRUTH.label``."""

    FIXATION: Final = 1
    SACCADE: Final = 2
    OSCILLATION: Final = 3
    PURSUIT: Final = 4  # images stand still: never generated
    BLINK: Final = 5
    OTHER: Final = 6


@dataclass(slots=True, kw_only=True)
class Movement:
    """One stretch: directions seen from the anchor, the head position at the last saccade."""

    azimuth_deg: Floats
    elevation_deg: Floats
    anchor_mm: Place3
    label: int
    event_id: int
    is_microsaccade: bool = False
    lid_closure: Floats | None = None  # 0 open .. 1 closed
    lid_jump_deg: float = 0.0  # apparent vertical jump under a closing lid
    is_away: bool = False  # the eyes are out of the tracker's view
    used: int = 0  # ticks already laid

    def __len__(self) -> int:
        return len(self.azimuth_deg)


class EyeChunk:
    """The truth of some ticks of fine time; every array has one value a tick (`anchor_mm` one column)."""

    def __init__(self, count: int) -> None:
        self.azimuth_deg: Floats = np.empty(count)
        self.elevation_deg: Floats = np.empty(count)
        self.anchor_mm: Floats = np.empty((3, count))
        self.label: npt.NDArray[np.uint8] = np.empty(count, np.uint8)
        self.is_microsaccade: npt.NDArray[np.bool_] = np.zeros(count, np.bool_)
        self.event_id: npt.NDArray[np.int64] = np.empty(count, np.int64)
        self.lid_closure: Floats = np.zeros(count)
        self.lid_jump_deg: Floats = np.zeros(count)
        self.is_away: npt.NDArray[np.bool_] = np.zeros(count, np.bool_)

    def lay(self, movement: Movement, first: int) -> int:
        """Copy what is left of a movement to the ticks from `first` on and return how many fitted."""
        taken = min(len(movement) - movement.used, len(self.label) - first)
        source = slice(movement.used, movement.used + taken)
        ticks = slice(first, first + taken)
        self.azimuth_deg[ticks] = movement.azimuth_deg[source]
        self.elevation_deg[ticks] = movement.elevation_deg[source]
        self.anchor_mm[:, ticks] = np.array(movement.anchor_mm)[:, None]
        self.label[ticks] = movement.label
        self.event_id[ticks] = movement.event_id
        if movement.is_microsaccade:
            self.is_microsaccade[ticks] = True
        if movement.is_away:
            self.is_away[ticks] = True
        if movement.lid_closure is not None:
            self.lid_closure[ticks] = movement.lid_closure[source]
            self.lid_jump_deg[ticks] = movement.lid_closure[source] * movement.lid_jump_deg
        movement.used += taken
        return taken


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueEvent:
    """A finished event in ticks of fine time; the last tick is not part of it."""

    event_id: int
    label: int
    onset_tick: int
    offset_tick: int
    amplitude_deg: float = float("nan")
    peak_deg_s: float = float("nan")
    azimuth_deg: float = float("nan")
    elevation_deg: float = float("nan")
    target: str = ""
    is_microsaccade: bool = False
