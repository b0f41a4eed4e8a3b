"""The mask that grows while a reader covers a target with the eyes: a preview for the operator alone.

Each valid gaze position becomes a disc with the radius of what gaze can tell: one degree, or the accuracy
that was measured where that is worse. Only the discs that are new are drawn, so a step costs the same however
long the covering takes.
"""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

LEAST_RADIUS_DEG: Final = 1.0
LONGEST_SIDE_PX: Final = 1024
"""Of the mask: about as many px as the image has in the operator's window."""

_COLOUR_RGBA: Final = (76, 194, 255, 96)
_LARGEST_IMAGE_PX: Final = 1 << 20  # of one side; larger is a mistake
_SHIFT: Final = 4  # binary places of a px that discs are drawn with


def cover_radius_deg(accuracy_deg: float) -> float:
    """Return the radius of a disc, deg; `accuracy_deg` of the last validation, NaN where there is none."""
    return max(LEAST_RADIUS_DEG, accuracy_deg) if math.isfinite(accuracy_deg) else LEAST_RADIUS_DEG


class CoverMask:
    """The mask over one image. One thread."""

    def __init__(self) -> None:
        self._scale = 1.0  # mask px per image px
        self._size_px = (0, 0)  # width, height of the image
        self._rgba: npt.NDArray[np.uint8] = np.zeros((1, 1, 4), np.uint8)
        self._version = 0

    @property
    def version(self) -> int:
        """Changes whenever the mask does."""
        return self._version

    @property
    def covered_share(self) -> float:
        """Share of the image that is covered, 0..1; looks at the whole mask."""
        return float(np.count_nonzero(self._rgba[..., 3])) / self._rgba[..., 3].size

    def begin(self, image_width_px: int, image_height_px: int) -> None:
        """Begin anew, over an image of that size."""
        if not (1 <= image_width_px <= _LARGEST_IMAGE_PX and 1 <= image_height_px <= _LARGEST_IMAGE_PX):
            raise ValueError(f"An image of {image_width_px} x {image_height_px} px cannot be covered.")
        self._size_px = (image_width_px, image_height_px)
        self._scale = min(1.0, LONGEST_SIDE_PX / max(image_width_px, image_height_px))
        height, width = (max(round(side * self._scale), 1) for side in (image_height_px, image_width_px))
        self._rgba = np.zeros((height, width, 4), np.uint8)
        self._version += 1

    def add(self, x_image_px: npt.ArrayLike, y_image_px: npt.ArrayLike, radius_image_px: float) -> None:
        """Cover a disc around each position; NaN and what lies beside the image is left out.

        Parameters
        ----------
        x_image_px, y_image_px
            Shape (n,) or one number each.
        radius_image_px
            At the zoom that the positions were looked at with.
        """
        if not (math.isfinite(radius_image_px) and radius_image_px > 0.0):
            return
        x, y = np.atleast_1d(np.asarray(x_image_px, float)), np.atleast_1d(np.asarray(y_image_px, float))
        width, height = self._size_px
        with np.errstate(invalid="ignore"):
            is_on = (x >= 0.0) & (x < width) & (y >= 0.0) & (y < height)
        if not is_on.any():
            return
        fine = self._scale * (1 << _SHIFT)
        radius = max(round(min(radius_image_px, float(max(width, height))) * fine), 1)
        # A sample at the middle of mask px k lies at k + 0.5; discs are drawn around whole px.
        columns = np.round(x[is_on] * fine - 0.5 * (1 << _SHIFT)).astype(int)
        rows = np.round(y[is_on] * fine - 0.5 * (1 << _SHIFT)).astype(int)
        centres = np.unique(np.column_stack((columns, rows)), axis=0)
        for column, row in centres.tolist():
            cv2.circle(self._rgba, (column, row), radius, _COLOUR_RGBA, cv2.FILLED, cv2.LINE_8, _SHIFT)
        self._version += 1

    def rgba(self) -> npt.NDArray[np.uint8]:
        """Return the mask as colours, shape (h, w, 4), over the whole image; a copy for whoever keeps it."""
        colours: npt.NDArray[np.uint8] = self._rgba.copy()
        return colours
