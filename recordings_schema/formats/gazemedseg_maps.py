"""Maps and masks of one reading for GazeMedSeg: heat, its refinement by the image, thresholds, overlap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from gaze_core.crf import CrfParameters, refine_probability
from gaze_core.heat_grid import as_grey, dice, grid_heat, intersection_over_union, mask_at
from recordings_schema.formats.pictures import Picture, decoded, jpeg

GREY_LEVELS: Final = 255.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceColumns:
    """Fixations as their table holds them."""

    x_fraction: npt.NDArray[np.float64]  # of the image's width
    y_fraction: npt.NDArray[np.float64]
    duration_ms: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """How well a map at a threshold agrees with a reference mask."""

    kind: str  # heatmap, crf
    threshold: float
    dice: float
    iou: float


def heat_grey(columns: SequenceColumns, image_size_px: tuple[int, int], sigma_cells: float) -> Picture:
    """Return the heat map of an image, 8 bits, shape (height, width)."""
    soft = grid_heat(columns.x_fraction, columns.y_fraction, columns.duration_ms, image_size_px, sigma_cells)
    return as_grey(soft)


def through_jpeg(grey: Picture) -> Picture:
    """Return a map as it is read back from its JPEG file: what the published refinement begins with."""
    found = decoded(jpeg(grey))
    return grey if found is None else np.asarray(found, np.uint8)


def refined_grey(
    heat: Picture, image: Picture, parameters: CrfParameters, longest_px: int
) -> tuple[Picture, float]:
    """Return the refined map, 8 bits, and the scale it was refined at.

    Parameters
    ----------
    heat, image
        Heat map and image of one size, 8 bits.
    parameters
        Of the refinement; the place sigma is in px of the whole image.
    longest_px
        A larger image is refined at this size, with a place sigma that covers as much of it; 0: never.
    """
    height, width = heat.shape
    scale = min(1.0, longest_px / max(height, width)) if longest_px else 1.0
    if scale < 1.0:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        heat, image = (
            np.asarray(cv2.resize(each, size, interpolation=cv2.INTER_AREA), np.uint8)
            for each in (heat, image)
        )
        parameters = CrfParameters(
            place_sigma_px=parameters.place_sigma_px * scale, colour_sigma=parameters.colour_sigma,
            compatibility=parameters.compatibility, iterations=parameters.iterations,
        )  # fmt: skip
    soft = refine_probability(heat / np.float32(GREY_LEVELS), image, parameters)
    if scale < 1.0:
        soft = np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    return as_grey(soft), scale


def level_masks(grey: Picture, thresholds: Sequence[float]) -> list[Picture]:
    """Return the masks of a map, 0 and 255, one for each threshold."""
    return [np.where(mask_at(grey, threshold), 255, 0).astype(np.uint8) for threshold in thresholds]


def overlaps(maps: dict[str, Picture], reference: Picture, thresholds: Sequence[float]) -> Iterator[Overlap]:
    """Yield how each map agrees with a reference mask; a pixel counts where it lies above the threshold."""
    wanted = reference > 0
    for kind, grey in maps.items():
        for threshold in thresholds:
            found = grey / GREY_LEVELS > threshold
            yield Overlap(
                kind=kind, threshold=threshold, dice=dice(found, wanted),
                iou=intersection_over_union(found, wanted),
            )  # fmt: skip
