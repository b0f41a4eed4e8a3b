"""Which decoder opens which compressed DICOM picture.

===================================  ==============================================================
JPEG, 8 bits                         OpenCV (libjpeg-turbo)
JPEG, 12 bits; lossless .57 and .70  GDCM in a child process
JPEG-LS                              pyjpegls (CharLS)
JPEG 2000, HTJ2K                     pylibjpeg-openjpeg (OpenJPEG)
RLE                                  pydicom
===================================  ==============================================================

Those that run inside the program are the ones that answered thousands of corrupted streams with an error and
never took the process along.
"""

from __future__ import annotations

from typing import Any, Final

import cv2
import jpeg_ls
import numpy as np
import numpy.typing as npt
from openjpeg.utils import decode as decode_jpeg_2000
from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    UID,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
)

from recordings_schema.stimuli.codestream import CodestreamError, CodestreamHeader
from recordings_schema.stimuli.gdcm_process import decode_jpeg

_J2K: Final = (JPEG2000Lossless, JPEG2000, HTJ2KLossless, HTJ2KLosslessRPCL, HTJ2K)
_JPEG_LS: Final = (JPEGLSLossless, JPEGLSNearLossless)
_LOSSY_JPEG: Final = (JPEGBaseline8Bit, JPEGExtended12Bit)
_LOSSLESS_JPEG: Final = (JPEGLossless, JPEGLosslessSV1)

CODESTREAM_SYNTAXES: Final = (*_J2K, *_JPEG_LS, *_LOSSY_JPEG, *_LOSSLESS_JPEG)
"""Transfer syntaxes that `decode_codestream` opens."""

# An Adobe segment with transform 0: the three components are RGB, whatever libjpeg would guess.
_ADOBE_RGB: Final = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"


def decode_codestream(
    encoded: bytes, header: CodestreamHeader, syntax: UID, photometric: str
) -> tuple[npt.NDArray[Any], bool]:
    """Return samples (h, w) or (h, w, 3) as the stream holds them, and whether its colours are RGB already.

    Raises
    ------
    CodestreamError
        If the stream is damaged.
    """
    if syntax in _J2K:
        # OpenJPEG undoes the stream's own colour transform, which DICOM calls YBR_RCT and YBR_ICT.
        return decode_jpeg_2000(encoded), photometric in ("RGB", "YBR_RCT", "YBR_ICT")
    if syntax in _JPEG_LS:
        return _jpeg_ls(encoded, header), photometric == "RGB"
    if header.precision_bits == 8 and syntax in _LOSSY_JPEG:
        return _baseline(encoded, header, photometric), True
    if syntax == JPEGExtended12Bit and header.precision_bits != 12:
        raise CodestreamError(f"a lossy JPEG of {header.precision_bits} bits does not exist")
    return decode_jpeg(encoded, header, str(syntax)), photometric == "RGB"


def _baseline(encoded: bytes, header: CodestreamHeader, photometric: str) -> npt.NDArray[Any]:
    if header.component_count == 3 and photometric == "RGB":
        encoded = encoded[:2] + _ADOBE_RGB + encoded[2:]
    flags = cv2.IMREAD_COLOR if header.component_count == 3 else cv2.IMREAD_GRAYSCALE
    try:
        decoded: Any = cv2.imdecode(np.frombuffer(encoded, np.uint8), flags | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error as err:
        raise CodestreamError("the JPEG picture is damaged") from err
    if decoded is None:
        raise CodestreamError("the JPEG picture is damaged")
    samples: npt.NDArray[Any] = decoded if decoded.ndim == 2 else decoded[:, :, ::-1]
    return samples


def _jpeg_ls(encoded: bytes, header: CodestreamHeader) -> npt.NDArray[Any]:
    raw, facts = jpeg_ls.decode_pixel_data(encoded)
    samples = np.frombuffer(raw, np.uint8 if header.precision_bits <= 8 else "<u2")
    if header.component_count == 1:
        return samples.reshape(header.height_px, header.width_px)
    if facts["interleave_mode"] == 0:  # plane after plane
        planes = samples.reshape(header.component_count, header.height_px, header.width_px)
        return np.moveaxis(planes, 0, 2)
    return samples.reshape(header.height_px, header.width_px, header.component_count)
