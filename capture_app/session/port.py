"""What the windows may ask of a session: the one border between Qt and everything that decides.

The windows call `step` once per frame and render what it returns; what a person wants goes down through
the other methods. All methods of `SessionPort` are called from the GUI thread and return at once; the slow
ones of `StationPort` are called from one worker thread at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from capture_app.session.settings import Settings
from capture_app.session.states import LiveState, NewestGaze

if TYPE_CHECKING:  # these build on this module
    from capture_app.session.calibration_states import CalibrationDeskState
    from capture_app.session.study_desk.port import StudyDeskPort
    from capture_app.session.tracker_states import SearchRequest, TrackerDeskState


class SessionError(Exception):
    """What a person asked for could not be done; the text says what happened and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenFacts:
    """The monitor the reader looks at, as the window system describes it."""

    name: str  # "DP-1", "\\\\.\\DISPLAY2"
    model: str = ""
    serial: str = ""
    x_px: int = 0  # position in the window system's own units
    y_px: int = 0
    width_px: int  # physical pixels
    height_px: int  # physical pixels
    device_pixel_ratio: float = 1.0  # physical pixels per unit of the window system
    width_mm: float = float("nan")  # as the settings or else the monitor say; NaN where neither does
    height_mm: float = float("nan")
    refresh_hz: float = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerOption:
    """One option of a tracker that a person may set."""

    name: str
    title: str  # "Sampling rate (Hz)"
    default: str
    choices: tuple[str, ...] = ()  # empty: free text
    doc: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerChoice:
    """A tracker the program knows."""

    name: str  # "mock", "lsl"
    title: str  # "Simulated tracker"
    is_usable: bool
    is_simulated: bool = False
    reason: str = ""  # why it cannot be used here and what to do, a sentence
    options: tuple[TrackerOption, ...] = ()
    can_search: bool = False  # its trackers can be searched for
    can_be_hosted: bool = False  # another interpreter can run it, where the option ``interpreter`` names one


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfinishedRecording:
    """A recording that was not closed: its journal is still there."""

    path: Path
    started: str  # "22 Nov 2026, 12:41"
    size_bytes: int
    note: str = ""  # "closed by the program's end"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryOutcome:
    """What became of an unfinished recording."""

    path: Path
    is_recovered: bool
    summary: str  # sentences: what was saved, what was not, where the damaged file is


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingSummary:
    """What a recording holds, in words for the information dialog."""

    path: Path
    facts: tuple[tuple[str, str], ...]  # ("Tracker", "mock, 600 Hz")
    findings: tuple[str, ...] = ()  # sentences; empty when all is well


class TrackerDeskPort(Protocol):
    """What the tracker's page asks for. To search and to test may be refused with a `SessionError`."""

    @property
    def state(self) -> TrackerDeskState:
        """What the page shows now."""

    def search(self, requests: tuple[SearchRequest, ...]) -> None:
        """Search for trackers; the findings come into the state one by one."""

    def cancel_search(self) -> None:
        """End the search; what was found stays."""

    def begin_test(self, seconds: float) -> None:
        """Try the connected tracker for a while."""

    def cancel_test(self) -> None:
        """End the test without a result."""


class CalibrationDeskPort(Protocol):
    """What the calibration's page asks for. All but `abort` and `dismiss` may raise a `SessionError`."""

    @property
    def state(self) -> CalibrationDeskState:
        """What the page shows now."""

    def begin(self, points: int) -> None:
        """Calibrate with 5, 9 or 13 points and validate; 0: validate only."""

    def begin_planned(self) -> None:
        """Calibrate and validate as the study plans it; a tracker that comes calibrated is only validated."""

    def redo(self, target_ids: tuple[int, ...]) -> None:
        """Repeat single calibration points and validate again."""

    def choose(self, attempt: int) -> None:
        """Let the tracker use an earlier attempt again, `attempt` from 1, and validate in full."""

    def fit_correction(self) -> None:
        """Show further targets and fit a correction for a stream that came calibrated; applied to nothing."""

    def start_over(self) -> None:
        """Repeat everything."""

    def accept(self, reason: str = "") -> None:
        """Keep the calibration with this validation; against the gate only for a reason."""

    def abort(self, text: str = "") -> None:
        """Stop at any moment; nothing happens where none runs."""

    def dismiss(self) -> None:
        """Forget the one that is over, so that another can be set up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MicrophoneChoice:
    """A microphone as the settings offer it."""

    name: str  # full name, which `choose_device` understands
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialPortChoice:
    """A serial port the system knows."""

    name: str  # "COM3", "/dev/ttyUSB0"
    description: str = ""


class SessionPort(Protocol):
    """A running session as the windows see it.

    Every intent may raise `SessionError`, whose text is then shown to the person; what goes wrong later
    arrives in the verdict and the notices of `LiveState`.
    """

    @property
    def tracker_desk(self) -> TrackerDeskPort:
        """Searching for trackers and trying the connected one."""

    @property
    def calibration_desk(self) -> CalibrationDeskPort:
        """Calibrating and validating."""

    @property
    def study_desk(self) -> StudyDeskPort:
        """Leading a session with a study."""

    def step(self) -> LiveState:
        """Do what is due and return what is to be shown now. Called about 60 times a second."""

    def newest_gaze(self) -> NewestGaze | None:
        """Return the newest sample, for the gaze point alone; called after `step`, just before painting.

        What `step` works out takes some milliseconds, in which the eye moves on. None where nothing came.
        """

    def apply_settings(self, settings: Settings) -> None:
        """Take over settings: at the start, and each time the settings dialog is accepted."""

    def set_reader_screen(self, facts: ScreenFacts, cause: str) -> None:
        """Take the monitor of the reader's window. `cause`: start, chosen, changed, removed."""

    def show_folder(self, path: Path) -> None:
        """Make the images of a folder the case list."""

    def open_list(self, path: Path) -> None:
        """Make the images named in a list file the case list."""

    def start_demo(self) -> None:
        """Show the built-in phantoms and connect the simulated tracker that looks at them."""

    def connect_tracker(self, name: str, options: Mapping[str, str]) -> None:
        """Connect a tracker; also the answer to "Reconnect"."""

    def start_recording(self, reader: str) -> None:
        """Begin a recording of the reader with this pseudonym."""

    def pause(self) -> None:
        """Close the current trial to the reading; samples are still recorded."""

    def resume(self) -> None:
        """Go on after a pause."""

    def mark(self, text: str = "") -> None:
        """Write an operator's mark at this moment."""

    def mark_at(self, before_now_s: float, text: str = "") -> None:
        """Write an operator's mark that points to a moment `before_now_s` ago."""

    def next_case(self) -> None:
        """Finish the case that is shown and show the next."""

    def previous_case(self) -> None:
        """Show the case before; a new trial, never a change of the old one."""

    def go_to_case(self, index: int) -> None:
        """Show the case at `index`, from 0."""

    def stop_recording(self) -> None:
        """End and close the recording; `LiveState.recording` is CLOSING until the file is verified."""

    def zoom(self, x_screen_px: float, y_screen_px: float, notches: float, pane: int | None = None) -> None:
        """Zoom about a point of the reader's screen, in physical px; the pane under it unless given."""

    def pan(self, dx_screen_px: float, dy_screen_px: float, pane: int | None = None) -> None:
        """Move the image by physical px."""

    def window_level(self, dx_logical_px: float, dy_logical_px: float, pane: int | None = None) -> None:
        """Change window (vertical) and level (horizontal) by a drag in logical px."""

    def drag_started(self, action: str, x_screen_px: float, y_screen_px: float) -> None:
        """A drag begins; `action` is pan or window_level. The pane under the point is meant until its end."""

    def drag_ended(self) -> None:
        """The drag is over."""

    def fit(self) -> None:
        """Fit the images to their panes; the window stays."""

    def reset(self) -> None:
        """Fit the images and take their starting windows."""

    def key(self, name: str) -> None:
        """The reader pressed a key, named as in ``QKeySequence.toString``."""

    def presented(self, revision: int, t_host_ns: int, frame: int, frames_late: int) -> None:
        """A frame drawn from `ReaderState.revision` reached the screen at `t_host_ns`."""

    def close(self) -> None:
        """End the session; a recording that runs is closed properly first."""


class StationPort(Protocol):
    """What the windows may ask about trackers, disks and files outside a session."""

    def trackers(self) -> tuple[TrackerChoice, ...]:
        """Return the trackers known; touches no device and no network. Quick."""

    def unfinished_recordings(self, folder: Path) -> tuple[UnfinishedRecording, ...]:
        """Return the recordings in `folder` that were not closed. Quick."""

    def recover(self, path: Path) -> RecoveryOutcome:
        """Rebuild a recording from its journal. Slow: called from a worker thread."""

    def describe_recording(self, path: Path) -> RecordingSummary:
        """Return what a recording holds. Slow: called from a worker thread. May raise `SessionError`."""

    def serial_ports(self) -> tuple[SerialPortChoice, ...]:
        """Return the serial ports there are. Slow: called from a worker thread. May raise `SessionError`."""

    def microphones(self) -> tuple[MicrophoneChoice, ...]:
        """Return the microphones there are. Slow: called from a worker thread. May raise `SessionError`."""

    def try_microphone(self, name: str, rate_hz: float, tell_level: Callable[[float], None]) -> str:
        """Hear a microphone for some seconds and say how loud it was; tells the level meanwhile.

        Slow: called from a worker thread. May raise `SessionError`.
        """
