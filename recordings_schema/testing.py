"""Small recordings with every dataset filled, for tests of this package and of whatever reads recordings."""

from __future__ import annotations

import math
from dataclasses import replace

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
    Rows,
)
from gaze_core.streams import PupilUnit, RawChannel, TrackerInfo
from recordings_schema.layout import DatasetKey
from recordings_schema.metadata import (
    ClosingFacts,
    DisplayRecord,
    ParticipantRecord,
    SessionMetadata,
    SessionRecord,
    SettingsRecord,
    SoftwareRecord,
)
from recordings_schema.writer import RecordingWriter

RAW_DTYPE = np.dtype([("time [s]", "<f8"), ("left x", "<f4"), ("Größe", "<i2"), ("key", "S4")])
SAMPLE_NS = 1_000_000_000 // 1200

METADATA = SessionMetadata(
    session=SessionRecord(
        session_id="S-001", started_wall_ns=1_800_000_000_000_000_000, started_host_ns=5_000, study="Pilot ä"
    ),
    participant=ParticipantRecord(pseudonym="R07", group="resident", dominant_eye="left"),
    display=DisplayRecord(
        model="Phantom 27",
        width_px=2560,
        height_px=1440,
        width_mm=597.0,
        height_mm=336.0,
        distance_mm=650.0,
        refresh_hz=59.95,
    ),
    software=SoftwareRecord(application="reading-station", application_version="1.0"),
    settings=SettingsRecord(driver_options={"seed": "1"}, settings={"heatmap": "off"}),
)

TRACKER = TrackerInfo(
    driver="mock",
    model="Phantom eye",
    serial="0001",
    rate_hz=1200.0,
    raw_dtype=RAW_DTYPE,
    raw_channels=(
        RawChannel(name="time [s]", unit="s", mapped_to="t_device_ns"),
        RawChannel(name="left x", unit="norm", mapped_to="left_x_norm"),
    ),
    pupil_unit=PupilUnit.MM,
    has_truth=True,
    is_simulated=True,
    settings={"preset": "bar"},
)


def gaze_rows(count: int, first: int = 0) -> Rows:
    """Return samples `first` and following, different in every column that a reader compares."""
    seq = np.arange(first, first + count)
    rows = GAZE.empty(count)
    rows["seq"] = seq
    rows["t_device_ns"] = seq * SAMPLE_NS
    rows["t_host_ns"] = 10_000 + seq * SAMPLE_NS
    rows["left_x_norm"] = np.where(seq % 50 == 7, np.nan, np.sin(seq / 100))
    rows["left_valid"] = seq % 50 != 7
    return rows


def raw_rows(count: int, first: int = 0) -> Rows:
    """Return the raw rows of the same samples."""
    seq = np.arange(first, first + count)
    rows = np.zeros(count, RAW_DTYPE)
    rows["time [s]"] = seq / 1200
    rows["left x"] = np.sin(seq / 100)
    rows["Größe"] = seq % 1000
    rows["key"] = b"ab"
    return rows


def side_rows() -> dict[DatasetKey, Rows]:
    """Return some rows for every dataset beside the samples."""
    image = IMAGE.row(
        image_id=0, sha256="0" * 64, size_bytes=10, name="phantom ü.png", width_px=9, height_px=9
    )
    return {
        DatasetKey.IMAGES: image,
        DatasetKey.TRIALS: np.concatenate(
            [
                TRIAL.row(t_host_ns=11_000, trial=0, case_id="case 1", state="open", image_ids="0"),
                TRIAL.row(t_host_ns=90_000, trial=0, case_id="case 1", state="done", image_ids="0"),
            ]
        ),
        DatasetKey.VIEWPORT: VIEWPORT.row(
            t_asked_host_ns=11_000,
            t_presented_host_ns=12_000,
            trial=0,
            image_id=0,
            pane=0,
            slice=0,
            cause="show",
        ),
        DatasetKey.EVENTS: EVENT.row(
            t_host_ns=12_000, kind="image_shown", source="app", trial=0, text="Übung"
        ),
        DatasetKey.MARKERS: MARKER.row(t_host_ns=13_000, stream="keys", text="space"),
        DatasetKey.TARGETS: TARGET.row(t_on_host_ns=1, t_off_host_ns=2, target_id=0, procedure="validation"),
        DatasetKey.EXTERNAL_SIGNALS: EXTERNAL_SIGNAL.row(
            t_host_ns=1, value=3, change="value_changed", source="tracker"
        ),
        DatasetKey.USER_POSITION: USER_POSITION.row(t_host_ns=4, left_x_box=0.4, left_valid=1),
        DatasetKey.TRIGGERS: TRIGGER.row(t_onset_host_ns=5, code=1, port="COM3", cause="show", trial=0),
        DatasetKey.CALIBRATION_SAMPLES: CALIBRATION_SAMPLE.row(attempt=0, target_x_norm=0.5, left_use=2),
        DatasetKey.SCREENS: SCREEN.row(t_asked_host_ns=1, t_presented_host_ns=2, trial=0, screen="read"),
        DatasetKey.ANSWERS: ANSWER.row(t_host_ns=3, trial=0, screen="labels", name="Übung", value="true"),
        DatasetKey.SHAPES: SHAPE.row(t_host_ns=4, trial=0, shape=0, kind="ellipse", image_id=0, labels="a|b"),
        DatasetKey.WORDS: WORD.row(trial=0, version=0, index=0, text="lungs", kind="recognised", score=0.5),
        DatasetKey.AUDIO_SEGMENTS: AUDIO_SEGMENT.row(segment=0, trial=0, frame_count=480, file="a.flac"),
        DatasetKey.VALIDATIONS: VALIDATION.row(validation=0, target_id=-1, eye="left", offset_deg=0.4),
        DatasetKey.JUDGEMENTS: JUDGEMENT.row(t_host_ns=5, subject="case", number=0, grade="green"),
        DatasetKey.DRIFT: DRIFT.row(t_host_ns=6, trial=0, eye="average", outcome="measured"),
        DatasetKey.CALIBRATION_DATA: CALIBRATION_DATA.row(
            t_computed_host_ns=6, attempt=0, part=0, total_bytes=2, content_hex="00ff"
        ),
        DatasetKey.CLOCK_SYNC: CLOCK_SYNC.row(
            clock_id="device", host_before_ns=1, remote_ns=2, host_after_ns=3, remote_raw=math.pi
        ),
        DatasetKey.RUNS: DETECTOR_RUN.row(run=0, t_host_ns=1, detector="adaptive", version="1", is_live=1),
        DatasetKey.FIXATIONS: FIXATION.row(run=0, event_id=0, kind=1, image_id=0),
        DatasetKey.THRESHOLDS: THRESHOLD.row(t_ns=5, noise_deg=0.1),
        DatasetKey.AUDIO_SYNC: AUDIO_SYNC.row(segment=0, frame=480, t_host_ns=5),
        DatasetKey.TRUTH: TRUTH.row(t_device_ns=1, label=1),
        DatasetKey.TRUTH_EVENTS: TRUTH_EVENT.row(event_id=0, label=1, target="lesion"),
    }


def append_samples(writer: RecordingWriter, count: int, *, batch: int = 60) -> None:
    """Append `count` samples in batches, as the recorder does."""
    for first in range(0, count, batch):
        size = min(batch, count - first)
        writer.append(DatasetKey.GAZE, gaze_rows(size, first))
        writer.append(DatasetKey.RAW, raw_rows(size, first))


def fill(writer: RecordingWriter, sample_count: int = 3000) -> None:
    """Append samples and some rows to every dataset, and note the counters."""
    append_samples(writer, sample_count)
    for key, rows in side_rows().items():
        writer.append(key, rows)
    writer.note_facts(ClosingFacts(samples_delivered=sample_count, samples_missing=0))


def without_truth() -> TrackerInfo:
    """Return a tracker of a real eye."""
    return replace(TRACKER, has_truth=False, is_simulated=False)
