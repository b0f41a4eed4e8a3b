"""What follows a closed recording: read back, copied whole, reported, checked; in a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeAlias

from capture_app.session.port import SessionError
from capture_app.session.study import OpenedStudy
from capture_app.session.study_desk.ending_steps import (
    CancelledError,
    StepResult,
    Tell,
    check_privacy,
    copy_whole,
    read_back,
    wait_until_closed,
)
from capture_app.session.study_desk.states import EndStep, SessionEnd
from recordings_schema.errors import RecordingError

CLOSED, READ_BACK, COPIED, REPORTED, CHECKED = STEP_NAMES = (
    "Recording closed",
    "Read back",
    "Copied",
    "Report written",
    "Checked for identifying data",
)
WriteReport: TypeAlias = Callable[[Path, OpenedStudy], Path]

_NOT_DONE: Final = {
    READ_BACK: "`reading-station validate FILE` does it later.",
    COPIED: "It is copied when the next session of this reader begins.",
    REPORTED: "`reading-station report FILE` does it later.",
    CHECKED: "`reading-station scan-privacy FOLDER` does it later.",
}
_log = logging.getLogger(__name__)


def write_report(recording: Path, opened: OpenedStudy) -> Path:
    """Write the session report; what that needs is imported when it is needed."""
    from capture_app.session.report import write_session_report

    return write_session_report(recording, opened=opened)


class StudyEnding:
    """Implements `parts.SessionEnding`. Methods are called by one thread; the work is done in another.

    Parameters
    ----------
    sent
        Returns how many rows of each type the program had written, by name of the row type.
    write
        Writes the report.
    """

    def __init__(
        self,
        *,
        sent: Callable[[], Mapping[str, int]] = dict,
        write: WriteReport = write_report,
    ) -> None:
        self._sent, self._write = sent, write
        self._end: SessionEnd | None = None
        self._is_cancelled = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def state(self) -> SessionEnd | None:
        """How far it is; None before `begin`."""
        return self._end

    def begin(self, opened: OpenedStudy, recording: Path) -> None:
        """The recording is closed: begin."""
        self.close()
        self._is_cancelled = threading.Event()
        self._end = SessionEnd(
            recording=recording, steps=tuple(EndStep(name=name, level="waiting") for name in STEP_NAMES)
        )
        run = _Run(self, self._is_cancelled, opened, recording)
        self._thread = threading.Thread(target=run.all, name="session ending", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Give up what is under way; idempotent."""
        self._is_cancelled.set()

    def wait(self, timeout_s: float) -> bool:
        """Wait until all is done or given up; whether it is. Not for the windows' thread."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        return self._end is None or self._end.is_over

    def say(self, run: threading.Event, step: EndStep) -> None:
        """Take how far a step of a run is; called by its thread alone."""
        end = self._end
        if end is not None and run is self._is_cancelled:
            steps = tuple(step if each.name == step.name else each for each in end.steps)
            self._end = replace(end, steps=steps)

    def conclude(self, run: threading.Event, report: Path | None) -> None:
        """All is done or given up; called by the thread of that run alone."""
        end = self._end
        if end is not None and run is self._is_cancelled:
            self._end = replace(end, report=report, is_over=True)

    def report_of(self, recording: Path, opened: OpenedStudy) -> Path:
        """Write the report."""
        return self._write(recording, opened)

    def rows_sent(self) -> Mapping[str, int]:
        """Return how many rows of each type were sent."""
        return self._sent()


class _Run:
    """One run through all steps, in the working thread."""

    def __init__(
        self, ending: StudyEnding, is_cancelled: threading.Event, opened: OpenedStudy, recording: Path
    ) -> None:
        self._ending, self._is_cancelled = ending, is_cancelled
        self._opened, self._recording = opened, recording
        self._report: Path | None = None
        self._is_sound = False  # read back without an error

    def all(self) -> None:
        """Do every step, whatever became of the one before, but nothing without a recording."""
        steps: tuple[tuple[str, Callable[[Tell], StepResult]], ...] = (
            (CLOSED, lambda tell: wait_until_closed(self._recording, tell)),
            (READ_BACK, lambda _: read_back(self._recording, self._ending.rows_sent())),
            (COPIED, lambda tell: copy_whole(self._opened, self._recording, tell, is_sound=self._is_sound)),
            (REPORTED, self._write_report),
            (CHECKED, lambda tell: check_privacy(self._opened, self._recording, tell)),
        )
        is_there = True
        for name, do in steps:
            result = self._try(name, do) if is_there else _not_done(name, "There is no recording.")
            self._say(name, result.level, result.text)
            self._is_sound = self._is_sound or (name == READ_BACK and result.level != "bad")
            is_there = is_there and not (name == CLOSED and result.level == "bad")
        self._ending.conclude(self._is_cancelled, self._report)

    def _try(self, name: str, do: Callable[[Tell], StepResult]) -> StepResult:
        if self._is_cancelled.is_set():
            return _not_done(name, "Not done: the session was put away before.")
        self._say(name, "running", "")
        try:
            return do(lambda text: self._tell(name, text))
        except CancelledError:
            return _not_done(name, "Not finished: the session was put away before.")
        except (SessionError, RecordingError) as err:
            return StepResult(level="bad", text=str(err))
        except OSError as err:
            where = f" {err.filename}" if err.filename else ""
            reason = err.strerror or "no reason given"
            return StepResult(
                level="bad", text=f"The disk refused it{where} ({reason}). {_NOT_DONE.get(name, '')}".strip()
            )
        except Exception:  # noqa: BLE001  # whatever it is, the other steps have to be done and the end has to come
            _log.exception("The step %r failed", name)
            return _not_done(name, "It failed for a reason that stands in the program's log.", level="bad")

    def _write_report(self, tell: Tell) -> StepResult:
        tell("The report is being written.")
        self._report = self._ending.report_of(self._recording, self._opened)
        text = f"The report is {self._report.name}, beside the recording."
        if not self._opened.study.copies.second_place:
            return StepResult(level="good", text=text)
        copy = copy_whole(self._opened, self._recording, tell, is_sound=self._is_sound, only=self._report)
        return StepResult(level=copy.level, text=text if copy.level == "good" else f"{text} {copy.text}")

    def _tell(self, name: str, text: str) -> None:
        if self._is_cancelled.is_set():
            raise CancelledError
        self._say(name, "running", text)

    def _say(self, name: str, level: str, text: str) -> None:
        self._ending.say(self._is_cancelled, EndStep(name=name, level=level, text=text))


def _not_done(name: str, reason: str, *, level: str = "attention") -> StepResult:
    return StepResult(level=level, text=f"{reason} {_NOT_DONE.get(name, '')}".strip())
