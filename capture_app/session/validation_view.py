"""The picture of a complete validation: samples at each target, their means, and the judgement."""

from __future__ import annotations

from typing import Final

import numpy as np

from calibration import GateResult, TargetWindow, ValidationProcedure, rows_of_windows
from capture_app.session.calibration_states import TargetSamples, ValidationView
from gaze_core.directions import screen_gaze
from gaze_core.eyes import Eye

_EYES: Final = (Eye.LEFT, Eye.RIGHT, Eye.AVERAGE)


def view_of(
    validation: ValidationProcedure, gate: GateResult, number: int, window: TargetWindow
) -> ValidationView:
    """Return what is shown of a validation that is complete.

    Raises
    ------
    ValueError
        If it is not.
    """
    if validation.result is None:
        raise ValueError("A validation that is not complete has no picture.")
    gaze, targets = validation.gaze, validation.shown
    samples = []
    for target, rows in zip(targets, rows_of_windows(gaze["t_host_ns"], targets, window), strict=True):
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
