"""Readings to browse by how alike they are: cases of the recordings below a folder, or a McGIP dataset.

Features of each reading are computed once while it is read; a measure is computed when it is first asked for
and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from capture_app.session.port import SessionError
from gaze_core.similarity import (
    GazeMeasure,
    MultiMatchReduction,
    ReadingFeatures,
    gaze_relation,
    nearest,
)
from gaze_core.similarity.multimatch import PairsDone

FloatArray = npt.NDArray[np.float64]
Progress: TypeAlias = Callable[[int, int], None]
"""Called with how many steps are done and how many there are."""


class SimilarityLibraryError(SessionError):
    """Readings cannot be browsed; the text says why and what to do."""


class LibraryCancelledError(SessionError):
    """A person cancelled the work."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BrowsedReading:
    """One reading as it is shown."""

    title: str  # the case
    reader: str
    detail: str  # the recording or sample it is from
    x_share: FloatArray  # gaze on the image in order, fraction of its width, shape (n,)
    y_share: FloatArray  # fraction of its height, shape (n,)
    aspect: float  # width of the image over its height
    image_path: Path | None = None  # the file, where it is known
    image_sha256: str = ""
    recording: Path | None = None  # that may hold the image or stand near it
    image_id: int = -1  # in that recording


@dataclass(kw_only=True)
class GazeLibrary:
    """Readings and what is known of their likeness. May be used by one worker at a time."""

    place: Path
    readings: tuple[BrowsedReading, ...]
    threshold: float  # to begin with
    notes: tuple[str, ...] = ()  # what was left out, sentences
    features: tuple[ReadingFeatures, ...] = ()  # empty where matrices are read from files
    stored: Mapping[GazeMeasure, Callable[[], FloatArray]] = field(default_factory=dict)  # of a dataset
    _relations: dict[GazeMeasure, GazeRelation] = field(default_factory=dict, init=False)

    @property
    def measures(self) -> tuple[GazeMeasure, ...]:
        """Return the measures that can be asked for."""
        return (
            tuple(GazeMeasure)
            if self.features
            else tuple(each for each in GazeMeasure if each in self.stored)
        )

    def relation(
        self,
        measure: GazeMeasure,
        on_progress: Progress | None = None,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> GazeRelation:
        """Return how alike all readings are; blocks: call it from a worker.

        Raises
        ------
        LibraryCancelledError
            If it was cancelled meanwhile.
        """
        if measure not in self._relations:
            if self.features:
                tell = _cancelling(on_progress, is_cancelled)
                values = gaze_relation(measure, self.features, MultiMatchReduction.MEAN5, tell)
            else:
                values = self.stored[measure]()
            self._relations[measure] = GazeRelation(values)
        return self._relations[measure]


class GazeRelation:
    """How alike all readings are by one measure; what a threshold makes of it is told at once."""

    def __init__(self, values: FloatArray) -> None:
        self.values = values
        first, second = np.triu_indices(len(values), 1)
        self._sorted = np.sort(values[first, second])

    @property
    def pair_count(self) -> int:
        """How many pairs there are."""
        return len(self._sorted)

    def positive_count(self, threshold: float) -> int:
        """Return how many pairs are strictly above a threshold."""
        return int(len(self._sorted) - np.searchsorted(self._sorted, threshold, side="right"))

    def neighbours(self, index: int, count: int) -> tuple[tuple[int, float], ...]:
        """Return the readings most like one and how alike they are, best first."""
        found = nearest(self.values, index, count).tolist()
        return tuple((place, float(self.values[index, place])) for place in found)

    def positives_of(self, index: int, threshold: float) -> int:
        """Return how many other readings are positive for one."""
        return int((np.delete(self.values[index], index) > threshold).sum())


def _cancelling(on_progress: Progress | None, is_cancelled: Callable[[], bool]) -> PairsDone:
    def tell(done: int, count: int) -> None:
        check_cancelled(is_cancelled)
        if on_progress is not None:
            on_progress(done, count)

    return tell


def check_cancelled(is_cancelled: Callable[[], bool]) -> None:
    """Stop where a person cancelled.

    Raises
    ------
    LibraryCancelledError
        If so.
    """
    if is_cancelled():
        raise LibraryCancelledError("It was cancelled; nothing was changed.")


def least_two(readings: Sequence[BrowsedReading], place: Path) -> None:
    """Refuse what cannot be compared.

    Raises
    ------
    SimilarityLibraryError
        If there are fewer than two readings.
    """
    if len(readings) < 2:
        what = "one reading" if readings else "no reading"
        raise SimilarityLibraryError(
            f"{place} holds {what} with gaze on an image; two are needed to compare. Choose the folder of a "
            "study's recordings, or a dataset in the format mcgip."
        )
