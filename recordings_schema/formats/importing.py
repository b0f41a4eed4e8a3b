"""What an import takes from a published dataset: cases as they will lie in a recording, and holes by name.

A format first plans: it looks through a folder and says which cases are there and what is missing, reading as
little as it can. Then each planned case is read on its own. What the dataset does not hold stays absent: no
sample, word or answer is made up. Times are ns from the zero of the case, which may be negative.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from gaze_core.eyes import Eye
from gaze_core.geometry import Screen
from gaze_core.rows import FIXATION, GAZE, VIEWPORT, Rows
from gaze_core.streams import PupilUnit
from recordings_schema.formats.reading import Origin, ReadAccuracy, ReadAnswer, ReadLabel, ReadShape, ReadWord

UNNAMED_READER: Final = "unnamed"
"""The reader of a dataset that does not tell its readers apart."""

SOURCE_FACT: Final = "source_format"
"""Key of the facts of a case: the name of the format it was read from, where formats hold several."""


class ImportCaseError(Exception):
    """One case of a dataset cannot be read; it is counted and the import goes on. The text is a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoImportOptions:
    """Options of a format whose import has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedImport:
    """A case that an import found."""

    session: str  # cases with one session lie in one recording, in the order of the plan
    reader: str  # as the dataset calls the reader; `UNNAMED_READER` where it does not say
    case_id: str
    key: str  # with which the format finds the case again; never shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """Something a dataset should hold and does not, or that cannot be used: what is left out for it."""

    what: str  # a sentence that many holes may share: they are counted by it
    where: str  # the file or case


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """What a folder of a dataset holds."""

    version: str  # of the dataset, as far as it says; "" where it does not
    cases: tuple[PlannedImport, ...]
    holes: tuple[Hole, ...] = ()
    sources: tuple[
        str, ...
    ] = ()  # files every case depends on, relative to the folder: their checksums are kept


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedImage:
    """An image of a case as the dataset names it; its place in `ImportedCase.images` is its image id."""

    name: str  # with / between its parts; looked up by its last part without ending, or its whole
    width_px: int  # -1 where the dataset does not say: of the file, and places on it are fractions of it
    height_px: int
    is_size_worked_out: bool = False  # from positions: the file decides where it is found
    is_frame: bool = False  # the size is of a frame that the image was stretched to, not of its file
    bits: int = -1  # stored; where it is -1 the windows of the views are fractions of the full range
    photometric: str = ""
    sha256: str = ""
    image_id: int = -1  # as the dataset numbers it within a session; -1: it does not


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedTracker:
    """What the dataset says of its tracker."""

    model: str = ""
    rate_hz: float = math.nan
    signal: str = "average"
    pupil_unit: PupilUnit = PupilUnit.NONE
    is_simulated: bool = False
    detector: str = ""  # what found its fixations
    detector_version: str = ""
    detector_parameters: str = "{}"  # JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedCase:
    """One reading as the dataset holds it.

    Rows are those of a recording: `t_host_ns` and `t_presented_host_ns` and so on count from the zero of the
    case, `image_id` is the place in `images`, `trial` is set later. GAZE rows hold `x_norm`, `y_norm` and
    `valid` for a combined gaze, or single eyes; FIXATION rows at least `onset_host_ns`, `offset_host_ns`,
    `x_norm`, `y_norm` (`importing_rows.fixation_rows` makes whole ones).
    """

    case_id: str
    reader: str
    trial: int = -1  # within its session; -1 where the dataset does not count
    attempt: int = 0
    given_id: str = ""  # name of the reading in the dataset, where it has one
    given_split: str = ""  # train, validate, test: as the dataset has it
    patient: str = ""
    role: str = ""  # study, spare; "" where the dataset does not say
    task: str = ""
    task_kind: str = ""  # read, search, question, segment
    target: str = ""
    question: str = ""
    study: str = ""
    images: tuple[ImportedImage, ...]
    screen: Screen  # that x_norm and the places on the screen refer to
    is_screen_size_known: bool = False  # whether its size in mm is the dataset's own
    distance_mm: float
    is_distance_measured: bool = False
    tracker: ImportedTracker = field(default_factory=ImportedTracker)
    first_host_ns: int | None = None  # host time of the zero where the dataset has one for all its cases
    origins_ns: Mapping[Origin, int] = field(default_factory=dict)  # those the dataset knows
    onset_latency: str = "unmeasured"
    gaze: Rows = field(default_factory=lambda: GAZE.empty(0))
    pupil_baseline_area: float = math.nan  # of `pupil_eye`; 1 where the columns are areas over it already
    pupil_eye: Eye = Eye.LEFT
    has_fixation_pupils: bool = False  # `pupil_mean` of the fixations is the dataset's, over the baseline
    fixations: Rows = field(default_factory=lambda: FIXATION.empty(0))
    viewport: Rows = field(default_factory=lambda: VIEWPORT.empty(0))  # at least one row
    words: tuple[ReadWord, ...] = ()  # times from the zero of the case
    shapes: tuple[ReadShape, ...] = ()
    answers: tuple[ReadAnswer, ...] = ()
    labels: tuple[ReadLabel, ...] = ()  # the list the reader chose from
    chosen: tuple[str, ...] = ()
    other_text: str = ""
    accuracy: ReadAccuracy | None = None
    grade: str = ""
    exclusion: str = ""  # why it does not count, a sentence
    facts: Mapping[str, str] = field(default_factory=dict)  # worth keeping beside: split, identifiers
    holes: tuple[Hole, ...] = ()  # of this case alone


def problems_by_sentence(holes: tuple[Hole, ...]) -> dict[str, int]:
    """Return how often each hole was met, the most frequent first."""
    counts: dict[str, int] = {}
    for hole in holes:
        counts[hole.what] = counts.get(hole.what, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
