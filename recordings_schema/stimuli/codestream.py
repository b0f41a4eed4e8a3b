"""The size a compressed picture gives in its own header, read before any decoder may allocate for it.

Understands JPEG and JPEG-LS (ISO 10918-1, 14495-1: markers up to the first frame header) and JPEG 2000
(ISO 15444-1: the SIZ segment of a codestream, bare or in a JP2 file).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

_JPEG_START = b"\xff\xd8"
_J2K_START = b"\xff\x4f\xff\x51"
_JP2_START = b"\x00\x00\x00\x0cjP  "
_END = b"\xff\xd9"  # EOI of JPEG, EOC of JPEG 2000
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_NOT_FRAME_HEADERS = frozenset({0xC4, 0xC8, 0xCC})
_FRAME_HEADERS = frozenset({*range(0xC0, 0xD0), 0xF7}) - _NOT_FRAME_HEADERS
_LARGEST_PADDING = 64  # bytes some writers leave after the end marker


class CodestreamError(ValueError):
    """The compressed picture has no readable header."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodestreamHeader:
    """What a compressed picture says about itself."""

    width_px: int
    height_px: int
    precision_bits: int
    component_count: int
    frame_marker: int  # second byte of the JPEG SOF marker; 0x51 for JPEG 2000


def read_header(encoded: bytes) -> CodestreamHeader:
    """Return the header of a JPEG, JPEG-LS or JPEG 2000 picture.

    Raises
    ------
    CodestreamError
        If there is none.
    """
    if encoded.startswith(_JPEG_START):
        return _jpeg_header(encoded)
    if encoded.startswith(_J2K_START):
        return _j2k_header(encoded, 4)
    if encoded.startswith(_JP2_START):
        at = encoded.find(_J2K_START)
        if at >= 0:
            return _j2k_header(encoded, at + 4)
    raise CodestreamError("neither a JPEG nor a JPEG 2000 picture")


def is_complete(encoded: bytes) -> bool:
    """Whether the picture ends with its end marker, padding aside: decoders fill up a cut one with grey."""
    tail = encoded[-(_LARGEST_PADDING + 2) :].rstrip(b"\x00\xff\x20")
    # A marker's own 0xFF may have been stripped with the padding when 0xD9 is followed by 0xFF.
    return tail.endswith(_END) or encoded.endswith(_END)


def _jpeg_header(encoded: bytes) -> CodestreamHeader:
    at = 2
    while at + 4 <= len(encoded):
        if encoded[at] != 0xFF:
            break
        marker = encoded[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        if marker in _STANDALONE:
            at += 2
            continue
        (length,) = struct.unpack_from(">H", encoded, at + 2)
        if marker in _FRAME_HEADERS:
            if length < 8 or at + 10 > len(encoded):
                break
            precision, height, width, components = struct.unpack_from(">BHHB", encoded, at + 4)
            return CodestreamHeader(
                width_px=width,
                height_px=height,
                precision_bits=precision,
                component_count=components,
                frame_marker=marker,
            )
        if length < 2 or marker == 0xDA:
            break
        at += 2 + length
    raise CodestreamError("no frame header in the JPEG picture")


def _j2k_header(encoded: bytes, at: int) -> CodestreamHeader:
    if at + 41 > len(encoded):
        raise CodestreamError("the header of the JPEG 2000 picture is cut off")
    x_end, y_end, x_start, y_start = struct.unpack_from(">4I", encoded, at + 4)
    (components,) = struct.unpack_from(">H", encoded, at + 36)
    return CodestreamHeader(
        width_px=x_end - x_start,
        height_px=y_end - y_start,
        precision_bits=(encoded[at + 38] & 0x7F) + 1,
        component_count=components,
        frame_marker=0x51,
    )
