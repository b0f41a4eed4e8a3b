"""The HDF5 file that grows while recording, for reading along; the journal beside it is the truth.

HDF5's single-writer mode lets other programs read the file meanwhile. Rows are collected and written on
`flush`, a few times a second, because each HDF5 call costs far more than the copy.
"""

from __future__ import annotations

import ctypes
import logging
from pathlib import Path

import h5py

from gaze_core.rows import Rows, join_rows
from gaze_core.streams import TrackerInfo
from recordings_schema.layout import DatasetKey, datasets_of
from recordings_schema.metadata import SessionMetadata
from recordings_schema.structure import create_streaming_file

_log = logging.getLogger(__name__)
HDF5_ERRORS = (OSError, RuntimeError, ValueError, KeyError)
"""What h5py raises when the HDF5 library or the disk below it fails."""


class StreamedFile:
    """A growing file in single-writer mode. Its first failure ends it for good and is kept in `failure`."""

    def __init__(self, path: Path, metadata: SessionMetadata, info: TrackerInfo) -> None:
        self._path = path
        self._file = create_streaming_file(path, metadata, info)
        self._datasets: dict[DatasetKey, h5py.Dataset] = {
            layout.key: self._file[layout.path] for layout in datasets_of(info)
        }
        self._waiting: dict[DatasetKey, list[Rows]] = {key: [] for key in self._datasets}
        self.failure = ""
        self._file.swmr_mode = True

    def append(self, key: DatasetKey, rows: Rows) -> None:
        """Take rows for the next flush; they must not change any more."""
        if not self.failure:
            self._waiting[key].append(rows)

    def flush(self) -> None:
        """Write all rows taken so far and let readers see them; a failure ends the stream, not the caller."""
        if self.failure:
            return
        try:
            for key, parts in self._waiting.items():
                if parts:
                    _extend(self._datasets[key], join_rows(parts))
                    parts.clear()
        except HDF5_ERRORS as err:
            self._give_up(err)

    def close(self) -> None:
        """Write what is left and close the file; idempotent."""
        self.flush()
        if self.failure:
            return
        try:
            self._file.close()
        except HDF5_ERRORS as err:
            self._give_up(err)

    def _give_up(self, err: Exception) -> None:
        self.failure = f"{self._path} could not be streamed any further ({err})."
        _log.error("%s The journal goes on; the recording is complete in it.", self.failure)
        self._waiting = {key: [] for key in self._datasets}
        # HDF5 crashes the process when a file whose last write failed is closed, also by the garbage
        # collector or at exit. The objects are therefore never freed; it costs one descriptor per failed
        # recording.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object((self._file, self._datasets)))


def _extend(dataset: h5py.Dataset, rows: Rows) -> None:
    row_count = dataset.shape[0]
    dataset.resize(row_count + len(rows), axis=0)
    dataset[row_count:] = rows
    dataset.flush()
