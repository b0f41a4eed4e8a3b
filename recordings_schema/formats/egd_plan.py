"""Which readings the tables of EGD hold, and where their rows lie."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from recordings_schema.formats.contract import FormatError
from recordings_schema.formats.egd_parts import boxes_by_image
from recordings_schema.formats.egd_slides import offsets_by_session
from recordings_schema.formats.egd_tables import COLUMNS
from recordings_schema.formats.import_tables import file_rows
from recordings_schema.formats.importing import (
    UNNAMED_READER,
    Hole,
    ImportCaseError,
    ImportPlan,
    PlannedImport,
)
from recordings_schema.formats.options import Option
from recordings_schema.formats.table_index import Blocks, blocks_of

MASTER_NAMES: Final = ("master_sheet.csv", "master_sheet_with_updated_stayId.csv")
PAD_COLUMNS: Final = ("image_top_pad", "image_bottom_pad", "image_left_pad", "image_right_pad")
_SLIDE: Final = "Its image is not in the master sheet, as those of calibration slides are not."
_NEVER_SEEN: Final = "The master sheet names it, and no table holds gaze on it."
_TRANSCRIPTS: Final = "audio_segmentation_transcripts"


@dataclass(frozen=True, slots=True, kw_only=True)
class EgdImportOptions:
    """Options of reading EGD."""

    gaze: Annotated[bool, Option("take the samples of eye_gaze.csv, not only the fixations")] = True
    recalibrate: Annotated[
        bool, Option("move the gaze of a session by what its calibration slides say; published tables do not")
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class EgdKey:
    """A reading: an image shown once in a session."""

    session: int
    media: int
    dicom_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EgdPlaces:
    """The files of an EGD folder, or of the part of one that belongs to a patient."""

    gaze: Path
    fixations: Path
    boxes: Path
    transcripts: Path


def plan_egd(folder: Path, options: EgdImportOptions) -> ImportPlan:
    """Return the readings of an EGD folder.

    Raises
    ------
    FormatError
        If it has no master sheet or no table of gaze.
    """
    master = next((folder / name for name in MASTER_NAMES if (folder / name).is_file()), None)
    if master is None:
        raise FormatError(
            f"{folder} holds no master_sheet.csv: it is no folder of EGD. Name the folder that has it, "
            "eye_gaze.csv and fixations.csv in it.",
            path=folder,
        )
    cases, holes = planned_egd(egd_places(folder), master, options.gaze, is_recalibrating=options.recalibrate)
    names = (master.name, "eye_gaze.csv", "fixations.csv", "bounding_boxes.csv")
    sources = tuple(name for name in names if (folder / name).is_file())
    return ImportPlan(version="", cases=tuple(cases), holes=tuple(holes), sources=sources)


def egd_places(folder: Path) -> EgdPlaces:
    """Return the files of a folder as EGD lays them."""
    return EgdPlaces(
        gaze=folder / "eye_gaze.csv",
        fixations=folder / "fixations.csv",
        boxes=folder / "bounding_boxes.csv",
        transcripts=folder / _TRANSCRIPTS,
    )


def planned_egd(
    places: EgdPlaces, master: Path, is_gaze_wanted: bool, *, is_recalibrating: bool = False
) -> tuple[list[PlannedImport], list[Hole]]:
    """Return the readings of the tables in order of session and media, and the holes.

    Raises
    ------
    FormatError
        If a table cannot be used.
    """
    try:
        sheet = {row["dicom_id"]: row for row in file_rows(master, ("dicom_id", "path", *PAD_COLUMNS))}
        boxes = boxes_by_image(places.boxes)
        gaze = reading_blocks(places.gaze) if is_gaze_wanted and places.gaze.is_file() else None
        fixations = reading_blocks(places.fixations) if places.fixations.is_file() or gaze is None else None
        offsets = _offsets(places.fixations, fixations, sheet) if is_recalibrating else {}
    except ImportCaseError as err:
        raise FormatError(f"{master.parent} cannot be imported. {err}", path=master.parent) from err
    tables = [table for table in (gaze, fixations) if table is not None]
    holes = [hole for table in tables for hole in table.holes]
    keys = sorted({key for table in tables for key in table.places})
    seen: dict[str, int] = {}
    cases = []
    for key in keys:
        if key.dicom_id not in sheet:
            holes.append(Hole(what=_SLIDE, where=key.dicom_id))
            continue
        earlier = seen.get(key.dicom_id, 0)
        seen[key.dicom_id] = earlier + 1
        offset = offsets.get(key.session, (0.0, 0.0))
        cases.append(_planned(key, sheet[key.dicom_id], boxes, (gaze, fixations), (earlier, offset)))
    holes += [Hole(what=_NEVER_SEEN, where=name) for name in sheet if name not in seen]
    return cases, holes


def reading_blocks(path: Path) -> Blocks[EgdKey]:
    """Return where the readings lie in a table of 37 columns.

    Raises
    ------
    ImportCaseError
        If it cannot be read or has other columns.
    """
    found = blocks_of(path, 3, _key)
    if found.columns != COLUMNS:
        raise ImportCaseError(f"{path.name} has other columns than EGD.")
    return found


def _offsets(
    path: Path, fixations: Blocks[EgdKey] | None, sheet: Mapping[str, Any]
) -> dict[int, tuple[float, float]]:
    slides: dict[int, list[tuple[int, int]]] = {}
    for key, place in fixations.places.items() if fixations is not None else ():
        if key.dicom_id not in sheet:
            slides.setdefault(key.session, []).append(place)
    return offsets_by_session(path, slides)


def _key(cells: Sequence[str]) -> EgdKey | None:
    try:
        session, media, dicom_id = cells
        key = EgdKey(session=int(float(session)), media=int(float(media)), dicom_id=dicom_id)
    except (ValueError, OverflowError):
        return None
    return key if dicom_id else None


def _planned(
    key: EgdKey,
    row: Mapping[str, str],
    boxes: Mapping[str, list[list[str]]],
    tables: tuple[Blocks[EgdKey] | None, Blocks[EgdKey] | None],
    told: tuple[int, tuple[float, float]],
) -> PlannedImport:
    gaze, fixations = (table.places.get(key) if table is not None else None for table in tables)
    earlier, offset = told
    content = {
        "offset_px": offset,
        "session": key.session,
        "media": key.media,
        "master": {name: cell for name, cell in row.items() if cell},
        "dicom_id": key.dicom_id,
        # Boxes and the transcript name an image and no reading: they are of the first one.
        "boxes": boxes.get(key.dicom_id, []) if not earlier else [],
        "earlier": earlier,
        "gaze": gaze,
        "fixations": fixations,
    }
    return PlannedImport(
        session=f"EGD-{key.session:04d}",
        reader=UNNAMED_READER,
        case_id=key.dicom_id,
        key=json.dumps(content, ensure_ascii=True),
    )
