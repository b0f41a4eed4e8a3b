"""Pictures of a dataset: an image as its reader saw it first, and PNG, JPEG and video files of arrays."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from recordings_schema.formats.contract import FormatError
from recordings_schema.formats.reading import ReadImage
from recordings_schema.stimuli import StimulusError, load_image, render_grey

JPEG_QUALITY: Final = 95
_PNG_EFFORT: Final = 3

Picture = npt.NDArray[np.uint8]


def not_at_hand(image: ReadImage) -> str:
    """Return why the pixels of an image cannot be had, a sentence; "" where they can."""
    if image.path is not None:
        return ""
    return (
        f"Its image {image.stem} is not on this computer, or was changed since it was read. Name the study "
        "with --study, and put the image back where the study names it; of imported recordings name the "
        "folder of the images with --images."
    )


def drawn(image: ReadImage) -> Picture:
    """Return an image in its first window, 8 bits: (height, width) grey or (height, width, 3) RGB.

    Raises
    ------
    FormatError
        If it is not on this computer, cannot be decoded, or has another size than when it was read.
    """
    if image.path is None:
        raise FormatError(not_at_hand(image))
    try:
        stimulus = load_image(image.path)
    except StimulusError as err:
        raise FormatError(f"The image {image.stem} cannot be drawn: {err}", path=image.path) from err
    if (stimulus.width_px, stimulus.height_px) != (image.width_px, image.height_px):
        raise FormatError(
            f"The image {image.stem} has {stimulus.width_px} x {stimulus.height_px} px, and the recording "
            f"says {image.width_px} x {image.height_px}. Put the image back that was read.",
            path=image.path,
        )
    return render_grey(stimulus, stimulus.start_window)


def png(picture: npt.NDArray[np.integer[Any]]) -> bytes:
    """Return the PNG file of grey, RGB or RGBA pixels of 8 bits, or of grey pixels of 16 bits."""
    return _encoded(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, _PNG_EFFORT])


def jpeg(picture: Picture) -> bytes:
    """Return the JPEG file of grey or RGB pixels."""
    return _encoded(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])


def decoded(content: bytes) -> npt.NDArray[np.integer[Any]] | None:
    """Return the pixels of a picture file as `png` and `jpeg` take them; None where it is none."""
    stored = np.frombuffer(content, np.uint8)
    found = cv2.imdecode(stored, cv2.IMREAD_UNCHANGED) if len(stored) else None
    return None if found is None else _turned(np.asarray(found))


def mp4(frames: Iterable[Picture], rate_hz: float) -> bytes:
    """Return the MPEG-4 video of RGB frames of one size; an odd side gets one more row or column.

    Raises
    ------
    FormatError
        If this computer's OpenCV cannot write videos.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "video.mp4"
        writer: cv2.VideoWriter | None = None
        for frame in frames:
            odd_rows, odd_columns = (side % 2 for side in frame.shape[:2])
            even = cv2.copyMakeBorder(frame, 0, odd_rows, 0, odd_columns, cv2.BORDER_REPLICATE)
            if writer is None:
                code = cv2.VideoWriter.fourcc(*"mp4v")
                writer = cv2.VideoWriter(str(path), code, rate_hz, (even.shape[1], even.shape[0]))
                if not writer.isOpened():
                    raise FormatError(
                        "Videos cannot be written on this computer. Ask for single pictures instead: "
                        "--option video=png."
                    )
            writer.write(_turned(np.asarray(even, np.uint8)))
        if writer is None:
            raise ValueError("A video needs a frame.")
        writer.release()
        return path.read_bytes()


def _encoded(ending: str, picture: npt.NDArray[np.integer[Any]], how: list[int]) -> bytes:
    is_done, content = cv2.imencode(ending, _turned(picture), how)
    if not is_done:
        raise FormatError(
            f"A picture of {picture.shape[1]} x {picture.shape[0]} px cannot be written as {ending}."
        )
    return bytes(content.tobytes())


def _turned(picture: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.integer[Any]]:
    """Return the picture with red and blue exchanged, as OpenCV keeps colours."""
    if picture.ndim == 2:
        return picture
    order = [2, 1, 0, 3][: picture.shape[2]]
    return np.ascontiguousarray(picture[..., order])
