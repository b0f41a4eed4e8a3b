"""Turns a recording that ended into its finished file: from the streamed file, else from the journal."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from recordings_schema.errors import RecordingError, RecordingWriteError
from recordings_schema.finishing import FinishedContent, build_finished_copy, put_in_place, remove_copy
from recordings_schema.journal import JournalHeader
from recordings_schema.journal_content import read_journal
from recordings_schema.layout import DatasetKey
from recordings_schema.metadata import ClosingRecord
from recordings_schema.paths import journal_path
from recordings_schema.reader import Recording
from recordings_schema.tally import Tally

_log = logging.getLogger(__name__)


def finish_recording(
    path: Path,
    header: JournalHeader,
    closing: ClosingRecord,
    tallies: Mapping[DatasetKey, Tally],
    *,
    is_stream_whole: bool,
    has_embedded_images: bool,
) -> None:
    """Put the finished file in the place of the streamed one; the journal stays.

    Parameters
    ----------
    path
        The recording; its streamed file is closed, its journal synced.
    header
        What was known before the first sample.
    closing
        How it ended.
    tallies
        What the recorder counted while it wrote: the finished file must hold exactly this.
    is_stream_whole
        Whether the streamed file was written to the end. If so it is the source, as long as it agrees with
        `tallies`; the journal is the source otherwise.
    has_embedded_images
        Whether the journal holds image files to be kept.

    Raises
    ------
    RecordingWriteError
        If the finished file cannot be written, or neither source agrees with `tallies`.
    """
    content = FinishedContent(metadata=header.metadata, tracker_info=header.tracker_info, closing=closing)
    if is_stream_whole and _is_finished_from_stream(path, content, tallies, has_embedded_images):
        put_in_place(path)
        return
    try:
        journal = read_journal(journal_path(path))
        copied = build_finished_copy(path, content, journal, journal.embedded_images())
    except RecordingWriteError:
        raise
    except RecordingError as err:
        raise RecordingWriteError(
            f"{path} could not be finished: {err} Recover {path.name}.", path=path
        ) from err
    if copied != tallies:
        remove_copy(path)
        raise RecordingWriteError(
            f"{path} could not be finished: what the disk gives back is not what was written. Check the "
            "disk, then "
            f"recover {path.name}; the journal is kept.",
            path=path,
        )
    put_in_place(path)


def _is_finished_from_stream(
    path: Path, content: FinishedContent, tallies: Mapping[DatasetKey, Tally], has_embedded_images: bool
) -> bool:
    images = read_journal(journal_path(path)).embedded_images() if has_embedded_images else ()
    try:
        with Recording.open(path) as streamed:
            copied = build_finished_copy(path, content, streamed, images)
    except RecordingError as err:
        _log.warning("%s is finished from its journal: %s", path, err)
        return False
    if copied != tallies:
        _log.warning(
            "%s is finished from its journal: the streamed file does not hold what was written.", path
        )
        return False
    return True
