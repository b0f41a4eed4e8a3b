"""Whether a practice case was answered as the reference standard says; no more of it is told."""

from __future__ import annotations

from collections.abc import Sequence

from capture_app.session.reading.attempts import Attempt
from capture_app.session.reading.rules import CHOICE, PRESENT, chosen_labels, screens_of
from capture_app.session.study import ReferenceEntry, Study, StudyCase
from capture_app.session.study.task_keys import LabelScreen, TaskKind


class PracticeKey:
    """Judges answers of practice cases.

    Parameters
    ----------
    study
        The study.
    reference
        Its reference standard; without entries nothing is known to be right or wrong.
    """

    def __init__(self, study: Study, reference: Sequence[ReferenceEntry] = ()) -> None:
        self._study = study
        self._entries: dict[str, list[ReferenceEntry]] = {}
        for entry in reference:
            self._entries.setdefault(entry.case_id, []).append(entry)

    def is_correct(self, case: StudyCase, attempt: Attempt) -> bool | None:
        """Return whether the answers are right; None where the reference or the task says nothing."""
        entries = self._entries.get(case.case_id, [])
        kind = self._study.task_named(attempt.task).kind
        if not entries:
            return None
        if kind is TaskKind.SEARCH:
            present = [entry.is_present for entry in entries if entry.finding == case.target]
            given = self._given(attempt, PRESENT)
            return given == present[0] if present else None
        if kind is TaskKind.QUESTION:
            right = [entry.answer for entry in entries if entry.answer]
            return self._given(attempt, CHOICE) == (right[0],) if right else None
        screens = screens_of(self._study, attempt)
        if not any(isinstance(screen, LabelScreen) for screen in screens):
            return None
        labels = {label.name for label in self._study.labels if not label.is_exclusive}
        present_labels = {entry.finding for entry in entries if entry.is_present} & labels
        return set(chosen_labels(screens, attempt)) & labels == present_labels

    @staticmethod
    def _given(attempt: Attempt, name: str) -> object:
        return next((value for key, value in attempt.answers.items() if key[1] == name), None)
