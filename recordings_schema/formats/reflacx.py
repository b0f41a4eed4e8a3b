"""REFLACX: one folder for each reading, and the table of all readings.

    main_data/<id>/fixations.csv timestamps_transcription.csv transcription.txt
                   chest_bounding_box.csv anomaly_location_ellipses.csv
    gaze_data/<id>/gaze.csv
    metadata_phase_3.csv

Lines end in CR LF, times are s with 3 decimals, positions whole image px. Everything is computed from the
recording; what was not measured stays empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Final

from recordings_schema.formats.contract import (
    NO_GAZE,
    CaseSink,
    DatasetSink,
    Facts,
    FinishedCase,
    Format,
    PlannedCase,
)
from recordings_schema.formats.image_files import write_jpeg
from recordings_schema.formats.importing import ImportedCase, ImportPlan, PlannedImport
from recordings_schema.formats.options import Option
from recordings_schema.formats.pictures import not_at_hand
from recordings_schema.formats.reading import CaseReading, Origin, ReadingKey, ReadLabel, ReadShape
from recordings_schema.formats.reflacx_check import reflacx_problems
from recordings_schema.formats.reflacx_import import (
    ReflacxImportOptions,
    plan_reflacx,
    read_reflacx,
)
from recordings_schema.formats.reflacx_tables import (
    BOX_COLUMNS,
    METADATA_COLUMNS,
    WORD_COLUMNS,
    decimation,
    fixation_table,
    gaze_table,
)
from recordings_schema.formats.setups import setup_facts, setups_said
from recordings_schema.formats.splits import split_facts, split_of
from recordings_schema.formats.tables import CR_LF, header, one, quoted_lines
from recordings_schema.formats.transcripts import text_of, tokens_of

METADATA_NAME: Final = "metadata_phase_3.csv"
_MIMIC_SUBJECT: Final = re.compile(r"(?:^|/)p(\d{8})/")
_GIVEN_NAME: Final = re.compile(r"(P\d{3})R\d{6}")
_CERTAINTIES: Final = range(1, 6)
_NO_ZERO: Final = "times count from when the image was shown, because no dictation was recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReflacxOptions:
    """Options of REFLACX."""

    gaze: Annotated[bool, Option("write gaze.csv, every sample")] = True
    images: Annotated[bool, Option("copy the images as images/<dicom_id>.jpg: mind their terms")] = False
    train_share: Annotated[float, Option("share of patients to train with", low=0, high=1)] = 0.7
    validate_share: Annotated[float, Option("share of patients to validate with", low=0, high=1)] = 0.15


class ReflacxFormat(Format[ReflacxOptions]):
    """The folders of REFLACX."""

    name: ClassVar[str] = "reflacx"
    title: ClassVar[str] = "REFLACX"
    summary: ClassVar[str] = (
        "a folder for each reading: fixations, gaze, timed text, ellipses, chest box; metadata"
    )
    version: ClassVar[str] = "1"
    options_type: ClassVar[type[ReflacxOptions]] = ReflacxOptions
    can_read: ClassVar[bool] = True
    import_options_type: ClassVar[type[ReflacxImportOptions]] = ReflacxImportOptions
    losses: ClassVar[tuple[str, ...]] = (
        "Times have 3 decimals, positions are whole image px; above 1000 Hz samples are thinned.",
        "A fixation is placed by the view at its start, and keeps it when the view changes meanwhile.",
        "Answers, shapes without labels, earlier texts, and gaze while no image was shown are left out.",
        "Window fractions are of the stored bits; the pixel intensity sign of a file is not considered.",
        "Rectangles are whole px and the distance of the eyes is left out: read again, the angular "
        "resolution may differ by one.",
        "The reader and the session of a reading, labels that exclude others, and chosen labels without a "
        "shape are left out; boxes with labels become ellipses.",
    )

    def key_problem(self, key: ReadingKey, options: ReflacxOptions) -> str:
        """Return why a case cannot be a REFLACX reading."""
        del options
        if len(key.image_names) == 1:
            return ""
        if not key.image_names:
            return "The recording does not say which image was shown; this format needs one."
        return "Several images were shown at once; this format holds one."

    def problem(self, reading: CaseReading, options: ReflacxOptions) -> str:
        """Return why a reading cannot be in this format."""
        if options.images and not_at_hand(reading.images[0]):
            return not_at_hand(reading.images[0])
        has_gaze = len(reading.samples) or len(reading.fixations)
        if not has_gaze and not reading.key.exclusion:
            return NO_GAZE
        wrong = [
            shape
            for shape in _ellipses(reading)
            if shape.certainty >= 0 and shape.certainty not in _CERTAINTIES
        ]
        if wrong:
            return (
                f"A certainty is {wrong[0].certainty}; this format knows 1 to 5. Set export_code in the "
                "study's certainty scale."
            )
        return ""

    def write_case(
        self, planned: PlannedCase, reading: CaseReading, sink: CaseSink, options: ReflacxOptions
    ) -> Facts:
        """Write the folders of a reading; without gaze where it does not count, as the data set does."""
        name = reading_name(planned)
        main = f"main_data/{name}"
        labels = _columns(reading.labels)
        is_discarded = bool(planned.key.exclusion)
        zero_ns, zero = reading.zero_ns(Origin.AUDIO_START)
        tokens = tokens_of(reading.words)
        if not is_discarded:
            sink.file(f"{main}/fixations.csv", fixation_table(reading, zero_ns))
            rows = [
                (token.text, one((token.t_onset_host_ns - zero_ns) * 1e-9, 2),
                 one((token.t_offset_host_ns - zero_ns) * 1e-9, 2))
                for token in tokens
            ]  # fmt: skip
            sink.file(
                f"{main}/timestamps_transcription.csv",
                header(WORD_COLUMNS, end=CR_LF) + quoted_lines(rows, end=CR_LF),
            )
            sink.file(f"{main}/transcription.txt", text_of(tokens).encode("utf-8"))
            if options.gaze and len(reading.samples):
                sink.file(f"gaze_data/{name}/gaze.csv", gaze_table(reading, zero_ns))
        boxes = [shape for shape in reading.shapes if shape.kind == "chest_box"]
        if boxes:
            content = header(BOX_COLUMNS, end=CR_LF) + quoted_lines([_box(boxes[-1])], end=CR_LF)
            sink.file(f"{main}/chest_bounding_box.csv", content)
        ellipses = [
            (*_box(shape), "" if shape.certainty < 0 else shape.certainty,
             *(label.name in shape.labels for label in labels))
            for shape in _ellipses(reading)
        ]  # fmt: skip
        columns = (*BOX_COLUMNS, "certainty", *(label.name for label in labels))
        sink.file(
            f"{main}/anomaly_location_ellipses.csv",
            header(columns, end=CR_LF) + quoted_lines(ellipses, end=CR_LF),
        )
        image = reading.images[0]
        if options.images:
            write_jpeg(sink, f"images/{image.stem}.jpg", image)
        subject = _MIMIC_SUBJECT.search(image.name)
        split = split_of(planned.key, options.train_share, options.validate_share)
        row = [
            name, split, is_discarded, image.name, image.stem,
            subject.group(1) if subject else planned.key.patient, image.width_px, image.height_px,
        ]  # fmt: skip
        return {
            "row": row,
            "labels": {label.name: _label_value(label, reading) for label in labels},
            "split": split,
            "zero": zero.value,
            "has_text": bool(tokens),
            "has_pupil": bool((reading.samples.pupil_relative > 0).any()),
            "has_chest_box": bool(boxes),
            "decimation": decimation(reading.tracker.rate_hz),
            "is_discarded": is_discarded,
            "setup": setup_facts(reading),
        }

    def finish(self, cases: Sequence[FinishedCase], sink: DatasetSink, options: ReflacxOptions) -> Facts:
        """Write the table of all readings."""
        del options
        names = sorted({name for case in cases for name in case.facts["labels"]})
        rows = [[*case.facts["row"], *(case.facts["labels"].get(name) for name in names)] for case in cases]
        content = header((*METADATA_COLUMNS, *names), end=CR_LF) + quoted_lines(rows, end=CR_LF)
        sink.file(METADATA_NAME, content)
        told = {
            _NO_ZERO: sum(case.facts["zero"] != Origin.AUDIO_START.value for case in cases),
            "no text was dictated": sum(not case.facts["has_text"] for case in cases),
            "the pupil is empty: no baseline was measured": sum(
                not case.facts["has_pupil"] for case in cases
            ),
            "no chest box was drawn": sum(not case.facts["has_chest_box"] for case in cases),
            "samples were thinned to at most 1000 a second": sum(
                case.facts["decimation"] > 1 for case in cases
            ),
        }
        return {
            "warnings": [
                f"{count} of {len(cases)} readings: {words}." for words, count in told.items() if count
            ],
            "decimation": sorted({int(case.facts["decimation"]) for case in cases}),
            "discarded": sum(bool(case.facts["is_discarded"]) for case in cases),
            "split": split_facts((case.planned, str(case.facts["split"])) for case in cases),
            "setups": setups_said(case.facts["setup"] for case in cases),
        }

    def plan_import(self, folder: Path, options: ReflacxImportOptions) -> ImportPlan:
        """Return the readings of a REFLACX folder."""
        return plan_reflacx(folder, options)

    def read_case(self, folder: Path, planned: PlannedImport, options: ReflacxImportOptions) -> ImportedCase:
        """Return a reading of a REFLACX folder."""
        return read_reflacx(folder, planned, options)

    def check(self, folder: Path) -> Iterator[str]:
        """Yield what in a dataset breaks the rules of REFLACX."""
        return reflacx_problems(folder)


def reading_name(planned: PlannedCase) -> str:
    """Return how a reading is called: P300 and six digits, or the name it was imported with."""
    given = _GIVEN_NAME.fullmatch(planned.key.given_id)
    return f"{given[1] if given else 'P300'}R{planned.digits}"


def _columns(labels: Sequence[ReadLabel]) -> list[ReadLabel]:
    """Return the labels that have a column, in the order of the alphabet: a normal radiograph has none."""
    return sorted((label for label in labels if not label.is_exclusive), key=lambda label: label.name)


def _ellipses(reading: CaseReading) -> list[ReadShape]:
    return [shape for shape in reading.shapes if shape.kind != "chest_box" and shape.labels]


def _box(shape: ReadShape) -> tuple[str, str, str, str]:
    return (
        one(shape.left_image_px, 0), one(shape.top_image_px, 0), one(shape.right_image_px, 0),
        one(shape.bottom_image_px, 0),
    )  # fmt: skip


def _label_value(label: ReadLabel, reading: CaseReading) -> object:
    """Return the largest certainty of a label's ellipses; a flag or the free text where it needs no shape."""
    if label.is_other:
        texts = re.split(r"[;\n]", reading.other_text) if label.name in reading.chosen else []
        return "|".join(text.strip() for text in texts if text.strip())
    if not label.needs_shape:
        return label.name in reading.chosen
    return max((max(s.certainty, 0) for s in _ellipses(reading) if label.name in s.labels), default=0)
