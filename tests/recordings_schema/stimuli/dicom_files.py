"""Small DICOM files for tests, in every transfer syntax that can be written here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gdcm
import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate, get_frame
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, RLELossless, generate_uid

SECRETS = ("Doe^Jane", "PID-424242", "19610203", "Hospital of Testing", "1.2.826.0.1.3680043.8.498.777")
"""Values every test file carries in identifying tags; none may ever be seen outside."""


def smooth_picture(height: int = 61, width: int = 48, bits: int = 12) -> np.ndarray[Any, Any]:
    """Return waves that fill the whole range of `bits`, with a saturated border on two sides."""
    y, x = np.mgrid[:height, :width]
    waves = (np.sin(x / 7.0) + np.cos(y / 9.0) + 2.0) / 4.0
    waves[:, :6] = 0.0
    waves[:6, :] = 1.0
    return np.rint(waves * ((1 << bits) - 1)).astype(np.uint8 if bits <= 8 else np.uint16)


def dataset_of(pixels: np.ndarray[Any, Any], *, bits: int, photometric: str = "MONOCHROME2") -> Dataset:
    """Return an uncompressed secondary capture of the pixels, full of identifying values."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID
    dataset.PatientName, dataset.PatientID, dataset.PatientBirthDate = SECRETS[:3]
    dataset.InstitutionName, dataset.StudyInstanceUID = SECRETS[3:]
    dataset.Rows, dataset.Columns = pixels.shape[:2]
    dataset.SamplesPerPixel = 3 if pixels.ndim == 3 else 1
    if pixels.ndim == 3:
        dataset.PlanarConfiguration = 0
    dataset.PhotometricInterpretation = photometric
    dataset.BitsAllocated = 8 * pixels.dtype.itemsize
    dataset.BitsStored = bits
    dataset.HighBit = bits - 1
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
    raw = pixels.tobytes()
    dataset.PixelData = raw + b"\0" * (len(raw) % 2)
    dataset["PixelData"].VR = "OB" if dataset.BitsAllocated == 8 else "OW"
    return dataset


def save(dataset: Dataset, path: Path) -> Path:
    """Write a data set in its transfer syntax and return its path."""
    dataset.save_as(path, enforce_file_format=True)
    return path


def compress(dataset: Dataset, syntax: str) -> None:
    """Compress in place by an encoder that does not abort (GDCM's RLE encoder does)."""
    plugin = "pydicom" if syntax == RLELossless else "pyjpegls"
    dataset.compress(syntax, encoding_plugin=plugin, generate_instance_uid=False)


def save_encapsulated(dataset: Dataset, path: Path, encoded: bytes, syntax: str) -> Path:
    """Write a data set whose pixels are an already compressed picture."""
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.PixelData = encapsulate([encoded])
    dataset["PixelData"].VR = "OB"
    return save(dataset, path)


def recompress(source: Path, target: Path, syntax: int, *, quality: int = 0, allocated_bits: int = 0) -> Path:
    """Write a file again in another transfer syntax by GDCM; `quality` above 0 is lossy JPEG."""
    reader = gdcm.ImageReader()
    reader.SetFileName(str(source))
    assert reader.Read()
    image = reader.GetImage()
    if allocated_bits:  # GDCM picks its JPEG encoder by bits *allocated*
        image.SetPixelFormat(gdcm.PixelFormat(1, allocated_bits, allocated_bits, allocated_bits - 1, 0))
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(syntax))
    change.SetInput(image)
    codec = gdcm.JPEGCodec()
    if quality:
        codec.SetLossless(False)
        codec.SetQuality(quality)
        change.SetUserCodec(codec)
    assert change.Change()
    writer = gdcm.ImageWriter()
    writer.SetFileName(str(target))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()
    return target


def save_jpeg_12_bit(pixels: np.ndarray[Any, Any], folder: Path) -> Path:
    """Write a true 12-bit lossy JPEG in the extended transfer syntax."""
    native = save(dataset_of(pixels, bits=12), folder / "native.dcm")
    recompress(
        native,
        folder / "by_gdcm.dcm",
        gdcm.TransferSyntax.JPEGExtendedProcess2_4,
        quality=95,
        allocated_bits=12,
    )
    encoded = get_frame(pydicom.dcmread(folder / "by_gdcm.dcm").PixelData, 0)
    return save_encapsulated(
        dataset_of(pixels, bits=12), folder / "extended.dcm", encoded, "1.2.840.10008.1.2.4.51"
    )


def lut_item(first: int, entries: list[int], bits: int) -> Sequence:
    """Return a LUT sequence with one item."""
    item = Dataset()
    item.add_new("LUTDescriptor", "SS" if first < 0 else "US", [len(entries) % 65536, first, bits])
    item.add_new("LUTData", "OW", np.asarray(entries, "<u2").tobytes())
    return Sequence([item])
