"""Each stage that needs the operator asks once, in sentences; the answers reach the study's desk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from study_stage import StageDesk, preset_study, quiet

from capture_app.gui.study_console.console import StudyConsole
from capture_app.gui.study_console.dialogs import InterruptedDialog, PracticeDialog, ReasonDialog
from capture_app.gui.study_console.end_page import EndPage
from capture_app.gui.tokens import DARK, LIGHT
from capture_app.session.reading import Event, Stage
from capture_app.session.study_desk.console_acts import ConsoleAct
from capture_app.session.study_desk.states import EndStep, SessionEnd, StudyPhase


@pytest.fixture
def make_console(operator, make_state):
    def make(desk):
        console = StudyConsole(operator, desk, lambda intent: intent() or True)

        def show():
            operator.render_state(make_state(study=desk.state))
            console.render_state(make_state(study=desk.state))
            QApplication.processEvents()

        console.show_now = show
        show()
        return console

    return make


def interrupted_desk():
    """Return a desk whose case was cut off at its labels in the recording before."""
    before = StageDesk()
    before.walk_to("labels")
    return StageDesk(earlier=(before.rig.recording,))


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    QApplication.processEvents()


@pytest.mark.parametrize("choice", [Event.CONTINUE, Event.RESTART, Event.SKIP])
def test_an_interrupted_case_is_decided_by_a_button(qtbot, make_console, choice):
    desk = interrupted_desk()
    console = make_console(desk)
    dialog = console.dialogs.shown
    assert isinstance(dialog, InterruptedDialog)
    assert dialog.text.text() == desk.view.interrupted.text
    click(qtbot, dialog.buttons[choice])
    assert ("decide_interrupted", choice) in desk.asked
    console.show_now()
    assert not isinstance(console.dialogs.shown, InterruptedDialog)


def test_a_question_put_off_is_not_asked_again_but_can_be_opened(qtbot, operator, make_console):
    console = make_console(interrupted_desk())
    console.dialogs.shown.reject()
    console.show_now()
    assert console.dialogs.shown is None
    click(qtbot, operator.console.strip.button)
    assert isinstance(console.dialogs.shown, InterruptedDialog)
    console.dialogs.withdraw()


def test_practice_needs_a_reason_for_either_way(qtbot, make_console):
    study = quiet(preset_study("reflacx"), are_practised=True)
    desk = StageDesk(study)
    desk.set(view=replace(desk.view, stage=Stage.PRACTICE_DECISION))
    dialog = make_console(desk).dialogs.shown
    assert isinstance(dialog, PracticeDialog)
    assert not dialog.over.isEnabled()
    assert not dialog.again.isEnabled()
    desk.refusal = ""
    given = []
    dialog.decided.disconnect()
    dialog.decided.connect(lambda event, reason: given.append((event, reason)))
    qtbot.keyClicks(dialog.reason, "Misread the labels")
    click(qtbot, dialog.again)
    assert given == [(Event.PRACTICE_AGAIN, "Misread the labels")]


def test_a_calibration_that_is_due_may_be_left_out_with_a_reason(qtbot, make_console):
    desk = StageDesk()
    desk.walk_to_stage(Stage.CALIBRATION)
    console = make_console(desk)
    click(qtbot, console.dialogs.shown.other)
    dialog = console.dialogs.shown
    assert isinstance(dialog, ReasonDialog)
    assert not dialog.confirm.isEnabled()
    qtbot.keyClicks(dialog.reason, "Calibrated a minute ago")
    click(qtbot, dialog.confirm)
    assert ("go_on_uncalibrated", "Calibrated a minute ago") in desk.asked


def test_drift_checks_that_fail_can_be_repeated(qtbot, make_console):
    desk = StageDesk()
    desk.set(view=replace(desk.view, stage=Stage.DRIFT_CHECK))
    console = make_console(desk)
    desk.refusal = ""
    click(qtbot, console.dialogs.shown.again)
    assert ("check_drift",) in desk.asked


def test_a_break_that_is_required_begins_with_one_click(qtbot, make_console):
    desk = StageDesk()
    desk.walk_to("labels")
    desk.set(view=replace(desk.view, stage=Stage.BREAK_DUE))
    click(qtbot, make_console(desk).dialogs.shown.confirm)
    assert ("start_break",) in desk.asked


def test_skipping_needs_a_reason_and_offers_those_of_the_study(qtbot, make_console):
    desk = StageDesk()
    desk.walk_to("labels")
    console = make_console(desk)
    console.do(ConsoleAct.SKIP)
    dialog = console.dialogs.shown
    assert not dialog.confirm.isEnabled()
    end = next(screen for screen in desk.opened.study.screens if screen.KIND == "end")
    assert tuple(button.text() for button in dialog.offered) == end.discard_reasons
    reason = "The image is rotated"
    qtbot.keyClicks(dialog.reason, reason)
    click(qtbot, dialog.confirm)
    assert ("skip", reason) in desk.asked
    assert desk.view.stage is not Stage.CASE


def test_a_reason_that_is_offered_fills_the_line(qtbot):
    dialog = ReasonDialog("Skip", "Why.", "Skip case", None, offered=("motion", "cut off"))
    qtbot.addWidget(dialog)
    dialog.show()
    click(qtbot, dialog.offered[1])
    assert dialog.reason.text() == "cut off"
    assert dialog.confirm.isEnabled()


@pytest.mark.parametrize(("button", "intent"), [("end", "leave"), ("now", "leave_now")])
def test_the_session_ends_with_or_without_a_closing_validation(qtbot, make_console, button, intent):
    desk = StageDesk()
    desk.walk_to("labels")
    console = make_console(desk)
    console.do(ConsoleAct.END)
    click(qtbot, getattr(console.dialogs.shown, button))
    assert (intent,) in desk.asked


def test_a_stage_that_is_over_takes_its_question_with_it(make_console):
    desk = StageDesk()
    desk.walk_to_stage(Stage.CALIBRATION)
    console = make_console(desk)
    assert console.dialogs.shown is not None
    desk.open_case()
    console.show_now()
    assert console.dialogs.shown is None


def end_state(desk, phase, *steps, report=None):
    recording = Path("sessions") / "R01.gazeh5"
    end = SessionEnd(recording=recording, steps=steps, report=report, is_over=phase is StudyPhase.ENDED)
    desk.set(phase=phase, end=end)


def test_the_end_is_shown_step_by_step_and_leads_to_the_next_session(qtbot, make_console):
    desk = StageDesk()
    console = make_console(desk)
    closed = EndStep(name="Recording closed", level="good")
    end_state(desk, StudyPhase.ENDING, closed, EndStep(name="Read back", level="running"))
    console.show_now()
    page = console.end_page
    assert page.isVisible()
    assert (page.progress.value(), page.progress.maximum()) == (1, 2)
    assert not page.next_button.isEnabled()
    assert not page.report_button.isEnabled()
    end_state(
        desk, StudyPhase.ENDED, closed, EndStep(name="Read back", level="good"), report=Path("report.html")
    )
    console.show_now()
    assert page.report_button.isEnabled()
    assert "All went well." in page.text.text()
    with qtbot.waitSignal(console.next_session_requested) as wanted:
        click(qtbot, page.next_button)
    assert wanted.args == [desk.opened.path]


def test_closing_the_page_of_a_session_that_is_over_leads_to_the_start_page(qtbot, operator, make_console):
    desk = StageDesk()
    console = make_console(desk)
    end_state(desk, StudyPhase.ENDED, EndStep(name="Read back", level="good"))
    console.show_now()
    with qtbot.waitSignal(operator.start_page_requested):
        click(qtbot, console.end_page.close_button)


def test_the_end_page_that_was_closed_stays_closed(make_console):
    desk = StageDesk()
    console = make_console(desk)
    end_state(desk, StudyPhase.ENDING, EndStep(name="Read back", level="running"))
    console.show_now()
    console.end_page.accept()
    console.show_now()
    assert not console.end_page.isVisible()


@pytest.mark.parametrize(
    ("phase", "level", "words"),
    [
        (StudyPhase.ENDED, "attention", "steps that are marked"),
        (StudyPhase.FAILED, "bad", "What was recorded until then is kept"),
    ],
)
def test_trouble_at_the_end_is_said(qtbot, phase, level, words):
    desk = StageDesk()
    end_state(desk, phase, EndStep(name="Copied", level=level, text="The second place is full."))
    page = EndPage(DARK, None)
    qtbot.addWidget(page)
    page.render_study(desk.state)
    page.set_colours(LIGHT)
    assert words in page.text.text()
