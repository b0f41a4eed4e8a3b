"""How alike readings of one image are, by every measure of `gaze_core.similarity` that takes two readings.

Scanpaths are the fixations on the image; maps are their durations as Gaussians of `SIGMA_DEG` at the zoom of
each moment, at most `MAP_PX` wide or high. All of a comparison lies in px of the image, by the one mapping.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from capture_app.session.compare.readings import ImageReading
from capture_app.session.results import LIVE_SIGMA_DEG
from gaze_core.geometry import FloatArray
from gaze_core.heatmaps import Density, HeatmapSpec, HeatmapWeighting, heatmap_steps, render_heatmap
from gaze_core.mapping import map_to_image
from gaze_core.similarity import (
    CHANNELS,
    GAZESEARCH,
    MultiMatchProfile,
    ScanMatchSettings,
    Scanpath,
    correlation,
    divergence,
    multimatch_matrix,
    normalised_scanpath_saliency,
    scanmatch_matrix,
    toolbox_profile,
)
from recordings_schema.layout import DatasetKey

SIGMA_DEG: Final = LIVE_SIGMA_DEG
MAP_PX: Final = 512


class ProfileName(str, Enum):
    """Which published use of MultiMatch is meant."""

    GAZESEARCH = "gazesearch"  # 224 px, durations not compared
    TOOLBOX = "toolbox"  # px of the image, durations in seconds


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeasureTable:
    """One measure of all readings with each other."""

    name: str  # as in the table that is saved
    title: str
    meaning: str  # a sentence: what 0 and 1 are, and what row and column are
    values: FloatArray  # shape (n, n); NaN where it cannot be told
    low: float  # value that is least alike, for the shades of the picture
    high: float  # value that is most alike


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Similarity:
    """All measures of the readings that have gaze."""

    sha256: str
    profile: ProfileName
    labels: tuple[str, ...]
    fixation_counts: tuple[int, ...]
    tables: tuple[MeasureTable, ...]  # empty where fewer than two readings have gaze
    left_out: tuple[str, ...]  # sentences


def similarity_of(
    sha256: str, readings: Sequence[ImageReading], profile: ProfileName = ProfileName.GAZESEARCH
) -> Similarity:
    """Compare readings of one image. Some tenths of a second; reads no samples."""
    own = [(reading, scanpath_of(reading)) for reading in readings]
    left_out = [
        f"{reading.label} has no fixation on this image and is left out."
        for reading, path in own
        if not len(path)
    ]
    own = [(reading, path) for reading, path in own if len(path)]
    tables: tuple[MeasureTable, ...] = ()
    if len(own) > 1:
        tables = _tables([reading for reading, _ in own], [path for _, path in own], profile)
    else:
        left_out.append(
            "Fewer than two readings have gaze on this image, so that there is nothing to compare."
        )
    return Similarity(
        sha256=sha256,
        profile=profile,
        labels=tuple(reading.label for reading, _ in own),
        fixation_counts=tuple(len(path) for _, path in own),
        tables=tables,
        left_out=tuple(left_out),
    )


def scanpath_of(reading: ImageReading) -> Scanpath:
    """Return the fixations of a reading on the image, px of the image, durations in s."""
    rows = reading.fixations()
    return Scanpath(x_px=rows["x_image_px"], y_px=rows["y_image_px"], duration=rows["duration_ms"] / 1e3)


def map_of(reading: ImageReading) -> Density:
    """Return the map of a reading's fixations by their durations, s/deg^2."""
    rows, source = reading.fixations(), reading.source
    viewport = source.tables.rows[DatasetKey.VIEWPORT]
    middle_ns = (rows["onset_host_ns"] + rows["offset_host_ns"]) // 2
    middle_ns = np.minimum(middle_ns, reading.end_ns - 1)
    mapped = map_to_image(rows["x_norm"], rows["y_norm"], middle_ns, viewport, source.geometry.screen)
    # The place on the image is the fixation's own: the view may have moved between its begin and middle.
    mapped["x_image_px"], mapped["y_image_px"] = rows["x_image_px"], rows["y_image_px"]
    spec = HeatmapSpec(weighting=HeatmapWeighting.DURATION, sigma_deg=SIGMA_DEG)
    steps = heatmap_steps(
        mapped, rows["duration_ms"] / 1e3, viewport, reading.image_id, spec, source.geometry
    )
    return render_heatmap(steps, reading.width_px, reading.height_px, max_size_px=MAP_PX)


def _tables(
    readings: Sequence[ImageReading], paths: Sequence[Scanpath], name: ProfileName
) -> tuple[MeasureTable, ...]:
    size = (float(readings[0].width_px), float(readings[0].height_px))
    profile = _profile(name, size)
    canvas = (profile.width_px, profile.height_px)
    multimatch = multimatch_matrix([path.stretched(size, canvas) for path in paths], profile)
    channels = CHANNELS if profile.is_duration_used else CHANNELS[:-1]
    settings = ScanMatchSettings()
    square = (float(settings.width_px), float(settings.height_px))
    scanmatch = scanmatch_matrix([path.stretched(size, square) for path in paths], settings)
    alike = "0 to 1; 1 is the same."
    tables = [
        MeasureTable(
            name=f"multimatch_{channel}", title=f"MultiMatch {channel}",
            meaning=f"Profile {profile.name}: {alike}", values=multimatch[:, :, number], low=0.0, high=1.0,
        )
        for number, channel in enumerate(channels)
    ]  # fmt: skip
    tables.append(
        MeasureTable(
            name="scanmatch", title="ScanMatch",
            meaning=f"Same places in the same order, {settings.columns} x {settings.rows} cells: {alike}",
            values=scanmatch, low=0.0, high=1.0,
        )
    )  # fmt: skip
    return (*tables, *_map_tables(readings, paths, size))


def _map_tables(
    readings: Sequence[ImageReading], paths: Sequence[Scanpath], size: tuple[float, float]
) -> tuple[MeasureTable, ...]:
    maps = [map_of(reading).astype(np.float64) for reading in readings]
    height, width = maps[0].shape
    on_map = [path.stretched(size, (float(width), float(height))) for path in paths]
    count = len(maps)
    tables = {name: np.full((count, count), np.nan) for name in ("cc", "nss", "kl")}
    for row, column in np.ndindex(count, count):
        tables["nss"][row, column] = normalised_scanpath_saliency(maps[row], on_map[column])
        if maps[row].any() and maps[column].any():
            tables["cc"][row, column] = correlation(maps[row], maps[column])
            tables["kl"][row, column] = divergence(maps[row], maps[column])
    top = float(np.nanmax(tables["nss"], initial=1.0))
    worst = float(np.nanmax(tables["kl"], initial=1.0))
    return (
        MeasureTable(
            name="cc", title="Heatmap correlation (CC)", meaning="-1 to 1; 1 is the same map.",
            values=tables["cc"], low=0.0, high=1.0,
        ),
        MeasureTable(
            name="nss", title="NSS", low=0.0, high=top, values=tables["nss"],
            meaning="How many SD above its mean the row's map is at the column's fixations; 0 is chance.",
        ),
        MeasureTable(
            name="kl", title="KL divergence, nats", low=worst, high=0.0, values=tables["kl"],
            meaning="What is lost where the row's map stands for the column's; 0 is the same map.",
        ),
    )  # fmt: skip


def _profile(name: ProfileName, size: tuple[float, float]) -> MultiMatchProfile:
    return GAZESEARCH if name is ProfileName.GAZESEARCH else toolbox_profile(*size)
