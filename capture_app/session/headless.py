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
from capture_app.session.states import LiveState
from capture_app.session.verdict import DEAD
from gaze_core.clocks import Clock, HostClock

STEP_S: Final = 0.01
OPEN_TIMEOUT_S: Final = 30.0
CLOSE_TIMEOUT_S: Final = 120.0


class TrackerUnavailableError(SessionError):
    """The tracker could not be opened."""


class RecordingFailedError(SessionError):
    """The recording could not be begun, or ended before it was asked to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadlessResult:
    """How a headless recording ended."""

    closed: RecordingClosed
    live_fixations: int


class HeadlessRun:
    """Records for a while; `progress` is told the elapsed seconds and the state."""

    def __init__(
        self,
        session: CaptureSession,
        *,
        clock: Clock | None = None,
        sleep: Callable[[float], None] = time.sleep,
        progress: Callable[[float, LiveState], None] | None = None,
    ) -> None:
        self._session = session
        self._clock: Clock = clock if clock is not None else HostClock()
        self._sleep = sleep
        self._progress = progress
        self._shown_revision = -1
        self._frame = 0

    def record(self, path: Path, reader: str, seconds: float) -> HeadlessResult:
        """Record into `path`; ends after `seconds`, or when a finite source has delivered everything.

        Raises
        ------
        TrackerUnavailableError
            If the tracker could not be opened.
        RecordingFailedError
            If the file could not be made, or the recording broke off.
        """
        self._wait(lambda: self._session.link.tracker is not None or self._failed(), OPEN_TIMEOUT_S)
        if self._session.link.tracker is None:
            failure = self._session.link.failure
            silence = DEAD if self._session.link.is_dead else "The tracker did not answer within 30 s."
            raise TrackerUnavailableError(failure.text if failure is not None else silence)
        self._session.record_to(path, reader)
        self._wait(lambda: self._session.recording.phase is not Phase.STARTING, OPEN_TIMEOUT_S)
        self._check()
        if self._session.recording.phase is Phase.STARTING:
            raise RecordingFailedError(
                f"{path} was not made within {OPEN_TIMEOUT_S:.0f} s. Check the disk and try again."
            )
        started_ns = self._clock.now_ns()
        while (elapsed_s := (self._clock.now_ns() - started_ns) / 1e9) < seconds:
            state = self._step()
            if self._progress is not None:
                self._progress(elapsed_s, state)
            self._check()
            if self._session.link.is_finished or not self._session.recording.is_busy:
                break
        self._session.stop_recording()
        self._wait(lambda: not self._session.recording.is_busy, CLOSE_TIMEOUT_S)
        self._check()
        closed = self._session.link.closed
        if closed is None:
            raise RecordingFailedError(
                f"{path} was not confirmed as closed within {CLOSE_TIMEOUT_S:.0f} s. "
                "Run reading-station recover on it."
            )
        return HeadlessResult(closed=closed, live_fixations=closed.rows.get("fixations", 0))

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
