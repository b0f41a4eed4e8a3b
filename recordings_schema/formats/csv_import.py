"""Reading the tidy tables: every reading is found by its name in the first column of each table.

Times lie on whole microseconds from the zero the tables were written with. Fixations are taken as they are,
positions of samples on the image come again from gaze and view.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import numpy.typing as npt

from gaze_core.eyes import Eye
from gaze_core.geometry import FloatArray, Screen
from gaze_core.rows import FIXATION, GAZE, VIEWPORT, EventFlag, Rows, join_rows
from gaze_core.streams import PupilUnit
from recordings_schema.formats.contract import FormatError
from recordings_schema.formats.import_tables import file_rows, needed, number_columns, one_number, text_rows
from recordings_schema.formats.importing import (
    Hole,
    ImportCaseError,
    ImportedCase,
    ImportedImage,
    ImportedTracker,
    ImportPlan,
    PlannedImport,
)
from recordings_schema.formats.importing_rows import combined_gaze, fixation_rows, view_row
from recordings_schema.formats.options import Option
from recordings_schema.formats.reading import (
    AnswerValue,
    Origin,
    ReadAccuracy,
    ReadAnswer,
    ReadLabel,
    ReadShape,
    ReadWord,
)
from recordings_schema.formats.setups import assumed_screen
from recordings_schema.formats.table_index import block_content, blocks_of

PARTS: Final = ("images", "fixations", "gaze", "viewport", "words", "shapes", "answers")
_NEEDED: Final = ("images", "viewport")
_NO_SAMPLES: Final = "It has no rows in gaze.csv: its fixations are there and no samples."
_READING_COLUMNS: Final = (
    "reading_id", "session", "reader", "case_id", "trial", "zero", "distance_mm", "labels", "exclusion",
)  # fmt: skip
_FIXATION_NUMBERS: Final = (
    "event_id", "part", "onset_s", "offset_s", "duration_ms", "image_id", "pane", "slice", "x_image_px",
    "y_image_px", "x_norm", "y_norm", "azimuth_deg", "elevation_deg", "dispersion_deg", "rms_s2s_deg",
    "pupil_mean", "is_view_changed",
)  # fmt: skip
_COPIED: Final = (
    "event_id", "part", "duration_ms", "pane", "slice", "x_image_px", "y_image_px", "azimuth_deg",
    "elevation_deg", "dispersion_deg", "rms_s2s_deg", "pupil_mean",
)  # fmt: skip
_TEXTS: Final = (
    "patient", "role", "task", "task_kind", "target", "question", "study", "grade", "exclusion", "other_text",
)  # fmt: skip
_GAZE_NUMBERS: Final = (
    "time_s", "x_norm", "y_norm", "left_pupil", "right_pupil", "pupil_area_relative",
)  # fmt: skip
_RECTANGLES: Final = tuple(
    f"{frame}_{each}_{unit}_px" for frame, unit in (("src", "image"), ("dst", "screen")) for each in "xywh"
)
_VIEW_NUMBERS: Final = ("time_s", "pane", "image_id", *_RECTANGLES, "window_centre", "window_width")
_ROUNDING: Final = 5e-5  # of pupil_area_relative


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvImportOptions:
    """Options of reading the tidy tables."""

    gaze: Annotated[bool, Option("take the samples of gaze.csv, not only the fixations")] = True


def plan_csv(folder: Path, options: CsvImportOptions) -> ImportPlan:
    """Return the readings of a folder of tidy tables.

    Raises
    ------
    FormatError
        If a table that has to be there is not.
    """
    try:
        readings = list(file_rows(folder / "readings.csv", _READING_COLUMNS))
        wanted = [part for part in PARTS if part != "gaze" or options.gaze]
        tables = {
            part: blocks_of(folder / f"{part}.csv", 1, _name)
            for part in wanted
            if part in _NEEDED or (folder / f"{part}.csv").is_file()
        }
    except ImportCaseError as err:
        raise FormatError(f"{folder} holds no tidy tables of this program. {err}", path=folder) from err
    holes = [hole for table in tables.values() for hole in table.holes]
    named = {row["reading_id"] for row in readings}
    for part, table in tables.items():
        holes += [
            Hole(what=f"{part}.csv has rows of a reading that readings.csv does not name.", where=str(name))
            for name in table.places
            if name not in named
        ]
    cases = [
        PlannedImport(
            session=row["session"],
            reader=row["reader"],
            case_id=row["case_id"],
            key=json.dumps(
                {
                    "reading": row,
                    "places": {
                        part: table.places[row["reading_id"]]
                        for part, table in tables.items()
                        if row["reading_id"] in table.places
                    },
                }
            ),
        )
        for row in readings
    ]
    sources = ("readings.csv", *(f"{part}.csv" for part in tables))
    return ImportPlan(version="", cases=tuple(cases), holes=tuple(holes), sources=sources)


def read_csv_case(folder: Path, planned: PlannedImport, options: CsvImportOptions) -> ImportedCase:
    """Return a reading of the tidy tables.

    Raises
    ------
    ImportCaseError
        If it cannot be used.
    """
    key = json.loads(planned.key)
    row = key["reading"]
    contents = {part: block_content(folder / f"{part}.csv", *place) for part, place in key["places"].items()}
    images = _images(contents.get("images"))
    place_of = {image.image_id: place for place, image in enumerate(images)}
    viewport = _viewport(contents.get("viewport"), place_of)
    screen, is_known = _screen(row, viewport)
    gaze, relative = _gaze(contents.get("gaze"))
    holes = [Hole(what=_NO_SAMPLES, where=planned.case_id)] if options.gaze and not len(gaze) else []
    fixations, unit = _fixations(contents.get("fixations"), place_of, viewport, screen)
    eye, baseline_area = _baseline(gaze, relative, unit)
    chosen = tuple(name for name in row["labels"].split("|") if name)
    shapes = _shapes(contents.get("shapes"), place_of)
    names = dict.fromkeys((*chosen, *(name for shape in shapes for name in shape.labels)))
    return ImportedCase(
        case_id=row["case_id"],
        reader=row["reader"],
        trial=_whole(row, "trial"),
        attempt=max(0, _whole(row, "attempt")),
        **{name: row.get(name, "") for name in _TEXTS},
        images=images,
        screen=screen,
        is_screen_size_known=is_known,
        distance_mm=needed(row, "distance_mm", "readings.csv"),
        is_distance_measured=row.get("is_distance_measured") == "1",
        tracker=_tracker(row, unit),
        origins_ns={_origin(row["zero"]): 0},
        onset_latency=row.get("onset_latency", "unmeasured"),
        gaze=gaze,
        pupil_baseline_area=baseline_area,
        pupil_eye=eye,
        fixations=fixations,
        viewport=viewport,
        words=_words(contents.get("words")),
        shapes=shapes,
        answers=_answers(contents.get("answers")),
        labels=tuple(
            ReadLabel(name=name, is_exclusive=False, is_other=False, needs_shape=True) for name in names
        ),
        chosen=chosen,
        accuracy=ReadAccuracy(
            before_mean_deg=_number(row, "accuracy_before_deg"),
            after_mean_deg=_number(row, "accuracy_after_deg"),
            worst_deg=math.nan,
        ),
        holes=tuple(holes),
    )


def _name(cells: Sequence[str]) -> str | None:
    return cells[0] if cells and cells[0] else None


def _number(row: Mapping[str, str], name: str) -> float:
    return one_number(row.get(name, ""), "readings.csv")


def _whole(row: Mapping[str, str], name: str) -> int:
    value = _number(row, name)
    return -1 if math.isnan(value) else round(value)


def _ns(seconds: FloatArray, name: str) -> npt.NDArray[np.int64]:
    if np.isnan(seconds).any() or np.any(np.abs(seconds) > 1e9):
        raise ImportCaseError(f"A time of {name} is empty or beyond any session.")
    return np.asarray(np.round(seconds * 1e6).astype(np.int64) * 1000)


def _origin(name: str) -> Origin:
    try:
        return Origin(name)
    except ValueError as err:
        raise ImportCaseError("Its zero is none that this program knows.") from err


def _images(content: bytes | None) -> tuple[ImportedImage, ...]:
    if content is None:
        raise ImportCaseError("images.csv names no image for it.")
    columns = ("image_id", "name", "sha256", "width_px", "height_px", "bits", "photometric")
    return tuple(
        ImportedImage(
            name=row["name"],
            width_px=round(needed(row, "width_px", "images.csv")),
            height_px=round(needed(row, "height_px", "images.csv")),
            bits=round(needed(row, "bits", "images.csv")),
            photometric=row["photometric"],
            sha256=row["sha256"],
            image_id=round(needed(row, "image_id", "images.csv")),
        )
        for row in text_rows(content, "images.csv", columns)
    )


def _viewport(content: bytes | None, place_of: Mapping[int, int]) -> Rows:
    if content is None:
        raise ImportCaseError("viewport.csv says nowhere how its image was shown.")
    found = number_columns(content, "viewport.csv", _VIEW_NUMBERS)
    times_ns = _ns(found["time_s"], "viewport.csv")
    rows = [
        view_row(
            t_ns=int(t_ns),
            src_image_px=_four(found, 0, number),
            dst_screen_px=_four(found, 4, number),
            image_id=place_of.get(round(float(found["image_id"][number])), -1),
            pane=round(float(found["pane"][number])),
            window=(float(found["window_centre"][number]), float(found["window_width"][number])),
        )
        for number, t_ns in enumerate(times_ns)
    ]
    return join_rows([VIEWPORT.empty(0), *rows])


def _four(found: Mapping[str, FloatArray], first: int, number: int) -> tuple[float, float, float, float]:
    x, y, w, h = (float(found[name][number]) for name in _RECTANGLES[first : first + 4])
    return x, y, w, h


def _screen(row: Mapping[str, str], viewport: Rows) -> tuple[Screen, bool]:
    """Return the screen, and whether its size is known; tables of the first version do not tell it."""
    names = ("screen_width_px", "screen_height_px", "screen_width_mm", "screen_height_mm")
    width, height, width_mm, height_mm = (_number(row, name) for name in names)
    if min(width, height, width_mm, height_mm) > 0:
        screen = Screen(
            width_px=round(width), height_px=round(height), width_mm=width_mm, height_mm=height_mm
        )
        return screen, True
    right = np.nanmax(viewport["dst_x_screen_px"] + viewport["dst_w_screen_px"], initial=1920.0)
    return (assumed_screen(1920, 1080) if right <= 1920 else assumed_screen(3840, 2160)), False


def _gaze(content: bytes | None) -> tuple[Rows, FloatArray]:
    if content is None:
        return GAZE.empty(0), np.empty(0)
    found = number_columns(content, "gaze.csv", _GAZE_NUMBERS)
    rows = combined_gaze(_ns(found["time_s"], "gaze.csv"), found["x_norm"], found["y_norm"])
    for side in ("left", "right"):
        rows[f"{side}_pupil"] = found[f"{side}_pupil"]
        rows[f"{side}_pupil_valid"] = np.isfinite(found[f"{side}_pupil"])
    return rows, found["pupil_area_relative"]


def _fixations(
    content: bytes | None, place_of: Mapping[int, int], viewport: Rows, screen: Screen
) -> tuple[Rows, PupilUnit]:
    if content is None:
        return FIXATION.empty(0), PupilUnit.NONE
    found = number_columns(content, "fixations.csv", _FIXATION_NUMBERS)
    rows = fixation_rows(
        _ns(found["onset_s"], "fixations.csv"), _ns(found["offset_s"], "fixations.csv"), found["x_norm"],
        found["y_norm"], viewport, screen,
    )  # fmt: skip
    if any(np.isnan(found[name]).any() for name in ("event_id", "part", "image_id", "pane", "slice")):
        raise ImportCaseError("fixations.csv has an empty number of an image or event.")
    for name in _COPIED:
        rows[name] = found[name]
    rows["image_id"] = [place_of.get(round(float(each)), -1) for each in found["image_id"]]
    rows["flags"] = np.where(found["is_view_changed"] > 0, EventFlag.VIEWPORT_CHANGED, 0)
    words = {row["pupil_unit"] for row in text_rows(content, "fixations.csv", ("pupil_unit",))}
    try:
        return rows, PupilUnit(words.pop()) if len(words) == 1 else PupilUnit.NONE
    except ValueError as err:
        raise ImportCaseError("The unit of its pupils is none that this program knows.") from err


def _baseline(gaze: Rows, relative: FloatArray, unit: PupilUnit) -> tuple[Eye, float]:
    """Return of which eye, and over which area, the relative pupils come out again; NaN without them."""
    if unit is PupilUnit.NONE or not np.isfinite(relative).any():
        return Eye.LEFT, math.nan
    left, right = (gaze[f"{side}_pupil"].astype(np.float64) for side in ("left", "right"))
    if unit is not PupilUnit.ARBITRARY_AREA:
        left, right = 0.25 * math.pi * left**2, 0.25 * math.pi * right**2
    best: tuple[float, Eye, float] = (math.inf, Eye.LEFT, math.nan)
    for eye, area in ((Eye.AVERAGE, 0.5 * (left + right)), (Eye.LEFT, left), (Eye.RIGHT, right)):
        known = np.isfinite(area) & (relative > _ROUNDING)
        if not known.any():
            continue
        ratio = area[known] / relative[known]
        low = float((area[known] / (relative[known] + _ROUNDING)).max())
        high = float((area[known] / (relative[known] - _ROUNDING)).min())
        baseline = 0.5 * (low + high) if low <= high else float(np.median(ratio))
        spread = float(np.std(ratio) / np.mean(ratio)) - 1e-9 * np.count_nonzero(known)
        best = min(best, (spread, eye, baseline), key=lambda each: each[0])
    return best[1], best[2]


def _words(content: bytes | None) -> tuple[ReadWord, ...]:
    columns = ("text", "onset_s", "offset_s", "kind", "score")
    rows = text_rows(content, "words.csv", columns) if content is not None else []
    return tuple(
        ReadWord(
            text=row["text"], t_onset_host_ns=round(needed(row, "onset_s", "words.csv") * 1e6) * 1000,
            t_offset_host_ns=round(needed(row, "offset_s", "words.csv") * 1e6) * 1000, kind=row["kind"],
            score=one_number(row["score"], "words.csv"),
        )
        for row in rows
    )  # fmt: skip


def _shapes(content: bytes | None, place_of: Mapping[int, int]) -> tuple[ReadShape, ...]:
    if content is None:
        return ()
    found = []
    edges = ("left_image_px", "top_image_px", "right_image_px", "bottom_image_px")
    for row in text_rows(content, "shapes.csv", ("kind", "image_id", *edges, "labels", "certainty")):
        place = place_of.get(round(needed(row, "image_id", "shapes.csv")))
        if place is None:
            raise ImportCaseError("A row of shapes.csv lies on an image that it does not name.")
        left, top, right, bottom = (needed(row, name, "shapes.csv") for name in edges)
        certainty = one_number(row["certainty"], "shapes.csv")
        found.append(
            ReadShape(
                kind=row["kind"], image_id=place, pane=place, left_image_px=left, top_image_px=top,
                right_image_px=right, bottom_image_px=bottom,
                labels=tuple(name for name in row["labels"].split("|") if name),
                certainty=-1 if math.isnan(certainty) else round(certainty),
            )
        )  # fmt: skip
    return tuple(found)


def _answers(content: bytes | None) -> tuple[ReadAnswer, ...]:
    if content is None:
        return ()
    found = []
    for row in text_rows(content, "answers.csv", ("screen", "kind", "name", "value")):
        try:
            value: Any = json.loads(row["value"])
        except (ValueError, RecursionError) as err:
            raise ImportCaseError("An answer in answers.csv is no JSON.") from err
        found.append(
            ReadAnswer(screen=row["screen"], kind=row["kind"], name=row["name"], value=_answer(value))
        )
    return tuple(found)


def _answer(value: Any) -> AnswerValue:
    if isinstance(value, list):
        return tuple(str(each) for each in value)
    return value if value is None or isinstance(value, (str, int, bool)) else json.dumps(value)


def _tracker(row: Mapping[str, str], unit: PupilUnit) -> ImportedTracker:
    signal = row.get("signal", "")
    return ImportedTracker(
        model=row.get("tracker", ""),
        rate_hz=_number(row, "rate_hz"),
        signal=signal if signal in ("left", "right", "average") else "average",
        pupil_unit=unit,
        is_simulated=row.get("is_simulated") == "1",
        detector=row.get("detector", ""),
        detector_version=row.get("detector_version", ""),
        detector_parameters=row.get("detector_parameters", "") or "{}",
    )
