"""One film being made: a picture at a time, so that whoever makes it can show where it is, and end it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from capture_app.session.film.case_frames import CaseFrames
from capture_app.session.film.progress import TimeLeft
from capture_app.session.film.sizes import FilmError
from capture_app.session.film.video import FilmPicture, FilmSink
from capture_app.session.replay import ReplayCase, ReplayFrame, ReplayOptions

LONGEST_FILM_S: Final = 4 * 3600.0
_MOST_WAITING: Final = 4  # pictures painted ahead of the encoder


class FramePainter(Protocol):
    """Paints frames at the size of the film."""

    def film_picture(self, frame: ReplayFrame, stamp: str) -> FilmPicture:
        """Return the picture of a frame with a line of words in its corner; a new array each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmStretch:
    """What a film shows, and when its pictures are."""

    case: ReplayCase
    rate_hz: float  # pictures per second

    @property
    def picture_count(self) -> int:
        """Number of pictures; at least one."""
        return max(1, round(self.case.duration_s * self.rate_hz))

    def t_ns(self, number: int) -> int:
        """Return the host time of a picture."""
        return min(self.case.first_ns + round(number * 1e9 / self.rate_hz), self.case.end_ns)


def check_length(stretch: FilmStretch) -> None:
    """Refuse a case that is too long for a film.

    Raises
    ------
    FilmError
        If it is.
    """
    if stretch.case.duration_s > LONGEST_FILM_S:
        raise FilmError(
            f"Case {stretch.case.case_id} lasts {stretch.case.duration_s / 3600:.1f} hours; a film of more "
            f"than {LONGEST_FILM_S / 3600:g} hours is not made. Make pictures of it."
        )


class FilmRun:
    """Makes one film. `step` until `is_done`, then `close`; all on one thread, the encoding on another.

    Parameters
    ----------
    frames, options
        What is drawn.
    stretch
        When.
    painter
        Draws it.
    sink
        Takes it; belongs to the run from now on.
    stamp
        Returns the words in the corner of the picture at a time.
    now_s
        Clock for the time that is left.
    """

    def __init__(
        self,
        frames: CaseFrames,
        options: ReplayOptions,
        stretch: FilmStretch,
        painter: FramePainter,
        sink: FilmSink,
        *,
        stamp: Callable[[int], str],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._frames, self._options, self._stretch = frames, options, stretch
        self._painter, self._stamp = painter, stamp
        self.sink = sink
        self.done = 0
        self.count = stretch.picture_count
        self.is_done = False
        self._left = TimeLeft(self.count, now_s)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="film")
        self._waiting: deque[Future[None]] = deque()

    @property
    def path(self) -> Path:
        """Where the film is once it is whole."""
        return self.sink.path

    @property
    def note(self) -> str:
        """What a person has to know about the file, a sentence; "" where there is nothing to say."""
        return self.sink.note

    def step(self) -> None:
        """Make the next picture; with the last the film is whole.

        Raises
        ------
        FilmError
            If it cannot go on; nothing is left of the film then.
        """
        if self.is_done:
            return
        try:
            t_ns = self._stretch.t_ns(self.done)
            frame = self._frames.frame(t_ns, self._options)
            picture = self._painter.film_picture(frame, self._stamp(t_ns))
            self._waiting.append(self._pool.submit(self.sink.write, picture))
            while len(self._waiting) > _MOST_WAITING:
                self._waiting.popleft().result()
            self.done += 1
            if self.done == self.count:
                while self._waiting:
                    self._waiting.popleft().result()
                self.sink.finish()
                self.is_done = True
        except BaseException:  # also Ctrl-C: half a film is never left behind
            self.close()
            raise

    def left_s(self) -> float:
        """Return how long the rest will take, s; NaN before anything is known."""
        return self._left.left_s(self.done)

    def close(self) -> None:
        """Let go of the encoder; of a film that is not whole nothing is left. Idempotent."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        if not self.is_done:
            self.sink.abort()
