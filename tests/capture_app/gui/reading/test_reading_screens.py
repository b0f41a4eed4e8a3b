"""The frame around the screens: one way on at one place, ways back, keys, messages, pauses and breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from answer_stage import AnswerStage
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication
from study_stage import StageDesk, preset_study, quiet, study_of

from capture_app.gui.reading.page_choice import page_of
from capture_app.gui.reading.registry import FACTORIES
from capture_app.session.reading import Event, Stage
from capture_app.session.settings import Corner
from capture_app.session.states import ReaderState
from capture_app.session.study.task_keys import (
    ChoiceScreen,
    EndScreen,
    ImageScreen,
    InstructionScreen,
    LikertScreen,
    Screen,
    TextScreen,
)
from capture_app.session.study_desk.states import SideRunKind, SideRunState, StudyPhase

BEFORE = InstructionScreen(name="before", text="Read as you always do.")
IMAGE = ImageScreen(name="image")
SIDE = ChoiceScreen(name="side", text="Which side?", choices=("left", "right"))
HARD = LikertScreen(name="hard", text="How hard was it?")


@pytest.fixture
def staged(qtbot, themed) -> Iterator:
    made: list[AnswerStage] = []

    def stage(name: str, *screens: Screen, size: tuple[int, int] = (1280, 800), **reader: object):
        desk = StageDesk(study_of(*(screens or (BEFORE, IMAGE, SIDE, HARD))))
        desk.walk_to(name)
        made.append(AnswerStage(desk, size, **reader))
        return made[-1]

    yield stage
    for each in made:
        each.close()


def test_every_kind_of_screen_of_a_study_file_has_a_widget():
    kinds = {kind.KIND for kind in Screen.__args__}  # type: ignore[attr-defined]
    assert kinds <= set(FACTORIES)


def test_nothing_is_shown_without_a_study(qtbot):
    desk = StageDesk()
    stage = AnswerStage(desk)
    stage.window.render_study(None)
    assert not stage.screens.isVisible()
    stage.close()


@pytest.mark.parametrize(
    ("changes", "page"),
    [
        ({"phase": StudyPhase.OPENED}, ""),
        ({"is_calibrating": True}, ""),
        ({"phase": StudyPhase.STARTING, "view": None}, "waiting"),
        ({"phase": StudyPhase.ENDED}, "waiting"),
        ({}, "choice"),
    ],
)
def test_the_page_follows_from_the_state(changes, page):
    desk = StageDesk(study_of(SIDE))
    desk.walk_to("side")
    assert page_of(ReaderState(revision=1), replace(desk.state, **changes)) == page


def test_targets_and_drift_checks_have_the_screen_to_themselves():
    desk = StageDesk(study_of(SIDE))
    desk.walk_to("side")
    assert page_of(ReaderState(revision=1, has_targets=True), desk.state) == ""
    run = SideRunState(
        kind=SideRunKind.DRIFT_CHECK, x_norm=0.5, y_norm=0.5, remaining_s=1.0, can_be_passed_over=False,
        text="",
    )  # fmt: skip
    assert page_of(ReaderState(revision=1), replace(desk.state, side_run=run)) == ""


def test_the_primary_button_is_at_the_same_place_on_every_screen(staged):
    stage = staged("before")
    places = []
    for name in ("before", "image", "side", "hard", "end"):
        stage.desk.walk_to(name)
        stage.frame()
        button = stage.screens.bar.next_button
        corner = button.mapTo(stage.window, button.rect().bottomRight())
        places.append((name, corner.x(), corner.y(), button.height()))
    assert len({place[1:] for place in places}) == 1, places


def test_enter_goes_on_where_nothing_is_missing(staged):
    stage = staged("before")
    stage.key(Qt.Key.Key_Return)
    assert stage.name == "image"


def test_next_waits_for_the_answer_and_says_so(staged):
    stage = staged("side")
    bar = stage.screens.bar
    assert not bar.next_button.isEnabled()
    assert bar.sentence.text() == "Choose an answer."
    assert not bar.sign.isVisible()
    stage.key(Qt.Key.Key_Return)
    assert stage.name == "side"
    assert bar.sign.isVisible()
    stage.type("1")
    assert bar.next_button.isEnabled()
    stage.click(bar.next_button)
    assert stage.name == "hard"


def test_holding_enter_down_does_not_run_through_the_screens(staged):
    stage = staged("before")
    press = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", True)
    QApplication.sendEvent(stage.screens, press)
    assert stage.name == "before"


def test_a_second_press_at_once_is_not_meant_for_the_screen_that_came_up(staged):
    stage = staged("before", BEFORE, InstructionScreen(name="more", text="And more."), SIDE)
    stage.screens.go_on()
    stage.frame(is_long_after=False)
    stage.screens.go_on()
    assert stage.name == "more"
    stage.now_ns += 1_000_000_000
    stage.screens.go_on()
    assert stage.name == "side"


def test_nothing_goes_on_before_the_screen_is_presented(staged):
    stage = staged("before", BEFORE, InstructionScreen(name="more", text="And more."), SIDE)
    stage.desk.rig.presents_at_once = False
    stage.key(Qt.Key.Key_Return)
    stage.key(Qt.Key.Key_Return)
    assert (stage.name, stage.desk.asked.count(("next",))) == ("more", 1)
    assert stage.screens.bar.sentence.text() == ""


@pytest.mark.parametrize(
    ("key", "modifiers", "name"),
    [
        (Qt.Key.Key_Backspace, Qt.KeyboardModifier.NoModifier, "side"),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier, "side"),
        (Qt.Key.Key_I, Qt.KeyboardModifier.AltModifier, "image"),
    ],
)
def test_keys_go_back(staged, key, modifiers, name):
    stage = staged("hard")
    stage.key(key, modifiers)
    assert stage.name == name


def test_buttons_go_back(staged):
    stage = staged("hard")
    stage.click(stage.screens.bar.back_button)
    assert stage.name == "side"
    assert not stage.screens.bar.back_button.isVisible()  # the screen before is the image itself
    stage.click(stage.screens.bar.image_button)
    assert stage.name == "image"


def test_enter_on_a_button_that_has_the_keyboard_presses_that_button(staged):
    stage = staged("hard")
    stage.window.activateWindow()
    stage.screens.bar.back_button.setFocus()
    stage.desk.answer(1)
    stage.frame()
    stage.key(Qt.Key.Key_Return)
    assert stage.name == "side"


def test_no_way_back_is_offered_where_the_study_allows_none(staged):
    stage = staged("side", BEFORE, IMAGE, SIDE, EndScreen(name="end", is_jump_back_allowed=False))
    assert not stage.screens.bar.image_button.isVisible()
    stage.key(Qt.Key.Key_I, Qt.KeyboardModifier.AltModifier)
    assert stage.name == "side"


def test_the_keys_of_a_screen_are_shown_and_put_away(staged):
    stage = staged("side")
    stage.type("?")
    assert stage.screens.overlay.isVisible()
    stage.key(Qt.Key.Key_Escape)
    assert not stage.screens.overlay.isVisible()
    stage.click(stage.screens.bar.help_button)
    assert stage.screens.overlay.isVisible()
    stage.type("1")  # puts it away and does nothing else
    assert (stage.screens.overlay.isVisible(), stage.desk.view.answer) == (False, None)


def test_nothing_but_quiet_buttons_is_shown_with_a_measured_image(staged):
    stage = staged("image")
    stage.desk.set(message="Two more cases")
    stage.frame()
    stage.screens.toggle_keys()
    screens = stage.screens
    assert screens.is_measured
    assert not screens.message.isVisible()
    assert not screens.overlay.isVisible()
    assert not screens.bar.progress.isVisible()
    assert not screens.bar.help_button.isVisible()
    assert screens.bar.sentence.text() == ""


def test_the_operators_message_is_shown_and_taken_back(staged):
    stage = staged("side")
    stage.desk.set(message="Two more cases, then a break.")
    stage.frame()
    assert stage.screens.message.text() == "From the operator: Two more cases, then a break."
    stage.desk.set(message="")
    stage.frame()
    assert not stage.screens.message.isVisible()


def test_progress_is_told(staged):
    assert staged("side").screens.bar.progress.text() == "case 1 of 3"


def test_the_bar_leaves_the_corner_patch_free(staged):
    stage = staged("side", patch=True)
    button = stage.screens.bar.next_button
    side = round(stage.window.height() * 0.05)
    assert button.mapTo(stage.window, button.rect().topRight()).x() < stage.window.width() - side
    stage.window.corner = Corner.TOP_LEFT
    stage.frame()
    right = button.mapTo(stage.window, button.rect().topRight()).x()
    assert stage.window.width() - right <= stage.screens.look.margin_px + 1


def test_keys_that_mean_nothing_do_not_reach_the_viewer(staged):
    stage = staged("side")
    heard: list[str] = []
    stage.window.hand.key_pressed.connect(heard.append)
    stage.type("z")
    assert heard == []
    stage.key(Qt.Key.Key_Escape)  # the way back to the operator on a single monitor
    assert heard == ["Esc"]


def test_the_cursor_stays_on_answers(staged):
    stage = staged("side")
    stage.window._hide_cursor()
    assert stage.screens.cursor().shape() == Qt.CursorShape.ArrowCursor
    stage.desk.jump("image")
    stage.frame()
    assert stage.screens.cursor().shape() == Qt.CursorShape.BlankCursor


def test_a_break_can_be_ended_when_the_study_allows_it(qtbot):
    study = quiet(preset_study("reflacx"))
    study = replace(study, breaks=replace(study.breaks, are_required=True, shortest_minutes=5.0))
    desk = StageDesk(study)
    desk.open_case()
    desk.start_break()
    desk.wait(95.0)
    stage = AnswerStage(desk)
    widget, bar = stage.screens.current, stage.screens.bar
    assert widget.clock.text() == "3:25"
    assert bar.sentence.text() == "The break lasts 5 minutes at least."
    stage.key(Qt.Key.Key_Return)
    assert desk.view.stage is Stage.BREAK
    desk.wait(206.0)
    stage.frame()
    assert bar.next_button.text() == "I am ready"
    stage.click(bar.next_button)
    assert desk.view.stage is not Stage.BREAK
    stage.close()


WAITING = {
    "paused": "Paused. Please wait a moment.",
    "calibration": "Your eyes are measured next. Sit comfortably; the operator begins.",
    "finished": "All 3 cases are read and count. Thank you. The operator ends the session.",
    "failed": "The recording has stopped. The operator is looking after it.",
}


@pytest.mark.parametrize("what", list(WAITING))
def test_waiting_says_what_comes_in_one_sentence(qtbot, what):
    desk = StageDesk(study_of(IMAGE, SIDE))
    desk.walk_to("side")
    {
        "paused": desk.pause,
        "calibration": desk.calibrate,
        "finished": lambda: desk.walk_to_stage(Stage.FINISHED),
        "failed": lambda: desk.set(phase=StudyPhase.FAILED),
    }[what]()
    stage = AnswerStage(desk)
    words, bar = stage.screens.waiting.words, stage.screens.bar
    shown = (words.text(), words.isVisible(), bar.isVisible())
    stage.close()
    assert shown == (WAITING[what], True, False)


def test_what_passes_quickly_passes_without_words(qtbot):
    desk = StageDesk(study_of(SIDE))
    desk.walk_to_stage(Stage.READY)
    stage = AnswerStage(desk)
    waiting = stage.screens.waiting
    assert waiting.words.text() == "The next case is being prepared."
    assert not waiting.words.isVisible()
    waiting._pause.timeout.emit()
    assert waiting.words.isVisible()
    stage.close()


def test_an_interrupted_case_waits_for_the_operators_decision(qtbot):
    first = StageDesk(study_of(SIDE))
    first.walk_to("side")
    desk = StageDesk(study_of(SIDE), earlier=(first.rig.recording,))
    stage = AnswerStage(desk)
    assert stage.screens.waiting.words.text().startswith("Please wait. The operator")
    desk.decide_interrupted(Event.CONTINUE)
    desk.open_case()
    stage.frame()
    assert stage.name == "side"
    stage.close()


@pytest.mark.parametrize("size", [(1280, 800), (640, 400), (2560, 1440)])
def test_a_very_long_question_leaves_the_answers_within_reach(staged, size):
    long = ChoiceScreen(name="side", text="Which side? " * 60, choices=("left", "right"))
    stage = staged("side", long, size=size)
    stage.type("2")
    last = stage.screens.current.list.buttons[-1]
    assert last.visibleRegion().boundingRect().height() == last.height()


def test_a_text_screen_takes_the_keyboard_at_once(staged):
    stage = staged("remark", BEFORE, TextScreen(name="remark", text="Anything else?"))
    assert stage.window.focusWidget() is stage.screens.current.field


def test_a_revision_is_presented_with_the_screen_that_belongs_to_it(staged):
    stage = staged("before")
    seen: list[str] = []
    stage.window.presented.connect(lambda _frame: seen.append(stage.screens.pages["choice"].question.text()))
    stage.desk.walk_to("side")
    stage.set_reader(revision=2)
    stage.frame()
    assert seen == ["Which side?"]
