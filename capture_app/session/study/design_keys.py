"""Keys of a study file about the design: cases, readers, order, practice, quota, breaks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Annotated

from capture_app.session.study.keys import Key, name_key


class OrderKind(str, Enum):
    """How cases are put in order."""

    FIXED = "fixed"  # as in the case list
    SHUFFLED = "shuffled"  # another order for each reader, from the seed
    BLOCKED = "blocked"  # list by list, each shuffled by itself
    CROSSOVER = "crossover"  # every case once under every arm, a washout between


class ArmChange(str, Enum):
    """When a crossover goes from one arm to the next."""

    PERIOD = "period"  # all cases of a period are read under one arm
    LIST = "list"  # in each period every list has another arm


class SpareSource(str, Enum):
    """Where cases come from that replace discarded ones."""

    NONE = "none"  # discarded cases are not replaced
    MARKED = "marked"  # those with the role `spare` in the case list
    REST = "rest"  # those beyond the quota


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSource:
    """Where the cases are listed. Paths are relative to the study folder and stay inside it."""

    table: Annotated[str, Key("case list, a CSV file")] = ""
    folder: Annotated[str, Key("instead of `table`: a folder of images, one case per image")] = ""
    reference: Annotated[
        str, Key("CSV file of the reference standard; neither reader nor operator is shown it")
    ] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """Who is expected to read; a crossover is balanced over this list."""

    planned: Annotated[tuple[str, ...], name_key("pseudonyms, in order of enrolment")] = ()
    are_others_allowed: Annotated[bool, Key("readers who are not planned may read, too")] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One condition of a crossover."""

    name: Annotated[str, name_key("name of the condition")]
    description: Annotated[str, Key("what the condition is, for the report")] = ""
    task: Annotated[str, Key("task of all cases under this arm; empty: each case's own")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """In which order cases are read."""

    kind: Annotated[OrderKind, Key("how cases are put in order")] = OrderKind.SHUFFLED
    seed: Annotated[int, Key("chosen once; with the pseudonym it decides every order", low=0, high=2**53)] = 0
    are_lists_shuffled: Annotated[bool, Key("blocked: the order of the lists differs between readers")] = True
    arm_changes: Annotated[ArmChange, Key("crossover: when the arm changes")] = ArmChange.PERIOD
    washout_days: Annotated[
        int, Key("crossover: days between the periods", unit="days", low=0, high=3650)
    ] = 0
    arms: Annotated[tuple[Arm, ...], Key("crossover: the conditions", at_most=12)] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """The practice list (role `practice`), and what has to be reached in it. Never exported."""

    is_on: Annotated[bool, Key("practice comes before the first case")] = True
    minimum_cases: Annotated[int, Key("cases to read at least", low=0, high=100)] = 1
    green_in_a_row: Annotated[int, Key("cases in a row within all gates; 0: not asked", low=0, high=20)] = 0
    correct_percent: Annotated[
        float, Key("right answers by the reference standard; 0: not asked", unit="%", low=0, high=100)
    ] = 0.0
    rounds_maximum: Annotated[
        int, Key("times the list may be read before the operator decides", low=1, high=10)
    ] = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How many cases of each reader have to count, and what replaces a case that does not."""

    cases_per_reader: Annotated[int, Key("cases that have to count; 0: all", low=0, high=100_000)] = 0
    spares: Annotated[SpareSource, Key("where spares come from")] = SpareSource.MARKED


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaks:
    """When a break is offered. After every break gaze is calibrated again."""

    after_cases: Annotated[int, Key("cases; 0: not by cases", low=0, high=1000)] = 0
    after_minutes: Annotated[
        float, Key("minutes of reading; 0: not by time", unit="min", low=0, high=240)
    ] = 30.0
    shortest_minutes: Annotated[float, Key("length of a break at least", unit="min", low=0, high=120)] = 5.0
    are_required: Annotated[bool, Key("a break cannot be skipped")] = False
