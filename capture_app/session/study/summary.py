"""What a study amounts to: cases, order, and how long one reader will take. An estimate for planning."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Final

from capture_app.session.study.case_table import CaseRole
from capture_app.session.study.design_keys import OrderKind
from capture_app.session.study.loading import OpenedStudy
from capture_app.session.study.model import Study
from capture_app.session.study.order import PlannedCase, ReadingPlan, plan_for

_SETTLING_S: Final = 60.0
"""Seating, messages and clicks around one calibration with its validation."""
_ANY_READER: Final = "any-reader"


@dataclass(frozen=True, slots=True, kw_only=True)
class StudySummary:
    """A study in a few numbers."""

    study_id: str
    title: str
    case_count: int  # that may count
    spare_count: int  # marked ones
    practice_count: int
    image_count: int  # different files
    tasks: dict[str, int]  # cases by name of the task
    counted_per_period: int
    period_count: int
    arms: tuple[str, ...]
    washout_days: int  # between periods
    reader_count: int  # planned
    order: str  # in words
    calibration_count: int  # per period, after breaks and by the number of cases
    period_minutes: float  # expected, one reader
    total_minutes: float  # expected, one reader, all periods


def summarise(opened: OpenedStudy) -> StudySummary:
    """Return the summary of a study whose check found no errors.

    Raises
    ------
    StudyError
        If the order is impossible.
    """
    study, cases = opened.study, opened.cases
    reader = study.readers.planned[0] if study.readers.planned else _ANY_READER
    plan = plan_for(study, cases, reader)
    roles = Counter(case.role for case in cases)
    minutes = [_period_minutes(study, plan, number) for number in range(len(plan.periods))]
    return StudySummary(
        study_id=study.study.study_id,
        title=study.study.title,
        case_count=roles[CaseRole.STUDY],
        spare_count=roles[CaseRole.SPARE],
        practice_count=roles[CaseRole.PRACTICE],
        image_count=len({image for case in cases for image in case.images}),
        tasks=dict(Counter(case.task or study.tasks[0].name for case in cases)),
        counted_per_period=len(plan.periods[0].cases),
        period_count=len(plan.periods),
        arms=tuple(arm.name for arm in study.order.arms),
        washout_days=study.order.washout_days,
        reader_count=len(study.readers.planned),
        order=order_words(study),
        calibration_count=calibration_count(study, plan.periods[0].cases),
        period_minutes=max(minutes),
        total_minutes=sum(minutes),
    )


def order_words(study: Study) -> str:
    """Return the order in words, for the summary and the report."""
    order = study.order
    return {
        OrderKind.FIXED: "fixed, as in the case list",
        OrderKind.SHUFFLED: f"shuffled for each reader (seed {order.seed})",
        OrderKind.BLOCKED: f"list by list, each shuffled for each reader (seed {order.seed})",
        OrderKind.CROSSOVER: f"crossover, the arm changes by {order.arm_changes.value} (seed {order.seed})",
    }[order.kind]


def break_count(study: Study, cases: tuple[PlannedCase, ...]) -> int:
    """Return how many breaks are expected while these cases are read."""
    limit_s = study.breaks.after_minutes * 60.0
    passed_s, passed_cases, count = 0.0, 0, 0
    for planned in cases[:-1]:
        passed_s += study.task_named(planned.task).expected_s
        passed_cases += 1
        if (limit_s and passed_s >= limit_s) or passed_cases == study.breaks.after_cases:
            passed_s, passed_cases, count = 0.0, 0, count + 1
    return count


def calibration_count(study: Study, cases: tuple[PlannedCase, ...]) -> int:
    """Return how many calibrations are expected: the first, after each break, by the number of cases."""
    breaks = break_count(study, cases)
    every = study.gates.recalibrate_after_cases
    longest_run = math.ceil(len(cases) / (breaks + 1))
    within_a_run = (longest_run - 1) // every if every else 0
    return (1 + within_a_run) * (breaks + 1)


def _period_minutes(study: Study, plan: ReadingPlan, number: int) -> float:
    cases = plan.periods[number].cases
    calibration = study.calibration
    target_s = calibration.travel_s + calibration.dwell_s
    targets = calibration.points + calibration.validation_points + calibration.closing_points
    total_s = (
        calibration_count(study, cases) * (targets * target_s + _SETTLING_S) + calibration.pupil_baseline_s
    )
    total_s += break_count(study, cases) * study.breaks.shortest_minutes * 60.0
    total_s += sum(study.task_named(planned.task).expected_s for planned in cases)
    if number == 0:
        total_s += sum(
            study.task_named(planned.task).expected_s
            for planned in plan.practice[: study.practice.minimum_cases]
        )
    return total_s / 60.0
