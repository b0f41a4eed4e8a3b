"""What happens around the screens of a case: pauses, breaks, calibration, and decisions about cases."""

from __future__ import annotations

from typing import Final

from capture_app.session.reading.emitter import NamedRows
from capture_app.session.reading.errors import ReadingError
from capture_app.session.reading.loop_core import LoopCore
from capture_app.session.reading.names import BREAK, By, Cause, Event, Subject
from capture_app.session.reading.stages import Stage
from capture_app.session.study.task_keys import EndScreen
from gaze_core.rows import JUDGEMENT

_REASON_BYTES: Final = JUDGEMENT.dtype["reason"].itemsize
BETWEEN: Final = (Stage.READY, Stage.DRIFT_CHECK, Stage.CALIBRATION, Stage.BREAK_DUE)
"""Stages between two cases (a calibration may also come while a case rests)."""


class LoopBetween(LoopCore):
    """Around and between cases; a base of `ReadingLoop`."""

    def pause(self, now_ns: int) -> NamedRows:
        """Let the open case rest; its screen is shown anew afterwards, as another visit."""
        self._require("pause", Stage.CASE)
        self._work.pause(now_ns, self._attempt())
        return self._rows.take()

    def go_on(self, now_ns: int) -> NamedRows:
        """Go on with the case that rests."""
        self._require("go on with a case", Stage.PAUSED)
        self._work.go_on(now_ns, self._attempt())
        return self._rows.take()

    def start_break(self, now_ns: int) -> NamedRows:
        """Begin a break, between cases or in the middle of one."""
        self._require("begin a break", Stage.CASE, Stage.PAUSED, *BETWEEN)
        if self.stage is Stage.CASE:
            self._work.pause(now_ns, self._attempt())
        self._work.ask(now_ns, BREAK, Cause.BREAK)
        return self._rows.take()

    def end_break(self, now_ns: int) -> NamedRows:
        """End the break; gaze is calibrated before reading goes on."""
        since_ns = self.state.break_since_ns
        if since_ns is None or self._work.asked is not None:
            raise ReadingError("There is no break to end.")
        minutes, breaks = (now_ns - since_ns) / 60e9, self._study.breaks
        if breaks.are_required and minutes < breaks.shortest_minutes:
            raise ReadingError(
                f"The break lasts {breaks.shortest_minutes:g} minutes at least; "
                f"{breaks.shortest_minutes - minutes:.1f} are left."
            )
        self._rows.judgement(
            now_ns, Subject.QUOTA, is_accepted=True, by=By.OPERATOR, reason="The break is over.",
            figures={"event": Event.BREAK_OVER.value, "minutes": round(minutes, 3)},
        )  # fmt: skip
        return self._rows.take()

    def recalibrate(self, now_ns: int, by: By, reason: str) -> NamedRows:
        """Ask for a calibration before anything else is read; an open case rests meanwhile."""
        self._require("calibrate", Stage.CASE, Stage.PAUSED, *BETWEEN)
        if self.stage is Stage.CASE:
            self._work.pause(now_ns, self._attempt())
        self._judge_calibration(now_ns, by, reason, is_accepted=False)
        return self._rows.take()

    def go_on_uncalibrated(self, now_ns: int, reason: str) -> NamedRows:
        """Read on without a calibration that was due, as the operator decides."""
        self._require("go on without a calibration", Stage.CALIBRATION)
        self._judge_calibration(now_ns, By.OPERATOR, _typed(reason), is_accepted=True)
        return self._rows.take()

    def pass_over_drift_check(self, now_ns: int, eye: str = "") -> NamedRows:
        """Go on without a drift check.

        Parameters
        ----------
        now_ns
            Host clock.
        eye
            The signal that would have been measured; "" where the study itself names it.
        """
        self._require("pass over a drift check", Stage.DRIFT_CHECK)
        check = self._study.drift_check
        self._rows.drift_override(
            now_ns, self.state.next_trial, x_norm=check.x_norm, y_norm=check.y_norm,
            eye=eye or self._study.analysis.signal.value,
        )  # fmt: skip
        return self._rows.take()

    def decide_interrupted(self, now_ns: int, choice: Event, by: By) -> NamedRows:
        """Continue, restart or skip the case that was interrupted."""
        self._require("decide about an interrupted case", Stage.RESUME_CHOICE)
        words = {
            Event.CONTINUE: "Continued at the interrupted screen; the gaze before is kept.",
            Event.RESTART: "Restarted; the attempt before is kept and does not count.",
            Event.SKIP: "Skipped after the interruption; the attempt is kept and does not count.",
        }
        attempt = self.state.interrupted
        if attempt is None or choice not in words:
            raise ReadingError("An interrupted case can be continued, restarted or skipped.")
        self._rows.judgement(
            now_ns, Subject.RESUME, number=self.state.next_trial, attempt=attempt.attempt, by=by,
            is_accepted=choice is Event.CONTINUE, reason=words[choice],
            figures={"event": choice.value, "case_id": attempt.case_id, "attempt": attempt.attempt},
        )  # fmt: skip
        return self._rows.take()

    def decide_practice(self, now_ns: int, event: Event, reason: str) -> NamedRows:
        """Allow another round of practice, or end practice, as the operator decides."""
        self._require("decide about practice", Stage.PRACTICE_DECISION)
        if event not in (Event.PRACTICE_AGAIN, Event.PRACTICE_OVER):
            raise ReadingError("Practice can be repeated or ended.")
        self._rows.judgement(
            now_ns, Subject.QUOTA, is_accepted=event is Event.PRACTICE_OVER, by=By.OPERATOR,
            reason=_typed(reason), figures={"event": event.value},
        )  # fmt: skip
        return self._rows.take()

    def set_aside(self, now_ns: int, by: By, reason: str) -> NamedRows:
        """Skip the open or next case; a spare takes its place.

        The reader gives one of the reasons of the end screen, the operator any.
        """
        self._require("set a case aside", Stage.CASE, Stage.PAUSED, *BETWEEN)
        attempt = self.state.open_attempt
        if by is By.READER:
            screen = None if attempt is None else self._screen(attempt)
            if not isinstance(screen, EndScreen) or reason not in screen.discard_reasons:
                raise ReadingError("A case is set aside on its last screen, with one of the reasons there.")
        if attempt is None:
            attempt = self._work.open(now_ns, ())
        self._work.judge_visit(now_ns, attempt)
        self._work.verdict(
            now_ns, attempt, grade="", is_accepted=False, by=by, reason=_typed(reason), figures={}
        )
        self._work.end(now_ns, attempt, "discarded")
        return self._rows.take()

    def leave(self, now_ns: int) -> NamedRows:
        """End the session; an open case can be gone on with in the next one."""
        attempt = self.state.open_attempt
        if attempt is not None:
            self._work.judge_visit(now_ns, attempt)
            self._work.end(now_ns, attempt, "interrupted")
        self._work.asked = None
        return self._rows.take()

    def _judge_calibration(self, now_ns: int, by: By, reason: str, *, is_accepted: bool) -> None:
        self._rows.judgement(
            now_ns, Subject.CALIBRATION, is_accepted=is_accepted, by=by, reason=reason, figures={}
        )


def _typed(reason: str) -> str:
    if not reason.strip():
        raise ReadingError("Give a reason; it is kept with the data.")
    if len(reason.strip().encode()) > _REASON_BYTES:
        raise ReadingError(f"The reason is longer than {_REASON_BYTES} letters. Shorten it.")
    return reason.strip()
