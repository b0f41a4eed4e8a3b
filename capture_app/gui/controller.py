"""The thin layer between windows and session: one timer brings state down, signals carry intents up."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from capture_app.gui import tokens
from capture_app.gui.dialogs import CloseQuestion, MessageDialog
from capture_app.gui.frame_statistics import FrameStatistics
from capture_app.gui.monitor_turns import MonitorTurns
from capture_app.gui.operator_window import OperatorWindow
from capture_app.gui.reader_copy import ReaderCopy
from capture_app.gui.reader_place import ReaderPlace
from capture_app.gui.reader_window import PresentedFrame, ReaderWindow
from capture_app.session.port import ScreenFacts, SessionError, SessionPort
from capture_app.session.states import LiveState, RecordingState
from capture_app.session.study_desk.states import StudyPhase

_LOG = logging.getLogger(__name__)
_LONGEST_CLOSING_NS: Final = 120_000_000_000  # verifying and compacting a long recording takes its time
_OPEN_FILE: Final = (RecordingState.RECORDING, RecordingState.PAUSED, RecordingState.CLOSING)


class CaptureController(QObject):
    """Calls the session once per frame and on every wish of a person; shows what it refuses."""

    frame_rendered = Signal(object)  # LiveState
    finished = Signal()  # the last window may go

    def __init__(
        self,
        session: SessionPort,
        operator: OperatorWindow,
        reader: ReaderWindow,
        place: ReaderPlace,
        now_ns: Callable[[], int] = time.perf_counter_ns,
    ) -> None:
        super().__init__(operator)
        self.statistics = FrameStatistics()
        self._session = session
        self._operator = operator
        self._reader = reader
        self._place = place
        self._copy = ReaderCopy(reader)
        self._turns = MonitorTurns(reader, place)
        self._now_ns = now_ns
        self._state: LiveState | None = None
        self._message: MessageDialog | None = None
        self._question: CloseQuestion | None = None
        self._is_leaving = False
        self._leave_by_ns = 0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(tokens.FRAME_INTERVAL_MS)
        self._timer.timeout.connect(self.frame)
        reader.host(session.study_desk)
        self._connect_operator()
        self._connect_reader()
        place.facts_changed.connect(self._screen_changed)
        place.trouble.connect(self.say)

    @property
    def state(self) -> LiveState | None:
        """The state rendered last."""
        return self._state

    def start(self) -> None:
        """Begin to run frames."""
        self._timer.start()

    def stop(self) -> None:
        """Run no more frames."""
        self._timer.stop()

    def frame(self) -> None:
        """Run one frame: ask the session, render both windows."""
        t_begin_ns = self._now_ns()
        state = self._session.step()
        self._state = state
        self._reader.render_state(state.reader)
        self._reader.render_study(state.study)
        self._operator.render_state(state)
        if self._operator.is_station:
            live_view = self._operator.live_view
            live_view.render_screens(self._copy.picture(t_begin_ns, live_view.screen_size_px()))
        self._turns.follow(state)
        self.frame_rendered.emit(state)
        # Painting follows as soon as this returns: the gaze point is the newest there is.
        newest = self._session.newest_gaze()
        self._operator.render_newest(newest)
        self.statistics.rendered(t_begin_ns, newest.arrival_host_ns if newest is not None else 0)
        if self._is_leaving and (not _is_at_work(state) or t_begin_ns > self._leave_by_ns):
            self._finish()

    def attempt(self, intent: Callable[[], None]) -> bool:
        """Carry out an intent; tell the person when the session refuses it."""
        try:
            intent()
        except SessionError as err:
            self.say(str(err))
            return False
        return True

    def say(self, sentence: str) -> None:
        """Show a sentence; while one is shown, the next is added to it."""
        _LOG.warning("told the operator: %s", sentence)
        if self._message is not None:
            if sentence not in self._message.text.text():
                self._message.text.setText(f"{self._message.text.text()}\n\n{sentence}")
            return
        self._message = MessageDialog(self.tr("Please note"), sentence, self._operator)
        self._message.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._message.finished.connect(self._message_read)
        self._turns.question_opened()
        self._message.open()

    def request_close(self) -> None:
        """Leave, or ask first when a recording is running."""
        if self._is_leaving or self._question is not None:
            return
        if self._is_at_targets:  # the first wish to close ends the calibration
            self._session.calibration_desk.abort()
            return
        if self._state is None or not _is_at_work(self._state):
            self._finish()
            return
        if self._state.recording not in (RecordingState.RECORDING, RecordingState.PAUSED):
            self._is_leaving = True
            self._leave_by_ns = self._now_ns() + _LONGEST_CLOSING_NS
            return
        self._turns.question_opened()
        self._question = CloseQuestion(self._state.file_name, self._operator)
        self._question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._question.accepted.connect(self._stop_and_leave)
        self._question.rejected.connect(self._stay)
        self._question.open()

    def leave(self) -> None:
        """Stop a recording that runs, wait until its file is closed, and leave; asks nothing.

        Asked a second time it waits no longer: the acquisition process closes the file by itself.
        """
        if self._is_leaving or self._state is None or not _is_at_work(self._state):
            self._finish()
        elif self._state.recording not in _OPEN_FILE:  # the session is being read back, copied, reported
            self._is_leaving = True
            self._leave_by_ns = self._now_ns() + _LONGEST_CLOSING_NS
        else:
            self._stop_and_leave()

    def _stop_and_leave(self) -> None:
        self._question = None
        self._is_leaving = True
        self._leave_by_ns = self._now_ns() + _LONGEST_CLOSING_NS
        if not self.attempt(self._session.stop_recording):
            self._is_leaving = False

    def _stay(self) -> None:
        self._question = None
        self._turns.question_answered()

    def _finish(self) -> None:
        self._is_leaving = False
        self.stop()
        self.finished.emit()

    def _message_read(self) -> None:
        self._message = None
        self._turns.question_answered()

    @property
    def _is_at_targets(self) -> bool:
        return self._state is not None and self._state.reader.has_targets

    def _screen_changed(self, facts: ScreenFacts, cause: str) -> None:
        self._session.set_reader_screen(facts, cause)

    def _connect_operator(self) -> None:
        session, operator = self._session, self._operator
        for signal, intent in (
            (operator.stop_requested, session.stop_recording),
            (operator.pause_requested, session.pause),
            (operator.resume_requested, session.resume),
            (operator.mark_requested, session.mark),
            (operator.next_case_requested, session.next_case),
            (operator.previous_case_requested, session.previous_case),
        ):
            signal.connect(partial(self.attempt, intent))
        operator.case_requested.connect(self._go_to_case)
        operator.mark_at_requested.connect(self._mark_at)
        operator.close_requested.connect(self.request_close)
        operator.painted.connect(self.statistics.painted)

    def _connect_reader(self) -> None:
        session, hand = self._session, self._reader.hand
        hand.zoom_requested.connect(session.zoom)
        hand.pan_requested.connect(session.pan)
        hand.window_level_requested.connect(session.window_level)
        hand.drag_started.connect(session.drag_started)
        hand.drag_ended.connect(session.drag_ended)
        hand.fit_requested.connect(session.fit)
        hand.reset_requested.connect(session.reset)
        hand.key_pressed.connect(self._reader_key)
        self._reader.presented.connect(self._presented)
        self._reader.close_requested.connect(self.request_close)

    def _go_to_case(self, index: int) -> None:
        self.attempt(partial(self._session.go_to_case, index))

    def _mark_at(self, before_now_s: float) -> None:
        self.attempt(partial(self._session.mark_at, before_now_s))

    def _reader_key(self, name: str) -> None:
        if name == "Esc" and self._is_at_targets:
            self._session.calibration_desk.abort()
            return
        is_reading = self._state is not None and self._state.recording is RecordingState.RECORDING
        if name == "Esc" and is_reading and self._place.shares_the_only_monitor:
            self.attempt(self._session.pause)  # the way back to the operator's window
            self._turns.give_way()  # also where there is no trial to pause
            return
        self.attempt(partial(self._session.key, name))

    def _presented(self, frame: PresentedFrame) -> None:
        self._session.presented(frame.revision, frame.t_host_ns, frame.frame, frame.frames_late)


def _is_at_work(state: LiveState) -> bool:
    """Whether a file is open, or a session that is over is still read back, copied and reported."""
    is_ending = state.study is not None and state.study.phase is StudyPhase.ENDING
    return state.recording in _OPEN_FILE or is_ending
