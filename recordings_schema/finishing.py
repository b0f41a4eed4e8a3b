"""Builds the finished, compressed file of a recording and proves that it holds what was recorded.

Closing a recording and recovering one end here alike: the copy is written under another name, checked by
opening it again, put on the disk itself, and only then takes the recording's name.
"""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import Final, Protocol

import h5py
import numpy as np

from gaze_core.rows import Rows
from gaze_core.streams import TrackerInfo
from recordings_schema.clock_summary import clock_summaries
from recordings_schema.errors import RecordingWriteError
from recordings_schema.layout import LAYOUT_BY_KEY, DatasetKey, datasets_of
from recordings_schema.metadata import ClosingRecord, SessionMetadata
from recordings_schema.paths import partial_path, sync_folder
from recordings_schema.sink import SafeSink
from recordings_schema.stream import HDF5_ERRORS
from recordings_schema.structure import create_finished_file, store_embedded_image, store_tally
from recordings_schema.tally import Tally

_log = logging.getLogger(__name__)
_REPLACE_ATTEMPTS: Final = 20
_REPLACE_PAUSE_S: Final = 0.1
_COPY_CHUNKS: Final = 16  # chunks written at once: few calls, and still only some MiB in memory


class RowSource(Protocol):
    """Where the rows of a finished file come from: the streamed file or the journal."""

    def blocks(self, key: DatasetKey) -> Iterable[Rows]:
        """Yield the rows of a dataset in order, in blocks of any size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedContent:
    """Everything a finished file holds beside its rows."""

    metadata: SessionMetadata
    tracker_info: TrackerInfo  # raw dtype packed
    closing: ClosingRecord


def build_finished_copy(
    path: Path,
    content: FinishedContent,
    source: RowSource,
    embedded_images: Iterable[tuple[str, bytes]],
) -> dict[DatasetKey, Tally]:
    """Write the finished copy of recording `path` under its partial name and return what was copied.

    Raises
    ------
    RecordingWriteError
        If the copy cannot be written, or reads back differently. It is removed again.
    """
    partial = partial_path(path)
    partial.unlink(missing_ok=True)
    try:
        with closing(SafeSink(partial)) as sink:
            tallies = _write_copy(sink, content, source, embedded_images)
            if sink.failure is not None:
                raise sink.failure
            sink.sync()
        _check_copy(partial, tallies)
    except HDF5_ERRORS as err:
        remove_copy(path)
        raise RecordingWriteError(
            f"The finished copy of {path} could not be written ({err}). The recording itself is kept as it "
            "is; "
            f"make room on the disk and recover {path.name}.",
            path=path,
        ) from err
    return tallies


def put_in_place(path: Path) -> None:
    """Give the checked copy the recording's name, replacing the streamed file, for good.

    Raises
    ------
    RecordingWriteError
        If the system refuses, for instance because another program has the file open on Windows.
    """
    try:
        _replace(path)
        sync_folder(path.parent)
    except OSError as err:
        raise RecordingWriteError(
            f"The finished copy could not take the name {path} ({err}). Nothing is lost: close other "
            "programs that "
            f"read the file and recover {path.name}.",
            path=path,
        ) from err


def _replace(path: Path) -> None:
    """Let the copy take the name; on Windows whoever reads the file, a virus scanner too, is waited for."""
    for _ in range(_REPLACE_ATTEMPTS if os.name == "nt" else 0):
        with suppress(PermissionError):
            os.replace(partial_path(path), path)  # noqa: PTH105 - the atomic one, named so in the documentation
            return
        time.sleep(_REPLACE_PAUSE_S)
    os.replace(partial_path(path), path)  # noqa: PTH105 - as above; now a refusal is told


def remove_copy(path: Path) -> None:
    """Remove an unfinished copy of recording `path`; where that fails, recovery does it."""
    try:
        partial_path(path).unlink(missing_ok=True)
    except OSError as err:
        _log.warning("%s could not be removed (%s).", partial_path(path), err)


def _write_copy(
    sink: SafeSink,
    content: FinishedContent,
    source: RowSource,
    embedded_images: Iterable[tuple[str, bytes]],
) -> dict[DatasetKey, Tally]:
    fits = clock_summaries(source, has_device_clock=content.tracker_info.has_device_clock)
    ending = replace(content.closing, clock_fit={**fits, **content.closing.clock_fit})
    with create_finished_file(sink, content.metadata, content.tracker_info, ending) as file:
        tallies = {}
        for layout in datasets_of(content.tracker_info):
            dataset = file[layout.path]
            blocks = takewhile(lambda _: sink.failure is None, source.blocks(layout.key))
            tallies[layout.key] = _copy_rows(dataset, blocks)
            store_tally(dataset, tallies[layout.key])
        for sha256, image in embedded_images:
            if sink.failure is not None:
                break
            if hashlib.sha256(image).hexdigest() == sha256:
                store_embedded_image(file, sha256, image)
            else:
                _log.warning("Embedded image %s is not complete and is left out.", sha256)
    return tallies


def _copy_rows(dataset: h5py.Dataset, blocks: Iterable[Rows]) -> Tally:
    batch_rows = dataset.chunks[0] * _COPY_CHUNKS
    tally = Tally()
    waiting: list[Rows] = []
    waiting_rows = 0
    for block in blocks:
        waiting.append(block)
        waiting_rows += len(block)
        if waiting_rows < batch_rows:
            continue
        rows = np.concatenate(waiting)
        whole = len(rows) - len(rows) % dataset.chunks[0]  # a chunk that is written twice is compressed twice
        tally = _append(dataset, rows[:whole], tally)
        waiting, waiting_rows = [rows[whole:]], len(rows) - whole
    return _append(dataset, np.concatenate(waiting), tally) if waiting_rows else tally


def _append(dataset: h5py.Dataset, rows: Rows, tally: Tally) -> Tally:
    dataset.resize(tally.row_count + len(rows), axis=0)
    dataset[tally.row_count :] = rows
    return tally.add(rows)


def _check_copy(partial: Path, tallies: Mapping[DatasetKey, Tally]) -> None:
    with h5py.File(partial, "r") as file:
        for key, expected in tallies.items():
            dataset = file[LAYOUT_BY_KEY[key].path]
            found = Tally()
            for start in range(0, dataset.shape[0], dataset.chunks[0] * _COPY_CHUNKS):
                found = found.add(dataset[start : start + dataset.chunks[0] * _COPY_CHUNKS])
            if found != expected:
                raise OSError(f"{dataset.name} reads back as {found}, written was {expected}")
