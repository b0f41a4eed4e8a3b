"""Why a file cannot be replayed, and what to do: in words for whoever chose it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from recordings_schema.errors import (
    DamagedRecordingError,
    FormatVersionError,
    NotARecordingError,
    RecordingError,
)
from recordings_schema.layout import EXTENSION
from recordings_schema.lock import is_locked
from recordings_schema.paths import journal_path

_JOURNAL: Final = journal_path(Path(EXTENSION)).suffix


def refusal_words(path: Path, err: RecordingError) -> str:
    """Return why `path` cannot be opened and what to do, a few sentences."""
    if path.is_dir():
        return f"{path} is a folder. Choose a recording in it (*{EXTENSION})."
    if path.suffix == _JOURNAL:
        return (
            f"{path.name} is the journal of a recording, kept in case that is cut off. Open {path.stem}; if "
            "that is missing, `reading-station recover` makes it again from the journal."
        )
    if not path.exists():
        if journal_path(path).is_file():
            return (
                f"{path} is not there, but its journal is. `reading-station recover` makes the recording "
                "again from it."
            )
        return f"{path} is not there. It may have been moved or renamed: choose it where it is now."
    if isinstance(err, (DamagedRecordingError, FormatVersionError, NotARecordingError)):
        return str(err)
    return f"{err} Choose a file that was recorded with this program (*{EXTENSION})."


def unfinished_words(path: Path) -> str:
    """Return what is to be known of a recording without an end: it goes on, or it was cut off."""
    if is_locked(journal_path(path)):  # by whoever records; it is free as soon as that process is gone
        return "This recording is still being made: what came until it was opened is shown."
    return "This recording was cut off: what is left is shown. `reading-station recover` closes it."
