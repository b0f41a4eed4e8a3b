"""One calibration with its validations, from the first target to the decision; no window, no device."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import numpy as np

from calibration import (
    CALIBRATIONS,
    VALIDATION_4,
    AbortReason,
    CalibrationProcedure,
    CalibrationState,
    DeviceAnswer,
    DotPhase,
    GateResult,
    Pace,
    Step,
    Target,
    TargetWindow,
    ValidationProcedure,
    ValidationState,
    judge,
    rows_of_windows,
)
from capture_app.session.calibration_states import CalibrationStage, TargetSamples, ValidationView
from gaze_core.directions import screen_gaze
from gaze_core.eyes import Eye
from gaze_core.geometry import ViewingGeometry
from gaze_core.rows import Rows

WINDOW: Final = TargetWindow()
"""The part of each validation target that counts: its last 300 ms."""

_SAW_LITTLE: Final = (
    "The tracker saw too little of the eyes at a target. Look at the distance and at glasses."
)
_EYES: Final = (Eye.LEFT, Eye.RIGHT, Eye.AVERAGE)


class CalibrationRun:
    """Leads from calibrating over validating to review, and back when points are repeated.

    Parameters
    ----------
    points
        5, 9 or 13 calibration points; 0: validation only.
    geometry
        The screen, and where the eye is without a measured position.
    eye
        The signal that will be analysed; the gate looks at it.
    seed
        Decides the order of the targets.
    pace
        Times.
    """

    def __init__(
        self, points: int, geometry: ViewingGeometry, eye: Eye, *, seed: int, pace: Pace | None = None
    ) -> None:
        self.points: tuple[Target, ...] = CALIBRATIONS[points] if points else ()
        self._geometry = geometry
        self._eye = Eye.AVERAGE if eye is Eye.STRICT_AVERAGE else eye
        self._seed = seed
        self._pace = pace if pace is not None else Pace()
        self._calibration = CalibrationProcedure(self.points, seed=seed, pace=pace) if self.points else None
        self._validation: ValidationProcedure | None = None
        self._round = 0  # of procedures: a standing of one is none of the next
        self._standings = 0  # of the validation, that were begun
        self._is_accepted = False
        self.stage = CalibrationStage.IDLE
        self.result: ValidationView | None = None
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
            return max(0, self._standings - 1), len(VALIDATION_4)
        return self._calibration.progress if self._calibration is not None else (0, 0)

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
        if self._validation is not None:
            self._validation.abort(reason, now_host_ns, text)
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
            self.result = None  # it judged the calibration before
            if calibration.attempts[-1].is_applied:
                self._validate(now_host_ns)
            else:
                self.stage = CalibrationStage.REVIEW
        elif self.stage is CalibrationStage.CALIBRATING and state is CalibrationState.LEAVING:
            self.stage = CalibrationStage.LEAVING  # the procedure gave up by itself
        elif state in (CalibrationState.DONE, CalibrationState.ABORTED):
            self.give_up_leaving()

    def _validate(self, now_host_ns: int) -> None:
        self._round += 1
        self._standings = 0
        self._validation = ValidationProcedure(
            VALIDATION_4,
            self._geometry,
            seed=self._seed + self._round,
            calibrated_on=self.points,
            pace=self._pace,
            window=WINDOW,
        )
        self._validation.begin(now_host_ns)
        self.stage = CalibrationStage.VALIDATING

    def _tick_validation(self, validation: ValidationProcedure, gaze: Rows, now_host_ns: int) -> Step:
        validation.take(gaze)
        step = validation.tick(now_host_ns)
        if step.dot is not None:
            self._standings = step.dot.showing + 1
        if validation.state is ValidationState.ABORTED:
            reason = validation.reason or AbortReason.TIMED_OUT
            self.abort(reason, now_host_ns, step.text)
        elif validation.state is ValidationState.DONE and validation.result is not None:
            self.validation_count += 1
            gate = judge(validation.result, self._eye)
            self.result = _view(validation, gate, self.validation_count)
            self.stage, self.text = CalibrationStage.REVIEW, ""
        return step


def _nearest(points: tuple[Target, ...], x_norm: float, y_norm: float) -> int:
    """Return the number of the point nearest to a place."""
    return min(points, key=lambda point: math.hypot(point.x_norm - x_norm, point.y_norm - y_norm)).target_id


def _view(validation: ValidationProcedure, gate: GateResult, number: int) -> ValidationView:
    if validation.result is None:
        raise ValueError("A validation that is not complete has no picture.")
    gaze, targets = validation.gaze, validation.shown
    samples = []
    for target, rows in zip(targets, rows_of_windows(gaze["t_host_ns"], targets, WINDOW), strict=True):
        for eye in _EYES:
            x_norm, y_norm = screen_gaze(gaze[rows.first : rows.end], eye)
            is_valid = np.isfinite(x_norm) & np.isfinite(y_norm)
            x_norm, y_norm = x_norm[is_valid], y_norm[is_valid]
            samples.append(
                TargetSamples(
                    target_id=int(target["target_id"]),
                    eye=eye,
                    x_norm=tuple(map(float, x_norm)),
                    y_norm=tuple(map(float, y_norm)),
                    mean_norm=(float(x_norm.mean()), float(y_norm.mean())) if len(x_norm) else None,
                )
            )
    return ValidationView(
        number=number,
        t_ended_host_ns=int(targets["t_off_host_ns"].max()),
        result=validation.result,
        gate=gate,
        samples=tuple(samples),
        targets=targets,
    )
