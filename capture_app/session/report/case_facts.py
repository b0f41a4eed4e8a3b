"""The cases of a recording, one entry for each trial, folded from its rows; no study file is needed."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from capture_app.session.reading import AnswerValue, Event, ReadingError, Shape, Subject
from capture_app.session.reading.answer_codec import PieceCollector
from capture_app.session.reading.state_builder import shape_of
from capture_app.session.report.stretches import figures_of
from gaze_core.rows import Rows, decode_text
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording

READER_FORM_TRIAL: Final = -1
_RUNNING: Final = ("open", "resumed")
_ENDS: Final = ("done", "discarded", "interrupted")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenTime:
    """One screen as it was shown."""

    name: str
    kind: str
    visit: int
    cause: str
    first_ns: int  # presented, host clock
    end_ns: int


@dataclass(slots=True, kw_only=True)
class CaseEntry:
    """One trial: one attempt at a case, or the part of it that lies in this recording."""

    trial: int
    case_id: str
    attempt: int = 0  # from 0
    role: str = ""  # study, spare, practice; "" without a study
    task: str = ""
    arm: str = ""
    opened_ns: int = 0
    ended_ns: int = 0
    state: str = "open"  # the last of its TRIAL rows: done, discarded, interrupted ...
    worked_s: float = 0.0  # pauses left out
    image_ids: tuple[int, ...] = ()  # one per pane
    screens: list[ScreenTime] = field(default_factory=list)
    answers: dict[tuple[str, str], AnswerValue] = field(default_factory=dict)  # by screen and name
    shapes: dict[int, Shape] = field(default_factory=dict)
    word_count: int = 0  # of the newest text
    text_versions: int = 0
    grade: str = ""
    does_count: bool = False
    reason: str = ""  # of the verdict, or of setting it aside
    decided_by: str = ""
    figures: dict[str, Any] = field(default_factory=dict)  # of the verdict
    drift_deg: float = math.nan  # of the check before it
    running_drift_deg: float = math.nan

    @property
    def is_practice(self) -> bool:
        """Whether it was read for practice."""
        return self.role == "practice"

    @property
    def exclusion(self) -> str:
        """Why it does not count, a sentence; "" where it counts or is practice."""
        if self.is_practice or self.does_count:
            return ""
        if self.state == "discarded":
            return f"Set aside by the {self.decided_by or 'operator'}: {self.reason or 'no reason given.'}"
        if self.state == "done":
            return self.reason
        return "Interrupted: it was not finished in this recording."

    def answers_on(self, kind: str) -> list[AnswerValue]:
        """Return the answers given on screens of a kind."""
        names = {screen.name for screen in self.screens if screen.kind == kind}
        return [value for (screen, _), value in self.answers.items() if screen in names]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """All cases of a recording and what was decided between them."""

    entries: tuple[CaseEntry, ...]  # in order of opening
    form: dict[str, AnswerValue]  # the reader's form by name of the question
    resumed: tuple[tuple[int, str, str], ...]  # time, case, what was decided: after interruptions
    is_study: bool  # whether the rows are those of a reading by a study


def case_facts_of(recording: Recording, end_ns: int) -> CaseFacts:
    """Return the cases of a recording; `end_ns` ends what was cut off with it."""
    entries: dict[int, CaseEntry] = {}
    judgements = recording.rows(DatasetKey.JUDGEMENTS)
    openings = _openings(judgements)
    for row in recording.rows(DatasetKey.TRIALS):
        _take_trial(entries, row, openings)
    for entry in entries.values():
        if entry.state in _RUNNING:
            entry.worked_s += max(0, end_ns - entry.ended_ns) * 1e-9
            entry.ended_ns = max(entry.ended_ns, end_ns)
    _take_screens(entries, recording.rows(DatasetKey.SCREENS), end_ns)
    form = _take_answers(entries, recording.rows(DatasetKey.ANSWERS))
    _take_shapes(entries, recording.rows(DatasetKey.SHAPES))
    _take_words(entries, recording.rows(DatasetKey.WORDS))
    _take_drift(entries, recording.rows(DatasetKey.DRIFT))
    resumed = _take_judgements(entries, judgements)
    is_study = bool(openings)
    if not is_study:
        for entry in entries.values():
            entry.does_count = entry.state == "done"
    return CaseFacts(
        entries=tuple(sorted(entries.values(), key=lambda entry: entry.trial)),
        form=form,
        resumed=tuple(resumed),
        is_study=is_study,
    )


def _openings(judgements: Rows) -> dict[int, tuple[int, dict[str, Any]]]:
    found = {}
    for row in judgements[judgements["subject"] == Subject.QUOTA.value.encode()]:
        figures = figures_of(row)
        if figures.get("event") == Event.OPENING.value:
            found[int(row["number"])] = (int(row["attempt"]), figures)
    return found


def _take_trial(
    entries: dict[int, CaseEntry], row: np.void, openings: dict[int, tuple[int, dict[str, Any]]]
) -> None:
    trial, state, t_ns = int(row["trial"]), decode_text(row["state"]), int(row["t_host_ns"])
    if trial < 0:
        return
    entry = entries.get(trial)
    if entry is None:
        attempt, figures = openings.get(trial, (0, {}))
        entry = entries[trial] = CaseEntry(
            trial=trial,
            case_id=decode_text(row["case_id"]),
            attempt=attempt,
            role=str(figures.get("role", "")),
            task=str(figures.get("task", "")),
            arm=str(figures.get("arm", "")),
            opened_ns=t_ns,
            ended_ns=t_ns,
            state="",
        )
    if entry.state in _RUNNING:
        entry.worked_s += max(0, t_ns - entry.ended_ns) * 1e-9
    entry.state, entry.ended_ns = state, t_ns
    ids = [part for part in decode_text(row["image_ids"]).split(",") if part.isascii() and part.isdigit()]
    entry.image_ids = tuple(int(part) for part in ids) or entry.image_ids


def _take_screens(entries: dict[int, CaseEntry], rows: Rows, end_ns: int) -> None:
    times = rows["t_presented_host_ns"]
    for index, row in enumerate(rows):
        entry = entries.get(int(row["trial"]))
        if entry is None:
            continue
        following_ns = int(times[index + 1]) if index + 1 < len(rows) else end_ns
        ends_ns = entry.ended_ns if entry.state in _ENDS else end_ns
        entry.screens.append(
            ScreenTime(
                name=decode_text(row["screen"]),
                kind=decode_text(row["kind"]),
                visit=int(row["visit"]),
                cause=decode_text(row["cause"]),
                first_ns=int(row["t_presented_host_ns"]),
                end_ns=max(int(row["t_presented_host_ns"]), min(following_ns, ends_ns)),
            )
        )


def _take_answers(entries: dict[int, CaseEntry], rows: Rows) -> dict[str, AnswerValue]:
    """Enter the answers of the cases; return those of the reader's form."""
    collectors: dict[int, PieceCollector] = {}
    form: dict[str, AnswerValue] = {}
    for row in rows:
        trial, screen = int(row["trial"]), decode_text(row["screen"])
        name, value = decode_text(row["name"]), decode_text(row["value"])
        try:
            found = collectors.setdefault(trial, PieceCollector()).take(screen, name, value)
        except ReadingError:
            found = (name, _as_text(value))
        if found is None:
            continue
        if trial == READER_FORM_TRIAL:
            form[found[0]] = found[1]
        elif trial in entries:
            entries[trial].answers[(screen, found[0])] = found[1]
    return form


def _as_text(value: str) -> str:
    """Return an answer of a kind that reading does not write, such as 0.5, as it stands."""
    try:
        return str(json.loads(value))
    except ValueError:
        return value


def _take_shapes(entries: dict[int, CaseEntry], rows: Rows) -> None:
    for row in rows:
        entry = entries.get(int(row["trial"]))
        if entry is None:
            continue
        if decode_text(row["action"]) == "removed":
            entry.shapes.pop(int(row["shape"]), None)
            continue
        try:
            entry.shapes[int(row["shape"])] = shape_of(row)
        except ValueError:
            continue  # a kind of shape that this version does not know is not drawn


def _take_words(entries: dict[int, CaseEntry], rows: Rows) -> None:
    for trial, entry in entries.items():
        own = rows[rows["trial"] == trial]
        if len(own):
            newest = int(own["version"].max())
            entry.word_count = int(np.count_nonzero(own["version"] == newest))
            entry.text_versions = newest + 1


def _take_drift(entries: dict[int, CaseEntry], rows: Rows) -> None:
    for row in rows:
        entry = entries.get(int(row["trial"]))
        if entry is not None:
            entry.drift_deg = math.hypot(float(row["azimuth_offset_deg"]), float(row["elevation_offset_deg"]))
            entry.running_drift_deg = float(row["running_deg"])


def _take_judgements(entries: dict[int, CaseEntry], rows: Rows) -> list[tuple[int, str, str]]:
    resumed = []
    for row in rows:
        subject, figures = decode_text(row["subject"]), figures_of(row)
        if subject == Subject.RESUME.value:
            resumed.append(
                (int(row["t_host_ns"]), str(figures.get("case_id", "")), decode_text(row["reason"]))
            )
        entry = entries.get(int(row["number"]))
        if subject != Subject.CASE.value or figures.get("event") != Event.END.value or entry is None:
            continue
        entry.grade, entry.reason = decode_text(row["grade"]), decode_text(row["reason"])
        entry.decided_by, entry.figures = decode_text(row["by"]), figures
        is_done = entry.state == "done"
        entry.does_count = bool(row["is_accepted"]) and is_done and not entry.is_practice
    return resumed
