"""Whether recordings can be written, compressed, read and recovered on this computer, by doing it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

import numpy as np

from gaze_core.rows import GAZE, Rows
from gaze_core.streams import TrackerInfo
from recordings_schema.errors import RecordingError
from recordings_schema.findings import Severity
from recordings_schema.layout import EXTENSION, DatasetKey
from recordings_schema.metadata import (
    DisplayRecord,
    ParticipantRecord,
    SessionMetadata,
    SessionRecord,
    SettingsRecord,
    SoftwareRecord,
)
from recordings_schema.paths import journal_path
from recordings_schema.reader import Recording
from recordings_schema.recover import recover
from recordings_schema.validate import validate
from recordings_schema.writer import RecordingWriter

_SAMPLE_COUNT: Final = 6000
_RATE_HZ: Final = 600.0
_RAW_DTYPE: Final = np.dtype([("time [s]", "<f8"), ("x", "<f8")])


class SelfCheckError(Exception):
    """A check did not come out as it must; the text says what was found."""


def check_closed_recording(folder: Path) -> str:
    """Write a recording, close it, and compare what is read from the compressed file.

    Returns
    -------
    str
        What was done, for the report.

    Raises
    ------
    SelfCheckError, RecordingError
        If anything is not as it was written.
    """
    path = folder / f"closed{EXTENSION}"
    writer, gaze, raw = _written(path)
    writer.close("self-test")
    _compare(path, gaze, raw)
    stored_bytes, plain_bytes = path.stat().st_size, gaze.nbytes + raw.nbytes
    if stored_bytes >= plain_bytes:
        raise SelfCheckError(
            f"The file takes {stored_bytes} bytes for {plain_bytes} bytes of samples: it is not compressed."
        )
    return f"{_SAMPLE_COUNT} samples in {stored_bytes / 1e3:.0f} kB, checked"


def check_recovery(folder: Path) -> str:
    """Break a recording off without closing it, recover it, and compare what is read; see above."""
    path = folder / f"broken{EXTENSION}"
    writer, gaze, raw = _written(path)
    writer.flush()
    writer.abandon()
    if not journal_path(path).exists():
        raise SelfCheckError(f"No journal lies beside {path.name}, which was never closed.")
    report = recover(path)
    _compare(path, gaze, raw)
    return report.outcome.value


def _written(path: Path) -> tuple[RecordingWriter, Rows, Rows]:
    """Return a writer with samples in it, and the samples."""
    seq = np.arange(_SAMPLE_COUNT)
    gaze = GAZE.empty(_SAMPLE_COUNT)
    gaze["seq"] = seq
    gaze["t_device_ns"] = np.rint(seq * 1e9 / _RATE_HZ)
    gaze["t_host_ns"] = gaze["t_device_ns"] + 1_000_000
    gaze["left_x_norm"] = np.where(seq % 50 == 7, np.nan, np.round(np.sin(seq / 100), 4))
    gaze["left_y_norm"] = 0.5
    gaze["left_valid"] = seq % 50 != 7
    raw = np.zeros(_SAMPLE_COUNT, _RAW_DTYPE)
    raw["time [s]"] = seq / _RATE_HZ
    raw["x"] = gaze["left_x_norm"]
    writer = RecordingWriter.create(path, _metadata(), _tracker())
    for first in range(0, _SAMPLE_COUNT, 60):
        writer.append(DatasetKey.GAZE, gaze[first : first + 60])
        writer.append(DatasetKey.RAW, raw[first : first + 60])
    return writer, gaze, raw


def _compare(path: Path, gaze: Rows, raw: Rows) -> None:
    with Recording.open(path) as recording:
        # Bytes are compared: NaN is not equal to itself.
        if recording.gaze().tobytes() != gaze.tobytes() or recording.raw().tobytes() != raw.tobytes():
            raise SelfCheckError(f"The samples read from {path.name} are not those that were written.")
    errors = [finding for finding in validate(path) if finding.severity is Severity.ERROR]
    if errors:
        raise RecordingError(f"{path.name}: {errors[0].what}", path=path)


def _metadata() -> SessionMetadata:
    return SessionMetadata(
        session=SessionRecord(
            session_id="self-test",
            started_wall_ns=time.time_ns(),
            started_host_ns=time.perf_counter_ns(),
        ),
        participant=ParticipantRecord(pseudonym="self-test"),
        display=DisplayRecord(
            model="none",
            width_px=1920,
            height_px=1080,
            width_mm=528.0,
            height_mm=297.0,
            distance_mm=650.0,
        ),
        software=SoftwareRecord.of_this_process("reading-station", ""),
        settings=SettingsRecord(),
    )


def _tracker() -> TrackerInfo:
    return TrackerInfo(driver="self-test", model="none", rate_hz=_RATE_HZ, raw_dtype=_RAW_DTYPE)
