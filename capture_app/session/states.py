"""The frozen states that the windows render. State goes down; what the person wants comes up as intents."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from capture_app.session.viewport import PanePlacement
from gaze_core.geometry import Rect

if TYPE_CHECKING:  # it builds on what is defined here
    from capture_app.session.study_desk.states import StudyDeskState


class RecordingState(str, Enum):
    """What the big word in the operator's top bar says."""

    NO_TRACKER = "no_tracker"
    READY = "ready"  # a tracker streams, nothing is recorded
    RECORDING = "recording"
    PAUSED = "paused"  # the file stays open, the trial is closed to the reading
    CLOSING = "closing"
    FAILED = "failed"


class CaseMark(str, Enum):
    """State of one case in the list."""

    WAITING = "waiting"
    CURRENT = "current"
    DONE = "done"
    POOR = "poor"  # done, but with more loss than the gate allows
    UNREADABLE = "unreadable"  # its image cannot be opened


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseItem:
    """One line of the case list."""

    case_id: str
    mark: CaseMark
    note: str = ""  # "loss 18 %", "file is encrypted"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaneState:
    """One image as it is to be shown: its visible part, drawn at the resolution of the reader's screen.

    The session resamples and windows only what is visible (a window drag then costs one look-up per screen
    pixel). The reader's window copies `grey` to `grey_screen_px` pixel by pixel; the operator's copy
    scales that picture.
    """

    pane: int
    image_id: int
    image_width_px: int  # of the whole image: the frame of `HeatmapState.rgba`
    image_height_px: int
    grey: npt.NDArray[np.uint8]  # (h, w) or (h, w, 3): one element per physical px of grey_screen_px
    grey_screen_px: Rect  # whole physical px: where `grey` lies on the reader's screen
    grey_version: int  # changes whenever `grey` does
    placement: PanePlacement  # exact mapping of image px to screen px


@dataclass(frozen=True, slots=True, kw_only=True)
class DotState:
    """The dot of a calibration, validation or drift check, or the cross of a pupil baseline."""

    x_norm: float  # fraction of the reader's screen, right
    y_norm: float  # the same, down
    size_share: float  # 1: full size
    is_cross: bool = False  # a cross, which adds less light than a disc


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderState:
    """Everything the reader's window paints; a new `revision` asks for a new presented frame."""

    revision: int
    panes: tuple[PaneState, ...] = ()
    background_grey: int = 64  # 0..255
    patch: bool | None = None  # corner patch: None off, else dark/bright
    progress: str = ""  # "case 7 of 50"
    message: str = ""  # shown centred when no image is: "Please wait"
    has_targets: bool = False  # the reader looks at the targets of a calibration
    dot: DotState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailPoint:
    """A recent gaze sample on the reader's screen."""

    x_norm: float
    y_norm: float
    age_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestGaze:
    """Where the eyes are at the very moment of painting: newer than the state that is rendered with it."""

    arrival_host_ns: int
    gaze: TrailPoint | None = None  # None where it is not valid
    left: TrailPoint | None = None
    right: TrailPoint | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FixationMark:
    """A fixation drawn on the live copy."""

    number: int  # 1 for the first of the trial
    x_norm: float  # now, after viewport changes since
    y_norm: float
    duration_s: float
    is_open: bool  # still going on


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatmapState:
    """The live heatmap over one image: colours ready to draw."""

    image_id: int
    rgba: npt.NDArray[np.uint8]  # (h, w, 4), covers the whole image
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DictationState:
    """The microphone while dictation is on."""

    is_on: bool  # it is heard
    is_kept: bool  # and written into a file
    level_db: float  # below full scale
    is_loud: bool  # at full scale: what is louder is cut off
    text: str  # a sentence
    is_kept_when_asked: bool = False  # a study says when it is kept, not the recording


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamHealth:
    """Numbers of the gaze-quality panel. NaN where unknown."""

    rate_hz: float = float("nan")
    nominal_rate_hz: float = float("nan")
    loss_share: float = float("nan")  # of the last 10 s
    loss_classes: tuple[tuple[str, float], ...] = ()  # name, share
    loss_history: tuple[float, ...] = ()  # share per second, oldest first
    longest_gap_s: float = float("nan")
    stalled_s: float = 0.0  # since the newest sample
    latency_ms: float = float("nan")  # arrival minus fitted sample time, median
    clock_offset_ms: float = float("nan")
    clock_drift_ppm: float = float("nan")
    distance_mm: float = float("nan")
    left_ok: bool = False
    right_ok: bool = False
    left_box: tuple[float, float] | None = None  # eye in the box 0..1, x, y
    right_box: tuple[float, float] | None = None
    pupil_unit: str = ""
    lost_samples: int = 0
    out_of_order: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalTrace:
    """The strip at the bottom: the last 30 s, decimated to at most 2000 points."""

    t_s: npt.NDArray[np.float64]  # seconds before now, negative, ascending
    x_norm: npt.NDArray[np.float32]
    y_norm: npt.NDArray[np.float32]
    left_pupil: npt.NDArray[np.float32]
    right_pupil: npt.NDArray[np.float32]
    valid: npt.NDArray[np.uint8]
    events: tuple[tuple[float, str], ...] = ()  # seconds before now, kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The word at the right of the top bar: the worst thing that is going on."""

    level: str  # good, information, attention, bad
    word: str  # "good", "left eye lost", "disk 8 min left"
    explanation: str  # sentences: what and what to do


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveState:
    """Everything the operator's window renders, once per frame."""

    recording: RecordingState
    elapsed_s: float
    title: str  # "Folder chest · reader R03"
    case_number: int  # 1-based, 0 when none
    case_count: int
    verdict: Verdict
    cases: tuple[CaseItem, ...] = ()
    cases_version: int = 0
    reader: ReaderState = field(default_factory=lambda: ReaderState(revision=0))
    screen_px: tuple[int, int] = (1920, 1080)  # physical size of the reader's screen
    gaze: TrailPoint | None = None
    left_gaze: TrailPoint | None = None
    right_gaze: TrailPoint | None = None
    trail: tuple[TrailPoint, ...] = ()
    fixations: tuple[FixationMark, ...] = ()
    heatmaps: tuple[HeatmapState, ...] = ()
    cover_masks: tuple[HeatmapState, ...] = ()  # what the eyes have covered, where the study previews it
    health: StreamHealth = field(default_factory=StreamHealth)
    trace: SignalTrace | None = None
    dictation: DictationState | None = None  # None while it is off
    study: StudyDeskState | None = None  # None while no study is open
    tracker: str = ""  # "mock · 600 Hz"
    is_simulated: bool = False
    file_name: str = ""
    disk_minutes: float = float("nan")
    frames_late: int = 0
    frames_dropped: int = 0
    newest_arrival_host_ns: int = 0  # of the newest sample shown, for measuring the age at paint
    notices: tuple[str, ...] = ()  # last sentences, newest last
