"""The time that a replay shows: it runs at a chosen speed, stands, jumps, and may go round a stretch."""

from __future__ import annotations

from typing import Final

SPEEDS: Final = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Times as fast as it was."""

SHORTEST_LOOP_NS: Final = 10_000_000


class PlayClock:
    """Moves through a recording; all times are host times of the recording unless named otherwise.

    Parameters
    ----------
    first_ns, end_ns
        The stretch that can be shown.
    """

    def __init__(self, first_ns: int, end_ns: int) -> None:
        self.first_ns = first_ns
        self.end_ns = max(end_ns, first_ns)
        self.t_ns = first_ns
        self.loop: tuple[int, int] | None = None
        self._speed = 1.0
        self._is_playing = False
        self._now_ns: int | None = None  # clock of this computer at the last `advance`

    @property
    def speed(self) -> float:
        """Times as fast as it was."""
        return self._speed

    @property
    def is_playing(self) -> bool:
        """Whether time runs."""
        return self._is_playing

    def play(self) -> None:
        """Let time run; at the end it begins again."""
        if self.t_ns >= self.end_ns:
            self.t_ns = self.first_ns if self.loop is None else self.loop[0]
        self._is_playing = self.end_ns > self.first_ns
        self._now_ns = None

    def pause(self) -> None:
        """Let time stand."""
        self._is_playing = False

    def set_speed(self, speed: float) -> None:
        """Run as fast as one of `SPEEDS`.

        Raises
        ------
        ValueError
            If it is none of them.
        """
        if speed not in SPEEDS:
            raise ValueError(f"A replay runs at one of {SPEEDS}, not at {speed}.")
        self._speed = speed

    def faster(self, steps: int) -> None:
        """Run at a speed so many steps up, or down where negative."""
        place = SPEEDS.index(self._speed) + steps
        self._speed = SPEEDS[min(max(place, 0), len(SPEEDS) - 1)]

    def seek(self, t_ns: int) -> None:
        """Go to a time; beyond the ends to the end. A stretch that goes round is left."""
        self.t_ns = min(max(t_ns, self.first_ns), self.end_ns)
        if self.loop is not None and not self.loop[0] <= self.t_ns <= self.loop[1]:
            self.loop = None

    def follow(self, t_ns: int) -> None:
        """Take over the time of something that plays by itself, as the sound does."""
        if self._is_playing and self.loop is None:
            self.t_ns = min(max(t_ns, self.first_ns), self.end_ns)

    def set_loop(self, first_ns: int, end_ns: int) -> None:
        """Go round a stretch; given either way round, and at least `SHORTEST_LOOP_NS` long."""
        first_ns, end_ns = sorted((first_ns, end_ns))
        first_ns = max(first_ns, self.first_ns)
        end_ns = min(max(end_ns, first_ns + SHORTEST_LOOP_NS), self.end_ns)
        self.loop = (first_ns, end_ns) if end_ns > first_ns else None
        if self.loop is not None and not first_ns <= self.t_ns <= end_ns:
            self.t_ns = first_ns

    def clear_loop(self) -> None:
        """Go on to the end again."""
        self.loop = None

    def advance(self, now_ns: int) -> int:
        """Return the time to show, at a time of this computer's clock."""
        before_ns, self._now_ns = self._now_ns, now_ns
        if not self._is_playing or before_ns is None:
            return self.t_ns
        self.t_ns += round((now_ns - before_ns) * self._speed)
        if self.loop is not None and self.t_ns >= self.loop[1]:
            first_ns, end_ns = self.loop
            self.t_ns = first_ns + (self.t_ns - first_ns) % (end_ns - first_ns)
        elif self.t_ns >= self.end_ns:
            self.t_ns = self.end_ns
            self._is_playing = False
        return self.t_ns
