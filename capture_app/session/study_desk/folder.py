"""The folder of a study's sessions: what a reader did before, what comes next, and where the data go."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from capture_app.session.dictation_files import mend_dictation
from capture_app.session.port import SessionError
from capture_app.session.reading import RecordingRows, Worklist
from capture_app.session.study import OpenedStudy, ReadingPlan, StudyError, plan_for
from capture_app.session.study_desk.folder_history import (
    DamagedSession,
    PastRecording,
    PastSession,
    SessionHistory,
    stamp_of,
)
from capture_app.session.study_desk.folder_layout import (
    keep_study_copy,
    period_folder,
    reader_folder,
    recordings_in,
    session_folders,
    session_name,
    session_number,
)
from capture_app.session.study_desk.folder_lock import ReaderLock, in_use_sentence, is_in_use
from capture_app.session.study_desk.folder_plan import (
    PeriodPast,
    PeriodState,
    blocked_by,
    changes_in,
    state_of,
    unended_sentence,
    unended_session,
    washout_sentence,
)
from capture_app.session.study_desk.states import StartPlan
from recordings_schema.errors import RecordingError, RecordingInUseError
from recordings_schema.layout import EXTENSION
from recordings_schema.recover import recover

_MOST_STATES: Final = 64


class StudyFolder:
    """Implements `parts.SessionFolder` on the `sessions` folder inside the study folder.

    It may be asked by more than one thread; each waits for the one before.

    Parameters
    ----------
    wall_clock_ns
        The wall clock: for the washout and for who holds the lock since when. It orders nothing.
    """

    def __init__(self, *, wall_clock_ns: Callable[[], int] = time.time_ns) -> None:
        self._wall_clock_ns = wall_clock_ns
        self._turn = threading.RLock()
        self._history = SessionHistory()
        self._lock = ReaderLock(wall_clock_ns=wall_clock_ns)
        self._states: dict[object, PeriodState] = {}
        self._recovered: tuple[str, ...] = ()  # what was recovered for the session that runs
        self._current: Path | None = None  # folder of the session that `begin` made room for

    @property
    def recovered(self) -> tuple[str, ...]:
        """What was recovered when the session that runs began, a sentence each."""
        return self._recovered

    def plan(self, opened: OpenedStudy, reader: str, period: int | None) -> tuple[StartPlan, ReadingPlan]:
        """Return what a reader would do now, and the whole plan.

        Nothing is changed on the disk; sessions that were cut off are looked at as they are.

        Raises
        ------
        SessionError
            If the reader has no plan, there is no such period, or the folder cannot be read.
        """
        with self._turn:
            return self._plan(opened, reader, period)

    def _plan(self, opened: OpenedStudy, reader: str, period: int | None) -> tuple[StartPlan, ReadingPlan]:
        try:
            reading = plan_for(opened.study, opened.cases, reader)
        except StudyError as err:
            raise SessionError(str(err)) from err
        if period is not None and not 1 <= period <= len(reading.periods):
            raise SessionError(
                f"The study has no period {period}; choose one from 1 to {len(reading.periods)}."
            )
        pasts = [self._past(opened, reader, each.number) for each in reading.periods]
        states: list[PeriodState] = []
        for past in pasts:
            blocked = blocked_by(past, opened, reading)
            if not blocked:
                try:
                    states.append(self._state(opened, reading, past))
                except SessionError as err:
                    blocked = str(err)
            if blocked:
                return _blocked(opened, reading, past, blocked), reading
        chosen = period if period is not None else _next_period(states)
        return self._start_plan(opened, reading, pasts, states, chosen), reading

    def earlier(self, opened: OpenedStudy, reader: str, period: int) -> Sequence[RecordingRows]:
        """Return the rows of the reader's recordings of a period, oldest first; recovers what was cut off.

        The recording that `begin` named last is not among them.

        Raises
        ------
        SessionError
            If one is being recorded now, cannot be recovered or read, or does not fit the study.
        """
        with self._turn:
            return self._earlier(opened, reader, period)

    def _earlier(self, opened: OpenedStudy, reader: str, period: int) -> Sequence[RecordingRows]:
        try:
            reading = plan_for(opened.study, opened.cases, reader)
        except StudyError as err:
            raise SessionError(str(err)) from err
        for each in self._past(opened, reader, period).found:
            if isinstance(each, PastSession) and each.is_unfinished:
                self._recovered += _recovered(each.path)
        past = self._past(opened, reader, period)
        blocked = blocked_by(past, opened, reading)
        if blocked:
            raise SessionError(blocked)
        return [each.rows for each in past.sessions]

    def earlier_paths(self, opened: OpenedStudy, reader: str, period: int) -> Sequence[Path]:
        """Return the recordings whose rows `earlier` returns, in the same order."""
        with self._turn:
            return [each.path for each in self._past(opened, reader, period).sessions]

    def begin(self, opened: OpenedStudy, reader: str, period: int) -> Path:
        """Take the study for this reader, and return the name of the recording to be made.

        Sessions that were cut off are recovered first, which takes seconds where they were long.

        Raises
        ------
        SessionError
            If a session of this reader runs anywhere, an earlier one cannot be recovered or does not fit, the
            study file was changed meanwhile, or the folder cannot be written.
        """
        with self._turn:
            return self._begin(opened, reader, period)

    def _begin(self, opened: OpenedStudy, reader: str, period: int) -> Path:
        self._recovered = ()
        self._lock.take(reader_folder(opened.folder, reader), reader)
        try:
            self.earlier(opened, reader, period)
            keep_study_copy(opened)
            folder = _make_session_folder(period_folder(opened.folder, reader, period), reader, period)
        except SessionError:
            self.release()
            raise
        self._current = folder
        return folder / f"{folder.name}{EXTENSION}"

    def take(self, opened: OpenedStudy, reader: str) -> None:
        """Take the study for this reader, without a session to be recorded.

        Raises
        ------
        SessionError
            If a session of this reader runs anywhere, or the folder cannot be written.
        """
        self._lock.take(reader_folder(opened.folder, reader), reader)

    def release(self) -> None:
        """Give the study free; idempotent."""
        self._current = None
        self._lock.release()

    def _past(self, opened: OpenedStudy, reader: str, period: int) -> PeriodPast:
        folder = period_folder(opened.folder, reader, period)
        found: list[PastRecording] = []
        for session in session_folders(folder):
            if session == self._current:
                continue
            try:
                paths = recordings_in(session)
            except OSError as err:
                reason = f"Its folder cannot be opened ({err.strerror or 'no reason given'})."
                found.append(DamagedSession(path=session / f"{session.name}{EXTENSION}", reason=reason))
                continue
            found += [self._history.look(path) for path in paths]
        return PeriodPast(period=period, found=tuple(found))

    def _state(self, opened: OpenedStudy, reading: ReadingPlan, past: PeriodPast) -> PeriodState:
        worklist = Worklist.of(opened.study, reading, past.period)
        key = (opened.sha256, worklist, tuple((each.path, stamp_of(each.path)) for each in past.sessions))
        if key not in self._states:
            if len(self._states) >= _MOST_STATES:
                self._states.clear()
            self._states[key] = state_of(opened, worklist, past.sessions)
        return self._states[key]

    def _start_plan(
        self,
        opened: OpenedStudy,
        reading: ReadingPlan,
        pasts: Sequence[PeriodPast],
        states: Sequence[PeriodState],
        period: int,
    ) -> StartPlan:
        past, state = pasts[period - 1], states[period - 1]
        folder = reader_folder(opened.folder, reading.reader)
        now_ns = self._wall_clock_ns()
        today = dt.datetime.fromtimestamp(now_ns / 1e9).date()  # the lab's own day
        before = [each for other in pasts[: period - 1] for each in other.sessions]
        waiting, has_to_wait = washout_sentence(reading, period, before, today)
        open_before = [other + 1 for other in range(period - 1) if not states[other].is_finished]
        blocked, unended = "", None
        if is_in_use(folder) and not self._lock.is_held_on(folder):
            blocked = in_use_sentence(folder, reading.reader, now_ns)
        elif state.is_finished and (unended := unended_session(past)) is not None:
            pass  # what is left to do is the end of that session
        elif state.is_finished:
            blocked = _finished_sentence(reading.reader, period, len(reading.periods), state)
        elif open_before:
            blocked = f"Period {open_before[0]} of {reading.reader} is not finished yet. Choose that one."
        elif has_to_wait:
            blocked = waiting
        sentences = [*_unfinished_sentences(past), *changes_in(past, opened)]
        if unended is not None:
            sentences = [unended_sentence(reading.reader, unended), *changes_in(past, opened)]
        forms = [each.form for one in pasts for each in one.sessions if each.form is not None]
        calibrations = [each.last_calibration for each in past.sessions if each.last_calibration]
        return StartPlan(
            reader=reading.reader,
            period=period,
            periods=len(reading.periods),
            counted=state.counted,
            quota=state.quota,
            interrupted=state.interrupted,
            sentences=tuple(sentences),
            blocked=blocked,
            last_calibration=calibrations[-1] if calibrations else "",
            last_form=forms[-1] if forms else None,
            unended=unended,
        )


def _blocked(opened: OpenedStudy, reading: ReadingPlan, past: PeriodPast, blocked: str) -> StartPlan:
    return StartPlan(
        reader=reading.reader,
        period=past.period,
        periods=len(reading.periods),
        counted=0,
        quota=Worklist.of(opened.study, reading, past.period).quota,
        interrupted="",
        sentences=tuple(_unfinished_sentences(past)),
        blocked=blocked,
    )


def _next_period(states: Sequence[PeriodState]) -> int:
    unfinished = (number for number, state in enumerate(states, 1) if not state.is_finished)
    return next(unfinished, len(states))


def _finished_sentence(reader: str, period: int, periods: int, state: PeriodState) -> str:
    whole = "" if periods == 1 else f" of period {period}"
    done = f"{reader} has finished all cases{whole}; {state.counted} of {state.quota} count."
    if state.counted < state.quota:
        return f"{done} There is no spare left: add spares to the case list to read on."
    return f"{done} Choose another reader."


def _unfinished_sentences(past: PeriodPast) -> list[str]:
    return [
        f"Session {each.number} was cut off; it is recovered when this session begins."
        for each in past.sessions
        if each.is_unfinished
    ]


def _recovered(path: Path) -> tuple[str, ...]:
    """Make a recording whole; return sentences about it.

    Raises
    ------
    SessionError
        If it cannot be recovered.
    """
    try:
        report = recover(path)
    except RecordingInUseError as err:
        raise SessionError(str(err)) from err
    except RecordingError as err:
        raise SessionError(
            f"The earlier session {path.name} cannot be recovered: {err} Or move the folder {path.parent} "
            "out "
            "of the study on purpose; its cases are then read again."
        ) from err
    return (*report.sentences(), *mend_dictation(report.path, path))


def _make_session_folder(folder: Path, reader: str, period: int) -> Path:
    """Make the folder of the next session; an empty one, left by a start that failed, is used again."""
    there = session_folders(folder)
    number = max((session_number(path.name) or 0 for path in there), default=0) + 1
    try:
        if there and not any(there[-1].iterdir()):
            return there[-1]
        path = folder / session_name(reader, period, number)
        path.mkdir(parents=True)
    except OSError as err:
        raise SessionError(
            f"No folder for the session can be made in {folder} ({err.strerror or 'no reason given'}). Make "
            "room, and check who may write there."
        ) from err
    return path
