from __future__ import annotations

import os
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings_schema.sink import SafeSink


class FullDisk(SafeSink):
    """A disk that takes a number of bytes and no more."""

    def __init__(self, path: Path, room_bytes: int) -> None:
        super().__init__(path)
        self._room_bytes = room_bytes

    def _write_to_disk(self, start: int, block: bytes) -> None:
        if start + len(block) > self._room_bytes:
            raise OSError(28, "No space left on device")
        super()._write_to_disk(start, block)


def test_a_file_written_through_the_sink_is_an_ordinary_file(tmp_path: Path) -> None:
    sink = SafeSink(tmp_path / "a.h5")
    with h5py.File(sink, "w") as file:
        file["numbers"] = np.arange(10_000)
    sink.sync()
    sink.close()
    with h5py.File(tmp_path / "a.h5", "r") as file:
        assert file["numbers"][:].tolist() == list(range(10_000))


@pytest.mark.parametrize("room_bytes", [0, 100, 1000, 5000, 20_000, 60_000])
def test_hdf5_closes_in_good_order_on_a_full_disk(tmp_path: Path, room_bytes: int) -> None:
    sink = FullDisk(tmp_path / "a.h5", room_bytes)
    with h5py.File(sink, "w") as file:
        for number in range(5):
            file.create_dataset(f"group/{number}", data=np.arange(20_000), chunks=(1000,), compression=4)
    sink.close()
    assert sink.failure is not None
    assert sink.failure.errno == 28


def test_an_existing_file_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a.h5").write_bytes(b"precious")
    with pytest.raises(FileExistsError):
        SafeSink(tmp_path / "a.h5")


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 80), st.binary(min_size=1, max_size=40)), min_size=1, max_size=12),
    st.integers(0, 120),
)
def test_what_was_written_last_reads_back_whether_the_disk_took_it_or_not(
    tmp_path_factory: pytest.TempPathFactory, writes: list[tuple[int, bytes]], room_bytes: int
) -> None:
    sink = FullDisk(tmp_path_factory.mktemp("sink") / "a.bin", room_bytes)
    expected = bytearray(sum(len(block) for _, block in writes) + 80)
    for offset, block in writes:
        sink.seek(offset)
        sink.write(block)
        expected[offset : offset + len(block)] = block
    found = bytearray(len(expected))
    sink.seek(0)
    sink.readinto(found)
    end = sink.seek(0, os.SEEK_END)
    sink.close()
    assert found[:end] == expected[:end]
