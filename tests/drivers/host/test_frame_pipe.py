from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.host.frame_pipe import FrameReader, FrameWriter, PipeClosedError
from gaze_core.frames import MAX_FRAME_BYTES, FrameError


@pytest.fixture
def pipe():
    incoming, outgoing = os.pipe()
    open_ends = {incoming, outgoing}

    class Pipe:
        reader = FrameReader(incoming)
        writer = FrameWriter(outgoing)

        @staticmethod
        def write(content: bytes) -> None:
            os.write(outgoing, content)

        @staticmethod
        def close_writer() -> None:
            os.close(outgoing)
            open_ends.discard(outgoing)

        @staticmethod
        def close_reader() -> None:
            os.close(incoming)
            open_ends.discard(incoming)

    yield Pipe
    for end in open_ends:
        os.close(end)


@given(frames=st.lists(st.binary(min_size=1, max_size=2000), max_size=10))
def test_frames_come_out_as_they_went_in(frames):
    incoming, outgoing = os.pipe()
    FrameWriter(outgoing).write(*frames)
    os.close(outgoing)
    reader = FrameReader(incoming)
    assert [reader.read() for _ in frames] == frames
    assert reader.read() is None
    os.close(incoming)


@pytest.mark.parametrize("size", [0, MAX_FRAME_BYTES + 1, 2**32 - 1])
def test_an_impossible_size_is_refused_before_anything_is_read(pipe, size):
    pipe.write(size.to_bytes(4, "little"))
    with pytest.raises(FrameError, match=f"{size} bytes was announced"):
        pipe.reader.read()


@pytest.mark.parametrize("content", [b"\5", b"\5\0\0\0", b"\5\0\0\0abcd"])
def test_an_end_inside_a_frame_is_refused(pipe, content):
    pipe.write(content)
    pipe.close_writer()
    with pytest.raises(FrameError, match="ended"):
        pipe.reader.read()


def test_writing_to_nobody_is_told(pipe):
    pipe.close_reader()
    with pytest.raises(PipeClosedError):
        pipe.writer.write(b"anybody there")
