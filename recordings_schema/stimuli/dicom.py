"""A DICOM file as stored pixels and the tables that turn them into grey, judged by its pixels, not its class.

Parsing is pydicom's; `codecs` opens compressed pixels, pydicom RLE and native ones. Sizes are
checked from the header and again from the compressed picture's own header before anything is decoded. All
texts of pydicom (exceptions, warnings, log lines) may quote header values and stop here: that is why errors
are raised ``from None``.
"""

from __future__ import annotations

import logging
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pydicom
from pydicom.encaps import get_frame
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.filereader import read_dataset
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import apply_color_lut, convert_color_space
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGExtended12Bit,
    RLELossless,
)

from recordings_schema.stimuli.codecs import CODESTREAM_SYNTAXES, decode_codestream
from recordings_schema.stimuli.codestream import CodestreamError, CodestreamHeader, is_complete, read_header
from recordings_schema.stimuli.dicom_grey import GreyChain, read_grey_chain
from recordings_schema.stimuli.errors import (
    DamagedImageError,
    ImageTooLargeError,
    NoPixelsError,
    StimulusError,
    UnsupportedImageError,
)
from recordings_schema.stimuli.limits import LARGEST_DATASET_BYTES, check_image_size
from recordings_schema.stimuli.stimulus import StoredPixels

PARSER_FAILURES: Final = (
    ArithmeticError, AssertionError, AttributeError, BytesLengthException, EOFError, InvalidDicomError,
    LookupError, MemoryError, NotImplementedError, OSError, RecursionError, RuntimeError, TypeError,
    ValueError, struct.error, zlib.error,
)  # fmt: skip
"""What pydicom, its plug-ins and the codecs raise on hostile input."""

_MONOCHROME: Final = ("MONOCHROME1", "MONOCHROME2")
_COLOUR: Final = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT", "PALETTE COLOR")
_PARSING = threading.Lock()  # catch_warnings is process-wide: one parse at a time


def decode_dicom(path: Path, content: bytes) -> tuple[StoredPixels, GreyChain]:
    """Return pixels and grey chain of the bytes of a DICOM file.

    Parameters
    ----------
    path
        Named in errors only.
    content
        The whole file.

    Raises
    ------
    StimulusError
        If the file is damaged, has no pixels, several frames, or a kind of pixels that is not shown here.
    """
    with quiet_pydicom():
        try:
            dataset, syntax = parse_dicom(path, content)
            _check_header(path, dataset)
            pixels = _decode(path, dataset, syntax)
            return pixels, read_grey_chain(path, dataset, pixels)
        except StimulusError:
            raise
        except PARSER_FAILURES:
            raise _damaged(path, "cannot be decoded") from None


def _damaged(path: Path, what: str) -> DamagedImageError:
    return DamagedImageError(
        f"The DICOM file {path.name} {what}; it is damaged or was cut off. Export or copy it again.",
        path=path,
    )


@contextmanager
def quiet_pydicom() -> Iterator[None]:
    """Parse inside this block: one thread at a time, with no text of pydicom (they quote values) let out."""
    with _PARSING, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logger = logging.getLogger("pydicom")
        was_disabled, logger.disabled = logger.disabled, True
        try:
            yield
        finally:
            logger.disabled = was_disabled


def parse_dicom(path: Path, content: bytes) -> tuple[pydicom.Dataset, pydicom.uid.UID]:
    """Return the data set and the transfer syntax its pixels are in."""
    meta_end, syntax = _file_meta(content)
    if syntax == DeflatedExplicitVRLittleEndian:
        # pydicom would inflate without a limit.
        inflated = zlib.decompressobj(-zlib.MAX_WBITS).decompress(
            content[meta_end:], LARGEST_DATASET_BYTES + 1
        )
        if len(inflated) > LARGEST_DATASET_BYTES:
            raise ImageTooLargeError(
                f"{path.name} unpacks to more than {LARGEST_DATASET_BYTES >> 20} MB and is not opened; "
                "export it uncompressed.",
                path=path,
            )
        return read_dataset(BytesIO(inflated), False, True), ExplicitVRLittleEndian
    dataset = pydicom.dcmread(BytesIO(content), force=True)
    syntax = dataset.file_meta.get("TransferSyntaxUID")
    if not syntax:
        is_implicit, _ = dataset.original_encoding
        syntax = ImplicitVRLittleEndian if is_implicit else ExplicitVRLittleEndian
    return dataset, pydicom.uid.UID(syntax)


def _file_meta(content: bytes) -> tuple[int, str]:
    """Return where the file meta group ends and the transfer syntax it names ("" where there is none)."""
    at = 132 if content[128:132] == b"DICM" else 0
    syntax = ""
    while content[at : at + 2] == b"\x02\x00":
        element, vr, length = struct.unpack_from("<2xH2sH", content, at)
        at += 8
        if vr in (b"OB", b"UN"):
            (length,) = struct.unpack_from("<I", content, at)
            at += 4
        if element == 0x0010:
            syntax = content[at : at + length].rstrip(b"\0 ").decode("ascii", "replace")
        at += length
    return at, syntax


def _check_header(path: Path, dataset: pydicom.Dataset) -> None:
    """Raise unless this is one frame of a kind that is shown here, in a size that may be decoded."""
    if "PixelData" not in dataset:
        if "FloatPixelData" in dataset or "DoubleFloatPixelData" in dataset:
            raise _unsupported(path, "holds floating-point pixels")
        raise NoPixelsError(
            f"The DICOM file {path.name} holds no image (a report, a directory or a header only). "
            "Choose the image itself.",
            path=path,
        )
    if "Rows" not in dataset or "Columns" not in dataset or not dataset.PixelData:
        raise _damaged(path, "has no image size")
    frames = dataset.get("NumberOfFrames") or 1
    if int(frames) != 1:
        raise UnsupportedImageError(
            f"The DICOM file {path.name} holds {int(frames)} frames; only single images are shown. "
            "Export the frame you need as a single image.",
            path=path,
        )
    check_image_size(path, int(dataset.Columns), int(dataset.Rows))
    allocated, stored = int(dataset.BitsAllocated), int(dataset.BitsStored)
    if allocated not in (8, 16, 32) or not 2 <= stored <= min(16, allocated):
        raise _unsupported(path, f"has {stored} bits per pixel (in {allocated}); 8 to 16 are shown")
    photometric = dataset.PhotometricInterpretation
    samples = 1 if photometric in (*_MONOCHROME, "PALETTE COLOR") else 3
    if photometric not in (*_MONOCHROME, *_COLOUR) or int(dataset.SamplesPerPixel) != samples:
        raise _unsupported(path, "has a colour model that is not shown here")


def _unsupported(path: Path, what: str) -> UnsupportedImageError:
    return UnsupportedImageError(
        f"The DICOM file {path.name} {what}. Export it as an ordinary radiograph.", path=path
    )


def _decode(path: Path, dataset: pydicom.Dataset, syntax: pydicom.uid.UID) -> StoredPixels:
    photometric = str(dataset.PhotometricInterpretation)
    if syntax in CODESTREAM_SYNTAXES:
        encoded = get_frame(dataset.PixelData, 0)
        header = _codestream_header(path, dataset, syntax, encoded)
        samples, is_rgb = decode_codestream(encoded, header, syntax, photometric)
        if samples.shape[:2] != (header.height_px, header.width_px):
            raise _damaged(path, "holds a compressed picture that contradicts itself")
        pixels = samples if samples.ndim == 3 else _reinterpreted(samples, dataset)
        if samples.ndim == 3 and not is_rgb:
            pixels = convert_color_space(pixels, photometric, "RGB")
    else:
        pixels = _decode_plain(path, dataset, syntax)
    if photometric == "PALETTE COLOR":
        pixels = apply_color_lut(pixels, dataset)
        return _as_rgb_8(pixels, 8 * pixels.dtype.itemsize)
    if pixels.ndim == 3:
        return _as_rgb_8(pixels, int(dataset.BitsStored))
    return _as_stored(path, pixels)


def _decode_plain(path: Path, dataset: pydicom.Dataset, syntax: pydicom.uid.UID) -> npt.NDArray[Any]:
    """Return the pixels of native or RLE pixel data, colours as RGB, unused bits taken off."""
    if syntax.is_encapsulated and syntax != RLELossless:
        raise _unsupported(path, "is in a transfer syntax that is not shown here")
    if not syntax.is_encapsulated:
        _check_native_length(path, dataset, syntax)
    try:
        decoder = get_decoder(syntax)
    except NotImplementedError:
        raise _unsupported(path, "is in a transfer syntax that is not shown here") from None
    plugin = "pydicom" if syntax == RLELossless else ""
    pixels, _ = decoder.as_array(dataset, raw=False, decoding_plugin=plugin)
    return pixels


def _codestream_header(
    path: Path, dataset: pydicom.Dataset, syntax: pydicom.uid.UID, encoded: bytes
) -> CodestreamHeader:
    """Return the compressed picture's own header after comparing it with the DICOM header."""
    try:
        header = read_header(encoded)
    except CodestreamError:
        raise _damaged(path, "holds no readable compressed picture") from None
    if (header.width_px, header.height_px) != (int(dataset.Columns), int(dataset.Rows)):
        raise _damaged(
            path,
            f"says it is {int(dataset.Columns)} x {int(dataset.Rows)} px but holds "
            f"{header.width_px} x {header.height_px}",
        )
    if header.component_count != int(dataset.SamplesPerPixel):
        raise _damaged(path, "contradicts its compressed picture about colour")
    if not 2 <= header.precision_bits <= 16:
        raise _unsupported(path, f"has {header.precision_bits} bits per pixel; 8 to 16 are shown")
    if syntax == JPEGExtended12Bit and header.precision_bits not in (8, 12):
        raise _damaged(path, f"holds a lossy JPEG of {header.precision_bits} bits, which does not exist")
    if not is_complete(encoded):
        raise _damaged(path, "ends in the middle of its picture")
    return header


def _check_native_length(path: Path, dataset: pydicom.Dataset, syntax: pydicom.uid.UID) -> None:
    count = int(dataset.Rows) * int(dataset.Columns) * int(dataset.SamplesPerPixel)
    if dataset.PhotometricInterpretation == "YBR_FULL_422" and not syntax.is_encapsulated:
        count = count // 3 * 2
    if len(dataset.PixelData) < count * int(dataset.BitsAllocated) // 8:
        raise _damaged(path, "ends in the middle of its pixels")


def _reinterpreted(samples: npt.NDArray[Any], dataset: pydicom.Dataset) -> npt.NDArray[Any]:
    """Give decoded samples the sign the header declares; streams often carry signed pixels as unsigned."""
    is_signed = int(dataset.PixelRepresentation) == 1
    patterns = samples.astype(np.int64) & ((1 << int(dataset.BitsStored)) - 1)
    if is_signed:
        sign = 1 << (int(dataset.BitsStored) - 1)
        return ((patterns ^ sign) - sign).astype(np.int16)
    return patterns.astype(np.uint8 if samples.dtype.itemsize == 1 else np.uint16)


def _as_stored(path: Path, pixels: npt.NDArray[Any]) -> StoredPixels:
    """Return grey pixels as uint8, uint16 or int16 in the machine's byte order."""
    if pixels.dtype == np.uint8:
        return np.ascontiguousarray(pixels, dtype=np.uint8)
    limits = np.iinfo(np.int16 if pixels.dtype.kind == "i" else np.uint16)
    if pixels.dtype.itemsize > 2 and (pixels.min() < limits.min or pixels.max() > limits.max):
        raise _unsupported(path, "has pixels of more than 16 bits")
    if pixels.dtype.kind == "i":
        return np.ascontiguousarray(pixels, dtype=np.int16)
    return np.ascontiguousarray(pixels, dtype=np.uint16)


def _as_rgb_8(pixels: npt.NDArray[Any], bits: int) -> StoredPixels:
    """Return colour pixels as uint8 RGB, deeper ones rounded."""
    if bits > 8:
        highest = float((1 << bits) - 1)
        pixels = np.floor(pixels.astype(np.float32) * (255.0 / highest) + 0.5).clip(0, 255)
    return np.ascontiguousarray(pixels, dtype=np.uint8)
