"""Heatmaps in seconds per square degree: one kernel, grown sample by sample or rendered at once.

Under zoom a degree is another number of image pixels at each step, so gaze is laid down step by step, each
step with its own sigma, cut to the rectangle that was shown then:

    density(p) = sum over samples of  weight_s * G(p - sample; sigma) * (image px per deg)^2

G is a Gaussian over pixels that sums to 1, cut at `CUT_SIGMAS`. Samples go to the centre of their pixel; a
sample outside the shown rectangle was not on the image and is left out. Both ways of making a map call
`_lay_down`, which is linear in the samples, so growing and rendering agree to the rounding of float32.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from gaze_core.geometry import Rect, ViewingGeometry
from gaze_core.mapping import placement_of
from gaze_core.rows import Rows

CUT_SIGMAS: Final = 4.0
MAX_MAP_PX: Final = 4096
"""Longest side of a map (64 MiB); larger images are mapped at a smaller scale."""

_SIGMA_LIMIT_PX: Final = 50_000.0  # wider than any map: a mistake in the geometry

Density: TypeAlias = npt.NDArray[np.float32]
"""Map of s/deg^2, shape (height, width)."""


class HeatmapWeighting(str, Enum):
    """What a map adds up."""

    DURATION = "duration"  # fixations, each with its duration
    SAMPLES = "samples"  # valid samples, each with the sample interval


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatmapSpec:
    """The definition of a map, which every picture of it names. Exactly one sigma is given."""

    weighting: HeatmapWeighting = HeatmapWeighting.SAMPLES
    sigma_deg: float | None = None
    sigma_px: float | None = None  # image px, whatever the zoom

    def __post_init__(self) -> None:
        given = [sigma for sigma in (self.sigma_deg, self.sigma_px) if sigma is not None]
        if len(given) != 1 or not (math.isfinite(given[0]) and given[0] > 0):
            raise ValueError("A heatmap needs one positive sigma, either in degrees or in image pixels.")

    def sigma_image_px(self, px_per_deg_image: float) -> float:
        """Return the sigma in image px at a zoom step."""
        return self.sigma_px if self.sigma_px is not None else (self.sigma_deg or 0.0) * px_per_deg_image


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatmapStep:
    """Gaze on one image while zoom and pan stood still."""

    x_image_px: npt.ArrayLike  # shape (n,); NaN is left out
    y_image_px: npt.ArrayLike  # shape (n,)
    weight_s: npt.ArrayLike  # shape (n,) or one number for all
    sigma_image_px: float
    shown_image_px: Rect
    px_per_deg_image: float  # image px per degree at this zoom


class HeatmapAccumulator:
    """A map that grows with the gaze; the cost of a step does not depend on what came before.

    Parameters
    ----------
    width_px, height_px
        Size of the image.
    max_size_px
        Longest side of the map; a larger image is mapped at `scale` < 1.
    """

    def __init__(self, width_px: int, height_px: int, *, max_size_px: int = 1024) -> None:
        if width_px < 1 or height_px < 1 or not 1 <= max_size_px <= MAX_MAP_PX:
            raise ValueError(
                f"An image of {width_px} x {height_px} px cannot have a heatmap of at most {max_size_px} px."
            )
        self.scale = min(1.0, max_size_px / max(width_px, height_px))
        self._density = np.zeros(_map_shape(width_px, height_px, self.scale), np.float32)

    @property
    def density(self) -> Density:
        """The map so far, s/deg^2, shape (height, width); a view for reading."""
        view: Density = self._density.view()
        view.flags.writeable = False
        return view

    def add(
        self,
        x_image_px: npt.ArrayLike,
        y_image_px: npt.ArrayLike,
        weight_s: npt.ArrayLike,
        sigma_image_px: float,
        shown_image_px: Rect,
        px_per_deg_image: float,
    ) -> None:
        """Add samples of one zoom step; see `HeatmapStep`."""
        step = HeatmapStep(
            x_image_px=x_image_px,
            y_image_px=y_image_px,
            weight_s=weight_s,
            sigma_image_px=sigma_image_px,
            shown_image_px=shown_image_px,
            px_per_deg_image=px_per_deg_image,
        )
        self.add_step(step)

    def add_step(self, step: HeatmapStep) -> None:
        """Add samples of one zoom step."""
        _lay_down(self._density, step, self.scale)

    def clear(self) -> None:
        """Begin anew."""
        self._density[...] = 0.0


def heatmap_steps(
    mapped: Rows,
    weight_s: npt.ArrayLike,
    viewport_rows: Rows,
    image_id: int,
    spec: HeatmapSpec,
    geometry: ViewingGeometry,
) -> list[HeatmapStep]:
    """Return what was seen of one image, grouped by the zoom step in force.

    Parameters
    ----------
    mapped
        MAPPED rows of samples, or of fixations for a map weighted by duration.
    weight_s
        Seconds of each row, shape (n,), or one number for all.
    viewport_rows
        The VIEWPORT rows `mapped` refers to.
    image_id
        The image wanted.
    spec, geometry
        Definition of the map; screen and distance.
    """
    weights = np.broadcast_to(np.asarray(weight_s, np.float64), mapped.shape)
    steps = []
    is_wanted = mapped["image_id"] == image_id
    for index in np.unique(mapped["viewport_row"][is_wanted]):
        chosen = is_wanted & (mapped["viewport_row"] == index)
        placement = placement_of(viewport_rows[index])
        px_per_deg = placement.image_px_per_deg(geometry)
        steps.append(
            HeatmapStep(
                x_image_px=mapped["x_image_px"][chosen],
                y_image_px=mapped["y_image_px"][chosen],
                weight_s=weights[chosen],
                sigma_image_px=spec.sigma_image_px(px_per_deg),
                shown_image_px=placement.src_image_px,
                px_per_deg_image=px_per_deg,
            )
        )
    return steps


def render_heatmap(
    steps: Iterable[HeatmapStep], width_px: int, height_px: int, *, max_size_px: int = MAX_MAP_PX
) -> Density:
    """Return the map of all `steps`, s/deg^2, shape (height, width).

    One value per image pixel, unless the image's longer side exceeds `max_size_px`.
    """
    accumulator = HeatmapAccumulator(width_px, height_px, max_size_px=max_size_px)
    for step in steps:
        _lay_down(accumulator._density, step, accumulator.scale)
    return accumulator._density


def colour_heatmap(density: Density, opacity: float, peak: float | None = None) -> npt.NDArray[np.uint8]:
    """Return RGBA for display, shape (height, width, 4), not premultiplied; opacity follows intensity.

    Parameters
    ----------
    density
        Map of s/deg^2.
    opacity
        Alpha of the hottest place, 0..1.
    peak
        Density that is hottest; None: the highest of this map. The picture says nothing about seconds.
    """
    hottest = float(density.max(initial=0.0)) if peak is None else peak
    scale = 255.0 / hottest if hottest > 0 else 0.0
    grey = cv2.convertScaleAbs(density, alpha=scale)
    return np.asarray(cv2.LUT(cv2.merge((grey, grey, grey, grey)), _colour_table(opacity)), np.uint8)


@functools.lru_cache(maxsize=8)
def _colour_table(opacity: float) -> npt.NDArray[np.uint8]:
    """Inferno with an alpha that rises steeply at first, so that faint gaze is seen but nothing is hidden."""
    ramp = np.arange(256, dtype=np.uint8)
    table = np.empty((1, 256, 4), np.uint8)
    table[0, :, :3] = cv2.applyColorMap(ramp[:, None], cv2.COLORMAP_INFERNO)[:, 0, ::-1]
    table[0, :, 3] = np.rint(np.sqrt(ramp / 255.0) * 255.0 * min(max(opacity, 0.0), 1.0))
    return table


def _map_shape(width_px: int, height_px: int, scale: float) -> tuple[int, int]:
    return max(1, math.ceil(height_px * scale)), max(1, math.ceil(width_px * scale))


def _lay_down(density: Density, step: HeatmapStep, scale: float) -> None:
    """Add one step to a map whose pixels are 1 / `scale` image px wide.

    The Gaussian is separable, so the patch is ``rows^T (bins) columns`` over the few rows and columns that
    hold samples: two small matrix products, however wide the kernel is.
    """
    if not (math.isfinite(step.px_per_deg_image) and step.px_per_deg_image > 0):
        raise ValueError(f"A heatmap step needs image px per degree, not {step.px_per_deg_image}.")
    x, y, weight = _samples_on_image(step)
    (first_row, last_row), (first_column, last_column) = _shown_pixels(density, step.shown_image_px, scale)
    if not len(x) or first_row >= last_row or first_column >= last_column:
        return
    columns, column_of = np.unique(np.floor(x * scale).astype(np.int64), return_inverse=True)
    rows, row_of = np.unique(np.floor(y * scale).astype(np.int64), return_inverse=True)
    bins = np.bincount(row_of * len(columns) + column_of, weight, len(rows) * len(columns))
    kernel = _kernel(step.sigma_image_px * scale)
    down, top = _bands(rows, kernel, first_row, last_row)
    across, left = _bands(columns, kernel, first_column, last_column)
    per_square_degree = np.float32((step.px_per_deg_image * scale) ** 2)
    weights = bins.reshape(len(rows), len(columns)).astype(np.float32) * per_square_degree
    # The product over fewer rows goes first.
    patch = down.T @ (weights @ across) if len(rows) <= down.shape[1] else (down.T @ weights) @ across
    density[top : top + patch.shape[0], left : left + patch.shape[1]] += patch


def _samples_on_image(
    step: HeatmapStep,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    x = np.atleast_1d(np.asarray(step.x_image_px, np.float64))
    y = np.atleast_1d(np.asarray(step.y_image_px, np.float64))
    weight = np.broadcast_to(np.asarray(step.weight_s, np.float64), x.shape)
    is_on_image = step.shown_image_px.contains(x, y) & np.isfinite(weight)
    return x[is_on_image], y[is_on_image], weight[is_on_image]


def _shown_pixels(density: Density, shown: Rect, scale: float) -> tuple[tuple[int, int], tuple[int, int]]:
    """First and last-plus-one row and column of the map whose centres lie in the shown rectangle."""
    height, width = density.shape
    columns = (shown.x * scale - 0.5, shown.right * scale - 0.5)
    rows = (shown.y * scale - 0.5, shown.bottom * scale - 0.5)
    return (
        (math.ceil(min(max(rows[0], 0), height)), math.ceil(min(max(rows[1], 0), height))),
        (math.ceil(min(max(columns[0], 0), width)), math.ceil(min(max(columns[1], 0), width))),
    )


@functools.lru_cache(maxsize=64)
def _kernel(sigma_px: float) -> npt.NDArray[np.float32]:
    """One-dimensional Gaussian that sums to 1, cut at `CUT_SIGMAS`."""
    if not 0 < sigma_px <= _SIGMA_LIMIT_PX:
        raise ValueError(f"A heatmap sigma of {sigma_px} px is not usable; check screen size and distance.")
    radius = max(1, math.ceil(CUT_SIGMAS * sigma_px))
    return np.asarray(cv2.getGaussianKernel(2 * radius + 1, sigma_px, cv2.CV_64F)[:, 0], np.float32)


def _bands(
    centres: npt.NDArray[np.int64], kernel: npt.NDArray[np.float32], first: int, stop: int
) -> tuple[Density, int]:
    """Kernels around `centres` as rows over the pixels they reach in [first, stop), and where these begin."""
    radius = len(kernel) // 2
    start = max(first, int(centres.min()) - radius)
    end = max(start, min(stop, int(centres.max()) + radius + 1))
    offset = np.arange(start, end) - centres[:, None] + radius
    is_reached = (offset >= 0) & (offset < len(kernel))
    return np.where(is_reached, kernel[np.clip(offset, 0, len(kernel) - 1)], np.float32(0)), start
