"""Pictures of panes as pixmaps: pixel by pixel for the reader's screen, made smaller for the operator's copy.

Where a picture is made smaller, whole blocks of pixels are averaged first and the rest is interpolated, so
that ribs and fine lines do not flicker. A target pixel belongs to the picture when its centre lies inside the
scaled rectangle: the painted rectangle is never off by more than half a pixel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage, QPainter, QPixmap

from capture_app.session.states import PaneState
from gaze_core.geometry import Rect

GreyImage: TypeAlias = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnImage:
    """A pane's picture at screen size and the physical pixel of its top-left corner."""

    pixmap: QPixmap
    x_px: int
    y_px: int


class ImageCopy:
    """Draws the panes of a state, remembering the scaled pictures between frames."""

    def __init__(self) -> None:
        self._keys: dict[int, tuple[object, ...]] = {}
        self._drawn: dict[int, DrawnImage | None] = {}

    def update(self, panes: tuple[PaneState, ...], scale: float = 1.0) -> bool:
        """Take over panes, at `scale` target px per physical screen px; True when a picture changed."""
        changed = False
        for gone in set(self._keys) - {pane.pane for pane in panes}:
            del self._keys[gone], self._drawn[gone]
            changed = True
        for pane in panes:
            key = (pane.grey_version, pane.grey_screen_px, scale)
            if self._keys.get(pane.pane) != key:
                self._keys[pane.pane] = key
                self._drawn[pane.pane] = draw_pane(pane, scale)
                changed = True
        return changed

    def paint(self, painter: QPainter) -> None:
        """Paint the pictures; the painter works in target pixels."""
        for drawn in self._drawn.values():
            if drawn is not None:
                painter.drawPixmap(QPoint(drawn.x_px, drawn.y_px), drawn.pixmap)


def draw_pane(pane: PaneState, scale: float = 1.0) -> DrawnImage | None:
    """Return the picture of a pane at `scale` target pixels per physical pixel; None when nothing shows."""
    if pane.grey.size == 0:
        return None
    area = pane.grey_screen_px
    if scale == 1.0:  # the reader's screen itself: every pixel as the session drew it
        return DrawnImage(pixmap=QPixmap.fromImage(to_image(pane.grey)), x_px=int(area.x), y_px=int(area.y))
    dst = Rect(x=area.x * scale, y=area.y * scale, w=area.w * scale, h=area.h * scale)
    left, right = _first_inside(dst.x), _first_inside(dst.right)
    top, bottom = _first_inside(dst.y), _first_inside(dst.bottom)
    if right <= left or bottom <= top:
        return None
    picture = resample(pane.grey, dst, (left, top, right - left, bottom - top))
    return DrawnImage(pixmap=QPixmap.fromImage(to_image(picture)), x_px=left, y_px=top)


def resample(grey: GreyImage, dst: Rect, pixels: tuple[int, int, int, int]) -> GreyImage:
    """Return the target pixels (x, y, w, h) of the map that takes all of `grey` onto `dst` (target px)."""
    height, width = grey.shape[:2]
    step_x, step_y = width / dst.w, height / dst.h  # elements of grey per target px
    block_x, block_y = max(int(step_x), 1), max(int(step_y), 1)
    part = _averaged(grey, block_x, block_y)
    x, y, w, h = pixels
    # Target pixel i has its centre at i + 0.5; sample k of the averaged part lies at (k + 0.5) blocks.
    matrix = np.array(
        [
            [step_x / block_x, 0.0, (x + 0.5 - dst.x) * step_x / block_x - 0.5],
            [0.0, step_y / block_y, (y + 0.5 - dst.y) * step_y / block_y - 0.5],
        ]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    drawn = cv2.warpAffine(part, matrix, (w, h), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.ascontiguousarray(drawn, dtype=np.uint8)


def to_image(picture: GreyImage) -> QImage:
    """Return a QImage with its own copy of the pixels, of (h, w) grey, (h, w, 3) RGB or (h, w, 4) RGBA."""
    height, width = picture.shape[:2]
    channels = 1 if picture.ndim == 2 else picture.shape[2]
    formats = {
        1: QImage.Format.Format_Grayscale8,
        3: QImage.Format.Format_RGB888,
        4: QImage.Format.Format_RGBA8888,
    }
    pixels = np.ascontiguousarray(picture)
    return QImage(pixels.data, width, height, width * channels, formats[channels]).copy()


def _first_inside(edge_px: float) -> int:
    """Return the first pixel whose centre is at or beyond an edge."""
    return math.ceil(edge_px - 0.5)


def _averaged(part: GreyImage, block_x: int, block_y: int) -> GreyImage:
    if block_x == 1 and block_y == 1:
        return np.ascontiguousarray(part)
    height, width = part.shape[:2]
    pad_x, pad_y = -width % block_x, -height % block_y
    if pad_x or pad_y:
        part = cv2.copyMakeBorder(part, 0, pad_y, 0, pad_x, cv2.BORDER_REPLICATE).astype(np.uint8, copy=False)
    size = ((width + pad_x) // block_x, (height + pad_y) // block_y)
    return cv2.resize(part, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
