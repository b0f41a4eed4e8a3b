"""The state of a reading as a fold over its rows: whoever has the rows has the state.

The loop changes its state by the rows it emits and by nothing else, so a state that is built from the rows
of a recovered recording is the one the loop had when they were written. Rows of different tables are put in
order by their times, which the loop gives 1 ns apart at least.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from capture_app.session.reading.attempts import Attempt, Ending
from capture_app.session.reading.gaze_loss import Light
from capture_app.session.reading.worklist import Fate, PracticeResult
from gaze_core.rows import (
    ANSWER,
    DRIFT,
    JUDGEMENT,
    NO_TIME,
    SCREEN,
    SHAPE,
    TRIAL,
    Rows,
)

RecordingRows: TypeAlias = Mapping[str, Rows]
"""Rows of one recording by the name of their row type: screen, answer, shape, trial, judgement, drift."""

TIME_COLUMNS: Final = {
    SCREEN.name: "t_presented_host_ns",
    ANSWER.name: "t_host_ns",
    SHAPE.name: "t_host_ns",
    TRIAL.name: "t_host_ns",
    JUDGEMENT.name: "t_host_ns",
    DRIFT.name: "t_host_ns",
}
PASSING_OUTCOMES: Final = ("measured", "overridden")
"""Outcomes of a drift check after which a case may open."""


@dataclass(slots=True, kw_only=True)
class Opening:
    """A case that was announced by its judgement row; the TRIAL row that follows opens it."""

    trial: int
    case_id: str
    attempt: int
    task: str


@dataclass(slots=True, kw_only=True)
class ReadingState:
    """Everything the loop knows. Changed by `apply` and `begin_recording` alone."""

    attempts: dict[str, list[Attempt]] = field(default_factory=dict)  # by case, in order
    open_attempt: Attempt | None = None  # before the reader
    opening: Opening | None = None
    continuing: str = ""  # the interrupted case that the next trial goes on with
    next_trial: int = 0  # of the recording that runs
    last_ns: int = NO_TIME  # time of the last row
    break_since_ns: int | None = None
    cases_since_break: int = 0
    worked_since_break_ns: int = 0
    is_calibration_due: bool = True
    cases_since_calibration: int = 0
    cases_since_drift_check: int = 0
    drift_trial: int = -1  # the trial that the last check was made for
    drift_outcome: str = ""
    drift_deg: float = math.nan  # offset of the last check
    running_drift_deg: float = math.nan
    practice_order: list[tuple[str, int]] = field(default_factory=list)  # case and attempt, committed
    extra_rounds: int = 0
    is_practice_ended: bool = False

    def latest(self, case_id: str) -> Attempt | None:
        """Return the newest attempt at a case."""
        attempts = self.attempts.get(case_id)
        return attempts[-1] if attempts else None

    def fate_of(self, case_id: str) -> Fate:
        """Return how a case has ended so far."""
        latest = self.latest(case_id)
        if latest is None or latest.ending in (Ending.NONE, Ending.RESTARTED):
            return Fate.UNREAD
        return Fate.COUNTS if latest.does_count else Fate.FAILED

    @property
    def interrupted(self) -> Attempt | None:
        """The attempt that a recording was cut off in, and that nobody has decided about."""
        for attempts in self.attempts.values():
            if attempts[-1].is_interrupted and attempts[-1].ending is Ending.NONE:
                return attempts[-1]
        return None

    @property
    def practice_results(self) -> list[PracticeResult]:
        """Practice cases that were read, in order."""
        done = [self.attempts[case_id][attempt] for case_id, attempt in self.practice_order]
        return [
            PracticeResult(is_green=each.grade == Light.GREEN.value, is_correct=each.is_correct)
            for each in done
        ]
