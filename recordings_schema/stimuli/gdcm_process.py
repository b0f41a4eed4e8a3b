"""GDCM, for lossless and 12-bit JPEG, in a process of its own.

GDCM ends the whole process (abort, segmentation fault) on some damaged JPEG streams: several of 900 randomly
corrupted ones with GDCM 3.2.6. A bad file must not take a recording session's windows with it, so the decoder
runs in a short-lived child (about half a second for the start), which hands back plain bytes.

GDCM is told 12 bits *allocated* for 12-bit lossy streams, so that it picks its 12-bit decoder at once; those
are clipped rightly (against a float inverse DCT: at most 1 apart). A lossy stream that claims 16 bits, as
some writers make by mistake, wraps round instead (-1 turns white): callers check the stream's precision.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from multiprocessing.connection import Connection
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from recordings_schema.stimuli.codestream import CodestreamError, CodestreamHeader

_LONGEST_DECODING_S: Final = 60.0
_JPEG_EXTENDED: Final = "1.2.840.10008.1.2.4.51"
_OK: Final = b"\x01"  # first byte of an answer with pixels; any other answer is a failure


def decode_jpeg(encoded: bytes, header: CodestreamHeader, syntax: str) -> npt.NDArray[Any]:
    """Return the samples of a JPEG picture as unsigned integers: (h, w) or (h, w, 3).

    Parameters
    ----------
    encoded
        One JPEG picture.
    header
        Its header; decides about size, depth and components.
    syntax
        UID of its DICOM transfer syntax.

    Raises
    ------
    CodestreamError
        If GDCM cannot decode it, dies over it, or takes more than a minute.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(
        target=_child_main, args=(sender, encoded, header, syntax), name="image decoder", daemon=True
    )
    child.start()
    sender.close()
    try:
        if not receiver.poll(_LONGEST_DECODING_S):
            raise CodestreamError("decoding the JPEG picture took too long")
        answer = receiver.recv_bytes()
    except EOFError as err:
        raise CodestreamError("the JPEG picture is damaged") from err
    finally:
        receiver.close()
        child.kill()
        child.join()
        child.close()
    dtype = np.dtype(np.uint8 if header.precision_bits <= 8 else "<u2")
    count = header.width_px * header.height_px * header.component_count
    if answer[:1] != _OK or len(answer) != 1 + count * dtype.itemsize:
        raise CodestreamError("the JPEG picture is damaged")
    samples = np.frombuffer(answer, dtype=dtype, offset=1)
    shape = (header.height_px, header.width_px, header.component_count)
    return samples.reshape(shape if header.component_count > 1 else shape[:2])


def _child_main(sender: Connection, encoded: bytes, header: CodestreamHeader, syntax: str) -> None:
    """Decode in the child and send the bytes; runs as its main function."""
    if sys.platform != "win32":
        # libjpeg writes its complaints to the descriptor itself; the error the caller raises says enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    try:
        sender.send_bytes(_OK + _gdcm_samples(encoded, header, syntax))
    except (RuntimeError, TypeError, ValueError, AttributeError):  # GDCM has nothing to hand out
        sender.send_bytes(b"\x00")


def _gdcm_samples(encoded: bytes, header: CodestreamHeader, syntax: str) -> bytes:
    import gdcm  # 20 MB of libraries: only in the child

    stored = header.precision_bits
    allocated = 8 if stored <= 8 else 16
    if syntax == _JPEG_EXTENDED:
        allocated = stored
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
    model = "RGB" if header.component_count == 3 else "MONOCHROME2"
    kind = gdcm.PhotometricInterpretation.GetPIType(model)
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(kind))
    if header.component_count == 3:
        image.SetPlanarConfiguration(0)
    image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(syntax)))
    image.SetPixelFormat(gdcm.PixelFormat(header.component_count, allocated, stored, stored - 1, 0))
    samples: bytes = image.GetBuffer().encode("utf-8", "surrogateescape")  # GDCM hands bytes out as text
    return samples
