"""What one reader reads in one period, and which case is next: a pure function of how the cases ended.

A case that does not count is replaced by the next spare. In blocked and crossed orders the spare comes from
the same list and is read at the end of that list, before the next begins.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from capture_app.session.reading.errors import ReadingError
from capture_app.session.study import PlannedCase, ReadingPlan, Study
from capture_app.session.study.design_keys import Practice
from capture_app.session.study.order import uses_lists


class Fate(str, Enum):
    """How a case has ended so far."""

    UNREAD = "unread"
    COUNTS = "counts"
    FAILED = "failed"  # finished or set aside, and does not count


class PracticeStage(str, Enum):
    """Where practice is."""

    READING = "reading"
    UNDECIDED = "undecided"  # all rounds are read and the criterion is not reached: the operator decides
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeResult:
    """One practice case that was read."""

    is_green: bool
    is_correct: bool | None  # None: the reference does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Cases that stay together, with the spares that replace them."""

    cases: tuple[PlannedCase, ...]
    spares: tuple[PlannedCase, ...]

    def in_use(self, fate_of: Callable[[str], Fate]) -> list[PlannedCase]:
        """Return the cases in order, with one spare behind them for each that failed."""
        used, spares = list(self.cases), iter(self.spares)
        for planned in used:  # grows while it is walked: a spare may fail, too
            if fate_of(planned.case.case_id) is Fate.FAILED and (spare := next(spares, None)) is not None:
                used.append(spare)
        return used


@dataclass(frozen=True, slots=True, kw_only=True)
class Worklist:
    """Practice and cases of one reader in one period."""

    reader: str
    period: int  # from 1
    practice: tuple[PlannedCase, ...]
    blocks: tuple[Block, ...]

    @classmethod
    def of(cls, study: Study, plan: ReadingPlan, period: int = 1) -> Worklist:
        """Return the worklist of a period; practice comes before the first alone.

        Raises
        ------
        ReadingError
            If the plan has no such period.
        """
        found = next((each for each in plan.periods if each.number == period), None)
        if found is None:
            raise ReadingError(f"The study has no period {period}; give one from 1 to {len(plan.periods)}.")
        if not uses_lists(study.order):
            blocks = [Block(cases=found.cases, spares=found.spares)]
        else:
            blocks = [
                Block(
                    cases=tuple(cases),
                    spares=tuple(spare for spare in found.spares if spare.case.list_name == name),
                )
                for name, cases in groupby(found.cases, key=lambda planned: planned.case.list_name)
            ]
        return cls(
            reader=plan.reader,
            period=period,
            practice=plan.practice if period == 1 else (),
            blocks=tuple(blocks),
        )

    @property
    def quota(self) -> int:
        """Cases that have to count."""
        return sum(len(block.cases) for block in self.blocks)

    @property
    def all_cases(self) -> tuple[PlannedCase, ...]:
        """Everything that may come before the reader."""
        counted = [planned for block in self.blocks for planned in (*block.cases, *block.spares)]
        return (*self.practice, *counted)

    def in_use(self, fate_of: Callable[[str], Fate]) -> tuple[PlannedCase, ...]:
        """Return the cases and the spares that are needed so far, in the order they are read."""
        return tuple(planned for block in self.blocks for planned in block.in_use(fate_of))

    def next_case(self, fate_of: Callable[[str], Fate]) -> PlannedCase | None:
        """Return the case to be read next; None where all are read."""
        unread = (each for each in self.in_use(fate_of) if fate_of(each.case.case_id) is Fate.UNREAD)
        return next(unread, None)

    def is_spare(self, case_id: str) -> bool:
        """Whether a case is there to replace others."""
        return any(case_id == spare.case.case_id for block in self.blocks for spare in block.spares)

    def is_practice(self, case_id: str) -> bool:
        """Whether a case is for practice; it never counts and is never exported."""
        return any(case_id == planned.case.case_id for planned in self.practice)


def practice_stage(
    rules: Practice, case_count: int, results: list[PracticeResult], *, extra_rounds: int, is_ended: bool
) -> PracticeStage:
    """Return where practice is.

    Parameters
    ----------
    rules
        The study's.
    case_count
        Length of the practice list.
    results
        Practice cases in the order they were read, those set aside left out.
    extra_rounds
        Rounds that the operator allowed beyond the study's.
    is_ended
        The operator has ended practice.
    """
    if is_ended or not rules.is_on or case_count == 0:
        return PracticeStage.OVER
    streak = results[len(results) - rules.green_in_a_row :] if rules.green_in_a_row else []
    is_green = len(streak) == rules.green_in_a_row and all(result.is_green for result in streak)
    known = [result.is_correct for result in results[-case_count:] if result.is_correct is not None]
    is_correct = rules.correct_percent <= (100.0 * sum(known) / len(known) if known else 0.0)
    if len(results) >= rules.minimum_cases and is_green and is_correct:
        return PracticeStage.OVER
    if len(results) >= (rules.rounds_maximum + extra_rounds) * case_count:
        return PracticeStage.UNDECIDED
    return PracticeStage.READING
