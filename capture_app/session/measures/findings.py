"""Each finding of the reference standard in a reading: marked or missed, how sure, when seen and said.

A finding with a region is found where a shape of the reader lies on it: the centre of one inside the other.
Its label is told beside it and does not decide: who marks the place has perceived it. A finding without a
region, or one in a task without shapes, is found where its label was chosen, or "present" answered when it
was the target of a search. A label that excludes all others, as a normal radiograph does, is no finding.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from capture_app.session.measures.areas_of_case import MarkedArea, marked_areas, reference_area
from capture_app.session.measures.case_tables import RecordedCase, RecordedCases
from capture_app.session.measures.mentions import mention_ns
from capture_app.session.reading import AnswerValue
from capture_app.session.reading.rules import CERTAINTY, LABELS, PRESENT
from capture_app.session.study import OpenedStudy, ReferenceEntry, StudyCase
from gaze_core.measures import Area, AreaMeasures, CaseGaze, dwell_before_s, fixations_on, measure_area

_SHAPES: Final = "shapes"  # kind of the screens findings are marked on


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingResult:
    """One finding of the reference standard in one reading. Times are s since the image was shown."""

    finding: str
    number: int  # within the case, from 1: the lesion
    is_present: bool
    source: str  # who knows it
    area: Area | None  # None without a region
    is_found: bool | None  # None: the task did not ask
    found_by: str  # shape, label, answer; "" where missed or not asked
    does_label_agree: bool | None  # of a shape: whether one of its labels is the finding
    mark: MarkedArea | None
    certainty: int  # `export_code`; -1: none
    measures: AreaMeasures | None  # None without a region
    mention_s: float  # NaN: never mentioned
    dwell_before_mention_s: float  # fixation dwell on it until then; NaN without mention or region

    @property
    def is_missed(self) -> bool:
        """Whether it is there and the reader was asked and did not find it."""
        return self.is_present and self.is_found is False

    @property
    def was_looked_at_first(self) -> bool | None:
        """Whether it was fixated before it was mentioned; None where either is not known."""
        if self.measures is None or math.isnan(self.mention_s):
            return None
        return bool(self.measures.first_fixation_s < self.mention_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFindings:
    """All findings of a case, and the reader's marks that are on none of them."""

    results: tuple[FindingResult, ...]
    false_marks: tuple[MarkedArea, ...]
    is_truth_known: bool  # whether the reference standard speaks of this case

    @property
    def is_diseased(self) -> bool | None:
        """Whether anything is there; None where the reference standard does not say."""
        return any(each.is_present for each in self.results) if self.is_truth_known else None


def findings_of_case(
    recorded: RecordedCases,
    case: RecordedCase,
    gaze: CaseGaze | None,
    reference: Sequence[ReferenceEntry],
    opened: OpenedStudy | None,
    *,
    margin_deg: float = 0.0,
) -> CaseFindings:
    """Return the findings of the reference standard in one reading.

    Raises
    ------
    MeasureError
        If a mask of the reference standard cannot be used.
    """
    normal = {each.name for each in opened.study.labels if each.is_exclusive} if opened is not None else set()
    entries = [
        each
        for each in reference
        if each.case_id == case.entry.case_id and each.finding and each.finding not in normal
    ]
    marks = marked_areas(case)
    codes = {} if opened is None else {each.screen_code: each.export_code for each in opened.study.certainty}
    used: set[int] = set()
    results = []
    for number, entry in enumerate(entries, start=1):
        area = reference_area(entry, recorded, case)
        on_it = (
            [] if area is None else [index for index, mark in enumerate(marks) if lies_on(mark.area, area)]
        )
        used.update(on_it if entry.is_present else [])
        judged = _judge(case, entry, area, [marks[index] for index in on_it], _listed(opened, case))
        results.append(_result(case, gaze, entry, number, area, judged, codes, margin_deg=margin_deg))
    return CaseFindings(
        results=tuple(results),
        false_marks=tuple(mark for index, mark in enumerate(marks) if index not in used),
        is_truth_known=any(each.case_id == case.entry.case_id for each in reference),
    )


def lies_on(mark: Area, finding: Area) -> bool:
    """Whether a mark counts as being on a finding: the centre of one inside the other."""
    if mark.image_id != finding.image_id:
        return False
    return bool(finding.contains(*mark.centre_image_px)) or bool(mark.contains(*finding.centre_image_px))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """Whether a finding was found, by what."""

    is_found: bool | None
    found_by: str = ""
    mark: MarkedArea | None = None
    does_label_agree: bool | None = None
    certainty: int = -1  # `screen_code`


def _judge(
    case: RecordedCase,
    entry: ReferenceEntry,
    area: Area | None,
    on_it: list[MarkedArea],
    listed: StudyCase | None,
) -> _Judged:
    if on_it:
        # Of several marks the one with the right label, then the surest.
        best = max(on_it, key=lambda mark: (entry.finding in mark.labels, mark.certainty))
        return _Judged(
            is_found=True, found_by="shape", mark=best, certainty=best.certainty,
            does_label_agree=entry.finding in best.labels if best.labels else None,
        )  # fmt: skip
    asked_to_draw = any(screen.kind == _SHAPES for screen in case.entry.screens)
    if area is not None and asked_to_draw:
        return _Judged(is_found=False)
    present = _answer(case, PRESENT)
    certainty = _answer(case, CERTAINTY)
    code = certainty if isinstance(certainty, int) and not isinstance(certainty, bool) else -1
    if listed is not None and listed.target == entry.finding and isinstance(present, bool):
        return _Judged(is_found=present, found_by="answer" if present else "", certainty=code)
    labels = _answer(case, LABELS)
    if isinstance(labels, tuple):
        is_chosen = entry.finding in labels
        return _Judged(is_found=is_chosen, found_by="label" if is_chosen else "", certainty=code)
    return _Judged(is_found=None)


def _result(
    case: RecordedCase,
    gaze: CaseGaze | None,
    entry: ReferenceEntry,
    number: int,
    area: Area | None,
    judged: _Judged,
    codes: dict[int, int],
    *,
    margin_deg: float,
) -> FindingResult:
    mentioned_ns = mention_ns(entry.finding, case.words)
    mention_s = math.nan if mentioned_ns is None else (mentioned_ns - case.first_ns) * 1e-9
    measures = None if area is None or gaze is None else measure_area(gaze, area, margin_deg=margin_deg)
    before_s = math.nan
    if area is not None and gaze is not None and math.isfinite(mention_s):
        before_s = dwell_before_s(gaze, fixations_on(gaze, area, margin_deg), mention_s)
    return FindingResult(
        finding=entry.finding,
        number=number,
        is_present=entry.is_present,
        source=entry.source,
        area=area,
        is_found=judged.is_found,
        found_by=judged.found_by,
        does_label_agree=judged.does_label_agree,
        mark=judged.mark,
        certainty=codes.get(judged.certainty, judged.certainty),
        measures=measures,
        mention_s=mention_s,
        dwell_before_mention_s=before_s,
    )


def _listed(opened: OpenedStudy | None, case: RecordedCase) -> StudyCase | None:
    cases = () if opened is None else opened.cases
    return next((each for each in cases if each.case_id == case.entry.case_id), None)


def _answer(case: RecordedCase, name: str) -> AnswerValue:
    """Return the last answer of a name on any screen; of labels all that were chosen."""
    given = [value for (_, each), value in case.entry.answers.items() if each == name]
    if name == LABELS:
        chosen = [label for value in given if isinstance(value, tuple) for label in value]
        return tuple(chosen) if any(isinstance(value, tuple) for value in given) else None
    return given[-1] if given else None
