"""One case of one recording as every published format sees it: gaze on images, what was said and drawn.

Whoever opens a recording fills it in; a format reads nothing else, so that no two formats can map gaze or
find fixations differently. Times are ns of the recording's host clock; `origins_ns` names the possible zeros.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from gaze_core.geometry import ViewingGeometry
from gaze_core.rows import Rows

AnswerValue: TypeAlias = str | int | bool | tuple[str, ...] | None


class Origin(str, Enum):
    """Moments that an export may take as its zero."""

    AUDIO_START = "audio_start"  # first frame of the dictation
    IMAGE_SHOWN = "image_shown"  # presented, plus the measured latency to light where there is one
    TRIAL_START = "trial_start"  # the case was opened


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadImage:
    """An image of a case."""

    image_id: int  # row of the recording's image table
    name: str  # as recorded, relative to the study
    sha256: str
    width_px: int
    height_px: int
    bits: int
    photometric: str
    path: Path | None  # the file on this computer; None where it is not known or was changed

    @property
    def stem(self) -> str:
        """The name without folders and ending."""
        return self.name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0] or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSamples:
    """Delivered samples while images were visible for the reading; all arrays have one length."""

    t_host_ns: npt.NDArray[np.int64]  # by the clock fit
    gaze: Rows  # GAZE rows
    x_norm: npt.NDArray[np.float64]  # analysed signal on the display area; NaN where invalid
    y_norm: npt.NDArray[np.float64]
    mapped: Rows  # MAPPED rows; `viewport_row` counts rows of `CaseReading.viewport`
    view_row: npt.NDArray[np.int64]  # the view of the nearest pane, also without gaze; -1: no image
    pupil_relative: npt.NDArray[np.float64]  # area over the baseline's; NaN where unknown

    def __len__(self) -> int:
        return len(self.t_host_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadWord:
    """A word of the newest text."""

    text: str
    t_onset_host_ns: int
    t_offset_host_ns: int
    kind: str  # recognised, aligned, interpolated
    score: float  # NaN where there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadShape:
    """A shape as the reader left it; corners of the upright rectangle around it."""

    kind: str  # ellipse, box, chest_box
    image_id: int
    pane: int
    left_image_px: float
    top_image_px: float
    right_image_px: float
    bottom_image_px: float
    labels: tuple[str, ...]
    certainty: int  # as the study exports it; -1 where not asked


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAnswer:
    """An answer as it counts."""

    screen: str
    kind: str  # of the screen
    name: str
    value: AnswerValue


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMask:
    """A mask that was covered with the eyes, each visit of its screen one."""

    screen: str
    image_id: int
    visible_s: float  # how long the image was before the reader
    gaze_s: float  # valid gaze on it
    covered_share: float  # of the image, 0..1
    settled_s: float  # visible time after which more looking changed the mask no more; NaN: never


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReference:
    """What the study's reference standard says of a finding; the rectangle is around its region."""

    finding: str  # as in labels or targets
    is_present: bool
    source: str  # who or what knows it
    image_id: int  # where the region lies; -1 without a region
    left_image_px: float  # NaN without a region
    top_image_px: float
    right_image_px: float
    bottom_image_px: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLabel:
    """An entry of the study's label list."""

    name: str
    is_exclusive: bool
    is_other: bool
    needs_shape: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTracker:
    """What is worth telling of the tracker."""

    model: str
    rate_hz: float  # NaN where unknown
    signal: str  # left, right, average: what `x_norm` is
    pupil_unit: str
    is_simulated: bool
    detector: str
    detector_version: str
    detector_parameters: str  # JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAccuracy:
    """What validations around a case say; NaN where there was none."""

    before_mean_deg: float
    after_mean_deg: float
    worst_deg: float  # the largest offset of the validation before


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingKey:
    """Which case of which recording: known before any gaze is read."""

    recording_sha256: str
    recording_name: str
    session_id: str
    trial: int
    case_id: str
    attempt: int  # from 0
    reader: str
    patient: str  # pseudonym; "" where the study names none
    role: str  # study, spare, practice; "" without a study
    task: str
    task_kind: str  # read, search, question, segment; "" where unknown
    exclusion: str  # why it does not count, a sentence; "" where it counts
    image_names: tuple[str, ...]
    image_sha256s: tuple[str, ...]
    target: str = ""  # what was looked for
    given_id: str = ""  # its name in the dataset it was imported from
    given_split: str = ""  # train, validate, test: as that dataset has it

    @property
    def text(self) -> str:
        """A name of the reading that is unique among all recordings."""
        return f"{self.recording_sha256[:16]}-{self.trial:04d}"

    @property
    def is_practice(self) -> bool:
        """Whether it was read for practice: never exported."""
        return self.role == "practice"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReading:
    """Everything a format may need of one case."""

    key: ReadingKey
    study: str
    images: tuple[ReadImage, ...]  # one per pane
    geometry: ViewingGeometry  # at the median measured distance, else the study's
    is_distance_measured: bool
    tracker: ReadTracker
    accuracy: ReadAccuracy
    origins_ns: Mapping[Origin, int]
    onset_latency: str  # measured, or unmeasured
    samples: ReadSamples
    fixations: Rows  # FIXATION rows begun within the reading; looking again is not among them
    viewport: Rows  # VIEWPORT rows that `view_row` and `viewport_row` count
    words: tuple[ReadWord, ...]
    shapes: tuple[ReadShape, ...]
    answers: tuple[ReadAnswer, ...]
    labels: tuple[ReadLabel, ...]  # the study's list
    chosen: tuple[str, ...]  # labels the reader chose
    other_text: str  # the free text for the label "other"
    target: str  # what was looked for
    question: str
    grade: str  # green, amber, red; "" without a verdict
    pupil_of_fixations: npt.NDArray[np.float64] | None = None
    """Area over the baseline by fixation, as the dataset it was imported from has it; else of samples."""
    more: Mapping[str, str] = field(default_factory=dict)  # what that dataset says beside, by format
    reference: tuple[ReadReference, ...] = ()  # of this case; empty where the study has none
    masks: tuple[ReadMask, ...] = ()  # covered with the eyes, in the order they were

    def zero_ns(self, wanted: Origin) -> tuple[int, Origin]:
        """Return the zero of an export and which origin it is: the wanted, else when the image was shown."""
        for origin in (wanted, Origin.IMAGE_SHOWN, Origin.TRIAL_START):
            if origin in self.origins_ns:
                return self.origins_ns[origin], origin
        raise KeyError(wanted)
