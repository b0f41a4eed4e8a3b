"""Images for the loader of the prostate layout, which reads DICOM: grey pixels and nothing of a person."""

from __future__ import annotations

import hashlib
import io
from typing import Final

import cv2
import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, SecondaryCaptureImageStorage

from recordings_schema.formats.pictures import Picture

_LARGEST_UID: Final = 1 << 120


def grey_dicom(picture: Picture, name: str) -> bytes:
    """Return a DICOM file of 8-bit grey; the same picture and name give the same bytes.

    Parameters
    ----------
    picture
        Shape (height, width), or (height, width, 3), which becomes grey.
    name
        The stem of the file; its identifier is made of it and of the pixels.
    """
    grey = picture if picture.ndim == 2 else np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
    digest = hashlib.sha256(name.encode() + grey.tobytes()).digest()
    uid = UID(f"2.25.{int.from_bytes(digest[:15], 'big') % _LARGEST_UID}")
    content = Dataset()
    content.SOPClassUID, content.SOPInstanceUID = SecondaryCaptureImageStorage, uid
    content.StudyInstanceUID, content.SeriesInstanceUID = UID(f"{uid}.1"[:64]), UID(f"{uid}.2"[:64])
    content.Modality, content.ConversionType = "OT", "WSD"
    content.PatientName, content.PatientID = "", ""
    content.Rows, content.Columns = grey.shape
    content.SamplesPerPixel, content.PhotometricInterpretation = 1, "MONOCHROME2"
    content.BitsAllocated, content.BitsStored, content.HighBit = 8, 8, 7
    content.PixelRepresentation = 0
    pixels = grey.tobytes()
    content.PixelData = pixels + b"\0" * (len(pixels) % 2)
    content["PixelData"].VR = "OB"
    content.file_meta = FileMetaDataset()
    content.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    content.file_meta.MediaStorageSOPInstanceUID = uid
    content.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    buffer = io.BytesIO()
    content.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()
