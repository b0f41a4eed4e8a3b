"""Reading a MIMIC-Eye tree: the readings of REFLACX by their metadata, those of EGD patient by patient.

Trees differ: the folders of readings lie below ``main_data`` or directly below ``REFLACX``, and a tree may be
a part of the whole, so that spreadsheets name patients that are not there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Final

from recordings_schema.formats.contract import FormatError
from recordings_schema.formats.egd_import import reading_of_egd
from recordings_schema.formats.egd_plan import MASTER_NAMES, egd_places, planned_egd
from recordings_schema.formats.import_tables import file_rows, one_number
from recordings_schema.formats.importing import Hole, ImportCaseError, ImportedCase, ImportPlan, PlannedImport
from recordings_schema.formats.options import Option
from recordings_schema.formats.reflacx_import import (
    ReadingFolders,
    metadata_rows,
    planned_rows,
    reading_of_folders,
)
from recordings_schema.formats.reflacx_labels import HarmoniseLabels, harmonised
from recordings_schema.formats.setups import setup_of

_SHEETS: Final = "spreadsheets"
_NO_PATIENT: Final = "The spreadsheets name a patient whose folder is missing."
_NO_TABLES: Final = "Its folder EyeGaze holds no table of gaze."
_KIND: Final = "mimic_eye_part"
_FOLDER: Final = "mimic_eye_folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class MimicEyeImportOptions:
    """Options of reading MIMIC-Eye."""

    reflacx: Annotated[bool, Option("take the readings of REFLACX")] = True
    egd: Annotated[bool, Option("take the readings of EGD")] = True
    gaze: Annotated[bool, Option("take the samples, not only the fixations")] = True
    harmonise_labels: HarmoniseLabels = False


def plan_mimic_eye(folder: Path, options: MimicEyeImportOptions) -> ImportPlan:
    """Return the readings of a tree.

    Raises
    ------
    FormatError
        If it has no folder of a patient, or a table cannot be used.
    """
    patients = sorted(each for each in folder.glob("patient_*") if each.is_dir())
    if not patients:
        raise FormatError(
            f"{folder} holds no folder patient_...: it is no tree of MIMIC-Eye. Name the folder that has the "
            "patients and spreadsheets in it.",
            path=folder,
        )
    cases: list[PlannedImport] = []
    holes: list[Hole] = []
    sources: list[str] = []
    if options.reflacx:
        _plan_reflacx(folder, patients, cases, holes, sources)
    if options.egd:
        found: list[tuple[int, int, PlannedImport]] = []
        sizes = _sizes(folder / _SHEETS / "cxr_meta.csv")
        splits = _splits(folder / _SHEETS / "CXR-JPG" / "cxr_split.csv")
        for patient in patients:
            for case in _plan_egd(folder, patient, options.gaze, holes, sources):
                key = {**json.loads(case.key), "split": splits.get(case.case_id, "")}
                if case.case_id in sizes:
                    key["size"] = sizes[case.case_id]
                case = replace(case, key=json.dumps(key, ensure_ascii=True))
                found.append((key["session"], key["media"], case))
        cases += [case for _, _, case in sorted(found, key=lambda each: each[:2])]
    return ImportPlan(version="", cases=tuple(cases), holes=tuple(holes), sources=tuple(sources))


def read_mimic_eye(folder: Path, planned: PlannedImport, options: MimicEyeImportOptions) -> ImportedCase:
    """Return a reading of a tree.

    Raises
    ------
    ImportCaseError
        If it cannot be used.
    """
    key = json.loads(planned.key)
    patient = folder / key[_FOLDER]
    if key[_KIND] == "egd":
        return reading_of_egd(key, egd_places(patient / "EyeGaze"), folder)
    row = {name: cell for name, cell in key.items() if name not in (_KIND, _FOLDER)}
    folders = _folders(patient, row["id"])
    case = reading_of_folders(row, folders, setup_of(folder, 3840, 2160), is_gaze_wanted=options.gaze)
    return harmonised(case) if options.harmonise_labels else case


def _plan_reflacx(
    folder: Path,
    patients: list[Path],
    cases: list[PlannedImport],
    holes: list[Hole],
    sources: list[str],
) -> None:
    sheet = folder / _SHEETS / "REFLACX" / "metadata.csv"
    own = [patient / "REFLACX" / "metadata.csv" for patient in patients]
    tables = [sheet] if sheet.is_file() else [path for path in own if path.is_file()]
    rows, here = [], {patient.name for patient in patients}
    for row in metadata_rows(tables):
        if _patient(row) in here:
            rows.append(row)
        else:
            holes.append(Hole(what=_NO_PATIENT, where=row["id"]))
    found, missing = planned_rows(rows, lambda row: _folders(folder / _patient(row), row["id"]).main)
    holes += missing
    for each in found:
        row = json.loads(each.planned.key)
        cases.append(_marked(each.planned, "reflacx", _patient(row)))
    sources += [path.relative_to(folder).as_posix() for path in tables]


def _plan_egd(
    folder: Path, patient: Path, is_gaze_wanted: bool, holes: list[Hole], sources: list[str]
) -> list[PlannedImport]:
    eye_gaze = patient / "EyeGaze"
    if not eye_gaze.is_dir():
        return []
    places = egd_places(eye_gaze)
    if not places.gaze.is_file() and not places.fixations.is_file():
        holes.append(Hole(what=_NO_TABLES, where=patient.name))
        return []
    candidates = [
        *(eye_gaze / name for name in MASTER_NAMES), *(folder / _SHEETS / "EyeGaze" / n for n in MASTER_NAMES)
    ]  # fmt: skip
    master = next((path for path in candidates if path.is_file()), None)
    if master is None:
        holes.append(Hole(what="Neither it nor the spreadsheets have a master sheet.", where=patient.name))
        return []
    cases, missing = planned_egd(places, master, is_gaze_wanted)
    # The sheet over all names the images of other patients as well: those are no holes of this one.
    is_own = master.parent == eye_gaze
    seen = {case.case_id for case in cases}
    holes += [hole for hole in missing if is_own or hole.where in seen]
    used = (places.gaze, places.fixations, places.boxes, master)
    sources += [
        name
        for name in (path.relative_to(folder).as_posix() for path in used if path.is_file())
        if name not in sources
    ]
    return [_marked(case, "egd", patient.name) for case in cases]


def _sizes(path: Path) -> dict[str, tuple[int, int]]:
    """Return width and height of each image; nothing where no sheet says so."""
    if not path.is_file():
        return {}
    try:
        rows = list(file_rows(path, ("dicom_id", "Rows", "Columns")))
        found = {
            row["dicom_id"]: (one_number(row["Columns"], path.name), one_number(row["Rows"], path.name))
            for row in rows
        }
    except ImportCaseError as err:
        raise FormatError(f"{path} cannot be used. {err}", path=path) from err
    return {
        name: (round(width), round(height)) for name, (width, height) in found.items() if width > 0 < height
    }


def _splits(path: Path) -> dict[str, str]:
    """Return on which side each image is; nothing where no sheet says so."""
    if not path.is_file():
        return {}
    try:
        return {row["dicom_id"]: row["split"] for row in file_rows(path, ("dicom_id", "split"))}
    except ImportCaseError as err:
        raise FormatError(f"{path} cannot be used. {err}", path=path) from err


def _marked(planned: PlannedImport, part: str, patient: str) -> PlannedImport:
    key = {**json.loads(planned.key), _KIND: part, _FOLDER: patient}
    return replace(planned, key=json.dumps(key, ensure_ascii=True))


def _patient(row: Mapping[str, str]) -> str:
    return f"patient_{row['subject_id'].strip()}"


def _folders(patient: Path, given_id: str) -> ReadingFolders:
    reflacx = patient / "REFLACX"
    main = reflacx / "main_data" / given_id
    if not main.is_dir():
        main = reflacx / given_id  # as another reader of the tree has it
    gaze = reflacx / "gaze_data" / given_id
    return ReadingFolders(main=main, gaze=gaze if gaze.is_dir() else main)
