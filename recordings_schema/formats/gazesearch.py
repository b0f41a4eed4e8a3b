"""GazeSearch: which fixations belong to the search for one finding, in one JSON with 12 keys.

    data/finding_visual_search_coco_format_..._split_train_valid_test.json
    images/<name>                 where asked for
    gazesearch_findings.json      the table of findings that was used

`read` tasks give the scanpath that led to each affirmed finding of the dictation, `search` tasks the one of
the finding that was looked for. Whether a finding is there, whether the reader was right and met it is
computed from the reference standard and the shapes; what is not known is null.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Final

from recordings_schema.formats.contract import (
    CaseSink,
    DatasetSink,
    Facts,
    FinishedCase,
    Format,
    FormatError,
    PlannedCase,
)
from recordings_schema.formats.gazesearch_check import gazesearch_problems
from recordings_schema.formats.gazesearch_entries import Draft, drafts_of, imported_split
from recordings_schema.formats.gazesearch_file import SearchEntry, entries_json
from recordings_schema.formats.gazesearch_import import plan_gazesearch, read_gazesearch
from recordings_schema.formats.gazesearch_options import GazesearchOptions, SplitRule
from recordings_schema.formats.gazesearch_table import SHIPPED, read_table
from recordings_schema.formats.image_files import write_jpeg
from recordings_schema.formats.importing import ImportedCase, ImportPlan, PlannedImport
from recordings_schema.formats.pictures import not_at_hand
from recordings_schema.formats.reading import CaseReading, ReadingKey
from recordings_schema.formats.splits import split_facts, split_of

FOLDER: Final = "data"
TABLE_NAME: Final = "gazesearch_findings.json"
_NAMES: Final = {"train": "train", "validate": "valid", "test": "test"}
_FORBIDDEN: Final = str.maketrans({"_": "-", "*": "-"})


class GazesearchFormat(Format[GazesearchOptions]):
    """The scanpaths of GazeSearch."""

    name: ClassVar[str] = "gazesearch"
    title: ClassVar[str] = "GazeSearch"
    summary: ClassVar[str] = "finding-aware scanpaths on 224 x 224 px, one JSON with 12 keys"
    version: ClassVar[str] = "1"
    options_type: ClassVar[type[GazesearchOptions]] = GazesearchOptions
    can_read: ClassVar[bool] = True
    losses: ClassVar[tuple[str, ...]] = (
        "Places are whole px of the image stretched to 224 x 224; max_len fixations of a finding at most.",
        "When a fixation began is left out: only its duration is held.",
        "Samples, views, pupils, words, answers and shapes are left out; the patient is left out.",
        "Names of images have - in place of _ and *, which the published code splits names at.",
    )

    def key_problem(self, key: ReadingKey, options: GazesearchOptions) -> str:
        """Return why a case has no scanpath of one finding on one image."""
        read_table(options.findings)  # an unusable table is told before anything is read
        if options.min_len > options.max_len:
            raise FormatError(
                f"min_len is {options.min_len} and max_len {options.max_len}. Give a min_len of at most "
                "max_len."
            )
        if len(key.image_names) != 1:
            return "Several images were shown at once, or none; this format holds one."
        if key.task_kind not in ("read", "search", ""):
            return "It is neither a read nor a search task."
        return ""

    def problem(self, reading: CaseReading, options: GazesearchOptions) -> str:
        """Return why a reading gives no scanpath."""
        drafts, why = drafts_of(reading, options)
        if not drafts:
            return why
        return not_at_hand(reading.images[0]) if options.images else ""

    def write_case(
        self, planned: PlannedCase, reading: CaseReading, sink: CaseSink, options: GazesearchOptions
    ) -> Facts:
        """Keep the scanpaths of a reading; copy its image where asked for."""
        drafts, _ = drafts_of(reading, options)
        image = reading.images[0]
        name = f"{image.stem}.jpg".translate(_FORBIDDEN)
        if options.images:
            write_jpeg(sink, f"images/{name}", image)
        return {
            "name": name,
            "stem": image.stem,
            "reader": planned.key.reader,
            "drafts": [draft.as_json() for draft in drafts],
            "split": imported_split(reading),
            "is_whole": reading.key.task_kind != "search" and not reading.words,
        }

    def finish(self, cases: Sequence[FinishedCase], sink: DatasetSink, options: GazesearchOptions) -> Facts:
        """Write the JSON; readers are numbered from 1 in the order of their names."""
        _check_names(cases)
        numbers = {reader: place for place, reader in enumerate(_readers(cases), start=1)}
        entries: list[SearchEntry] = []
        splits = []
        for case in cases:
            for draft in map(Draft.from_json, case.facts["drafts"]):
                split = str(case.facts["split"]) or _split(case.planned.key, draft.task, options)
                entries.append(
                    draft.entry(
                        name=str(case.facts["name"]),
                        subject=numbers[str(case.facts["reader"])],
                        split=split,
                    )
                )
                splits.append((case.planned, split))
        sink.file(f"{FOLDER}/{_file_name(options)}", entries_json(entries))
        table = read_table(options.findings)
        sink.file(TABLE_NAME, Path(options.findings or SHIPPED).read_bytes())
        return {
            "entries": len(entries),
            "by_task": dict(sorted(Counter(entry.task for entry in entries).items())),
            "findings_sha256": table.sha256,
            "subjects": numbers,
            "split": {**split_facts(splits), "rule": _rule(options)},
            "images_in_several_splits": _leaks(entries),
            "warnings": [*_whole_readings(cases), *_warnings(entries, options)],
        }

    def plan_import(self, folder: Path, options: Any) -> ImportPlan:
        """Return the cases of a file of annotations: one for each entry."""
        del options
        return plan_gazesearch(folder)

    def read_case(self, folder: Path, planned: PlannedImport, options: Any) -> ImportedCase:
        """Return an entry as a case: its fixations one after the other, as it holds no other times."""
        del options
        return read_gazesearch(folder, planned)

    def check(self, folder: Path) -> Iterator[str]:
        """Yield what in a dataset breaks the rules of GazeSearch."""
        return gazesearch_problems(folder / FOLDER)


def _file_name(options: GazesearchOptions) -> str:
    return (
        "finding_visual_search_coco_format_train_test_filtered_max_"
        f"{options.max_len}_split_train_valid_test.json"
    )


def _readers(cases: Sequence[FinishedCase]) -> list[str]:
    return sorted({str(case.facts["reader"]) for case in cases})


def _split(key: ReadingKey, task: str, options: GazesearchOptions) -> str:
    if options.split is SplitRule.ORIGINAL:
        # Each image and task by itself: a patient of its own to the one rule that draws splits.
        key = replace(key, patient=f"{'|'.join(key.image_sha256s)} {task}")
    return _NAMES[split_of(key, options.train_share, options.validate_share)]


def _rule(options: GazesearchOptions) -> str:
    if options.split is SplitRule.ORIGINAL:
        return "each image and task by itself, as the published file; images lie in several splits"
    return "by patient; by image where the study names no patients"


def _leaks(entries: Sequence[SearchEntry]) -> int:
    """Return how many images lie in more than one split."""
    splits: dict[str, set[str]] = {}
    for entry in entries:
        splits.setdefault(entry.name, set()).add(entry.split)
    return sum(len(found) > 1 for found in splits.values())


def _check_names(cases: Sequence[FinishedCase]) -> None:
    """Refuse two images that would have one name."""
    known: dict[str, str] = {}
    for case in cases:
        name, stem = str(case.facts["name"]).lower(), str(case.facts["stem"])
        if known.setdefault(name, stem).lower() != stem.lower():
            raise FormatError(
                f"The images {known[name]} and {stem} would both be called {name}: this format knows no _ "
                "and * in names. Rename one of them before it is read, or export them one by one."
            )


def _whole_readings(cases: Sequence[FinishedCase]) -> Iterator[str]:
    count = sum(bool(case.facts["is_whole"]) for case in cases)
    if count:
        yield (
            f"{count} of {len(cases)} readings have no dictation: each chosen finding has the scanpath of "
            "the whole reading."
        )


def _warnings(entries: Sequence[SearchEntry], options: GazesearchOptions) -> Iterator[str]:
    unknown = sum(entry.is_correct is None for entry in entries)
    if unknown:
        yield (
            f"{unknown} of {len(entries)} scanpaths: whether the reader was right is null, as no reference "
            "standard says."
        )
    placeless = sum(entry.is_on_target is None for entry in entries)
    if placeless:
        yield (
            f"{placeless} of {len(entries)} scanpaths: fixOnTarget is null, as the finding has no shape and "
            "no region."
        )
    short = sum(len(entry.x_px) - options.centre_prepended < options.max_len for entry in entries)
    if short:
        yield f"{short} of {len(entries)} scanpaths have fewer than {options.max_len} fixations."
