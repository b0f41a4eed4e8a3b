"""What reader and operator do in a session with a study; a base of its desk."""

from __future__ import annotations

from typing import Final

from capture_app.session.port import SessionError
from capture_app.session.reading import AnswerValue, By, Event, Shape, Stage
from capture_app.session.reading.loop_between import BETWEEN
from capture_app.session.study_desk.host import StudyHost
from capture_app.session.study_desk.reader_message import ReaderMessage
from capture_app.session.study_desk.sitting import AfterClosing, Sitting
from capture_app.session.study_desk.states import StudyPhase
from gaze_core.clocks import Clock
from gaze_core.rows import EVENT

_NOT_RUNNING: Final = "No session runs. Start one on the study's page."
_HELD: Final = "The reader is looking at targets. Wait until that is over, or stop it."
_BEFORE_BREAK: Final = (Stage.CASE, Stage.PAUSED, *BETWEEN)
_LONGEST_TEXT: Final = EVENT.dtype["text"].itemsize


class StudyActs:
    """Acts on the session that runs; each may raise a `SessionError`."""

    _clock: Clock
    _host: StudyHost
    _phase: StudyPhase
    _sitting: Sitting | None
    _message: ReaderMessage  # of the operator, for the reader
    notes: tuple[str, ...] = ()

    # the reader

    def answer(self, value: AnswerValue) -> None:
        """Answer the question of this screen."""
        sitting = self._reading()
        sitting.act(lambda now_ns: sitting.loop.answer(now_ns, value))

    def toggle_label(self, label: str) -> None:
        """Choose a label, or take it back."""
        sitting = self._reading()
        sitting.act(lambda now_ns: sitting.loop.toggle_label(now_ns, label))

    def draw(self, shape: Shape) -> None:
        """Draw a shape."""
        sitting = self._reading()
        sitting.act(lambda now_ns: sitting.loop.draw(now_ns, shape))

    def change_shape(self, number: int, shape: Shape) -> None:
        """Give a shape another place, labels or certainty."""
        sitting = self._reading()
        sitting.act(lambda now_ns: sitting.loop.change_shape(now_ns, number, shape))

    def remove_shape(self, number: int) -> None:
        """Remove a shape."""
        sitting = self._reading()
        sitting.act(lambda now_ns: sitting.loop.remove_shape(now_ns, number))

    def next(self) -> None:
        """Go on to the next screen; from the last one the case is committed."""
        sitting = self._reading()
        sitting.act(sitting.loop.next)

    def back(self) -> None:
        """Go back to the screen before."""
        sitting = self._reading()
        sitting.act(sitting.loop.back)

    def jump(self, screen: str) -> None:
        """Go to a screen of this case that was shown before."""
        sitting = self._reading()
        sitting.act(lambda now_ns: sitting.loop.jump(now_ns, screen))

    def set_aside_by_reader(self, reason: str) -> None:
        """Leave this case out, with one of the reasons of its last screen."""
        sitting = self._reading()
        sitting.act(lambda now_ns: sitting.loop.set_aside(now_ns, By.READER, reason))

    def recalibrate_by_reader(self) -> None:
        """Ask for a calibration before the next case."""
        sitting = self._reading()
        reason = "The reader asked for it."
        sitting.act(lambda now_ns: sitting.loop.recalibrate(now_ns, By.READER, reason))
        sitting.resume_after_calibration()
        self._host.presentation.clear(-1, self._clock.now_ns())

    def end_break(self) -> None:
        """The reader is back."""
        sitting = self._running()
        sitting.act(sitting.loop.end_break)
        self._host.presentation.clear(-1, self._clock.now_ns())

    def pass_over(self) -> None:
        """Go on without a drift check that waits too long."""
        sitting = self._running()
        if sitting.parts.side_runs.state is not None:
            sitting.parts.side_runs.pass_over()
        elif sitting.loop.stage is Stage.DRIFT_CHECK and not sitting.is_held:
            eye = self._host.settings.eye.value
            sitting.act(lambda now_ns: sitting.loop.pass_over_drift_check(now_ns, eye))

    def edit_transcript(self, text: str) -> None:
        """Take the text as the reader left it."""
        self._reading().parts.dictation.edit(text)

    def play_from(self, word: int) -> None:
        """Play the dictation from a word."""
        self._reading().parts.dictation.play_from(word)

    def stop_playing(self) -> None:
        """Stop playing."""
        if self._sitting is not None:
            self._sitting.parts.dictation.stop_playing()

    # the operator

    def pause(self) -> None:
        """Let the open case rest; gaze is recorded on."""
        sitting = self._reading()
        if sitting.loop.stage is Stage.CASE:
            sitting.act(sitting.loop.pause)
            self._host.presentation.clear(-1, self._clock.now_ns(), message="Pause")

    def go_on(self) -> None:
        """Go on with the case that rests."""
        sitting = self._reading()
        sitting.act(sitting.loop.go_on)

    def start_break(self) -> None:
        """Close the block with a short validation, then begin a break."""
        sitting = self._reading()
        # Where no break may begin, nothing is validated for it either: the loop refuses it.
        if sitting.loop.stage not in _BEFORE_BREAK or not self._close_block(AfterClosing.BREAK):
            sitting.act(sitting.loop.start_break)

    def skip(self, reason: str) -> None:
        """Leave out the open or next case; a spare takes its place."""
        sitting = self._reading()
        sitting.act(lambda now_ns: sitting.loop.set_aside(now_ns, By.OPERATOR, reason))
        self._host.presentation.clear(-1, self._clock.now_ns())

    def calibrate(self) -> None:
        """Calibrate now, as the study plans it; an open case rests meanwhile."""
        sitting, desk = self._running(), self._host.calibration_desk
        desk.refuse_while_active()
        if blocked := desk.state.blocked:  # before anything rests for it
            raise SessionError(blocked)
        sitting.parts.side_runs.abort()
        if sitting.loop.stage is not Stage.CALIBRATION:
            if sitting.loop.stage is Stage.CASE:
                sitting.resume_after_calibration()
            reason = "The operator recalibrates."
            sitting.act(lambda now_ns: sitting.loop.recalibrate(now_ns, By.OPERATOR, reason))
        desk.begin_planned()

    def go_on_uncalibrated(self, reason: str) -> None:
        """Read on without a calibration that was due."""
        sitting = self._reading()
        sitting.act(lambda now_ns: sitting.loop.go_on_uncalibrated(now_ns, reason))
        sitting.calibration_over()

    def measure_baseline(self) -> None:
        """Measure the pupil's baseline (again), between two cases."""
        sitting = self._reading()
        if sitting.loop.stage not in BETWEEN:
            raise SessionError(
                "The pupil's baseline is measured between two cases. Wait for the end of this."
            )
        sitting.measure_baseline()

    def check_drift(self) -> None:
        """Make a drift check now, between two cases."""
        sitting = self._reading()
        if sitting.loop.stage not in BETWEEN:
            raise SessionError("Drift is checked between two cases. Wait for the end of this one.")
        sitting.retry_drift_check()
        sitting.parts.side_runs.begin_drift_check(sitting.around())

    def decide_interrupted(self, choice: Event) -> None:
        """Continue, restart or skip the case that was interrupted."""
        sitting = self._reading()
        sitting.act(lambda now_ns: sitting.loop.decide_interrupted(now_ns, choice, By.OPERATOR))

    def decide_practice(self, event: Event, reason: str) -> None:
        """Allow another round of practice, or end practice."""
        sitting = self._reading()
        sitting.act(lambda now_ns: sitting.loop.decide_practice(now_ns, event, reason))

    def tell_reader(self, text: str) -> None:
        """Show the reader a message on screens that measure nothing; "" takes it back."""
        self._running()
        text = text.strip()
        if len(text.encode()) > _LONGEST_TEXT:
            raise SessionError("This message is too long for the reader's screen. Shorten it.")
        self._message.tell(text)
        self._host.note("message_to_reader", text)

    def note(self, text: str) -> None:
        """Keep a note with the data."""
        self._running()
        text = text.strip()
        if not text:
            return
        if len(text.encode()) > _LONGEST_TEXT:
            raise SessionError(f"A note has {_LONGEST_TEXT} letters at most. Write it in two.")
        self.notes = (*self.notes, text)
        self._host.note("note", text)

    def _close_block(self, after: AfterClosing) -> bool:
        """Begin the short validation that closes a block; False where there is nothing to validate."""
        sitting = self._running()
        # In a break nothing was read since the block was closed, and the reader is away.
        is_break = sitting.loop.stage is Stage.BREAK
        if not sitting.has_read or is_break or self._host.link.tracker is None:
            return False
        if sitting.loop.stage is Stage.CASE:
            sitting.act(sitting.loop.pause)
        sitting.after_closing = after
        purpose = "block_end" if after is AfterClosing.BREAK else "session_end"
        try:
            self._host.calibration_desk.begin_closing(purpose)
        except SessionError as err:
            sitting.after_closing = None
            self._host.note("closing_validation_left_out", str(err))
            return False
        return True

    def _running(self) -> Sitting:
        if self._sitting is None or self._phase is not StudyPhase.RUNNING or self._sitting.is_over:
            raise SessionError(_NOT_RUNNING)
        return self._sitting

    def _reading(self) -> Sitting:
        """Return the session, where no target has the reader's screen."""
        sitting = self._running()
        if sitting.is_held:
            raise SessionError(_HELD)
        return sitting
