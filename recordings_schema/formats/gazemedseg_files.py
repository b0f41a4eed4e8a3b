"""Files of one reading for GazeMedSeg: where they lie, and what is in them.

<target>_<reader>_fixation.csv     one sequence for each image
<target>_<reader>_masks.csv        how long each mask took
<target>_<reader>/train.txt  test.txt  maps.csv  dice.csv
                  images/ masks/ gaze/heatmap/ gaze/crf_compat1/ gaze/level_1/ ...
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.heat_grid import GRID_CELLS
from gaze_core.mapping import placement_of
from recordings_schema.formats.contract import CaseSink, FormatError, PlannedCase
from recordings_schema.formats.gazemedseg_dicom import grey_dicom
from recordings_schema.formats.gazemedseg_maps import (
    SequenceColumns,
    heat_grey,
    level_masks,
    overlaps,
    refined_grey,
    through_jpeg,
)
from recordings_schema.formats.gazemedseg_options import GazemedsegOptions, Layout, Maps
from recordings_schema.formats.pictures import Picture, drawn, jpeg, png
from recordings_schema.formats.reading import CaseReading, Origin, ReadImage
from recordings_schema.formats.tables import one, quoted_lines, rounded
from recordings_schema.stimuli import StimulusError, load_image

COLUMNS: Final = (
    "IMAGE", "CURRENT_FIX_INDEX", "CURRENT_FIX_X", "CURRENT_FIX_Y", "CURRENT_FIX_DURATION",
    "CURRENT_FIX_PUPIL", "CURRENT_FIX_START", "IMAGE_HEIGHT", "IMAGE_WIDTH",
)  # fmt: skip
MAP_COLUMNS: Final = (
    "IMAGE", "IMAGE_NAME", "SIGMA_CELLS", "SIGMA_X_PX", "SIGMA_Y_PX", "SIGMA_X_DEG", "SIGMA_Y_DEG",
    "CRF_SCALE", "LEVEL_AREAS_PX",
)  # fmt: skip
DICE_COLUMNS: Final = ("IMAGE", "MAP", "THRESHOLD", "DICE", "IOU")
MASK_COLUMNS: Final = ("IMAGE", "SCREEN", "VISIBLE_S", "GAZE_S", "COVERED_SHARE", "SETTLED_S")
MASK_ENDINGS: Final = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".dcm")
_WORD: Final = re.compile(r"[^\w-]+")
_FILE_WORD: Final = re.compile(r"[^A-Za-z0-9_-]+")
_MARK: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Maps:
    """What was drawn for one image."""

    by_kind: Mapping[str, Picture]  # heatmap, crf; 8 bits
    crf_scale: float  # NaN without a refinement


def stem_of(image: ReadImage) -> str:
    """Return the name of an image as the loaders can use it: without dots and spaces, unique by a mark."""
    stem = _WORD.sub("-", image.stem).strip("-")
    if stem == image.stem:
        return stem
    return f"{stem or 'image'}-{hashlib.sha256(image.name.encode()).hexdigest()[:_MARK]}"


def whose_of(reading: CaseReading) -> tuple[str, str]:
    """Return whose mask a reading gives: the target, else its study, and the reader."""
    return reading.target or reading.study or "all", reading.key.reader


def table_of(planned: PlannedCase, reading: CaseReading) -> str:
    """Return the name of the table and folder of a reading: target, reader, and which repeat it is."""
    name = "_".join(_file_word(word) for word in whose_of(reading))
    return name if planned.repeat == 0 else f"{name}_{planned.repeat + 1}"


def is_kept(reading: CaseReading, shortest_ms: float) -> npt.NDArray[np.bool_]:
    """Return which fixations lie on the image and are long enough."""
    rows, image = reading.fixations, reading.images[0]
    is_inside = (rows["image_id"] == image.image_id) & (rows["duration_ms"] >= shortest_ms)
    for axis, size in (("x", image.width_px), ("y", image.height_px)):
        is_inside &= (rows[f"{axis}_image_px"] >= 0) & (rows[f"{axis}_image_px"] <= size)
    return np.asarray(is_inside, bool)


def fixation_columns(reading: CaseReading, stem: str, shortest_ms: float) -> list[Sequence[object]]:
    """Return the columns of the fixation table."""
    image = reading.images[0]
    rows = reading.fixations[is_kept(reading, shortest_ms)]
    zero_ns, _ = reading.zero_ns(Origin.IMAGE_SHOWN)
    count = len(rows)
    return [
        [f"{stem}.jpg"] * count,
        list(range(1, count + 1)),
        rounded(rows["x_image_px"] / image.width_px, 6),
        rounded(rows["y_image_px"] / image.height_px, 6),
        rounded(rows["duration_ms"], 0),
        rounded(rows["pupil_mean"], 4),
        rounded((rows["onset_host_ns"] - zero_ns) * 1e-6, 0),
        [image.height_px] * count,
        [image.width_px] * count,
    ]


def sequence_of(columns: Sequence[Sequence[object]]) -> SequenceColumns:
    """Return the numbers of the fixation table, as they are written there."""
    x, y, duration = (np.array([float(str(cell)) for cell in columns[place]]) for place in (2, 3, 4))
    return SequenceColumns(x_fraction=x, y_fraction=y, duration_ms=duration)


def mask_lines(reading: CaseReading, stem: str) -> bytes:
    """Return how long each mask of a reading took."""
    return quoted_lines(
        (f"{stem}.jpg", mask.screen, one(mask.visible_s, 3), one(mask.gaze_s, 3), one(mask.covered_share, 6),
         one(mask.settled_s, 3))
        for mask in reading.masks
    )  # fmt: skip


def write_maps(
    sink: CaseSink, folder: str, stem: str, reading: CaseReading, columns: SequenceColumns,
    options: GazemedsegOptions,
) -> list[str]:  # fmt: skip
    """Write maps, masks and images of a reading; return what is wrong with its reference mask."""
    image = reading.images[0]
    picture = drawn(image) if options.maps is Maps.CRF or options.images else None
    maps = _drawn_maps(image, picture, columns, options)
    places = {"heatmap": "gaze/heatmap", "crf": f"gaze/{options.crf_folder}"}
    for kind, grey in maps.by_kind.items():
        _write(sink, f"{folder}/{places[kind]}/{stem}", grey, options)
    newest = list(maps.by_kind.values())[-1]
    levels = level_masks(newest, options.thresholds)
    for number, mask in enumerate(levels, start=1):
        sink.file(f"{folder}/gaze/level_{number}/{stem}.png", png(mask))
    if picture is not None and options.images:
        if options.layout is Layout.PROSTATE:
            sink.file(f"{folder}/images/{stem}.dcm", grey_dicom(picture, stem))
        else:
            _write(sink, f"{folder}/images/{stem}", picture, options)
    sink.add(f"{folder}.maps", _map_line(reading, stem, maps, levels, options))
    reference, problem = reference_mask(image, stem, options)
    if reference is not None:
        _write(sink, f"{folder}/masks/{stem}", reference, options)
        rows = [
            (f"{stem}.jpg", each.kind, each.threshold, one(each.dice, 6), one(each.iou, 6))
            for each in overlaps(dict(maps.by_kind), reference, options.thresholds)
        ]
        sink.add(f"{folder}.dice", quoted_lines(rows))
    return [problem] if problem else []


def reference_mask(image: ReadImage, stem: str, options: GazemedsegOptions) -> tuple[Picture | None, str]:
    """Return the reference mask of an image, 0 and 255, and what is wrong with it, a sentence.

    Raises
    ------
    FormatError
        If the folder of masks is not there.
    """
    if not options.reference_masks:
        return None, ""
    folder = Path(options.reference_masks)
    if not folder.is_dir():
        raise FormatError(f"{folder} is no folder of masks. Correct reference_masks.", path=folder)
    names = [f"{name}{ending}" for name in (image.stem, stem) for ending in MASK_ENDINGS]
    path = next((folder / name for name in names if (folder / name).is_file()), None)
    if path is None:
        return None, f"There is no reference mask of {image.stem}."
    try:
        pixels = load_image(path).pixels
    except StimulusError as err:
        return None, f"The reference mask of {image.stem} cannot be read: {err}"
    if pixels.shape[:2] != (image.height_px, image.width_px):
        return None, (
            f"The reference mask of {image.stem} has {pixels.shape[1]} x {pixels.shape[0]} px, the image "
            f"{image.width_px} x {image.height_px}."
        )
    grey = pixels if pixels.ndim == 2 else pixels.max(axis=2)
    return np.where(grey > np.iinfo(grey.dtype).max // 2, 255, 0).astype(np.uint8), ""


def _file_word(word: str) -> str:
    """Return a target or reader as part of a name: ASCII; what lost more than spaces gets a mark."""
    kept = _FILE_WORD.sub("-", word).strip("-")
    if kept and kept == word.strip().replace(" ", "-"):
        return kept
    return f"{kept or 'x'}-{hashlib.sha256(word.encode()).hexdigest()[:_MARK]}"


def _drawn_maps(
    image: ReadImage, picture: Picture | None, columns: SequenceColumns, options: GazemedsegOptions
) -> _Maps:
    heat = heat_grey(columns, (image.width_px, image.height_px), options.sigma)
    if options.maps is not Maps.CRF or picture is None:
        return _Maps(by_kind={"heatmap": heat}, crf_scale=float("nan"))
    begin = through_jpeg(heat) if options.layout is Layout.KVASIR else heat
    refined, scale = refined_grey(begin, picture, options.crf, options.crf_longest_px)
    return _Maps(by_kind={"heatmap": heat, "crf": refined}, crf_scale=scale)


def _write(sink: CaseSink, place: str, picture: Picture, options: GazemedsegOptions) -> None:
    """Write a picture as the loaders read it: as JPEG with a lossless copy beside, or as PNG."""
    if options.layout is Layout.KVASIR:
        sink.file(f"{place}.jpg", jpeg(picture))
    sink.file(f"{place}.png", png(picture))


def _map_line(
    reading: CaseReading, stem: str, maps: _Maps, levels: Sequence[Picture], options: GazemedsegOptions
) -> bytes:
    image = reading.images[0]
    shown = np.flatnonzero(reading.viewport["image_id"] == image.image_id)
    px_per_deg = float("nan")
    if len(shown):
        px_per_deg = placement_of(reading.viewport[shown[0]]).image_px_per_deg(reading.geometry)
    sigmas_px = [options.sigma * side / GRID_CELLS for side in (image.width_px, image.height_px)]
    areas = " ".join(str(int(np.count_nonzero(level))) for level in levels)
    row = (
        f"{stem}.jpg", image.name, f"{options.sigma:g}", *(one(sigma, 2) for sigma in sigmas_px),
        *(one(sigma / px_per_deg, 3) for sigma in sigmas_px), one(maps.crf_scale, 6), areas,
    )  # fmt: skip
    return quoted_lines([row])
