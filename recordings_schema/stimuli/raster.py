"""PNG, JPEG and TIFF files of 8 or 16 bits as pixels; sizes and completeness are checked before decoding.

OpenCV decodes from memory, so that any path works on any system, and without turning by EXIF: a reader's
image must be the pixels as stored. A grey picture saved as RGB (three equal channels) is grey.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from recordings_schema.stimuli.codestream import CodestreamError, is_complete, read_header
from recordings_schema.stimuli.errors import DamagedImageError, UnsupportedImageError
from recordings_schema.stimuli.limits import check_image_size
from recordings_schema.stimuli.stimulus import StoredPixels

PNG_START: Final = b"\x89PNG\r\n\x1a\n"
JPEG_START: Final = b"\xff\xd8\xff"
TIFF_STARTS: Final = (b"II*\x00", b"MM\x00*")

_TIFF_WIDTH, _TIFF_HEIGHT, _TIFF_BITS, _TIFF_PHOTOMETRIC = 256, 257, 258, 262
_TIFF_SIZES: Final = {1: 1, 3: 2, 4: 4}  # BYTE, SHORT, LONG: the types those tags may have
_LARGEST_TIFF_ENTRIES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class _TiffHeader:
    width_px: int
    height_px: int
    is_white_zero: bool
    bits: int
    has_more_pages: bool


def is_raster(content: bytes) -> bool:
    """Whether the bytes begin like a PNG, JPEG or TIFF file."""
    return content.startswith((PNG_START, JPEG_START, *TIFF_STARTS))


def decode_raster(path: Path, content: bytes) -> tuple[StoredPixels, int, bool]:
    """Return pixels, bits per channel, and whether 0 means white, of the bytes of a PNG, JPEG or TIFF file.

    Raises
    ------
    StimulusError
        If the file is damaged, cut off, too large, or of a kind that is not shown.
    """
    is_white_zero = False
    if content.startswith(PNG_START):
        _check_png(path, content)
    elif content.startswith(JPEG_START):
        _check_jpeg(path, content)
    else:
        is_white_zero = _check_tiff(path, content)
    try:
        decoded = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        decoded = None
    if decoded is None:
        raise _damaged(path, "cannot be decoded")
    if decoded.dtype not in (np.uint8, np.uint16):
        raise UnsupportedImageError(
            f"{path.name} has pixels of type {decoded.dtype}; 8 and 16 bits are shown. "
            "Save it again as 16-bit PNG.",
            path=path,
        )
    pixels = _grey_or_rgb(np.asarray(decoded))
    return pixels, 8 * pixels.dtype.itemsize, is_white_zero and pixels.ndim == 2


def _damaged(path: Path, what: str) -> DamagedImageError:
    return DamagedImageError(
        f"{path.name} {what}; it is damaged or was cut off. Export or copy it again.", path=path
    )


def _check_png(path: Path, content: bytes) -> None:
    """Walk the chunks: size from IHDR, every checksum right, IEND there."""
    at = len(PNG_START)
    if content[at + 4 : at + 8] != b"IHDR" or len(content) < at + 25:
        raise _damaged(path, "has no PNG header")
    width_px, height_px = struct.unpack_from(">II", content, at + 8)
    check_image_size(path, width_px, height_px)
    while at + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        end = at + 12 + length
        if end > len(content):
            break
        kind = content[at + 4 : at + 8]
        (checksum,) = struct.unpack_from(">I", content, end - 4)
        if zlib.crc32(memoryview(content)[at + 4 : end - 4]) != checksum:
            raise _damaged(path, "has a wrong checksum")
        if kind == b"IEND":
            return
        at = end
    raise _damaged(path, "ends in the middle of its pixels")


def _check_jpeg(path: Path, content: bytes) -> None:
    try:
        header = read_header(content)
    except CodestreamError:
        raise _damaged(path, "has no readable JPEG header") from None
    check_image_size(path, header.width_px, header.height_px)
    if header.precision_bits != 8:
        raise UnsupportedImageError(
            f"{path.name} is a JPEG of {header.precision_bits} bits; save it as PNG or DICOM.", path=path
        )
    if not is_complete(content) and b"\xff\xd9" not in content[-65536:]:
        raise _damaged(path, "ends in the middle of its pixels")


def _check_tiff(path: Path, content: bytes) -> bool:
    """Check the size of the one page; return whether 0 means white in the pixels OpenCV delivers."""
    try:
        header = _tiff_header(content)
    except (struct.error, KeyError):
        raise _damaged(path, "has no readable TIFF header") from None
    check_image_size(path, header.width_px, header.height_px)
    if header.has_more_pages:
        raise UnsupportedImageError(
            f"{path.name} holds several pages; only single images are shown. "
            "Save the page you need by itself.",
            path=path,
        )
    # OpenCV turns WhiteIsZero round itself up to 8 bits and leaves 16 bits as stored.
    return header.is_white_zero and header.bits == 16


def _tiff_header(content: bytes) -> _TiffHeader:
    order = "<" if content.startswith(b"II") else ">"
    (directory,) = struct.unpack_from(order + "I", content, 4)
    (count,) = struct.unpack_from(order + "H", content, directory)
    if count > _LARGEST_TIFF_ENTRIES:
        raise KeyError(count)
    values: dict[int, int] = {}
    for at in range(directory + 2, directory + 2 + 12 * count, 12):
        tag, kind, amount = struct.unpack_from(order + "HHI", content, at)
        if tag not in (_TIFF_WIDTH, _TIFF_HEIGHT, _TIFF_BITS, _TIFF_PHOTOMETRIC):
            continue
        size = _TIFF_SIZES[kind]
        place = at + 8
        if size * amount > 4:
            (place,) = struct.unpack_from(order + "I", content, at + 8)
        values[tag] = struct.unpack_from(order + {1: "B", 2: "H", 4: "I"}[size], content, place)[0]
    (following,) = struct.unpack_from(order + "I", content, directory + 2 + 12 * count)
    return _TiffHeader(
        width_px=values[_TIFF_WIDTH],
        height_px=values[_TIFF_HEIGHT],
        is_white_zero=values.get(_TIFF_PHOTOMETRIC, 1) == 0,
        bits=values.get(_TIFF_BITS, 1),
        has_more_pages=following != 0,
    )


def _grey_or_rgb(decoded: npt.NDArray[Any]) -> StoredPixels:
    """Return (h, w) grey in its depth, or (h, w, 3) RGB in 8 bits; transparency is shown over black."""
    if decoded.ndim == 2:
        return np.ascontiguousarray(decoded)
    channels = decoded.shape[2]
    opaque = decoded
    if channels in (2, 4):
        highest = np.iinfo(decoded.dtype).max
        alpha = decoded[:, :, -1:]
        opaque = decoded[:, :, :-1]
        if (alpha != highest).any():
            blended = opaque.astype(np.float64) * (alpha.astype(np.float64) / highest)
            opaque = np.floor(blended + 0.5).astype(decoded.dtype)
    first = opaque[:, :, 0]
    if all(np.array_equal(first, opaque[:, :, channel]) for channel in range(1, opaque.shape[2])):
        return np.ascontiguousarray(first)
    if opaque.dtype == np.uint16:
        opaque = np.floor(opaque / 257.0 + 0.5).astype(np.uint8)
    return np.ascontiguousarray(opaque[:, :, ::-1])
