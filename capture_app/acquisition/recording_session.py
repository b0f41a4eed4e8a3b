"""What belongs to one recording under way: its writer, its disk, its open trial, rows made ready for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from capture_app.acquisition.disk_watch import DiskWatch
from capture_app.acquisition.recording_queue import RecordedCounts
from gaze_core.rows import TRIAL, Rows, decode_text, join_rows
from recordings_schema.layout import DatasetKey
from recordings_schema.metadata import ClosingFacts
from recordings_schema.writer import ClosedRecording

OPEN_TRIAL_STATES: Final = ("open", "paused", "resumed")


class Writer(Protocol):
    """What the recorder needs of `recordings_schema.writer.RecordingWriter`."""

    @property
    def stream_failure(self) -> str:
        """Why the file can no longer be read along, "" while it can."""

    def append(self, key: DatasetKey, rows: Rows) -> None:
        """Record rows of one dataset."""

    def embed_image(self, content: bytes) -> str:
        """Keep the bytes of an image file."""

    def note_facts(self, facts: ClosingFacts) -> None:
        """Keep what is known so far about losses."""

    def sync(self) -> None:
        """Put everything on the disk."""

    def flush(self) -> None:
        """Put everything on the disk and let programs that read along see it."""

    def close(self, reason: str) -> ClosedRecording:
        """End the recording properly."""

    def abandon(self) -> None:
        """Let go of the files without finishing."""


@dataclass(slots=True, kw_only=True)
class RecordingSession:
    """A recording under way; the recorder's thread alone touches it."""

    path: Path
    writer: Writer
    disk: DiskWatch
    started_ns: int
    flushed_ns: int
    streamed_ns: int  # when programs that read along were last served
    disk_checked_ns: int
    trial: Rows = field(default_factory=lambda: TRIAL.empty(0))  # the last row, if any
    refused: set[DatasetKey] = field(default_factory=set)  # told once each
    is_stream_failure_told: bool = False

    @property
    def open_trial(self) -> int:
        """Number of the trial that is open, -1 where none is."""
        is_open = len(self.trial) and decode_text(self.trial["state"][0]) in OPEN_TRIAL_STATES
        return int(self.trial["trial"][0]) if is_open else -1


def joined(entries: list[tuple[DatasetKey, Rows]]) -> list[tuple[DatasetKey, Rows]]:
    """Return the rows of each dataset as one array, in the order in which the datasets first appear."""
    parts: dict[DatasetKey, list[Rows]] = {}
    for key, rows in entries:
        parts.setdefault(key, []).append(rows)
    return [(key, join_rows(each)) for key, each in parts.items()]


def closing_facts(counts: RecordedCounts) -> ClosingFacts:
    """Return what the file keeps of the counts."""
    return ClosingFacts(
        samples_delivered=counts.samples,
        samples_missing=counts.lost,
        samples_out_of_order=counts.device_time_backward,
        counters={"samples_late": str(counts.out_of_order), "deliveries": str(counts.deliveries)},
    )
