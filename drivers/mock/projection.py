"""Points on the screen plane and directions from an eye, in both directions.

Millimetres from the centre of the screen, x right, y down, z towards the reader. Directions are Fick
angles in degrees: azimuth right, elevation down. For an eye at (ex, ey, ez):

    azimuth = atan2(x - ex, ez)        elevation = atan2(y - ey, hypot(x - ex, ez))
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Point: TypeAlias = tuple[float, float]
Place3: TypeAlias = tuple[float, float, float]

_DEG = 180.0 / math.pi


def to_directions(x_mm: Floats, y_mm: Floats, eye_x: Any, eye_y: Any, eye_z: Any) -> tuple[Floats, Floats]:
    """Return azimuth and elevation in degrees of screen points seen from eyes; the arguments broadcast."""
    across = x_mm - eye_x
    return np.arctan2(across, eye_z) * _DEG, np.arctan2(y_mm - eye_y, np.hypot(across, eye_z)) * _DEG


def to_points(
    azimuth: Floats, elevation: Floats, eye_x: Any, eye_y: Any, eye_z: Any
) -> tuple[Floats, Floats]:
    """Return the screen points in mm that eyes look at; the inverse of `to_directions`."""
    across = eye_z * np.tan(azimuth / _DEG)
    return eye_x + across, eye_y + np.hypot(across, eye_z) * np.tan(elevation / _DEG)


def to_direction(point_mm: Point, eye_mm: Place3) -> Point:
    """Return azimuth and elevation in degrees of one screen point."""
    across = point_mm[0] - eye_mm[0]
    azimuth = math.atan2(across, eye_mm[2])
    return azimuth * _DEG, math.atan2(point_mm[1] - eye_mm[1], math.hypot(across, eye_mm[2])) * _DEG


def to_point(direction: Point, eye_mm: Place3) -> Point:
    """Return the screen point in mm that one direction meets."""
    across = eye_mm[2] * math.tan(direction[0] / _DEG)
    return eye_mm[0] + across, eye_mm[1] + math.hypot(across, eye_mm[2]) * math.tan(direction[1] / _DEG)


def angle_between(first: Point, second: Point) -> float:
    """Return the angle in degrees between two directions (haversine form, exact for small angles)."""
    rise = math.sin((second[1] - first[1]) / _DEG / 2.0)
    turn = math.sin((second[0] - first[0]) / _DEG / 2.0)
    product = math.cos(first[1] / _DEG) * math.cos(second[1] / _DEG)
    return 2.0 * math.asin(min(1.0, math.sqrt(rise * rise + product * turn * turn))) * _DEG
