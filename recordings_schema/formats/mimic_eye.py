"""MIMIC-Eye: the folders of REFLACX and the tables of EGD, laid by patient, with sheets over all of them.

    spreadsheets/cxr_meta.csv CXR-JPG/cxr_split.csv REFLACX/metadata.csv
                 EyeGaze/{fixations,bounding_boxes,master_sheet_with_updated_stayId}.csv
    patient_<subject>/REFLACX/metadata.csv main_data/<id>/ gaze_data/<id>/
                      EyeGaze/{eye_gaze,fixations,bounding_boxes,master_sheet}.csv
                              audio_segmentation_transcripts/<dicom_id>/transcript.json
                      CXR-JPG/cxr_meta.csv cxr_split.csv s<study>/<dicom_id>.jpg

Each reading is written as both, where both can hold it; what was imported goes back into the one it is from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, ClassVar, Final

from recordings_schema.formats.contract import (
    CaseSink,
    DatasetSink,
    Facts,
    FinishedCase,
    Format,
    PlannedCase,
)
from recordings_schema.formats.egd import EgdFormat, EgdOptions, master_sheet
from recordings_schema.formats.egd_parts import BOX_COLUMNS
from recordings_schema.formats.egd_tables import COLUMNS as GAZE_COLUMNS
from recordings_schema.formats.image_files import write_jpeg
from recordings_schema.formats.importing import SOURCE_FACT, ImportedCase, ImportPlan, PlannedImport
from recordings_schema.formats.mimic_eye_import import (
    MimicEyeImportOptions,
    plan_mimic_eye,
    read_mimic_eye,
)
from recordings_schema.formats.mimic_eye_sheets import (
    image_sheet,
    metadata_sheet,
    split_sheet,
    study_of,
    subject_of,
)
from recordings_schema.formats.options import Option
from recordings_schema.formats.pictures import not_at_hand
from recordings_schema.formats.reading import CaseReading, ReadingKey
from recordings_schema.formats.reflacx import ReflacxFormat, ReflacxOptions
from recordings_schema.formats.reflacx_tables import METADATA_COLUMNS
from recordings_schema.formats.setups import setup_facts, setups_said
from recordings_schema.formats.splits import split_facts, split_of
from recordings_schema.formats.tables import header

_REFLACX, _EGD = ReflacxFormat(), EgdFormat()
_WHOLE_TABLES: Final = ("fixations", "bounding_boxes")  # that are in the spreadsheets as well


class Parts(str, Enum):
    """Which of the two data sets a reading is written as."""

    BOTH = "both"
    REFLACX = "reflacx"
    EGD = "egd"


@dataclass(frozen=True, slots=True, kw_only=True)
class MimicEyeOptions:
    """Options of MIMIC-Eye."""

    parts: Annotated[Parts, Option("write readings as REFLACX, as EGD, or as both where both hold them")] = (
        Parts.BOTH
    )
    gaze: Annotated[bool, Option("write gaze.csv of REFLACX, every sample")] = True
    images: Annotated[bool, Option("write the images as CXR-JPG: mind their terms")] = False
    train_share: Annotated[float, Option("share of patients to train with", low=0, high=1)] = 0.7
    validate_share: Annotated[float, Option("share of patients to validate with", low=0, high=1)] = 0.15

    @property
    def reflacx(self) -> ReflacxOptions:
        """The options of the folders of REFLACX."""
        return ReflacxOptions(
            gaze=self.gaze, train_share=self.train_share, validate_share=self.validate_share
        )


class MimicEyeFormat(Format[MimicEyeOptions]):
    """The tree of MIMIC-Eye."""

    name: ClassVar[str] = "mimic-eye"
    title: ClassVar[str] = "MIMIC-Eye"
    summary: ClassVar[str] = "REFLACX folders and EGD tables by patient, with the spreadsheets over all"
    version: ClassVar[str] = "1"
    options_type: ClassVar[type[MimicEyeOptions]] = MimicEyeOptions
    can_read: ClassVar[bool] = True
    import_options_type: ClassVar[type[MimicEyeImportOptions]] = MimicEyeImportOptions
    losses: ClassVar[tuple[str, ...]] = (
        "Of each part what REFLACX and EGD cannot hold; see there.",
        "A reading written as both is two readings for whoever imports the tree.",
        "Clinical tables, reports, and what only a hospital knows of an image are not written.",
    )

    def key_problem(self, key: ReadingKey, options: MimicEyeOptions) -> str:
        """Return why a case cannot be in this tree."""
        return _REFLACX.key_problem(key, options.reflacx)

    def problem(self, reading: CaseReading, options: MimicEyeOptions) -> str:
        """Return why a reading cannot be in this tree: neither part holds it."""
        if options.images and not_at_hand(reading.images[0]):
            return not_at_hand(reading.images[0])
        problems = [self._problem(part, reading, options) for part in (Parts.REFLACX, Parts.EGD)]
        return "" if "" in problems else next(each for each in problems if each)

    def write_case(
        self, planned: PlannedCase, reading: CaseReading, sink: CaseSink, options: MimicEyeOptions
    ) -> Facts:
        """Write the files of a reading into the folder of its patient."""
        image = reading.images[0]
        named = subject_of(image.name, planned.key.patient)
        subject, study = named or image.stem, study_of(image.name)
        folder = f"patient_{subject}"
        facts: Facts = {
            "subject": subject,
            "has_patient": bool(named),
            "image": {
                "dicom_id": image.stem, "subject_id": subject, "study_id": study, "Rows": image.height_px,
                "Columns": image.width_px,
                "split": split_of(planned.key, options.train_share, options.validate_share),
            },
            "setup": setup_facts(reading),
        }  # fmt: skip
        problems = {part: self._problem(part, reading, options) for part in (Parts.REFLACX, Parts.EGD)}
        if self._is_one_part(reading, options):
            facts["alone"] = ""
        else:
            facts["alone"] = problems[Parts.EGD] or problems[Parts.REFLACX]
        if not problems[Parts.REFLACX]:
            placed = _Placed(sink, f"{folder}/REFLACX", subject)
            facts["reflacx"] = _REFLACX.write_case(planned, reading, placed, options.reflacx)
            facts["reflacx"]["row"][METADATA_COLUMNS.index("subject_id")] = subject
        if not problems[Parts.EGD]:
            placed = _Placed(sink, f"{folder}/EyeGaze", subject)
            facts["egd"] = _EGD.write_case(planned, reading, placed, EgdOptions())
        if options.images:
            place = f"{folder}/CXR-JPG/s{study}" if study else f"{folder}/CXR-JPG"
            write_jpeg(sink, f"{place}/{image.stem}.jpg", image)
        return facts

    def finish(self, cases: Sequence[FinishedCase], sink: DatasetSink, options: MimicEyeOptions) -> Facts:
        """Write the sheets of each patient, and those over all."""
        del options
        read = [(place, case.facts["reflacx"]) for place, case in enumerate(_having(cases, "reflacx"))]
        names = sorted({name for _, facts in read for name in facts["labels"]})
        images = list(enumerate(_image_rows(cases)))
        gazed = [case.facts["egd"] for case in _having(cases, "egd")]
        for subject in dict.fromkeys(str(case.facts["subject"]) for case in cases):
            folder = f"patient_{subject}"
            own = [row for row, case in zip(read, _having(cases, "reflacx"), strict=True)
                   if case.facts["subject"] == subject]  # fmt: skip
            if own:
                sink.file(f"{folder}/REFLACX/metadata.csv", metadata_sheet(own, names))
            sheets = [case.facts["egd"] for case in _having(cases, "egd") if case.facts["subject"] == subject]
            if sheets:
                sink.join(f"{folder}/EyeGaze/eye_gaze.csv", f"eye_gaze.{subject}", header(GAZE_COLUMNS))
                sink.join(f"{folder}/EyeGaze/fixations.csv", f"fixations.{subject}", header(GAZE_COLUMNS))
                sink.join(
                    f"{folder}/EyeGaze/bounding_boxes.csv", f"bounding_boxes.{subject}", header(BOX_COLUMNS)
                )
                sink.file(f"{folder}/EyeGaze/master_sheet.csv", master_sheet(sheets))
            mine = [(place, row) for place, row in images if row["subject_id"] == subject]
            sink.file(f"{folder}/CXR-JPG/cxr_meta.csv", image_sheet(mine))
            sink.file(f"{folder}/CXR-JPG/cxr_split.csv", split_sheet(mine))
        sink.file("spreadsheets/cxr_meta.csv", image_sheet(images))
        sink.file("spreadsheets/CXR-JPG/cxr_split.csv", split_sheet(images))
        if read:
            sink.file("spreadsheets/REFLACX/metadata.csv", metadata_sheet(read, names))
        if gazed:
            place = "spreadsheets/EyeGaze"
            sink.join(f"{place}/fixations.csv", "fixations", header(GAZE_COLUMNS))
            sink.join(f"{place}/bounding_boxes.csv", "bounding_boxes", header(BOX_COLUMNS))
            sink.file(f"{place}/master_sheet_with_updated_stayId.csv", master_sheet(gazed))
        return {
            "warnings": list(_warnings(cases)),
            "reflacx_readings": len(read),
            "egd_readings": len(gazed),
            "patients": len({case.facts["subject"] for case in cases}),
            "split": split_facts((case.planned, str(case.facts["image"]["split"])) for case in cases),
            "setups": setups_said(case.facts["setup"] for case in cases),
        }

    def plan_import(self, folder: Path, options: MimicEyeImportOptions) -> ImportPlan:
        """Return the readings of a MIMIC-Eye tree, of both sources."""
        return plan_mimic_eye(folder, options)

    def read_case(self, folder: Path, planned: PlannedImport, options: MimicEyeImportOptions) -> ImportedCase:
        """Return a reading of a MIMIC-Eye tree."""
        return read_mimic_eye(folder, planned, options)

    def check(self, folder: Path) -> Iterator[str]:
        """Yield what in the folders of the patients breaks the rules of their part."""
        for patient in sorted(folder.glob("patient_*")):
            if (patient / "REFLACX").is_dir():
                yield from (f"{patient.name}: {each}" for each in _REFLACX.check(patient / "REFLACX"))
            if (patient / "EyeGaze").is_dir():
                yield from (f"{patient.name}: {each}" for each in _EGD.check(patient / "EyeGaze"))

    def _is_one_part(self, reading: CaseReading, options: MimicEyeOptions) -> bool:
        """Tell whether a reading is meant for one of the two data sets only."""
        return options.parts is not Parts.BOTH or SOURCE_FACT in reading.more

    def _problem(self, part: Parts, reading: CaseReading, options: MimicEyeOptions) -> str:
        """Return why a reading is not written as one of the two data sets; "" where it is."""
        source = reading.more.get(SOURCE_FACT, part.value)
        if options.parts not in (Parts.BOTH, part):
            return f"It is not asked for as {part.value}."
        if source in (Parts.REFLACX.value, Parts.EGD.value) and source != part.value:
            return f"It was imported from {source}, and is that in this tree as well."
        if part is Parts.REFLACX:
            return _REFLACX.problem(reading, options.reflacx)
        if reading.key.exclusion:
            return f"It does not count: {reading.key.exclusion}"
        return _EGD.problem(reading, EgdOptions())


class _Placed:
    """Takes the files of one part of one patient; tables are kept by patient, some for all as well."""

    def __init__(self, sink: CaseSink, folder: str, subject: str) -> None:
        self._sink, self._folder, self._subject = sink, folder, subject

    def file(self, path: str, content: bytes) -> None:
        self._sink.file(f"{self._folder}/{path}", content)

    def copy(self, path: str, source: Path) -> None:
        self._sink.copy(f"{self._folder}/{path}", source)

    def add(self, table: str, content: bytes) -> None:
        self._sink.add(f"{table}.{self._subject}", content)
        if table in _WHOLE_TABLES:
            self._sink.add(table, content)


def _having(cases: Sequence[FinishedCase], part: str) -> list[FinishedCase]:
    return [case for case in cases if part in case.facts]


def _image_rows(cases: Sequence[FinishedCase]) -> list[Facts]:
    """Return the row of each image once, with the data sets it is in."""
    rows: dict[str, Facts] = {}
    for case in cases:
        row = rows.setdefault(
            str(case.facts["image"]["dicom_id"]),
            {**case.facts["image"], "in_eye_gaze": False, "in_reflacx": False},
        )
        row["in_reflacx"] = row["in_reflacx"] or "reflacx" in case.facts
        row["in_eye_gaze"] = row["in_eye_gaze"] or "egd" in case.facts
        row["stay_id"] = row.get("stay_id") or case.facts.get("egd", {}).get("master", {}).get("stay_id")
    return list(rows.values())


def _warnings(cases: Sequence[FinishedCase]) -> Iterator[str]:
    reasons = Counter(str(case.facts["alone"]) for case in cases if case.facts["alone"])
    for reason, count in reasons.most_common():
        yield f"{count} of {len(cases)} readings are in one of the two data sets alone: {reason}"
    unnamed = sum(not case.facts["has_patient"] for case in cases)
    if unnamed:
        yield (
            f"{unnamed} of {len(cases)} readings: the study names no patient, so that each image counts "
            "as one."
        )
    without = sum(not case.facts["image"]["study_id"] for case in cases)
    if without:
        yield (
            f"{without} of {len(cases)} readings: the examination is empty, because the image does not lie "
            "as in MIMIC-CXR."
        )
