"""Films written by OpenCV: MPEG-4 Part 2 in an MP4 file, or Motion-JPEG where a computer cannot do that.

A film is written beside its place under another name and takes its own when it is whole.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final, Protocol, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from capture_app.session.film.names import part_path
from capture_app.session.film.placing import refuse_unwritable, remove, take_place
from capture_app.session.film.sizes import FilmWriteError, PictureSize

FilmPicture: TypeAlias = npt.NDArray[np.uint8]
"""One picture of a film, shape (height, width, 3), blue, green, red."""

MP4_ENDING: Final = ".mp4"
AVI_ENDING: Final = ".avi"
_log = logging.getLogger(__name__)


class FilmSink(Protocol):
    """Takes the pictures of one film. One thread at a time."""

    @property
    def path(self) -> Path:
        """Where the film is once it is whole."""

    @property
    def note(self) -> str:
        """What a person has to know about the file, a sentence; "" where there is nothing to say."""

    def write(self, picture: FilmPicture) -> None:
        """Take the next picture."""

    def finish(self) -> None:
        """Make the film whole; it takes the place of one of the same name."""

    def abort(self) -> None:
        """Leave nothing behind; idempotent, and without effect on a film that is whole."""


def mp4v_backend_problem() -> str:
    """Return why this computer cannot write MPEG-4, a sentence; "" where it can."""
    if cv2.CAP_FFMPEG in cv2.videoio_registry.getWriterBackends():
        return ""
    return "The video library of this installation has no MPEG-4 writer."


class OpenCvFilm:
    """A silent film.

    Parameters
    ----------
    path
        Its place, ending in ``.mp4``; the folder exists.
    size, rate_hz
        Checked by `check_film`.
    has_mp4v
        Whether MPEG-4 can be written; else Motion-JPEG in a file ending in ``.avi``, some ten times as large.

    Raises
    ------
    FilmWriteError
        If the file cannot be made.
    """

    def __init__(self, path: Path, size: PictureSize, rate_hz: float, *, has_mp4v: bool = True) -> None:
        self.path = path if has_mp4v else path.with_suffix(AVI_ENDING)
        self.note = (
            ""
            if has_mp4v
            else f"{mp4v_backend_problem()} {self.path.name} is Motion-JPEG, a larger file.".strip()
        )
        self._part = part_path(self.path)
        self._shape = (size.height_px, size.width_px, 3)
        backend, code = (cv2.CAP_FFMPEG, "mp4v") if has_mp4v else (cv2.CAP_OPENCV_MJPEG, "MJPG")
        refuse_unwritable(self._part)
        self._writer = cv2.VideoWriter(
            str(self._part), backend, cv2.VideoWriter.fourcc(*code), rate_hz, (size.width_px, size.height_px)
        )
        if not self._writer.isOpened():
            remove(self._part)
            raise FilmWriteError(
                f"The film {self.path} of {size.text} px cannot be made by this computer's video library. "
                "Choose another size or place."
            )

    def write(self, picture: FilmPicture) -> None:
        """Take the next picture.

        Raises
        ------
        ValueError
            If it has another size than the film.
        """
        if picture.shape != self._shape:
            raise ValueError(f"A picture of the film has the shape {picture.shape}, not {self._shape}.")
        self._writer.write(picture)

    def finish(self) -> None:
        """Make the film whole.

        Raises
        ------
        FilmWriteError
            If it is not whole, as on a full disk, or cannot take its place.
        """
        self._writer.release()
        # OpenCV says nothing of a disk that is full: the index, written last, is then missing.
        look = cv2.VideoCapture(str(self._part))
        is_whole = look.isOpened()
        look.release()  # Windows renames no file that somebody reads
        if not is_whole:
            remove(self._part)
            raise FilmWriteError(
                f"The film {self.path} could not be written to its end. Check that there is room on the disk."
            )
        take_place(self._part, self.path)

    def abort(self) -> None:
        """Leave nothing behind."""
        self._writer.release()
        remove(self._part)
