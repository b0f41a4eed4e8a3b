"""Copies each committed case to the study's second place, in a thread of its own that nothing waits for.

A drive that is slow, full or away costs the session nothing: what waits is told, and tried again until the
session ends. What could not be copied by then is copied with the whole recording.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from capture_app.session.port import SessionError
from capture_app.session.study import OpenedStudy
from capture_app.session.study_desk.copy_follow import FinishedCase
from capture_app.session.study_desk.copy_place import cause_of, remedy_of, second_place
from capture_app.session.study_desk.copy_work import CopyWork
from capture_app.session.study_desk.states import CopyState
from recordings_schema.errors import RecordingError

POLL_S: Final = 0.1
"""A committed case reaches the disk within a quarter of a second; until then it is looked for so often."""

RETRY_S: Final = 5.0
SLOW_S: Final = 10.0
"""A copy that takes longer is told."""

PREPARE_S: Final = 5.0
"""So long a session that requires copies waits for the second place to answer."""

CLOSE_S: Final = 0.03
"""So long a part that is almost copied is waited for; whoever closes may be the windows' thread."""

_log = logging.getLogger(__name__)


class StudyCopies:
    """Implements `parts.CaseCopies`. Methods are called by one thread; the work is done in another.

    Parameters
    ----------
    make_work
        Makes what copies one recording.
    clock_s
        A clock that is never set, seconds.
    """

    def __init__(
        self,
        make_work: Callable[[OpenedStudy, Path], CopyWork] = CopyWork,
        *,
        clock_s: Callable[[], float] = time.monotonic,
        retry_s: float = RETRY_S,
    ) -> None:
        self._make_work, self._clock_s, self._retry_s = make_work, clock_s, retry_s
        self._lock = threading.Condition()
        self._waiting: list[FinishedCase] = []
        self._copied = 0
        self._problem = ""  # a sentence
        self._since_s: float | None = None  # the copy under way began then
        self._place = ""
        self._is_prepared = False
        self._is_caught_up = False  # earlier sessions are at the second place, too
        self._is_closed = True
        self._thread: threading.Thread | None = None
        self._work: CopyWork | None = None

    @property
    def state(self) -> CopyState:
        """How the copies stand."""
        with self._lock:
            if not self._place:
                return CopyState()
            count, waiting = self._copied, len(self._waiting)
            problem, since_s = self._problem, self._since_s
        if not problem and since_s is not None and self._clock_s() - since_s > SLOW_S:
            problem = (
                f"The second place {self._place} is slow: a copy has taken "
                f"{self._clock_s() - since_s:.0f} s so far. The session goes on meanwhile."
            )
        if problem:
            waits = f" {_cases(waiting)} waiting." if waiting else ""
            return CopyState(level="attention", text=f"{problem}{waits}", copied_cases=count)
        return CopyState(level="good", text=f"{_cases(count)} copied to {self._place}.", copied_cases=count)

    def begin(self, opened: OpenedStudy, recording: Path) -> None:
        """A recording begins.

        Where copies are required, the second place has to answer within `PREPARE_S`; else nothing is waited
        for.

        Raises
        ------
        SessionError
            If copies are required and the second place cannot be written.
        """
        self.close()
        if not opened.study.copies.second_place:
            return
        with self._lock:
            self._waiting, self._copied, self._problem, self._since_s = [], 0, "", None
            self._place = str(second_place(opened))
            self._is_prepared = self._is_caught_up = self._is_closed = False
        work = self._work = self._make_work(opened, recording)
        self._thread = threading.Thread(target=self._run, args=(work,), name="case copies", daemon=True)
        self._thread.start()
        if opened.study.copies.is_required:
            self._wait_until_prepared()

    def committed(self, case_id: str, attempt: int) -> None:
        """A case is final; what the file holds of it is copied as soon as it is on the disk."""
        with self._lock:
            if self._place and not self._is_closed:
                self._waiting.append(FinishedCase(case_id=case_id, attempt=attempt))
                self._lock.notify_all()

    def close(self) -> None:
        """Finish or give up what is under way; idempotent."""
        thread, self._thread = self._thread, None
        with self._lock:
            self._is_closed = True
            self._lock.notify_all()
        if self._work is not None:
            self._work.is_given_up = True
        if thread is not None:
            thread.join(CLOSE_S)  # a drive that hangs keeps the thread, which is a daemon

    def _wait_until_prepared(self) -> None:
        with self._lock:
            self._lock.wait_for(lambda: self._is_prepared or bool(self._problem), PREPARE_S)
            is_prepared = self._is_prepared
            problem = self._problem or f"The second place {self._place} does not answer. Check its drive."
        if not is_prepared:
            self.close()
            with self._lock:
                self._place = ""
            raise SessionError(
                f"{problem} The study asks for copies (copies.is_required), so no session begins without."
            )

    def _run(self, work: CopyWork) -> None:
        while True:
            with self._lock:
                if self._is_closed:
                    return
                case = self._waiting[0] if self._waiting else None
                if case is None and self._is_prepared and self._is_caught_up:
                    self._lock.wait()
                    continue
                is_waited_for = case is not None or not self._is_prepared
                self._since_s = self._clock_s() if is_waited_for else None
            pause_s = self._try(work, case)
            with self._lock:
                self._since_s = None
                if pause_s:
                    self._lock.wait_for(lambda: self._is_closed, pause_s)

    def _try(self, work: CopyWork, case: FinishedCase | None) -> float:
        """Do one piece of work; return how long to wait before the next, s."""
        try:
            work.prepare()
            is_copied = case is None or work.copy_up_to(case)
            # Earlier sessions come where nothing else has to be done: the drive was away at their end.
            is_caught_up = case is None and self._is_prepared and not work.catch_up()
        except InterruptedError:
            return 0.0  # given up: the session ends
        except RecordingError as err:
            return self._failed(f"The recording cannot be followed: {err}")
        except SessionError as err:
            return self._failed(str(err))
        except OSError as err:
            if work.is_recording_closed:
                return self._given_up()
            return self._failed(
                f"The second place {self._place} cannot be written: {cause_of(err)}. {remedy_of(err)}"
            )
        with self._lock:
            self._is_prepared, self._problem = True, ""
            self._is_caught_up = self._is_caught_up or is_caught_up
            self._copied = len(work.copied)
            if case is not None and is_copied:
                self._waiting.remove(case)
            self._lock.notify_all()
        return 0.0 if is_copied else POLL_S

    def _failed(self, sentence: str) -> float:
        with self._lock:
            if sentence != self._problem:
                _log.warning("%s", sentence)
            self._problem = sentence
            self._lock.notify_all()
        return self._retry_s

    def _given_up(self) -> float:
        """The recording was closed before its last case was copied; it is copied whole after that."""
        with self._lock:
            self._waiting.clear()
            self._is_prepared = self._is_caught_up = True
        return 0.0


def _cases(count: int) -> str:
    return "1 case" if count == 1 else f"{count} cases"
