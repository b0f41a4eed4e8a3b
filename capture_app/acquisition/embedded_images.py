"""Which picture files a recording may hold a copy of."""

from __future__ import annotations

from pathlib import Path
from typing import Final

MAX_EMBEDDED_BYTES: Final = 256 * 1024 * 1024
PICTURE_BEGINNINGS: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*")


def content_to_embed(path: Path) -> bytes:
    """Return the bytes of a picture file; anything that may name a patient is an error.

    DICOM files carry names and dates in their header, so they are never embedded.
    """
    size_bytes = path.stat().st_size
    if size_bytes > MAX_EMBEDDED_BYTES:
        raise OSError(f"it has {size_bytes} bytes, at most {MAX_EMBEDDED_BYTES} are kept")
    content = path.read_bytes()
    if not content.startswith(PICTURE_BEGINNINGS):
        raise OSError("only PNG, JPEG and TIFF are kept, since other files may name a patient")
    return content
