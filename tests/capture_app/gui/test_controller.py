"""State comes down once per frame, wishes go up, refusals are shown, closing asks while a file is open."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication

from capture_app.gui.controller import CaptureController
from capture_app.gui.dialogs import CloseQuestion, MessageDialog
from capture_app.gui.reader_place import ReaderPlace
from capture_app.gui.reader_window import ReaderWindow
from capture_app.session.settings import Settings
from capture_app.session.states import NewestGaze, ReaderState, RecordingState


class Rig:
    """Both windows with their controller on a fake session."""

    def __init__(self, operator, session, *, in_window: bool) -> None:
        self.operator, self.session = operator, session
        self.reader = ReaderWindow()
        self.place = ReaderPlace(self.reader, Settings(), in_window=in_window, parent=operator)
        self.controller = CaptureController(session, operator, self.reader, self.place)
        self.place.begin()
        self.finished = []
        self.controller.finished.connect(lambda: self.finished.append(True))

    def intents(self) -> list:
        return [what for what in self.session.asked if what[0] != "presented"]

    def show(self, state) -> None:
        self.session.state = state
        self.controller.frame()

    def dialogs(self, kind) -> list:
        return [dialog for dialog in self.operator.findChildren(kind) if dialog.isVisible()]

    def end(self) -> None:
        self.controller.stop()
        for dialog in self.operator.findChildren(MessageDialog):
            dialog.close()
        self.reader.hide()
        self.reader.deleteLater()


@pytest.fixture
def rig(operator, session):
    both = Rig(operator, session, in_window=True)
    yield both
    both.end()


@pytest.fixture
def rig_alone(operator, session):
    """Both windows on one monitor, where the reader's covers the operator's."""
    both = Rig(operator, session, in_window=False)
    yield both
    both.end()


def test_the_session_is_told_the_screen_at_the_start(rig):
    name, facts, cause = rig.intents()[0]
    assert (name, cause) == ("set_reader_screen", "start")
    assert (facts.width_px, facts.height_px) == rig.reader.physical_size


def test_a_frame_renders_both_windows_and_tells_the_presentation(qtbot, rig, make_state, make_reader_state):
    with qtbot.waitSignal(rig.reader.presented):
        rig.show(make_state(reader=make_reader_state(9)))
    name, revision, t_host_ns, _, _ = rig.session.asked[-1]
    assert (name, revision) == ("presented", 9)
    assert t_host_ns > 0
    assert rig.controller.state is rig.session.state


def test_the_age_of_the_newest_sample_is_measured(qtbot, rig, make_state):
    rig.session.newest = NewestGaze(arrival_host_ns=rig.controller._now_ns())
    with qtbot.waitSignal(rig.operator.painted):
        rig.show(make_state())
    assert rig.controller.statistics.summary().frames == 1
    assert rig.controller.statistics.ages_ms()[0] > 0


@pytest.mark.parametrize(
    ("signal", "arguments", "intent"),
    [
        ("stop_requested", [], ("stop_recording",)),
        ("pause_requested", [], ("pause",)),
        ("resume_requested", [], ("resume",)),
        ("mark_requested", [], ("mark", "")),
        ("mark_at_requested", [4.5], ("mark_at", 4.5, "")),
        ("next_case_requested", [], ("next_case",)),
        ("previous_case_requested", [], ("previous_case",)),
        ("case_requested", [3], ("go_to_case", 3)),
    ],
)
def test_each_wish_of_the_operator_reaches_the_session(rig, signal, arguments, intent):
    getattr(rig.operator, signal).emit(*arguments)
    assert rig.session.asked[-1] == intent


def test_the_readers_hand_reaches_the_session(qtbot, rig):
    qtbot.mousePress(rig.reader, Qt.MouseButton.MiddleButton, pos=QPoint(10, 10))
    qtbot.mouseMove(rig.reader, QPoint(13, 11))
    qtbot.mouseRelease(rig.reader, Qt.MouseButton.MiddleButton, pos=QPoint(13, 11))
    qtbot.keyClick(rig.reader, Qt.Key.Key_R)
    qtbot.keyClick(rig.reader, Qt.Key.Key_Space)
    names = [what[0] for what in rig.intents()[1:]]
    assert names == ["drag_started", "pan", "drag_ended", "reset", "key"]


def test_what_the_session_refuses_is_shown_in_its_words(rig):
    rig.session.refusal = "The disk is full. Make room and press Start again."
    rig.operator.mark_requested.emit()
    (message,) = rig.dialogs(MessageDialog)
    assert message.text.text() == rig.session.refusal


def test_sentences_are_gathered_in_one_message(rig):
    rig.controller.say("First.")
    rig.controller.say("Second.")
    rig.controller.say("First.")
    (message,) = rig.dialogs(MessageDialog)
    assert message.text.text() == "First.\n\nSecond."


def test_leaving_without_a_recording_asks_nothing(rig, make_state):
    rig.show(make_state(recording=RecordingState.READY))
    rig.operator.close()
    assert rig.finished == [True]


def test_leaving_while_recording_asks_first(rig, make_state):
    rig.show(make_state())
    rig.operator.close()
    (question,) = rig.dialogs(CloseQuestion)
    assert "R03.gazeh5" in question.text.text()
    assert rig.finished == []
    question.reject()


def test_staying_keeps_recording(rig, make_state):
    rig.show(make_state())
    rig.operator.close()
    rig.dialogs(CloseQuestion)[0].stay.click()
    rig.controller.frame()
    assert ("stop_recording",) not in rig.session.asked
    assert rig.finished == []


def test_leaving_waits_until_the_file_is_closed(rig, make_state):
    rig.show(make_state())
    rig.operator.close()
    rig.dialogs(CloseQuestion)[0].leave.click()
    assert rig.session.asked[-1] == ("stop_recording",)
    rig.show(make_state(recording=RecordingState.CLOSING))
    assert rig.finished == []
    rig.show(make_state(recording=RecordingState.READY))
    assert rig.finished == [True]


def test_the_question_is_asked_once(rig, make_state):
    rig.show(make_state())
    rig.operator.close()
    rig.reader.close()
    assert len(rig.dialogs(CloseQuestion)) == 1
    rig.dialogs(CloseQuestion)[0].reject()


def test_a_stop_that_is_refused_does_not_leave(rig, make_state):
    rig.show(make_state())
    rig.session.refusal = "The recording does not answer."
    rig.controller.leave()
    rig.session.refusal = ""
    rig.show(make_state(recording=RecordingState.READY))
    assert rig.finished == []


def test_a_second_wish_to_leave_waits_no_longer(rig, make_state):
    rig.show(make_state())
    rig.controller.leave()
    assert rig.finished == []
    rig.controller.leave()
    assert rig.finished == [True]


def test_a_file_that_never_closes_does_not_hold_the_windows_for_ever(rig, make_state):
    rig.show(make_state())
    rig.controller.leave()
    rig.controller._now_ns = lambda: rig.controller._leave_by_ns + 1
    rig.show(make_state(recording=RecordingState.CLOSING))
    assert rig.finished == [True]


def test_on_one_monitor_the_reader_covers_the_operator_only_while_reading(rig_alone, make_state):
    assert len(QGuiApplication.screens()) == 1
    seen = []
    for recording in (
        RecordingState.READY,
        RecordingState.RECORDING,
        RecordingState.PAUSED,
        RecordingState.RECORDING,
    ):
        rig_alone.show(make_state(recording=recording))
        seen.append(rig_alone.reader.isVisible())
    assert seen == [False, True, False, True]


def test_on_one_monitor_the_operator_is_back_when_all_cases_are_read(rig_alone, make_state):
    rig_alone.show(make_state(recording=RecordingState.RECORDING))
    assert rig_alone.reader.isVisible()
    rig_alone.show(
        make_state(
            recording=RecordingState.RECORDING, reader=ReaderState(revision=9, message="All cases are read.")
        )
    )
    assert not rig_alone.reader.isVisible()
    rig_alone.show(make_state(recording=RecordingState.RECORDING))
    assert rig_alone.reader.isVisible()


def test_on_one_monitor_escape_leads_back_even_where_nothing_can_be_paused(rig_alone, make_state):
    rig_alone.show(make_state(recording=RecordingState.RECORDING))
    rig_alone.reader.hand.key_pressed.emit("Esc")
    assert not rig_alone.reader.isVisible()


def test_on_one_monitor_escape_pauses_and_so_leads_back(qtbot, rig_alone, make_state):
    rig_alone.show(make_state())
    qtbot.keyClick(rig_alone.reader, Qt.Key.Key_Escape)
    assert rig_alone.session.asked[-1] == ("pause",)


def test_full_screen_covers_the_monitor(rig_alone, make_state):
    rig_alone.show(make_state())
    assert rig_alone.reader.geometry() == QGuiApplication.primaryScreen().geometry()
