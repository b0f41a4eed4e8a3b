"""How long something that is made piece by piece will still take."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

_FIRST_PIECES: Final = 10  # the first ones decode images and say little


class PictureRun(Protocol):
    """Something made piece by piece on one thread: a film, a contact sheet."""

    @property
    def done(self) -> int:
        """Pieces that are made."""

    @property
    def count(self) -> int:
        """Pieces in all."""

    @property
    def is_done(self) -> bool:
        """Whether all of it is made and in its place."""

    @property
    def path(self) -> Path:
        """Where it is once it is whole."""

    @property
    def note(self) -> str:
        """What a person has to know about the file, a sentence; "" where there is nothing to say."""

    def step(self) -> None:
        """Make the next piece; raises `FilmError` and leaves nothing behind where it cannot go on."""

    def left_s(self) -> float:
        """Return how long the rest will take, s; NaN before anything is known."""

    def close(self) -> None:
        """Let go of everything; of what is not whole nothing is left. Idempotent."""


class TimeLeft:
    """Works it out from the time that the pieces until now took.

    Parameters
    ----------
    count
        Pieces in all.
    now_s
        Clock, s.
    """

    def __init__(self, count: int, now_s: Callable[[], float] = time.monotonic) -> None:
        self._count, self._now_s = count, now_s
        self._began_s = now_s()

    def left_s(self, done: int) -> float:
        """Return how long the rest will take, s; NaN before anything is known."""
        if done < min(_FIRST_PIECES, self._count, max(self._count // 4, 1)):
            return math.nan
        return (self._now_s() - self._began_s) / done * (self._count - done)
