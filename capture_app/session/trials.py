"""Trials: one case in front of the reader, from the moment it was asked for until the next.

Going back to a case is a new trial: looking again is a separate interval and is never pooled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from capture_app.session.cases import Case
from capture_app.session.states import CaseItem, CaseMark
from gaze_core.rows import TRIAL, Rows, decode_text

POOR_LOSS_SHARE: Final = 0.15
"""Share of missing samples from which a case is marked: the red limit of the published reading protocol."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialCount:
    """Samples of one trial while its image was visible."""

    expected: int = 0  # delivered and lost
    valid: int = 0

    @property
    def loss_share(self) -> float:
        """Share of expected samples without valid gaze; NaN before the first."""
        return 1.0 - self.valid / self.expected if self.expected else float("nan")


class TrialBook:
    """The case list with its marks, the open trial, and the TRIAL rows they make."""

    def __init__(self, cases: tuple[Case, ...] = ()) -> None:
        self._cases = cases
        self._marks = [CaseMark.UNREADABLE if case.problem else CaseMark.WAITING for case in cases]
        self._notes = [case.problem for case in cases]
        self._rows: Rows = TRIAL.empty(0)
        self._next_trial = 0
        self._is_at_end = False  # the last case has been read
        self._count = TrialCount()
        self._items: tuple[CaseItem, ...] | None = None
        self.version = 0
        self.trial = -1  # open or paused trial, -1 when none is
        self.is_paused = False
        self.case_index = -1  # case that is shown, -1 when none is

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases in order."""
        return self._cases

    @property
    def items(self) -> tuple[CaseItem, ...]:
        """The lines of the case list."""
        if self._items is None:
            self._items = tuple(
                CaseItem(case_id=case.case_id, mark=mark, note=note)
                for case, mark, note in zip(self._cases, self._marks, self._notes, strict=True)
            )
        return self._items

    @property
    def is_any_readable(self) -> bool:
        """Whether there is a case whose images can be shown, as far as is known."""
        return any(mark is not CaseMark.UNREADABLE for mark in self._marks)

    @property
    def rows(self) -> Rows:
        """All TRIAL rows of the recording so far, in order of time."""
        return self._rows

    @property
    def loss_share(self) -> float:
        """Loss of the open trial."""
        return self._count.loss_share

    def begin_recording(self) -> tuple[str, ...]:
        """Number trials from 0 again and forget the marks of an earlier recording.

        Cases whose images are known to be unreadable stay so; what is wrong with each is returned, since the
        new recording would not hear of it otherwise.
        """
        self.leave()
        self._next_trial = 0
        is_unreadable = [mark is CaseMark.UNREADABLE for mark in self._marks]
        self._marks = [CaseMark.UNREADABLE if each else CaseMark.WAITING for each in is_unreadable]
        self._notes = [note if each else "" for each, note in zip(is_unreadable, self._notes, strict=True)]
        self._touch()
        return tuple(note for note in self._notes if note)

    def leave(self) -> None:
        """Forget the trials of a recording that is over; none is open any more."""
        self._rows = TRIAL.empty(0)
        self.trial = -1
        self.is_paused = False

    def show(self, index: int) -> None:
        """Make a case the current one in the list; -1 when the last one has been read."""
        self._leave_current()
        self.case_index = index
        self._is_at_end = index < 0
        if index >= 0 and self._marks[index] is not CaseMark.UNREADABLE:
            self._marks[index] = CaseMark.CURRENT
        self._touch()

    def note_problem(self, index: int, problem: str) -> None:
        """Mark a case whose image turned out unreadable."""
        self._marks[index], self._notes[index] = CaseMark.UNREADABLE, problem
        self._touch()

    def open(self, t_host_ns: int, image_ids: tuple[int, ...]) -> Rows:
        """Begin a trial of the current case; returns its row."""
        self.trial = self._next_trial
        self._next_trial += 1
        self.is_paused = False
        self._count = TrialCount()
        return self._add(t_host_ns, "open", image_ids)

    def pause(self, t_host_ns: int) -> Rows:
        """Close the open trial to the reading."""
        self.is_paused = True
        return self._add(t_host_ns, "paused")

    def resume(self, t_host_ns: int) -> Rows:
        """Open it again."""
        self.is_paused = False
        return self._add(t_host_ns, "resumed")

    def end(self, t_host_ns: int, outcome: str = "done") -> Rows:
        """End the open trial and mark its case by the loss it had."""
        row = self._add(t_host_ns, outcome)
        if self.case_index >= 0:
            share = self._count.loss_share
            is_poor = share >= POOR_LOSS_SHARE
            self._marks[self.case_index] = CaseMark.POOR if is_poor else CaseMark.DONE
            self._notes[self.case_index] = f"loss {100 * share:.0f} %" if is_poor else ""
        self.trial = -1
        self.is_paused = False
        self._touch()
        return row

    def follow(self, rows: Rows) -> None:
        """Take TRIAL rows that the case loop of a study has made."""
        for row in rows:
            state = bytes(row["state"]).decode()
            if state == "open":
                case_id = decode_text(row["case_id"])
                self.show(next(n for n, case in enumerate(self._cases) if case.case_id == case_id))
                self.trial, self._count = int(row["trial"]), TrialCount()
            elif state not in ("paused", "resumed"):
                self._leave_current()
                self.trial, self.case_index = -1, -1
            self.is_paused = state == "paused"
        self._rows = np.concatenate([self._rows, rows])
        self._touch()

    def count(self, is_valid: npt.NDArray[np.bool_], lost: int) -> None:
        """Count samples that arrived, and those that never did, while the trial's image was visible."""
        if self.trial >= 0 and not self.is_paused:
            self._count = TrialCount(
                expected=self._count.expected + len(is_valid) + lost,
                valid=self._count.valid + int(np.count_nonzero(is_valid)),
            )

    def next_index(self, step: int) -> int:
        """Return the nearest case in a direction that can be shown, -1 when there is none."""
        index = (len(self._cases) if self._is_at_end else self.case_index) + step
        while 0 <= index < len(self._cases):
            if self._marks[index] is not CaseMark.UNREADABLE:
                return index
            index += step
        return -1

    def _leave_current(self) -> None:
        if self.case_index >= 0 and self._marks[self.case_index] is CaseMark.CURRENT:
            self._marks[self.case_index] = CaseMark.WAITING

    def _add(self, t_host_ns: int, state: str, image_ids: tuple[int, ...] = ()) -> Rows:
        row = TRIAL.row(
            t_host_ns=t_host_ns,
            trial=self.trial,
            case_id=self._cases[self.case_index].case_id if self.case_index >= 0 else "",
            state=state,
            image_ids=",".join(str(image_id) for image_id in image_ids),
        )
        self._rows = np.concatenate([self._rows, row])
        return row

    def _touch(self) -> None:
        self._items = None
        self.version += 1
