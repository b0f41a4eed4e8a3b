"""Recordings: how they are laid out, written, read, checked, repaired and exchanged.

The names here are for whoever reads recordings. The writer is imported from `recordings_schema.writer` by the
acquisition process alone.
"""

from recordings_schema.errors import (
    FormatVersionError,
    MetadataError,
    RecordingError,
    RecordingExistsError,
    RecordingInUseError,
    RecordingStateError,
    RecordingWriteError,
    RecoveryError,
)
from recordings_schema.findings import Finding, Severity
from recordings_schema.layout import EXTENSION, FORMAT_VERSION, DatasetKey
from recordings_schema.metadata import (
    ClosingFacts,
    ClosingRecord,
    DisplayRecord,
    ParticipantRecord,
    SessionMetadata,
    SessionRecord,
    SettingsRecord,
    SoftwareRecord,
)
from recordings_schema.migrate import migrate
from recordings_schema.reader import Recording, RecordingSummary
from recordings_schema.recover import find_unfinished, recover
from recordings_schema.recovery_report import RecoveryOutcome, RecoveryReport
from recordings_schema.validate import validate

__all__ = [
    "Recording",
    "RecordingSummary",
    "DatasetKey",
    "EXTENSION",
    "FORMAT_VERSION",
    "SessionMetadata",
    "SessionRecord",
    "ParticipantRecord",
    "DisplayRecord",
    "SoftwareRecord",
    "SettingsRecord",
    "ClosingFacts",
    "ClosingRecord",
    "validate",
    "Finding",
    "Severity",
    "recover",
    "find_unfinished",
    "RecoveryReport",
    "RecoveryOutcome",
    "migrate",
    "RecordingError",
    "RecordingExistsError",
    "RecordingInUseError",
    "RecordingStateError",
    "RecordingWriteError",
    "RecoveryError",
    "FormatVersionError",
    "MetadataError",
]
