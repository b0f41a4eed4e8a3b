"""12-bit lossy JPEG through GDCM, which pydicom's own bridge refuses.

GDCM must be told 12 bits *allocated*, then it picks its 12-bit decoder at once (with 16 it complains on
stderr first). A true 12-bit stream is clipped rightly (GDCM 3.2.6 against a float inverse DCT: at
most 1 apart). A lossy stream that claims 16 bits, as some writers make by mistake, wraps round instead (-1
turns white), so callers check the precision in the stream.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from recordings_schema.stimuli.codestream import CodestreamError, CodestreamHeader

_JPEG_EXTENDED = "1.2.840.10008.1.2.4.51"


def decode_jpeg_12_bit(encoded: bytes, header: CodestreamHeader) -> npt.NDArray[np.uint16]:
    """Return the pixels (height, width) of a one-component JPEG whose header says 12 bits.

    Raises
    ------
    CodestreamError
        If GDCM does not deliver the announced number of pixels.
    """
    import gdcm  # loads 20 MB of libraries: only for the files that need it

    if header.component_count != 1 or header.precision_bits != 12:
        raise CodestreamError("not a grey JPEG picture of 12 bits")
    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(encoded)
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    image: Any = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((header.width_px, header.height_px, 1))
    image.SetDataElement(element)
    grey = gdcm.PhotometricInterpretation.GetPIType("MONOCHROME2")
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(grey))
    image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(_JPEG_EXTENDED)))
    image.SetPixelFormat(gdcm.PixelFormat(1, 12, 12, 11, 0))
    raw = image.GetBuffer().encode("utf-8", "surrogateescape")  # GDCM hands bytes out as text
    if len(raw) != 2 * header.width_px * header.height_px:
        raise CodestreamError("the JPEG picture is damaged")
    return np.frombuffer(raw, dtype="<u2").reshape(header.height_px, header.width_px).astype(np.uint16)
