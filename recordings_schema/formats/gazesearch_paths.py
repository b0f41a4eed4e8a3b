"""From fixations of a reading to the scanpath that belongs to one finding: window, place, length, frame.

The construction of the published file is not public; this is a pipeline of our own whose every parameter is
an option and stands in the provenance file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gaze_core.mapping import map_to_image, placement_of
from gaze_core.rows import EventKind, Rows
from recordings_schema.formats.gazesearch_file import CENTRE_PX, SIDE_PX
from recordings_schema.formats.gazesearch_options import GazesearchOptions, Keep
from recordings_schema.formats.reading import CaseReading

_DURATION_DECIMALS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """Where a finding is: the rectangle around its shape, image px."""

    left_image_px: float
    top_image_px: float
    right_image_px: float
    bottom_image_px: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameScanpath:
    """A scanpath in the frame of 224 x 224 px."""

    x_px: tuple[int, ...]
    y_px: tuple[int, ...]
    duration_s: tuple[float, ...]
    is_on_target: bool | None  # None: the finding has no place


def scanpath_between(
    reading: CaseReading,
    first_ns: int,
    end_ns: int,
    regions: Sequence[Region],
    options: GazesearchOptions,
) -> FrameScanpath | None:
    """Return the scanpath of the fixations begun in a window of time; None where too few are left.

    Parameters
    ----------
    reading
        Of one image.
    first_ns, end_ns
        Host times, both included.
    regions
        Where the finding is; empty where that is not known.
    options
        All parameters.
    """
    rows, image = reading.fixations, reading.images[0]
    is_kept = (
        (rows["kind"] == EventKind.FIXATION)
        & (rows["onset_host_ns"] >= first_ns)
        & (rows["onset_host_ns"] <= end_ns)
        & (rows["image_id"] == image.image_id)
        & (rows["duration_ms"] >= options.shortest_ms)
    )
    for axis, size in (("x", image.width_px), ("y", image.height_px)):
        is_kept &= (rows[f"{axis}_image_px"] >= 0) & (rows[f"{axis}_image_px"] <= size)
    own = rows[is_kept]
    own = own[np.argsort(own["onset_host_ns"], kind="stable")]
    if options.radius_deg > 0 and regions:
        own = own[_distance_deg(reading, own, regions) <= options.radius_deg]
    own = own[-options.max_len :] if options.keep is Keep.LAST else own[: options.max_len]
    if len(own) < options.min_len:
        return None
    is_on_target = bool((_distance_px(own, regions) <= 0).any()) if regions else None
    x = _in_frame(own["x_image_px"], image.width_px)
    y = _in_frame(own["y_image_px"], image.height_px)
    seconds = [round(float(duration_ms) * 1e-3, _DURATION_DECIMALS) for duration_ms in own["duration_ms"]]
    if options.centre_prepended:
        x, y, seconds = [CENTRE_PX, *x], [CENTRE_PX, *y], [0.0, *seconds]
    return FrameScanpath(x_px=tuple(x), y_px=tuple(y), duration_s=tuple(seconds), is_on_target=is_on_target)


def box_in_frame(regions: Sequence[Region], width_px: int, height_px: int) -> tuple[int, int, int, int]:
    """Return left, top, width and height of the rectangle around all regions in the frame; zeros if none."""
    if not regions:
        return (0, 0, 0, 0)
    left, right = _in_frame(
        [min(each.left_image_px for each in regions), max(each.right_image_px for each in regions)], width_px
    )
    top, bottom = _in_frame(
        [min(each.top_image_px for each in regions), max(each.bottom_image_px for each in regions)], height_px
    )
    return (left, top, max(1, right - left), max(1, bottom - top))


def _in_frame(values_px: npt.ArrayLike, size_px: int) -> list[int]:
    """Return places stretched to the frame: truncated, then cut to it."""
    scaled = np.asarray(values_px, np.float64) * (SIDE_PX / size_px)
    # A hair is added so that 111.99999999999999 is 112: the product of whole fractions is rarely exact.
    return [int(place) for place in np.clip(np.floor(scaled + 1e-9), 0, SIDE_PX - 1)]


def _distance_px(rows: Rows, regions: Sequence[Region]) -> npt.NDArray[np.float64]:
    """Return how far each fixation lies from the nearest region, image px; 0 inside."""
    x, y = rows["x_image_px"], rows["y_image_px"]
    apart = [
        np.hypot(
            np.maximum(0.0, np.maximum(each.left_image_px - x, x - each.right_image_px)),
            np.maximum(0.0, np.maximum(each.top_image_px - y, y - each.bottom_image_px)),
        )
        for each in regions
    ]
    return np.asarray(np.min(apart, axis=0))


def _distance_deg(reading: CaseReading, rows: Rows, regions: Sequence[Region]) -> npt.NDArray[np.float64]:
    """Return the same in degrees, by the zoom in force when each fixation began."""
    mapped = map_to_image(
        rows["x_norm"], rows["y_norm"], rows["onset_host_ns"], reading.viewport, reading.geometry.screen
    )
    per_view = {
        place: placement_of(reading.viewport[place]).image_px_per_deg(reading.geometry)
        for place in np.unique(mapped["viewport_row"]).tolist()
        if place >= 0
    }
    px_per_deg = np.array([per_view.get(place, np.nan) for place in mapped["viewport_row"].tolist()])
    return np.asarray(_distance_px(rows, regions) / px_per_deg)
