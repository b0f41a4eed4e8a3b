"""How long a study takes, as an estimate."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from study_texts import checked, opened, some_cases, with_design

from capture_app.session.study import OpenedStudy, plan_for, summarise
from capture_app.session.study.design_keys import Arm, Breaks, Order, OrderKind
from capture_app.session.study.summary import break_count, calibration_count


@pytest.mark.parametrize(
    ("breaks", "recalibrate", "expected"),
    [
        (Breaks(after_minutes=0), 0, (0, 1)),
        (Breaks(after_minutes=0), 25, (0, 3)),  # 60 cases: at the start, after 25, after 50
        (Breaks(after_minutes=0, after_cases=20), 0, (2, 3)),
        (Breaks(after_minutes=30), 0, (3, 4)),  # two minutes a case: after 15, 30 and 45, none after the last
        (Breaks(after_minutes=30), 10, (3, 8)),
    ],
)
def test_breaks_and_calibrations_are_counted(
    small: OpenedStudy, breaks: Breaks, recalibrate: int, expected: tuple[int, int]
) -> None:
    gates = replace(small.study.gates, recalibrate_after_cases=recalibrate)
    study = replace(small.study, breaks=breaks, gates=gates)
    cases = plan_for(study, some_cases({"": 60}), "R1").periods[0].cases
    assert (break_count(study, cases), calibration_count(study, cases)) == expected


def test_the_expected_time_is_that_of_its_parts(small: OpenedStudy) -> None:
    summary = summarise(small)
    # Three cases of 120 s; one calibration: 9 + 4 + 4 targets of 1.5 s and a minute around; 15 s of pupil.
    assert summary.period_minutes == pytest.approx((3 * 120 + 17 * 1.5 + 60 + 15) / 60)
    assert (summary.case_count, summary.image_count, summary.period_count) == (3, 3, 1)


def test_a_crossover_takes_as_many_periods_as_arms(folder: Path) -> None:
    small = opened(checked(folder))
    order = Order(kind=OrderKind.CROSSOVER, washout_days=28, arms=(Arm(name="x"), Arm(name="y")))
    study = with_design(small.study, order=order, planned=("R1", "R2"))
    summary = summarise(replace(small, study=study))
    assert (summary.period_count, summary.arms, summary.washout_days) == (2, ("x", "y"), 28)
    assert summary.total_minutes == pytest.approx(2 * summary.period_minutes)
