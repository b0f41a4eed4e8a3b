"""The state of the calibration's desk as its page renders it."""

from __future__ import annotations

from dataclasses import replace

from calibration import Dot
from capture_app.acquisition.messages import TrackerOpened
from capture_app.session.calibration_plan import DeskPlan
from capture_app.session.calibration_run import CalibrationRun
from capture_app.session.calibration_states import SHOWING, CalibrationDeskState, CalibrationStage


def idle_state(tracker: TrackerOpened | None, plan: DeskPlan | None, blocked: str) -> CalibrationDeskState:
    """Return what is shown while none runs; `blocked` says why none can be begun."""
    can_calibrate = tracker is not None and tracker.calibrates
    planned = -1
    if plan is not None:
        planned = plan.points if can_calibrate else 0
    return CalibrationDeskState(
        blocked=blocked,
        can_calibrate=can_calibrate,
        tracker=str(tracker.info.get("model", "")) if tracker is not None else "",
        planned_points=planned,
        validation=(plan if plan is not None else DeskPlan.default()).validation,
    )


def running_state(idle: CalibrationDeskState, run: CalibrationRun, dot: Dot | None) -> CalibrationDeskState:
    """Return what is shown of one that runs or is over; `dot` was drawn last."""
    done, count = run.progress
    is_shown = run.stage in SHOWING and dot is not None
    return replace(
        idle,
        stage=run.stage,
        done_count=done,
        target_count=count,
        current_norm=(dot.x_norm, dot.y_norm) if is_shown and dot is not None else None,
        points=run.points,
        missed=run.missed,
        suggested=run.suggested if run.stage is CalibrationStage.REVIEW else (),
        result=run.result,
        text=run.text,
        validation=run.plan.validation,
        attempts=run.attempts,
        correction=run.correction,
    )


def advice_of(run: CalibrationRun, refused_count: int) -> str:
    """Return what the operator should decide after so many refused validations, "" where they may go on."""
    most = run.plan.attempts_maximum
    is_refused = run.result is not None and not run.result.gate.is_accepted
    if not most or refused_count < most or not is_refused:
        return ""
    return (
        f"{refused_count} validations lie beyond the limits, and the study asks for a decision after {most}. "
        "Seat the reader anew and start over, accept with a reason, or stop and leave this reader out."
    )
