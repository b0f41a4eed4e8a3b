"""What can go wrong with a recording, as errors a caller can act on."""

from __future__ import annotations

from pathlib import Path


class RecordingError(Exception):
    """A recording could not be read, written or repaired; the text says what happened and what to do."""

    def __init__(self, text: str, *, path: Path | None = None) -> None:
        super().__init__(text)
        self.path = path


class RecordingExistsError(RecordingError):
    """A file of that name is already there; nothing is ever overwritten."""


class RecordingWriteError(RecordingError):
    """The recording can no longer be written; everything synced so far can be recovered."""


class RecordingStateError(RecordingError):
    """A method was called in the wrong order."""


class RecordingInUseError(RecordingError):
    """A recorder that is alive holds the recording."""


class FormatVersionError(RecordingError):
    """The file was written in a format this program does not know."""

    def __init__(self, text: str, *, path: Path | None = None, version: int = -1) -> None:
        super().__init__(text, path=path)
        self.version = version


class DamagedRecordingError(RecordingError):
    """A place in the file cannot be read; `fact` says so without any advice."""

    def __init__(self, fact: str, *, path: Path) -> None:
        super().__init__(
            f"{fact} Use another copy of the file, or let 'reading-station recover' save what can still be "
            "read.",
            path=path,
        )
        self.fact = fact


class NotARecordingError(RecordingError):
    """The file is something else; `fact` says so without any advice."""

    def __init__(self, fact: str, *, path: Path) -> None:
        super().__init__(f"{fact} Choose a file that was recorded with this program (*.gazeh5).", path=path)
        self.fact = fact


class MetadataError(RecordingError):
    """A piece of metadata is missing, unknown, of the wrong type or out of range."""


class RecoveryError(RecordingError):
    """A recording could not be rebuilt; what there was is untouched."""
