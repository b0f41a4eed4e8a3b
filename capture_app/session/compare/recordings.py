"""Which recordings of a study hold an image: found beside the one looked at, by the image's checksum."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from capture_app.session.study import is_study
from gaze_core.rows import decode_text
from recordings_schema.errors import RecordingError
from recordings_schema.layout import EXTENSION, DatasetKey
from recordings_schema.reader import Recording

_LEVELS_UP: Final = 5
_MOST_RECORDINGS: Final = 2000
_MOST_IMAGES: Final = 100_000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingRecording:
    """A recording that holds the image."""

    path: Path
    pseudonym: str
    session_id: str
    is_finished: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRecordings:
    """What a search found."""

    holding: tuple[HoldingRecording, ...]  # without the one that is looked at
    looked_at: int
    unreadable: int


def study_folder_of(path: Path) -> Path:
    """Return the study folder a recording lies in; without a study the folder of the recording."""
    for folder in list(path.absolute().parents)[:_LEVELS_UP]:
        if is_study(folder):
            return folder
    return path.absolute().parent


def recordings_with(
    sha256: str, folder: Path, besides: Path, is_given_up: Callable[[], bool] = lambda: False
) -> FoundRecordings:
    """Return the recordings below a folder that hold an image. Blocks: call it from a worker.

    Parameters
    ----------
    sha256
        Checksum of the image.
    folder
        Looked through with all folders inside.
    besides
        The recording that is looked at.
    is_given_up
        Whether to stop.
    """
    holding, looked_at, unreadable = [], 0, 0
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for name in sorted(names):
            path = Path(parent) / name
            if not name.endswith(EXTENSION) or path == besides.absolute():
                continue
            if looked_at >= _MOST_RECORDINGS or is_given_up():
                break
            looked_at += 1
            try:
                found = _held(path, sha256)
            except RecordingError as err:
                _log.warning("%s cannot be looked at for an image: %s", name, err)
                unreadable += 1
                continue
            if found is not None:
                holding.append(found)
    return FoundRecordings(holding=tuple(holding), looked_at=looked_at, unreadable=unreadable)


def _held(path: Path, sha256: str) -> HoldingRecording | None:
    with Recording.open(path) as recording:
        images = recording.rows(DatasetKey.IMAGES, 0, _MOST_IMAGES)
        if sha256 not in {decode_text(value) for value in images["sha256"]}:
            return None
        return HoldingRecording(
            path=path,
            pseudonym=recording.metadata.participant.pseudonym,
            session_id=recording.metadata.session.session_id,
            is_finished=recording.is_finished,
        )
