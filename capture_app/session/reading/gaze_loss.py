"""The gate of a case: loss by class and the longest gap while the image was visible, and the grade of both.

The study says which classes count; all are reported. Visible time for which no sample came is a stalled
stream, so a tracker that died measures nothing and is never green.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from capture_app.session.study.quality_keys import Gates
from capture_app.session.study.quality_keys import LossClass as StudyLossClass
from gaze_core.quality import LossClass, LossInterval, LossTracker
from gaze_core.rows import Rows

CLASS_OF: Final = {
    StudyLossClass.BLINK: LossClass.BLINK_LIKE,
    StudyLossClass.ONE_EYE: LossClass.ONE_EYE,
    StudyLossClass.BOTH_EYES: LossClass.BOTH_EYES,
    StudyLossClass.OFF_SCREEN: LossClass.OFF_SCREEN,
    StudyLossClass.STALLED: LossClass.STALLED,
}
ARRIVAL_NS: Final = 100_000_000
"""Samples of the last moments may still be on their way when an image is left."""

UNSEEN_SHARE: Final = 0.99
"""From here on nobody was measured, even where the study counts blinks alone."""


class Light(str, Enum):
    """The quality light at the end of a case."""

    GREEN = "green"
    AMBER = "amber"  # counts, with a warning
    RED = "red"  # does not count


@dataclass(frozen=True, slots=True, kw_only=True)
class GazeLoss:
    """Loss over one or more stretches in which an image was visible."""

    visible_ns: int = 0
    lost_ns: dict[LossClass, int] = field(default_factory=dict)
    longest_gap_ns: int = 0  # of the classes that count, neighbours joined

    def plus(self, other: GazeLoss) -> GazeLoss:
        """Return both together; a gap never reaches across stretches."""
        return GazeLoss(
            visible_ns=self.visible_ns + other.visible_ns,
            lost_ns={each: self.lost_ns.get(each, 0) + other.lost_ns.get(each, 0) for each in LossClass},
            longest_gap_ns=max(self.longest_gap_ns, other.longest_gap_ns),
        )

    def share_percent(self, classes: tuple[StudyLossClass, ...]) -> float:
        """Return the loss of some classes in per cent of the visible time; NaN where nothing was visible."""
        if self.visible_ns <= 0:
            return math.nan
        lost_ns = sum(self.lost_ns.get(CLASS_OF[each], 0) for each in set(classes))
        return 100.0 * lost_ns / self.visible_ns

    @property
    def unseen_share(self) -> float:
        """Share of the visible time in which no eye was seen, whichever classes count; NaN before any."""
        if self.visible_ns <= 0:
            return math.nan
        classes = (LossClass.BLINK_LIKE, LossClass.BOTH_EYES, LossClass.STALLED)
        return sum(self.lost_ns.get(each, 0) for each in classes) / self.visible_ns

    def figures(self) -> dict[str, Any]:
        """Return it for the JSON of a JUDGEMENT row; times in ns."""
        lost_ns = {each.value: count for each, count in self.lost_ns.items() if count}
        return {"visible_ns": self.visible_ns, "lost_ns": lost_ns, "longest_gap_ns": self.longest_gap_ns}

    @classmethod
    def from_figures(cls, figures: dict[str, Any]) -> GazeLoss:
        """Return what `figures` was made of."""
        return cls(
            visible_ns=int(figures["visible_ns"]),
            lost_ns={LossClass(name): int(count) for name, count in figures["lost_ns"].items()},
            longest_gap_ns=int(figures["longest_gap_ns"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseGrade:
    """What the gate says about a case."""

    light: Light
    reason: str  # a sentence
    loss_percent: float  # of the classes that count; NaN: nothing was visible
    longest_gap_s: float
    drift_deg: float  # running figure of the drift checks; NaN: none

    @property
    def does_count(self) -> bool:
        """Whether the case counts toward the quota."""
        return self.light is not Light.RED


class LossMeter:
    """Follows the gaze and measures stretches of it. One thread.

    Parameters
    ----------
    interval_ns
        Sample interval of the tracker's setting.
    gates
        The study's limits.
    """

    def __init__(self, interval_ns: float, gates: Gates) -> None:
        self._tracker = LossTracker(interval_ns)
        self._counted = frozenset(CLASS_OF[each] for each in gates.loss_counted)
        self._intervals: list[LossInterval] = []
        self._first_ns: int | None = None

    def take(self, gaze_rows: Rows, t_ns: npt.NDArray[np.int64]) -> None:
        """Take GAZE rows with their times on the host clock, shape (n,), in order."""
        if len(gaze_rows) and self._first_ns is None:
            self._first_ns = int(t_ns[0])
        self._intervals += self._tracker.push(gaze_rows, t_ns)

    def forget_before(self, t_ns: int) -> None:
        """Drop what ended before; no stretch will reach back further."""
        self._intervals = [each for each in self._intervals if each.t_end_ns > t_ns]

    def measure(self, first_ns: int, end_ns: int) -> GazeLoss:
        """Return the loss of a stretch in which an image was visible."""
        pieces: list[tuple[int, int, LossClass]] = []
        for each in [*self._intervals, *self._tracker.open_intervals(), *self._silence(first_ns, end_ns)]:
            begin, end = max(first_ns, each.t_first_ns), min(end_ns, each.t_end_ns)
            if end > begin:
                pieces.append((begin, end, each.loss_class))
        lost_ns = dict.fromkeys(LossClass, 0)
        for begin, end, loss_class in pieces:
            lost_ns[loss_class] += end - begin
        counted = sorted((begin, end) for begin, end, loss_class in pieces if loss_class in self._counted)
        return GazeLoss(
            visible_ns=max(0, end_ns - first_ns), lost_ns=lost_ns, longest_gap_ns=_longest_joined(counted)
        )

    def _silence(self, first_ns: int, end_ns: int) -> list[LossInterval]:
        """Time before the first and after the last sample."""
        covered_ns = self._tracker.covered_until_ns
        if covered_ns is None or self._first_ns is None:
            return [LossInterval(loss_class=LossClass.STALLED, t_first_ns=first_ns, t_end_ns=end_ns)]
        silent = [LossInterval(loss_class=LossClass.STALLED, t_first_ns=first_ns, t_end_ns=self._first_ns)]
        if end_ns - covered_ns > ARRIVAL_NS:
            silent.append(LossInterval(loss_class=LossClass.STALLED, t_first_ns=covered_ns, t_end_ns=end_ns))
        return silent


def grade_case(loss: GazeLoss, drift_deg: float, gates: Gates) -> CaseGrade:
    """Return the grade of a case by the study's gates; drift warns, loss and gaps decide."""
    percent, gap_s = loss.share_percent(gates.loss_counted), loss.longest_gap_ns * 1e-9
    share = f"{percent:.0f} % of the gaze is missing"
    gap = f"Gaze was missing for {gap_s:.1f} s at a stretch"
    if loss.unseen_share >= UNSEEN_SHARE or not loss.visible_ns:
        light, reason = Light.RED, "No gaze was recorded while the image was shown."
    elif percent >= gates.loss_red_percent:
        light, reason = Light.RED, f"{share}; {gates.loss_red_percent:g} % is too much."
    elif gap_s >= gates.gap_red_s:
        light, reason = Light.RED, f"{gap}; {gates.gap_red_s:g} s is too long."
    elif percent >= gates.loss_yellow_percent:
        light, reason = Light.AMBER, f"{share}."
    elif gap_s >= gates.gap_yellow_s:
        light, reason = Light.AMBER, f"{gap}."
    elif drift_deg > gates.drift_mean_deg:
        light = Light.AMBER
        reason = f"Gaze has drifted by {drift_deg:.1f} deg; calibrate before the next case."
    else:
        light, reason = Light.GREEN, f"{share}."
    return CaseGrade(
        light=light, reason=reason, loss_percent=percent, longest_gap_s=gap_s, drift_deg=drift_deg
    )


def figures_json(figures: dict[str, Any]) -> str:
    """Return the JSON of the figures of a JUDGEMENT row; numbers that are missing become null."""
    clean = {
        name: None if isinstance(value, float) and math.isnan(value) else value
        for name, value in figures.items()
    }
    return json.dumps(clean, separators=(",", ":"), sort_keys=True)


def _longest_joined(stretches: list[tuple[int, int]]) -> int:
    """Length of the longest run of stretches that touch or overlap; sorted by their beginning."""
    longest = 0
    joined: tuple[int, int] | None = None
    for begin, end in stretches:
        joined = (begin, end) if joined is None or begin > joined[1] else (joined[0], max(joined[1], end))
        longest = max(longest, joined[1] - joined[0])
    return longest
