"""Which findings a reading gives a scanpath for, and what is known of each: presence, rightness, place."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from recordings_schema.formats.gazesearch_file import CONDITIONS, SPLITS, SearchEntry
from recordings_schema.formats.gazesearch_mentions import mentions_in, sentences_of
from recordings_schema.formats.gazesearch_options import Findings, GazesearchOptions, Mentions
from recordings_schema.formats.gazesearch_paths import Region, box_in_frame, scanpath_between
from recordings_schema.formats.gazesearch_table import FindingTable, read_table
from recordings_schema.formats.reading import CaseReading, Origin, ReadAnswer
from recordings_schema.formats.transcripts import tokens_of

IMPORTED_SCREEN: Final = "gazesearch"
"""Answers on this screen are the constants of a published file that was imported."""

PRESENT: Final = "present"  # answer of a search, and its values' words below
_YES: Final = (True, "yes", "true", "present")
_NO: Final = (False, "no", "false", "absent")
_EVER: Final = 1 << 62
_PER_S: Final = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A scanpath that is written once readers have numbers and splits are drawn."""

    task: str
    condition: str
    bbox: tuple[int, int, int, int]
    x_px: tuple[int, ...]
    y_px: tuple[int, ...]
    duration_s: tuple[float, ...]
    is_on_target: bool | None
    is_correct: int | None

    def as_json(self) -> list[Any]:
        """Return the values as facts hold them."""
        return [
            self.task, self.condition, list(self.bbox), list(self.x_px), list(self.y_px),
            list(self.duration_s), self.is_on_target, self.is_correct,
        ]  # fmt: skip

    @classmethod
    def from_json(cls, values: Sequence[Any]) -> Draft:
        """Return the draft that facts hold."""
        task, condition, bbox, x_px, y_px, duration_s, is_on_target, is_correct = values
        return cls(
            task=task, condition=condition, bbox=tuple(bbox), x_px=tuple(x_px), y_px=tuple(y_px),
            duration_s=tuple(duration_s), is_on_target=is_on_target, is_correct=is_correct,
        )  # fmt: skip

    def entry(self, *, name: str, subject: int, split: str) -> SearchEntry:
        """Return the entry of the file."""
        return SearchEntry(
            name=name, subject=subject, task=self.task, condition=self.condition, bbox=self.bbox,
            x_px=self.x_px, y_px=self.y_px, duration_s=self.duration_s, is_on_target=self.is_on_target,
            is_correct=self.is_correct, split=split,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """A finding and when it was looked for."""

    task: str
    names: tuple[str, ...]  # as labels, shapes and the reference call it; lower case
    is_said_present: bool | None  # by the reader; None: not said
    first_ns: int
    end_ns: int


def drafts_of(reading: CaseReading, options: GazesearchOptions) -> tuple[list[Draft], str]:
    """Return the scanpaths of a reading, and a sentence that says why there is none."""
    table = read_table(options.findings)
    wanted, why = _wanted(reading, table, options)
    drafts = [found for each in wanted if (found := _draft(reading, each, table, options)) is not None]
    if wanted and not drafts:
        least = "one fixation lies" if options.min_len == 1 else f"{options.min_len} fixations lie"
        why = f"Not even {least} on the image in the time that belongs to a finding."
    return drafts, why


def imported_split(reading: CaseReading) -> str:
    """Return the split an imported file had a case in; "" for a reading of one's own."""
    split = _imported(reading, "split")
    return str(split) if split in SPLITS else ""


def _wanted(
    reading: CaseReading, table: FindingTable, options: GazesearchOptions
) -> tuple[list[_Wanted], str]:
    kind = reading.key.task_kind
    if kind == "search" or (reading.target and not kind):
        task = table.task_of_label(reading.target)
        if not task:
            return [], (
                f"The target {reading.target!r} is none of the table of findings; add it to a copy of the "
                "table and name that by findings=FILE."
            )
        said = _said(reading.answers)
        names = (*_names(task, table), reading.target.strip().lower())
        if said is None and not any(each.finding.strip().lower() in names for each in reading.reference):
            return (
                [],
                "The reader gave no answer, and no reference standard says whether the target is there.",
            )
        return [_Wanted(task=task, names=names, is_said_present=said, first_ns=-_EVER, end_ns=_EVER)], ""
    return _mentioned(reading, table, options)


def _mentioned(
    reading: CaseReading, table: FindingTable, options: GazesearchOptions
) -> tuple[list[_Wanted], str]:
    """Return the findings the dictation affirms, each with the window of its sentence."""
    sentences = sentences_of(tokens_of(reading.words))
    chosen = {table.task_of_label(label) for label in reading.chosen} - {""}
    order = [finding.task for finding in table.findings]
    if not sentences:
        if options.source is Findings.LABELS:
            whole = [_whole(task, table) for task in sorted(chosen, key=order.index)]
            return whole, "" if whole else "Nothing was dictated, and no finding of the table was chosen."
        return [], (
            "Nothing was dictated; which fixations belong to which finding is not known. --option "
            "source=labels takes the whole reading for each finding that was chosen."
        )
    # From time 0 of the image; what began before it was shown is no fixation of the reading anyway.
    begin_ns, _ = reading.zero_ns(Origin.IMAGE_SHOWN)
    lead_ns = round(options.lead_s * _PER_S)
    found: dict[str, _Wanted] = {}
    for place, sentence in enumerate(sentences):
        first_ns = begin_ns if place == 0 else sentences[place - 1].t_offset_host_ns - lead_ns
        for mention in mentions_in(sentence, table):
            by_words = options.source is Findings.TRANSCRIPT
            is_positive = mention.is_affirmed if by_words else mention.task in chosen
            if not is_positive or (mention.task in found and options.mentions is Mentions.FIRST):
                continue
            found[mention.task] = _Wanted(
                task=mention.task, names=_names(mention.task, table), is_said_present=True,
                first_ns=first_ns, end_ns=sentence.t_offset_host_ns,
            )  # fmt: skip
    if not found:
        which = "affirms" if options.source is Findings.TRANSCRIPT else "names, among those chosen,"
        return [], f"The dictation {which} no finding of the table."
    return sorted(found.values(), key=lambda each: order.index(each.task)), ""


def _whole(task: str, table: FindingTable) -> _Wanted:
    """Return a chosen finding of a reading without a dictation: nothing says when it was looked for."""
    return _Wanted(task=task, names=_names(task, table), is_said_present=True, first_ns=-_EVER, end_ns=_EVER)


def _draft(
    reading: CaseReading, wanted: _Wanted, table: FindingTable, options: GazesearchOptions
) -> Draft | None:
    regions = _regions(reading, wanted, table)
    path = scanpath_between(reading, wanted.first_ns, wanted.end_ns, regions, options)
    if path is None:
        return None
    is_there = next(
        (each.is_present for each in reading.reference if each.finding.strip().lower() in wanted.names), None
    )
    is_said = wanted.is_said_present
    condition = CONDITIONS[0] if (is_said if is_there is None else is_there) is not False else CONDITIONS[1]
    is_correct = None if is_there is None or is_said is None else int(is_there == is_said)
    image = reading.images[0]
    bbox = box_in_frame(regions if options.extended else (), image.width_px, image.height_px)
    is_on_target = path.is_on_target if condition == CONDITIONS[0] else None  # what is absent has no place
    if imported_split(reading):
        # The constants of the published file are written only when that file is written again.
        is_correct, is_on_target = _imported(reading, "correct"), _imported(reading, "on_target")
    return Draft(
        task=wanted.task, condition=condition, bbox=bbox, x_px=path.x_px, y_px=path.y_px,
        duration_s=path.duration_s, is_on_target=is_on_target, is_correct=is_correct,
    )  # fmt: skip


def _regions(reading: CaseReading, wanted: _Wanted, table: FindingTable) -> list[Region]:
    """Return where a finding is: by the reference standard, else by the reader's own shapes."""
    image_id = reading.images[0].image_id
    known = [
        each
        for each in reading.reference
        if each.image_id == image_id
        and each.finding.strip().lower() in wanted.names
        and math.isfinite(each.left_image_px)
    ]
    drawn = [
        shape
        for shape in reading.shapes
        if shape.image_id == image_id
        and shape.kind != "chest_box"
        and any(table.task_of_label(label) == wanted.task for label in shape.labels)
    ]
    return [
        Region(
            left_image_px=each.left_image_px, top_image_px=each.top_image_px,
            right_image_px=each.right_image_px, bottom_image_px=each.bottom_image_px,
        )
        for each in (known or drawn)
    ]  # fmt: skip


def _names(task: str, table: FindingTable) -> tuple[str, ...]:
    return (task, *(label for each in table.findings if each.task == task for label in each.labels))


def _said(answers: Iterable[ReadAnswer]) -> bool | None:
    """Return whether the reader found the target there; None where that was not answered."""
    said = None
    for answer in answers:
        if answer.name != PRESENT:
            continue
        if answer.value in _YES:
            said = True
        elif answer.value in _NO:
            said = False
    return said


def _imported(reading: CaseReading, name: str) -> Any:
    found = [each.value for each in reading.answers if (each.screen, each.name) == (IMPORTED_SCREEN, name)]
    return found[-1] if found else None
