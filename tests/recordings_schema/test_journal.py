"""The journal keeps exactly the prefix that is whole, whatever happened to the bytes behind it."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings_schema.errors import FormatVersionError, MetadataError, RecordingError
from recordings_schema.journal import (
    FRAME_OVERHEAD_BYTES,
    MAXIMUM_PAYLOAD_BYTES,
    Frame,
    FrameKind,
    FrameReader,
    JournalHeader,
    JournalWriter,
    create_journal_file,
)
from recordings_schema.journal_content import read_journal
from recordings_schema.layout import FORMAT_VERSION, DatasetKey
from recordings_schema.testing import METADATA, TRACKER, gaze_rows, raw_rows

PAYLOADS = [b"first", b"", b"x" * 300, b"\0" * 40, b"last"]


class MemoryJournal(io.BytesIO):
    """A journal file in memory."""

    def sync(self) -> None:
        """Do nothing: memory needs no disk."""


def written(payloads: list[bytes], salt: int = 7) -> tuple[bytes, list[int]]:
    """Return a journal with these payloads and the offset at which each frame ends."""
    file = MemoryJournal()
    writer = JournalWriter(file)  # type: ignore[arg-type]  # it has what the writer calls
    writer._salt = salt  # fixed so that failures can be repeated
    ends = []
    for payload in payloads:
        writer.append(FrameKind.ROWS, payload, dataset=3)
        ends.append(file.tell())
    return file.getvalue(), ends


def frames_of(content: bytes) -> tuple[list[Frame], FrameReader]:
    """Return all whole frames and the reader behind them."""
    reader = FrameReader(io.BytesIO(content))
    frames = []
    while (frame := reader.next()) is not None:
        frames.append(frame)
    return frames, reader


CONTENT, ENDS = written(PAYLOADS)


def whole_before(position: int) -> int:
    """Return how many frames lie before a place in the journal."""
    return sum(end <= position for end in ENDS)


def test_all_frames_come_back_in_order() -> None:
    frames, reader = frames_of(CONTENT)
    assert [frame.payload for frame in frames] == PAYLOADS
    assert all(frame.kind is FrameKind.ROWS and frame.dataset == 3 for frame in frames)
    assert (reader.usable_bytes, reader.unusable_bytes) == (len(CONTENT), 0)


@given(st.integers(0, len(CONTENT)))
def test_any_truncation_leaves_the_frames_before_it(length: int) -> None:
    frames, reader = frames_of(CONTENT[:length])
    assert [frame.payload for frame in frames] == PAYLOADS[: whole_before(length)]
    assert reader.usable_bytes + reader.unusable_bytes == length


@given(st.integers(0, len(CONTENT) - 1), st.integers(1, 255))
def test_any_changed_byte_stops_the_reader_at_its_frame(position: int, change: int) -> None:
    damaged = bytearray(CONTENT)
    damaged[position] ^= change
    frames, _ = frames_of(bytes(damaged))
    assert [frame.payload for frame in frames] == PAYLOADS[: whole_before(position)]


@given(st.integers(0, len(CONTENT)), st.binary(max_size=200))
def test_any_garbage_behind_a_cut_is_left_out(length: int, garbage: bytes) -> None:
    frames, _ = frames_of(CONTENT[:length] + garbage)
    assert len(frames) >= whole_before(length)
    assert [frame.payload for frame in frames] == PAYLOADS[: len(frames)]


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_a_lost_write_in_the_middle_hides_what_came_after(lost: int) -> None:
    start, end = ENDS[lost - 1], ENDS[lost]
    hole = CONTENT[:start] + b"\0" * (end - start) + CONTENT[end:]
    frames, reader = frames_of(hole)
    assert [frame.payload for frame in frames] == PAYLOADS[:lost]
    assert reader.unusable_bytes == len(CONTENT) - start


@given(st.permutations(range(1, 5)))
def test_reordered_writes_leave_only_what_is_in_its_place(order: list[int]) -> None:
    pieces = [CONTENT[start:end] for start, end in zip([0, *ENDS], ENDS, strict=False)]
    frames, _ = frames_of(pieces[0] + b"".join(pieces[number] for number in order))
    in_place = next((at for at, number in enumerate(order, 1) if at != number), 5)
    assert [frame.payload for frame in frames] == PAYLOADS[:in_place]


def test_frames_of_an_older_journal_on_the_same_blocks_are_not_taken() -> None:
    older, _ = written(PAYLOADS, salt=8)
    frames, _ = frames_of(CONTENT[: ENDS[1]] + older[ENDS[1] :])
    assert [frame.payload for frame in frames] == PAYLOADS[:2]


def test_a_frame_that_claims_more_than_the_file_holds_is_not_allocated() -> None:
    head = bytearray(CONTENT[:FRAME_OVERHEAD_BYTES])
    head[24:28] = (2**32 - 1).to_bytes(4, "little")
    frames, _ = frames_of(bytes(head))
    assert frames == []


def test_a_payload_beyond_the_limit_is_not_written() -> None:
    writer = JournalWriter(MemoryJournal())  # type: ignore[arg-type]  # it has what the writer calls
    with pytest.raises(ValueError, match="longer than"):
        writer.append(FrameKind.ROWS, bytes(MAXIMUM_PAYLOAD_BYTES + 1))


def test_a_disk_that_takes_a_frame_in_pieces_gets_all_of_it() -> None:
    class Piecewise(MemoryJournal):
        def write(self, content: object) -> int:
            return super().write(bytes(memoryview(content))[:7])  # type: ignore[call-overload]  # a buffer

    file = Piecewise()
    JournalWriter(file).append(FrameKind.ROWS, b"0123456789" * 5)  # type: ignore[arg-type]  # as above
    frames, _ = frames_of(file.getvalue())
    assert [frame.payload for frame in frames] == [b"0123456789" * 5]


def test_the_header_describes_the_whole_recording() -> None:
    header = JournalHeader.of(METADATA, TRACKER)
    found = JournalHeader.from_bytes(header.to_bytes())
    assert found.metadata.to_json() == METADATA.to_json()
    assert found.tracker_info == TRACKER
    assert found.dtypes == header.dtypes


def test_a_journal_of_a_newer_format_says_so() -> None:
    payload = (
        JournalHeader.of(METADATA, TRACKER)
        .to_bytes()
        .replace(
            f'"format_version":{FORMAT_VERSION}'.encode(), f'"format_version":{FORMAT_VERSION + 1}'.encode()
        )
    )
    with pytest.raises(FormatVersionError, match=f"version {FORMAT_VERSION + 1}"):
        JournalHeader.from_bytes(payload)


@pytest.mark.parametrize(
    ("found", "put"),
    [
        (b'"gazeh5-journal"', b'"else"'),
        (b'["raw",', b'["cooked",'),
        (b'["seq","<i8",[]]', b'["seq","<i4",[]]'),
        (b'"pseudonym":"R07"', b'"pseudonym":"Jane Doe"'),
        (b'"raw_dtype"', b'"raw_type"'),
    ],
)
def test_a_hostile_header_is_refused(found: bytes, put: bytes) -> None:
    payload = JournalHeader.of(METADATA, TRACKER).to_bytes()
    assert found in payload
    with pytest.raises(MetadataError):
        JournalHeader.from_bytes(payload.replace(found, put, 1))


def write_journal(path: Path) -> list[int]:
    """Write a small journal of gaze and raw rows and return where each frame ends."""
    journal = JournalWriter(create_journal_file(path))
    header = JournalHeader.of(METADATA, TRACKER)
    journal.append(FrameKind.HEADER, header.to_bytes())
    ends = [path.stat().st_size]
    for first in range(0, 40, 10):
        journal.append(
            FrameKind.ROWS, gaze_rows(10, first).tobytes(), list(header.dtypes).index(DatasetKey.GAZE)
        )
        journal.append(
            FrameKind.ROWS, raw_rows(10, first).tobytes(), list(header.dtypes).index(DatasetKey.RAW)
        )
        ends.append(path.stat().st_size)
    journal.sync()
    journal.close()
    return ends


@settings(max_examples=60)
@given(st.data())
def test_any_damage_behind_the_header_leaves_a_clean_prefix_of_rows(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("journal") / "a.journal"
    ends = write_journal(path)
    content = bytearray(path.read_bytes())
    position = data.draw(st.integers(ends[0], len(content) - 1))
    garbage = data.draw(st.binary(min_size=1, max_size=60))
    content[position : position + len(garbage)] = garbage
    path.write_bytes(bytes(content))
    journal = read_journal(path)
    rows = np.concatenate([gaze_rows(0), *journal.blocks(DatasetKey.GAZE)])
    assert len(rows) >= 10 * sum(end <= position for end in ends[1:])
    assert rows.tobytes() == gaze_rows(len(rows)).tobytes()
    assert journal.usable_bytes + journal.unusable_bytes == len(content)


def test_a_journal_without_a_whole_header_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    ends = write_journal(path)
    path.write_bytes(path.read_bytes()[: ends[0] - 1])
    with pytest.raises(RecordingError, match="whole header"):
        read_journal(path)


@pytest.mark.parametrize(
    ("kind", "dataset", "payload"),
    [
        (FrameKind.ROWS, 200, b"x" * 36),
        (FrameKind.ROWS, 0, b"x"),
        (FrameKind.BLOB, 0, b"not a checksum"),
        (FrameKind.FACTS, 0, b"{"),
        (FrameKind.FACTS, 0, b'{"colour":"red"}'),
        (FrameKind.CLOSE, 0, b"[]"),
        (FrameKind.HEADER, 0, b"{}"),
    ],
)
def test_a_whole_frame_without_sense_ends_the_usable_part(
    tmp_path: Path, kind: FrameKind, dataset: int, payload: bytes
) -> None:
    path = tmp_path / "a.journal"
    journal = JournalWriter(create_journal_file(path))
    journal.append(FrameKind.HEADER, JournalHeader.of(METADATA, TRACKER).to_bytes())
    journal.append(kind, payload, dataset)
    journal.append(FrameKind.ROWS, gaze_rows(1).tobytes(), 0)
    journal.close()
    content = read_journal(path)
    assert content.tallies[DatasetKey.GAZE].row_count == 0
    assert content.unusable_bytes == 2 * FRAME_OVERHEAD_BYTES + len(payload) + gaze_rows(1).nbytes


@given(cuts=st.lists(st.integers(0, 2000), min_size=1, max_size=8))
def test_a_journal_that_grows_is_followed_without_a_gap_wherever_the_growth_was_cut(cuts: list[int]) -> None:
    content, _ = written(PAYLOADS)
    reader = FrameReader(io.BytesIO(b""))
    got = []
    for end in [*sorted(min(cut, len(content)) for cut in cuts), len(content)]:
        reader.go_on(io.BytesIO(content[:end]))
        while (frame := reader.next()) is not None:
            got.append(frame.payload)

    assert got == PAYLOADS
    assert reader.unusable_bytes == 0
