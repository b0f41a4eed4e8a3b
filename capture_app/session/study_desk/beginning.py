"""Begins a session away from the windows' thread: earlier sessions are made whole and read, copies prepared.

After a session of an hour was cut off, its journal takes seconds to be made a recording again, and a second
place that copies are required at may take as long to answer. Windows go on meanwhile.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from capture_app.session.port import SessionError
from capture_app.session.reading import PracticeKey, ReadingLoop, Worklist
from capture_app.session.session_metadata import StudyMark
from capture_app.session.study import OpenedStudy, ReadingPlan, StudyError, open_reference
from capture_app.session.study.check_terms import consent_sha256, consent_text
from capture_app.session.study_desk.folder_layout import recording_facts, session_id_for
from capture_app.session.study_desk.host import StudyParts
from capture_app.session.study_desk.parts import SessionFolder
from capture_app.session.study_desk.start_form import form_problems
from capture_app.session.study_desk.states import StartForm

PATIENCE_S: Final = 0.04
"""So long it is waited for at once: where nothing has to be made whole, it is done by then."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The session that is to begin."""

    opened: OpenedStudy
    form: StartForm
    reading: ReadingPlan  # of its reader
    consent_sha256: str  # of the text that was agreed to; "" without one
    sample_interval_ns: float  # of the tracker's setting
    unended: Path | None = None  # recording of the session whose end is all that is left to do


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What there is once it may be recorded."""

    wanted: Wanted
    path: Path  # of the recording to be made
    worklist: Worklist
    loop: ReadingLoop  # with what earlier sessions left
    earlier: Sequence[Path]  # their recordings, oldest first


class Beginning:
    """One session that is being prepared. Made and asked by one thread; the work is done in another."""

    def __init__(self, parts: StudyParts, wanted: Wanted) -> None:
        self._parts, self._wanted = parts, wanted
        self._begun: Begun | None = None
        self._problem = ""
        self._lock = threading.Lock()
        self._is_given_up = False
        # A daemon: a drive that does not answer must not keep the process from ending.
        self._thread = threading.Thread(target=self._run, name="session beginning", daemon=True)
        self._thread.start()

    @property
    def is_over(self) -> bool:
        """Whether `result` has something to say."""
        return not self._thread.is_alive()

    def wait(self, timeout_s: float) -> bool:
        """Wait at most so long; whether it is over."""
        self._thread.join(timeout_s)
        return self.is_over

    def result(self) -> Begun:
        """Return what was prepared.

        Raises
        ------
        SessionError
            If the session cannot begin; nothing is held then.
        """
        if self._begun is None:
            raise SessionError(self._problem)
        return self._begun

    def give_up(self) -> None:
        """Nobody wants it any more: let go of what it holds, now or as soon as it holds it; idempotent."""
        with self._lock:
            self._is_given_up = True
            is_over = self.is_over
        if is_over:
            self._release()

    def _run(self) -> None:
        try:
            self._begun = self._begin()
        except (SessionError, StudyError) as err:
            self._problem = str(err)
        except Exception:  # noqa: BLE001  # the top of the thread: whoever waits has to hear of it
            _log.exception("A session could not be prepared")
            self._problem = "The session could not be prepared. The log has the details; nothing was begun."
        with self._lock:
            if self._begun is None or self._is_given_up:
                self._release()

    def _begin(self) -> Begun:
        wanted, folder = self._wanted, self._parts.folder
        opened, form = wanted.opened, wanted.form
        path = folder.begin(opened, form.reader, form.period)
        worklist = Worklist.of(opened.study, wanted.reading, form.period)
        loop = ReadingLoop(
            opened.study,
            worklist,
            sample_interval_ns=wanted.sample_interval_ns,
            practice_key=PracticeKey(opened.study, open_reference(opened)),
            skips_instructions=form.are_instructions_skipped,
            earlier=folder.earlier(opened, form.reader, form.period),
        )
        earlier = folder.earlier_paths(opened, form.reader, form.period)
        self._parts.copies.begin(opened, path)
        self._parts.datasets.begin(opened, path)
        return Begun(wanted=wanted, path=path, worklist=worklist, loop=loop, earlier=earlier)

    def _release(self) -> None:
        self._parts.copies.close()
        self._parts.datasets.close()
        self._parts.folder.release()


def wanted_session(
    opened: OpenedStudy, folder: SessionFolder, form: StartForm, sample_interval_ns: float
) -> Wanted:
    """Return the session that a start form asks for.

    Raises
    ------
    SessionError
        If it may not begin.
    """
    try:
        text = consent_text(opened.study, opened.folder)
    except StudyError as err:
        raise SessionError(str(err)) from err
    problems = form_problems(opened.study, form, has_consent_text=bool(text))
    if blocking := [problem.sentence for problem in problems if problem.is_blocking]:
        raise SessionError(" ".join(blocking))
    start, reading = folder.plan(opened, form.reader, form.period)
    if start.blocked:
        raise SessionError(start.blocked)
    return Wanted(
        opened=opened,
        form=form,
        reading=reading,
        consent_sha256=consent_sha256(text) if text else "",
        sample_interval_ns=sample_interval_ns,
        unended=start.unended,
    )


def study_mark(begun: Begun, *, is_robot: bool) -> StudyMark:
    """Return what the recording says of the study and session it belongs to."""
    wanted, study = begun.wanted, begun.wanted.opened.study
    return StudyMark(
        study_id=study.study.study_id,
        session_id=session_id_for(begun.path),
        facts=recording_facts(wanted.opened, wanted.reading, wanted.form.period, begun.path),
        gaze_signal=study.analysis.signal.value,
        dominant_eye=wanted.form.dominant_eye,
        room_lux=wanted.form.room_lux,
        is_robot=is_robot,
    )
