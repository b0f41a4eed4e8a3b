"""Whose turn it is on the only monitor: the reader's window covers the operator's, or gives the place back.

Without a study the recording decides: while it runs the reader reads. While a study is read its stage
decides: whoever has to do the next thing has the monitor. Questions and messages are the operator's in any
case.
"""

from __future__ import annotations

from capture_app.gui.reader_place import ReaderPlace
from capture_app.gui.reader_window import ReaderWindow
from capture_app.gui.study_console.parts import study_of
from capture_app.session.states import LiveState, RecordingState
from capture_app.session.study_desk.next_step import is_readers_turn
from capture_app.session.study_desk.states import StudyDeskState


class MonitorTurns:
    """Covers and uncovers by what each frame's state says. Does nothing where there are two monitors."""

    def __init__(self, reader: ReaderWindow, place: ReaderPlace) -> None:
        self._reader, self._place = reader, place
        self._state: LiveState | None = None
        self._turn: tuple[object, ...] = ()
        self._questions = 0

    def follow(self, state: LiveState) -> None:
        """Take the state of a frame."""
        before, self._state = self._state, state
        study = study_of(state)
        if study is not None:
            self._follow_study(study, has_targets=state.reader.has_targets)
            return
        self._turn = ()
        if before is not None and before.reader.has_targets != state.reader.has_targets:
            self._put(is_readers=state.reader.has_targets)  # for what the targets showed, give it back
        if before is None or before.recording is not state.recording:
            self._put(is_readers=state.recording is RecordingState.RECORDING or state.reader.has_targets)
        elif state.recording is RecordingState.RECORDING:
            if before.reader.message != state.reader.message:
                self._put(is_readers=not state.reader.message)  # nothing more to read, or the next case
            elif state.reader.panes and not before.reader.panes and not self._reader.isVisible():
                self._put(is_readers=True)  # a calibration had given it back

    def give_way(self) -> None:
        """Give the monitor to the operator, who wants it or is asked something."""
        self._place.cover()

    def question_opened(self) -> None:
        """Keep the monitor with the operator until as many questions are answered as were opened."""
        self._questions += 1
        self._place.cover()

    def question_answered(self) -> None:
        """Give the monitor back to a reader whose turn it is."""
        self._questions = max(self._questions - 1, 0)
        state = self._state
        if self._questions or state is None:
            return
        study = study_of(state)
        if study is not None:
            is_readers = is_readers_turn(study, has_targets=state.reader.has_targets)
        else:
            is_readers = state.reader.has_targets or state.recording is RecordingState.RECORDING
        self._put(is_readers=is_readers)

    def _follow_study(self, study: StudyDeskState, *, has_targets: bool) -> None:
        is_readers = is_readers_turn(study, has_targets=has_targets)
        view = study.view
        here = () if view is None else (view.stage, view.trial, study.side_run is not None)
        # What was given away by hand comes back with the next thing that is the reader's.
        turn = (is_readers, *(here if is_readers else ()))
        if turn != self._turn:
            self._turn = turn
            self._put(is_readers=is_readers)

    def _put(self, *, is_readers: bool) -> None:
        if is_readers and not self._questions:
            self._place.uncover()
        else:
            self._place.cover()
