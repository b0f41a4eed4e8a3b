"""The console's panels in the operator's window, and which of the window's actions are possible then."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from capture_app.gui.study_console.act_panel import ACTION_OF, ActPanel
from capture_app.gui.study_console.next_strip import NextStrip
from capture_app.gui.study_console.study_cases import StudyCases
from capture_app.gui.study_console.study_panel import StudyPanel
from capture_app.gui.tokens import Colours
from capture_app.session.states import LiveState
from capture_app.session.study_desk.console_acts import ConsoleAct, main_act, refusals
from capture_app.session.study_desk.states import StudyDeskState, StudyPhase

CONSOLE_PHASES: Final = (StudyPhase.STARTING, StudyPhase.RUNNING, StudyPhase.ENDING)
"""Phases in which the operator's window is the console of a study."""

ACT_OF_ACTION: Final = {name: act for act, name in ACTION_OF.items()}
STUDY_ACTIONS: Final = frozenset(
    {name for name in ACTION_OF.values() if name.startswith("study_")}
    | {"study_main", "study_message", "study_note", "study_accuracy"}
)
_NOT_DURING_A_STUDY: Final = frozenset(
    {"start", "stop", "next_case", "previous_case", "open_folder", "open_list", "start_page"}
)


def study_of(state: LiveState) -> StudyDeskState | None:
    """Return the study whose console is to be shown; None where the window stays as it is without one."""
    study = state.study
    return study if study is not None and study.phase in CONSOLE_PHASES else None


def possible_in_study(study: StudyDeskState, possible: frozenset[str]) -> frozenset[str]:
    """Return the possible actions of the window while a study is read.

    Parameters
    ----------
    study
        The study.
    possible
        Actions that would be possible without one.
    """
    refused = refusals(study)
    acts = {name for act, name in ACTION_OF.items() if not refused[act]}
    others = {"study_accuracy"}
    if main_act(study) is not None:
        others.add("study_main")
    if not refused[ConsoleAct.TELL]:
        others |= {"study_message", "study_note"}
    return (possible - _NOT_DURING_A_STUDY - frozenset(ACT_OF_ACTION)) | acts | others


class ConsoleParts(QObject):
    """Makes the panels and renders them at the pace a person reads."""

    act_requested = Signal(object)  # ConsoleAct
    main_requested = Signal()
    message_sent = Signal(str)
    note_made = Signal(str)
    accuracy_requested = Signal()

    def __init__(self, colours: Colours, parent: QWidget) -> None:
        super().__init__(parent)
        self.cases = StudyCases(colours, parent)
        self.study = StudyPanel(colours, parent)
        self.acts = ActPanel(parent)
        self.strip = NextStrip(parent)
        self.strip.hide()
        self._key: tuple[object, ...] = ()
        self.acts.act_requested.connect(self.act_requested)
        self.acts.message_sent.connect(self.message_sent)
        self.acts.note_made.connect(self.note_made)
        self.strip.main_requested.connect(self.main_requested)
        self.acts.accuracy_requested.connect(self.accuracy_requested)

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self.cases.set_colours(colours)
        self.study.set_colours(colours)
        self._key = ()

    def render_study(self, state: StudyDeskState, *, is_due: bool) -> None:
        """Show a state: at once where the reading went on, else when the panels are due.

        Parameters
        ----------
        state
            The study.
        is_due
            Enough time went by for figures that change all the time.
        """
        key = (
            state.view_version,
            state.cases_version,
            state.phase,
            state.is_calibrating,
            state.side_run is None,
            state.message,
        )
        if key == self._key and not is_due:
            return
        self._key = key
        self.cases.render_study(state)
        self.study.render_study(state)
        self.acts.render_study(state)
        self.strip.render_study(state)

    def focus_message(self) -> None:
        """Put the cursor into the line of the message."""
        self.acts.message.setFocus()

    def focus_note(self) -> None:
        """Put the cursor into the line of the note."""
        self.acts.note.setFocus()

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what the console's own actions of the table do."""
        acts = {
            name: partial(self.act_requested.emit, ACT_OF_ACTION[name])
            for name in STUDY_ACTIONS & frozenset(ACT_OF_ACTION)
        }
        return {
            **acts,
            "study_main": self.main_requested.emit,
            "study_message": self.focus_message,
            "study_note": self.focus_note,
            "study_accuracy": self.accuracy_requested.emit,
        }
