"""What the windows show of a session with a study: frozen, made anew for each look."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from calibration import AccuracyMap, SmallestLesion
from capture_app.session.mask_progress import MaskProgress
from capture_app.session.reading import CaseGrade, CaseState, ReadingView
from capture_app.session.study import OpenedStudy
from capture_app.session.study.case_table import CaseRole


class StudyPhase(str, Enum):
    """Where a session with a study is."""

    OPENED = "opened"  # the study is open; the start form is still to be filled in
    STARTING = "starting"  # the recording begins
    RUNNING = "running"
    ENDING = "ending"  # closing, reading back, copying, reporting
    ENDED = "ended"  # `SessionEnd` says how
    FAILED = "failed"  # the recording broke off; a new session goes on from what is on the disk


class SideRunKind(str, Enum):
    """What has the reader's screen instead of a case, beside calibrations."""

    DRIFT_CHECK = "drift_check"
    PUPIL_BASELINE = "pupil_baseline"


@dataclass(frozen=True, slots=True, kw_only=True)
class SideRunState:
    """A drift check or a pupil baseline that runs now."""

    kind: SideRunKind
    x_norm: float  # of its target, fraction of the reader's screen
    y_norm: float
    remaining_s: float  # until it ends by itself or may be passed over
    can_be_passed_over: bool  # the space bar goes on without
    text: str  # for the operator: what is waited for


class TranscriptStage(str, Enum):
    """How far the transcript of a case is."""

    NONE = "none"  # nothing was dictated, or the study transcribes nothing
    WAITING = "waiting"  # being written down
    READY = "ready"  # may be edited
    ALIGNING = "aligning"  # edited; its words are being put at their times again
    FAILED = "failed"  # the sound is kept; the text may be typed


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptWord:
    """A word of the text with its place in the sound."""

    text: str
    first_letter: int  # place in `TranscriptState.text`
    t_onset_host_ns: int
    t_offset_host_ns: int
    kind: str  # recognised, aligned, interpolated
    score: float  # 0..1; NaN where the engine gives none


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptState:
    """The transcript of the open case."""

    stage: TranscriptStage = TranscriptStage.NONE
    version: int = 0  # of the text: 0 as recognised, then one for each edited text
    text: str = ""
    words: tuple[TranscriptWord, ...] = ()
    sentence: str = ""  # what is going on or went wrong, and what to do
    can_play: bool = False  # the sound is there and a loudspeaker, too
    playing_word: int = -1  # index into `words`; -1 while nothing plays


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyCaseLine:
    """One line of the operator's case list."""

    case_id: str
    role: CaseRole
    state: CaseState | None  # of the newest attempt; None while it was not opened
    attempts: int
    grade: str  # green, amber, red; "" while there is none
    note: str  # "loss 18 %", "set aside: motion", "interrupted at labels"
    worked_s: float  # time spent on it, all screens of all attempts
    is_current: bool
    does_count: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyState:
    """The second place of finished cases."""

    level: str = "off"  # off, good, attention, bad
    text: str = ""  # a sentence
    copied_cases: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetState:
    """Whether the newest case is valid in the formats the study feeds."""

    level: str = "off"  # off, information, good, attention, bad
    text: str = ""  # sentences
    case_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndStep:
    """One thing done at the end of a session."""

    name: str  # "Recording closed", "Read back", "Copied", "Report written", "Checked for identifying data"
    level: str  # waiting, running, good, attention, bad
    text: str = ""  # a sentence where there is something to say


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnd:
    """How a session ended, or ends."""

    recording: Path
    steps: tuple[EndStep, ...] = ()
    report: Path | None = None
    is_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPlan:
    """What a reader would do now, by what earlier sessions left; shown on the start form."""

    reader: str
    period: int  # the one that comes next, from 1
    periods: int
    counted: int  # cases that count so far in this period
    quota: int
    interrupted: str  # case that was interrupted, "" for none
    sentences: tuple[str, ...] = ()  # what the operator should know
    blocked: str = ""  # why no session can start, a sentence with the remedy
    last_calibration: str = ""  # when and how good
    last_form: StartForm | None = None  # of the reader's newest session; its lasting answers are offered
    unended: Path | None = None  # all is read, but the end of this recording's session is missing: it is made


@dataclass(frozen=True, slots=True, kw_only=True)
class StartForm:
    """What is asked before a session; NaN and "" where nothing was entered. Nothing here names a person."""

    reader: str  # pseudonym
    period: int = 1
    is_consent_given: bool = False
    years_of_experience: float = math.nan
    specialty: str = ""
    vision: str = ""  # normal, glasses, lenses, other
    hours_awake: float = math.nan
    dominant_eye: str = "unknown"  # left, right, unknown
    room_lux: float = math.nan  # on the screen
    has_head_rest: bool | None = None
    has_glasses: bool | None = None
    are_instructions_skipped: bool = False
    comment: str = ""
    distance_mm: float = math.nan  # eye to screen as measured at the start
    reason_to_start: str = ""  # why the session begins although something is not as the study wants it


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyDeskState:
    """Everything windows show of the study that is open."""

    phase: StudyPhase
    opened: OpenedStudy
    reader: str = ""
    period: int = 1
    view: ReadingView | None = None  # None before the recording runs; after it without a case
    view_version: int = 0  # changes whenever `view` does
    screen_names: tuple[str, ...] = ()  # of the open case's task, in order
    cases: tuple[StudyCaseLine, ...] = ()
    cases_version: int = 0
    grade_so_far: CaseGrade | None = None  # of the open case, with the image that is visible now
    case_elapsed_s: float = 0.0
    screen_elapsed_s: float = 0.0
    session_elapsed_s: float = 0.0
    drift_deg: float = math.nan  # last check
    running_drift_deg: float = math.nan  # length of the mean offset vector of the last checks
    cases_since_calibration: int = 0
    is_calibrating: bool = False  # the reader's screen belongs to a calibration or validation
    validation_purpose: str = ""  # opening, block_end, session_end: what the one that runs is for
    side_run: SideRunState | None = None
    transcript: TranscriptState | None = None  # of the open case; None where its task has no dictation
    is_voice_recorded: bool = False
    accuracy: AccuracyMap | None = None
    accuracy_version: int = 0
    smallest_lesion: SmallestLesion | None = None  # by the newest validation, for the images now shown
    message: str = ""  # of the operator, for the reader; shown where no image is measured
    notes: tuple[str, ...] = ()  # of the operator, newest last
    masks: tuple[MaskProgress, ...] = ()  # that are covered with the eyes now, where the study previews them
    copies: CopyState = CopyState()
    datasets: DatasetState = DatasetState()
    end: SessionEnd | None = None
    is_robot: bool = False
    preparing: str = ""  # a session is being prepared, a sentence; the recording begins after it
    start_problem: str = ""  # why the session that was prepared last could not begin, a sentence
