"""What a person means by naming a place: its recordings, and the study they were made with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from capture_app.session.export.recordings import ExportError, recordings_in
from capture_app.session.study import OpenedStudy, StudyError, open_study
from capture_app.session.study.loading import is_study

_LEVELS_UP: Final = 5  # sessions / reader / period / session, and the study folder
_SESSIONS: Final = "sessions"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSource:
    """Recordings with their study."""

    recordings: tuple[Path, ...]
    opened: OpenedStudy | None  # None where none is found around them


def source_at(place: Path) -> ExportSource:
    """Return the recordings of a study folder, of any folder, or one recording, and their study.

    Raises
    ------
    ExportError
        If nothing is there, or the study around it cannot be used.
    """
    folder = _study_folder(place)
    try:
        opened = None if folder is None else open_study(folder)
    except StudyError as err:
        raise ExportError(str(err)) from err
    is_whole_study = folder is not None and place.absolute() == folder
    looked_through = folder / _SESSIONS if folder is not None and is_whole_study else place
    return ExportSource(recordings=recordings_in([looked_through]), opened=opened)


def _study_folder(place: Path) -> Path | None:
    """Return the study folder around a place; the copy beside the sessions is none."""
    above = place.absolute()
    for folder in (above, *list(above.parents)[:_LEVELS_UP]):
        if folder.is_dir() and is_study(folder) and not is_study(folder.parent):
            return folder
    return None
