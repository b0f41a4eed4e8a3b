"""What a whole journal holds: header, where the rows of each dataset lie, what was noted, how it ended."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from gaze_core.rows import Rows
from recordings_schema.errors import MetadataError, RecordingError
from recordings_schema.journal import Frame, FrameKind, FrameReader, JournalHeader
from recordings_schema.layout import DatasetKey, datasets_of
from recordings_schema.metadata import ClosingFacts, ClosingRecord
from recordings_schema.older_rows import rows_from_version
from recordings_schema.records import from_json_text, record_from_json
from recordings_schema.tally import Tally

_SHA256: Final = re.compile(rb"[0-9a-f]{64}")


@dataclass(slots=True, kw_only=True)
class _Places:
    """Offsets and lengths of payloads, without an object per frame."""

    offsets: array[int] = field(default_factory=lambda: array("Q"))
    lengths: array[int] = field(default_factory=lambda: array("Q"))

    def add(self, offset: int, length: int) -> None:
        self.offsets.append(offset)
        self.lengths.append(length)

    def drop_last(self) -> None:
        self.offsets.pop()
        self.lengths.pop()


class JournalContent:
    """The usable part of a journal. Rows stay on the disk until they are asked for."""

    def __init__(self, path: Path, header: JournalHeader) -> None:
        self.path = path
        self.header = header
        self.tallies = {layout.key: Tally() for layout in datasets_of(header.tracker_info)}
        self.facts = ClosingFacts()
        self.closing: ClosingRecord | None = None  # how it was closed, None where it was cut off
        self.usable_bytes = 0
        self.unusable_bytes = 0  # behind the last whole frame: torn, lost or damaged
        self._keys = tuple(header.dtypes)
        self._rows = {key: _Places() for key in header.dtypes}
        self._tallies_before_last: dict[DatasetKey, Tally] = {}
        self._images: dict[str, _Places] = {}

    def blocks(self, key: DatasetKey) -> Iterator[Rows]:
        """Yield the rows of a dataset as they were appended, in order."""
        if key not in self._rows:
            return  # the program that wrote the journal did not know it yet
        for payload in self._payloads(self._rows[key]):
            yield self._present_rows(key, payload)

    def embedded_images(self) -> Iterator[tuple[str, bytes]]:
        """Yield SHA-256 and bytes of every image file that was to be kept; the last may be cut off."""
        for sha256, places in self._images.items():
            yield sha256, b"".join(self._payloads(places))

    def drop_half_samples(self) -> int:
        """Leave out gaze whose raw rows were cut off, or the reverse, and return how many samples that were.

        Gaze and raw rows of one batch are two frames; a crash between them leaves the first without the
        second. Only such a last frame is dropped; any other difference is left for the validator to show.
        """
        gaze, raw = self.tallies[DatasetKey.GAZE].row_count, self.tallies[DatasetKey.RAW].row_count
        longer, excess = (DatasetKey.GAZE, gaze - raw) if gaze > raw else (DatasetKey.RAW, raw - gaze)
        before_last = self._tallies_before_last.get(longer)
        if before_last is None or excess == 0 or before_last.row_count != min(gaze, raw):
            return 0
        self.tallies[longer] = before_last
        self._rows[longer].drop_last()
        return excess

    def take(self, frame: Frame) -> bool:
        """Take one frame after the header; False where its content makes no sense."""
        takers: dict[FrameKind, Callable[[Frame], bool]] = {
            FrameKind.ROWS: self._take_rows,
            FrameKind.BLOB: self._take_blob,
            FrameKind.FACTS: self._take_facts,
            FrameKind.CLOSE: self._take_close,
        }
        taker = takers.get(frame.kind)
        return taker is not None and taker(frame)

    def _payloads(self, places: _Places) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            for offset, length in zip(places.offsets, places.lengths, strict=True):
                file.seek(offset)
                yield file.read(length)

    def _take_rows(self, frame: Frame) -> bool:
        if frame.dataset >= len(self._keys):
            return False
        key = self._keys[frame.dataset]
        if len(frame.payload) % self.header.dtypes[key].itemsize:
            return False
        self._rows[key].add(frame.offset, len(frame.payload))
        self._tallies_before_last[key] = self.tallies[key]
        self.tallies[key] = self.tallies[key].add(self._present_rows(key, frame.payload))
        return True

    def _present_rows(self, key: DatasetKey, payload: bytes) -> Rows:
        rows = np.frombuffer(payload, self.header.dtypes[key])
        return rows_from_version(key, rows, self.header.format_version)

    def _take_blob(self, frame: Frame) -> bool:
        name = _SHA256.match(frame.payload)
        if name is None:
            return False
        places = self._images.setdefault(name.group().decode("ascii"), _Places())
        places.add(frame.offset + name.end(), len(frame.payload) - name.end())
        return True

    def _take_facts(self, frame: Frame) -> bool:
        try:
            source = from_json_text(frame.payload, "The noted facts")
            self.facts = record_from_json(ClosingFacts, source, "The noted facts")
        except MetadataError:
            return False
        return True

    def _take_close(self, frame: Frame) -> bool:
        try:
            source = from_json_text(frame.payload, "The close")
            self.closing = record_from_json(ClosingRecord, source, "The close")
        except MetadataError:
            return False
        return True


def read_journal(path: Path) -> JournalContent:
    """Read a journal as far as it is whole.

    Raises
    ------
    RecordingError
        If not even its header is whole: nothing can be rebuilt from it.
    FormatVersionError
        If a newer program wrote it.
    """
    try:
        with path.open("rb") as file:
            reader = FrameReader(file)
            first = reader.next()
            if first is None or first.kind is not FrameKind.HEADER:
                raise RecordingError(f"{path} does not begin with a whole header.", path=path)
            content = JournalContent(path, JournalHeader.from_bytes(first.payload))
            while (frame := reader.next()) is not None:
                if not content.take(frame):
                    reader.refuse(frame)
                    break
    except OSError as err:
        raise RecordingError(f"{path} cannot be read ({err}).", path=path) from err
    content.usable_bytes, content.unusable_bytes = reader.usable_bytes, reader.unusable_bytes
    return content
