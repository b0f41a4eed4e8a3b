"""What all scanpath measures compare: places in their order, and how long each was looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from gaze_core.rows import EventKind, Rows

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]


class SimilarityError(ValueError):
    """Something cannot be compared; the text says what and why."""


class DurationUnit(str, Enum):
    """What durations of a scanpath count."""

    SECONDS = "s"
    SAMPLES = "samples"  # raw gaze points, as McGIP counts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scanpath:
    """Fixations of one reading in their order; every value is finite.

    All scanpaths of one comparison lie in one frame (screen, image or square canvas px) by one mapping
    (stretch or letterbox); the measures cannot see a mixture.
    """

    x_px: FloatArray  # shape (n,)
    y_px: FloatArray  # shape (n,), downwards
    duration: FloatArray = field(repr=False)  # shape (n,), in `duration_unit`, not negative
    duration_unit: DurationUnit = DurationUnit.SECONDS

    def __post_init__(self) -> None:
        for name in ("x_px", "y_px", "duration"):
            values = np.array(getattr(self, name), np.float64)
            values.flags.writeable = False
            object.__setattr__(self, name, values)
        shapes = {self.x_px.shape, self.y_px.shape, self.duration.shape}
        if len(shapes) != 1 or self.x_px.ndim != 1:
            raise SimilarityError(
                f"A scanpath needs as many x as y and durations; it has {self.x_px.size}, {self.y_px.size} "
                f"and {self.duration.size}."
            )
        for name in ("x_px", "y_px", "duration"):
            wrong = np.flatnonzero(~np.isfinite(getattr(self, name)))
            if wrong.size:
                raise SimilarityError(
                    f"Fixation {wrong[0] + 1} of a scanpath has no {name}; leave out fixations without a "
                    "place on the image before comparing."
                )
        if np.any(self.duration < 0):
            number = int(np.argmax(self.duration < 0)) + 1
            raise SimilarityError(f"Fixation {number} of a scanpath lasts less than no time.")

    def __len__(self) -> int:
        """Return the number of fixations."""
        return int(self.x_px.size)

    @property
    def points_px(self) -> FloatArray:
        """Places as rows of x and y, shape (n, 2)."""
        return np.column_stack((self.x_px, self.y_px))

    def stretched(self, from_size_px: tuple[float, float], to_size_px: tuple[float, float]) -> Scanpath:
        """Return the scanpath on a canvas of another size (width, height), each axis stretched by itself."""
        return Scanpath(
            x_px=self.x_px * (to_size_px[0] / from_size_px[0]),
            y_px=self.y_px * (to_size_px[1] / from_size_px[1]),
            duration=self.duration,
            duration_unit=self.duration_unit,
        )


def scanpath_of_fixations(fixation_rows: Rows, image_id: int) -> Scanpath:
    """Return the fixations on one image in image px, in the order of their onsets.

    Parameters
    ----------
    fixation_rows
        FIXATION rows of one detector run and one trial; other events and fixations without a place on the
        image are left out.
    image_id
        The image wanted.
    """
    is_wanted = (
        (fixation_rows["kind"] == EventKind.FIXATION)
        & (fixation_rows["image_id"] == image_id)
        & np.isfinite(fixation_rows["x_image_px"])
        & np.isfinite(fixation_rows["y_image_px"])
    )
    rows = fixation_rows[is_wanted]
    rows = rows[np.argsort(rows["onset_host_ns"], kind="stable")]
    return Scanpath(x_px=rows["x_image_px"], y_px=rows["y_image_px"], duration=rows["duration_ms"] / 1e3)
