"""Says while a session runs whether its readings are valid in the formats the study feeds.

Asked when the images of a case are left, again on each screen after them, and when the case is final. The
work is done by a process of its own (`dataset_work`); a thread here talks with it, so that nobody waits.
"""

from __future__ import annotations

import logging
import multiprocessing
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Protocol

from capture_app.session.study import OpenedStudy
from capture_app.session.study_desk.dataset_messages import GrowingCase, TrialAnswer
from capture_app.session.study_desk.states import DatasetState
from recordings_schema.formats.memory_sink import TriedFormat

CLOSE_S: Final = 0.2
END_S: Final = 1.0
"""So long a process that was told to end is waited for; it is over within milliseconds."""

_log = logging.getLogger(__name__)


class TrialWorker(Protocol):
    """Tries cases, one after the other."""

    def answer(self, case: GrowingCase) -> TrialAnswer:
        """Return what came of a case; blocks. Raises `EOFError` once it is closed or broke."""

    def close(self) -> None:
        """End it from any thread; idempotent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    case_id: str
    case: GrowingCase


class DatasetLamp:
    """Implements `parts.DatasetCheck`. Methods are called by one thread; the talking is done in another.

    Parameters
    ----------
    make_worker
        Makes what tries the cases of one recording; called in the thread.
    """

    def __init__(self, make_worker: Callable[[OpenedStudy, Path], TrialWorker] | None = None) -> None:
        self._make_worker = make_worker or ProcessWorker
        self._lock = threading.Condition()
        self._state = DatasetState()
        self._wanted: _Asked | None = None
        self._is_closed = True
        self._worker: TrialWorker | None = None
        self._thread: threading.Thread | None = None

    @property
    def state(self) -> DatasetState:
        """What the operator sees."""
        with self._lock:
            return self._state

    def begin(self, opened: OpenedStudy, recording: Path) -> None:
        """A recording begins; nothing is done where the study names no format."""
        self.close()
        self._state, self._wanted = DatasetState(), None
        if not opened.study.datasets.formats:
            return
        self._is_closed = False
        self._thread = threading.Thread(
            target=self._run, args=(opened, recording), name="dataset lamp", daemon=True
        )
        self._thread.start()

    def ask(self, case_id: str, trial: int, shown_host_ns: int, *, is_done: bool) -> None:
        """Try a case as soon as may be; one that waits already is not tried any more."""
        with self._lock:
            if self._is_closed:
                return
            case = GrowingCase(trial=trial, shown_host_ns=shown_host_ns, is_done=is_done)
            self._wanted = _Asked(case_id=case_id, case=case)
            if case_id != self._state.case_id:
                text = f"Case {case_id}: being tried in the study's formats."
                self._state = DatasetState(level="information", text=text, case_id=case_id)
            self._lock.notify_all()

    def close(self) -> None:
        """Give up what is under way; idempotent."""
        with self._lock:
            self._is_closed = True
            worker, thread = self._worker, self._thread
            self._worker = self._thread = None
            self._lock.notify_all()
        if worker is not None:
            worker.close()
        if thread is not None:
            thread.join(CLOSE_S)  # it is a daemon; what it started ends with its pipe

    def _run(self, opened: OpenedStudy, recording: Path) -> None:
        worker: TrialWorker | None = None
        try:
            worker = self._make_worker(opened, recording)
            with self._lock:
                if not self._is_closed:
                    self._worker = worker
            while (asked := self._next()) is not None:
                answer = worker.answer(asked.case)
                state = state_of(asked.case_id, answer, is_done=asked.case.is_done)
                _log.info("%s", state.text)
                with self._lock:
                    if self._wanted is None:  # else there is something newer to be said
                        self._state = state
        except (EOFError, OSError) as err:
            self._broke(err)
        finally:
            if worker is not None:
                worker.close()

    def _next(self) -> _Asked | None:
        with self._lock:
            self._lock.wait_for(lambda: self._is_closed or self._wanted is not None)
            asked, self._wanted = self._wanted, None
            return None if self._is_closed else asked

    def _broke(self, err: Exception) -> None:
        with self._lock:
            if self._is_closed:
                return
            _log.warning("Cases are no longer tried in the study's formats: %r", err)
            self._is_closed = True
            self._state = DatasetState(
                level="attention",
                text="Cases are no longer tried in the study's formats; the session goes on. The export "
                "after it tries them all.",
            )


def state_of(case_id: str, answer: TrialAnswer, *, is_done: bool) -> DatasetState:
    """Return what the operator is told of a case."""
    where = f"Case {case_id}" if is_done else f"Case {case_id} so far"
    if answer.problem:
        text = f"{where}: not tried in the study's formats. {answer.problem}"
        return DatasetState(level="attention", text=text, case_id=case_id)
    missing = [each for each in answer.tried if each.problem]
    valid = [each for each in answer.tried if not each.problem]
    sentences = [f"{each.name}: {each.problem}" for each in missing]
    if valid:
        sentences.insert(0, f"valid for {_names(valid)}.")
    notes = dict.fromkeys(note for each in valid for note in each.notes)
    level = "good"
    if missing:
        level = "bad" if is_done else "attention"
    elif notes:
        level = "attention"
    return DatasetState(level=level, text=f"{where}: {' '.join((*sentences, *notes))}", case_id=case_id)


def _names(tried: Sequence[TriedFormat]) -> str:
    return ", ".join(each.name for each in tried)


class ProcessWorker:
    """Tries cases in a process, started by the constructor.

    Parameters
    ----------
    opened, recording
        The study and the file that grows.
    """

    def __init__(self, opened: OpenedStudy, recording: Path) -> None:
        # Here and not above: all formats come with it, and the windows open before anything is exported.
        from capture_app.session.study_desk.dataset_work import serve

        context = multiprocessing.get_context("spawn")
        self._place = TemporaryDirectory(prefix="datasets-", ignore_cleanup_errors=True)
        ours, theirs = context.Pipe()
        self._pipe: Connection = ours
        self._process: BaseProcess = context.Process(
            target=serve,
            args=(theirs, recording, opened, Path(self._place.name)),
            name="datasets",
            daemon=True,
        )
        self._process.start()
        theirs.close()  # so that its end is seen here
        self._lock = threading.Lock()
        self._is_closed = False

    def answer(self, case: GrowingCase) -> TrialAnswer:
        """Return what came of a case; blocks.

        Raises
        ------
        EOFError, OSError
            Once it is closed, or if the process has ended by itself.
        """
        self._pipe.send(case)
        answer: TrialAnswer = self._pipe.recv()
        return answer

    def close(self) -> None:
        """End the process; idempotent, any thread."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
        self._process.terminate()
        self._process.join(END_S)
        self._place.cleanup()
