"""Whether every image decoder works on this computer: a small picture per transfer syntax, made and read.

What can be encoded in memory is; the rest is encoded by GDCM. Nothing here names a person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import jpeg_ls
import numpy as np
import numpy.typing as npt
import pydicom
from openjpeg.utils import encode_array as encode_jpeg_2000
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate, get_frame
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
    SecondaryCaptureImageStorage,
)

from recordings_schema.stimuli.errors import StimulusError
from recordings_schema.stimuli.loading import load_image

_WIDTH_PX: Final = 48
_HEIGHT_PX: Final = 40
_MOST_LOSSY_SHARE: Final = 0.06
"""How far a lossy picture of good quality may be off, of the full range."""

Pixels = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecoderCheck:
    """How one kind of image file came out."""

    name: str
    is_passed: bool
    text: str  # what was wrong; "" when all is well


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sample:
    """One kind of image file."""

    name: str
    bits: int
    write: Callable[[Path, Pixels], Path]
    is_lossy: bool = False


def check_decoders(folder: Path) -> tuple[DecoderCheck, ...]:
    """Write a picture of each kind into `folder`, read it back by `load_image` and compare."""
    return tuple(_check(folder, sample) for sample in _SAMPLES)


def _check(folder: Path, sample: _Sample) -> DecoderCheck:
    wanted = _picture(sample.bits)
    try:
        path = sample.write(folder, wanted)
        found = load_image(path).pixels.astype(np.int64)
    except (StimulusError, OSError, ValueError, RuntimeError, cv2.error) as err:
        return DecoderCheck(name=sample.name, is_passed=False, text=f"{sample.name}: {err}")
    if found.shape != wanted.shape:
        text = f"{sample.name}: the picture came out with the shape {found.shape}, not {wanted.shape}."
        return DecoderCheck(name=sample.name, is_passed=False, text=text)
    farthest = int(np.abs(found - wanted).max())
    allowed = round(_MOST_LOSSY_SHARE * (1 << sample.bits)) if sample.is_lossy else 0
    text = f"{sample.name}: pixels are off by up to {farthest}." if farthest > allowed else ""
    return DecoderCheck(name=sample.name, is_passed=not text, text=text)


def _picture(bits: int) -> Pixels:
    """Return smooth waves over the whole range of `bits`, shape (`_HEIGHT_PX`, `_WIDTH_PX`)."""
    y, x = np.mgrid[:_HEIGHT_PX, :_WIDTH_PX]
    waves = (np.sin(x / 9.0) + np.cos(y / 11.0) + 2.0) / 4.0
    pixels: Pixels = np.rint(waves * ((1 << bits) - 1)).astype(np.uint8 if bits <= 8 else np.uint16)
    return pixels


def _dataset(pixels: Pixels, bits: int, syntax: UID) -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = UID("2.25.1")
    dataset.SOPClassUID = SecondaryCaptureImageStorage
    dataset.SOPInstanceUID = UID("2.25.1")
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated = 8 * pixels.dtype.itemsize
    dataset.BitsStored = bits
    dataset.HighBit = bits - 1
    dataset.PixelRepresentation = 0
    return dataset


def _save(dataset: Dataset, folder: Path, content: bytes, kind: str) -> Path:
    dataset.PixelData = content
    dataset["PixelData"].VR = "OW" if kind == "native" and dataset.BitsAllocated == 16 else "OB"
    path = folder / f"{dataset.file_meta.TransferSyntaxUID.replace('.', '_')}.dcm"
    dataset.save_as(path, enforce_file_format=True)
    return path


def _native(syntax: UID) -> Callable[[Path, Pixels], Path]:
    def write(folder: Path, pixels: Pixels) -> Path:
        stored = pixels.astype(">u2" if syntax == ExplicitVRBigEndian else "<u2")
        return _save(_dataset(pixels, 12, syntax), folder, stored.tobytes(), "native")

    return write


def _encoded(
    syntax: UID, encode: Callable[[Pixels], bytes], bits: int = 12
) -> Callable[[Path, Pixels], Path]:
    def write(folder: Path, pixels: Pixels) -> Path:
        return _save(_dataset(pixels, bits, syntax), folder, encapsulate([encode(pixels)]), "encapsulated")

    return write


def _by_gdcm(syntax: UID, *, allocated_bits: int = 0) -> Callable[[Path, Pixels], Path]:
    def write(folder: Path, pixels: Pixels) -> Path:
        native = _native(ExplicitVRLittleEndian)(folder, pixels)
        by_gdcm = _recompressed(native, folder / "by_gdcm.dcm", syntax, allocated_bits)
        encoded = get_frame(pydicom.dcmread(by_gdcm).PixelData, 0)
        return _save(_dataset(pixels, 12, syntax), folder, encapsulate([encoded]), "encapsulated")

    return write


def _rle(pixels: Pixels) -> bytes:
    """Return the RLE frame of 16-bit pixels, in literal runs: high bytes first, then low bytes."""
    segments = []
    for plane in (pixels >> 8, pixels & 0xFF):
        content = plane.astype(np.uint8).tobytes()
        runs = [content[first : first + 128] for first in range(0, len(content), 128)]
        packed = b"".join(bytes([len(run) - 1]) + run for run in runs)
        segments.append(packed + b"\0" * (len(packed) % 2))
    header = np.zeros(16, "<u4")
    header[:3] = (2, 64, 64 + len(segments[0]))
    return header.tobytes() + b"".join(segments)


def _baseline(pixels: Pixels) -> bytes:
    return bytes(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes())


def _jpeg_ls(pixels: Pixels) -> bytes:
    encoded = bytes(jpeg_ls.encode_array(pixels))
    return encoded + b"\0" * (len(encoded) % 2)


def _jpeg_2000(pixels: Pixels) -> bytes:
    return bytes(encode_jpeg_2000(pixels, bits_stored=12))


def _recompressed(source: Path, target: Path, syntax: UID, allocated_bits: int) -> Path:
    """Write a file again in another transfer syntax; `allocated_bits` above 0 is lossy JPEG of that depth."""
    import gdcm  # 20 MB of libraries, for this alone

    reader = gdcm.ImageReader()
    reader.SetFileName(str(source))
    if not reader.Read():
        raise RuntimeError("GDCM did not read a plain picture.")
    image = reader.GetImage()
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(str(syntax))))
    codec = gdcm.JPEGCodec()
    if allocated_bits:  # GDCM picks its JPEG encoder by bits *allocated*
        image.SetPixelFormat(gdcm.PixelFormat(1, allocated_bits, allocated_bits, allocated_bits - 1, 0))
        codec.SetLossless(False)
        codec.SetQuality(95)
        change.SetUserCodec(codec)
    change.SetInput(image)
    writer = gdcm.ImageWriter()
    writer.SetFileName(str(target))
    writer.SetFile(reader.GetFile())
    if not change.Change():
        raise RuntimeError("GDCM did not encode a plain picture.")
    writer.SetImage(change.GetOutput())
    if not writer.Write():
        raise RuntimeError("GDCM did not write the encoded picture.")
    return target


def _raster(ending: str) -> Callable[[Path, Pixels], Path]:
    def write(folder: Path, pixels: Pixels) -> Path:
        path = folder / f"picture{ending}"
        path.write_bytes(cv2.imencode(ending, pixels)[1].tobytes())
        return path

    return write


_SAMPLES: Final = (
    _Sample(name="DICOM, implicit little endian", bits=12, write=_native(ImplicitVRLittleEndian)),
    _Sample(name="DICOM, explicit little endian", bits=12, write=_native(ExplicitVRLittleEndian)),
    _Sample(name="DICOM, explicit big endian", bits=12, write=_native(ExplicitVRBigEndian)),
    _Sample(name="DICOM, deflated", bits=12, write=_native(DeflatedExplicitVRLittleEndian)),
    _Sample(name="DICOM, RLE", bits=12, write=_encoded(RLELossless, _rle)),
    _Sample(name="DICOM, JPEG-LS", bits=12, write=_encoded(JPEGLSLossless, _jpeg_ls)),
    _Sample(name="DICOM, JPEG 2000", bits=12, write=_encoded(JPEG2000Lossless, _jpeg_2000)),
    _Sample(
        name="DICOM, JPEG baseline", bits=8, write=_encoded(JPEGBaseline8Bit, _baseline, 8), is_lossy=True
    ),
    _Sample(
        name="DICOM, JPEG 12 bit",
        bits=12,
        write=_by_gdcm(JPEGExtended12Bit, allocated_bits=12),
        is_lossy=True,
    ),
    _Sample(name="DICOM, JPEG lossless .57", bits=12, write=_by_gdcm(JPEGLossless)),
    _Sample(name="DICOM, JPEG lossless .70", bits=12, write=_by_gdcm(JPEGLosslessSV1)),
    _Sample(name="PNG, 16 bit", bits=16, write=_raster(".png")),
    _Sample(name="TIFF, 16 bit", bits=16, write=_raster(".tif")),
    _Sample(name="JPEG", bits=8, write=_raster(".jpg"), is_lossy=True),
)
