"""The quality of a case in lights and words for its reader: a pure function of its grade and the gates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication

from capture_app.gui import words
from capture_app.session.reading import CaseGrade, Light
from capture_app.session.study.quality_keys import Gates

_CONTEXT: Final = "CaseLights"


@dataclass(frozen=True, slots=True, kw_only=True)
class LightRow:
    """One measured thing with its light."""

    name: str
    value: str
    level: str  # good, attention, bad; "" where it is not known
    word: str


def light_rows(grade: CaseGrade, gates: Gates) -> tuple[LightRow, ...]:
    """Return loss, longest gap and drift with the lights that the study's limits give them."""
    loss = _level(grade.loss_percent, gates.loss_yellow_percent, gates.loss_red_percent)
    gap = _level(grade.longest_gap_s, gates.gap_yellow_s, gates.gap_red_s)
    drift = ""
    if math.isfinite(grade.drift_deg):
        drift = "attention" if grade.drift_deg > gates.drift_mean_deg else "good"
    return (
        _row(_tr("Missing gaze"), words.number(grade.loss_percent, 0, "%"), loss),
        _row(_tr("Longest gap"), words.number(grade.longest_gap_s, 1, "s"), gap),
        _row(_tr("Drift"), words.number(grade.drift_deg, 1, "deg"), drift),
    )


def verdict_words(grade: CaseGrade) -> tuple[str, str]:
    """Return the level of the whole case and a sentence about it."""
    return {
        Light.GREEN: ("good", _tr("Your gaze was measured well.")),
        Light.AMBER: ("attention", _tr("Your gaze was measured well enough.") + f" {grade.reason}"),
        Light.RED: (
            "bad",
            f"{grade.reason} " + _tr("Another case will take the place of this one; that happens."),
        ),
    }[grade.light]


def _row(name: str, value: str, level: str) -> LightRow:
    word = {"good": _tr("good"), "attention": _tr("noticeable"), "bad": _tr("too much")}
    return LightRow(name=name, value=value, level=level, word=word.get(level, _tr("not measured")))


def _level(value: float, warns: float, fails: float) -> str:
    if not math.isfinite(value):
        return ""
    if value >= fails:
        return "bad"
    return "attention" if value >= warns else "good"


def _tr(text: str) -> str:
    return QCoreApplication.translate(_CONTEXT, text)
