"""The screens of a study as the reader had them: question, choices, and the answers given until then.

The state of a case is built from its rows up to a moment by the same builder as in the session, so that a
replay shows what the session showed. What went before the case is left out: a seek has to be quick.
"""

from __future__ import annotations

import json
import logging
import math
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from capture_app.session.reading import (
    Attempt,
    HistoryError,
    LossMeter,
    PracticeKey,
    RecordingRows,
    Stage,
    Worklist,
)
from capture_app.session.reading.case_work import CaseWork
from capture_app.session.reading.names import BREAK, Event, Subject
from capture_app.session.reading.reading_state import TIME_COLUMNS
from capture_app.session.reading.recorded import DATASET_OF
from capture_app.session.reading.state_builder import StateBuilder
from capture_app.session.reading.view_maker import make_view
from capture_app.session.reading.worklist import Block
from capture_app.session.replay.source import ReplaySource
from capture_app.session.replay.tables import ReplayScreen
from capture_app.session.study import OpenedStudy, PlannedCase, StudyCase
from capture_app.session.study_desk.states import (
    StudyDeskState,
    StudyPhase,
    TranscriptStage,
    TranscriptState,
    TranscriptWord,
)
from gaze_core.rows import DRIFT, JUDGEMENT, NO_TIME, SCREEN, Rows, decode_text

_INTERVAL_NS: Final = 1e6
"""Of the meter that a case needs; nothing is measured again here."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opening:
    """How a trial was announced."""

    case_id: str
    task: str
    attempt: int
    period: int
    arm: str


class ShownScreens:
    """States of the reader's screens by time. One thread; a state is the same object while nothing changes.

    Parameters
    ----------
    source
        An open recording; without its study there are no screens.
    """

    def __init__(self, source: ReplaySource) -> None:
        self._source = source
        self._opened = source.study
        self._openings: dict[int, _Opening] = {}
        self._key: tuple[object, ...] = ()
        self._state: StudyDeskState | None = None
        self._version = 0
        if self._opened is None:
            return
        self._cases = {case.case_id: case for case in self._opened.cases}
        self._tables: dict[str, Rows] = {}  # in order of their times
        for name, column in TIME_COLUMNS.items():
            rows = source.tables.rows[DATASET_OF[name]]
            timed = rows[rows[column] != NO_TIME]
            self._tables[name] = timed[np.argsort(timed[column], kind="stable")]
        judgements = self._tables[JUDGEMENT.name]
        quota = judgements[judgements["subject"] == Subject.QUOTA.value.encode("ascii")]
        for row in quota:
            opening = _opening(row)
            if opening is not None:
                self._openings[int(row["number"])] = opening
        form = source.tables.answers_at(-1, source.end_ns)
        self._skips_instructions = form.get("are_instructions_skipped") is True

    def state_at(self, t_ns: int) -> StudyDeskState | None:
        """Return what the reader's window showed of the study at a time; None for nothing."""
        screen = self._source.tables.screen_at(t_ns)
        if self._opened is None or screen is None:
            return None
        is_break = screen.kind == BREAK
        seconds = (t_ns - screen.first_ns) // 1_000_000_000 if is_break else 0
        is_heard = any(
            each.t_first_host_ns <= t_ns < each.t_end_host_ns for each in self._source.sound.stretches
        )
        counts = tuple(
            int(np.searchsorted(self._tables[name][column], t_ns, side="right"))
            for name, column in TIME_COLUMNS.items()
        )
        key = (screen.first_ns, seconds, is_heard, *counts)
        if key != self._key:
            self._key = key
            self._state = self._made(self._opened, screen, t_ns, is_heard=is_heard)
        return self._state

    def _made(
        self, opened: OpenedStudy, screen: ReplayScreen, t_ns: int, *, is_heard: bool
    ) -> StudyDeskState | None:
        is_break = screen.kind == BREAK
        opening = self._openings.get(screen.trial)
        if opening is None:
            if not is_break:
                return None
            opening = _Opening(case_id="", task=opened.study.tasks[0].name, attempt=0, period=1, arm="")
        builder, work, worklist = self._work(opened, opening)
        if not is_break:
            try:
                work.state.attempts[opening.case_id] = [
                    Attempt(case_id=opening.case_id, attempt=number, trial=-1, task=opening.task)
                    for number in range(opening.attempt)
                ]
                builder.apply_recording(self._rows(screen.trial, t_ns))
            except (HistoryError, LookupError) as err:
                _log.warning("A screen of %s cannot be drawn: %s", self._source.path.name, err)
                return None
            attempt = work.state.open_attempt
            if attempt is None or attempt.is_paused or attempt.screen != screen.name:
                return None
        self._version += 1
        # How many cases came before is not known from this recording alone.
        view = make_view(work, opened.study, worklist, Stage.BREAK if is_break else Stage.CASE)
        return StudyDeskState(
            phase=StudyPhase.RUNNING,
            opened=opened,
            reader=self._source.metadata.participant.pseudonym,
            period=opening.period,
            view=replace(view, progress="", summary=""),
            view_version=self._version,
            screen_names=tuple(opened.study.task_named(opening.task).screens),
            screen_elapsed_s=(t_ns - screen.first_ns) * 1e-9,
            transcript=self._transcript(screen.trial),
            is_voice_recorded=is_heard,
        )

    def _work(self, opened: OpenedStudy, opening: _Opening) -> tuple[StateBuilder, CaseWork, Worklist]:
        """Return the case as the loop holds it, before its first row."""
        case = self._cases.get(opening.case_id, StudyCase(case_id=opening.case_id, images=()))
        planned = PlannedCase(case=case, arm=opening.arm, task=opening.task)
        worklist = Worklist(
            reader=self._source.metadata.participant.pseudonym,
            period=opening.period,
            practice=(),
            blocks=(Block(cases=(planned,), spares=()),),
        )
        builder = StateBuilder(opened.study, worklist)
        work = CaseWork(
            opened.study,
            worklist,
            builder,
            meter=LossMeter(_INTERVAL_NS, opened.study.gates),
            key=PracticeKey(opened.study),
            skips_instructions=self._skips_instructions,
        )
        work.is_transcript_ready = True
        return builder, work, worklist

    def _rows(self, trial: int, t_ns: int) -> RecordingRows:
        """Return the rows of a trial until a time, with the calibrations and the last drift check before."""
        found: dict[str, Rows] = {}
        for name, column in TIME_COLUMNS.items():
            rows = self._tables[name]
            rows = rows[: np.searchsorted(rows[column], t_ns, side="right")]
            if name == DRIFT.name:
                found[name] = rows[-1:]
            elif name == JUDGEMENT.name:
                subjects = rows["subject"]
                is_case = np.isin(
                    subjects, [each.value.encode("ascii") for each in (Subject.CASE, Subject.QUOTA)]
                )
                is_calibration = subjects == Subject.CALIBRATION.value.encode("ascii")
                found[name] = rows[(is_case & (rows["number"] == trial)) | is_calibration]
            else:
                own = rows[rows["trial"] == trial]
                found[name] = own[own["kind"] != BREAK.encode("ascii")] if name == SCREEN.name else own
        return found

    def _transcript(self, trial: int) -> TranscriptState:
        """Return the text of a case as it was left; when it was edited is not recorded."""
        words, letter = [], 0
        for word in (each for each in self._source.tables.words if each.trial == trial):
            words.append(
                TranscriptWord(
                    text=word.text,
                    first_letter=letter,
                    t_onset_host_ns=word.first_ns,
                    t_offset_host_ns=word.end_ns,
                    kind="recognised",
                    score=math.nan,
                )
            )
            letter += len(word.text) + 1
        return TranscriptState(
            stage=TranscriptStage.READY if words else TranscriptStage.NONE,
            text=" ".join(word.text for word in words),
            words=tuple(words),
        )


def _opening(row: np.void) -> _Opening | None:
    try:
        figures: Any = json.loads(decode_text(row["figures"]))
        if figures["event"] != Event.OPENING.value:
            return None
        return _Opening(
            case_id=str(figures["case_id"]),
            task=str(figures["task"]),
            attempt=int(row["attempt"]),
            period=int(figures["period"]),
            arm=str(figures.get("arm", "")),
        )
    except (ValueError, KeyError, TypeError):
        return None  # of another program, or damaged
