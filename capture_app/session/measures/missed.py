"""Missed findings of readings: everything needed to class them anew when the limits are moved."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from capture_app.session.measures.case_tables import RecordedCase, RecordedCases
from capture_app.session.measures.findings import CaseFindings, FindingResult
from gaze_core.measures import (
    Area,
    CaseGaze,
    ClassProbabilities,
    MissClass,
    MissRule,
    Rate,
    TargetError,
    angles_to_finding_deg,
    class_probabilities,
    dwell_near_s,
    rate_of,
)
from gaze_core.rows import MAPPED


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MissedFinding:
    """One finding that a reader missed, with the fixations of that case."""

    session_id: str
    reader: str
    case_id: str
    trial: int
    finding: FindingResult
    area: Area
    gaze: CaseGaze  # without its samples
    errors: tuple[TargetError, ...]  # of the validations around the case
    other_present: int  # further findings of the case
    other_found: int  # of these

    def judged(self, rule: MissRule) -> JudgedMiss:
        """Return why it was missed by a rule."""
        angles = angles_to_finding_deg(self.gaze, self.area, rule)
        near = angles <= rule.radius_deg
        dwell_s = dwell_near_s(self.gaze, angles, rule)
        return JudgedMiss(
            miss=rule.classify(dwell_s),
            dwell_s=dwell_s,
            nearest_deg=float(angles.min(initial=np.inf)),
            first_near_s=float(self.gaze.onsets_s[near][0]) if near.any() else float("nan"),
            near_count=int(near.sum()),
            probabilities=class_probabilities(self.gaze, self.area, rule, self.errors, seed=self.seed),
        )

    @property
    def seed(self) -> int:
        """Of the draws: the same for the same finding of the same reading, wherever it is computed."""
        return zlib.crc32(f"{self.reader}/{self.case_id}/{self.trial}/{self.finding.number}".encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedMiss:
    """Why a finding was missed."""

    miss: MissClass
    dwell_s: float  # summed fixations within the radius
    nearest_deg: float  # of all fixations; infinite where none was on the image
    first_near_s: float  # onset of the first within the radius since the image was shown; NaN: never
    near_count: int
    probabilities: ClassProbabilities


def missed_findings(
    recorded: RecordedCases, case: RecordedCase, gaze: CaseGaze, findings: CaseFindings
) -> tuple[MissedFinding, ...]:
    """Return the missed findings of a case that have a region; none without gaze, which could tell why."""
    if not gaze.is_known:
        return ()
    present = [each for each in findings.results if each.is_present]
    light = without_samples(gaze)
    return tuple(
        MissedFinding(
            session_id=recorded.session_id,
            reader=recorded.reader,
            case_id=case.entry.case_id,
            trial=case.entry.trial,
            finding=each,
            area=each.area,
            gaze=light,
            errors=case.target_errors,
            other_present=len(present) - 1,
            other_found=sum(other.is_found is True for other in present if other is not each),
        )
        for each in present
        if each.is_missed and each.area is not None
    )


def without_samples(gaze: CaseGaze) -> CaseGaze:
    """Return the gaze of a case with its fixations alone."""
    nothing = np.empty(0)
    return replace(
        gaze, t_host_ns=np.empty(0, np.int64), x_norm=nothing, y_norm=nothing, mapped=MAPPED.empty(0),
        weight_s=nothing, pupil_relative=nothing,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SatisfactionOfSearch:
    """How often present findings were missed, by what became of the other findings of their case."""

    alone: Rate  # the only finding of its case
    other_found: Rate  # another finding of the case was found
    other_missed: Rate  # there were others, and none was found


def satisfaction_of_search(cases: Sequence[CaseFindings]) -> SatisfactionOfSearch:
    """Return the rates of misses; findings the task did not ask for count for nothing."""
    counts = {"alone": [0, 0], "other_found": [0, 0], "other_missed": [0, 0]}
    for case in cases:
        present = [each for each in case.results if each.is_present]
        for each in present:
            if each.is_found is None:
                continue
            others = [other for other in present if other is not each]
            group = "alone" if not others else "other_missed"
            if any(other.is_found is True for other in others):
                group = "other_found"
            counts[group][0] += each.is_missed
            counts[group][1] += 1
    rates = {name: rate_of(*pair) for name, pair in counts.items()}
    return SatisfactionOfSearch(**rates)
