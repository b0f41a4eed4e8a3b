"""A whole session with a study on a manual clock: a reader in a chair, a device that answers, quick parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from calibration_chair import Chair
from quick_study import quick_study
from session_fakes import FakeRun

from capture_app.acquisition import messages as m
from capture_app.session.calibration_plan import GreySource
from capture_app.session.calibration_states import CalibrationStage
from capture_app.session.link import Link
from capture_app.session.reading import NamedRows, ReadingView, RecordingRows, Stage
from capture_app.session.settings import Settings
from capture_app.session.states import LiveState
from capture_app.session.study import OpenedStudy, ReadingPlan, plan_for
from capture_app.session.study_desk.host import StudyHost, StudyParts
from capture_app.session.study_desk.parts import StudyAround
from capture_app.session.study_desk.side_runs import StudySideRuns
from capture_app.session.study_desk.states import (
    CopyState,
    DatasetState,
    SessionEnd,
    StartPlan,
    StudyDeskState,
    StudyPhase,
    TranscriptState,
)
from capture_app.session.study_desk.study_robot import robot_form
from gaze_core.clocks import Clock


@dataclass
class QuietDictation:
    """Hears nothing and has nothing to write."""

    state: TranscriptState | None = None
    is_voice_recorded: bool = False
    is_transcript_ready: bool = True
    is_finished: bool = True
    calls: list[str] = field(default_factory=list)

    def hold(self, link: Link) -> None:
        self.calls.append("hold")

    def begin(self, opened: OpenedStudy, around: StudyAround, earlier: Sequence[Path] = ()) -> None:
        self.calls.append("begin")

    def step(self, around: StudyAround, view: ReadingView) -> NamedRows:
        return ()

    def edit(self, text: str) -> None:
        self.calls.append(f"edit {text}")

    def play_from(self, word: int) -> None:
        self.calls.append(f"play {word}")

    def stop_playing(self) -> None:
        self.calls.append("stop")

    def end(self, around: StudyAround) -> None:
        self.calls.append("end")

    def close(self) -> None:
        self.calls.append("close")


@dataclass
class NotedCopies:
    """Notes which cases were to be copied."""

    state: CopyState = field(default_factory=CopyState)
    cases: list[str] = field(default_factory=list)

    def begin(self, opened: OpenedStudy, recording: Path) -> None:
        self.cases.clear()

    def committed(self, case_id: str, attempt: int) -> None:
        self.cases.append(case_id)

    def close(self) -> None:
        pass


@dataclass
class NotedDatasets:
    """Notes which cases were to be tried in the study's formats, and whether they were done."""

    state: DatasetState = field(default_factory=DatasetState)
    asked: list[tuple[str, bool]] = field(default_factory=list)
    is_closed: bool = True

    def begin(self, opened: OpenedStudy, recording: Path) -> None:
        self.is_closed = False

    def ask(self, case_id: str, trial: int, shown_host_ns: int, *, is_done: bool) -> None:
        self.asked.append((case_id, is_done))

    def close(self) -> None:
        self.is_closed = True


@dataclass
class QuickEnding:
    """Is over at once."""

    state: SessionEnd | None = None

    def begin(self, opened: OpenedStudy, recording: Path) -> None:
        self.state = SessionEnd(recording=recording, is_over=True)

    def close(self) -> None:
        pass


@dataclass
class OneFolder:
    """A folder without locks; `rows` are those of earlier sessions."""

    root: Path
    rows: list[RecordingRows] = field(default_factory=list)
    is_taken: bool = False
    recovered: tuple[str, ...] = ()
    blocked: str = ""
    unended: Path | None = None

    def plan(self, opened: OpenedStudy, reader: str, period: int | None) -> tuple[StartPlan, ReadingPlan]:
        plan = plan_for(opened.study, opened.cases, reader)
        start = StartPlan(
            reader=reader, period=period or 1, periods=len(plan.periods), counted=0,
            quota=len(plan.periods[0].cases), interrupted="", blocked=self.blocked, unended=self.unended,
        )  # fmt: skip
        return start, plan

    def earlier(self, opened: OpenedStudy, reader: str, period: int) -> Sequence[RecordingRows]:
        return tuple(self.rows)

    def earlier_paths(self, opened: OpenedStudy, reader: str, period: int) -> Sequence[Path]:
        return ()

    def begin(self, opened: OpenedStudy, reader: str, period: int) -> Path:
        self.is_taken = True
        return self.root / f"{reader}.gazeh5"

    def take(self, opened: OpenedStudy, reader: str) -> None:
        self.is_taken = True

    def release(self) -> None:
        self.is_taken = False


class StudyRun:
    """A study that is open before a calibrated chair; `lead` lets time pass."""

    def __init__(self, folder: Path, preset: str = "reflacx", *, calibrates: bool = True) -> None:
        self.study_path = folder / "study"
        self.study_file = quick_study(preset, self.study_path)
        self.dictation, self.copies, self.ending = QuietDictation(), NotedCopies(), QuickEnding()
        self.datasets = NotedDatasets()
        self.folder = OneFolder(folder)
        self.run = FakeRun(settings=Settings(), make_study_parts=self._parts)
        self.chair = Chair(self.run, calibrates=calibrates)

    def _parts(self, opened: OpenedStudy, host: StudyHost, clock: Clock, grey: GreySource) -> StudyParts:
        return StudyParts(
            side_runs=StudySideRuns(opened.study, clock, matched_grey=grey),
            dictation=self.dictation,
            copies=self.copies,
            datasets=self.datasets,
            ending=self.ending,
            folder=self.folder,
        )

    @property
    def desk(self) -> Any:
        return self.run.session.study_desk

    @property
    def state(self) -> StudyDeskState:
        state = self.desk.state
        assert state is not None
        return state

    def calibrate(self) -> None:
        """Calibrate as the study plans it, once that is possible, and accept what came of it."""
        self.until(lambda: not self.chair.desk.state.blocked)
        self.desk.calibrate()
        self.chair.until(CalibrationStage.REVIEW)
        self.chair.desk.accept("tested")

    def to_screen(self) -> None:
        """Let time pass until a screen of a case is before the reader."""
        self.until(lambda: self.stage is Stage.CASE and self.is_presented)

    def to_first_screen(self) -> StudyRun:
        """Begin, calibrate, and go on to the first screen of the first case."""
        self.begin()
        self.calibrate()
        self.to_screen()
        return self

    def to_image(self) -> StudyRun:
        """Go on from the screen before an image to the image."""
        self.desk.next()
        self.until(lambda: bool(self.live.reader.panes) and self.is_presented)
        return self

    @property
    def is_presented(self) -> bool:
        """Whether the screen that was asked for has reached the reader."""
        view = self.state.view
        return view is not None and view.is_presented

    @property
    def is_recording_asked(self) -> bool:
        """Whether a session was prepared, so that its recording can be said to run."""
        return bool(self.run.acquisition.all_sent(m.StartRecording))

    @property
    def live(self) -> LiveState:
        assert self.run.state is not None
        return self.run.state

    @property
    def stage(self) -> Stage:
        view = self.state.view
        assert view is not None
        return view.stage

    def begin(self, reader: str = "R01", **form: Any) -> None:
        """Open the study and begin a session."""
        if self.desk.state is None:
            self.desk.open(self.study_path)
        self.start(reader, **form)

    def ask_to_start(self, reader: str = "R01", **form: Any) -> None:
        """Hand in the start form."""
        self.desk.start(replace(robot_form(self.state.opened, reader, 1), **form))

    def start(self, reader: str = "R01", **form: Any) -> None:
        """Begin a session with the study that is open."""
        self.ask_to_start(reader, **form)
        self.until(lambda: self.is_recording_asked)
        self.run.begin_file(self.folder.root / f"{reader}.gazeh5")
        self.until(lambda: self.state.phase is StudyPhase.RUNNING)

    def until(self, is_reached: Any, most_frames: int = 6000) -> None:
        """Let frames pass until something holds."""
        for _ in range(most_frames):
            if is_reached():
                return
            self.chair.frame()
        view = self.state.view
        raise AssertionError(f"not reached: {self.state.phase}, {view.stage if view else ''}")

    def written(self, row_type: str) -> Any:
        return self.run.acquisition.appended(row_type)
