"""One calibration with its validations, from the first target to the decision; no window, no device."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from calibration import (
    CALIBRATION_9,
    CALIBRATIONS,
    AbortReason,
    CalibrationProcedure,
    CalibrationState,
    CorrectionError,
    DeviceAnswer,
    DotPhase,
    Step,
    Target,
    ValidationProcedure,
    ValidationState,
    judge,
)
from capture_app.session.calibration_attempts import AttemptBook
from capture_app.session.calibration_plan import WINDOW, DeskPlan
from capture_app.session.calibration_states import (
    AttemptView,
    CalibrationStage,
    CorrectionView,
    ValidationView,
)
from capture_app.session.gaze_correction import correction_view
from capture_app.session.validation_view import view_of
from gaze_core.eyes import Eye
from gaze_core.geometry import ViewingGeometry
from gaze_core.rows import Rows

__all__ = ["WINDOW", "CalibrationRun"]

_SAW_LITTLE: Final = (
    "The tracker saw too little of the eyes at a target. Look at the distance and at glasses."
)
_GIVEN_BACK: Final = "The tracker takes the calibration of attempt {0} back."
_FIT_TARGETS: Final = CALIBRATION_9
"""Where a correction is fitted: a tracker that came calibrated has no targets of its own here."""


class CalibrationRun:
    """Leads from calibrating over validating to review, and back when points are repeated.

    Parameters
    ----------
    plan
        Points of the calibration (0: validation only), targets, times and limits.
    geometry
        The screen, and where the eye is without a measured position.
    eye
        The signal that will be analysed; the gate looks at it.
    seed
        Decides the order of the targets.
    """

    def __init__(self, plan: DeskPlan, geometry: ViewingGeometry, eye: Eye, *, seed: int) -> None:
        self.plan = plan
        self.points: tuple[Target, ...] = CALIBRATIONS[plan.points] if plan.points else ()
        self._geometry = geometry
        self.eye = Eye.AVERAGE if eye is Eye.STRICT_AVERAGE else eye
        self._seed = seed
        self._calibration = (
            CalibrationProcedure(self.points, seed=seed, pace=plan.pace) if self.points else None
        )
        self._validation: ValidationProcedure | None = None
        self._fitting: ValidationProcedure | None = None  # collects what a correction is fitted on
        self._round = 0  # of procedures: a standing of one is none of the next
        self._standings = 0  # of the validation, that were begun
        self._wanted: int | None = None  # attempt that was given back to the tracker, from 0
        self._attempts = AttemptBook()
        self._is_accepted = False
        self.stage = CalibrationStage.IDLE
        self.result: ValidationView | None = None
        self.correction: CorrectionView | None = None
        self.validation_count = 0
        self.text = ""
        self._step_text = ""  # of the calibration, as it was told last

    @property
    def is_calibrated(self) -> bool:
        """Whether the tracker uses a calibration of this run."""
        return self._calibration is not None and self._calibration.applied is not None

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do."""
        return self.stage in (CalibrationStage.ACCEPTED, CalibrationStage.ABORTED)

    @property
    def missed(self) -> tuple[int, ...]:
        """Calibration points that the tracker did not accept at the last computation."""
        attempts = self._calibration.attempts if self._calibration is not None else ()
        return attempts[-1].missed if attempts else ()

    @property
    def suggested(self) -> tuple[int, ...]:
        """Calibration points worth repeating: those missed, and those next to offsets beyond the limits."""
        near = set(self.missed)
        for x_norm, y_norm in self.result.gate.redo_targets if self.result is not None else ():
            near |= {_nearest(self.points, x_norm, y_norm)} if self.points else set()
        return tuple(sorted(near))

    @property
    def progress(self) -> tuple[int, int]:
        """Targets that are over in this stage, and how many there are."""
        if self.stage is CalibrationStage.VALIDATING:
            return max(0, self._standings - 1), len(self.plan.validation)
        if self.stage is CalibrationStage.CORRECTING:
            return max(0, self._standings - 1), len(_FIT_TARGETS)
        return self._calibration.progress if self._calibration is not None else (0, 0)

    @property
    def attempts(self) -> tuple[AttemptView, ...]:
        """What the tracker computed so far; none where only validated."""
        return self._attempts.views(self._calibration)

    @property
    def can_correct(self) -> bool:
        """Whether a correction may be fitted now: the tracker came calibrated, and a validation is there."""
        is_reviewed = self.stage is CalibrationStage.REVIEW and self.result is not None
        return is_reviewed and self._calibration is None

    def begin(self, now_host_ns: int) -> None:
        """Show the first target."""
        if self._calibration is None:
            self._validate(now_host_ns)
            return
        self.stage = CalibrationStage.CALIBRATING
        self._calibration.begin(now_host_ns)

    def redo(self, target_ids: tuple[int, ...], now_host_ns: int) -> None:
        """Collect single calibration points anew, compute, and validate in full."""
        if self._calibration is not None:
            self._calibration.redo(target_ids, now_host_ns)
            self._round += 1
            self.stage, self.text = CalibrationStage.CALIBRATING, ""

    def choose(self, number: int, now_host_ns: int) -> None:
        """Let the tracker use an earlier attempt again, `number` from 1, and validate in full."""
        if self._calibration is not None:
            self._calibration.choose(number - 1, now_host_ns)
            self._wanted = number - 1
            self.stage, self.text = CalibrationStage.CALIBRATING, _GIVEN_BACK.format(number)

    def fit_correction(self, now_host_ns: int) -> None:
        """Show the targets of a correction, then fit it and judge it on the validation there is."""
        self._round += 1
        self._standings = 0
        self._fitting = ValidationProcedure(
            _FIT_TARGETS,
            self._geometry,
            seed=self._seed + self._round,
            calibrated_on=self.plan.validation,
            pace=self.plan.pace,
            window=self.plan.window,
            procedure="correction",
        )
        self._fitting.begin(now_host_ns)
        self.stage, self.text = CalibrationStage.CORRECTING, ""

    def start_over(self, now_host_ns: int) -> None:
        """Collect all points anew; without a calibration, validate anew."""
        if self._calibration is None:
            self._validate(now_host_ns)
        else:
            self.redo(tuple(point.target_id for point in self.points), now_host_ns)

    def accept(self, now_host_ns: int) -> None:
        """Keep what there is."""
        self._is_accepted = True
        self.text = ""
        if self._calibration is None:
            self.stage = CalibrationStage.ACCEPTED
        else:
            self._calibration.finish(now_host_ns)
            self.stage = CalibrationStage.LEAVING

    def abort(self, reason: AbortReason, now_host_ns: int, text: str) -> None:
        """Stop at once, at any moment."""
        if self.is_over or self.stage is CalibrationStage.LEAVING:
            return
        self.text = text
        for shown in (self._validation, self._fitting):
            if shown is not None:
                shown.abort(reason, now_host_ns, text)
        if self._calibration is None or reason is AbortReason.TRACKER_LOST:
            self.stage = CalibrationStage.ABORTED  # a tracker that is gone leaves nothing
        else:
            self._calibration.abort(reason, now_host_ns, text)
            self.stage = CalibrationStage.LEAVING

    def give_up_leaving(self) -> None:
        """The tracker is gone, and so is its calibration mode."""
        self.stage = CalibrationStage.ACCEPTED if self._is_accepted else CalibrationStage.ABORTED

    def presented(self, standing: tuple[int, int], t_host_ns: int) -> None:
        """Note when a dot was first presented standing, `standing` as in `standing_of`."""
        number, showing = standing
        if number != self._round:
            return
        if self.stage is CalibrationStage.VALIDATING and self._validation is not None:
            self._validation.presented(showing, t_host_ns)
        elif self.stage is CalibrationStage.CORRECTING and self._fitting is not None:
            self._fitting.presented(showing, t_host_ns)
        elif self.stage is CalibrationStage.CALIBRATING and self._calibration is not None:
            self._calibration.presented(showing, t_host_ns)

    def standing_of(self, step: Step) -> tuple[int, int] | None:
        """Return what names the standing of a step's dot; None while there is none."""
        if step.dot is None or step.dot.phase is not DotPhase.STANDING:
            return None
        return self._round, step.dot.showing

    def answered(self, answer: DeviceAnswer, now_host_ns: int) -> None:
        """Take an answer of the device."""
        if answer.name == "collect" and not answer.is_ok:
            answer = replace(answer, text=_SAW_LITTLE)  # whose own words name numbers nobody can look for
        if self._calibration is not None:
            self._calibration.answered(answer, now_host_ns)

    def tick(self, gaze: Rows, now_host_ns: int) -> Step:
        """Take the GAZE rows that came since the last tick and return what is to be done now."""
        if self.stage is CalibrationStage.VALIDATING and self._validation is not None:
            return self._tick_validation(self._validation, gaze, now_host_ns)
        if self.stage is CalibrationStage.CORRECTING and self._fitting is not None:
            return self._tick_fitting(self._fitting, gaze, now_host_ns)
        if self._calibration is None:
            return Step()
        step = self._calibration.tick(now_host_ns)
        if step.text != self._step_text:
            self.text = self._step_text = step.text
        self._follow(self._calibration, now_host_ns)
        return step

    def _follow(self, calibration: CalibrationProcedure, now_host_ns: int) -> None:
        state = calibration.state
        if self.stage is CalibrationStage.CALIBRATING and state is CalibrationState.REVIEW:
            self._computed(calibration, now_host_ns)
        elif self.stage is CalibrationStage.CALIBRATING and state is CalibrationState.LEAVING:
            self.stage = CalibrationStage.LEAVING  # the procedure gave up by itself
        elif state in (CalibrationState.DONE, CalibrationState.ABORTED):
            self.give_up_leaving()

    def _computed(self, calibration: CalibrationProcedure, now_host_ns: int) -> None:
        """The tracker has computed, or has taken an earlier calibration back, or has not."""
        wanted, self._wanted = self._wanted, None
        in_use = calibration.applied
        if wanted is not None and (in_use is None or in_use.number != wanted):
            self.stage = CalibrationStage.REVIEW  # the one before is still in use, and so is its validation
            return
        self.result = None  # it judged the calibration before
        if wanted is not None or calibration.attempts[-1].is_applied:
            self._validate(now_host_ns)
        else:
            self.stage = CalibrationStage.REVIEW

    def _validate(self, now_host_ns: int) -> None:
        self._round += 1
        self._standings = 0
        self.correction = None  # it was judged by the validation before
        self._validation = ValidationProcedure(
            self.plan.validation,
            self._geometry,
            seed=self._seed + self._round,
            calibrated_on=self.points,
            pace=self.plan.pace,
            window=self.plan.window,
        )
        self._validation.begin(now_host_ns)
        self.stage = CalibrationStage.VALIDATING

    def _tick_validation(self, validation: ValidationProcedure, gaze: Rows, now_host_ns: int) -> Step:
        step = self._tick_shown(validation, gaze, now_host_ns)
        if validation.state is ValidationState.DONE and validation.result is not None:
            self.validation_count += 1
            gate = judge(validation.result, self.eye, self.plan.limits)
            self.result = view_of(validation, gate, self.validation_count, self.plan.window)
            self._attempts.judged(self._calibration, self.result)
            self.stage, self.text = CalibrationStage.REVIEW, ""
        return step

    def _tick_fitting(self, fitting: ValidationProcedure, gaze: Rows, now_host_ns: int) -> Step:
        step = self._tick_shown(fitting, gaze, now_host_ns)
        if fitting.state is ValidationState.DONE and self._validation is not None:
            self.stage, self.text = CalibrationStage.REVIEW, ""
            try:
                self.correction = correction_view(
                    fitting, self._validation, self._geometry, self.plan.window, self.eye
                )
            except CorrectionError as err:
                self.correction, self.text = None, str(err)
        return step

    def _tick_shown(self, shown: ValidationProcedure, gaze: Rows, now_host_ns: int) -> Step:
        shown.take(gaze)
        step = shown.tick(now_host_ns)
        if step.dot is not None:
            self._standings = step.dot.showing + 1
        if shown.state is ValidationState.ABORTED:
            self.abort(shown.reason or AbortReason.TIMED_OUT, now_host_ns, step.text)
        return step


def _nearest(points: tuple[Target, ...], x_norm: float, y_norm: float) -> int:
    """Return the number of the point nearest to a place."""
    return min(points, key=lambda point: math.hypot(point.x_norm - x_norm, point.y_norm - y_norm)).target_id
