"""Calibrating and validating as a person: begins, follows and judges it, for windows and recordings.

The desk follows the session by `step`. Its targets go to the reader's screen through the presentation, its
calls to the device through the acquisition process, and its rows into the recording; what was accepted while
none ran is kept and written when the next one begins, with its own times.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final, Protocol

from calibration import AbortReason, DeviceAnswer, DeviceCall, Dot, Pace, Step
from capture_app.acquisition.messages import CalibrationAnswer, CalibrationCall
from capture_app.session.calibration_book import ValidationBook
from capture_app.session.calibration_run import CalibrationRun
from capture_app.session.calibration_states import (
    SHOWING,
    CalibrationDeskState,
    CalibrationStage,
)
from capture_app.session.link import Link
from capture_app.session.live import LiveAnalysis
from capture_app.session.port import SessionError
from capture_app.session.presentation import Presentation
from capture_app.session.states import DotState
from drivers.contract import Scene
from gaze_core.clocks import Clock
from gaze_core.eyes import Eye
from gaze_core.geometry import ViewingGeometry
from gaze_core.rows import GAZE, Rows

MOST_REASON_LETTERS: Final = 200

_NO_TRACKER: Final = "No tracker is connected. Connect one, then calibrate."
_LOST: Final = "The tracker was lost, so this calibration has ended. Connect the tracker, then begin anew."
_STOPPED: Final = "The calibration was stopped. Nothing was accepted."
_KEPT_ON_DEVICE: Final = " The tracker keeps what it computed last."
_BUSY: Final = "A calibration is running. End it first."
_LEAVING: Final = "The tracker is still leaving calibration mode. Wait a moment."
_NOT_NOW: Final = "The calibration has nothing to decide now. Wait until its result is shown."
_NO_REASON: Final = "This validation is beyond the limits. Type why it is accepted all the same."
_HELD: Final = (CalibrationStage.CALIBRATING, CalibrationStage.VALIDATING, CalibrationStage.REVIEW)


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


class CalibrationDesk:
    """`capture_app.session.port.CalibrationDeskPort`; follows the session by `step`."""

    def __init__(self, clock: Clock, screen: ReadersScreen, pace: Pace | None = None) -> None:
        self._clock = clock
        self._screen = screen
        self.pace = pace if pace is not None else Pace()
        self._around: Around | None = None
        self._run: CalibrationRun | None = None
        self._live: LiveAnalysis | None = None
        self._next_row = 0
        self._purpose = ""
        self._dot: Dot | None = None
        self._drawn: list[tuple[int, tuple[int, int], tuple[float, float]]] = []  # revisions not yet seen
        self._seen: tuple[int, int] | None = None  # the standing that was presented last
        self._book = ValidationBook(clock)

    @property
    def is_active(self) -> bool:
        """Whether the reader's screen belongs to a calibration."""
        return self._run is not None and self._run.stage in _HELD

    @property
    def state(self) -> CalibrationDeskState:
        """What the page shows now."""
        around, run = self._around, self._run
        if around is None:
            return CalibrationDeskState(blocked=_NO_TRACKER)
        tracker = around.link.tracker
        can_calibrate = tracker is not None and tracker.calibrates
        model = str(tracker.info.get("model", "")) if tracker is not None else ""
        if run is None:
            return CalibrationDeskState(
                blocked=self._blocked(around), can_calibrate=can_calibrate, tracker=model
            )
        done, count = run.progress
        is_shown = run.stage in SHOWING and self._dot is not None
        return CalibrationDeskState(
            stage=run.stage,
            blocked=self._blocked(around),
            can_calibrate=can_calibrate,
            tracker=model,
            done_count=done,
            target_count=count,
            current_norm=(self._dot.x_norm, self._dot.y_norm) if is_shown and self._dot is not None else None,
            points=run.points,
            missed=run.missed,
            suggested=run.suggested if run.stage is CalibrationStage.REVIEW else (),
            result=run.result,
            text=run.text,
        )

    # what a person wants

    def begin(self, points: int) -> None:
        """Calibrate with 5, 9 or 13 points and validate; 0: validate only."""
        around = self._around
        blocked = _NO_TRACKER if around is None else self._blocked(around)
        if around is None or blocked:
            raise SessionError(blocked)
        if points and not (around.link.tracker is not None and around.link.tracker.calibrates):
            raise SessionError(
                "This tracker cannot be calibrated from here. Calibrate it with its maker's program, "
                "then validate it here."
            )
        run = CalibrationRun(
            points, around.geometry, around.eye, seed=random.SystemRandom().randrange(2**31), pace=self.pace
        )
        self._run, self._live = run, around.live
        self._next_row = around.live.first_recent_row + len(around.live.recent_gaze)
        self._purpose = "opening" if points else around.purpose
        self._screen.make_way()
        self._screen.note("calibration_begun", f"{points} points" if points else "validation only")
        run.begin(self._clock.now_ns())

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
        is_by_gate = run.result.gate.is_accepted
        reason = reason.strip()[:MOST_REASON_LETTERS]
        if not is_by_gate and not reason:
            raise SessionError(_NO_REASON)
        if self._around is not None:
            self._book.accept(
                self._around.link,
                run.result,
                by="gate" if is_by_gate else "operator",
                reason=reason or run.result.gate.text,
            )
        text = run.result.gate.text if is_by_gate else f"Accepted against the limits: {reason}"
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
                if answer.call == "compute" and answer.is_ok:
                    self._book.computed(around.link, answer.rows)
                run.answered(_device_answer(answer), now_ns)
        if run is None or run.is_over:
            return
        if _is_lost(around.link) or around.live is not self._live:
            if self.is_active:
                self._end(run, AbortReason.TRACKER_LOST, _LOST)
            else:
                run.give_up_leaving()
            return
        was_active = self.is_active
        step = run.tick(self._new_gaze(around.live), now_ns)
        around.link.append("target", step.targets)
        for call in step.calls:
            around.link.send(_message(call))
        self._draw(run, step, around.presentation)
        if run.result is not None:
            self._book.complete(around.link, run.result, self._purpose)
        if was_active and not self.is_active:
            self._release("calibration_aborted", run.text)  # the window or the device did not answer

    def presented(self, revision: int, t_host_ns: int) -> bool:
        """Take the time at which a revision was presented; True where that put a target before the eyes."""
        seen = [each for each in self._drawn if each[0] <= revision]
        self._drawn = [each for each in self._drawn if each[0] > revision]
        if not seen or self._run is None or self._around is None:
            return False
        _, standing, place_norm = seen[-1]
        self._run.presented(standing, t_host_ns)
        if standing == self._seen:
            return False
        self._seen = standing
        luminance = self._around.presentation.luminance()
        scene = Scene(t_host_ns=t_host_ns, targets_norm=(place_norm,), luminance=luminance)
        self._around.link.show_scene(scene)
        return True

    def begin_recording(self, link: Link) -> None:
        """Write what holds for the tracker at the beginning of a recording."""
        self._book.begin_recording(link)

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

    def _new_gaze(self, live: LiveAnalysis) -> Rows:
        rows = live.recent_gaze[max(self._next_row - live.first_recent_row, 0) :]
        self._next_row = live.first_recent_row + len(live.recent_gaze)
        return rows if len(rows) else GAZE.empty(0)

    def _draw(self, run: CalibrationRun, step: Step, presentation: Presentation) -> None:
        self._dot = step.dot
        if not self.is_active:
            return
        if (run.stage in SHOWING) != presentation.state.has_targets:
            presentation.show_targets(is_on=run.stage in SHOWING)
        standing = run.standing_of(step)
        dot = step.dot
        shown = (
            DotState(x_norm=dot.x_norm, y_norm=dot.y_norm, size_share=dot.size_share)
            if dot is not None
            else None
        )
        is_new = standing is not None and not any(each[1] == standing for each in self._drawn)
        is_new = is_new and standing != self._seen
        revision = presentation.show_dot(shown, is_onset=is_new)
        if is_new and standing is not None and dot is not None:
            self._drawn.append((revision, standing, (dot.x_norm, dot.y_norm)))

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
        self._release("calibration_aborted", run.text)

    def _release(self, kind: str, text: str) -> None:
        """Give the reader's screen back, and write how it ended."""
        self._drawn, self._dot, self._seen = [], None, None
        around = self._around
        if around is None:
            return
        around.presentation.show_targets(is_on=False)
        around.link.show_scene(around.presentation.scene(self._clock.now_ns()))
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
    )
