"""GazeMedSeg: fixations on images as fractions, heat maps, maps refined with the image, and masks.

Only fixations of at least 50 ms that lie on the image are kept, numbered from 1. The published loaders take
all rows of one image as one sequence, and a mask is of one target: each target and reader has a table and a
folder, and what a reader read again has another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar, Final

from recordings_schema.formats.contract import (
    CaseSink,
    DatasetSink,
    Facts,
    FinishedCase,
    Format,
    FormatError,
    PlannedCase,
)
from recordings_schema.formats.gazemedseg_check import segmentation_problems
from recordings_schema.formats.gazemedseg_files import (
    COLUMNS,
    DICE_COLUMNS,
    MAP_COLUMNS,
    MASK_COLUMNS,
    fixation_columns,
    is_kept,
    mask_lines,
    sequence_of,
    stem_of,
    table_of,
    whose_of,
    write_maps,
)
from recordings_schema.formats.gazemedseg_options import GazemedsegOptions, Maps, Tasks
from recordings_schema.formats.pictures import not_at_hand
from recordings_schema.formats.reading import CaseReading, ReadingKey
from recordings_schema.formats.splits import split_facts, split_of
from recordings_schema.formats.tables import header, quoted_lines

PARTS: Final = ("train", "test")


class GazemedsegFormat(Format[GazemedsegOptions]):
    """Tables, maps and masks of GazeMedSeg, for each target and reader."""

    name: ClassVar[str] = "gazemedseg"
    title: ClassVar[str] = "GazeMedSeg"
    summary: ClassVar[str] = "fixations on the image, heat maps, refined maps and masks, by target and reader"
    version: ClassVar[str] = "2"
    options_type: ClassVar[type[GazemedsegOptions]] = GazemedsegOptions
    losses: ClassVar[tuple[str, ...]] = (
        "Fixations beside the image and those shorter than the limit are dropped; times are whole ms.",
        "Samples, views, answers, words and shapes are left out.",
    )

    def key_problem(self, key: ReadingKey, options: GazemedsegOptions) -> str:
        """Return why a case has no sequence of fixations for a mask."""
        if options.tasks is Tasks.SEGMENT and key.task_kind != "segment":
            return "It is no segment task; --option tasks=all takes the others as well."
        if len(key.image_names) != 1:
            return "Several images were shown at once, or none; this format holds one."
        return ""

    def problem(self, reading: CaseReading, options: GazemedsegOptions) -> str:
        """Return why a reading cannot be in this format."""
        if not is_kept(reading, options.shortest_ms).any():
            return f"No fixation of at least {options.shortest_ms:g} ms lies on the image."
        is_needed = options.maps is Maps.CRF or options.images
        if is_needed and (text := not_at_hand(reading.images[0])):
            return f"{text} Or do without its pixels: --option maps=heatmap."
        return ""

    def write_case(
        self, planned: PlannedCase, reading: CaseReading, sink: CaseSink, options: GazemedsegOptions
    ) -> Facts:
        """Add the fixations of a reading to the table of its target and reader; write its maps."""
        stem, table = stem_of(reading.images[0]), table_of(planned, reading)
        columns = fixation_columns(reading, stem, options.shortest_ms)
        sink.add(table, quoted_lines(zip(*columns, strict=True)))
        if reading.masks:
            sink.add(f"{table}.masks", mask_lines(reading, stem))
        problems: list[str] = []
        if options.maps is not Maps.TABLE:
            problems = write_maps(sink, table, stem, reading, sequence_of(columns), options)
        train = split_of(planned.key, options.train_share, 0.0) == "train"
        return {
            "table": table,
            "whose": list(whose_of(reading)),
            "stem": stem,
            "part": "train" if train else "test",
            "dropped": len(reading.fixations) - len(columns[0]),
            "has_masks": bool(reading.masks),
            "has_reference": bool(options.reference_masks) and not problems,
            "problems": problems,
        }

    def finish(self, cases: Sequence[FinishedCase], sink: DatasetSink, options: GazemedsegOptions) -> Facts:
        """Write the tables and the lists of what is trained and tested with."""
        for table in sorted({str(case.facts["table"]) for case in cases}):
            own = [case for case in cases if case.facts["table"] == table]
            _check_whose(table, own)
            sink.join(f"{table}_fixation.csv", table, header(COLUMNS))
            if any(case.facts["has_masks"] for case in own):
                sink.join(f"{table}_masks.csv", f"{table}.masks", header(MASK_COLUMNS))
            if options.maps is Maps.TABLE:
                continue
            sink.join(f"{table}/maps.csv", f"{table}.maps", header(MAP_COLUMNS))
            if any(case.facts["has_reference"] for case in own):
                sink.join(f"{table}/dice.csv", f"{table}.dice", header(DICE_COLUMNS))
            for part in PARTS:
                stems = sorted(str(case.facts["stem"]) for case in own if case.facts["part"] == part)
                sink.file(f"{table}/{part}.txt", "".join(f"{stem}\n" for stem in stems).encode("utf-8"))
        warnings = [str(text) for case in cases for text in case.facts["problems"]]
        if options.maps is not Maps.TABLE and not options.reference_masks:
            warnings.append(
                "There are no reference masks: the loaders read masks/ for what is tested with. Name a "
                "folder with --option reference_masks=FOLDER, or put them there."
            )
        if options.maps is not Maps.TABLE and not options.images:
            warnings.append("Images were not copied: put them into images/, or use --option images=yes.")
        return {
            "warnings": warnings,
            "dropped_fixations": sum(int(case.facts["dropped"]) for case in cases),
            "thresholds": list(options.thresholds),
            "split": split_facts((case.planned, str(case.facts["part"])) for case in cases),
        }

    def check(self, folder: Path) -> Iterator[str]:
        """Yield what in a dataset breaks the rules of GazeMedSeg."""
        return segmentation_problems(folder)


def _check_whose(table: str, cases: Sequence[FinishedCase]) -> None:
    """Refuse a table of more than one target or reader: the loaders would take their fixations as one."""
    whose = sorted({tuple(case.facts["whose"]) for case in cases})
    if len(whose) > 1:
        told = " and ".join(" of ".join(each) for each in whose)
        raise FormatError(
            f"{told} would share the folder {table}. Export them apart, or rename a target or reader."
        )
