"""Bringing a hosted tracker up: the interpreter started, its clock compared, the driver made and opened."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from drivers.contract import DriverError, TrackerLostError, ViewingSetup
from drivers.host import messages as m
from drivers.host.failures import error_of
from drivers.host.host_clock import HostClockLink, tightest
from drivers.host.host_process import HostProcess, Question
from drivers.host.json_forms import (
    HostedCapabilities,
    capabilities_from_json,
    info_from_json,
    raw_dtype_from_json,
)
from gaze_core.frames import FrameError
from gaze_core.streams import TrackerInfo

GREETING_TIMEOUT_S: Final = 10.0
OPEN_TIMEOUT_S: Final = 30.0
START_TIMEOUT_S: Final = 10.0

_CLOCK_READINGS: Final = 8
_CLOCK_TIMEOUT_S: Final = 1.0


class NoAnswerError(DriverError):
    """The other process does not answer, or has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedRequest:
    """What a hosted driver is made from; the same after each restart."""

    driver: str
    interpreter: str
    options: Mapping[str, str]
    setup: ViewingSetup


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedTracker:
    """An open tracker in another interpreter."""

    process: HostProcess
    info: TrackerInfo
    capabilities: HostedCapabilities
    clock: HostClockLink


def answer_to(
    process: HostProcess,
    question: Question,
    timeout_s: float,
    *,
    what: str,
) -> m.ToParent:
    """Wait for an answer.

    Parameters
    ----------
    what
        What was asked for, to go on "The hosted driver did not ...".

    Raises
    ------
    DriverError
        If the answer is an error; `NoAnswerError` if none comes.
    """
    if not question.wait(timeout_s):
        raise NoAnswerError(
            f"The hosted driver did not {what} within {timeout_s:.0f} s; check that the tracker is switched "
            "on and connected, then try again."
        )
    answer = question.answer
    if answer is None:
        raise NoAnswerError(
            f"The interpreter {process.interpreter} ended before the hosted driver could {what}. "
            f"{process.why_gone()}".rstrip()
        )
    if isinstance(answer, m.Failed):
        raise error_of(answer.kind, answer.text)
    return answer


def launch(interpreter: str) -> HostProcess:
    """Start an interpreter and wait until it can host.

    Raises
    ------
    DriverError
        If it cannot; nothing is left running then.
    """
    process = HostProcess(interpreter)
    try:
        process.greeting(GREETING_TIMEOUT_S)
    except BaseException:
        process.end(0.0)
        raise
    return process


class Opening:
    """One attempt to bring a tracker up, which may be given up from another thread."""

    def __init__(self, request: HostedRequest) -> None:
        self._request = request
        self._process: HostProcess | None = None
        self._is_cancelled = threading.Event()

    def cancel(self) -> None:
        """Give the attempt up; it ends with a `DriverError` at once."""
        self._is_cancelled.set()
        process = self._process
        if process is not None:
            process.kill()

    def run(self) -> HostedTracker:
        """Bring the tracker up, not streaming.

        Raises
        ------
        DriverError
            If that does not succeed; nothing is left running then.
        """
        process = self._process = HostProcess(self._request.interpreter)
        try:
            if self._is_cancelled.is_set():
                process.kill()
            return self._opened(process, process.greeting(GREETING_TIMEOUT_S))
        except FrameError as err:
            process.end(0.0)
            raise DriverError(
                f"The hosted driver describes its tracker in a way that cannot be understood ({err}); "
                "report it to the maker of the driver."
            ) from err
        except BaseException:
            process.end(0.0)
            raise

    def _opened(self, process: HostProcess, ready: m.HostReady) -> HostedTracker:
        clock = _compare_clocks(process)
        request = self._request
        opened = self._ask(
            process,
            lambda number: m.OpenDriver(
                number=number,
                driver=request.driver,
                options=dict(request.options),
                setup=dataclasses.asdict(request.setup),
            ),
            what="open its tracker",
        )
        if not isinstance(opened, m.DriverOpened):
            raise FrameError(f"{type(opened).__name__} came for an answer")
        info = info_from_json(opened.info, raw_dtype_from_json(opened.raw_dtype))
        of_the_host = {
            "host_interpreter": request.interpreter,
            "host_python": ready.python,
            "host_numpy": ready.numpy,
            "host_clock": clock.as_text(),
        }
        return HostedTracker(
            process=process,
            info=dataclasses.replace(info, settings={**info.settings, **of_the_host}),
            capabilities=capabilities_from_json(opened.capabilities),
            clock=clock,
        )

    def _ask(self, process: HostProcess, make: Callable[[int], m.ToChild], *, what: str) -> m.ToParent:
        question = process.ask(make)
        return answer_to(process, question, OPEN_TIMEOUT_S, what=what)


def start_stream(tracker: HostedTracker) -> int:
    """Begin to stream; return the number of the stream.

    Raises
    ------
    DriverError
        If the tracker does not begin.
    """
    numbers: list[int] = []

    def make(number: int) -> m.ToChild:
        numbers.append(number)
        return m.StartDriver(number=number)

    question = tracker.process.ask(make)
    answer_to(tracker.process, question, START_TIMEOUT_S, what="start to stream")
    return numbers[0]


def ensure_same(before: TrackerInfo, now: TrackerInfo) -> None:
    """Refuse a tracker that cannot go on in the rows of the one before.

    Raises
    ------
    TrackerLostError
        If it is another one, or delivers other data.
    """
    same = (before.model, before.serial, before.raw_dtype) == (now.model, now.serial, now.raw_dtype)
    if not same:
        raise TrackerLostError(
            f"After a restart of the hosted driver, {now.model} {now.serial} answered instead of "
            f"{before.model} {before.serial}, or delivers other data; connect the first one again and open "
            "it anew."
        )


def _compare_clocks(process: HostProcess) -> HostClockLink:
    readings = [process.read_clock(_CLOCK_TIMEOUT_S) for _ in range(_CLOCK_READINGS)]
    known = [reading for reading in readings if reading is not None]
    if not known:
        raise DriverError(
            f"The interpreter {process.interpreter} did not answer the questions for its clock. "
            f"{process.why_gone()} Try again; restart the computer if that does not help."
        )
    return HostClockLink(tightest(known))
