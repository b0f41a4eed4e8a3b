"""Slow work of the similarity browser, with progress and a cancel; pictures beside it.

Both belong to the application and outlive the window: a thread cannot be ended at once, and its answer must
find somebody. They go away once they rest after the window has.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QCoreApplication, QObject, Signal

from capture_app.gui.workers import Work
from capture_app.session.similarity.library import GazeLibrary
from capture_app.session.similarity.library_reading import read_library
from capture_app.session.similarity.tile_pictures import reading_picture
from gaze_core.similarity import GazeMeasure

_KEPT: Final = 96
Picture = npt.NDArray[np.uint8]


class LibraryWorker(QObject):
    """Reads a library or computes a relation. Signals arrive on the thread that made it."""

    progressed = Signal(int, int, float)  # steps done, all steps, seconds left (NaN before the first)
    loaded = Signal(object)  # GazeLibrary
    related = Signal(object, object)  # GazeMeasure, GazeRelation
    failed = Signal(str)  # a sentence
    cancelled = Signal()

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__(QCoreApplication.instance())
        self._has_left = False
        self._now_s = now_s
        self._begun_s = 0.0
        self._work: Work | None = None
        self._measure: GazeMeasure | None = None  # that is being computed; None: a library is being read
        self._stop = threading.Event()

    @property
    def is_busy(self) -> bool:
        """Whether something is being done."""
        return self._work is not None

    def load(self, place: Path) -> None:
        """Read the readings below a folder; nothing happens while something is being done."""
        self._begin(partial(read_library, place, self._tell, self._stop.is_set), None)

    def relate(self, library: GazeLibrary, measure: GazeMeasure) -> None:
        """Compare all readings by a measure."""
        self._begin(partial(library.relation, measure, self._tell, self._stop.is_set), measure)

    def cancel(self) -> None:
        """Stop as soon as it can."""
        self._stop.set()

    def leave(self) -> None:
        """Stop as soon as it can, and go away."""
        self._has_left = True
        self._stop.set()
        if self._work is None:
            self.deleteLater()

    def _begin(self, task: Callable[[], object], measure: GazeMeasure | None) -> None:
        if self._work is not None:
            return
        self._stop.clear()
        self._begun_s = self._now_s()
        self._measure = measure
        self._work = Work(task, self)
        self._work.done.connect(self._done)
        self._work.failed.connect(self._not_done)
        self._work.start()

    def _tell(self, done: int, count: int) -> None:
        """Runs on the worker thread; the signal crosses over by itself."""
        passed_s = self._now_s() - self._begun_s
        left_s = passed_s / done * (count - done) if done else float("nan")
        self.progressed.emit(done, count, left_s)

    def _done(self, answer: object) -> None:
        self._work = None
        if self._has_left:
            self.deleteLater()
        elif self._stop.is_set():
            self.cancelled.emit()
        elif self._measure is None:
            self.loaded.emit(answer)
        else:
            self.related.emit(self._measure, answer)

    def _not_done(self, sentence: str) -> None:
        self._work = None
        if self._has_left:
            self.deleteLater()
        elif self._stop.is_set():
            self.cancelled.emit()
        else:
            self.failed.emit(sentence)


class TilePictures(QObject):
    """Pictures of readings, made by a worker in the order they are asked for; the newest are kept."""

    made = Signal(int, object)  # place in the library, picture

    def __init__(self) -> None:
        super().__init__(QCoreApplication.instance())
        self._has_left = False
        self._kept: OrderedDict[tuple[int, int], Picture] = OrderedDict()
        self._work: Work | None = None
        self._wanted: list[tuple[int, int]] = []
        self._library: GazeLibrary | None = None
        self._making: tuple[GazeLibrary, tuple[int, int]] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a picture is being made."""
        return self._work is not None

    def take_library(self, library: GazeLibrary) -> None:
        """Make pictures of these readings from now on."""
        self._library = library
        self._kept.clear()
        self._wanted = []

    def ask(self, wanted: Sequence[tuple[int, int]]) -> None:
        """Make pictures: places in the library and longer sides in px. What was asked before is dropped."""
        self._wanted = []
        for key in wanted:
            if key in self._kept:
                self._kept.move_to_end(key)
                self.made.emit(key[0], self._kept[key])
            else:
                self._wanted.append(key)
        self._next()

    def leave(self) -> None:
        """Make no more, and go away."""
        self._has_left = True
        self._wanted = []
        if self._work is None:
            self.deleteLater()

    def _next(self) -> None:
        if self._work is not None:
            return
        if self._has_left:
            self.deleteLater()
            return
        if not self._wanted or self._library is None:
            return
        place, longest_px = key = self._wanted.pop(0)
        self._making = (self._library, key)
        self._work = Work(partial(reading_picture, self._library.readings[place], longest_px), self)
        self._work.done.connect(self._done)
        self._work.failed.connect(self._not_done)
        self._work.start()

    def _done(self, picture: Picture) -> None:
        self._work = None
        library, key = self._making if self._making is not None else (None, (-1, 0))
        if library is not None and library is self._library:
            self._kept[key] = picture
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            self.made.emit(key[0], picture)
        self._next()

    def _not_done(self, _sentence: str) -> None:
        """Go on with the others: the log has the reason, the tile stays empty."""
        self._work = None
        self._next()
