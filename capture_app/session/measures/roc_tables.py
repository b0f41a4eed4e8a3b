"""Ratings in the forms that RJafroc (FROC, an Excel file of three sheets) and iMRMC (ROC, a text file) read.

Both want whole numbers for readers, cases and modalities: `ids.csv` says which is which. Modalities are the
arms of a crossover, else one. RJafroc: `Truth` has a line per lesion (a case without findings has lesion 0,
weight 0), weights of a case add up to 1; `TP` the marks on lesions, `FP` the others. iMRMC: the score of a
reading is its highest rating; 0 without any mark; where presence was asked for, the certainty of "present",
and minus the certainty of "absent". The truth is reader -1 of modality 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from capture_app.session.measures.findings import FindingResult
from capture_app.session.measures.recording_measures import MeasuredCase
from capture_app.session.measures.xlsx import Sheet, workbook_bytes
from capture_app.session.study import OpenedStudy
from recordings_schema.formats.tables import header, quoted_lines

Line: TypeAlias = "list[str | int | float]"
NO_ARM: Final = "all"
_MARK_WITHOUT_RATING: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One reading that counts, of a case whose truth is known."""

    reader: str
    arm: str
    case: MeasuredCase


@dataclass(frozen=True, slots=True, kw_only=True)
class RocIds:
    """The numbers that stand for names, from 1 in the order of the names."""

    readers: dict[str, int]
    arms: dict[str, int]
    cases: dict[str, int]

    @classmethod
    def of(cls, readings: Sequence[Reading]) -> RocIds:
        """Number what occurs."""

        def numbered(names: set[str]) -> dict[str, int]:
            return {name: number for number, name in enumerate(sorted(names), start=1)}

        return cls(
            readers=numbered({each.reader for each in readings}),
            arms=numbered({each.arm or NO_ARM for each in readings}),
            cases=numbered({each.case.case.entry.case_id for each in readings}),
        )

    def table(self) -> bytes:
        """Return the names with their numbers as CSV."""
        groups = (("reader", self.readers), ("modality", self.arms), ("case", self.cases))
        rows = [(kind, name, number) for kind, names in groups for name, number in names.items()]
        return header(["kind", "name", "number"]) + quoted_lines(rows)


def froc_sheets(readings: Sequence[Reading], ids: RocIds, opened: OpenedStudy | None) -> tuple[Sheet, ...]:
    """Return the sheets Truth, FP and TP, their first line the names of the columns."""
    truth: list[Line] = [["CaseID", "LesionID", "Weight", "ReaderID", "ModalityID", "Paradigm"]]
    false: list[Line] = [["ReaderID", "ModalityID", "CaseID", "FP_Rating"]]
    true: list[Line] = [["ReaderID", "ModalityID", "CaseID", "LesionID", "TP_Rating"]]
    for case_id, number in ids.cases.items():
        own = [each for each in readings if each.case.case.entry.case_id == case_id]
        readers = ",".join(str(each) for each in sorted({ids.readers[each.reader] for each in own}))
        arms = ",".join(str(each) for each in sorted({ids.arms[each.arm or NO_ARM] for each in own}))
        lesions = _lesions(own[0].case)
        weight = round(1.0 / len(lesions), 6) if lesions else 0.0
        for lesion in [place for place, _ in lesions] or [0]:
            paradigm = ("FROC", "FCTRL")[len(truth) - 1] if len(truth) <= 2 else ""
            truth.append([number, lesion, weight, readers, arms, paradigm])
    codes = {} if opened is None else {each.screen_code: each.export_code for each in opened.study.certainty}
    for reading in readings:
        who: Line = [
            ids.readers[reading.reader], ids.arms[reading.arm or NO_ARM],
            ids.cases[reading.case.case.entry.case_id],
        ]  # fmt: skip
        for lesion, finding in _lesions(reading.case):
            if finding.is_found:
                true.append([*who, lesion, _rating(finding.certainty)])
        for mark in reading.case.findings.false_marks:
            false.append([*who, _rating(codes.get(mark.certainty, mark.certainty))])
    return tuple(
        Sheet(name=name, lines=tuple(tuple(line) for line in lines))
        for name, lines in (("Truth", truth), ("FP", false), ("TP", true))
    )


def froc_workbook(sheets: Sequence[Sheet]) -> bytes:
    """Return the sheets as an Excel file."""
    return workbook_bytes(sheets)


def imrmc_bytes(readings: Sequence[Reading], ids: RocIds, title: str) -> bytes:
    """Return the text file of iMRMC: numbers of the design, then readerID, caseID, modalityID, score."""
    truth: dict[int, bool] = {}
    for each in readings:
        truth[ids.cases[each.case.case.entry.case_id]] = bool(each.case.findings.is_diseased)
    lines = [
        title,
        f"NR: {len(ids.readers)}",
        f"N0: {sum(not is_diseased for is_diseased in truth.values())}",
        f"N1: {sum(truth.values())}",
        f"NM: {len(ids.arms)}",
        "",
        "BEGIN DATA:",
        *(f"-1,{case},0,{int(is_diseased)}" for case, is_diseased in sorted(truth.items())),
        *(
            f"{ids.readers[each.reader]},{ids.cases[each.case.case.entry.case_id]},"
            f"{ids.arms[each.arm or NO_ARM]},{score_of(each.case)}"
            for each in readings
        ),
    ]
    return ("\n".join(lines) + "\n").encode("utf-8")


def score_of(case: MeasuredCase) -> int:
    """Return how sure the reader was that anything is there."""
    denied = [each for each in case.findings.results if each.is_found is False and each.certainty >= 0]
    ratings = [_rating(each.certainty) for each in case.findings.results if each.is_found]
    ratings += [_rating(mark.certainty) for mark in case.findings.false_marks]
    if not ratings and denied:
        return -max(each.certainty for each in denied)
    return max(ratings, default=0)


def _lesions(case: MeasuredCase) -> list[tuple[int, FindingResult]]:
    """Return the findings that are there with their numbers, from 1 without holes."""
    present = [each for each in case.findings.results if each.is_present]
    return list(enumerate(present, start=1))


def _rating(certainty: int) -> int:
    """Return a rating; a mark in a study without certainties has 1."""
    return certainty if certainty >= 0 else _MARK_WITHOUT_RATING
