"""Areas of interest on an image: ellipse, box, polygon or mask, in pixels of the stored image.

A point belongs to a mask where the pixel it falls into does; to a polygon by the even-odd rule. Left and top
edges of a box belong to it, right and bottom do not, as with every rectangle of the program.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from gaze_core.geometry import BoolArray, FloatArray

ELLIPSE_POINTS: Final = 96
"""Corners of the outline of an ellipse: within 0.06 % of the longer half axis of the true one."""

MOST_POINTS: Final = 4096
Mask: TypeAlias = npt.NDArray[np.bool_]


class AreaKind(str, Enum):
    """How an area is given."""

    ELLIPSE = "ellipse"
    BOX = "box"
    POLYGON = "polygon"
    MASK = "mask"


class AreaSource(str, Enum):
    """Where an area comes from."""

    READER = "reader"  # drawn by the reader in the reading
    REFERENCE = "reference"  # of the study's reference standard
    DRAWN = "drawn"  # by hand, looking at the recording afterwards
    IMPORTED = "imported"  # from a file of another program


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """One area on one image.

    Ellipse and box have centre and size, a polygon its corners, a mask one value per image pixel.
    """

    name: str
    image_id: int  # row of the recording's image table
    kind: AreaKind
    source: AreaSource = AreaSource.DRAWN
    x_image_px: float = math.nan  # centre of ellipse or box
    y_image_px: float = math.nan
    width_image_px: float = math.nan  # full
    height_image_px: float = math.nan
    angle_deg: float = 0.0  # of the ellipse's width, clockwise on the screen
    points_image_px: tuple[tuple[float, float], ...] = ()  # corners of a polygon
    mask: Mask | None = field(default=None, compare=False, repr=False)  # shape (height, width)

    def __post_init__(self) -> None:
        if self.kind is AreaKind.MASK:
            is_usable = self.mask is not None and self.mask.ndim == 2 and bool(self.mask.any())
        elif self.kind is AreaKind.POLYGON:
            corners = np.asarray(self.points_image_px, np.float64)
            is_usable = 3 <= len(corners) <= MOST_POINTS and bool(np.isfinite(corners).all())
        else:
            sizes = (self.width_image_px, self.height_image_px)
            numbers = (*sizes, self.x_image_px, self.y_image_px, self.angle_deg)
            is_usable = all(map(math.isfinite, numbers)) and min(sizes) > 0
        if not is_usable:
            raise ValueError(f"The area {self.name!r} has no extent that can be used.")

    def contains(self, x_image_px: npt.ArrayLike, y_image_px: npt.ArrayLike) -> BoolArray:
        """Return which points lie inside; NaN lies nowhere."""
        x, y = np.asarray(x_image_px, np.float64), np.asarray(y_image_px, np.float64)
        if self.kind is AreaKind.MASK:
            return _in_mask(self.mask, x, y)
        if self.kind is AreaKind.POLYGON:
            return _in_polygon(np.asarray(self.points_image_px, np.float64), x, y)
        dx, dy = x - self.x_image_px, y - self.y_image_px
        if self.kind is AreaKind.BOX:
            half_w, half_h = self.width_image_px / 2, self.height_image_px / 2
            return np.asarray((dx >= -half_w) & (dx < half_w) & (dy >= -half_h) & (dy < half_h))
        turn = math.radians(self.angle_deg)
        along = (dx * math.cos(turn) + dy * math.sin(turn)) / (self.width_image_px / 2)
        across = (dy * math.cos(turn) - dx * math.sin(turn)) / (self.height_image_px / 2)
        return np.asarray(along**2 + across**2 <= 1.0)

    def outlines(self) -> tuple[FloatArray, ...]:
        """Return the closed lines around the area, each (n, 2), image px; holes of a mask as well."""
        if self.kind is AreaKind.POLYGON:
            return (np.asarray(self.points_image_px, np.float64),)
        if self.kind is AreaKind.MASK:
            return _mask_outlines(self.mask)
        half_w, half_h = self.width_image_px / 2, self.height_image_px / 2
        if self.kind is AreaKind.BOX:
            left, right = self.x_image_px - half_w, self.x_image_px + half_w
            top, bottom = self.y_image_px - half_h, self.y_image_px + half_h
            return (np.array([(left, top), (right, top), (right, bottom), (left, bottom)]),)
        angle = np.linspace(0.0, 2 * np.pi, ELLIPSE_POINTS, endpoint=False)
        along, across = half_w * np.cos(angle), half_h * np.sin(angle)
        turn = math.radians(self.angle_deg)
        return (
            np.stack(
                [
                    self.x_image_px + along * math.cos(turn) - across * math.sin(turn),
                    self.y_image_px + along * math.sin(turn) + across * math.cos(turn),
                ],
                axis=1,
            ),
        )

    @property
    def bounds_image_px(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the upright rectangle around it, image px."""
        lines = np.concatenate(self.outlines())
        low, high = lines.min(axis=0), lines.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    @property
    def centre_image_px(self) -> tuple[float, float]:
        """Centre of an ellipse or box; else the mean of the points inside, image px."""
        if self.kind in (AreaKind.ELLIPSE, AreaKind.BOX):
            return self.x_image_px, self.y_image_px
        x, y = self.grid(64)
        return float(x.mean()), float(y.mean())

    def grid(self, steps: int) -> tuple[FloatArray, FloatArray]:
        """Return points spread evenly inside: a lattice of `steps` by `steps` over the rectangle around it.

        An area so thin that none falls inside gives the corners of its outline.
        """
        left, top, right, bottom = self.bounds_image_px
        middle = (np.arange(steps) + 0.5) / steps
        x, y = np.meshgrid(left + middle * (right - left), top + middle * (bottom - top))
        is_inside = self.contains(x, y)
        if not is_inside.any():
            corners = np.concatenate(self.outlines())
            return corners[:, 0], corners[:, 1]
        return x[is_inside], y[is_inside]


def _in_mask(mask: Mask | None, x: FloatArray, y: FloatArray) -> BoolArray:
    if mask is None:
        return np.zeros(x.shape, np.bool_)
    height, width = mask.shape
    is_on = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    column = np.where(is_on, x, 0).astype(np.intp)
    row = np.where(is_on, y, 0).astype(np.intp)
    return np.asarray(is_on & mask[row, column])


def _in_polygon(corners: FloatArray, x: FloatArray, y: FloatArray) -> BoolArray:
    is_inside = np.zeros(x.shape, np.bool_)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y0 == y1:
            continue
        is_crossed = (y0 > y) != (y1 > y)
        is_inside ^= is_crossed & (x < x0 + (y - y0) * ((x1 - x0) / (y1 - y0)))
    return is_inside


def _mask_outlines(mask: Mask | None) -> tuple[FloatArray, ...]:
    """Lines through the centres of the border pixels, thinned where that moves them by less than 0.5 px."""
    if mask is None:
        return ()
    found, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    return tuple(
        np.asarray(cv2.approxPolyDP(each, 0.5, True), np.float64).reshape(-1, 2) + 0.5 for each in found
    )
