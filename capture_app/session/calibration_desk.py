"""Calibrating and validating as a person: begins, follows and judges it, for windows and recordings.

The desk follows the session by `step`. Its targets go to the reader's screen through the presentation, its
calls to the device through the acquisition process, and its rows into the recording; what was accepted while
none ran is kept and written when the next one begins, with its own times.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Final, Protocol

from calibration import AbortReason, DeviceAnswer, DeviceCall, Pace, Step
from capture_app.acquisition.messages import CalibrationAnswer, CalibrationCall
from capture_app.session.calibration_book import ValidationBook
from capture_app.session.calibration_plan import DeskPlan
from capture_app.session.calibration_run import CalibrationRun
from capture_app.session.calibration_state_maker import advice_of, idle_state, running_state
from capture_app.session.calibration_states import (
    SHOWING,
    CalibrationDeskState,
    CalibrationStage,
    ValidationView,
)
from capture_app.session.link import Link
from capture_app.session.live import LiveAnalysis
from capture_app.session.new_gaze import NewGaze
from capture_app.session.port import SessionError
from capture_app.session.presentation import Presentation
from capture_app.session.target_screen import TargetScreen, target_scene
from gaze_core.clocks import Clock
from gaze_core.eyes import Eye
from gaze_core.geometry import ViewingGeometry
from gaze_core.rows import Rows

MOST_REASON_LETTERS: Final = 200

_NO_TRACKER: Final = "No tracker is connected. Connect one, then calibrate."
_LOST: Final = "The tracker was lost, so this calibration has ended. Connect the tracker, then begin anew."
_STOPPED: Final = "The calibration was stopped. Nothing was accepted."
_KEPT_ON_DEVICE: Final = " The tracker keeps what it computed last."
_BUSY: Final = "A calibration is running. End it first."
_LEAVING: Final = "The tracker is still leaving calibration mode. Wait a moment."
_NOT_NOW: Final = "The calibration has nothing to decide now. Wait until its result is shown."
_NO_REASON: Final = "This validation is beyond the limits. Type why it is accepted all the same."
_NO_STUDY: Final = "No study plans this calibration. Choose how many points, then begin."
_CANNOT_CALIBRATE: Final = (
    "This tracker cannot be calibrated from here. Calibrate it with its maker's program, then "
    "validate it here."
)
_NOT_PURPOSES: Final = "A closing validation ends a block or the session."
_HELD: Final = (*SHOWING, CalibrationStage.REVIEW)
_ABORTED: Final = "calibration_aborted"
OPENING: Final = "opening"
CLOSING: Final = ("block_end", "session_end")
"""Purposes of validations: before something is read, and after it."""


class ReadersScreen(Protocol):
    """What the desk asks of the session around it."""

    def make_way(self) -> None:
        """Take what is read off the reader's screen."""

    def go_on(self) -> None:
        """Show what was being read again."""

    def note(self, kind: str, text: str) -> None:
        """Write an event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """The session as it is at one step."""

    link: Link
    live: LiveAnalysis
    presentation: Presentation
    geometry: ViewingGeometry  # that degrees are computed with
    eye: Eye  # the signal that will be analysed
    purpose: str  # of a validation that begins now: opening, block_end, session_end
    blocked: str  # why none can be begun now, a sentence

    @property
    def can_calibrate(self) -> bool:
        """Whether the tracker calibrates; else it is only validated."""
        return self.link.tracker is not None and self.link.tracker.calibrates


class CalibrationDesk:
    """`capture_app.session.port.CalibrationDeskPort`; follows the session by `step`."""

    def __init__(self, clock: Clock, screen: ReadersScreen, pace: Pace | None = None) -> None:
        self._clock = clock
        self._screen = screen
        self.pace = pace if pace is not None else Pace()
        self.accepted_count = 0  # calibrations and validations that ended with a decision for them
        self.aborted_count = 0  # that ended without one
        self.last_result: ValidationView | None = None  # newest complete validation, accepted or not
        self.last_purpose = ""  # of it: opening, block_end, session_end
        self._heard: ValidationView | None = None  # the newest, also where it was forgotten since
        self._plan: DeskPlan | None = None
        self._around: Around | None = None
        self._run: CalibrationRun | None = None
        self._new_gaze: NewGaze | None = None
        self._purpose = ""
        self._is_closing = False
        self._refused_count = 0  # validations beyond the limits since one was accepted
        self._targets = TargetScreen()
        self._book = ValidationBook(clock)

    @property
    def is_active(self) -> bool:
        """Whether the reader's screen belongs to a calibration."""
        return self._run is not None and self._run.stage in _HELD

    @property
    def state(self) -> CalibrationDeskState:
        """What the page shows now."""
        around = self._around
        if around is None:
            return CalibrationDeskState(blocked=_NO_TRACKER)
        idle = idle_state(around.link.tracker, self._plan, self._blocked(around))
        run = self._run
        if run is None:
            return idle
        state = running_state(idle, run, self._targets.dot)
        is_review = run.stage is CalibrationStage.REVIEW
        return replace(
            state,
            purpose=self._purpose,
            is_closing=self._is_closing,
            can_correct=run.can_correct and not self._is_closing,
            advice=advice_of(run, self._refused_count) if is_review and not self._is_closing else "",
        )

    def take_plan(self, plan: DeskPlan | None) -> None:
        """Follow a study from the next calibration on; None: there is no study."""
        self._plan = plan
        self._refused_count = 0

    def take_rows(self) -> list[tuple[str, Rows]]:
        """Return the validation and judgement rows recorded since the last call, by row type."""
        return self._book.take_rows()

    # what a person wants

    def begin(self, points: int) -> None:
        """Calibrate with 5, 9 or 13 points and validate; 0: validate only."""
        around = self._ready()
        if points and not around.can_calibrate:
            raise SessionError(_CANNOT_CALIBRATE)
        plan = self._plan if self._plan is not None else DeskPlan.default(pace=self.pace)
        purpose = OPENING if points or self._plan is not None else around.purpose
        self._begin(around, replace(plan, points=points), purpose)

    def begin_planned(self) -> None:
        """Calibrate and validate as the study plans it; a tracker that comes calibrated is only validated."""
        around = self._ready()
        if self._plan is None:
            raise SessionError(_NO_STUDY)
        plan = self._plan if around.can_calibrate else self._plan.validating_only()
        self._begin(around, plan, OPENING)

    def begin_closing(self, purpose: str) -> None:
        """Validate shortly at the end of a block or of the session, `purpose` block_end or session_end."""
        around = self._ready()
        if purpose not in CLOSING:
            raise SessionError(_NOT_PURPOSES)
        plan = self._plan if self._plan is not None else DeskPlan.default(pace=self.pace)
        self._begin(around, plan.closing_only(), purpose, is_closing=True)

    def redo(self, target_ids: tuple[int, ...]) -> None:
        """Repeat single calibration points and validate again."""
        run = self._reviewed()
        if not run.points:
            raise SessionError(
                "This tracker was only validated, and a validation is always whole. Start over."
            )
        if not target_ids:
            raise SessionError("No point is chosen. Choose the points to repeat in the picture.")
        self._decide("points repeated")
        run.redo(target_ids, self._clock.now_ns())

    def choose(self, attempt: int) -> None:
        """Let the tracker use an earlier attempt again, `attempt` from 1, and validate in full."""
        run = self._reviewed()
        found = next((each for each in run.attempts if each.number == attempt), None)
        if found is None:
            raise SessionError(f"There is no attempt {attempt} in this calibration. Choose one of the list.")
        if found.is_in_use:
            raise SessionError(f"The tracker uses attempt {attempt} already.")
        if not found.can_be_used:
            raise SessionError(f"Attempt {attempt} cannot be used again. {found.text}")
        self._decide(f"attempt {attempt} chosen instead")
        run.choose(attempt, self._clock.now_ns())

    def fit_correction(self) -> None:
        """Show further targets and fit a correction for a stream that came calibrated; applied to nothing."""
        run = self._reviewed()
        if not run.can_correct or self._is_closing:
            raise SessionError(
                "A correction is for a tracker that was only validated here. Repeat points, or start over."
            )
        run.fit_correction(self._clock.now_ns())

    def start_over(self) -> None:
        """Repeat everything."""
        run = self._reviewed()
        self._decide("started over")
        run.start_over(self._clock.now_ns())

    def accept(self, reason: str = "") -> None:
        """Keep the calibration with this validation; against the gate only for a reason."""
        run = self._reviewed()
        if run.result is None:
            raise SessionError("There is no validation to accept. Repeat points, or start over.")
        text = self._accepted_text(run.result, reason.strip()[:MOST_REASON_LETTERS])
        self.accepted_count += 1
        self._refused_count = 0
        run.accept(self._clock.now_ns())
        self._release("calibration_accepted", text)

    def abort(self, text: str = "") -> None:
        """Stop at any moment; nothing happens where none runs."""
        if self._run is not None and self.is_active:
            self._end(self._run, AbortReason.OPERATOR, text or _STOPPED)

    def dismiss(self) -> None:
        """Forget the one that is over, so that another can be set up."""
        if self._run is not None and self._run.is_over:
            self._run = None

    # the session's side

    def forget_reader(self) -> None:
        """The reader has left: what was accepted for those eyes holds for nobody who comes next."""
        self.last_result, self.last_purpose = None, ""
        self._book.forget_accepted()

    def refuse_while_active(self) -> None:
        """Raise a `SessionError` while the reader's screen belongs to a calibration."""
        if self.is_active:
            raise SessionError(_BUSY)

    def step(self, around: Around) -> None:
        """Take the session as it is now, and do what is due."""
        self._around = around
        run = self._run
        now_ns = self._clock.now_ns()
        for answer in around.link.take_calibration_answers():
            if run is not None:
                if answer.call in ("compute", "apply") and answer.is_ok:
                    self._book.computed(around.link, answer.attempt)
                run.answered(_device_answer(answer), now_ns)
        if run is None or run.is_over:
            return
        gaze = self._new_gaze
        if _is_lost(around.link) or gaze is None or not gaze.is_of(around.live):
            if self.is_active:
                self._end(run, AbortReason.TRACKER_LOST, _LOST)
            else:
                run.give_up_leaving()
            return
        was_active = self.is_active
        corrected = run.correction
        step = run.tick(gaze.take(), now_ns)
        around.link.append("target", step.targets)
        for call in step.calls:
            around.link.send(_message(call))
        self._draw(run, step, around.presentation)
        self._hear_result(around.link, run)
        if run.correction is not None and run.correction is not corrected:
            self._book.corrected(around.link, run.correction)
        if was_active and not self.is_active:
            self._release(_ABORTED, run.text)  # the window or the device did not answer

    def presented(self, revision: int, t_host_ns: int) -> bool:
        """Take the time at which a revision was presented; True where that put a target before the eyes."""
        seen = self._targets.presented(revision)
        if seen is None or self._run is None or self._around is None:
            return False
        self._run.presented(seen.standing, t_host_ns)
        if seen.is_first:
            self._around.link.show_scene(target_scene(seen, self._around.presentation, t_host_ns))
        return seen.is_first

    def begin_recording(self, link: Link) -> None:
        """Write what holds for the tracker at the beginning of a recording."""
        self._book.begin_recording(link)

    def _begin(self, around: Around, plan: DeskPlan, purpose: str, *, is_closing: bool = False) -> None:
        eye = plan.eye if plan.eye is not None else around.eye
        run = CalibrationRun(plan, around.geometry, eye, seed=random.SystemRandom().randrange(2**31))
        self._run, self._new_gaze = run, NewGaze(around.live)
        self._purpose, self._is_closing = purpose, is_closing
        self._screen.make_way()
        self._screen.note("calibration_begun", f"{plan.points} points" if plan.points else "validation only")
        run.begin(self._clock.now_ns())

    def _ready(self) -> Around:
        """Return the session around; raises where none can be begun now."""
        around = self._around
        blocked = _NO_TRACKER if around is None else self._blocked(around)
        if around is None or blocked:
            raise SessionError(blocked)
        return around

    def _blocked(self, around: Around) -> str:
        if around.link.tracker is None or _is_lost(around.link):
            return _NO_TRACKER
        if self._run is not None and not self._run.is_over:
            return _BUSY if self.is_active else _LEAVING
        return around.blocked

    def _reviewed(self) -> CalibrationRun:
        if self._run is None or self._run.stage is not CalibrationStage.REVIEW:
            raise SessionError(_NOT_NOW)
        return self._run

    def _draw(self, run: CalibrationRun, step: Step, presentation: Presentation) -> None:
        if self.is_active:
            self._targets.hold(presentation, is_on=run.stage in SHOWING, grey=run.plan.grey)
            self._targets.draw(presentation, step.dot, run.standing_of(step))

    def _hear_result(self, link: Link, run: CalibrationRun) -> None:
        """Take a validation that has just become complete."""
        if run.result is None or run.result is self._heard:
            return
        self._heard = self.last_result = run.result
        self.last_purpose = self._purpose
        self._book.complete(link, run.result, self._purpose)
        if not run.result.gate.is_accepted and not self._is_closing:
            self._refused_count += 1

    def _accepted_text(self, view: ValidationView, reason: str) -> str:
        """Write that a validation is accepted; return what is said about it."""
        is_by_gate = view.gate.is_accepted
        if not is_by_gate and not reason and not self._is_closing:
            raise SessionError(_NO_REASON)
        if self._around is not None and self._is_closing:
            self._book.close_with(self._around.link, view)
        elif self._around is not None:
            by, why = ("gate" if is_by_gate else "operator"), reason or view.gate.text
            self._book.accept(self._around.link, view, by=by, reason=why)
        if is_by_gate or self._is_closing:
            return view.gate.finding
        return f"Accepted against the limits: {reason}"

    def _decide(self, reason: str) -> None:
        """Write that the validation shown was not accepted."""
        run = self._run
        if run is not None and run.result is not None and self._around is not None:
            self._book.decline(self._around.link, run.result, reason)

    def _end(self, run: CalibrationRun, reason: AbortReason, text: str) -> None:
        if run.stage is CalibrationStage.REVIEW:
            self._decide("stopped")
        kept = _KEPT_ON_DEVICE if run.is_calibrated and reason is AbortReason.OPERATOR else ""
        run.abort(reason, self._clock.now_ns(), text + kept)
        self._release(_ABORTED, run.text)

    def _release(self, kind: str, text: str) -> None:
        """Give the reader's screen back, and write how it ended."""
        if kind == _ABORTED:
            self.aborted_count += 1
        around = self._around
        if around is None:
            return
        self._targets.clear(around.presentation, around.link, self._clock.now_ns())
        self._screen.note(kind, text)
        self._screen.go_on()


def _is_lost(link: Link) -> bool:
    return link.is_dead or link.tracker is None or link.is_opening or link.is_tracker_lost


def _message(call: DeviceCall) -> CalibrationCall:
    return CalibrationCall(
        call=call.name, x_norm=call.x_norm, y_norm=call.y_norm, eyes=call.eyes, data_hex=call.data.hex()
    )


def _device_answer(answer: CalibrationAnswer) -> DeviceAnswer:
    return DeviceAnswer(
        name=answer.call,
        x_norm=answer.x_norm,
        y_norm=answer.y_norm,
        is_ok=answer.is_ok,
        text=answer.text,
        samples=answer.rows,
        data=bytes.fromhex(answer.data_hex),
    )
