"""One door for every image file: read once, recognise by content, check, decode."""

from __future__ import annotations

import hashlib
import math
from pathlib import Path

from recordings_schema.stimuli.errors import EncryptedImageError, NotAnImageError, StimulusFileError
from recordings_schema.stimuli.limits import check_file_size
from recordings_schema.stimuli.raster import decode_raster, is_raster
from recordings_schema.stimuli.stimulus import (
    Floats,
    Stimulus,
    StoredPixels,
    identity_grey_values,
    start_window_of,
    used_stored_range,
)

_ENVELOPED_DATA = bytes.fromhex("06092a864886f70d010703")  # OID of CMS enveloped data (DICOM secure media)
_OPENSSL_START = b"Salted__"
_PGP_STARTS = (b"-----BEGIN PGP MESSAGE", b"\x85\x01", b"\x85\x02", b"\x84\x5e")
_ZIP_START = b"PK\x03\x04"
_BARE_DICOM_STARTS = (
    b"\x02\x00\x00\x00",
    b"\x02\x00\x10\x00",
    b"\x08\x00",
)  # no preamble: group 2 or 8 first


def load_image(path: Path) -> Stimulus:
    """Return the image in a DICOM, PNG, JPEG or TIFF file, whatever its name ends in.

    Blocks for the time of reading and decoding (up to seconds for large compressed files): call it from a
    worker. Safe to call from several threads.

    Raises
    ------
    StimulusError
        With a sentence that says why the file cannot be shown and what to do.
    """
    content = _read(path)
    if is_raster(content):
        return _raster_stimulus(path, content)
    if content[128:132] == b"DICM" or content.startswith(_BARE_DICOM_STARTS):
        return _dicom_stimulus(path, content)
    if _is_encrypted(content):
        raise EncryptedImageError(
            f"{path.name} is encrypted. Decrypt it with the program that made it and open the result.",
            path=path,
        )
    raise NotAnImageError(
        f"{path.name} is not an image: neither DICOM, PNG, JPEG nor TIFF, whatever its name says. "
        "Choose another file or export it again.",
        path=path,
    )


def _read(path: Path) -> bytes:
    try:
        check_file_size(path, path.stat().st_size)
        return path.read_bytes()
    except FileNotFoundError as err:
        raise StimulusFileError(
            f"{path.name} is not there any more. Open the folder again.", path=path
        ) from err
    except IsADirectoryError as err:
        raise StimulusFileError(f"{path.name} is a folder, not an image.", path=path) from err
    except OSError as err:
        reason = err.strerror or "no reason given"
        raise StimulusFileError(
            f"{path.name} cannot be read ({reason}). Check the permissions and the drive.", path=path
        ) from err


def _is_encrypted(content: bytes) -> bool:
    if content.startswith((_OPENSSL_START, *_PGP_STARTS)) or _ENVELOPED_DATA in content[:64]:
        return True
    return content.startswith(_ZIP_START) and len(content) > 6 and bool(content[6] & 1)


def _raster_stimulus(path: Path, content: bytes) -> Stimulus:
    pixels, bits, is_white_zero = decode_raster(path, content)
    grey_photometric = "MONOCHROME1" if is_white_zero else "MONOCHROME2"
    grey_values = identity_grey_values(pixels)
    low, high = _grey_range(pixels, bits, grey_values)
    return Stimulus(
        path=path,
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        pixels=_frozen(pixels),
        photometric="RGB" if pixels.ndim == 3 else grey_photometric,
        bits=bits,
        is_inverted=is_white_zero,
        grey_values=grey_values,
        low_value=low,
        high_value=high,
        start_window=start_window_of(offered=(), pixels=pixels, grey_values=grey_values, low=low, high=high),
    )


def _dicom_stimulus(path: Path, content: bytes) -> Stimulus:
    # pydicom and the decoders take a third of a second: not before the first such image.
    from recordings_schema.stimuli.dicom import decode_dicom

    pixels, chain = decode_dicom(path, content)
    low, high = _grey_range(pixels, chain.bits, chain.grey_values)
    return Stimulus(
        path=path,
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        pixels=_frozen(pixels),
        photometric=chain.photometric,
        bits=chain.bits,
        is_inverted=chain.is_inverted,
        grey_values=chain.grey_values,
        low_value=low,
        high_value=high,
        start_window=start_window_of(
            offered=chain.windows, pixels=pixels, grey_values=chain.grey_values, low=low, high=high
        ),
        windows=chain.windows,
        voi_table=chain.voi_table,
        spacing_x_mm=chain.spacing_x_mm,
        spacing_y_mm=chain.spacing_y_mm,
    )


def _grey_range(pixels: StoredPixels, bits: int, grey_values: Floats) -> tuple[float, float]:
    """Return lowest and highest grey value that the used bits can mean, lowest strictly below highest."""
    first, last = used_stored_range(pixels, bits)
    count = len(grey_values)
    possible = grey_values[[value % count for value in range(first, last + 1)]]
    low, high = float(possible.min()), float(possible.max())
    return (low, high) if high > low else (low, math.nextafter(low, math.inf) + 1.0)


def _frozen(pixels: StoredPixels) -> StoredPixels:
    pixels.flags.writeable = False
    return pixels
