"""Orders: permutations, the same everywhere, balanced, with a washout."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from study_texts import some_cases, with_design

from capture_app.session.study import StudyCase, StudyError, earliest_start, plan_for
from capture_app.session.study.crossover import williams_rows
from capture_app.session.study.design_keys import (
    Arm,
    ArmChange,
    CaseSource,
    Order,
    OrderKind,
    Practice,
    Quota,
    SpareSource,
)
from capture_app.session.study.model import Study
from capture_app.session.study.shuffling import OrderStream
from capture_app.session.study.station_keys import Identity, ImageTerms
from capture_app.session.study.task_keys import ImageScreen, Task, TaskKind

SMALL = Study(
    format=1,
    study=Identity(study_id="small", title="A small study"),
    cases=CaseSource(table="cases.csv"),
    images=ImageTerms(licence="built-in"),
    screens=(ImageScreen(name="image"),),
    tasks=(Task(name="read", kind=TaskKind.READ, screens=("image",)),),
    practice=Practice(is_on=False),
)
ARMS = st.integers(2, 7)
READERS = st.from_regex(r"[A-Za-z0-9_.-]{1,32}", fullmatch=True)


def ids(planned: tuple[object, ...]) -> list[str]:
    return [one.case.case_id for one in planned]  # type: ignore[attr-defined]


def arms(count: int) -> tuple[Arm, ...]:
    return tuple(Arm(name=f"arm{number}") for number in range(count))


def readers(count: int) -> tuple[str, ...]:
    return tuple(f"R{number:02}" for number in range(count))


def crossed(study: Study, arm_count: int, change: ArmChange, planned: tuple[str, ...]) -> Study:
    order = Order(kind=OrderKind.CROSSOVER, seed=5, arm_changes=change, washout_days=28, arms=arms(arm_count))
    return with_design(study, order=order, quota=Quota(spares=SpareSource.MARKED), planned=planned)


@given(st.integers(0, 2**53), READERS, st.text(max_size=9), st.integers(0, 60))
def test_a_shuffle_is_a_permutation_and_always_the_same(
    seed: int, reader: str, purpose: str, count: int
) -> None:
    once = OrderStream(seed=seed, reader=reader, purpose=purpose).permuted(range(count))
    again = OrderStream(seed=seed, reader=reader, purpose=purpose).permuted(range(count))
    assert sorted(once) == list(range(count))
    assert once == again


def test_the_generator_gives_the_numbers_it_is_documented_to_give() -> None:
    stream = OrderStream(seed=20261, reader="R01", purpose="cases of list ")
    assert stream.permuted(range(12)) == (11, 10, 8, 5, 4, 1, 0, 6, 9, 2, 3, 7)


def test_a_crossed_plan_is_the_one_it_has_always_been() -> None:
    study = crossed(SMALL, 2, ArmChange.LIST, readers(2))
    plan = plan_for(study, some_cases({"x": 3, "y": 2}), "R01")
    read = [[(one.arm, one.case.case_id) for one in period.cases] for period in plan.periods]
    assert read == [
        [("arm1", "x1"), ("arm1", "x2"), ("arm1", "x0"), ("arm0", "y1"), ("arm0", "y0")],
        [("arm0", "x2"), ("arm0", "x0"), ("arm0", "x1"), ("arm1", "y1"), ("arm1", "y0")],
    ]


def test_all_orders_are_equally_likely() -> None:
    counts = Counter(
        OrderStream(seed=seed, reader="R", purpose="").permuted((0, 1, 2)) for seed in range(6000)
    )
    expected = 1000
    chi_squared = sum((count - expected) ** 2 / expected for count in counts.values())
    assert len(counts) == 6
    assert chi_squared < 20.5  # 5 degrees of freedom: exceeded by chance once in a thousand


@given(st.integers(1, 40), st.integers(1, 40))
def test_numbers_below_a_limit_stay_below_it(seed: int, limit: int) -> None:
    stream = OrderStream(seed=seed, reader="", purpose="")
    assert all(0 <= stream.below(limit) < limit for _ in range(20))


def test_a_fixed_order_is_that_of_the_list() -> None:
    study = with_design(SMALL, order=Order(kind=OrderKind.FIXED))
    plan = plan_for(study, some_cases({"x": 5}), "R1")
    assert ids(plan.periods[0].cases) == ["x0", "x1", "x2", "x3", "x4"]


def test_readers_have_different_orders_of_the_same_cases() -> None:
    cases = some_cases({"x": 20})
    orders = [ids(plan_for(SMALL, cases, reader).periods[0].cases) for reader in readers(4)]
    assert len({tuple(order) for order in orders}) == 4
    assert {tuple(sorted(order)) for order in orders} == {tuple(sorted(case.case_id for case in cases))}


def test_the_cases_beyond_the_quota_are_the_spares() -> None:
    study = with_design(SMALL, order=Order(), quota=Quota(cases_per_reader=50, spares=SpareSource.REST))
    period = plan_for(study, some_cases({"x": 80}), "R1").periods[0]
    assert (len(period.cases), len(period.spares)) == (50, 30)
    assert set(ids(period.cases)).isdisjoint(ids(period.spares))


def test_marked_spares_and_practice_are_no_part_of_the_order() -> None:
    study = with_design(SMALL, order=Order(), quota=Quota(spares=SpareSource.MARKED))
    plan = plan_for(study, some_cases({"x": 6}, spares=3, practice=2), "R1")
    assert len(plan.periods[0].cases) == 6
    assert sorted(ids(plan.periods[0].spares)) == ["spare-x0", "spare-x1", "spare-x2"]
    assert plan.practice == ()  # switched off in this study


@given(st.dictionaries(st.sampled_from("abcde"), st.integers(2, 6), min_size=2), READERS, st.booleans())
def test_blocks_keep_their_lists_together(lists: dict[str, int], reader: str, are_shuffled: bool) -> None:
    study = with_design(SMALL, order=Order(kind=OrderKind.BLOCKED, seed=9, are_lists_shuffled=are_shuffled))
    period = plan_for(study, some_cases(lists), reader).periods[0]
    met = [one.case.list_name for one in period.cases]
    blocks = [name for number, name in enumerate(met) if number == 0 or met[number - 1] != name]
    assert sorted(blocks) == sorted(lists)
    assert are_shuffled or blocks == list(lists)
    assert Counter(met) == lists


@given(ARMS)
def test_every_arm_stands_equally_often_at_every_place_and_after_every_other(arm_count: int) -> None:
    rows = williams_rows(arm_count)
    assert len(rows) == arm_count * (1 + arm_count % 2)
    assert all(sorted(row) == list(range(arm_count)) for row in rows)
    places = Counter((place, arm) for row in rows for place, arm in enumerate(row))
    followers = Counter(pair for row in rows for pair in pairwise(row))
    assert set(places.values()) == {len(rows) // arm_count}
    assert len(followers) == arm_count * (arm_count - 1)
    assert len(set(followers.values())) == 1


@given(ARMS, st.integers(1, 4), st.sampled_from(ArmChange), st.integers(0, 20))
def test_a_crossover_reads_every_case_once_under_every_arm(
    arm_count: int, size: int, change: ArmChange, enrolled: int
) -> None:
    planned = readers(enrolled + 1)
    lists = {f"list{number}": size for number in range(arm_count)}
    plan = plan_for(crossed(SMALL, arm_count, change, planned), some_cases(lists), planned[enrolled])
    read = Counter((one.case.case_id, one.arm) for period in plan.periods for one in period.cases)
    assert len(read) == arm_count * arm_count * size
    assert set(read.values()) == {1}
    assert all(len(set(ids(period.cases))) == len(period.cases) for period in plan.periods)


@given(ARMS, st.integers(1, 3), st.sampled_from(ArmChange))
def test_a_crossover_is_balanced_over_its_planned_readers(
    arm_count: int, groups: int, change: ArmChange
) -> None:
    planned = readers(len(williams_rows(arm_count)) * groups)
    study = crossed(SMALL, arm_count, change, planned)
    cases = some_cases({f"list{number}": 1 for number in range(arm_count)})
    plans = [plan_for(study, cases, reader) for reader in planned]
    first_arms = Counter(plan.periods[0].cases[0].arm for plan in plans)
    under = Counter(
        (period.number, one.case.list_name, one.arm)
        for plan in plans
        for period in plan.periods
        for one in period.cases
    )
    assert len(set(first_arms.values())) == 1
    assert len(under) == arm_count**3
    assert len(set(under.values())) == 1


@given(ARMS, st.integers(0, 12), st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.sampled_from(ArmChange))
def test_the_washout_lies_between_all_periods(
    arm_count: int, enrolled: int, first_end: date, change: ArmChange
) -> None:
    planned = readers(enrolled + 1)
    cases = some_cases({f"list{number}": 2 for number in range(arm_count)})
    plan = plan_for(crossed(SMALL, arm_count, change, planned), cases, planned[enrolled])
    assert plan.periods[0].washout_days == 0
    assert earliest_start(plan.periods[0], first_end) is None
    assert {earliest_start(period, first_end) for period in plan.periods[1:]} == {
        first_end + timedelta(days=28)
    }


def test_nobody_waits_before_the_first_reading() -> None:
    planned = readers(2)
    plan = plan_for(crossed(SMALL, 2, ArmChange.PERIOD, planned), some_cases({"": 2}), "R00")
    assert earliest_start(plan.periods[1], None) is None


def test_spares_of_a_crossed_list_have_its_arm() -> None:
    planned = readers(2)
    cases = some_cases({"one": 3, "two": 3}, spares=1)
    for period in plan_for(crossed(SMALL, 2, ArmChange.LIST, planned), cases, "R01").periods:
        arm_of = {one.case.list_name: one.arm for one in period.cases}
        assert {one.case.list_name: one.arm for one in period.spares} == arm_of


@given(READERS)
def test_what_counts_in_a_crossover_with_a_quota_is_the_same_in_every_period(reader: str) -> None:
    study = crossed(SMALL, 2, ArmChange.PERIOD, (reader,))
    study = with_design(
        study, order=study.order, quota=Quota(cases_per_reader=4, spares=SpareSource.REST), planned=(reader,)
    )
    first, second = plan_for(study, some_cases({"": 9}), reader).periods
    assert set(ids(first.cases)) == set(ids(second.cases))


def test_an_arm_can_bring_its_own_task() -> None:
    order = Order(
        kind=OrderKind.CROSSOVER,
        washout_days=1,
        arms=(Arm(name="plain"), Arm(name="aided", task="aided")),
    )
    study = with_design(SMALL, order=order, planned=("R1",))
    periods = plan_for(study, some_cases({"": 1}), "R1").periods
    assert {one.arm: one.task for period in periods for one in period.cases} == {
        "plain": "read",
        "aided": "aided",
    }


@pytest.mark.parametrize(
    ("order", "quota", "cases", "reader", "said"),
    [
        (Order(), Quota(), some_cases({"x": 2}), "R 1", "not usable"),
        (Order(), Quota(), (), "R1", "There is no case to read"),
        (
            Order(),
            Quota(cases_per_reader=3),
            some_cases({"x": 2}),
            "R1",
            "3 cases have to count and there are 2",
        ),
        (
            Order(kind=OrderKind.BLOCKED),
            Quota(cases_per_reader=3),
            some_cases({"x": 2, "y": 2}),
            "R1",
            "equally",
        ),
        (
            Order(kind=OrderKind.CROSSOVER, arms=arms(2)),
            Quota(),
            some_cases({"x": 2}),
            "R2",
            "balanced over these",
        ),
        (Order(kind=OrderKind.CROSSOVER, arms=arms(1)), Quota(), some_cases({"x": 2}), "R1", "impossible"),
    ],
)
def test_an_impossible_plan_says_why(
    order: Order, quota: Quota, cases: tuple[StudyCase, ...], reader: str, said: str
) -> None:
    with pytest.raises(StudyError, match=said):
        plan_for(with_design(SMALL, order=order, quota=quota, planned=("R1",)), cases, reader)
