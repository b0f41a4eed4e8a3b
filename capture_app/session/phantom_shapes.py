"""Shapes of synthetic radiographs: smooth curves, soft areas and textures on a float image.

Fixed-point coordinates (1/16 px) and OpenCV's plain lines keep them the same on every machine.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

WIDTH_PX: Final = 1500
HEIGHT_PX: Final = 1800
MIDLINE_PX: Final = 752.0

Image: TypeAlias = npt.NDArray[np.float32]
Points: TypeAlias = tuple[tuple[float, float], ...]


def spline(points: Points, *, is_closed: bool, steps: int = 24) -> npt.NDArray[np.float64]:
    """Return a Catmull-Rom curve through the points, (n, 2)."""
    knots = np.asarray(points, dtype=np.float64)
    if is_closed:
        knots = np.concatenate([knots[-1:], knots, knots[:2]])
    else:
        knots = np.concatenate([2 * knots[:1] - knots[1:2], knots, 2 * knots[-1:] - knots[-2:-1]])
    t = np.linspace(0.0, 1.0, steps, endpoint=False)[:, None]
    parts = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(knots, knots[1:], knots[2:], knots[3:], strict=False)
    ]
    return np.concatenate([*parts, knots[-2:-1]])


def filled(points: Points, *, softness_px: float) -> Image:
    """Return 1 inside the closed curve, 0 outside, with an edge that soft."""
    canvas = np.zeros((HEIGHT_PX, WIDTH_PX), np.float32)
    cv2.fillPoly(canvas, [fixed_point(spline(points, is_closed=True))], 1.0, cv2.LINE_8, shift=4)
    return blurred(canvas, softness_px)


def blurred(image: Image, sigma_px: float) -> Image:
    """Return the image under a Gaussian; wide ones are made on a smaller grid."""
    factor = int(max(1, min(16, sigma_px // 4)))
    if factor == 1:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma_px), dtype=np.float32)
    height, width = image.shape
    small = cv2.resize(image, (width // factor, height // factor), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma_px / factor)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.float32)


def stroke(canvas: Image, curve: npt.NDArray[np.float64], width_px: float, value: float) -> None:
    """Draw a curve of that width onto the canvas (replacing what is there)."""
    points = [fixed_point(curve)]
    cv2.polylines(canvas, points, False, value, max(1, round(width_px)), cv2.LINE_8, shift=4)


def fixed_point(curve: npt.NDArray[np.float64]) -> npt.NDArray[np.int32]:
    """Return a curve in the 1/16 px that OpenCV draws with."""
    return np.rint(curve * 16.0).astype(np.int32)


def mirrored(points: Points) -> Points:
    """Return the points on the other side of the body."""
    return tuple((2 * MIDLINE_PX - x, y) for x, y in points)


def ellipse(
    x_px: float, y_px: float, radius_x_px: float, radius_y_px: float, angle_deg: float, *, softness_px: float
) -> Image:
    """Return 1 inside an ellipse with a soft edge."""
    canvas = np.zeros((HEIGHT_PX, WIDTH_PX), np.float32)
    dot(canvas, x_px, y_px, radius_x_px, radius_y_px, angle_deg)
    return blurred(canvas, softness_px)


def dot(
    canvas: Image, x_px: float, y_px: float, radius_x_px: float, radius_y_px: float, angle_deg: float = 0.0
) -> None:
    """Draw a hard-edged ellipse of value 1 onto the canvas."""
    centre = (round(x_px * 16), round(y_px * 16))
    axes = (round(radius_x_px * 16), round(radius_y_px * 16))
    cv2.ellipse(canvas, centre, axes, angle_deg, 0, 360, 1.0, -1, cv2.LINE_8, 4)


def texture(generator: np.random.Generator, *, coarsest_px: float, octaves: int) -> Image:
    """Return fractal noise of mean 0 and standard deviation 1."""
    total = np.zeros((HEIGHT_PX, WIDTH_PX), np.float32)
    for octave in range(octaves):
        cell = coarsest_px / 2**octave
        shape = (int(HEIGHT_PX / cell) + 3, int(WIDTH_PX / cell) + 3)
        coarse = generator.standard_normal(shape).astype(np.float32)
        grown = cv2.resize(coarse, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_CUBIC)
        total += np.asarray(grown, dtype=np.float32) * np.float32(0.62**octave)
    return np.asarray((total - total.mean()) / total.std(), dtype=np.float32)
