"""Screen, eye and image: norm, millimetres, degrees and image pixels, and the ways between them.

Frames
------
- ``mm``: on the screen plane from the centre of the active display area, x right, y down.
- ``deg``: Fick angles seen from the eye, azimuth right positive, elevation DOWN positive::

      azimuth = atan2(dx, dz)        elevation = atan2(dy, hypot(dx, dz))

  with (dx, dy, dz) the vector from the eye to the point; without a measured eye position the eye is at
  (0, 0, distance), its line of sight normal to the screen centre.
- ``image_px``: pixels of the stored image; see `Placement`.

Nothing is clamped anywhere: gaze past the edge is behaviour, and mapping must be reversible.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
EyePosition: TypeAlias = tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike]
"""x, y, z in mm from the screen centre: right, down, in front of the screen; scalars or arrays."""


@dataclass(frozen=True, slots=True)
class Rect:
    """An upright rectangle; right and bottom edges are outside it."""

    x: float  # left, px
    y: float  # top, px
    w: float  # px
    h: float  # px

    @property
    def right(self) -> float:
        """First coordinate to the right of it, px."""
        return self.x + self.w

    @property
    def bottom(self) -> float:
        """First coordinate below it, px."""
        return self.y + self.h

    def contains(self, x_px: npt.ArrayLike, y_px: npt.ArrayLike) -> BoolArray:
        """Return where points lie inside; NaN lies nowhere."""
        x, y = _floats(x_px), _floats(y_px)
        return np.asarray((x >= self.x) & (x < self.right) & (y >= self.y) & (y < self.bottom))


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """The reader's monitor: its active display area in physical pixels, in mm, and on the desktop."""

    width_px: int  # physical px
    height_px: int  # physical px
    width_mm: float
    height_mm: float
    origin_x_px: float = 0.0  # left edge on the desktop, logical px
    origin_y_px: float = 0.0  # top edge on the desktop, logical px
    device_pixel_ratio: float = 1.0  # physical px per logical px
    refresh_hz: float = math.nan  # NaN where unknown
    name: str = ""

    def __post_init__(self) -> None:
        sizes = (self.width_px, self.height_px, self.width_mm, self.height_mm, self.device_pixel_ratio)
        if not all(math.isfinite(size) and size > 0 for size in sizes):
            raise ValueError(
                f"Screen {self.name!r} has an unusable size: {self.width_px} x {self.height_px} px, "
                f"{self.width_mm} x {self.height_mm} mm, ratio {self.device_pixel_ratio}; "
                "enter the measured sizes in the screen settings."
            )

    def logical_to_norm(
        self, x_logical_px: npt.ArrayLike, y_logical_px: npt.ArrayLike
    ) -> tuple[FloatArray, FloatArray]:
        """Return the fraction of the display area of points on the desktop (logical px)."""
        x_norm = (_floats(x_logical_px) - self.origin_x_px) * (self.device_pixel_ratio / self.width_px)
        y_norm = (_floats(y_logical_px) - self.origin_y_px) * (self.device_pixel_ratio / self.height_px)
        return x_norm, y_norm

    def norm_to_logical(self, x_norm: npt.ArrayLike, y_norm: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return the desktop coordinates (logical px) of fractions of the display area."""
        x_logical_px = _floats(x_norm) * (self.width_px / self.device_pixel_ratio) + self.origin_x_px
        y_logical_px = _floats(y_norm) * (self.height_px / self.device_pixel_ratio) + self.origin_y_px
        return x_logical_px, y_logical_px

    def norm_to_screen_px(
        self, x_norm: npt.ArrayLike, y_norm: npt.ArrayLike
    ) -> tuple[FloatArray, FloatArray]:
        """Return physical px from the screen's top-left corner."""
        return _floats(x_norm) * self.width_px, _floats(y_norm) * self.height_px

    def screen_px_to_norm(
        self, x_screen_px: npt.ArrayLike, y_screen_px: npt.ArrayLike
    ) -> tuple[FloatArray, FloatArray]:
        """Return the fraction of the display area of physical px."""
        return _floats(x_screen_px) / self.width_px, _floats(y_screen_px) / self.height_px


@dataclass(frozen=True, slots=True)
class ViewingGeometry:
    """A screen and an eye in front of its centre; the eye of a sample replaces that one where measured."""

    screen: Screen
    distance_mm: float  # eye to screen centre

    def __post_init__(self) -> None:
        if not (math.isfinite(self.distance_mm) and self.distance_mm > 0):
            raise ValueError(
                f"A viewing distance of {self.distance_mm} mm is not usable; enter the measured one."
            )

    def norm_to_mm(self, x_norm: npt.ArrayLike, y_norm: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return mm on the screen from its centre, x right, y down."""
        return (_floats(x_norm) - 0.5) * self.screen.width_mm, (_floats(y_norm) - 0.5) * self.screen.height_mm

    def mm_to_norm(self, x_mm: npt.ArrayLike, y_mm: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return the fraction of the display area of mm from the screen centre."""
        return _floats(x_mm) / self.screen.width_mm + 0.5, _floats(y_mm) / self.screen.height_mm + 0.5

    def norm_to_deg(
        self, x_norm: npt.ArrayLike, y_norm: npt.ArrayLike, eye_xyz_mm: EyePosition | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """Return Fick azimuth (right positive) and elevation (down positive) of points on the screen."""
        return vector_to_direction(*self._vector(x_norm, y_norm, eye_xyz_mm))

    def deg_to_norm(
        self, azimuth_deg: npt.ArrayLike, elevation_deg: npt.ArrayLike, eye_xyz_mm: EyePosition | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """Return where directions meet the screen; NaN for directions that never do (90 deg and beyond)."""
        eye_x, eye_y, eye_z = self._eye(eye_xyz_mm)
        azimuth, elevation = np.radians(_floats(azimuth_deg)), np.radians(_floats(elevation_deg))
        is_ahead = (np.abs(azimuth) < np.pi / 2) & (np.abs(elevation) < np.pi / 2)
        dx = eye_z * np.tan(azimuth)
        dy = np.hypot(dx, eye_z) * np.tan(elevation)
        return self.mm_to_norm(np.where(is_ahead, eye_x + dx, np.nan), np.where(is_ahead, eye_y + dy, np.nan))

    def angle_between_deg(
        self,
        x0_norm: npt.ArrayLike,
        y0_norm: npt.ArrayLike,
        x1_norm: npt.ArrayLike,
        y1_norm: npt.ArrayLike,
        eye_xyz_mm: EyePosition | None = None,
    ) -> FloatArray:
        """Return the exact visual angle between pairs of points on the screen, ``atan2(|p x q|, p . q)``."""
        return angle_between_vectors_deg(
            self._vector(x0_norm, y0_norm, eye_xyz_mm), self._vector(x1_norm, y1_norm, eye_xyz_mm)
        )

    @property
    def px_per_deg_centre(self) -> float:
        """Physical px per degree at the screen centre, along x: ``tan(1 deg) * distance * px/mm``."""
        return math.tan(math.radians(1.0)) * self.distance_mm * self.screen.width_px / self.screen.width_mm

    def px_per_deg_at(self, x_norm: npt.ArrayLike, y_norm: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return local physical px per degree of visual angle along x and along y.

        The growth off centre: at the edge of a 27-inch screen seen from 600 mm the horizontal figure is
        25 % above that of the centre.
        """
        x_mm, y_mm = self.norm_to_mm(x_norm, y_norm)
        squared = x_mm**2 + y_mm**2 + self.distance_mm**2
        x_mm_per_rad = squared / np.hypot(y_mm, self.distance_mm)
        y_mm_per_rad = squared / np.hypot(x_mm, self.distance_mm)
        rad_per_deg = np.pi / 180.0
        return (
            x_mm_per_rad * (rad_per_deg * self.screen.width_px / self.screen.width_mm),
            y_mm_per_rad * (rad_per_deg * self.screen.height_px / self.screen.height_mm),
        )

    def _eye(self, eye_xyz_mm: EyePosition | None) -> tuple[FloatArray, FloatArray, FloatArray]:
        eye = (0.0, 0.0, self.distance_mm) if eye_xyz_mm is None else eye_xyz_mm
        return _floats(eye[0]), _floats(eye[1]), _floats(eye[2])

    def _vector(
        self, x_norm: npt.ArrayLike, y_norm: npt.ArrayLike, eye_xyz_mm: EyePosition | None
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        eye_x, eye_y, eye_z = self._eye(eye_xyz_mm)
        x_mm, y_mm = self.norm_to_mm(x_norm, y_norm)
        return x_mm - eye_x, y_mm - eye_y, eye_z


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Which rectangle of an image fills which rectangle of the screen (physical px): zoom and pan in one."""

    src_image_px: Rect
    dst_screen_px: Rect

    def __post_init__(self) -> None:
        for rect in (self.src_image_px, self.dst_screen_px):
            if not (rect.w > 0 and rect.h > 0):
                raise ValueError(f"A placement needs rectangles with an area, not {rect}.")

    def screen_to_image(
        self, x_screen_px: npt.ArrayLike, y_screen_px: npt.ArrayLike
    ) -> tuple[FloatArray, FloatArray]:
        """Return image px of screen px, also outside the shown rectangle."""
        src, dst = self.src_image_px, self.dst_screen_px
        return (
            src.x + (_floats(x_screen_px) - dst.x) * (src.w / dst.w),
            src.y + (_floats(y_screen_px) - dst.y) * (src.h / dst.h),
        )

    def image_to_screen(
        self, x_image_px: npt.ArrayLike, y_image_px: npt.ArrayLike
    ) -> tuple[FloatArray, FloatArray]:
        """Return screen px of image px, also outside the shown rectangle."""
        src, dst = self.src_image_px, self.dst_screen_px
        return (
            dst.x + (_floats(x_image_px) - src.x) * (dst.w / src.w),
            dst.y + (_floats(y_image_px) - src.y) * (dst.h / src.h),
        )

    def contains_screen(self, x_screen_px: npt.ArrayLike, y_screen_px: npt.ArrayLike) -> BoolArray:
        """Return which screen points lie on the shown image."""
        return self.dst_screen_px.contains(x_screen_px, y_screen_px)

    def image_px_per_deg(self, geometry: ViewingGeometry) -> float:
        """Return image px per degree at the screen centre with this zoom: screen px/deg * src.w / dst.w."""
        return geometry.px_per_deg_centre * self.src_image_px.w / self.dst_screen_px.w


def direction_to_vector(
    azimuth_deg: npt.ArrayLike, elevation_deg: npt.ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the unit vectors (right, down, ahead) of Fick angles."""
    azimuth, elevation = np.radians(_floats(azimuth_deg)), np.radians(_floats(elevation_deg))
    cos_elevation = np.cos(elevation)
    return cos_elevation * np.sin(azimuth), np.sin(elevation), cos_elevation * np.cos(azimuth)


def vector_to_direction(
    x: npt.ArrayLike, y: npt.ArrayLike, z: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Return the Fick azimuth and elevation, deg, of vectors (right, down, ahead) of any length."""
    right, down, ahead = _floats(x), _floats(y), _floats(z)
    azimuth = np.degrees(np.arctan2(right, ahead))
    elevation = np.degrees(np.arctan2(down, np.hypot(right, ahead)))
    return np.asarray(azimuth), np.asarray(elevation)


def angle_between_deg(
    azimuth0_deg: npt.ArrayLike,
    elevation0_deg: npt.ArrayLike,
    azimuth1_deg: npt.ArrayLike,
    elevation1_deg: npt.ArrayLike,
) -> FloatArray:
    """Return the exact angle between pairs of directions given as Fick angles, deg."""
    return angle_between_vectors_deg(
        direction_to_vector(azimuth0_deg, elevation0_deg), direction_to_vector(azimuth1_deg, elevation1_deg)
    )


def angle_between_vectors_deg(
    p: tuple[FloatArray, FloatArray, FloatArray], q: tuple[FloatArray, FloatArray, FloatArray]
) -> FloatArray:
    """Return ``atan2(|p x q|, p . q)`` in deg: exact for tiny and for large angles, unlike arc cosine."""
    cross_x = p[1] * q[2] - p[2] * q[1]
    cross_y = p[2] * q[0] - p[0] * q[2]
    cross_z = p[0] * q[1] - p[1] * q[0]
    dot = p[0] * q[0] + p[1] * q[1] + p[2] * q[2]
    return np.asarray(np.degrees(np.arctan2(np.sqrt(cross_x**2 + cross_y**2 + cross_z**2), dot)))


def _floats(values: npt.ArrayLike) -> FloatArray:
    return np.asarray(values, dtype=np.float64)
