"""One recording from "start" to "closed and verified", as a small state machine driven by `step`.

The order at the end matters: no further samples, then the last events of exactly these samples, then the
close.
"""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Any, Final

from capture_app.session.link import Link

DIED: Final = (
    "The recording process ended unexpectedly. Everything up to the last quarter of a second is on the disk. "
    "Connect the tracker again; the file can be recovered."
)


class Phase(str, Enum):
    """Where the recording stands."""

    NONE = "none"
    STARTING = "starting"  # asked for, not yet confirmed
    RUNNING = "running"
    ENDING = "ending"  # no further samples asked for
    DRAINING = "draining"  # the last samples are known; the analysis has to reach them
    CLOSING = "closing"
    CLOSED = "closed"
    FAILED = "failed"


class RecordingControl:
    """Follows one recording after the other; tells what has just happened through `phase` changes."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self.phase = Phase.NONE
        self.path: Path | None = None
        self.reason = ""
        self.problem = ""  # a sentence when the phase is FAILED
        self.is_stop_wanted = False  # asked to end before it had begun
        self._is_end_asked = False

    @property
    def takes_rows(self) -> bool:
        """Whether rows of the app still reach the file."""
        return self.phase in (Phase.RUNNING, Phase.ENDING, Phase.DRAINING)

    @property
    def is_busy(self) -> bool:
        """Whether a recording is under way in any sense."""
        return self.phase not in (Phase.NONE, Phase.CLOSED, Phase.FAILED)

    @property
    def end_row(self) -> int | None:
        """Ring row after the last recorded sample, None while that is open."""
        return self._link.samples_ended.next_row if self._link.samples_ended is not None else None

    def start(self, path: Path, metadata: dict[str, Any]) -> None:
        """Ask for a recording."""
        self.path, self.reason, self.problem = path, "", ""
        self.is_stop_wanted = False
        self._link.start_recording(path, metadata)
        self.phase = Phase.STARTING

    def acknowledge(self) -> None:
        """The person has taken note of a failure: the next recording may begin."""
        if self.phase is Phase.FAILED:
            self.phase, self.problem = Phase.NONE, ""

    def stop(self, reason: str) -> None:
        """Begin to end the recording; a second call changes nothing.

        One that has not begun yet is ended as soon as it has, see `is_stop_wanted`.
        """
        if self.phase is Phase.STARTING:
            self.is_stop_wanted = True
        elif self.phase is Phase.RUNNING:
            self.reason = reason
            self.is_stop_wanted = False
            self._is_end_asked = False
            self.phase = Phase.ENDING

    def drained(self) -> None:
        """The analysis has reached the last sample and its rows are on their way: close the file."""
        self._link.stop_recording(self.reason)
        self.phase = Phase.CLOSING

    def step(self) -> Phase:
        """Follow what the acquisition process said; return the phase."""
        failure = self._link.recording_failure
        if failure is not None and self.is_busy:
            self._fail(failure.text)
        elif self._link.is_dead and self.is_busy:
            self._fail(DIED)
        elif self.phase is Phase.STARTING and self._link.started is not None:
            self.phase = Phase.RUNNING
        elif self.phase is Phase.ENDING and self._link.started is not None:
            self._end()
        elif self.is_busy and self._link.closed is not None:
            self.phase = Phase.CLOSED
        return self.phase

    def _fail(self, problem: str) -> None:
        self.problem, self.phase = problem, Phase.FAILED
        self.is_stop_wanted = False

    def _end(self) -> None:
        if self._link.closed is not None:
            self.phase = Phase.CLOSED  # the acquisition process closed it by itself meanwhile
        elif not self._is_end_asked:
            self._link.end_samples()
            self._is_end_asked = True
        elif self._link.samples_ended is not None:
            self.phase = Phase.DRAINING
