"""The append-only journal beside a recording that is under way: framed, numbered, checksummed, the truth.

Frame (little-endian)::

    magic "GZJ1" | kind u8 | dataset u8 | 0 u16 | salt u64 | number u64 | length u32 | crc32 u32 | payload

The CRC covers the frame up to the CRC itself and then the payload. The salt is drawn once per journal, so
that blocks of an older journal which the disk still holds never pass for this one's; the number counts from
0. A frame counts only if every frame before it does: after a power cut, writes that were not synced may be
lost, torn or out of order, and the reader keeps exactly the prefix that is whole. Frame 0 is the header; it
describes the recording completely, so that the file can be rebuilt from the journal alone.
"""

from __future__ import annotations

import io
import os
import secrets
import struct
import zlib
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np

from gaze_core.streams import TrackerInfo
from recordings_schema.errors import FormatVersionError, MetadataError, RecordingError
from recordings_schema.layout import FORMAT_VERSION, LAYOUT_BY_KEY, DatasetKey, datasets_of
from recordings_schema.metadata import SessionMetadata
from recordings_schema.older_rows import dtype_from_version, metadata_from_version_1
from recordings_schema.records import from_json_text, to_json_text
from recordings_schema.tracker_record import (
    dtype_from_json,
    dtype_to_json,
    packed_dtype,
    tracker_info_from_json,
    tracker_info_to_json,
)

JOURNAL_FORMAT: Final = "gazeh5-journal"
OLDEST_VERSION: Final = 1
MAGIC: Final = b"GZJ1"
MAXIMUM_PAYLOAD_BYTES: Final = 16 * 2**20
_HEAD: Final = struct.Struct("<4sBBHQQI")
_CRC: Final = struct.Struct("<I")
FRAME_OVERHEAD_BYTES: Final = _HEAD.size + _CRC.size


class FrameKind(IntEnum):
    """What a frame holds."""

    HEADER = 1  # JSON: format, metadata, tracker, datasets
    ROWS = 2  # rows of one dataset as they lie in memory
    FACTS = 3  # JSON: closing facts known so far
    BLOB = 4  # SHA-256 in hexadecimal, then a part of an embedded file
    CLOSE = 5  # JSON: reason and time of a proper close


class JournalFile(io.FileIO):
    """An unbuffered file that can be synced: what was written survives the death of the process."""

    def sync(self) -> None:
        """Put everything written so far on the disk itself."""
        os.fsync(self.fileno())


def create_journal_file(path: Path) -> JournalFile:
    """Return a new journal file; raises `FileExistsError` where one is there."""
    return JournalFile(path, "xb")


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalHeader:
    """What the first frame says: everything that is known before the first sample."""

    metadata: SessionMetadata
    tracker_info: TrackerInfo
    dtypes: dict[DatasetKey, np.dtype[np.void]]  # in the order in which frames number the datasets
    format_version: int = FORMAT_VERSION  # of the program that wrote it; `dtypes` are those of that version

    @classmethod
    def of(cls, metadata: SessionMetadata, tracker_info: TrackerInfo) -> JournalHeader:
        """Return the header of a new recording."""
        raw_dtype = packed_dtype(tracker_info.raw_dtype)
        dtypes = {layout.key: layout.dtype(raw_dtype) for layout in datasets_of(tracker_info)}
        return cls(metadata=metadata, tracker_info=tracker_info, dtypes=dtypes)

    def to_bytes(self) -> bytes:
        """Return the payload of the header frame."""
        datasets = [[key.value, dtype_to_json(dtype)] for key, dtype in self.dtypes.items()]
        content = {
            "format": JOURNAL_FORMAT,
            "format_version": FORMAT_VERSION,
            "metadata": self.metadata.to_json(),
            "tracker": tracker_info_to_json(self.tracker_info),
            "datasets": datasets,
        }
        return to_json_text(content).encode("utf-8")

    @classmethod
    def from_bytes(cls, payload: bytes) -> JournalHeader:
        """Return the header that a payload holds.

        Raises
        ------
        FormatVersionError
            If a newer program wrote it.
        MetadataError
            If it is not a complete header.
        """
        content = from_json_text(payload, "The journal's header")
        if not isinstance(content, dict) or content.get("format") != JOURNAL_FORMAT:
            raise MetadataError("The journal does not begin with a recording's header.")
        version = content.get("format_version")
        if not isinstance(version, int) or not OLDEST_VERSION <= version <= FORMAT_VERSION:
            raise FormatVersionError(
                f"The journal has format version {version}, this program knows up to {FORMAT_VERSION}; "
                "recover it with the program that recorded it.",
                version=version if isinstance(version, int) else -1,
            )
        metadata = content.get("metadata")
        if version < FORMAT_VERSION and isinstance(metadata, dict):
            metadata = metadata_from_version_1(metadata)
        return cls(
            metadata=SessionMetadata.from_json(metadata),
            tracker_info=tracker_info_from_json(content.get("tracker")),
            dtypes=_parse_dtypes(content.get("datasets"), version),
            format_version=version,
        )


class JournalWriter:
    """Appends frames to a journal file; one thread."""

    def __init__(self, file: JournalFile) -> None:
        self._file = file
        self._salt = secrets.randbits(64)
        self._number = 0

    def append(self, kind: FrameKind, payload: bytes, dataset: int = 0) -> None:
        """Write one frame; after an `OSError` nothing may be appended any more: the frame may be torn."""
        if len(payload) > MAXIMUM_PAYLOAD_BYTES:
            raise ValueError(f"a frame of {len(payload)} bytes is longer than {MAXIMUM_PAYLOAD_BYTES}")
        head = _HEAD.pack(MAGIC, kind, dataset, 0, self._salt, self._number, len(payload))
        crc = zlib.crc32(payload, zlib.crc32(head))
        frame = memoryview(head + _CRC.pack(crc) + payload)
        while frame:
            frame = frame[self._file.write(frame) or 0 :]
        self._number += 1

    def sync(self) -> None:
        """Put all frames on the disk itself."""
        self._file.sync()

    def close(self) -> None:
        """Close the file, which releases its lock."""
        self._file.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One whole frame of a journal."""

    kind: FrameKind
    dataset: int
    offset: int  # of the payload in the file, bytes
    payload: bytes


class FrameReader:
    """Reads whole frames from the start of a journal and stops for good at the first that is not whole."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._size = file.seek(0, os.SEEK_END)
        self._salt: int | None = None
        self._number = 0
        self.usable_bytes = 0

    @property
    def unusable_bytes(self) -> int:
        """Bytes behind the last whole frame."""
        return self._size - self.usable_bytes

    def next(self) -> Frame | None:
        """Return the next whole frame, None where there is none."""
        self._file.seek(self.usable_bytes)
        head = self._file.read(FRAME_OVERHEAD_BYTES)
        if len(head) < FRAME_OVERHEAD_BYTES:
            return None
        magic, kind, dataset, zero, salt, number, length = _HEAD.unpack_from(head)
        is_expected = magic == MAGIC and zero == 0 and number == self._number and self._salt in (None, salt)
        end = self.usable_bytes + FRAME_OVERHEAD_BYTES + length
        if not is_expected or kind not in _KINDS or length > MAXIMUM_PAYLOAD_BYTES or end > self._size:
            return None
        payload = self._file.read(length)
        crc = zlib.crc32(payload, zlib.crc32(head[: _HEAD.size]))
        if len(payload) < length or _CRC.pack(crc) != head[_HEAD.size :]:
            return None
        offset = self.usable_bytes + FRAME_OVERHEAD_BYTES
        self._salt, self._number, self.usable_bytes = salt, number + 1, end
        return Frame(kind=FrameKind(kind), dataset=dataset, offset=offset, payload=payload)

    def go_on(self, file: BinaryIO) -> None:
        """Go on behind the last whole frame in the same journal, opened again: it may have grown."""
        self._file = file
        self._size = file.seek(0, os.SEEK_END)

    def refuse(self, frame: Frame) -> None:
        """Count a frame as unusable after all: its content makes no sense."""
        self.usable_bytes = frame.offset - FRAME_OVERHEAD_BYTES


_KINDS: Final = frozenset(int(kind) for kind in FrameKind)


def _parse_dtypes(source: Any, version: int) -> dict[DatasetKey, np.dtype[np.void]]:
    if not isinstance(source, list) or not all(
        isinstance(entry, list) and len(entry) == 2 for entry in source
    ):
        raise MetadataError("The journal's header has no list of datasets.")
    dtypes = {}
    for name, dtype_source in source:
        try:
            key = DatasetKey(name)
        except ValueError as err:
            raise MetadataError(f"The journal's header names the unknown dataset {name!r}.") from err
        dtype = dtype_from_json(dtype_source, f"The journal's dataset {name!r}")
        row_type = LAYOUT_BY_KEY[key].row_type
        if row_type is not None and dtype_from_version(key, dtype, version) != row_type.dtype:
            raise MetadataError(f"The journal's dataset {name!r} has other columns than format {version}.")
        dtypes[key] = dtype
    if DatasetKey.GAZE not in dtypes or DatasetKey.RAW not in dtypes:
        raise RecordingError("The journal's header declares no gaze.")
    return dtypes
