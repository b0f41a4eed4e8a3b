"""The one table of what lies where in a recording; file, validator and format page derive from it.

A recording is plain HDF5. Streams are one-dimensional datasets of rows, facts are attributes of groups, and
everything is declared before the first sample: HDF5's single-writer mode allows no new object afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Final

import numpy as np

from gaze_core.rows import (
    ANSWER,
    AUDIO_SEGMENT,
    AUDIO_SYNC,
    CALIBRATION_DATA,
    CALIBRATION_SAMPLE,
    CLOCK_SYNC,
    DETECTOR_RUN,
    DRIFT,
    EVENT,
    EXTERNAL_SIGNAL,
    FIXATION,
    GAZE,
    IMAGE,
    JUDGEMENT,
    MARKER,
    SCREEN,
    SHAPE,
    TARGET,
    THRESHOLD,
    TRIAL,
    TRIGGER,
    TRUTH,
    TRUTH_EVENT,
    USER_POSITION,
    VALIDATION,
    VIEWPORT,
    WORD,
    RowType,
)
from gaze_core.streams import TrackerInfo
from recordings_schema.metadata import (
    ClosingRecord,
    DisplayRecord,
    ParticipantRecord,
    SessionRecord,
    SettingsRecord,
    SoftwareRecord,
    TimingRecord,
)
from recordings_schema.records import AttributeSpec, Meaning, attribute_specs
from recordings_schema.tracker_record import TrackerRecord

FORMAT_NAME: Final = "gazeh5"
FORMAT_VERSION: Final = 2
EXTENSION: Final = ".gazeh5"
EMBEDDED_IMAGES_PATH: Final = "/images/embedded"
_MAXIMUM_CHUNK_BYTES: Final = 2**20


class DatasetKey(str, Enum):
    """Names of the datasets in code."""

    GAZE = "gaze"
    RAW = "raw"
    CLOCK_SYNC = "clock_sync"
    EXTERNAL_SIGNALS = "external_signals"
    USER_POSITION = "user_position"
    CALIBRATION_SAMPLES = "calibration_samples"
    CALIBRATION_DATA = "calibration_data"
    TRIGGERS = "triggers"
    SCREENS = "screens"
    ANSWERS = "answers"
    SHAPES = "shapes"
    WORDS = "words"
    AUDIO_SEGMENTS = "audio_segments"
    VALIDATIONS = "validations"
    JUDGEMENTS = "judgements"
    DRIFT = "drift"
    MARKERS = "markers"
    EVENTS = "events"
    VIEWPORT = "viewport"
    TARGETS = "targets"
    IMAGES = "images"
    TRIALS = "trials"
    RUNS = "runs"
    FIXATIONS = "fixations"
    THRESHOLDS = "thresholds"
    AUDIO_SYNC = "audio_sync"
    TRUTH = "truth"
    TRUTH_EVENTS = "truth_events"


class Presence(str, Enum):
    """When a group or dataset is in the file."""

    ALWAYS = "always"
    FINISHED = "once the recording is finished"
    WITH_TRUTH = "where the tracker is simulated and knows the truth"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """What kind of file this is."""

    format: Annotated[str, Meaning(f"always {FORMAT_NAME}")]
    format_version: Annotated[int, Meaning("version of this layout")]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetStart:
    """What every dataset says from the start."""

    row_type: Annotated[str, Meaning("name of the row type, or raw: the tracker's own fields")]
    doc: Annotated[str, Meaning("what one row is")]
    columns: Annotated[str, Meaning("JSON list of the columns: name, unit, meaning")]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetEnd:
    """What every dataset says once the recording is finished."""

    row_count: Annotated[int, Meaning("rows written by the recorder", unit="count")]
    crc32: Annotated[int, Meaning("CRC-32 of all rows as stored in memory, little-endian, in order")]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLayout:
    """A group and the records that are its attributes."""

    path: str
    records: tuple[type[Any], ...]
    presence: Presence = Presence.ALWAYS
    doc: str

    @property
    def attributes(self) -> tuple[AttributeSpec, ...]:
        """All attributes of the group, in order."""
        return tuple(spec for record in self.records for spec in attribute_specs(record))


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetLayout:
    """A dataset: where it lies, what a row is, and how it is cut into chunks."""

    key: DatasetKey
    path: str
    row_type: RowType | None  # None: the tracker's own raw rows
    chunk_rows: int  # rows a chunk holds
    presence: Presence = Presence.ALWAYS
    doc: str = ""

    def dtype(self, raw_dtype: np.dtype[np.void]) -> np.dtype[np.void]:
        """Return the dtype of a row in a recording whose raw rows have `raw_dtype` (packed)."""
        return raw_dtype if self.row_type is None else self.row_type.dtype

    def chunk_length(self, raw_dtype: np.dtype[np.void]) -> int:
        """Return the rows of a chunk, fewer than `chunk_rows` where the tracker's raw rows are very long."""
        return max(1, min(self.chunk_rows, _MAXIMUM_CHUNK_BYTES // self.dtype(raw_dtype).itemsize))


GROUPS: Final[tuple[GroupLayout, ...]] = (
    GroupLayout(path="/", records=(FileRecord, SessionRecord), doc="The file and its session."),
    GroupLayout(path="/participant", records=(ParticipantRecord,), doc="The reader, by pseudonym."),
    GroupLayout(path="/software", records=(SoftwareRecord,), doc="The program that recorded."),
    GroupLayout(path="/settings", records=(SettingsRecord,), doc="What was chosen for the session."),
    GroupLayout(path="/timing", records=(TimingRecord,), doc="Latencies measured on this station before."),
    GroupLayout(path="/tracker", records=(TrackerRecord,), doc="The tracker and what it delivered."),
    GroupLayout(path="/display", records=(DisplayRecord,), doc="The reader's screen and what it showed."),
    GroupLayout(path="/images", records=(), doc="The images that were shown."),
    GroupLayout(
        path="/analysis", records=(), doc="Derived while recording; can be made again from the rest."
    ),
    GroupLayout(path="/audio", records=(), doc="Dictation."),
    GroupLayout(path="/reading", records=(), doc="The reading protocol: screens, answers, shapes, words."),
    GroupLayout(path="/calibration", records=(), doc="How well gaze met targets, and what was decided."),
    GroupLayout(
        path="/simulation",
        records=(),
        presence=Presence.WITH_TRUTH,
        doc="What a simulated eye really did; never mixed with delivered samples.",
    ),
    GroupLayout(
        path=EMBEDDED_IMAGES_PATH,
        records=(),
        presence=Presence.FINISHED,
        doc="Image files as bytes, one unsigned 8-bit dataset each, named by SHA-256; only where asked for.",
    ),
    GroupLayout(
        path="/closing", records=(ClosingRecord,), presence=Presence.FINISHED, doc="How the recording ended."
    ),
)

DATASETS: Final[tuple[DatasetLayout, ...]] = (
    DatasetLayout(key=DatasetKey.GAZE, path="/tracker/gaze", row_type=GAZE, chunk_rows=1024),
    DatasetLayout(
        key=DatasetKey.RAW,
        path="/tracker/raw",
        row_type=None,
        chunk_rows=1024,
        doc="One delivered sample as delivered: every channel and time stamp in its own type.",
    ),
    DatasetLayout(key=DatasetKey.CLOCK_SYNC, path="/tracker/clock_sync", row_type=CLOCK_SYNC, chunk_rows=128),
    DatasetLayout(
        key=DatasetKey.EXTERNAL_SIGNALS,
        path="/tracker/external_signals",
        row_type=EXTERNAL_SIGNAL,
        chunk_rows=128,
    ),
    DatasetLayout(
        key=DatasetKey.USER_POSITION, path="/tracker/user_position", row_type=USER_POSITION, chunk_rows=256
    ),
    DatasetLayout(
        key=DatasetKey.CALIBRATION_SAMPLES,
        path="/tracker/calibration_samples",
        row_type=CALIBRATION_SAMPLE,
        chunk_rows=128,
    ),
    DatasetLayout(
        key=DatasetKey.CALIBRATION_DATA,
        path="/tracker/calibration_data",
        row_type=CALIBRATION_DATA,
        chunk_rows=32,
    ),
    DatasetLayout(key=DatasetKey.TRIGGERS, path="/display/triggers", row_type=TRIGGER, chunk_rows=64),
    DatasetLayout(key=DatasetKey.MARKERS, path="/markers", row_type=MARKER, chunk_rows=64),
    DatasetLayout(key=DatasetKey.EVENTS, path="/events", row_type=EVENT, chunk_rows=64),
    DatasetLayout(key=DatasetKey.VIEWPORT, path="/display/viewport", row_type=VIEWPORT, chunk_rows=128),
    DatasetLayout(key=DatasetKey.TARGETS, path="/display/targets", row_type=TARGET, chunk_rows=64),
    DatasetLayout(key=DatasetKey.IMAGES, path="/images/table", row_type=IMAGE, chunk_rows=32),
    DatasetLayout(key=DatasetKey.TRIALS, path="/trials", row_type=TRIAL, chunk_rows=64),
    DatasetLayout(key=DatasetKey.RUNS, path="/analysis/runs", row_type=DETECTOR_RUN, chunk_rows=8),
    DatasetLayout(key=DatasetKey.FIXATIONS, path="/analysis/fixations", row_type=FIXATION, chunk_rows=128),
    DatasetLayout(key=DatasetKey.THRESHOLDS, path="/analysis/thresholds", row_type=THRESHOLD, chunk_rows=256),
    DatasetLayout(key=DatasetKey.SCREENS, path="/reading/screens", row_type=SCREEN, chunk_rows=64),
    DatasetLayout(key=DatasetKey.ANSWERS, path="/reading/answers", row_type=ANSWER, chunk_rows=64),
    DatasetLayout(key=DatasetKey.SHAPES, path="/reading/shapes", row_type=SHAPE, chunk_rows=64),
    DatasetLayout(key=DatasetKey.WORDS, path="/reading/words", row_type=WORD, chunk_rows=256),
    DatasetLayout(
        key=DatasetKey.VALIDATIONS, path="/calibration/validations", row_type=VALIDATION, chunk_rows=64
    ),
    DatasetLayout(
        key=DatasetKey.JUDGEMENTS, path="/calibration/judgements", row_type=JUDGEMENT, chunk_rows=16
    ),
    DatasetLayout(key=DatasetKey.DRIFT, path="/calibration/drift", row_type=DRIFT, chunk_rows=64),
    DatasetLayout(
        key=DatasetKey.AUDIO_SEGMENTS, path="/audio/segments", row_type=AUDIO_SEGMENT, chunk_rows=16
    ),
    DatasetLayout(key=DatasetKey.AUDIO_SYNC, path="/audio/sync", row_type=AUDIO_SYNC, chunk_rows=256),
    DatasetLayout(
        key=DatasetKey.TRUTH,
        path="/simulation/truth",
        row_type=TRUTH,
        chunk_rows=1024,
        presence=Presence.WITH_TRUTH,
    ),
    DatasetLayout(
        key=DatasetKey.TRUTH_EVENTS,
        path="/simulation/truth_events",
        row_type=TRUTH_EVENT,
        chunk_rows=128,
        presence=Presence.WITH_TRUTH,
    ),
)

LAYOUT_BY_KEY: Final = {layout.key: layout for layout in DATASETS}


def datasets_of(info: TrackerInfo) -> tuple[DatasetLayout, ...]:
    """Return the datasets a recording of this tracker has."""
    return tuple(layout for layout in DATASETS if info.has_truth or layout.presence is Presence.ALWAYS)


def groups_of(info: TrackerInfo, *, is_finished: bool) -> tuple[GroupLayout, ...]:
    """Return the groups a recording of this tracker has, parents first."""
    presences = {Presence.ALWAYS}
    if info.has_truth:
        presences.add(Presence.WITH_TRUTH)
    if is_finished:
        presences.add(Presence.FINISHED)
    return tuple(group for group in GROUPS if group.presence in presences)
