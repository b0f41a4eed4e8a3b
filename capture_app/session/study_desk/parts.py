"""The parts a session with a study is put together from, as its desk sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from calibration import DriftResult
from capture_app.session.analysis_feed import AnalysisFeed
from capture_app.session.link import Link
from capture_app.session.presentation import Presentation
from capture_app.session.reading import NamedRows, ReadingView, RecordingRows
from capture_app.session.settings import Settings
from capture_app.session.study import OpenedStudy, ReadingPlan
from capture_app.session.study_desk.states import (
    CopyState,
    DatasetState,
    SessionEnd,
    SideRunState,
    StartPlan,
    TranscriptState,
)
from gaze_core.geometry import ViewingGeometry


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyAround:
    """The session as it is at one step."""

    now_ns: int  # host clock
    link: Link
    feed: AnalysisFeed
    presentation: Presentation
    geometry: ViewingGeometry  # that degrees are computed with
    settings: Settings
    trial: int  # of the open case, else of the next


class SideRuns(Protocol):
    """Drift checks and pupil baselines on the reader's screen; one at a time."""

    @property
    def state(self) -> SideRunState | None:
        """What runs now; None where nothing does."""

    @property
    def last_drift(self) -> DriftResult | None:
        """The newest drift check that gave figures."""

    def begin_drift_check(self, around: StudyAround) -> None:
        """Show the study's target and wait for a fixation."""

    def begin_baseline(self, around: StudyAround) -> None:
        """Show the central cross on the study's grey for the study's time."""

    def step(self, around: StudyAround) -> NamedRows:
        """Do what is due; return rows for the recording, a DRIFT row at the end of a check."""

    def presented(self, revision: int, t_host_ns: int) -> bool:
        """Take the time at which a revision was presented; True where that put a target before the eyes."""

    def pass_over(self) -> None:
        """Go on without the check, where `SideRunState.can_be_passed_over`; else a `SessionError`."""

    def abort(self) -> None:
        """Stop at any moment; nothing happens where none runs."""

    def calibrated(self) -> None:
        """Gaze was calibrated anew: the running drift begins anew, too."""

    @property
    def last_text(self) -> str:
        """What the operator should know of the run that ended last; "" for nothing."""


class DictationRun(Protocol):
    """The voice of a session: recorded on dictated screens, written down, edited, aligned, played."""

    @property
    def state(self) -> TranscriptState | None:
        """The transcript of the open case; None where its task has no dictation."""

    @property
    def is_voice_recorded(self) -> bool:
        """Whether the microphone is kept now."""

    @property
    def is_transcript_ready(self) -> bool:
        """Whether the transcript of the open case can be shown, or never will be."""

    def hold(self, link: Link) -> None:
        """Keep no voice but what is asked for from now on; called before the recording begins."""

    def begin(self, opened: OpenedStudy, around: StudyAround, earlier: Sequence[Path] = ()) -> None:
        """A session begins: its microphone, engine and vocabulary are those of the study.

        `earlier` are the recordings of this reader and period so far, oldest first: a case that is gone on
        with shows the text it had there.
        """

    def step(self, around: StudyAround, view: ReadingView) -> NamedRows:
        """Follow the reading; return WORD rows (and others) for the recording."""

    def edit(self, text: str) -> None:
        """Take an edited text."""

    def play_from(self, word: int) -> None:
        """Play the sound from a word."""

    def stop_playing(self) -> None:
        """Stop playing."""

    def end(self, around: StudyAround) -> None:
        """The session ends: no voice is kept any more; called until `is_finished`. Never waits itself."""

    @property
    def is_finished(self) -> bool:
        """After `end`: whether nothing is left to wait for."""

    def close(self) -> None:
        """Let everything go; idempotent."""


class SessionFolder(Protocol):
    """Where the sessions of a study lie. One reader of one study at a time; any thread may ask."""

    def plan(self, opened: OpenedStudy, reader: str, period: int | None) -> tuple[StartPlan, ReadingPlan]:
        """Return what a reader would do now, and the whole plan. Raises a `SessionError`."""

    def earlier(self, opened: OpenedStudy, reader: str, period: int) -> Sequence[RecordingRows]:
        """Return the rows of the reader's recordings of a period, oldest first; recovers what was cut off."""

    def earlier_paths(self, opened: OpenedStudy, reader: str, period: int) -> Sequence[Path]:
        """Return the recordings whose rows `earlier` returns, in the same order."""

    @property
    def recovered(self) -> tuple[str, ...]:
        """What was recovered when the session that runs began, a sentence each."""

    def begin(self, opened: OpenedStudy, reader: str, period: int) -> Path:
        """Take the study for this reader, and return the name of the recording to be made."""

    def take(self, opened: OpenedStudy, reader: str) -> None:
        """Take the study for this reader, without a session to be recorded. Raises a `SessionError`."""

    def release(self) -> None:
        """Give the study free; idempotent."""


class CaseCopies(Protocol):
    """Copies each committed case to the study's second place, in the background."""

    @property
    def state(self) -> CopyState:
        """How the copies stand."""

    def begin(self, opened: OpenedStudy, recording: Path) -> None:
        """A recording begins. Raises a `SessionError` where required copies cannot be made."""

    def committed(self, case_id: str, attempt: int) -> None:
        """A case is final; what the file holds of it is copied as soon as it is on the disk."""

    def close(self) -> None:
        """Finish or give up what is under way; idempotent."""


class DatasetCheck(Protocol):
    """Tries readings in the formats the study feeds, in the background."""

    @property
    def state(self) -> DatasetState:
        """What the operator sees."""

    def begin(self, opened: OpenedStudy, recording: Path) -> None:
        """A recording begins."""

    def ask(self, case_id: str, trial: int, shown_host_ns: int, *, is_done: bool) -> None:
        """Try a case as it is in the file once that holds the screen presented then, or the case's end."""

    def close(self) -> None:
        """Give up what is under way; idempotent."""


class SessionEnding(Protocol):
    """What follows a closed recording: read back, copied whole, reported, checked; in the background."""

    @property
    def state(self) -> SessionEnd | None:
        """How far it is; None before `begin`."""

    def begin(self, opened: OpenedStudy, recording: Path) -> None:
        """The recording is closed: begin."""

    def close(self) -> None:
        """Give up what is under way; idempotent."""
