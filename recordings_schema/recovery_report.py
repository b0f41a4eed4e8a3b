"""What recovery did to a recording, as data and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from recordings_schema.layout import DatasetKey


class RecoveryOutcome(str, Enum):
    """What recovery found and did."""

    NOTHING_TO_DO = "nothing to do"  # the recording is finished, whole, and has no journal
    ALREADY_FINISHED = "already finished"  # only the journal was left
    REBUILT = "rebuilt from the journal"
    SALVAGED = "salvaged from the streamed file"  # there was no usable journal
    SALVAGED_DAMAGED = "damaged after it was closed; what can be read was saved"  # into a new file
    NOTHING_LEFT = "nothing left"  # neither journal nor file holds anything


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryReport:
    """What recovery did to one recording."""

    path: Path
    outcome: RecoveryOutcome
    row_counts: Mapping[DatasetKey, int]  # of the recording as it is now; empty where nothing is left
    interrupted_trials: tuple[int, ...] = ()  # marked as interrupted
    half_samples: int = 0  # at the very end, without their raw row or the reverse: left out
    unusable_bytes: int = 0  # at the end of the journal
    unreadable: tuple[DatasetKey, ...] = ()  # datasets of a salvaged file that lack their damaged places
    damaged_path: Path | None = None  # what the replaced file is called now
    kept_journal_path: Path | None = None  # a journal with unusable bytes is kept

    def sentences(self) -> tuple[str, ...]:
        """Return the report in words for a person."""
        samples = self.row_counts.get(DatasetKey.GAZE, 0)
        lines = [f"{self.path}: {self.outcome.value}; it holds {samples} samples."]
        if self.interrupted_trials:
            trials = ", ".join(str(trial) for trial in self.interrupted_trials)
            lines.append(f"Marked as interrupted: trial {trials}.")
        if self.half_samples:
            lines.append(f"{self.half_samples} samples at the end were cut in two and left out.")
        if self.unusable_bytes:
            lines.append(f"The last {self.unusable_bytes} bytes of the journal could not be used.")
        if self.unreadable:
            names = ", ".join(key.value for key in self.unreadable)
            lines.append(f"Damaged places could not be read and were left out of: {names}.")
        if self.damaged_path is not None:
            lines.append(f"The damaged file is kept as {self.damaged_path.name}.")
        if self.kept_journal_path is not None:
            lines.append(f"The journal is kept as {self.kept_journal_path.name}.")
        return tuple(lines)
