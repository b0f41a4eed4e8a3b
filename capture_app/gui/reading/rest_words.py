"""What the reader is told while no screen of a case is there: one quiet sentence."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import QCoreApplication

from capture_app.session.reading import Stage
from capture_app.session.study_desk.states import StudyDeskState, StudyPhase

_CONTEXT: Final = "RestWords"


def rest_words(state: StudyDeskState) -> str:
    """Return the sentence for a phase or stage that shows no screen of its own; "" where there is nothing."""
    phases = {
        StudyPhase.STARTING: _tr("The session is about to begin."),
        StudyPhase.ENDING: _tr("The session is being saved. You can lean back."),
        StudyPhase.ENDED: _tr("The session is over. Thank you."),
        StudyPhase.FAILED: _tr("The recording has stopped. The operator is looking after it."),
    }
    if state.phase in phases:
        return phases[state.phase]
    if state.view is None:
        return ""
    stages = {
        Stage.RESUME_CHOICE: _tr("Please wait. The operator is preparing to go on with your last case."),
        Stage.PRACTICE_DECISION: _tr("Practice is done. Please wait for the operator."),
        Stage.BREAK_DUE: _tr("A break comes next."),
        Stage.CALIBRATION: _tr("Your eyes are measured next. Sit comfortably; the operator begins."),
        Stage.DRIFT_CHECK: _tr("Look at the dot when it appears."),
        Stage.READY: _tr("The next case is being prepared."),
        Stage.CASE: _tr("The next case is being prepared."),
        Stage.PAUSED: _tr("Paused. Please wait a moment."),
    }
    if state.view.stage is Stage.FINISHED:
        return f"{state.view.summary} {_tr('Thank you. The operator ends the session.')}".strip()
    return stages.get(state.view.stage, "")


def minutes_and_seconds(seconds: float) -> str:
    """Return a time that runs down as "3:05", begun seconds counting in full."""
    whole = max(math.ceil(seconds), 0)
    return f"{whole // 60}:{whole % 60:02d}"


def _tr(text: str) -> str:
    return QCoreApplication.translate(_CONTEXT, text)
