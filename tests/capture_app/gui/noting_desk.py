"""A study desk that has no study open and notes what it is asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from capture_app.session.port import SessionError
from capture_app.session.reading import Event
from capture_app.session.reading.answer_codec import AnswerValue
from capture_app.session.reading.attempts import Shape
from capture_app.session.study import OpenedStudy
from capture_app.session.study_desk.states import StartForm, StartPlan, StudyDeskState


class NotingDesk:
    """No study is open. Notes every act in `asked`, and refuses it with `refusal` where one is set."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.refusal = ""
        self.start_plan = StartPlan(reader="R01", period=1, periods=1, counted=0, quota=3, interrupted="")

    @property
    def state(self) -> StudyDeskState | None:
        return None

    def _note(self, *what: Any) -> None:
        self.asked.append(what)
        if self.refusal:
            raise SessionError(self.refusal)

    # the reader

    def answer(self, value: AnswerValue) -> None:
        self._note("answer", value)

    def toggle_label(self, label: str) -> None:
        self._note("toggle_label", label)

    def draw(self, shape: Shape) -> None:
        self._note("draw", shape)

    def change_shape(self, number: int, shape: Shape) -> None:
        self._note("change_shape", number, shape)

    def remove_shape(self, number: int) -> None:
        self._note("remove_shape", number)

    def next(self) -> None:
        self._note("next")

    def back(self) -> None:
        self._note("back")

    def jump(self, screen: str) -> None:
        self._note("jump", screen)

    def set_aside_by_reader(self, reason: str) -> None:
        self._note("set_aside_by_reader", reason)

    def recalibrate_by_reader(self) -> None:
        self._note("recalibrate_by_reader")

    def end_break(self) -> None:
        self._note("end_break")

    def pass_over(self) -> None:
        self._note("pass_over")

    def edit_transcript(self, text: str) -> None:
        self._note("edit_transcript", text)

    def play_from(self, word: int) -> None:
        self._note("play_from", word)

    def stop_playing(self) -> None:
        self._note("stop_playing")

    # the operator

    def open(self, path: Path, checked: OpenedStudy | None = None) -> None:
        self._note("open", path)

    def close_study(self) -> None:
        self._note("close_study")

    def plan(self, reader: str, period: int | None = None) -> StartPlan:
        self._note("plan", reader, period)
        return replace(self.start_plan, reader=reader, period=period or self.start_plan.period)

    def start(self, form: StartForm) -> None:
        self._note("start", form)

    def pause(self) -> None:
        self._note("pause")

    def go_on(self) -> None:
        self._note("go_on")

    def start_break(self) -> None:
        self._note("start_break")

    def skip(self, reason: str) -> None:
        self._note("skip", reason)

    def calibrate(self) -> None:
        self._note("calibrate")

    def go_on_uncalibrated(self, reason: str) -> None:
        self._note("go_on_uncalibrated", reason)

    def measure_baseline(self) -> None:
        self._note("measure_baseline")

    def check_drift(self) -> None:
        self._note("check_drift")

    def decide_interrupted(self, choice: Event) -> None:
        self._note("decide_interrupted", choice)

    def decide_practice(self, event: Event, reason: str) -> None:
        self._note("decide_practice", event, reason)

    def tell_reader(self, text: str) -> None:
        self._note("tell_reader", text)

    def note(self, text: str) -> None:
        self._note("note", text)

    def leave(self) -> None:
        self._note("leave")

    def leave_now(self) -> None:
        self._note("leave_now")
