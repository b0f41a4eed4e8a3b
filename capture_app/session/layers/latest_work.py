"""Work of one window on one thread of its own; of each kind only what was asked for last is done."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeAlias

from capture_app.session.port import SessionError
from recordings_schema.errors import RecordingError

_log = logging.getLogger(__name__)

Task: TypeAlias = Callable[[Callable[[], bool]], Any]
"""Is handed a question: whether nobody waits for it any more. Then it returns None soon."""


@dataclass(frozen=True, slots=True)
class _Job:
    kind: str
    task: Task
    then: Callable[[Any], None]


class LatestWork:
    """Does tasks one after the other. All methods are called by one thread, which waits in `close` alone."""

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._waiting: dict[str, _Job] = {}
        self._running: _Job | None = None
        self._future: Future[Any] | None = None
        self._given_up = threading.Event()
        self.problem = ""  # why the last task that failed did

    @property
    def is_busy(self) -> bool:
        """Whether anything is being done or waits."""
        return self._running is not None or bool(self._waiting)

    @property
    def kind(self) -> str:
        """What is being done now; "" for nothing."""
        return "" if self._running is None else self._running.kind

    def ask(self, kind: str, task: Task, then: Callable[[Any], None]) -> None:
        """Have something done; what was asked for before of the same kind is given up.

        Parameters
        ----------
        kind
            Names what replaces what.
        task
            Run on the other thread.
        then
            Called by `poll` with the answer, unless that is None.
        """
        self._waiting.pop(kind, None)
        self._waiting[kind] = _Job(kind, task, then)
        if self.kind == kind:
            self._given_up.set()
        self._start()

    def give_up(self, kind: str) -> None:
        """Leave something undone."""
        self._waiting.pop(kind, None)
        if self.kind == kind:
            self._given_up.set()

    def poll(self) -> bool:
        """Take an answer, if there is one; return whether there was."""
        if self._future is None or self._running is None or not self._future.done():
            return False
        job, future = self._running, self._future
        self._running = self._future = None
        try:
            answer = future.result()
        except (SessionError, RecordingError) as err:
            self.problem = str(err)
        except Exception:  # noqa: BLE001  # the top of the other thread: the window goes on without it
            _log.exception("The work %s could not be done", job.kind)
            self.problem = "It could not be done; details are in the log."
        else:
            # What was given up may have been done all the same, but nobody wants it any more.
            if answer is not None and not self._given_up.is_set():
                self.problem = ""
                job.then(answer)
        self._start()
        return True

    def close(self) -> None:
        """Give everything up, and wait for what is being done."""
        self._waiting.clear()
        self._given_up.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _start(self) -> None:
        if self._running is not None or not self._waiting:
            return
        job = self._waiting.pop(next(iter(self._waiting)))
        self._given_up = given_up = threading.Event()
        self._running = job
        self._future = self._pool.submit(job.task, given_up.is_set)
