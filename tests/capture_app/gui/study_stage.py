"""A study desk for tests of windows: a real reading, a clock that stands still, no processes and no devices.

`StageDesk` is a `StudyDeskPort` on a real `ReadingLoop`: what windows ask of it changes the state that they
then show, and is noted in `asked`. Walk to what shall be looked at, then render `state`::

    desk = StageDesk(preset_study("reflacx"))  # or quiet(preset_study(..)): no practice, no breaks
    desk.walk_to("labels")              # a kind of screen, or a screen's name
    desk.set(message="Two more cases")  # any field of StudyDeskState
    desk.set_transcript(stage=TranscriptStage.READY, text="No acute finding.")

    desk = StageDesk(study_of(TextScreen(name="remark", text="Anything else?")))  # one task of these screens
    desk.walk_to("text")
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from noting_desk import NotingDesk
from reading_rig import IMAGES, Rig, preset_study, quiet, some_cases

from capture_app.session.reading import (
    Attempt,
    By,
    CaseState,
    Event,
    Fate,
    ReadingView,
    ShownImage,
    Stage,
    case_state_of,
)
from capture_app.session.reading.answer_codec import AnswerValue
from capture_app.session.reading.attempts import Ending, Shape
from capture_app.session.study import CaseRole, OpenedStudy, Study, StudyCase
from capture_app.session.study.task_keys import EndScreen, Screen, Task, TaskKind
from capture_app.session.study_desk.states import (
    StudyCaseLine,
    StudyDeskState,
    StudyPhase,
    TranscriptState,
)

__all__ = ["NotingDesk", "StageDesk", "preset_study", "quiet", "some_cases", "study_of"]


def study_of(*screens: Screen, like: str = "reflacx", **changes: Any) -> Study:
    """Return a study with one task of these screens, an end of the case added where there is none.

    Labels, the certainty scale and all else are those of the preset `like`, unless given in `changes`.
    """
    end = () if any(isinstance(each, EndScreen) for each in screens) else (EndScreen(name="end"),)
    all_screens = (*screens, *end)
    task = Task(name="task", kind=TaskKind.READ, screens=tuple(each.name for each in all_screens))
    return replace(quiet(preset_study(like)), screens=all_screens, tasks=(task,), **changes)


@dataclass
class _StageRig(Rig):
    """A rig whose screens may wait until somebody presents them, with images of one's own."""

    presents_at_once: bool = True
    images: tuple[ShownImage, ...] = IMAGES

    def keep(self, rows: Any) -> None:
        self.made += rows
        if self.presents_at_once:
            self.made += self.loop.presented(self.now_ns)

    def step(self) -> None:
        if self.loop.stage is Stage.READY:
            self.wait()
            self.keep(self.loop.tick(self.now_ns))
            self.keep(self.loop.open_case(self.now_ns, self.images))
        else:
            super().step()


class StageDesk(NotingDesk):
    """A study that is read: a real loop behind the acts, its clock going on 0.25 s with each of them.

    Parameters
    ----------
    study
        What is read; the preset `reflacx` with three cases where none is given.
    cases
        Case list; as many as the study counts, made up, where none is given. Their images play no part.
    images
        Sizes of the images of every case, one per pane.
    presents_at_once
        A screen that is asked for is before the reader at once; else when `present` is called.
    earlier
        Rows of recordings that are over, as `Rig.recording` returns them.
    """

    def __init__(
        self,
        study: Study | None = None,
        *,
        cases: tuple[StudyCase, ...] | None = None,
        images: tuple[ShownImage, ...] = IMAGES,
        presents_at_once: bool = True,
        earlier: Sequence[Any] = (),
        blind_cases: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__()
        chosen = study if study is not None else quiet(preset_study("reflacx"))
        self.rig = _StageRig(
            study=chosen, images=images, earlier=earlier, blind_cases=blind_cases,
            cases=cases if cases is not None else some_cases(chosen.quota.cases_per_reader or 3),
        )  # fmt: skip
        self.rig.presents_at_once = presents_at_once
        self.opened = OpenedStudy(
            path=Path("study") / "study.gazestudy", folder=Path("study"), sha256="0" * 64, study=chosen,
            cases=self.rig.cases,
        )  # fmt: skip
        self._changes: dict[str, Any] = {}
        self._version = 0
        self._case_since_ns = self._screen_since_ns = self.rig.now_ns
        self._begun_ns = self.rig.now_ns
        self._is_calibration_wished = False
        self._here: tuple[Any, ...] | None = None

    # for tests

    @property
    def view(self) -> ReadingView:
        """The reading now."""
        return self.rig.loop.view

    @property
    def state(self) -> StudyDeskState:
        """What windows show; fields that a test has `set` win."""
        view, attempt = self.view, self.rig.loop.state.open_attempt
        facts = self.rig.loop.state
        state = StudyDeskState(
            phase=StudyPhase.RUNNING, opened=self.opened, reader=self.rig.reader, view=view,
            view_version=self._version,
            screen_names=() if attempt is None else self._task_of(attempt).screens,
            cases=self._lines(), cases_version=self._version,
            case_elapsed_s=self._since_s(self._case_since_ns),
            screen_elapsed_s=self._since_s(self._screen_since_ns),
            session_elapsed_s=self._since_s(self._begun_ns),
            drift_deg=facts.drift_deg, running_drift_deg=facts.running_drift_deg,
            cases_since_calibration=facts.cases_since_calibration,
        )  # fmt: skip
        return replace(state, **self._changes)

    def set(self, **changes: Any) -> None:
        """Give fields of the state a value of the test's."""
        self._changes.update(changes)
        self._version += 1

    def set_transcript(self, **changes: Any) -> None:
        """Change the transcript of the open case, beginning with an empty one."""
        before = self._changes.get("transcript") or TranscriptState()
        self.set(transcript=replace(before, **changes))
        self.rig.loop.set_transcript_ready(True)

    def present(self) -> None:
        """Put the screen that was asked for before the reader."""
        self.rig.made += self.rig.loop.presented(self.rig.now_ns)
        self._followed()

    def wait(self, seconds: float) -> None:
        """Let time go by with gaze; an image may leave by itself."""
        self.rig.wait(seconds)
        self.rig.keep(self.rig.loop.tick(self.rig.now_ns))
        self._followed()

    def walk_to(self, kind_or_name: str, *, steps: int = 4000) -> Screen:
        """Let the pseudo-reader go on until a screen of this kind or name is before the reader."""
        for _ in range(steps):
            screen = self.view.screen
            is_there = screen is not None and self.view.is_presented and self.view.stage is Stage.CASE
            if screen is not None and is_there and kind_or_name in (screen.KIND, screen.name):
                return screen
            self._step()
        raise AssertionError(f"No screen {kind_or_name} comes: {self.view}")

    def walk_to_stage(self, stage: Stage, *, steps: int = 20_000) -> None:
        """Let the pseudo-reader go on until a stage is reached."""
        for _ in range(steps):
            if self.view.stage is stage:
                return
            self._step()
        raise AssertionError(f"The stage {stage} does not come: {self.view}")

    def open_case(self) -> None:
        """Pass over calibration and drift check and open the next case."""
        for _ in range(100):
            if self.view.stage is Stage.CASE:
                return
            self._step()
        raise AssertionError(f"No case opens: {self.view}")

    # the reader

    def answer(self, value: AnswerValue) -> None:
        super().answer(value)
        self._do("answer", value)

    def toggle_label(self, label: str) -> None:
        super().toggle_label(label)
        self._do("toggle_label", label)

    def draw(self, shape: Shape) -> None:
        super().draw(shape)
        self._do("draw", shape)

    def change_shape(self, number: int, shape: Shape) -> None:
        super().change_shape(number, shape)
        self._do("change_shape", number, shape)

    def remove_shape(self, number: int) -> None:
        super().remove_shape(number)
        self._do("remove_shape", number)

    def next(self) -> None:
        super().next()
        self._do("next")
        if self._is_calibration_wished and self.view.stage is not Stage.CASE:
            self._is_calibration_wished = False
            self._do("recalibrate", By.READER, "The reader asked for it.")

    def back(self) -> None:
        super().back()
        self._do("back")

    def jump(self, screen: str) -> None:
        super().jump(screen)
        self._do("jump", screen)

    def set_aside_by_reader(self, reason: str) -> None:
        super().set_aside_by_reader(reason)
        self._do("set_aside", By.READER, reason)

    def recalibrate_by_reader(self) -> None:
        super().recalibrate_by_reader()
        self._is_calibration_wished = True

    def end_break(self) -> None:
        super().end_break()
        self._do("end_break")

    def pass_over(self) -> None:
        super().pass_over()
        self._do("pass_over_drift_check")

    def edit_transcript(self, text: str) -> None:
        super().edit_transcript(text)
        before = self.state.transcript or TranscriptState()
        self.set(transcript=replace(before, text=text, version=before.version + 1, words=()))

    def play_from(self, word: int) -> None:
        super().play_from(word)
        self.set(transcript=replace(self.state.transcript or TranscriptState(), playing_word=word))

    def stop_playing(self) -> None:
        super().stop_playing()
        self.set(transcript=replace(self.state.transcript or TranscriptState(), playing_word=-1))

    # the operator

    def pause(self) -> None:
        super().pause()
        self._do("pause")

    def go_on(self) -> None:
        super().go_on()
        self._do("go_on")

    def start_break(self) -> None:
        super().start_break()
        self._do("start_break")

    def skip(self, reason: str) -> None:
        super().skip(reason)
        self._do("set_aside", By.OPERATOR, reason)

    def calibrate(self) -> None:
        super().calibrate()
        self._do("recalibrate", By.OPERATOR, "The operator asked for it.")

    def go_on_uncalibrated(self, reason: str) -> None:
        super().go_on_uncalibrated(reason)
        self._do("go_on_uncalibrated", reason)

    def decide_interrupted(self, choice: Event) -> None:
        super().decide_interrupted(choice)
        self._do("decide_interrupted", choice, By.OPERATOR)

    def decide_practice(self, event: Event, reason: str) -> None:
        super().decide_practice(event, reason)
        self._do("decide_practice", event, reason)

    def tell_reader(self, text: str) -> None:
        super().tell_reader(text)
        self.set(message=text)

    def note(self, text: str) -> None:
        super().note(text)
        self.set(notes=(*self.state.notes, text))

    def _do(self, action: str, *arguments: Any) -> None:
        self.rig.do(action, *arguments)
        self._followed()

    def _step(self) -> None:
        self.rig.step()
        self._followed()

    def _followed(self) -> None:
        """Note that something changed, and since when case and screen are before the reader."""
        self._version += 1
        view = self.view
        here = (view.stage, view.trial, view.screen.name if view.screen is not None else "")
        if self._here is None or here != self._here:
            if self._here is None or here[1] != self._here[1]:
                self._case_since_ns = self.rig.now_ns
            self._screen_since_ns = self.rig.now_ns
            self._here = here

    def _since_s(self, since_ns: int) -> float:
        return (self.rig.now_ns - since_ns) * 1e-9

    def _task_of(self, attempt: Attempt) -> Task:
        return self.rig.study.task_named(attempt.task)

    def _lines(self) -> tuple[StudyCaseLine, ...]:
        state, worklist = self.rig.loop.state, self.rig.worklist
        planned = (*worklist.practice, *worklist.in_use(state.fate_of))
        return tuple(self._line(each.case.case_id) for each in planned)

    def _line(self, case_id: str) -> StudyCaseLine:
        state, worklist = self.rig.loop.state, self.rig.worklist
        attempts = state.attempts.get(case_id, [])
        newest = attempts[-1] if attempts else None
        role = CaseRole.SPARE if worklist.is_spare(case_id) else CaseRole.STUDY
        grade = newest.grade if newest is not None and newest.ending is Ending.DONE else ""
        case_state: CaseState | None = None if newest is None else case_state_of(newest, self.rig.study)
        return StudyCaseLine(
            case_id=case_id, role=CaseRole.PRACTICE if worklist.is_practice(case_id) else role,
            state=case_state, attempts=len(attempts), grade=grade,
            note="" if newest is None or case_state is not CaseState.INTERRUPTED else f"at {newest.screen}",
            worked_s=sum(each.worked_ns for each in attempts) * 1e-9,
            is_current=newest is not None and newest is state.open_attempt,
            does_count=state.fate_of(case_id) is Fate.COUNTS,
        )  # fmt: skip
