"""Gaze on the screen to gaze on the images that were shown there at that moment.

A viewport row is in force in its pane from ``t_presented_host_ns`` until the pane's next presented row;
rows that never reached the screen count for nothing. The order of the rows does not matter, and nothing is
clamped.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gaze_core.geometry import FloatArray, Placement, Rect, Screen
from gaze_core.rows import MAPPED, NO_TIME, Rows


def map_to_image(
    x_norm: npt.ArrayLike,
    y_norm: npt.ArrayLike,
    t_host_ns: npt.ArrayLike,
    viewport_rows: Rows,
    screen: Screen,
) -> Rows:
    """Return one MAPPED row for each gaze sample.

    Parameters
    ----------
    x_norm, y_norm
        Gaze on the display area, shape (n,); NaN where invalid.
    t_host_ns
        Host time of each sample, shape (n,).
    viewport_rows
        VIEWPORT rows of the recording or of the part of interest, in any order.
    screen
        The reader's screen.

    Returns
    -------
    Rows
        Inside a shown rectangle: its image, pane, slice and coordinates. Outside every rectangle:
        ``image_id`` and ``slice`` -1, but the coordinates go on, unclamped, in the frame of the nearest pane
        that shows an image; ``pane`` and ``viewport_row`` name it. Invalid gaze, or no image on the screen:
        NaN and -1 throughout.
    """
    x_px, y_px = screen.norm_to_screen_px(np.atleast_1d(x_norm), np.atleast_1d(y_norm))
    times = np.atleast_1d(np.asarray(t_host_ns, np.int64))
    mapped = MAPPED.empty(len(x_px))
    nearest_px = np.full(len(x_px), np.inf)
    is_presented = viewport_rows["t_presented_host_ns"] != NO_TIME
    for pane in np.unique(viewport_rows["pane"][is_presented]):
        of_pane = np.flatnonzero(is_presented & (viewport_rows["pane"] == pane))
        _map_pane(mapped, nearest_px, x_px, y_px, _in_force(viewport_rows, of_pane, times), viewport_rows)
    return mapped


def placement_of(viewport_row: np.void) -> Placement:
    """Return the placement that one VIEWPORT row describes."""
    src, dst = (
        Rect(*(float(viewport_row[f"{frame}_{field}_{unit}_px"]) for field in "xywh"))
        for frame, unit in (("src", "image"), ("dst", "screen"))
    )
    return Placement(src_image_px=src, dst_screen_px=dst)


def rows_in_force(viewport_rows: Rows, t_host_ns: int) -> dict[int, int]:
    """Return by pane the index of the viewport row in force at a time; empty panes are left out."""
    is_presented = viewport_rows["t_presented_host_ns"] != NO_TIME
    time = np.array([t_host_ns], np.int64)
    found = {}
    for pane in np.unique(viewport_rows["pane"][is_presented]).tolist():
        of_pane = np.flatnonzero(is_presented & (viewport_rows["pane"] == pane))
        row = int(_in_force(viewport_rows, of_pane, time)[0])
        if row >= 0:
            found[int(pane)] = row
    return found


def _in_force(
    viewport_rows: Rows, of_pane: npt.NDArray[np.intp], times: npt.NDArray[np.int64]
) -> npt.NDArray[np.intp]:
    """Index of the viewport row in force at each time; -1 before the first and while the pane is empty."""
    presented = viewport_rows["t_presented_host_ns"][of_pane]
    # Of several rows presented with one frame the one asked for last is what the frame showed.
    order = np.lexsort((of_pane, viewport_rows["t_asked_host_ns"][of_pane], presented))
    position = np.searchsorted(presented[order], times, side="right") - 1
    row = np.where(position >= 0, of_pane[order][position], -1)
    is_usable = (
        (viewport_rows["image_id"] >= 0)
        & (viewport_rows["dst_w_screen_px"] > 0)
        & (viewport_rows["dst_h_screen_px"] > 0)
    )
    return np.where((row >= 0) & is_usable[row], row, -1)


def _map_pane(
    mapped: Rows,
    nearest_px: FloatArray,
    x_px: FloatArray,
    y_px: FloatArray,
    row_of_sample: npt.NDArray[np.intp],
    viewport_rows: Rows,
) -> None:
    """Let one pane take the samples that are nearer to it than to the panes before."""
    has_row = (row_of_sample >= 0) & np.isfinite(x_px) & np.isfinite(y_px)
    sample = np.flatnonzero(has_row)
    if not len(sample):
        return
    row, x, y = row_of_sample[sample], x_px[sample], y_px[sample]
    left, width = viewport_rows["dst_x_screen_px"][row], viewport_rows["dst_w_screen_px"][row]
    top, height = viewport_rows["dst_y_screen_px"][row], viewport_rows["dst_h_screen_px"][row]
    is_inside = (x >= left) & (x < left + width) & (y >= top) & (y < top + height)
    beside = np.maximum(np.maximum(left - x, x - (left + width)), 0.0)
    above = np.maximum(np.maximum(top - y, y - (top + height)), 0.0)
    # Inside counts as nearer than touching: the right edge of one pane is the left edge of the next.
    distance_px = np.where(is_inside, -1.0, np.hypot(beside, above))
    is_taken = distance_px < nearest_px[sample]
    nearest_px[sample[is_taken]] = distance_px[is_taken]
    image_id = np.where(is_inside, viewport_rows["image_id"][row], -1)
    slice_ = np.where(is_inside, viewport_rows["slice"][row], -1)
    src_x, src_w = viewport_rows["src_x_image_px"][row], viewport_rows["src_w_image_px"][row]
    src_y, src_h = viewport_rows["src_y_image_px"][row], viewport_rows["src_h_image_px"][row]
    taker = sample[is_taken]
    mapped["x_image_px"][taker] = (src_x + (x - left) * (src_w / width))[is_taken]
    mapped["y_image_px"][taker] = (src_y + (y - top) * (src_h / height))[is_taken]
    mapped["image_id"][taker], mapped["slice"][taker] = image_id[is_taken], slice_[is_taken]
    mapped["pane"][taker] = viewport_rows["pane"][row[is_taken]]
    mapped["viewport_row"][taker] = row[is_taken]
