"""The study a recording was made with, as it was then: beside the sessions, or in the study folder itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from capture_app.session.study import STUDY_EXTENSION, OpenedStudy, StudyError
from capture_app.session.study.loading import kept_study
from capture_app.session.study.study_files import LARGEST_STUDY_BYTES, read_text

_LEVELS_UP: Final = 5  # sessions / reader / period / session, and the study folder
_MOST_FILES: Final = 50


def find_study_of(recording: Path, settings: Mapping[str, str]) -> OpenedStudy | None:
    """Return the study of a recording, proven by its checksum; None where it is not here.

    Parameters
    ----------
    recording
        The file, in its study folder, or with the study file beside it.
    settings
        Of its metadata: `study_sha256` is the checksum of the study file.
    """
    wanted = settings.get("study_sha256", "")
    if not wanted:
        return None
    for file, folder in _candidates(recording):
        try:
            text = read_text(file, largest_bytes=LARGEST_STUDY_BYTES, what="The study file")
        except StudyError:
            continue
        if hashlib.sha256(text.encode("utf-8")).hexdigest() == wanted:
            return kept_study(file, folder)
    return None


def _candidates(recording: Path) -> Iterator[tuple[Path, Path]]:
    """Yield study files with the folders their tables are relative to: the study folder's own file first."""
    above = list(recording.parents)[:_LEVELS_UP]
    for folder in reversed(above):
        for file in _study_files(folder):
            # A copy lies in the folder of the sessions, one below the study's.
            is_copy = bool(_study_files(folder.parent))
            yield file, folder.parent if is_copy else folder


def _study_files(folder: Path) -> list[Path]:
    try:
        found = sorted(each for each in folder.iterdir() if each.name.endswith(STUDY_EXTENSION))
    except OSError:
        return []
    return found[:_MOST_FILES]
