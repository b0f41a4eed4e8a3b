"""What the drift checks of a session say together, and when to calibrate anew.

The running figure is the length of the mean offset *vector* of the last four checks: offsets in opposite
directions are scatter and cancel, a drift of the calibration does not. Recalibrating begins a new history.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from enum import Enum

import numpy as np

from calibration.drift import DriftResult


class DriftPrompt(str, Enum):
    """Why calibrating anew is advised."""

    RUNNING = "running"  # the mean offset of the last checks
    SINGLE = "single"  # the last check alone
    CASES = "cases"  # so many cases since the calibration


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftLimits:
    """When calibrating anew is advised; the study's own."""

    running_deg: float = 1.0
    single_deg: float = 2.0
    case_count: int = 25  # REFLACX
    checks: int = 4  # in the running figure

    def __post_init__(self) -> None:
        if not (0.0 < self.running_deg < math.inf and 0.0 < self.single_deg < math.inf):
            raise ValueError("The drift limits are not above 0; give degrees.")
        if self.case_count < 1 or self.checks < 1:
            raise ValueError("The drift limits count no cases or checks; give 1 or more.")


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftAdvice:
    """The state after a check, an override or a case."""

    running_offset_deg: tuple[float, float]  # mean vector across and down; NaN without a check
    running_deg: float  # its length; NaN without a check
    single_deg: float  # of the last check; NaN where that was overridden or is missing
    check_count: int  # in the running figure
    cases_since: int  # since the last calibration
    overridden_count: int  # checks passed over since the last calibration
    prompts: tuple[DriftPrompt, ...]  # none: go on


class DriftHistory:
    """The checks since the last calibration. One thread."""

    def __init__(self, limits: DriftLimits | None = None) -> None:
        self._limits = limits if limits is not None else DriftLimits()
        self._offsets: deque[tuple[float, float]] = deque(maxlen=self._limits.checks)
        self._single_deg = math.nan
        self._cases = 0
        self._overridden = 0

    def add(self, result: DriftResult) -> DriftAdvice:
        """Enter a check."""
        self._offsets.append(result.offset_deg)
        self._single_deg = result.counted.accuracy.offset_deg
        return self.advice()

    def overridden(self) -> DriftAdvice:
        """Enter that the operator passed over a check; its figure is missing, not zero."""
        self._overridden += 1
        self._single_deg = math.nan
        return self.advice()

    def case_done(self) -> DriftAdvice:
        """Count a case."""
        self._cases += 1
        return self.advice()

    def calibrated(self) -> None:
        """Begin anew."""
        self._offsets.clear()
        self._single_deg = math.nan
        self._cases = 0
        self._overridden = 0

    def advice(self) -> DriftAdvice:
        """Return the figures now, and whether to calibrate anew."""
        across, down = (
            np.mean(np.array(self._offsets), axis=0).tolist() if self._offsets else (math.nan, math.nan)
        )
        running_deg = math.hypot(across, down)
        reasons = (
            (running_deg > self._limits.running_deg, DriftPrompt.RUNNING),
            (self._single_deg > self._limits.single_deg, DriftPrompt.SINGLE),
            (self._cases >= self._limits.case_count, DriftPrompt.CASES),
        )
        return DriftAdvice(
            running_offset_deg=(across, down),
            running_deg=running_deg,
            single_deg=self._single_deg,
            check_count=len(self._offsets),
            cases_since=self._cases,
            overridden_count=self._overridden,
            prompts=tuple(prompt for is_reached, prompt in reasons if is_reached),
        )
