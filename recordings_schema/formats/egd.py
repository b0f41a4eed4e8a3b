"""EGD, the Eye Gaze Data for chest X-rays: Gazepoint-style tables, the master sheet, boxes and transcripts.

eye_gaze.csv fixations.csv            37 columns, all readings below each other
master_sheet.csv                      59 columns; the pads of each image
bounding_boxes.csv                    shapes with labels as boxes
audio_segmentation_transcripts/<dicom_id>/transcript.json
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Final

import numpy as np

from gaze_core.mapping import placement_of
from recordings_schema.formats.contract import (
    NO_GAZE,
    CaseSink,
    DatasetSink,
    Facts,
    FinishedCase,
    Format,
    PlannedCase,
)
from recordings_schema.formats.egd_import import (
    MASTER_FACT,
    read_egd,
)
from recordings_schema.formats.egd_pads import Pads, pads_of
from recordings_schema.formats.egd_parts import BOX_COLUMNS
from recordings_schema.formats.egd_plan import EgdImportOptions, plan_egd, reading_blocks
from recordings_schema.formats.egd_tables import COLUMNS, EgdNames, egd_lines
from recordings_schema.formats.image_files import write_jpeg
from recordings_schema.formats.importing import ImportCaseError, ImportedCase, ImportPlan, PlannedImport
from recordings_schema.formats.options import Option
from recordings_schema.formats.pictures import not_at_hand
from recordings_schema.formats.reading import CaseReading, Origin, ReadingKey
from recordings_schema.formats.setups import setup_facts, setups_said
from recordings_schema.formats.tables import header, one, quoted_lines

MASTER_COLUMNS: Final = (
    "dicom_id", "path", "study_id", "patient_id", "stay_id", "gender", "anchor_age", "image_top_pad",
    "image_bottom_pad", "image_left_pad", "image_right_pad",
    *(name for number in range(1, 10) for name in (f"dx{number}", f"dx{number}_icd")),
    "normal_reports", "Normal", "CHF", "pneumonia", "consolidation", "enlarged_cardiac_silhouette",
    "linear__patchy_atelectasis", "lobar__segmental_collapse",
    "not_otherwise_specified_opacity___pleural__parenchymal_opacity__", "pleural_effusion_or_thickening",
    "pulmonary_edema__hazy_opacity", "normal_anatomically", "elevated_hemidiaphragm", "hyperaeration",
    "vascular_redistribution", "atelectasis__chx", "cardiomegaly__chx", "consolidation__chx", "edema__chx",
    "enlarged_cardiomediastinum__chx", "fracture__chx", "lung_lesion__chx", "lung_opacity__chx",
    "no_finding__chx", "pleural_effusion__chx", "pleural_other__chx", "pneumonia__chx", "pneumothorax__chx",
    "support_devices__chx", "cxr_exam_indication",
)  # fmt: skip
_GIVEN_SESSION: Final = re.compile(r"EGD-(\d{4,9})")
ZOOMED: Final = "Its image was not shown whole all the time; this format holds one fixed place on the screen."


@dataclass(frozen=True, slots=True, kw_only=True)
class EgdOptions:
    """Options of EGD."""

    boxes: Annotated[bool, Option("write ellipses and boxes with labels into bounding_boxes.csv")] = True
    transcripts: Annotated[bool, Option("write transcript.json of dictated readings")] = True
    images: Annotated[bool, Option("copy the images as images/<dicom_id>.jpg: mind their terms")] = False


class EgdFormat(Format[EgdOptions]):
    """The tables of EGD."""

    name: ClassVar[str] = "egd"
    title: ClassVar[str] = "EGD (Eye Gaze Data for chest X-rays)"
    summary: ClassVar[str] = "Gazepoint-style gaze and fixation tables, master sheet, boxes, transcripts"
    version: ClassVar[str] = "2"
    options_type: ClassVar[type[EgdOptions]] = EgdOptions
    can_read: ClassVar[bool] = True
    import_options_type: ClassVar[type[EgdImportOptions]] = EgdImportOptions
    losses: ClassVar[tuple[str, ...]] = (
        "Readings whose image was zoomed or moved away from its fixed place are left out.",
        "Pads are whole px of a 1920 x 1080 display; positions on the image follow from them.",
        "Columns of the master sheet that only a hospital knows are empty, as is what was not measured.",
        "Sound and pictures of the anatomy are not written.",
        "The reader, the kind of a shape, its certainty and the chest box are left out. Boxes and "
        "transcripts name an image and no reading; the zero of words and that of gaze are not told apart.",
        "FPOGX and FPOGY are the centre of the whole fixation in each of its samples.",
        "The size of an image is not in it, nor the size of the screen or the distance of the eyes.",
    )

    def key_problem(self, key: ReadingKey, options: EgdOptions) -> str:
        """Return why a case cannot be in this format."""
        del options
        return (
            "" if len(key.image_names) == 1 else "Several images, or none, were shown; this format holds one."
        )

    def problem(self, reading: CaseReading, options: EgdOptions) -> str:
        """Return why a reading cannot be in this format."""
        if options.images and not_at_hand(reading.images[0]):
            return not_at_hand(reading.images[0])
        if not len(reading.samples):
            return NO_GAZE
        return "" if _pads(reading) is not None else ZOOMED

    def write_case(
        self, planned: PlannedCase, reading: CaseReading, sink: CaseSink, options: EgdOptions
    ) -> Facts:
        """Add the rows of a reading."""
        pads, image = _pads(reading), reading.images[0]
        if pads is None:
            raise ValueError(ZOOMED)
        if options.images:
            write_jpeg(sink, f"images/{image.stem}.jpg", image)
        zero_ns, _ = reading.zero_ns(Origin.IMAGE_SHOWN)
        names = EgdNames(session=_session(planned), media=reading.key.trial, dicom_id=image.stem)
        gaze, fixations = egd_lines(reading, names, pads, zero_ns)
        sink.add("eye_gaze", gaze)
        sink.add("fixations", fixations)
        if options.boxes:
            rows = [
                (image.stem, label, one(shape.left_image_px, 2), one(shape.right_image_px, 2),
                 one(shape.top_image_px, 2), one(shape.bottom_image_px, 2))
                for shape in reading.shapes
                for label in shape.labels
            ]  # fmt: skip
            sink.add("bounding_boxes", quoted_lines(rows))
        audio_ns, audio = reading.zero_ns(Origin.AUDIO_START)
        if options.transcripts and reading.words:
            spoken = [
                {"phrase": word.text, "begin_time": float(one((word.t_onset_host_ns - audio_ns) * 1e-9, 3)),
                 "end_time": float(one((word.t_offset_host_ns - audio_ns) * 1e-9, 3))}
                for word in reading.words
            ]  # fmt: skip
            text = " ".join(word.text for word in reading.words)
            content = json.dumps(
                {"full_text": text, "time_stamped_text": spoken}, ensure_ascii=False, indent=1
            )
            folder = f"audio_segmentation_transcripts/{image.stem}"
            is_later = bool(planned.key.given_id) if MASTER_FACT in reading.more else planned.earlier > 0
            name = f"transcript_{planned.digits}.json" if is_later else "transcript.json"
            sink.file(f"{folder}/{name}", content.encode("utf-8"))
        return {
            "dicom_id": image.stem,
            "path": image.name,
            "patient": reading.key.patient,
            "pads": asdict(pads),
            "zero": audio.value,
            "has_words": bool(reading.words),
            "earlier": planned.earlier,
            "setup": setup_facts(reading),
            "master": json.loads(reading.more.get(MASTER_FACT, "{}")),
        }

    def finish(self, cases: Sequence[FinishedCase], sink: DatasetSink, options: EgdOptions) -> Facts:
        """Write the tables over all readings, and the master sheet."""
        sink.join("eye_gaze.csv", "eye_gaze", header(COLUMNS))
        sink.join("fixations.csv", "fixations", header(COLUMNS))
        if options.boxes:
            sink.join("bounding_boxes.csv", "bounding_boxes", header(BOX_COLUMNS))
        images: dict[str, Facts] = {}
        moved = []
        for case in cases:
            first = images.setdefault(str(case.facts["dicom_id"]), case.facts)
            if first["pads"] != case.facts["pads"]:
                moved.append(str(case.facts["dicom_id"]))
        sink.file("master_sheet.csv", master_sheet([case.facts for case in cases]))
        told = {
            "the image was shown at another place before; the master sheet has the first": len(moved),
            "no text was dictated": sum(not case.facts["has_words"] for case in cases),
            "the image was read before: the tables hold both readings": sum(
                case.facts["earlier"] > 0 for case in cases
            ),
        }
        return {
            "warnings": [
                f"{count} of {len(cases)} readings: {words}." for words, count in told.items() if count
            ],
            "setups": setups_said(case.facts["setup"] for case in cases),
        }

    def plan_import(self, folder: Path, options: EgdImportOptions) -> ImportPlan:
        """Return the readings of an EGD folder."""
        return plan_egd(folder, options)

    def read_case(self, folder: Path, planned: PlannedImport, options: EgdImportOptions) -> ImportedCase:
        """Return a reading of an EGD folder."""
        return read_egd(folder, planned, options)

    def check(self, folder: Path) -> Iterator[str]:
        """Yield what in a dataset breaks the rules of EGD."""
        pads = {row["dicom_id"]: row for row in _rows(folder / "master_sheet.csv")}
        for name in ("eye_gaze.csv", "fixations.csv"):
            try:
                found = reading_blocks(folder / name)
            except ImportCaseError as err:
                yield str(err)
                continue
            unknown = {key.dicom_id for key in found.places} - set(pads)
            if unknown:
                yield f"{name} names {sorted(unknown)[0]}, which is not in the master sheet."


def _session(planned: PlannedCase) -> int:
    """Return the number of a session: that of the data set it was imported from, else in the export."""
    given = _GIVEN_SESSION.fullmatch(planned.key.session_id)
    return int(given[1]) if given else planned.session


def master_sheet(cases: Sequence[Facts]) -> bytes:
    """Return the master sheet of readings by their facts: a row for each image, of its first reading."""
    images: dict[str, Facts] = {}
    for facts in cases:
        images.setdefault(str(facts["dicom_id"]), facts)
    rows = [[_master_value(name, facts) for name in MASTER_COLUMNS] for _, facts in sorted(images.items())]
    return header(MASTER_COLUMNS) + quoted_lines(rows)


def _pads(reading: CaseReading) -> Pads | None:
    """Return the one place of the image over the whole reading; None where there are several or none."""
    image, found = reading.images[0], set()
    used = np.unique(reading.samples.view_row)
    for place in used[used >= 0].tolist():
        row = reading.viewport[place]
        found.add(pads_of(placement_of(row), image.width_px, image.height_px, reading.geometry.screen))
    return found.pop() if len(found) == 1 else None


def _master_value(name: str, facts: Facts) -> object:
    edge = name.removeprefix("image_").removesuffix("_pad")
    if edge in facts["pads"]:
        return facts["pads"][edge]
    own = {"dicom_id": facts["dicom_id"], "path": facts["path"], "patient_id": facts["patient"]}
    return own.get(name, facts["master"].get(name))  # what a hospital knows: kept from an import


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
