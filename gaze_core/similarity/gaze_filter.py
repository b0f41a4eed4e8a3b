"""McGIP's groups of raw gaze points, which its MultiMatch compares instead of fixations.

The points are walked in order. While a point is nearer than `reach_px` to the first of its group in x and in
y, it belongs to the group; the first that is not opens the next one. A group stands at its first point and
lasts from there to the opening of the next, in raw samples. The last group is never closed, and so is never
counted: published so (``gazeFilter``).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.similarity.scanpath import DurationUnit, Scanpath, SimilarityError

REACH_PX: Final = 40.0
"""0.05 of the canvas of 800 px."""


def gaze_groups(x_px: npt.ArrayLike, y_px: npt.ArrayLike, reach_px: float = REACH_PX) -> Scanpath:
    """Return the closed groups of raw gaze points; none from fewer than two points.

    Parameters
    ----------
    x_px, y_px
        Valid gaze in order at one declared sampling rate, canvas px, shape (n,).
    reach_px
        How far a group reaches in x and in y, exclusive.
    """
    x, y = np.asarray(x_px, np.float64), np.asarray(y_px, np.float64)
    if x.shape != y.shape or x.ndim != 1 or not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise SimilarityError(
            "Groups of gaze need as many x as y, each a number; leave out lost samples first."
        )
    openings = _openings(x.tolist(), y.tolist(), reach_px)
    return Scanpath(
        x_px=x[openings[:-1]],
        y_px=y[openings[:-1]],
        duration=np.diff(openings),
        duration_unit=DurationUnit.SAMPLES,
    )


def _openings(x_px: list[float], y_px: list[float], reach_px: float) -> npt.NDArray[np.int64]:
    """Return the number of the first point of each group."""
    found = [0]
    for number in range(1, len(x_px)):
        opening = found[-1]
        if abs(x_px[number] - x_px[opening]) >= reach_px or abs(y_px[number] - y_px[opening]) >= reach_px:
            found.append(number)
    return np.array(found, np.int64)
