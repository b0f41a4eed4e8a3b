"""Which case is next: spares replace failed cases, lists stay together, practice has a criterion."""

from __future__ import annotations

from dataclasses import replace

import pytest
from reading_rig import preset_study, quiet, some_cases

from capture_app.session.reading import Fate, PracticeStage, ReadingError, Worklist
from capture_app.session.reading.worklist import PracticeResult, practice_stage
from capture_app.session.study import CaseRole, StudyCase, plan_for
from capture_app.session.study.design_keys import Order, OrderKind, Practice

GOOD = PracticeResult(is_green=True, is_correct=True)
POOR = PracticeResult(is_green=False, is_correct=False)


def worklist(count: int = 3, spares: int = 2) -> Worklist:
    study = quiet(preset_study("egd"), cases=count)
    return Worklist.of(study, plan_for(study, some_cases(count, spares=spares), "R01"))


def read_through(work: Worklist, failing: set[str]) -> list[str]:
    fates: dict[str, Fate] = {}
    order = []
    while (planned := work.next_case(lambda case: fates.get(case, Fate.UNREAD))) is not None:
        case_id = planned.case.case_id
        order.append(case_id)
        fates[case_id] = Fate.FAILED if case_id in failing else Fate.COUNTS
    return order


def test_without_failures_no_spare_is_read() -> None:
    work = worklist()

    order = read_through(work, set())

    assert sorted(order) == ["study-0", "study-1", "study-2"]


def test_each_failed_case_is_replaced_by_one_spare_at_the_end() -> None:
    work = worklist()

    order = read_through(work, {"study-1"})

    assert len(order) == 4
    assert work.is_spare(order[-1])


def test_a_spare_that_fails_is_replaced_as_well() -> None:
    work = worklist()
    spares = [spare.case.case_id for spare in work.blocks[0].spares]

    order = read_through(work, {"study-1", spares[0]})

    assert order[-2:] == spares


def test_reading_ends_when_the_spares_are_used_up() -> None:
    assert len(read_through(worklist(spares=1), {"study-0", "study-1", "study-2"})) == 4


def test_spares_of_a_blocked_order_come_at_the_end_of_their_own_list() -> None:
    cases = tuple(
        StudyCase(case_id=f"{name}-{role.value}", images=(), list_name=name, role=role)
        for name in ("one", "two")
        for role in (CaseRole.STUDY, CaseRole.SPARE)
    )
    study = replace(
        quiet(preset_study("egd"), cases=2),
        order=Order(kind=OrderKind.BLOCKED, are_lists_shuffled=False),
    )
    work = Worklist.of(study, plan_for(study, cases, "R01"))

    order = read_through(work, {"one-study"})

    assert order == ["one-study", "one-spare", "two-study"]


def test_a_period_that_is_not_there_is_refused() -> None:
    study = quiet(preset_study("egd"))
    plan = plan_for(study, some_cases(), "R01")

    with pytest.raises(ReadingError, match="no period 2"):
        Worklist.of(study, plan, 2)


@pytest.mark.parametrize(
    ("rules", "results", "stage"),
    [
        (Practice(is_on=False), [], PracticeStage.OVER),
        (Practice(minimum_cases=1), [], PracticeStage.READING),
        (Practice(minimum_cases=1), [POOR], PracticeStage.OVER),
        (Practice(minimum_cases=1, green_in_a_row=2), [GOOD, POOR, GOOD], PracticeStage.READING),
        (Practice(minimum_cases=1, green_in_a_row=2), [POOR, GOOD, GOOD], PracticeStage.OVER),
        (Practice(minimum_cases=1, correct_percent=50.0), [GOOD, POOR], PracticeStage.OVER),
        (Practice(minimum_cases=1, correct_percent=60.0), [GOOD, POOR], PracticeStage.READING),
        (Practice(minimum_cases=1, green_in_a_row=1, rounds_maximum=2), [POOR] * 4, PracticeStage.UNDECIDED),
    ],
)
def test_practice_ends_once_its_criterion_is_reached(
    rules: Practice, results: list[PracticeResult], stage: PracticeStage
) -> None:
    assert practice_stage(rules, 2, results, extra_rounds=0, is_ended=False) is stage


def test_the_operator_can_add_a_round_or_end_practice() -> None:
    rules = Practice(minimum_cases=1, green_in_a_row=1, rounds_maximum=1)

    again = practice_stage(rules, 2, [POOR, POOR], extra_rounds=1, is_ended=False)
    ended = practice_stage(rules, 2, [POOR, POOR], extra_rounds=0, is_ended=True)

    assert (again, ended) == (PracticeStage.READING, PracticeStage.OVER)


def test_answers_that_nobody_can_judge_do_not_reach_a_share_of_right_ones() -> None:
    rules = Practice(minimum_cases=1, correct_percent=50.0)
    unknown = PracticeResult(is_green=True, is_correct=None)

    assert practice_stage(rules, 2, [unknown], extra_rounds=0, is_ended=False) is PracticeStage.READING
