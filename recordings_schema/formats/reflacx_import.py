"""Reading REFLACX: the rows of its metadata as planned cases, the folder of a reading as an imported case.

The reader of a reading is not published, so that each reading is a session of its own. Times count from the
beginning of the dictation, as they do in the dataset.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, NamedTuple

from gaze_core.streams import PupilUnit
from recordings_schema.formats.contract import FormatError
from recordings_schema.formats.import_tables import (
    LARGEST_TABLE_BYTES,
    file_rows,
    needed,
    one_number,
    read_content,
    text_of_content,
    text_rows,
)
from recordings_schema.formats.importing import (
    SOURCE_FACT,
    UNNAMED_READER,
    Hole,
    ImportCaseError,
    ImportedCase,
    ImportedImage,
    ImportedTracker,
    ImportPlan,
    PlannedImport,
)
from recordings_schema.formats.options import Option
from recordings_schema.formats.reading import Origin, ReadAnswer, ReadLabel, ReadShape, ReadWord
from recordings_schema.formats.reflacx_labels import HarmoniseLabels, harmonised
from recordings_schema.formats.reflacx_tables import BOX_COLUMNS, METADATA_COLUMNS, WORD_COLUMNS
from recordings_schema.formats.reflacx_views import ReflacxRows, reflacx_rows
from recordings_schema.formats.setups import Setup, likely_rate_hz, setup_of
from recordings_schema.formats.transcripts import is_consistent

NO_SAMPLES: Final = "It has no gaze.csv: its fixations are there and no samples."
DISCARDED: Final = "Its eye tracking was discarded by the dataset."
_NO_FOLDER: Final = "The metadata name it, and its folder is missing."
_NO_ROW: Final = "It is a folder, and the metadata do not name it."
_NO_TEXT: Final = "It has no transcript."
_NO_CHEST: Final = "It has no chest box."
_OTHER_TEXT: Final = "Its words are not those of transcription.txt; the words are taken."
_WORD_FILES: Final = ("timestamps_transcription.csv", "transcription.csv")
_FLAGS: Final = {"true": True, "false": False}
_ELLIPSE_COLUMNS: Final = (*BOX_COLUMNS, "certainty")
_DISCARDED_COLUMN: Final = "eye_tracking_data_discarded"
_OTHER: Final = "other"
_MODEL: Final = "EyeLink 1000 Plus"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReflacxImportOptions:
    """Options of reading REFLACX."""

    gaze: Annotated[bool, Option("take the samples of gaze.csv, not only the fixations")] = True
    near_image: Annotated[
        bool, Option("take only fixations on the image, or within half a degree and away from the button")
    ] = False
    harmonise_labels: HarmoniseLabels = False
    screen_width_px: Annotated[
        int, Option("columns of the screen, where no provenance file says so", "px", 640, 20000)
    ] = 3840
    screen_height_px: Annotated[
        int, Option("rows of the screen, where no provenance file says so", "px", 480, 20000)
    ] = 2160


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingFolders:
    """Where the files of one reading lie."""

    main: Path
    gaze: Path


def plan_reflacx(folder: Path, options: ReflacxImportOptions) -> ImportPlan:
    """Return the readings of a REFLACX folder.

    Raises
    ------
    FormatError
        If there are no metadata.
    """
    del options
    tables = sorted(folder.glob("metadata_phase_*.csv"))
    if not tables:
        raise FormatError(
            f"{folder} holds no metadata_phase_1.csv to metadata_phase_3.csv: it is no folder of REFLACX. "
            "Name the folder that has them and main_data in it.",
            path=folder,
        )
    cases, holes = planned_rows(metadata_rows(tables), lambda row: folder / "main_data" / row["id"])
    named = {each.given_id for each in cases}
    main = folder / "main_data"
    found = sorted(each.name for each in main.iterdir()) if main.is_dir() else []
    return ImportPlan(
        version="",
        cases=tuple(each.planned for each in cases),
        holes=(*holes, *(Hole(what=_NO_ROW, where=name) for name in found if name not in named)),
        sources=tuple(path.relative_to(folder).as_posix() for path in tables),
    )


def metadata_rows(tables: Iterable[Path]) -> list[dict[str, str]]:
    """Return the rows of metadata tables.

    Raises
    ------
    FormatError
        If one cannot be used.
    """
    rows: list[dict[str, str]] = []
    for path in tables:
        try:
            rows += file_rows(path, METADATA_COLUMNS)
        except ImportCaseError as err:
            raise FormatError(f"{path} cannot be used. {err}", path=path) from err
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedReading:
    """A row of the metadata whose folder is there."""

    given_id: str
    planned: PlannedImport


def planned_rows(
    rows: Iterable[Mapping[str, str]], folder_of: Callable[[Mapping[str, str]], Path]
) -> tuple[list[PlannedReading], list[Hole]]:
    """Return the readings of metadata rows whose folder `folder_of(row)` is there, and the holes."""
    cases, holes = [], []
    for row in rows:
        given_id = row["id"]
        is_name = bool(given_id) and not re.search(r"[/\\]|^\.+$", given_id)
        if not is_name or not folder_of(row).is_dir():
            holes.append(Hole(what=_NO_FOLDER, where=given_id))
            continue
        planned = PlannedImport(
            session=given_id,
            reader=UNNAMED_READER,
            case_id=row["dicom_id"],
            key=json.dumps({name: cell for name, cell in row.items() if name}, ensure_ascii=True),
        )
        cases.append(PlannedReading(given_id=given_id, planned=planned))
    return cases, holes


def read_reflacx(folder: Path, planned: PlannedImport, options: ReflacxImportOptions) -> ImportedCase:
    """Return a reading of a REFLACX folder.

    Raises
    ------
    ImportCaseError
        If it cannot be used.
    """
    row = json.loads(planned.key)
    folders = ReadingFolders(main=folder / "main_data" / row["id"], gaze=folder / "gaze_data" / row["id"])
    setup = setup_of(folder, options.screen_width_px, options.screen_height_px)
    case = reading_of_folders(
        row, folders, setup, is_gaze_wanted=options.gaze, is_near_only=options.near_image
    )
    return harmonised(case) if options.harmonise_labels else case


def reading_of_folders(
    row: Mapping[str, str],
    folders: ReadingFolders,
    setup: Setup,
    *,
    is_gaze_wanted: bool,
    is_near_only: bool = False,
) -> ImportedCase:
    """Return the reading that a row of the metadata and its folders hold.

    Raises
    ------
    ImportCaseError
        If it cannot be used.
    """
    width = round(needed(row, "image_size_x", "The metadata"))
    height = round(needed(row, "image_size_y", "The metadata"))
    if not (0 < width <= 65536 and 0 < height <= 65536):
        raise ImportCaseError("The size of its image in the metadata is not possible.")
    is_discarded = _FLAGS.get(row[_DISCARDED_COLUMN].strip().lower(), False)
    holes: list[Hole] = []
    rows, digest = _tables(
        row["id"], folders, (width, height), setup, holes, _Wanted(is_gaze_wanted, is_near_only, is_discarded)
    )
    words = _words(row["id"], folders.main, holes, is_discarded)
    labels, shapes = _shapes(row, folders.main, holes)
    chosen, other_text = _chosen(row, labels)
    return ImportedCase(
        case_id=row["dicom_id"],
        reader=UNNAMED_READER,
        given_id=row["id"],
        given_split=row["split"],
        patient=row["subject_id"],
        task_kind="read",
        images=(ImportedImage(name=row["image"] or row["dicom_id"], width_px=width, height_px=height),),
        screen=setup.screen,
        is_screen_size_known=setup.is_screen_size_known,
        distance_mm=rows.distance_mm,
        is_distance_measured=False,
        tracker=ImportedTracker(
            model=setup.tracker_model or _MODEL,
            rate_hz=likely_rate_hz(rows.gaze["t_host_ns"]),
            pupil_unit=PupilUnit.ARBITRARY_AREA,
            is_simulated=setup.is_simulated,
        ),
        origins_ns={Origin.AUDIO_START: 0},
        gaze=rows.gaze,
        pupil_baseline_area=1.0,
        has_fixation_pupils=True,
        fixations=rows.fixations,
        viewport=rows.viewport,
        words=words,
        shapes=shapes,
        answers=(ReadAnswer(screen="labels", kind="labels", name="labels", value=chosen),) if chosen else (),
        labels=labels,
        chosen=chosen,
        other_text=other_text,
        exclusion=DISCARDED if is_discarded else "",
        facts={SOURCE_FACT: "reflacx", "source_sha256": digest},
        holes=tuple(holes),
    )


class _Wanted(NamedTuple):
    """What of a reading is taken."""

    gaze: bool
    near_only: bool
    is_discarded: bool


def _tables(
    given_id: str,
    folders: ReadingFolders,
    image_px: tuple[int, int],
    setup: Setup,
    holes: list[Hole],
    wanted: _Wanted,
) -> tuple[ReflacxRows, str]:
    is_gaze_wanted, is_discarded = wanted.gaze, wanted.is_discarded
    gaze_path, fixation_path = folders.gaze / "gaze.csv", folders.main / "fixations.csv"
    gaze = fixations = None
    if is_gaze_wanted and gaze_path.is_file():
        gaze = read_content(gaze_path, LARGEST_TABLE_BYTES)
    elif is_gaze_wanted and not is_discarded:
        holes.append(Hole(what=NO_SAMPLES, where=given_id))
    if fixation_path.is_file() or (gaze is None and not is_discarded):
        fixations = read_content(fixation_path, LARGEST_TABLE_BYTES)
    elif not is_discarded:
        holes.append(Hole(what="fixations.csv is missing: its samples are there.", where=given_id))
    digest = hashlib.sha256((gaze or b"") + b"\0" + (fixations or b"")).hexdigest()
    rows = reflacx_rows(gaze, fixations, image_px, setup.screen, is_near_only=wanted.near_only)
    return rows, digest


def _words(given_id: str, folder: Path, holes: list[Hole], is_discarded: bool) -> tuple[ReadWord, ...]:
    path = next((folder / name for name in _WORD_FILES if (folder / name).is_file()), None)
    if path is None:
        if not is_discarded:
            holes.append(Hole(what=_NO_TEXT, where=given_id))
        return ()
    words = []
    for row in text_rows(read_content(path), path.name, WORD_COLUMNS):
        start_s, end_s = (needed(row, name, path.name) for name in WORD_COLUMNS[1:])
        words.append(
            ReadWord(
                text=row["word"], t_onset_host_ns=round(start_s * 1e9), t_offset_host_ns=round(end_s * 1e9),
                kind="recognised", score=float("nan"),
            )
        )  # fmt: skip
    text_path = folder / "transcription.txt"
    if text_path.is_file():
        text = text_of_content(read_content(text_path), text_path.name)
        if not is_consistent([word.text for word in words], text):
            holes.append(Hole(what=_OTHER_TEXT, where=given_id))
    return tuple(words)


def _shapes(
    row: Mapping[str, str], folder: Path, holes: list[Hole]
) -> tuple[tuple[ReadLabel, ...], tuple[ReadShape, ...]]:
    """Return the labels there were to choose from, and what was drawn."""
    shapes: list[ReadShape] = []
    path = folder / "anomaly_location_ellipses.csv"
    names: list[str] = []
    if path.is_file():
        content = read_content(path)
        header = text_of_content(content, path.name).partition("\n")[0]
        names = [name for name in _cells(header) if name not in _ELLIPSE_COLUMNS and name]
        for cells in text_rows(content, path.name, _ELLIPSE_COLUMNS):
            labels = tuple(name for name in names if cells[name].strip().lower() == "true")
            certainty = one_number(cells["certainty"], path.name)
            shapes.append(
                _shape(
                    "ellipse", cells, path.name, labels, -1 if certainty != certainty else round(certainty)
                )
            )
    else:
        holes.append(Hole(what="It has no anomaly_location_ellipses.csv.", where=row["id"]))
    chest = folder / "chest_bounding_box.csv"
    if chest.is_file():
        shapes += [
            _shape("chest_box", cells, chest.name, (), -1)
            for cells in text_rows(read_content(chest), chest.name, BOX_COLUMNS)[:1]
        ]
    else:
        holes.append(Hole(what=_NO_CHEST, where=row["id"]))
    listed = names or [
        name for name, cell in row.items() if name and name not in METADATA_COLUMNS and cell.strip()
    ]
    return tuple(_label(name, row.get(name, "")) for name in listed), tuple(shapes)


def _cells(header: str) -> list[str]:
    return next(csv.reader([header.strip("\r\n")]), [])


def _shape(
    kind: str, cells: Mapping[str, str], name: str, labels: tuple[str, ...], certainty: int
) -> ReadShape:
    left, top, right, bottom = (needed(cells, column, name) for column in BOX_COLUMNS)
    return ReadShape(
        kind=kind, image_id=0, pane=0, left_image_px=left, top_image_px=top, right_image_px=right,
        bottom_image_px=bottom, labels=labels, certainty=certainty,
    )  # fmt: skip


def _label(name: str, cell: str) -> ReadLabel:
    """Return an entry of the label list: a flag where the metadata say yes or no, else drawn as shapes."""
    is_other = name.lower() == _OTHER
    return ReadLabel(
        name=name, is_exclusive=False, is_other=is_other,
        needs_shape=not is_other and cell.strip().lower() not in _FLAGS,
    )  # fmt: skip


def _chosen(row: Mapping[str, str], labels: Iterable[ReadLabel]) -> tuple[tuple[str, ...], str]:
    """Return the labels the reader chose, and the free text for the label "other"."""
    chosen, other_text = [], ""
    for label in labels:
        cell = row.get(label.name, "").strip()
        if label.is_other:
            other_text = "; ".join(part.strip() for part in cell.split("|") if part.strip())
            is_chosen = bool(other_text)
        elif label.needs_shape:
            is_chosen = one_number(cell, "The metadata") > 0
        else:
            is_chosen = _FLAGS.get(cell.lower(), False)
        if is_chosen:
            chosen.append(label.name)
    return tuple(chosen), other_text
