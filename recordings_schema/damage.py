"""Tells whether a closed recording is still what was closed, and what of a damaged one is worth saving."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator

from recordings_schema.errors import RecordingError, RecoveryError
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording
from recordings_schema.recovery_sources import ReadableRows
from recordings_schema.tally import tally_of

_log = logging.getLogger(__name__)


def is_as_closed(recording: Recording) -> bool:
    """Return whether all rows and images of a finished recording, read now, are those of its close."""
    try:
        for key in recording.keys:
            if recording.stored_tally(key) != tally_of(recording.blocks(key)):
                _log.warning("%s: %s is not as it was closed.", recording.path, key.value)
                return False
        return all(_is_image_whole(recording, sha256) for sha256 in recording.embedded_images())
    except RecordingError as err:
        _log.warning("%s", err)
        return False


def check_worth_saving(recording: Recording, readable: ReadableRows) -> None:
    """Refuse a new file that would hold no samples, or rows of which nobody knows if they are right.

    Raises
    ------
    RecoveryError
        If no sample can be read, or rows can be read but are not those that were recorded.
    """
    samples = sum(map(len, readable.blocks(DatasetKey.GAZE)))
    if samples == 0 and recording.count(DatasetKey.GAZE) > 0:
        raise RecoveryError(
            f"{recording.path} is damaged, and none of its samples can be read. No journal lies beside it, "
            "so nothing can be recovered; use another copy. The file is left as it is.",
            path=recording.path,
        )
    for key in recording.keys:
        if key not in readable.unreadable and recording.stored_tally(key) != tally_of(recording.blocks(key)):
            raise RecoveryError(
                f"{recording.path} was changed after it was recorded: the rows of {key.value} can be read, "
                "but their checksum differs. No journal lies beside it to tell which are right; use another "
                "copy. The file is left as it is.",
                path=recording.path,
            )


def readable_images(recording: Recording) -> Iterator[tuple[str, bytes]]:
    """Yield the image files kept inside that can be read whole, by checksum."""
    try:
        names = recording.embedded_images()
    except RecordingError as err:
        _log.warning("%s", err)
        return
    for sha256 in names:
        try:
            yield sha256, recording.embedded_image(sha256)
        except RecordingError as err:
            _log.warning("%s", err)


def _is_image_whole(recording: Recording, sha256: str) -> bool:
    return hashlib.sha256(recording.embedded_image(sha256)).hexdigest() == sha256
