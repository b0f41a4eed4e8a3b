"""The gaze and fixation tables of REFLACX: columns, rounding and the rule of the rectangle at fixation start.

Widths and levels of the window are fractions of the full range of the stored bits; of MONOCHROME1 images the
level is turned round, as that study showed them. A position is where the rectangles in force put it: for a
sample those of the sample, for a fixation those of its start, whatever the view did meanwhile.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.geometry import FloatArray
from gaze_core.mapping import map_to_image, placement_of
from gaze_core.rows import Rows
from recordings_schema.formats.reading import CaseReading
from recordings_schema.formats.tables import CR_LF, header, lines, rounded

SHARED_COLUMNS: Final = (
    "x_position", "y_position", "pupil_area_normalized",
    "angular_resolution_x_pixels_per_degree", "angular_resolution_y_pixels_per_degree",
    "window_width", "window_level",
    "xmin_shown_from_image", "ymin_shown_from_image", "xmax_shown_from_image", "ymax_shown_from_image",
    "xmin_in_screen_coordinates", "ymin_in_screen_coordinates",
    "xmax_in_screen_coordinates", "ymax_in_screen_coordinates",
)  # fmt: skip
FIXATION_COLUMNS: Final = ("timestamp_start_fixation", "timestamp_end_fixation", *SHARED_COLUMNS)
GAZE_COLUMNS: Final = ("timestamp_sample", *SHARED_COLUMNS)
BOX_COLUMNS: Final = ("xmin", "ymin", "xmax", "ymax")
WORD_COLUMNS: Final = ("word", "timestamp_start_word", "timestamp_end_word")
METADATA_COLUMNS: Final = (
    "id", "split", "eye_tracking_data_discarded", "image", "dicom_id", "subject_id", "image_size_x",
    "image_size_y",
)  # fmt: skip
LARGEST_RATE_HZ: Final = 1000.0
_NS_PER_MS: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Views:
    """The views of a reading: their rectangles and windows, a row each."""

    source: FloatArray  # left, top, right, bottom in image px, shape (n, 4)
    dest: FloatArray  # left, top, right, bottom in screen px, shape (n, 4)
    width: FloatArray  # of the window, fraction of full range
    level: FloatArray


def fixation_table(reading: CaseReading, zero_ns: int) -> bytes:
    """Return `fixations.csv`; fixations that begin while no image is in force are left out."""
    views = _views(reading)
    found = _whole_fixations(reading.fixations)
    pupils = _pupils(reading, found)
    rows = _rows_at(reading, found)
    is_shown = rows >= 0
    found, rows, pupils = found[is_shown], rows[is_shown], pupils[is_shown]
    windows = [_mean_window(reading, views, each, view) for each, view in zip(found, rows, strict=True)]
    columns = [
        rounded((found["onset_host_ns"] - zero_ns) * 1e-9, 3),
        rounded((found["offset_host_ns"] - zero_ns) * 1e-9, 3),
        *_positions(reading, views, rows, found["x_norm"], found["y_norm"], pupils),
        rounded([width for width, _ in windows], 5),
        rounded([level for _, level in windows], 5),
        *_rectangles(views, rows),
    ]
    return header(FIXATION_COLUMNS, end=CR_LF) + lines(columns, end=CR_LF)


def gaze_table(reading: CaseReading, zero_ns: int) -> bytes:
    """Return `gaze.csv`: samples on a grid of whole ms, at most 1000 of them a second."""
    views = _views(reading)
    step = decimation(reading.tracker.rate_hz)
    chosen = np.arange(len(reading.samples))[::step]
    rows = reading.samples.view_row[chosen]
    chosen, rows = chosen[rows >= 0], rows[rows >= 0]
    if not len(chosen):
        return header(GAZE_COLUMNS, end=CR_LF)
    times_ns = reading.samples.t_host_ns[chosen] - zero_ns
    times_ns = times_ns - times_ns[0] % _NS_PER_MS
    samples = reading.samples
    columns = [
        rounded(times_ns * 1e-9, 3),
        *_positions(
            reading,
            views,
            rows,
            samples.x_norm[chosen],
            samples.y_norm[chosen],
            samples.pupil_relative[chosen],
        ),
        *_of_views([rounded(views.width, 5), rounded(views.level, 5)], rows),
        *_rectangles(views, rows),
    ]
    return header(GAZE_COLUMNS, end=CR_LF) + lines(columns, end=CR_LF)


def decimation(rate_hz: float) -> int:
    """Return of how many samples one is written, so that 3 decimals tell them apart."""
    return max(1, math.ceil(rate_hz / LARGEST_RATE_HZ - 1e-6)) if math.isfinite(rate_hz) else 1


def screen_to_image(
    source: npt.ArrayLike, dest: npt.ArrayLike, x_screen_px: npt.ArrayLike, y_screen_px: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Return image px of screen px by rectangles of left, top, right, bottom; nothing is clamped."""
    src, dst = np.asarray(source, np.float64), np.asarray(dest, np.float64)
    x_screen, y_screen = np.asarray(x_screen_px, np.float64), np.asarray(y_screen_px, np.float64)
    x_scale = (src[..., 2] - src[..., 0]) / (dst[..., 2] - dst[..., 0])
    y_scale = (src[..., 3] - src[..., 1]) / (dst[..., 3] - dst[..., 1])
    x = (x_screen - dst[..., 0]) * x_scale + src[..., 0]
    y = (y_screen - dst[..., 1]) * y_scale + src[..., 1]
    return np.asarray(x), np.asarray(y)


def weighted_mean(values: Sequence[float], weights: Sequence[float]) -> float:
    """Return the mean of values weighted by how long they held; NaN without any weight."""
    total = float(sum(weights))
    return float(np.dot(values, weights) / total) if total > 0 else math.nan


def _views(reading: CaseReading) -> _Views:
    rows = reading.viewport
    source, dest = np.zeros((len(rows), 4)), np.ones((len(rows), 4))
    full = {image.image_id: float(2**image.bits - 1) for image in reading.images}
    turned = {image.image_id for image in reading.images if image.photometric == "MONOCHROME1"}
    scale = np.array([full.get(int(row["image_id"]), math.nan) for row in rows], np.float64)
    is_turned = np.array([int(row["image_id"]) in turned for row in rows], bool)
    for place, row in enumerate(rows):
        if row["image_id"] < 0 or not (row["dst_w_screen_px"] > 0 and row["src_w_image_px"] > 0):
            continue
        placement = placement_of(row)
        src, dst = placement.src_image_px, placement.dst_screen_px
        source[place] = src.x, src.y, src.right, src.bottom
        dest[place] = dst.x, dst.y, dst.right, dst.bottom
    level = rows["window_centre"] / scale
    return _Views(
        source=source, dest=dest, width=rows["window_width"] / scale,
        level=np.where(is_turned, 1.0 - level, level),
    )  # fmt: skip


def _whole_fixations(fixations: Rows) -> Rows:
    """Return one row for each fixation: parts cut at a change of the view are one again."""
    whole: list[Rows] = []
    for row in fixations:
        before = whole[-1][0] if whole else None
        if before is None or row["part"] == 0 or row["event_id"] != before["event_id"]:
            whole.append(np.array([row], fixations.dtype))
            continue
        first_ms, second_ms = float(before["duration_ms"]), float(row["duration_ms"])
        for name in ("x_norm", "y_norm"):
            before[name] = weighted_mean([before[name], row[name]], [first_ms, second_ms])
        before["offset_host_ns"], before["duration_ms"] = row["offset_host_ns"], first_ms + second_ms
    return np.concatenate(whole) if whole else fixations[:0]


def _rows_at(reading: CaseReading, fixations: Rows) -> npt.NDArray[np.int64]:
    """Return the view in force at the start of each fixation, -1 while no image is shown."""
    mapped = map_to_image(
        fixations["x_norm"], fixations["y_norm"], fixations["onset_host_ns"], reading.viewport,
        reading.geometry.screen,
    )  # fmt: skip
    return np.asarray(mapped["viewport_row"], np.int64)


def _mean_window(reading: CaseReading, views: _Views, fixation: np.void, view: int) -> tuple[float, float]:
    """Return width and level of a fixation: means weighted by how long each view of its pane held."""
    of_pane = np.flatnonzero(reading.viewport["pane"] == reading.viewport["pane"][view])
    times = reading.viewport["t_presented_host_ns"][of_pane]
    first_ns, end_ns = int(fixation["onset_host_ns"]), int(fixation["offset_host_ns"])
    first = max(0, int(np.searchsorted(times, first_ns, side="right")) - 1)
    end = max(first + 1, int(np.searchsorted(times, end_ns, side="left")))
    places = [place for place in range(first, end) if reading.viewport["image_id"][of_pane[place]] >= 0]
    starts = [max(first_ns, int(times[place])) for place in places]
    ends = [min(end_ns, int(times[place + 1]) if place + 1 < len(times) else end_ns) for place in places]
    weights = [float(after - before) for before, after in zip(starts, ends, strict=True)]
    return (
        weighted_mean([float(views.width[of_pane[place]]) for place in places], weights),
        weighted_mean([float(views.level[of_pane[place]]) for place in places], weights),
    )


def _pupils(reading: CaseReading, fixations: Rows) -> FloatArray:
    """Return the mean relative pupil area of each fixation; NaN where it is not known."""
    if reading.pupil_of_fixations is not None and len(reading.pupil_of_fixations) == len(fixations):
        return reading.pupil_of_fixations
    times, pupil = reading.samples.t_host_ns, reading.samples.pupil_relative
    means = np.full(len(fixations), np.nan)
    for place, row in enumerate(fixations):
        inside = pupil[
            np.searchsorted(times, row["onset_host_ns"]) : np.searchsorted(times, row["offset_host_ns"])
        ]
        if np.isfinite(inside).any():
            means[place] = np.nanmean(inside)
    return means


def _positions(
    reading: CaseReading,
    views: _Views,
    rows: npt.NDArray[np.int64],
    x_norm: FloatArray,
    y_norm: FloatArray,
    pupil: FloatArray,
) -> list[list[str]]:
    """Return position, pupil and angular resolution; empty without gaze."""
    source, dest = views.source[rows], views.dest[rows]
    x_px, y_px = reading.geometry.screen.norm_to_screen_px(x_norm, y_norm)
    x, y = screen_to_image(source, dest, x_px, y_px)
    x_per_deg, y_per_deg = reading.geometry.px_per_deg_at(x_norm, y_norm)
    x_scale = (source[:, 2] - source[:, 0]) / (dest[:, 2] - dest[:, 0])
    y_scale = (source[:, 3] - source[:, 1]) / (dest[:, 3] - dest[:, 1])
    seen = np.where(np.isfinite(x), pupil, np.nan)
    return [
        rounded(x, 0), rounded(y, 0), rounded(seen, 3), rounded(x_per_deg * x_scale, 0),
        rounded(y_per_deg * y_scale, 0),
    ]  # fmt: skip


def _rectangles(views: _Views, rows: npt.NDArray[np.int64]) -> list[list[str]]:
    corners = [views.source[:, edge] for edge in range(4)] + [views.dest[:, edge] for edge in range(4)]
    return _of_views([rounded(corner, 0) for corner in corners], rows)


def _of_views(texts: Sequence[list[str]], rows: npt.NDArray[np.int64]) -> list[list[str]]:
    """Return the text of each row's view: there are few views and many samples."""
    chosen = rows.tolist()
    return [[text[place] for place in chosen] for text in texts]
