"""Images of a case as files of a dataset, copied only where somebody asked for them.

A JPEG file is copied as it is; anything else is drawn in its first window, as the reader saw it at first.
"""

from __future__ import annotations

from typing import Final

from recordings_schema.formats.contract import FileSink
from recordings_schema.formats.pictures import drawn, jpeg
from recordings_schema.formats.reading import ReadImage

_JPEG_MAGIC: Final = b"\xff\xd8\xff"
_JPEG_BITS: Final = 8


def write_jpeg(sink: FileSink, place: str, image: ReadImage) -> None:
    """Write an image of a case as JPEG; `not_at_hand` has found nothing.

    Raises
    ------
    FormatError
        If the file cannot be decoded or drawn.
    """
    if image.path is not None and image.bits <= _JPEG_BITS:
        with image.path.open("rb") as file:
            if file.read(len(_JPEG_MAGIC)) == _JPEG_MAGIC:
                sink.copy(place, image.path)
                return
    sink.file(place, jpeg(drawn(image)))
