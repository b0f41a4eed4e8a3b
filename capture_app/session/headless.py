"""The session without windows: the same engine, driven by a plain loop."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from capture_app.acquisition.messages import RecordingClosed
from capture_app.session.engine import CaptureSession
from capture_app.session.port import SessionError
from capture_app.session.recording import Phase
from capture_app.session.states import CaseMark, LiveState
from capture_app.session.verdict import DEAD
from gaze_core.clocks import Clock, HostClock

STEP_S: Final = 0.01
OPEN_TIMEOUT_S: Final = 30.0
CLOSE_TIMEOUT_S: Final = 120.0
IMAGE_TIMEOUT_S: Final = 120.0
SHORTEST_TURN_S: Final = 1.0
"""A case is shown at least so long, even if there is no time left for those behind it."""


class TrackerUnavailableError(SessionError):
    """The tracker could not be opened."""


class RecordingFailedError(SessionError):
    """The recording could not be begun, or ended before it was asked to."""


class NoImageError(SessionError):
    """Images were asked for, and none of them can be shown."""


class StoppedEarlyError(SessionError):
    """The person gave up before anything was recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadlessResult:
    """How a headless recording ended."""

    closed: RecordingClosed
    live_fixations: int
    unreadable: tuple[str, ...] = ()  # a sentence for each case that could not be shown
    cases_left: int = 0  # cases whose turn did not come
    is_stopped_early: bool = False  # by the person, see `HeadlessRun`


class CaseTurns:
    """Shows the cases one after the other, so that the time is shared among them."""

    def __init__(self, session: CaptureSession, seconds: float) -> None:
        self._session = session
        self._seconds = seconds
        self._shown_ns: int | None = None
        self._turn_ns = 0

    def step(self, elapsed_s: float, now_ns: int) -> None:
        """Turn to the next case when the share of the one that is shown is over."""
        shown_ns = self._session.shown_since_host_ns
        if shown_ns is None:
            return
        if shown_ns != self._shown_ns:
            self._shown_ns = shown_ns
            share_s = (self._seconds - elapsed_s) / max(self._readable_from_here(), 1)
            self._turn_ns = round(max(share_s, SHORTEST_TURN_S) * 1e9)
        elif now_ns - shown_ns >= self._turn_ns and self._session.trials.next_index(1) >= 0:
            self._session.next_case()

    def _readable_from_here(self) -> int:
        trials = self._session.trials
        here = max(trials.case_index, 0)
        return sum(item.mark is not CaseMark.UNREADABLE for item in trials.items[here:])


class HeadlessRun:
    """Records for a while and shows the cases of the session in turn.

    `progress` is told the elapsed seconds and the state; once `is_stop_wanted` says so the recording is
    closed as at its end.
    """

    def __init__(
        self,
        session: CaptureSession,
        *,
        clock: Clock | None = None,
        sleep: Callable[[float], None] = time.sleep,
        progress: Callable[[float, LiveState], None] | None = None,
        is_stop_wanted: Callable[[], bool] = lambda: False,
    ) -> None:
        self._session = session
        self._clock: Clock = clock if clock is not None else HostClock()
        self._sleep = sleep
        self._progress = progress
        self._is_stop_wanted = is_stop_wanted
        self._shown_revision = -1
        self._frame = 0

    def record(self, path: Path, reader: str, seconds: float) -> HeadlessResult:
        """Record into `path`; ends after `seconds`, or when a finite source has delivered everything.

        Raises
        ------
        TrackerUnavailableError
            If the tracker could not be opened.
        NoImageError
            If the session has cases and none can be shown; nothing is recorded.
        RecordingFailedError
            If the file could not be made, or the recording broke off.
        StoppedEarlyError
            If a stop was wanted before there was a recording.
        """
        self._wait_for_tracker()
        self._wait_for_image()
        if self._is_stop_wanted():
            raise StoppedEarlyError("Ended before anything was recorded.")
        self._session.record_to(path, reader)
        self._wait(lambda: self._session.recording.phase is not Phase.STARTING, OPEN_TIMEOUT_S)
        self._check()
        if self._session.recording.phase is Phase.STARTING:
            raise RecordingFailedError(
                f"{path} was not made within {OPEN_TIMEOUT_S:.0f} s. Check the disk and try again."
            )
        self._record_for(seconds)
        is_stopped_early = self._is_stop_wanted()
        items = self._session.trials.items  # closing forgets which cases were left
        self._session.stop_recording()
        self._wait(lambda: not self._session.recording.is_busy, CLOSE_TIMEOUT_S)
        self._check()
        closed = self._session.link.closed
        if closed is None:
            raise RecordingFailedError(
                f"{path} was not confirmed as closed within {CLOSE_TIMEOUT_S:.0f} s. "
                "Run reading-station recover on it."
            )
        return HeadlessResult(
            closed=closed,
            live_fixations=closed.rows.get("fixations", 0),
            unreadable=self._unreadable(),
            cases_left=sum(item.mark is CaseMark.WAITING for item in items),
            is_stopped_early=is_stopped_early,
        )

    def _wait_for_tracker(self) -> None:
        self._wait(
            lambda: self._session.link.tracker is not None or self._failed() or self._is_stop_wanted(),
            OPEN_TIMEOUT_S,
        )
        if self._session.link.tracker is None and not self._is_stop_wanted():
            failure = self._session.link.failure
            silence = DEAD if self._session.link.is_dead else "The tracker did not answer within 30 s."
            raise TrackerUnavailableError(failure.text if failure is not None else silence)

    def _wait_for_image(self) -> None:
        """Wait until an image is before the reader, where there are to be images."""
        trials = self._session.trials
        if not trials.cases:
            return
        self._wait(
            lambda: (
                self._session.shown_since_host_ns is not None
                or not trials.is_any_readable
                or self._is_stop_wanted()
            ),
            IMAGE_TIMEOUT_S,
        )
        if not trials.is_any_readable:
            raise NoImageError(
                f"None of the images can be shown; nothing was recorded. {self._unreadable()[0]}"
            )
        if self._session.shown_since_host_ns is None and not self._is_stop_wanted():
            raise NoImageError(
                f"No image was ready within {IMAGE_TIMEOUT_S:.0f} s; nothing was recorded. "
                "Check the disk the images are on and try again."
            )

    def _record_for(self, seconds: float) -> None:
        turns = CaseTurns(self._session, seconds)
        started_ns = self._clock.now_ns()
        while (elapsed_s := (self._clock.now_ns() - started_ns) / 1e9) < seconds:
            state = self._step()
            turns.step(elapsed_s, self._clock.now_ns())
            if self._progress is not None:
                self._progress(elapsed_s, state)
            self._check()
            is_over = self._session.link.is_finished or not self._session.recording.is_busy
            if is_over or self._is_stop_wanted():
                break

    def _unreadable(self) -> tuple[str, ...]:
        return tuple(
            f"Case {item.case_id}: {item.note}"
            for item in self._session.trials.items
            if item.mark is CaseMark.UNREADABLE
        )

    def _check(self) -> None:
        if self._session.recording.phase is Phase.FAILED:
            raise RecordingFailedError(self._session.recording.problem)

    def _failed(self) -> bool:
        return self._session.link.failure is not None or self._session.link.is_dead

    def _wait(self, is_done: Callable[[], bool], timeout_s: float) -> None:
        deadline_ns = self._clock.now_ns() + round(timeout_s * 1e9)
        while not is_done() and self._clock.now_ns() < deadline_ns:
            self._step()

    def _step(self) -> LiveState:
        state = self._session.step()
        if state.reader.revision != self._shown_revision:
            # Nobody looks: what was asked for counts as shown at once, so that rows and scenes are complete.
            self._shown_revision = state.reader.revision
            self._frame += 1
            self._session.presented(state.reader.revision, self._clock.now_ns(), self._frame, 0)
        self._sleep(STEP_S)
        return state
