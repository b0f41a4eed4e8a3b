"""The operator's window becomes the console of a study, asks the study's desk, and is itself again then."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from study_stage import StageDesk

from capture_app.gui.study_console.console import StudyConsole
from capture_app.gui.tokens import DARK, LIGHT
from capture_app.session.port import SessionError
from capture_app.session.reading import Stage
from capture_app.session.states import RecordingState
from capture_app.session.study_desk.console_acts import ConsoleAct
from capture_app.session.study_desk.states import StudyPhase


@pytest.fixture
def desk():
    desk = StageDesk()
    desk.walk_to("labels")
    return desk


@pytest.fixture
def told():
    return []


@pytest.fixture
def console(operator, desk, told, make_state):
    def attempt(intent):
        try:
            intent()
        except SessionError as err:
            told.append(str(err))
            return False
        return True

    console = StudyConsole(operator, desk, attempt)
    console.show_now = lambda: show(operator, console, make_state(study=desk.state))
    console.show_now()
    return console


def show(operator, console, state):
    operator._panels_due_ns = 0
    operator.render_state(state)
    console.render_state(state)
    QApplication.processEvents()


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def asked(desk, *names):
    return [each for each in desk.asked if each[0] in names]


def test_the_console_comes_with_a_study_and_goes_with_it(operator, console, make_state):
    assert all(panel.isVisible() for panel in operator.docks.panels)
    assert operator.console.strip.isVisible()
    show(operator, console, make_state())
    assert not any(panel.isVisible() for panel in operator.docks.panels)
    assert not operator.console.strip.isVisible()
    assert operator.top_bar.next_button.isVisible()


def test_the_bar_says_which_study_reader_and_case(operator, console, desk):
    assert operator.top_bar._title.text() == f"{desk.opened.study.study.title} · reader {desk.state.reader}"
    assert operator.top_bar._case.text() == "case 1/3"
    assert not operator.top_bar.next_button.isVisible()


def test_rendering_twice_changes_nothing(operator, console):
    console.show_now()  # the panels have taken their places
    first = operator.grab().toImage()
    console.show_now()
    assert operator.grab().toImage() == first


@pytest.mark.parametrize(
    ("act", "intent"),
    [(ConsoleAct.PAUSE, "pause"), (ConsoleAct.BREAK, "start_break"), (ConsoleAct.CALIBRATE, "calibrate")],
)
def test_a_button_asks_the_desk(qtbot, operator, console, desk, act, intent):
    click(qtbot, operator.console.acts.buttons[act])
    assert asked(desk, intent)


@pytest.mark.parametrize(
    ("key", "modifier", "intent"),
    [
        (Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier, "pause"),
        (
            Qt.Key.Key_B,
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
            "start_break",
        ),
        (Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier, "calibrate"),
    ],
)
def test_keys_ask_the_desk_and_not_the_session(qtbot, operator, console, desk, key, modifier, intent):
    operator.pause_requested.connect(pytest.fail)
    qtbot.keyClick(operator, key, modifier)
    assert asked(desk, intent)


def test_without_a_study_the_same_keys_ask_the_session(qtbot, operator, console, make_state):
    show(operator, console, make_state())
    with qtbot.waitSignal(operator.pause_requested):
        qtbot.keyClick(operator, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)


def test_a_pause_shows_the_way_on_in_the_strip_and_the_bar(qtbot, operator, console, desk):
    click(qtbot, operator.top_bar.pause_button)
    console.show_now()
    assert desk.view.stage is Stage.PAUSED
    assert operator.console.strip.button.text() == "Go on"
    assert operator.top_bar.pause_button.text() == "Resume"
    click(qtbot, operator.console.strip.button)
    assert desk.view.stage is Stage.CASE


def test_between_two_cases_the_strip_names_no_case_as_going_on(operator, console, desk):
    assert operator.console.strip.now.text() == "Now: case 1 of 3 · study-0 · labels"
    desk.set(view=replace(desk.view, stage=Stage.READY, attempt=-1, screen=None))
    console.show_now()
    assert operator.console.strip.now.text() == "Now: between two cases"


def test_what_is_not_possible_says_why(operator, console):
    button = operator.console.acts.buttons[ConsoleAct.DRIFT_CHECK]
    assert not button.isEnabled()
    assert button.toolTip().startswith("A drift check is made between two cases")


def test_no_key_goes_to_another_case_or_stops_without_asking(qtbot, operator, console):
    operator.next_case_requested.connect(pytest.fail)
    operator.stop_requested.connect(pytest.fail)
    qtbot.keyClick(operator, Qt.Key.Key_PageDown)
    qtbot.keyClick(
        operator, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    assert not operator.actions_by_name["open_folder"].isEnabled()


def test_a_double_click_on_a_case_does_nothing(qtbot, operator, console, desk):
    before = list(desk.asked)
    operator.case_requested.connect(pytest.fail)
    view = operator.console.cases.view
    place = view.visualRect(view.model().index(1, 0)).center()
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert desk.asked == before


def test_a_message_is_sent_shown_and_taken_back(qtbot, operator, console, desk):
    acts = operator.console.acts
    assert not acts.send_button.isEnabled()
    qtbot.keyClicks(acts.message, "Two more cases")
    click(qtbot, acts.send_button)
    console.show_now()
    assert desk.state.message == "Two more cases"
    assert acts.message.text() == ""
    assert 'message to the reader: "Two more cases"' in operator.console.strip.now.text()
    click(qtbot, acts.take_back_button)
    console.show_now()
    assert desk.state.message == ""
    assert not acts.take_back_button.isEnabled()


def test_a_refused_message_stays_in_its_line(qtbot, operator, console, desk, told):
    desk.refusal = "This message is too long for the reader's screen. Shorten it."
    qtbot.keyClicks(operator.console.acts.message, "Hello")
    qtbot.keyClick(operator.console.acts.message, Qt.Key.Key_Return)
    assert told == [desk.refusal]
    assert operator.console.acts.message.text() == "Hello"


def test_a_note_is_kept(qtbot, operator, console, desk):
    qtbot.keyClick(operator, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    note = operator.console.acts.note
    assert note.hasFocus() or operator.focusWidget() is note
    qtbot.keyClicks(note, "Blinds lowered")
    qtbot.keyClick(note, Qt.Key.Key_Return)
    console.show_now()
    assert desk.state.notes == ("Blinds lowered",)
    assert operator.console.study.values["notes"].text() == "1"


def test_typing_a_message_triggers_no_shortcut_of_a_letter(qtbot, operator, console):
    operator.mark_requested.connect(pytest.fail)
    qtbot.keyClicks(operator.console.acts.message, "Mm09")
    assert operator.console.acts.message.text() == "Mm09"


def test_a_calibration_that_begins_brings_its_page_once(operator, console, desk):
    wanted = []
    operator.calibration_requested.connect(lambda: wanted.append(1))
    desk.set(is_calibrating=True)
    console.show_now()
    console.show_now()
    assert wanted == [1]


def test_a_calibration_that_is_due_lets_the_operator_begin_on_its_page(operator, desk, console):
    wanted = []
    operator.calibration_requested.connect(lambda: wanted.append(1))
    desk.set(view=replace(desk.view, stage=Stage.CALIBRATION))
    console.show_now()
    console.dialogs.shown.confirm.click()
    assert wanted == [1]
    assert not asked(desk, "calibrate")


def test_a_session_that_ends_is_not_told_as_going_on(operator, console, desk):
    desk.set(phase=StudyPhase.ENDING)
    console.show_now()
    console.end_page.close()
    assert operator.console.study.heading.text() == "The session is ending"
    assert not operator.console.study.times.text()
    assert not operator.console.strip.now.text()


def test_both_themes_paint(operator, console):
    first = operator.grab().toImage()
    operator.set_colours(LIGHT)
    console.show_now()
    assert operator.grab().toImage() != first
    operator.set_colours(DARK)


def test_five_hundred_cases_render_within_a_frame_or_two(qtbot, operator, console, desk):
    line = desk.state.cases[0]
    desk.set(cases=tuple(replace(line, case_id=f"chest-{n:03d}", is_current=n == 250) for n in range(500)))
    console.show_now()
    view = operator.console.cases.view
    assert view.model().rowCount() == 500
    assert view.viewport().rect().intersects(view.visualRect(view.model().index(250, 0)))


def test_the_window_stays_usable_at_its_smallest(operator, console):
    operator.resize(1024, 640)
    console.show_now()
    assert operator.live_view.width() >= 200
    assert operator.console.acts.message.isVisible()


def test_a_layout_kept_with_a_study_does_not_bring_its_panels_without_one(operator, console, make_state):
    geometry, layout = operator.layout_to_keep()
    show(operator, console, make_state())
    operator.restore_layout(geometry, layout)
    assert not any(panel.isVisible() for panel in operator.docks.panels)


@pytest.mark.parametrize("phase", [StudyPhase.OPENED, StudyPhase.ENDED, StudyPhase.FAILED])
def test_the_window_is_no_console_before_and_after_a_session(operator, desk, make_state, phase):
    desk.set(phase=phase)
    operator.render_state(make_state(study=desk.state, recording=RecordingState.READY))
    assert not any(panel.isVisible() for panel in operator.docks.panels)
