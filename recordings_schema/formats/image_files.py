"""Images of a case as files of a dataset, copied only where somebody asked for them.

A JPEG file is copied as it is; anything else is drawn in its first window, as the reader saw it at first.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from recordings_schema.formats.contract import FileSink, FormatError
from recordings_schema.formats.reading import ReadImage
from recordings_schema.stimuli import StimulusError, load_image, render_grey

JPEG_QUALITY: Final = 95
_JPEG_MAGIC: Final = b"\xff\xd8\xff"
_DICOM_BITS: Final = 8


def image_problem(image: ReadImage) -> str:
    """Return why an image cannot be in a dataset, a sentence; "" where it can."""
    if image.path is None:
        return (
            f"Its image {image.stem} is not at hand: export with --study, and with the images where the "
            "study has them."
        )
    return ""


def write_jpeg(sink: FileSink, place: str, image: ReadImage) -> None:
    """Write an image of a case as JPEG; `image_problem` has found nothing.

    Raises
    ------
    FormatError
        If the file cannot be decoded or drawn.
    """
    if image.path is None:
        raise FormatError(image_problem(image))
    if image.bits <= _DICOM_BITS and _is_jpeg(image):
        sink.copy(place, image.path)
        return
    try:
        stimulus = load_image(image.path)
    except StimulusError as err:
        raise FormatError(f"The image {image.stem} cannot be written: {err}", path=image.path) from err
    picture = render_grey(stimulus, stimulus.start_window)
    is_done, content = cv2.imencode(
        ".jpg", np.ascontiguousarray(picture[..., ::-1]) if picture.ndim == 3 else picture,
        [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY],
    )  # fmt: skip
    if not is_done:
        raise FormatError(f"The image {image.stem} cannot be written as JPEG.", path=image.path)
    sink.file(place, content.tobytes())


def _is_jpeg(image: ReadImage) -> bool:
    if image.path is None:
        return False
    with image.path.open("rb") as file:
        return file.read(len(_JPEG_MAGIC)) == _JPEG_MAGIC
