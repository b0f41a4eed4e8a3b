"""On a single monitor whoever has to do the next thing has it: reader and operator through a session."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from study_stage import StageDesk

from capture_app.gui.controller import CaptureController
from capture_app.gui.dialogs import CloseQuestion, MessageDialog
from capture_app.gui.reader_place import ReaderPlace
from capture_app.gui.reader_window import ReaderWindow
from capture_app.gui.study_console.console import StudyConsole
from capture_app.session.reading import Stage
from capture_app.session.settings import Settings
from capture_app.session.states import ReaderState, RecordingState
from capture_app.session.study_desk.states import SideRunKind, SideRunState, StudyPhase

DRIFT_CHECK = SideRunState(
    kind=SideRunKind.DRIFT_CHECK, x_norm=0.5, y_norm=0.5, remaining_s=3.0, can_be_passed_over=False, text=""
)


class Station:
    """Both windows on one monitor, with a study that is read."""

    def __init__(self, operator, session, make_state) -> None:
        self.operator, self.session, self._make_state = operator, session, make_state
        self.desk = session.study_desk = StageDesk()
        self.reader = ReaderWindow()
        self.place = ReaderPlace(self.reader, Settings(), parent=operator)
        self.controller = CaptureController(session, operator, self.reader, self.place)
        self.console = StudyConsole(operator, self.desk, self.controller.attempt)
        self.controller.frame_rendered.connect(self.console.render_state)
        session.pause = self.desk.pause
        self.place.begin()

    def frame(self, recording: RecordingState = RecordingState.RECORDING, *, has_targets: bool = False):
        reader = ReaderState(revision=1, has_targets=has_targets)
        self.session.state = self._make_state(recording=recording, reader=reader)
        self.controller.frame()

    @property
    def is_readers(self) -> bool:
        return self.reader.isVisible()

    def end(self) -> None:
        self.controller.stop()
        self.console.dialogs.withdraw()
        for dialog in (
            *self.operator.findChildren(MessageDialog),
            *self.operator.findChildren(CloseQuestion),
        ):
            dialog.close()
        self.reader.hide()
        self.reader.deleteLater()


@pytest.fixture
def station(operator, session, make_state):
    made = Station(operator, session, make_state)
    yield made
    made.end()


def test_a_recording_that_starts_does_not_hide_the_calibration_that_is_due(station):
    station.desk.set(phase=StudyPhase.STARTING, view=None)
    station.frame(RecordingState.READY)
    view = replace(station.desk.view, stage=Stage.CALIBRATION)
    station.desk.set(phase=StudyPhase.RUNNING, view=view)
    station.frame()
    assert not station.is_readers
    assert station.console.dialogs.shown.isVisible()


def test_a_calibration_is_the_readers_while_targets_are_shown_and_then_the_operators(station):
    station.desk.walk_to("labels")
    station.frame()
    station.desk.set(is_calibrating=True)
    seen = []
    for has_targets in (False, True, False):
        station.frame(has_targets=has_targets)
        seen.append(station.is_readers)
    station.desk.set(is_calibrating=False)
    station.frame()
    assert [*seen, station.is_readers] == [False, True, False, True]


def test_a_drift_check_is_the_readers_and_one_that_failed_for_good_the_operators(station):
    station.desk.walk_to("labels")
    view = replace(station.desk.view, stage=Stage.DRIFT_CHECK)
    station.desk.set(view=view, side_run=DRIFT_CHECK)
    station.frame()
    assert station.is_readers
    station.desk.set(side_run=None)
    station.frame()
    assert not station.is_readers
    assert station.console.dialogs.shown.isVisible()


@pytest.mark.parametrize("screen", ["before-image", "image", "labels", "shapes", "transcript", "end"])
def test_every_screen_of_a_case_is_the_readers(station, screen):
    station.desk.walk_to(screen)
    station.frame()
    assert station.is_readers


def test_the_break_is_the_readers_and_what_decides_about_it_the_operators(station):
    station.desk.walk_to("labels")
    seen = []
    for stage in (Stage.BREAK_DUE, Stage.BREAK, Stage.CALIBRATION, Stage.FINISHED):
        station.desk.set(view=replace(station.desk.view, stage=stage))
        station.frame()
        seen.append(station.is_readers)
    assert seen == [False, True, False, False]


@pytest.mark.parametrize("phase", [StudyPhase.ENDING, StudyPhase.ENDED, StudyPhase.FAILED])
def test_the_end_is_the_operators(station, phase):
    station.desk.walk_to("labels")
    station.frame()
    station.desk.set(phase=phase)
    station.frame(RecordingState.FAILED if phase is StudyPhase.FAILED else RecordingState.CLOSING)
    assert not station.is_readers


def test_escape_pauses_the_case_and_going_on_gives_the_monitor_back(qtbot, station):
    station.desk.walk_to("labels")
    station.frame()
    station.reader.hand.key_pressed.emit("Esc")
    station.frame(RecordingState.PAUSED)
    assert station.desk.view.stage is Stage.PAUSED
    assert not station.is_readers
    station.desk.go_on()
    station.frame()
    assert station.is_readers


def test_what_escape_gave_away_where_nothing_pauses_comes_back_with_the_next_thing(station):
    station.desk.walk_to("labels")
    station.desk.set(view=replace(station.desk.view, stage=Stage.BREAK))
    station.frame()
    station.reader.hand.key_pressed.emit("Esc")
    station.frame()
    assert not station.is_readers
    station.desk.set(view=replace(station.desk.view, stage=Stage.CASE))
    station.frame()
    assert station.is_readers


def test_a_message_is_seen_and_the_reader_gets_the_monitor_back(station):
    station.desk.walk_to("labels")
    station.frame()
    station.controller.say("The second place is full. Make room there.")
    station.frame()
    assert not station.is_readers
    (message,) = station.operator.findChildren(MessageDialog)
    message.accept()
    assert station.is_readers


def test_the_question_before_closing_leaves_the_reader_where_the_reader_was(station):
    station.desk.walk_to("labels")
    station.frame()
    station.operator.close_requested.emit()
    assert not station.is_readers
    (question,) = station.operator.findChildren(CloseQuestion)
    question.reject()
    assert station.is_readers


def test_the_screen_that_comes_back_has_the_keyboard(qtbot, station):
    station.desk.walk_to("labels")
    station.frame()
    station.controller.say("Look at the cable.")
    station.operator.findChildren(MessageDialog)[0].accept()
    station.frame()
    qtbot.waitUntil(station.reader.isActiveWindow)
    focused = station.reader.focusWidget()
    assert focused is not None
    assert station.reader.screens.isAncestorOf(focused)
    qtbot.mouseMove(station.reader, QPoint(3, 3))
    qtbot.keyClick(focused, Qt.Key.Key_2)
    assert any(each[0] in ("toggle_label", "answer") for each in station.desk.asked)
