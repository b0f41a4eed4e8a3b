"""XDF files, version 1.0: streams of numbers or texts with time stamps, as of the Lab Streaming Layer.

A chunk is the length of its content (one byte that says how many bytes the length has, then the length), a
tag of two bytes, and the content. Source: the XDF 1.0 specification of the xdf-modules project.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias
from xml.sax.saxutils import escape

import numpy as np
import numpy.typing as npt

from gaze_core.geometry import FloatArray

MAGIC: Final = b"XDF:"
Description: TypeAlias = Sequence[tuple[str, "str | Description"]]
"""Elements of XML: name, and text or further elements."""

_FILE_HEADER, _STREAM_HEADER, _SAMPLES, _CLOCK_OFFSET, _STREAM_FOOTER = 1, 2, 3, 4, 6
_ROWS_PER_CHUNK: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class XdfChannel:
    """A channel of a stream."""

    label: str
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class XdfStream:
    """A stream with all its samples.

    Parameters
    ----------
    name, kind
        Name and content type of the stream.
    channels
        One for each column of `values`.
    times_s
        Shape (n,), s.
    values
        Numbers of shape (n, channels), NaN where missing, or n texts of one channel.
    about
        Further elements of the stream's description.
    """

    name: str
    kind: str
    channels: tuple[XdfChannel, ...]
    times_s: npt.NDArray[np.float64]
    values: FloatArray | tuple[str, ...]
    about: Description = ()


def xdf_file(streams: Sequence[XdfStream], about: Description = ()) -> bytes:
    """Return a file with these streams.

    No stream has a nominal rate: readers would then replace measured time stamps by regular ones. One clock
    offset of zero says that all times are those of one clock.
    """
    parts = [MAGIC, _chunk(_FILE_HEADER, _xml("info", [("version", "1.0"), *about]))]
    for number, stream in enumerate(streams, 1):
        parts.append(_chunk(_STREAM_HEADER, struct.pack("<I", number) + _header(stream)))
        for first in range(0, len(stream.times_s), _ROWS_PER_CHUNK):
            parts.append(_samples(number, stream, slice(first, first + _ROWS_PER_CHUNK)))
        if len(stream.times_s):
            offset = struct.pack("<Idd", number, float(stream.times_s[0]), 0.0)
            parts.append(_chunk(_CLOCK_OFFSET, offset))
        parts.append(_chunk(_STREAM_FOOTER, struct.pack("<I", number) + _footer(stream)))
    return b"".join(parts)


def _header(stream: XdfStream) -> bytes:
    is_text = isinstance(stream.values, tuple)
    channels: Description = [
        (
            "channel",
            [("label", each.label), ("unit", each.unit), ("type", stream.kind), ("meaning", each.meaning)],
        )
        for each in stream.channels
    ]
    return _xml(
        "info",
        [
            ("name", stream.name),
            ("type", stream.kind),
            ("channel_count", str(len(stream.channels))),
            ("nominal_srate", "0"),
            ("channel_format", "string" if is_text else "double64"),
            ("desc", [("channels", channels), *stream.about]),
        ],
    )


def _footer(stream: XdfStream) -> bytes:
    count = len(stream.times_s)
    ends = [repr(float(stream.times_s[place])) for place in (0, -1)] if count else ["0", "0"]
    return _xml(
        "info", [("first_timestamp", ends[0]), ("last_timestamp", ends[1]), ("sample_count", str(count))]
    )


def _samples(number: int, stream: XdfStream, rows: slice) -> bytes:
    times_s = stream.times_s[rows]
    if isinstance(stream.values, tuple):
        body = b"".join(
            struct.pack("<Bd", 8, time_s) + _sized(text.encode("utf-8"))
            for time_s, text in zip(times_s.tolist(), stream.values[rows], strict=True)
        )
    else:
        packed = np.empty(
            len(times_s), [("size", "u1"), ("time", "<f8"), ("values", "<f8", (len(stream.channels),))]
        )
        packed["size"], packed["time"], packed["values"] = 8, times_s, stream.values[rows]
        body = packed.tobytes()
    return _chunk(_SAMPLES, struct.pack("<IBI", number, 4, len(times_s)) + body)


def _sized(content: bytes) -> bytes:
    return struct.pack("<BI", 4, len(content)) + content


def _chunk(tag: int, content: bytes) -> bytes:
    return struct.pack("<BIH", 4, len(content) + 2, tag) + content


def _xml(name: str, content: str | Description) -> bytes:
    return b'<?xml version="1.0"?>' + _element(name, content).encode("utf-8")


def _element(name: str, content: str | Description) -> str:
    inner = (
        escape(_printable(content))
        if isinstance(content, str)
        else "".join(_element(*each) for each in content)
    )
    return f"<{name}>{inner}</{name}>"


def _printable(text: str) -> str:
    """Return a text without control characters, which XML cannot hold."""
    return "".join(letter if letter >= " " or letter in "\t\n" else " " for letter in text)
