"""The one table of everything a person can do in the operator's window, with its shortcut and its words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from capture_app.session.states import RecordingState

CONTEXT: Final = "actions"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionInfo:
    """One thing to do."""

    name: str
    group: str  # heading in the overlay of shortcuts
    title: str  # as in a menu
    tip: str  # a sentence
    shortcut: str = ""  # portable text of a key sequence
    is_checkable: bool = False

    def title_text(self) -> str:
        """Return the title in the person's language."""
        return QCoreApplication.translate(CONTEXT, self.title)

    def tip_text(self) -> str:
        """Return the tooltip in the person's language, with the key."""
        text = QCoreApplication.translate(CONTEXT, self.tip)
        return f"{text}  ({self.shortcut_text()})" if self.shortcut else text

    def shortcut_text(self) -> str:
        """Return the key as this system writes it."""
        return QKeySequence(self.shortcut).toString(QKeySequence.SequenceFormat.NativeText)


def _tr(text: str) -> str:
    return str(QT_TRANSLATE_NOOP("actions", text))


_RECORDING = _tr("Recording")
_FILES = _tr("Files")
_STUDY = _tr("Session with a study")
_VIEW = _tr("Live view")
_PROGRAM = _tr("Program")


def _a(name: str, group: str, title: str, shortcut: str, tip: str, *, checkable: bool = False) -> ActionInfo:
    return ActionInfo(name=name, group=group, title=title, shortcut=shortcut, tip=tip, is_checkable=checkable)


ACTIONS: Final[tuple[ActionInfo, ...]] = (
    _a("start", _RECORDING, _tr("Start recording…"), "Ctrl+R", _tr("Begin a recording of these cases")),
    _a("stop", _RECORDING, _tr("Stop"), "Ctrl+Shift+R", _tr("End the recording and close its file")),
    _a("pause", _RECORDING, _tr("Pause"), "Ctrl+P", _tr("Interrupt the reading; samples are still recorded")),
    _a("resume", _RECORDING, _tr("Resume"), "Ctrl+Shift+P", _tr("Go on with the case that was interrupted")),
    _a("mark", _RECORDING, _tr("Mark"), "M", _tr("Write a mark into the recording at this moment")),
    _a("next_case", _RECORDING, _tr("Next case"), "PgDown", _tr("Finish this case and show the next")),
    _a(
        "previous_case", _RECORDING, _tr("Previous case"), "PgUp", _tr("Show the case before, as a new trial")
    ),
    _a(
        "connect",
        _RECORDING,
        _tr("Connect tracker"),
        "Ctrl+T",
        _tr("Connect the tracker chosen in the settings"),
    ),
    _a(
        "calibrate",
        _RECORDING,
        _tr("Calibrate…"),
        "Ctrl+K",
        _tr("Calibrate the tracker and validate it, or only validate"),
    ),
    _a("study_main", _STUDY, _tr("Do what comes next"), "Ctrl+Return", _tr("Do what the session waits for")),
    _a("study_skip", _STUDY, _tr("Skip case…"), "Ctrl+J", _tr("Leave out this case with a reason")),
    _a("study_drift", _STUDY, _tr("Drift check"), "Ctrl+D", _tr("Check the drift now, between two cases")),
    _a(
        "study_baseline",
        _STUDY,
        _tr("Pupil baseline"),
        "Ctrl+B",
        _tr("Measure the pupil's baseline now, between two cases"),
    ),
    _a(
        "study_break",
        _STUDY,
        _tr("Break"),
        "Ctrl+Shift+B",
        _tr("Close the block with a short validation, then begin a break"),
    ),
    _a("study_message", _STUDY, _tr("Message to the reader"), "Ctrl+E", _tr("Go to the line of the message")),
    _a("study_note", _STUDY, _tr("Note"), "Ctrl+N", _tr("Go to the line of the note")),
    _a("study_accuracy", _STUDY, _tr("Accuracy map…"), "Ctrl+M", _tr("Show the error over screen and time")),
    _a(
        "study_end",
        _STUDY,
        _tr("End session…"),
        "Ctrl+Shift+E",
        _tr("End the session: closing validation, verification, copy and report"),
    ),
    _a(
        "open_folder", _FILES, _tr("Open images…"), "Ctrl+O", _tr("Make the images of a folder the case list")
    ),
    _a(
        "open_list",
        _FILES,
        _tr("Open a list of images…"),
        "Ctrl+L",
        _tr("Make the images named in a file the cases"),
    ),
    _a("replay", _FILES, _tr("Replay a recording…"), "Ctrl+Shift+O", _tr("See and hear a recording again")),
    _a("export", _FILES, _tr("Export recordings…"), "Ctrl+Shift+X", _tr("Write them as a published dataset")),
    _a("import", _FILES, _tr("Import a dataset…"), "Ctrl+Shift+I", _tr("Make recordings of a published one")),
    _a("recording_info", _FILES, _tr("Recording information…"), "Ctrl+I", _tr("Show what a recording holds")),
    _a("show_gaze", _VIEW, _tr("Gaze"), "1", _tr("Show where the reader looks"), checkable=True),
    _a(
        "show_eyes",
        _VIEW,
        _tr("Eyes"),
        "2",
        _tr("Show the left and the right eye by themselves"),
        checkable=True,
    ),
    _a("show_trail", _VIEW, _tr("Trail"), "3", _tr("Show the path of the last moments"), checkable=True),
    _a(
        "show_fixations",
        _VIEW,
        _tr("Fixations"),
        "4",
        _tr("Show numbered fixations, sized by duration"),
        checkable=True,
    ),
    _a(
        "show_heatmap",
        _VIEW,
        _tr("Heatmap"),
        "5",
        _tr("Show how long the reader looked where"),
        checkable=True,
    ),
    _a("fit", _VIEW, _tr("Fit"), "0", _tr("Show the reader's whole screen"), checkable=True),
    _a("follow", _VIEW, _tr("Follow"), "9", _tr("Twice as large, following the gaze"), checkable=True),
    _a(
        "tracker",
        _PROGRAM,
        _tr("Tracker…"),
        "Ctrl+Shift+T",
        _tr("Find, connect and test a tracker, and seat the reader"),
    ),
    _a("settings", _PROGRAM, _tr("Settings…"), "Ctrl+,", _tr("Tracker, screen, files and appearance")),
    _a("start_page", _PROGRAM, _tr("Start page"), "Ctrl+Home", _tr("Go back to the start page")),
    _a("shortcuts", _PROGRAM, _tr("Keyboard shortcuts"), "?", _tr("Show all keys")),
    _a("quit", _PROGRAM, _tr("Quit"), "Ctrl+Q", _tr("Leave the program; a recording is closed first")),
)

ACTION_BY_NAME: Final[Mapping[str, ActionInfo]] = {info.name: info for info in ACTIONS}


def build_actions(parent: QWidget, handlers: Mapping[str, Callable[[], object]]) -> dict[str, QAction]:
    """Return the actions that have a handler, added to `parent` so that their keys work there."""
    actions = {}
    for info in ACTIONS:
        if info.name not in handlers:
            continue
        action = QAction(info.title_text(), parent)
        action.setObjectName(info.name)
        action.setToolTip(info.tip_text())
        action.setCheckable(info.is_checkable)
        if info.shortcut:
            action.setShortcut(QKeySequence(info.shortcut))
        action.triggered.connect(handlers[info.name])
        parent.addAction(action)
        actions[info.name] = action
    return actions


def possible_actions(recording: RecordingState, case_number: int, case_count: int) -> frozenset[str]:
    """Return the names of the state-bound actions that make sense now; all others always do."""
    running = recording in (RecordingState.RECORDING, RecordingState.PAUSED)
    idle = recording in (RecordingState.NO_TRACKER, RecordingState.READY, RecordingState.FAILED)
    possible = {
        "start": recording in (RecordingState.READY, RecordingState.FAILED) and case_count > 0,
        "stop": running,
        "pause": recording is RecordingState.RECORDING,
        "resume": recording is RecordingState.PAUSED,
        "mark": running,
        "next_case": recording is not RecordingState.CLOSING and case_number < case_count,
        "previous_case": recording is not RecordingState.CLOSING and case_number > 1,
        "connect": idle,
        "calibrate": running or recording is RecordingState.READY,
        "open_folder": idle,
        "open_list": idle,
        "start_page": idle,
    }
    return frozenset(name for name, is_possible in possible.items() if is_possible)


STATE_BOUND: Final = frozenset(
    {"start", "stop", "pause", "resume", "mark", "next_case", "previous_case", "connect", "calibrate"}
    | {"open_folder", "open_list", "start_page"}
)
