"""A text is typed without triggering anything, is sent at pauses, and is never lost on the way on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from answer_stage import AnswerStage
from PySide6.QtCore import Qt
from study_stage import StageDesk, study_of

from capture_app.gui import tokens
from capture_app.session.study.task_keys import InstructionScreen, TextScreen

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def stage(qtbot) -> Iterator[AnswerStage]:
    desk = StageDesk(
        study_of(
            InstructionScreen(name="before", text="Read on."),
            TextScreen(name="remark", text="Anything else?", is_required=True),
        )
    )
    desk.walk_to("remark")
    desk.asked.clear()
    made = AnswerStage(desk)
    yield made
    made.close()


def field_of(stage: AnswerStage):
    return stage.screens.current.field


def answers(stage: AnswerStage) -> list[object]:
    return [act[1] for act in stage.desk.asked if act[0] == "answer"]


def test_figures_letters_and_question_marks_are_text(stage):
    stage.type("1 a? ")
    stage.key(Qt.Key.Key_Backspace)
    assert field_of(stage).toPlainText() == "1 a?"
    assert not stage.screens.overlay.isVisible()
    assert stage.name == "remark"


def test_enter_begins_a_new_line(stage):
    stage.type("a")
    stage.key(Qt.Key.Key_Return)
    stage.type("b")
    assert field_of(stage).toPlainText() == "a\nb"


def test_nothing_is_sent_with_every_letter(stage):
    stage.type("A scar.")
    assert answers(stage) == []


def test_a_pause_sends_the_text(stage, qtbot):
    stage.type("A scar.")
    timer = stage.screens.current._pause
    assert timer.interval() == tokens.READING_SEND_MS
    timer.timeout.emit()
    assert answers(stage) == ["A scar."]


def test_leaving_the_field_sends_the_text(stage):
    stage.type("A scar.")
    stage.key(Qt.Key.Key_Tab)
    assert answers(stage) == ["A scar."]


def test_control_enter_sends_the_text_and_goes_on(stage):
    stage.type("A scar.")
    stage.key(Qt.Key.Key_Return, CONTROL)
    assert answers(stage) == ["A scar."]
    assert stage.name == "end"


def test_going_on_is_possible_as_soon_as_something_is_typed(stage):
    assert not stage.screens.bar.next_button.isEnabled()
    stage.type("A")
    assert stage.screens.bar.next_button.isEnabled()


def test_blanks_are_no_answer(stage):
    stage.type("  ")
    assert not stage.screens.bar.next_button.isEnabled()
    stage.key(Qt.Key.Key_Return, CONTROL)
    assert stage.name == "remark"


def test_going_back_sends_the_text_and_coming_again_shows_it(stage):
    stage.type("A scar.")
    stage.key(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert (stage.name, answers(stage)) == ("before", ["A scar."])
    stage.key(Qt.Key.Key_Return)
    assert (stage.name, field_of(stage).toPlainText()) == ("remark", "A scar.")


def test_what_was_not_sent_survives_a_pause_of_the_case(stage):
    stage.type("Half a sen")
    stage.desk.pause()
    stage.frame()
    stage.desk.go_on()
    stage.frame()
    assert field_of(stage).toPlainText() == "Half a sen"
    stage.key(Qt.Key.Key_Return, CONTROL)
    assert answers(stage)[-1] == "Half a sen"


def test_the_text_of_a_case_does_not_come_up_in_the_next(stage):
    stage.type("A scar.")
    stage.key(Qt.Key.Key_Return, CONTROL)
    stage.key(Qt.Key.Key_Return)
    stage.desk.open_case()
    stage.frame()
    stage.key(Qt.Key.Key_Return)
    assert (stage.name, field_of(stage).toPlainText()) == ("remark", "")


def test_a_text_too_long_to_be_kept_is_said_and_stays(stage):
    field_of(stage).setPlainText("x" * 70_000)
    stage.key(Qt.Key.Key_Return, CONTROL)
    assert stage.name == "remark"
    assert stage.screens.bar.sentence.text().startswith("This answer is too long")
    assert len(field_of(stage).toPlainText()) == 70_000


def test_a_text_of_another_origin_is_followed(stage):
    stage.desk.answer("From elsewhere.")
    stage.frame()
    assert field_of(stage).toPlainText() == "From elsewhere."
