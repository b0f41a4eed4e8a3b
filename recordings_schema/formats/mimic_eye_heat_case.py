"""Files of one reading in MIMIC-Eye-Heat: reduced image, heat layer over it, fixations, maps and videos.

patient_<patient>/CXR-JPG/<study>/<image>_512.png
                                  <image>_heatmap.png               of the first reading of an image
                                  <image>_<reading>_heatmap.png     of the others
                                  ..._fixations.csv                 what the layer was drawn from
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from gaze_core.geometry import FloatArray
from gaze_core.heat_overlay import (
    laid_over,
    overlay_alpha,
    places_on_layer,
    reduced_size,
    seconds_since_previous,
)
from gaze_core.heat_published import applications_heat, eye_gaze_heat
from gaze_core.heat_reflacx import DensityStep, full_density
from gaze_core.mapping import map_to_image, placement_of
from gaze_core.resampling import resize_bicubic
from gaze_core.rows import Rows
from recordings_schema.formats.contract import PlannedCase
from recordings_schema.formats.pictures import Picture
from recordings_schema.formats.reading import CaseReading, Origin
from recordings_schema.formats.tables import header, quoted_lines, rounded
from recordings_schema.formats.transcripts import said_around, tokens_of

FIXATION_COLUMNS: Final = (
    "x_position", "y_position", "timestamp_start_fixation", "timestamp_end_fixation", "image_size_x",
    "image_size_y", "transcript",
)  # fmt: skip
NUMBER_COLUMNS: Final = FIXATION_COLUMNS[:-1]
EYE_GAZE, REFLACX = "EG", "REFLACX"
_SUBJECT: Final = re.compile(r"(?:^|/)p(\d{8})/(?:s(\d{8})/)?")
_NOT_IN_NAMES: Final = re.compile(r"[\x00-\x1f<>:\"/\\|?*]+")
_REFLACX_ID: Final = re.compile(r"P\d{3}R\d{6}$")


class FullHeatmap(str, Enum):
    """Maps at full resolution; each has its published definition."""

    NONE = "none"
    REFLACX = "reflacx"
    EYE_GAZE = "egd"
    APPLICATIONS = "applications"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatFixations:
    """Fixations as a heat layer takes them; s from when the image was shown, image px."""

    x_image_px: FloatArray
    y_image_px: FloatArray
    t_start_s: FloatArray
    t_end_s: FloatArray

    @property
    def duration_s(self) -> FloatArray:
        """Their weights."""
        return self.t_end_s - self.t_start_s


def source_of(reading: CaseReading) -> str:
    """Return REFLACX or EG for a reading imported from there, else the name of its study."""
    if _REFLACX_ID.match(reading.key.given_id):
        return REFLACX
    is_eye_gaze = reading.key.given_id.startswith("EGD") or any(
        name.startswith("egd") for name in reading.more
    )
    return EYE_GAZE if is_eye_gaze else reading.study or "own"


def fixations_of(reading: CaseReading) -> HeatFixations:
    """Return the fixations of a reading, those beside the image too; rounded as their table holds them.

    Of an Eye Gaze reading a fixation lasts from the end of the one before, as published; the first from 0.
    """
    rows, image = reading.fixations, reading.images[0]
    zero_ns, _ = reading.zero_ns(Origin.IMAGE_SHOWN)
    is_on = rows["image_id"] == image.image_id
    start_s = np.round((rows["onset_host_ns"] - zero_ns) * 1e-9, 6)
    end_s = np.round((rows["offset_host_ns"] - zero_ns) * 1e-9, 6)
    if source_of(reading) == EYE_GAZE:
        start_s = end_s - seconds_since_previous(end_s)
    return HeatFixations(
        x_image_px=np.where(is_on, np.round(rows["x_image_px"], 3), np.nan),
        y_image_px=np.where(is_on, np.round(rows["y_image_px"], 3), np.nan),
        t_start_s=np.round(start_s, 6),
        t_end_s=end_s,
    )


def usable_count(fixations: HeatFixations, image_size_px: tuple[int, int]) -> int:
    """Return how many fixations the layer of an image shows."""
    size_px = reduced_size(*image_size_px)
    *_, is_kept = places_on_layer(fixations.x_image_px, fixations.y_image_px, image_size_px, size_px)
    return int((is_kept & (fixations.duration_s > 0)).sum())


def fixation_csv(reading: CaseReading, fixations: HeatFixations) -> bytes:
    """Return the table a heat layer can be drawn from again, with what was said about each fixation."""
    image, rows, tokens = reading.images[0], reading.fixations, tokens_of(reading.words)
    times = zip(rows["onset_host_ns"].tolist(), rows["offset_host_ns"].tolist(), strict=True)
    columns = (
        rounded(fixations.x_image_px, 3), rounded(fixations.y_image_px, 3), rounded(fixations.t_start_s, 6),
        rounded(fixations.t_end_s, 6), [str(image.width_px)] * len(rows), [str(image.height_px)] * len(rows),
        [said_around(tokens, *each) for each in times],
    )  # fmt: skip
    return header(FIXATION_COLUMNS) + quoted_lines(zip(*columns, strict=True))


def read_fixations(content: bytes) -> tuple[HeatFixations, tuple[int, int]]:
    """Return fixations and image size of a table.

    Raises
    ------
    ValueError
        If it is not such a table, or empty.
    """
    table = csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""))
    if tuple(table.fieldnames or ()) != FIXATION_COLUMNS:
        raise ValueError("other columns")
    rows = [[float(row[name] or "nan") for name in NUMBER_COLUMNS] for row in table]
    values = np.array(rows, np.float64)
    x_px, y_px, start_s, end_s, width_px, height_px = values.T
    found = HeatFixations(x_image_px=x_px, y_image_px=y_px, t_start_s=start_s, t_end_s=end_s)
    return found, (int(width_px[0]), int(height_px[0]))


def reduced(picture: Picture) -> Picture:
    """Return the image at the size of the heat layer."""
    return resize_bicubic(picture, *reduced_size(picture.shape[1], picture.shape[0]))


def composite(base: Picture, fixations: HeatFixations, image_size_px: tuple[int, int]) -> Picture:
    """Return RGBA of the heat layer over the reduced image."""
    alpha = overlay_alpha(
        fixations.x_image_px,
        fixations.y_image_px,
        fixations.duration_s,
        image_size_px,
        (base.shape[1], base.shape[0]),
    )
    return laid_over(base, alpha)


def full_heatmap(reading: CaseReading, kind: FullHeatmap) -> np.ndarray[tuple[int, ...], np.dtype[np.uint16]]:
    """Return a published map at full resolution, 16 bits, its highest place white."""
    image, rows = reading.images[0], reading.fixations
    rows = rows[(rows["image_id"] == image.image_id)]
    places, size_px = (rows["x_image_px"], rows["y_image_px"]), (image.width_px, image.height_px)
    if kind is FullHeatmap.REFLACX:
        density = full_density(_density_steps(reading, rows), *size_px).astype(np.float64)
    elif kind is FullHeatmap.EYE_GAZE:
        density = eye_gaze_heat(*places, *size_px)
    else:
        density = applications_heat(*places, rows["duration_ms"] * 1e-3, *size_px)
    highest = float(density.max(initial=0.0))
    return np.asarray(np.rint(density * (65535.0 / highest if highest > 0 else 0.0)), np.uint16)


def _density_steps(reading: CaseReading, rows: Rows) -> Iterator[DensityStep]:
    """Yield fixations by the view they began in."""
    seen = map_to_image(
        rows["x_norm"], rows["y_norm"], rows["onset_host_ns"], reading.viewport, reading.geometry.screen
    )["viewport_row"]
    for view in np.unique(seen[seen >= 0]):
        own, placement = rows[seen == view], placement_of(reading.viewport[view])
        x_per_deg, y_per_deg = reading.geometry.px_per_deg_at(own["x_norm"], own["y_norm"])
        src, dst = placement.src_image_px, placement.dst_screen_px
        yield DensityStep(
            x_image_px=own["x_image_px"], y_image_px=own["y_image_px"], weight_s=own["duration_ms"] * 1e-3,
            x_sigma_px=x_per_deg * src.w / dst.w, y_sigma_px=y_per_deg * src.h / dst.h,
            shown_image_px=(round(src.x), round(src.y), round(src.right), round(src.bottom)),
        )  # fmt: skip


def video_frames(
    base: Picture, fixations: HeatFixations, image_size_px: tuple[int, int], *, is_cumulative: bool
) -> Iterator[tuple[int, Picture]]:
    """Yield number and RGB picture of each fixation that the layer shows: with all before it, or alone."""
    size_px = (base.shape[1], base.shape[0])
    x, y, weight = fixations.x_image_px, fixations.y_image_px, fixations.duration_s
    *_, is_kept = places_on_layer(x, y, image_size_px, size_px)
    for number in np.flatnonzero(is_kept & (weight > 0)).tolist():
        own = slice(0 if is_cumulative else number, number + 1)
        alpha = overlay_alpha(x[own], y[own], weight[own], image_size_px, size_px)
        yield number, laid_over(base, alpha)[..., :3]


def video_times(
    fixations: HeatFixations, shown: list[int], rate_hz: float, *, is_cumulative: bool
) -> tuple[list[int], bytes]:
    """Return how many frames each shown fixation takes, and the JSON that says when each was."""
    counts, entries, first = [], [], 0
    for number in shown:
        count = max(1, round(float(fixations.duration_s[number]) * rate_hz))
        entries.append(
            {
                "fixation": number, "t_start_s": float(fixations.t_start_s[number]),
                "t_end_s": float(fixations.t_end_s[number]), "first_frame": first, "frames": count,
            }
        )  # fmt: skip
        counts.append(count)
        first += count
    content = {
        "note": "Own design: no public code says how the published videos are made.",
        "layer": "all fixations so far" if is_cumulative else "one fixation", "frames_per_second": rate_hz,
        "zero": "image shown", "fixations": entries,
    }  # fmt: skip
    return counts, (json.dumps(content, indent=1) + "\n").encode("utf-8")


def place_of(planned: PlannedCase, reading: CaseReading) -> tuple[str, str]:
    """Return where the reduced image and the other files of a reading go, without their endings."""
    image = reading.images[0]
    given = _SUBJECT.search(image.name.replace("\\", "/"))
    patient = given[1] if given else re.sub(r"^p(?=\d{8}$)", "", planned.key.patient) or planned.key.case_id
    study = f"s{given[2]}" if given and given[2] else planned.key.case_id
    folder = "/".join((f"patient_{_name(patient)}", "CXR-JPG", _name(study)))
    stem = _name(image.stem)
    own = stem if planned.earlier == 0 else f"{stem}_{planned.digits}"
    return f"{folder}/{stem}", f"{folder}/{own}"


def _name(text: str) -> str:
    """Return a text as it can be the name of a file on every computer."""
    return _NOT_IN_NAMES.sub("-", text).rstrip(". ") or "x"
