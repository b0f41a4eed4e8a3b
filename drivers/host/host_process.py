"""The process of another interpreter as this program holds it: started, spoken to, watched and ended.

Four threads serve it: one reads what it says, one writes what it is told, one pings it and counts what stays
unanswered, one takes what its packages print into the log. All of them end with it.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Final

from drivers.contract import DriverError
from drivers.host import messages as m
from drivers.host.frame_pipe import FrameReader, FrameWriter, PipeClosedError
from drivers.host.host_clock import ClockReading
from drivers.host.incoming import ArrivedBatch, Incoming
from drivers.host.interpreter import not_a_python, start_interpreter
from drivers.host.log_pipe import LogPipe
from drivers.host.vital_signs import TICK_S, VitalSigns
from gaze_core.frames import FrameError

_KILL_S: Final = 5.0
_JOIN_S: Final = 1.0
_log = logging.getLogger(__name__)


class HostGoneError(Exception):
    """The process has ended, and everything it said has been taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outgoing:
    """A frame to be written."""

    frame: bytes
    ping: int | None  # number of the ping it is


class Question:
    """Something that was asked and may be answered; the answer comes to whoever waits for it."""

    def __init__(self) -> None:
        self._is_over = threading.Event()
        self.answer: m.ToParent | None = None

    def settle(self, answer: m.ToParent | None) -> None:
        """Give the answer; None when none will come."""
        self.answer = answer
        self._is_over.set()

    def wait(self, timeout_s: float) -> bool:
        """Return whether it was settled in time."""
        return self._is_over.wait(timeout_s)


class HostProcess:
    """A running interpreter. Every method may be called from any thread; `signs` says how it fares.

    Parameters
    ----------
    interpreter
        Full path of the program.
    """

    def __init__(self, interpreter: str) -> None:
        self.interpreter = interpreter
        self._process = start_interpreter(interpreter)
        self._numbers = itertools.count(1)
        self._questions: dict[int, Question] = {0: Question()}  # 0: the greeting
        self._lock = threading.Lock()
        self._arrived: deque[ArrivedBatch | m.ReadFailed] = deque()
        self._has_arrived = threading.Condition(self._lock)
        self._is_gone = False
        self._why_gone = ""
        self._why_killed = ""
        self._codec = m.to_child_codec()
        self._outgoing: queue.SimpleQueue[_Outgoing | None] = queue.SimpleQueue()
        self.signs = VitalSigns()
        self._dead_ticks = 0
        self._has_ended = False
        self._is_over = threading.Event()
        self._log_pipe = LogPipe(_pipe(self._process.stderr))
        self._threads = [
            threading.Thread(target=body, name=f"host {name}", daemon=True)
            for name, body in (
                ("reader", self._read),
                ("writer", self._write),
                ("watch", self._watch),
                ("log", self._log_pipe.run),
            )
        ]
        for thread in self._threads:
            thread.start()

    @property
    def process_id(self) -> int:
        """Number of the process."""
        return self._process.pid

    @property
    def is_gone(self) -> bool:
        """Whether it has ended; batches may still wait to be taken."""
        return self._is_gone

    def why_gone(self) -> str:
        """Return what is known of its end, a sentence."""
        said = self._log_pipe.last_words()
        return f"{self._why_gone} {f'It said last: {said}' if said else ''}".strip()

    def greeting(self, timeout_s: float) -> m.HostReady:
        """Wait until it can host.

        Raises
        ------
        DriverError
            If it cannot, in words for a technician.
        """
        question = self._questions[0]
        question.wait(timeout_s)
        answer = question.answer
        if isinstance(answer, m.HostReady) and answer.protocol == m.PROTOCOL:
            return answer
        if isinstance(answer, m.CannotHost):
            raise DriverError(
                f"The interpreter {self.interpreter} cannot run a driver: {answer.problem} {answer.remedy}"
            )
        if isinstance(answer, m.HostReady):
            raise DriverError(
                f"The interpreter {self.interpreter} was given source of another version of this program "
                f"({answer.protocol} instead of {m.PROTOCOL}); install the program again."
            )
        raise DriverError(not_a_python(self.interpreter, self._log_pipe.last_words()))

    def send(self, message: m.ToChild) -> None:
        """Say something that is not answered; returns at once."""
        number = message.number if isinstance(message, m.Ping) else None
        self._outgoing.put(_Outgoing(frame=self._codec.encode(message), ping=number))

    def ask(self, make: Callable[[int], m.ToChild]) -> Question:
        """Ask something; `make` gets the number of the question."""
        number, question = next(self._numbers), Question()
        with self._lock:
            if self._is_gone:
                question.settle(None)
                return question
            self._questions[number] = question
        self.send(make(number))
        return question

    def read_clock(self, timeout_s: float) -> ClockReading | None:
        """Return a fresh reading of its clock, None where it does not answer."""
        question = self.ask(lambda number: m.Ping(number=number))
        if not question.wait(timeout_s) or question.answer is None:
            return None
        return self.signs.newest_reading()

    def take(self, timeout_s: float) -> ArrivedBatch | m.ReadFailed | None:
        """Return what arrived next, None where nothing does in time.

        Raises
        ------
        HostGoneError
            If nothing will arrive any more.
        """
        with self._has_arrived:
            if not self._arrived and not self._is_gone:
                self._has_arrived.wait(timeout_s)
            if self._arrived:
                return self._arrived.popleft()
            if self._is_gone:
                raise HostGoneError
            return None

    def forget_stream(self) -> None:
        """Throw away what has arrived and was not taken."""
        with self._lock:
            self._arrived.clear()

    def kill(self, why: str = "") -> None:
        """End it at once, with all it started; what it has said can still be taken.

        Parameters
        ----------
        why
            What to tell as the cause of its end, a sentence; "" where nobody asks.
        """
        if self._process.poll() is not None:
            return
        self._why_killed = why
        with contextlib.suppress(OSError):  # it may have ended in this very moment
            if sys.platform == "win32":
                self._process.kill()
            else:
                os.killpg(self._process.pid, signal.SIGKILL)

    def end(self, timeout_s: float) -> None:
        """Ask it to leave, kill it where it does not, and let go of everything; idempotent."""
        with self._lock:
            if self._has_ended:
                return
            self._has_ended = True
        if timeout_s > 0 and not self._is_gone:
            self.send(m.Leave())
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout_s)
        self.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_KILL_S)
        self._is_over.set()
        self._outgoing.put(None)
        for thread in self._threads:
            thread.join(_JOIN_S)
        if any(thread.is_alive() for thread in self._threads):
            _log.warning("The process %d keeps its pipes open after its end", self._process.pid)
            return  # a descriptor that a thread waits on must not be closed
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            _pipe(pipe).close()

    def _read(self) -> None:
        """Take what the process says; the body of a thread."""
        reader = FrameReader(_pipe(self._process.stdout).fileno())
        incoming = Incoming()
        why = ""
        try:
            while (frame := reader.read()) is not None:
                t_host_ns = time.perf_counter_ns()
                self.signs.heard()
                came = incoming.take(frame)
                if isinstance(came, (ArrivedBatch, m.ReadFailed)):
                    self._put(came)
                elif came is not None:
                    self._route(came, t_host_ns)
        except FrameError as err:
            why = f"It sent something that cannot be understood ({err})."
            self.kill()
        except Exception:  # noqa: BLE001  # the top of a thread: the loss of the process is told where it is read
            _log.exception("What the hosted driver said could not be taken")
            why = "What it sent could not be taken; the log has the details."
            self.kill()
        self._goodbye(why or self._ending())

    def _ending(self) -> str:
        """Return how the process ended, a sentence; its pipe may end a moment before it does."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_JOIN_S)
        if self._why_killed:
            return self._why_killed
        code = self._process.poll()
        if code is None:
            return "It does not speak any more."
        if code < 0:
            return f"Its process was ended by signal {-code} ({signal.strsignal(-code) or 'unknown'})."
        return f"Its process ended with code {code}."

    def _route(self, message: m.HostReady | m.CannotHost | m.Answer, t_host_ns: int) -> None:
        number = 0 if isinstance(message, (m.HostReady, m.CannotHost)) else message.number
        if isinstance(message, m.Pong):
            self.signs.answered(message, t_host_ns)
        with self._lock:
            question = self._questions.get(0) if number == 0 else self._questions.pop(number, None)
        if question is not None:
            question.settle(message)

    def _put(self, arrived: ArrivedBatch | m.ReadFailed) -> None:
        with self._has_arrived:
            self._arrived.append(arrived)
            self._has_arrived.notify_all()

    def _goodbye(self, why: str) -> None:
        with self._has_arrived:
            if self._is_gone:
                return
            self._is_gone = True
            self._why_gone = why
            unanswered = list(self._questions.values())
            self._questions = {0: self._questions[0]}
            self._has_arrived.notify_all()
        for question in unanswered:
            if question.answer is None:
                question.settle(None)

    def _write(self) -> None:
        """Say what is to be said; the body of a thread."""
        writer = FrameWriter(_pipe(self._process.stdin).fileno())
        while (outgoing := self._outgoing.get()) is not None:
            try:
                if outgoing.ping is not None:
                    self.signs.sent(outgoing.ping)
                writer.write(outgoing.frame)
            except PipeClosedError:  # reading tells the end; until then nobody listens
                while self._outgoing.get() is not None:
                    pass
                return

    def _watch(self) -> None:
        """Ping the process; the body of a thread."""
        while not self._is_over.wait(TICK_S):
            if self.signs.tick():
                self.send(m.Ping(number=next(self._numbers)))
            if self._process.poll() is not None:
                self._dead_ticks += 1
            if self._dead_ticks >= 2:  # a copy of its pipe is open elsewhere
                self._goodbye(self._ending())


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:  # cannot happen: all three were asked for
        raise RuntimeError("a process was started without its pipes")
    return pipe
