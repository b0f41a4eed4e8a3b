"""What a session with a study needs of the capture session around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from capture_app.session.analysis_feed import AnalysisFeed
from capture_app.session.calibration_desk import CalibrationDesk
from capture_app.session.calibration_plan import GreySource
from capture_app.session.cases import CaseList
from capture_app.session.images import ImageStore
from capture_app.session.link import Link
from capture_app.session.presentation import Presentation
from capture_app.session.recording import RecordingControl
from capture_app.session.session_metadata import StudyMark
from capture_app.session.settings import Settings
from capture_app.session.study import OpenedStudy
from capture_app.session.study_desk.parts import (
    CaseCopies,
    DatasetCheck,
    DictationRun,
    SessionEnding,
    SessionFolder,
    SideRuns,
)
from capture_app.session.trials import TrialBook
from gaze_core.clocks import Clock
from gaze_core.geometry import ViewingGeometry
from gaze_core.rows import Rows


class StudyHost(Protocol):
    """The capture session: tracker, recording, reader's screen, calibration."""

    calibration_desk: CalibrationDesk

    @property
    def link(self) -> Link:
        """What the acquisition process said last."""

    @property
    def recording(self) -> RecordingControl:
        """The recording."""

    @property
    def trials(self) -> TrialBook:
        """Trials and their cases."""

    @property
    def feed(self) -> AnalysisFeed:
        """The live analysis."""

    @property
    def presentation(self) -> Presentation:
        """The reader's screen."""

    @property
    def images(self) -> ImageStore:
        """The images of the cases."""

    @property
    def settings(self) -> Settings:
        """The settings in force."""

    def measured_geometry(self) -> ViewingGeometry:
        """Return what degrees are computed with."""

    def reconfigure(self) -> None:
        """Take settings and screen anew, as the study wants them."""

    def take_cases(self, cases: CaseList) -> None:
        """Make these the cases; none is shown."""

    def append_images(self, rows: tuple[Rows, ...]) -> None:
        """Have IMAGE rows written."""

    def connect_tracker(self, name: str, options: Mapping[str, str]) -> None:
        """Connect a tracker."""

    def record_to(self, path: Path, reader: str, mark: StudyMark | None = None) -> None:
        """Begin a recording."""

    def end_recording(self) -> None:
        """End and close the recording."""

    def note(self, kind: str, text: str) -> None:
        """Write an event of the operator."""

    def say(self, sentence: str) -> None:
        """Show the operator a sentence for a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyParts:
    """The parts of one session."""

    side_runs: SideRuns
    dictation: DictationRun
    copies: CaseCopies
    datasets: DatasetCheck
    ending: SessionEnding
    folder: SessionFolder


MakeStudyParts: TypeAlias = Callable[[OpenedStudy, StudyHost, Clock, GreySource], StudyParts]
"""Makes the parts of a session with a study."""
