"""Which page of the reader's screens a state is shown on."""

from __future__ import annotations

from typing import Final

from capture_app.gui.reading.registry import FACTORIES
from capture_app.session.reading import Stage
from capture_app.session.reading.names import BREAK
from capture_app.session.states import ReaderState
from capture_app.session.study_desk.states import StudyDeskState, StudyPhase

WAITING: Final = "waiting"
"""The page of one quiet sentence."""


def page_of(reader: ReaderState, state: StudyDeskState | None) -> str:
    """Return the page a state is shown on: a kind of screen, a break, waiting; "" for none."""
    if state is None or state.phase is StudyPhase.OPENED:
        return ""
    if reader.has_targets or state.is_calibrating or state.side_run is not None:
        return ""
    if state.phase is not StudyPhase.RUNNING or state.view is None:
        return WAITING
    if state.view.stage is Stage.BREAK:
        return BREAK
    if state.view.stage is Stage.CASE and state.view.screen is not None:
        return state.view.screen.KIND if state.view.screen.KIND in FACTORIES else ""
    return WAITING
