"""The only writer of a recording: every row goes to the journal first, then to the file others read along."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from gaze_core.rows import Rows
from gaze_core.streams import TrackerInfo
from recordings_schema.closing import finish_recording
from recordings_schema.errors import (
    RecordingError,
    RecordingExistsError,
    RecordingStateError,
    RecordingWriteError,
)
from recordings_schema.journal import (
    MAXIMUM_PAYLOAD_BYTES,
    FrameKind,
    JournalFile,
    JournalHeader,
    JournalWriter,
    create_journal_file,
)
from recordings_schema.layout import DatasetKey
from recordings_schema.lock import take_lock
from recordings_schema.metadata import ClosingFacts, ClosingRecord, SessionMetadata
from recordings_schema.paths import check_free, journal_path, sync_folder
from recordings_schema.records import record_to_json, to_json_text
from recordings_schema.stream import HDF5_ERRORS, StreamedFile
from recordings_schema.tally import Tally

_log = logging.getLogger(__name__)
SYNC_INTERVAL_NS: Final = 250_000_000
"""The recorder flushes at least this often: what a power cut may take at most."""

_SHA256_CHARACTERS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedRecording:
    """A recording that was closed properly: checked, compacted, its journal gone."""

    path: Path
    row_counts: dict[DatasetKey, int]
    size_bytes: int
    stream_failure: str  # "" or why the file could not be read along to the end; nothing is missing from it


class RecordingWriter:
    """An open recording. All methods are called by one thread; `sync` at least every `SYNC_INTERVAL_NS`."""

    def __init__(
        self, path: Path, header: JournalHeader, journal: JournalWriter, stream: StreamedFile
    ) -> None:
        self.path = path
        self._header = header
        self._journal = journal
        self._stream = stream
        self._numbers = {key: number for number, key in enumerate(header.dtypes)}
        self._tallies = {key: Tally() for key in header.dtypes}
        self._facts = ClosingFacts()
        self._embedded: set[str] = set()
        self._state = "open"

    @classmethod
    def create(
        cls,
        path: Path,
        metadata: SessionMetadata,
        tracker_info: TrackerInfo,
        *,
        open_journal: Callable[[Path], JournalFile] = create_journal_file,
    ) -> RecordingWriter:
        """Begin a recording at `path`; nothing that exists is overwritten.

        Raises
        ------
        RecordingExistsError
            If the file, its journal or an unfinished copy is there already.
        MetadataError
            If the metadata or the tracker's description cannot be stored.
        RecordingWriteError
            If the folder cannot be written to.
        """
        path = path.absolute()
        header = JournalHeader.from_bytes(JournalHeader.of(metadata, tracker_info).to_bytes())
        check_free(path)
        try:
            journal = _begin_journal(path, header, open_journal)
        except FileExistsError as err:
            raise RecordingExistsError(
                f"{path} is being recorded already; choose another name.", path=path
            ) from err
        except OSError as err:
            raise RecordingWriteError(
                f"{path} cannot be recorded ({err}); check that the folder exists, "
                "may be written to and has room.",
                path=path,
            ) from err
        try:
            stream = StreamedFile(path, header.metadata, header.tracker_info)
            sync_folder(path.parent)
        except HDF5_ERRORS as err:
            journal.close()
            journal_path(path).unlink()
            raise RecordingWriteError(
                f"{path} cannot be created ({err}); check that the folder may be written to and has room.",
                path=path,
            ) from err
        return cls(path, header, journal, stream)

    @property
    def tracker_info(self) -> TrackerInfo:
        """The tracker being recorded; its raw dtype is packed as stored."""
        return self._header.tracker_info

    @property
    def row_counts(self) -> dict[DatasetKey, int]:
        """Rows appended so far."""
        return {key: tally.row_count for key, tally in self._tallies.items()}

    @property
    def stream_failure(self) -> str:
        """Why the file can no longer be read along, "" while it can; the journal goes on regardless."""
        return self._stream.failure

    def append(self, key: DatasetKey, rows: Rows) -> None:
        """Record rows of one dataset; they are safe from a crash of this process when this returns.

        Raises
        ------
        RecordingWriteError
            If the journal cannot be written. What was flushed before can be recovered.
        RecordingError
            If the rows are not those of the dataset.
        """
        self._check_open("append")
        if len(rows) == 0:
            return
        stored = self._as_stored(key, rows)
        packed = stored.tobytes()
        step = MAXIMUM_PAYLOAD_BYTES // stored.itemsize * stored.itemsize
        for start in range(0, len(packed), step):
            self._write_frame(FrameKind.ROWS, packed[start : start + step], self._numbers[key])
        self._tallies[key] = self._tallies[key].add_bytes(packed, len(stored))
        self._stream.append(key, stored)

    def note_facts(self, facts: ClosingFacts) -> None:
        """Keep what is known so far about losses and clocks; the last facts noted end up in the file.

        Noting them now and then, not only at the end, saves them from a crash too.
        """
        self._check_open("note_facts")
        self._write_frame(FrameKind.FACTS, to_json_text(record_to_json(facts)).encode("utf-8"))
        self._facts = facts

    def embed_image(self, content: bytes) -> str:
        """Keep the bytes of an image file in the recording and return their SHA-256 in hexadecimal.

        They show up in the finished file; HDF5's single-writer mode lets no object appear before.
        """
        self._check_open("embed_image")
        sha256 = hashlib.sha256(content).hexdigest()
        if sha256 not in self._embedded:
            step = MAXIMUM_PAYLOAD_BYTES - _SHA256_CHARACTERS
            for start in range(0, max(1, len(content)), step):
                self._write_frame(FrameKind.BLOB, sha256.encode("ascii") + content[start : start + step])
            self._embedded.add(sha256)
        return sha256

    def sync(self) -> None:
        """Put everything on the disk itself: the journal, from which all can be rebuilt.

        Raises
        ------
        RecordingWriteError
            If the journal cannot be synced. What was synced before can be recovered.
        """
        self._check_open("sync")
        try:
            self._journal.sync()
        except OSError as err:
            raise self._failed(err) from err

    def flush(self) -> None:
        """Do what `sync` does and let programs that read along see everything; costs ten times as much."""
        self.sync()
        self._stream.flush()

    def close(self, reason: str, *, closed_wall_ns: int | None = None) -> ClosedRecording:
        """End the recording: write the compacted copy, check it, put it in place, drop the journal.

        Parameters
        ----------
        reason
            Why it ends, in words; stored.
        closed_wall_ns
            Wall clock at the close; now, where it is None.

        Raises
        ------
        RecordingWriteError
            If that is not possible. The recording then stays unfinished, journal included, and can be
            recovered.
        """
        self._check_open("close")
        self.flush()
        now_ns = time.time_ns() if closed_wall_ns is None else closed_wall_ns
        closing = ClosingRecord.of(self._facts, reason=reason, is_recovered=False, closed_wall_ns=now_ns)
        self._write_frame(FrameKind.CLOSE, to_json_text(record_to_json(closing)).encode("utf-8"))
        self.flush()
        self._state = "closed"
        try:
            self._stream.close()
            finish_recording(
                self.path,
                self._header,
                closing,
                self._tallies,
                is_stream_whole=not self._stream.failure,
                has_embedded_images=bool(self._embedded),
            )
        finally:
            self._journal.close()
        self._drop_journal()
        return ClosedRecording(
            path=self.path,
            row_counts=self.row_counts,
            size_bytes=self.path.stat().st_size,
            stream_failure=self._stream.failure,
        )

    def abandon(self) -> None:
        """Let go of the files without finishing; the recording can be recovered. Idempotent."""
        if self._state != "closed":
            self._state = "closed"
            self._stream.close()
            self._journal.close()

    def _as_stored(self, key: DatasetKey, rows: Rows) -> Rows:
        expected = self._header.dtypes.get(key)
        if expected is None:
            raise RecordingError(
                f"{self.path} has no dataset {key.value!r}: its tracker does not know the truth.",
                path=self.path,
            )
        if rows.dtype == expected:
            return np.array(rows, copy=True, order="C")  # the caller may use its buffer again
        if rows.dtype.names != expected.names or any(
            rows.dtype[name] != expected[name] for name in expected.names or ()
        ):
            raise RecordingError(
                f"Rows of type {rows.dtype} are not those of dataset {key.value!r} ({expected}).",
                path=self.path,
            )
        return rows.astype(expected)  # the same fields with padding between them

    def _write_frame(self, kind: FrameKind, payload: bytes, dataset: int = 0) -> None:
        try:
            self._journal.append(kind, payload, dataset)
        except OSError as err:
            raise self._failed(err) from err

    def _failed(self, err: OSError) -> RecordingWriteError:
        self._state = "failed"
        return RecordingWriteError(
            f"{self.path} cannot be recorded any further ({err}). What was written before is safe; make "
            f"room on the disk or check it, then recover {self.path.name}.",
            path=self.path,
        )

    def _check_open(self, method: str) -> None:
        if self._state != "open":
            raise RecordingStateError(f"{self.path} is {self._state}: {method} is not possible any more.")

    def _drop_journal(self) -> None:
        try:
            journal_path(self.path).unlink()
            sync_folder(self.path.parent)
        except OSError as err:
            _log.warning("%s is finished, but its journal could not be removed (%s).", self.path, err)


def _begin_journal(
    path: Path, header: JournalHeader, open_journal: Callable[[Path], JournalFile]
) -> JournalWriter:
    file = open_journal(journal_path(path))
    journal = JournalWriter(file)
    try:
        take_lock(file.fileno(), str(path))
        journal.append(FrameKind.HEADER, header.to_bytes())
        journal.sync()
        sync_folder(path.parent)
    except OSError:
        journal.close()
        journal_path(path).unlink()
        raise
    return journal
