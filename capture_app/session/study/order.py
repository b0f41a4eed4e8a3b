"""In which order a reader reads: a pure function of the study, the case list and the reader's pseudonym.

Fixed, shuffled and blocked orders have one period. A crossover has one period per arm, with a washout
between; every case is read once under every arm. Which cases count and which are spares is decided once per
reader, so that all periods of a crossover hold the same cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from capture_app.session.study.case_table import CaseRole, StudyCase
from capture_app.session.study.crossover import williams_rows
from capture_app.session.study.design_keys import ArmChange, Order, OrderKind, SpareSource
from capture_app.session.study.findings import StudyError
from capture_app.session.study.model import Study
from capture_app.session.study.shuffling import OrderStream
from recordings_schema.errors import MetadataError
from recordings_schema.metadata import ParticipantRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCase:
    """One reading that is planned."""

    case: StudyCase
    arm: str  # "" where there are no arms
    task: str  # name of the task it is read for


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPeriod:
    """Readings that follow each other without a washout."""

    number: int  # from 1
    cases: tuple[PlannedCase, ...]  # those that have to count, in order
    spares: tuple[PlannedCase, ...]  # taken in order; in blocked and crossed orders from the same list
    washout_days: int  # between the end of the period before and the start of this; 0 for the first


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingPlan:
    """All readings of one reader."""

    reader: str
    practice: tuple[PlannedCase, ...]
    periods: tuple[PlannedPeriod, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Split:
    """The cases of one list."""

    name: str
    counted: tuple[StudyCase, ...]
    spares: tuple[StudyCase, ...]


def plan_for(study: Study, cases: Sequence[StudyCase], reader: str) -> ReadingPlan:
    """Return the reading plan of a reader.

    Raises
    ------
    StudyError
        If the pseudonym cannot stand, the reader is not expected, or the order is impossible.
    """
    _check_reader(study, reader)
    splits = _splits(study, cases, reader)
    kind = study.order.kind
    if kind is OrderKind.CROSSOVER:
        periods = _crossed(study, splits, reader)
    elif kind is OrderKind.BLOCKED:
        periods = (_blocked(study, splits, reader),)
    else:
        periods = (_single(study, splits[0]),)
    practice = [case for case in cases if case.role is CaseRole.PRACTICE] if study.practice.is_on else []
    return ReadingPlan(
        reader=reader, practice=tuple(_planned(study, case) for case in practice), periods=periods
    )


def earliest_start(period: PlannedPeriod, previous_end: date | None) -> date | None:
    """Return the first day on which a period may begin; None where any day will do."""
    if previous_end is None or period.washout_days == 0:
        return None
    return previous_end + timedelta(days=period.washout_days)


def list_names(cases: Sequence[StudyCase]) -> tuple[str, ...]:
    """Return the lists of the cases that are no practice, in the order they are first met."""
    return tuple(dict.fromkeys(case.list_name for case in cases if case.role is not CaseRole.PRACTICE))


def uses_lists(order: Order) -> bool:
    """Whether the order keeps the cases of a list together."""
    is_crossed_by_list = order.kind is OrderKind.CROSSOVER and order.arm_changes is ArmChange.LIST
    return order.kind is OrderKind.BLOCKED or is_crossed_by_list


def counted_per_list(study: Study, cases: Sequence[StudyCase]) -> int:
    """Return how many cases of each list have to count; 0 where all do.

    Raises
    ------
    StudyError
        If the quota cannot be shared equally by the lists.
    """
    quota = study.quota.cases_per_reader
    if not uses_lists(study.order) or quota == 0:
        return quota
    count = len(list_names(cases)) or 1
    if quota % count:
        raise StudyError(f"A quota of {quota} cases cannot be shared equally by {count} lists.")
    return quota // count


def _check_reader(study: Study, reader: str) -> None:
    try:
        ParticipantRecord(pseudonym=reader)
    except MetadataError as err:
        raise StudyError(str(err)) from err
    is_planned = reader in study.readers.planned
    if not is_planned and not study.readers.are_others_allowed:
        raise StudyError(
            f"{reader} is not among the planned readers of {study.study.study_id}. "
            "Correct the pseudonym, or add it to readers.planned."
        )
    if not is_planned and study.order.kind is OrderKind.CROSSOVER:
        raise StudyError(
            f"{reader} is not among the planned readers, and a crossover is balanced over these alone. "
            "Add the pseudonym at the end of readers.planned."
        )


def _splits(study: Study, cases: Sequence[StudyCase], reader: str) -> tuple[_Split, ...]:
    counted = counted_per_list(study, cases)
    is_by_list = uses_lists(study.order)
    is_shuffled = study.order.kind is not OrderKind.FIXED
    splits = []
    for name in list_names(cases) if is_by_list else ("",):
        members = [case for case in cases if not is_by_list or case.list_name == name]
        pool = tuple(case for case in members if case.role is CaseRole.STUDY)
        marked = tuple(case for case in members if case.role is CaseRole.SPARE)
        if is_shuffled:
            pool = _stream(study, reader, f"cases of list {name}").permuted(pool)
            marked = _stream(study, reader, f"spares of list {name}").permuted(marked)
        splits.append(_split(study, name, pool, marked, counted))
    if not any(split.counted for split in splits):
        raise StudyError("There is no case to read. Write cases with the role study into the case list.")
    return tuple(splits)


def _split(
    study: Study, name: str, pool: tuple[StudyCase, ...], marked: tuple[StudyCase, ...], counted: int
) -> _Split:
    if counted > len(pool):
        where = f" of list {name}" if name else ""
        raise StudyError(
            f"{counted} cases{where} have to count and there are {len(pool)}. Add cases or lower the quota."
        )
    end = counted or len(pool)
    spares = {SpareSource.NONE: (), SpareSource.MARKED: marked, SpareSource.REST: pool[end:]}
    return _Split(name=name, counted=pool[:end], spares=spares[study.quota.spares])


def _single(study: Study, split: _Split) -> PlannedPeriod:
    return _period(study, 1, [(split, split.counted, "")])


def _blocked(study: Study, splits: tuple[_Split, ...], reader: str) -> PlannedPeriod:
    if study.order.are_lists_shuffled:
        splits = _stream(study, reader, "lists").permuted(splits)
    return _period(study, 1, [(split, split.counted, "") for split in splits])


def _crossed(study: Study, splits: tuple[_Split, ...], reader: str) -> tuple[PlannedPeriod, ...]:
    arms = [arm.name for arm in study.order.arms]
    is_by_list = study.order.arm_changes is ArmChange.LIST
    if len(arms) < 2 or (is_by_list and len(splits) != len(arms)):
        raise StudyError(
            f"A crossover with {len(arms)} arms and {len(splits)} lists is impossible. Give two or more arms "
            "and, where the arm changes by list, as many lists."
        )
    enrolled = study.readers.planned.index(reader)
    rows = williams_rows(len(arms))
    row = rows[enrolled % len(rows)]
    periods = []
    for period in range(len(arms)):
        # Where all arms of a period differ, lists take turns with the places over groups of readers.
        shift = enrolled // len(rows) if is_by_list else 0
        turn = [splits[(place + shift) % len(splits)] for place in range(len(splits))]
        named = [
            row[(place + period) % len(arms)] if is_by_list else row[period] for place in range(len(splits))
        ]
        blocks = []
        for split, arm in zip(turn, named, strict=True):
            stream = _stream(study, reader, f"period {period + 1} list {split.name}")
            blocks.append((split, stream.permuted(split.counted), arms[arm]))
        periods.append(_period(study, period + 1, blocks))
    return tuple(periods)


def _period(
    study: Study, number: int, blocks: Sequence[tuple[_Split, tuple[StudyCase, ...], str]]
) -> PlannedPeriod:
    return PlannedPeriod(
        number=number,
        cases=tuple(_planned(study, case, arm) for _, cases, arm in blocks for case in cases),
        spares=tuple(_planned(study, case, arm) for split, _, arm in blocks for case in split.spares),
        washout_days=study.order.washout_days if number > 1 else 0,
    )


def _planned(study: Study, case: StudyCase, arm: str = "") -> PlannedCase:
    tasks = {one.name: one.task for one in study.order.arms}
    task = tasks.get(arm, "") or case.task or study.tasks[0].name
    return PlannedCase(case=case, arm=arm, task=task)


def _stream(study: Study, reader: str, purpose: str) -> OrderStream:
    return OrderStream(seed=study.order.seed, reader=reader, purpose=purpose)
