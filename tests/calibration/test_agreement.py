"""Validations of simulated readers against delivered-minus-true gaze, computed here in a way of its own.

The eye meets its targets and stands still (`steady`), so that what a validation measures is the tracker's
error. A living eye misses targets by some tenths of a degree itself, which no validation can tell apart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest

from calibration import (
    CALIBRATION_13,
    VALIDATION_4,
    GateLimits,
    TargetWindow,
    ValidationProcedure,
    grade_of,
    judge,
    rows_of_windows,
)
from gaze_core.eyes import Eye
from gaze_core.rows import Rows

SCENARIOS = ("ideal", "reference", "typical", "glasses", "difficult")
SIDES = (Eye.LEFT, Eye.RIGHT)
NEAR_A_LIMIT_DEG = 0.1


@dataclass
class Pooled:
    """Figures of all targets and single eyes: rows of offset, RMS-S2S and STD, measured and true."""

    measured: np.ndarray
    true: np.ndarray
    grades: list  # (measured grade, true grade, true mean, true worst)

    def ratios(self) -> np.ndarray:
        """Root mean square of the measured figures over that of the true ones."""
        both = np.isfinite(self.measured).all(axis=1) & np.isfinite(self.true).all(axis=1)
        assert both.mean() > 0.9
        return np.sqrt(np.mean(self.measured[both] ** 2, axis=0) / np.mean(self.true[both] ** 2, axis=0))


def directions_deg(x_norm, y_norm, gaze: Rows, side: str) -> np.ndarray:
    """Azimuth and elevation of points on the screen, from where the tracker saw the eye."""
    across = (x_norm - 0.5) * 528.0 - gaze[f"{side}_origin_x_mm"]
    down = (y_norm - 0.5) * 297.0 - gaze[f"{side}_origin_y_mm"]
    ahead = gaze[f"{side}_origin_z_mm"].astype(np.float64)
    return np.degrees([np.arctan2(across, ahead), np.arctan2(down, np.hypot(across, ahead))])


def true_figures(gaze: Rows, truth: Rows, side: str) -> tuple[float, float, float]:
    """Length of the mean error, its RMS-S2S and its STD, for samples at one target."""
    instants = truth[np.searchsorted(truth["t_device_ns"], gaze["t_device_ns"])]
    real = directions_deg(instants["x_norm"], instants["y_norm"], gaze, side)
    error = directions_deg(gaze[f"{side}_x_norm"], gaze[f"{side}_y_norm"], gaze, side) - real
    error[0] *= np.cos(np.radians(real[1]))
    is_valid = gaze[f"{side}_valid"] != 0
    is_pair = is_valid[1:] & is_valid[:-1]  # a step over a loss is none
    if not is_pair.any():
        return math.nan, math.nan, math.nan
    steps = np.diff(error)[:, is_pair]
    error = error[:, is_valid]
    return (
        math.hypot(*error.mean(axis=1)),
        math.sqrt((steps**2).sum(axis=0).mean()),
        math.sqrt(error.var(axis=1).sum()),
    )


def simulated(lab, count: int, **changes) -> Pooled:
    measured, true, grades = [], [], []
    for seed in range(count):
        room = lab(SCENARIOS[seed % len(SCENARIOS)], seed=seed, **changes)
        procedure = ValidationProcedure(VALIDATION_4, room.geometry, seed=seed, calibrated_on=CALIBRATION_13)
        room.run_validation(procedure)
        gaze, truth = room.rows("gaze"), room.rows("truth")
        ranges = rows_of_windows(gaze["t_host_ns"], procedure.shown, TargetWindow())
        for eye in SIDES:
            own = [target for target in procedure.result.targets if target.eye is eye]
            measured += [(t.accuracy.offset_deg, t.rms_s2s_deg, t.std_deg) for t in own]
            figures = [true_figures(gaze[rows.first : rows.end], truth, eye.value) for rows in ranges]
            true += figures
            offsets = np.array([offset for offset, _, _ in figures])
            mean, worst = float(offsets.mean()), float(offsets.max())
            grades.append(
                (judge(procedure.result, eye).decides.grade, grade_of(mean, worst, GateLimits()), mean, worst)
            )
    return Pooled(measured=np.array(measured), true=np.array(true), grades=grades)


def is_near_a_limit(mean_deg: float, worst_deg: float) -> bool:
    limits = GateLimits()
    steps = (limits.recommended, limits.good, limits.fair)
    return (
        min(
            *(abs(mean_deg - step.mean_deg) for step in steps),
            *(abs(worst_deg - step.worst_deg) for step in steps),
        )
        <= NEAR_A_LIMIT_DEG
    )


def disagreements(pooled: Pooled) -> list:
    return [row for row in pooled.grades if row[0] is not row[1] and not is_near_a_limit(row[2], row[3])]


def test_thirty_validations_give_the_true_figures_and_the_true_gate(lab, steady) -> None:
    pooled = simulated(lab, 30, **steady)
    assert pooled.ratios() == pytest.approx(np.ones(3), abs=0.05)
    assert disagreements(pooled) == []


@pytest.mark.long
def test_two_hundred_validations_give_the_true_figures_and_the_true_gate(lab, steady) -> None:
    pooled = simulated(lab, 200, **steady)
    assert pooled.ratios() == pytest.approx(np.ones(3), abs=0.05)
    assert disagreements(pooled) == []


@pytest.mark.long
def test_the_accuracy_of_two_hundred_living_eyes_is_the_tracker_s(lab) -> None:
    assert simulated(lab, 200).ratios()[0] == pytest.approx(1.0, abs=0.05)
