"""What can go wrong with an image file, as errors a caller can act on.

Texts name the file by its file name alone. Nothing from inside a DICOM header that could identify a person
(names, dates, identifiers, UIDs) enters a text, and no library's own message is passed on: those quote
values.
"""

from __future__ import annotations

from pathlib import Path


class StimulusError(Exception):
    """An image cannot be shown; the text says why and what the person can do."""

    def __init__(self, text: str, *, path: Path | None = None) -> None:
        super().__init__(text)
        self.path = path


class StimulusFileError(StimulusError):
    """The file itself cannot be read: gone, no permission, a folder."""


class NotAnImageError(StimulusError):
    """The content is none of the image formats the program knows."""


class EncryptedImageError(StimulusError):
    """The file is encrypted."""


class NoPixelsError(StimulusError):
    """A DICOM file without an image in it."""


class DamagedImageError(StimulusError):
    """The file is truncated, or its content contradicts itself."""


class UnsupportedImageError(StimulusError):
    """A sound image of a kind that is not shown here: several frames, more than 16 bits ..."""


class ImageTooLargeError(StimulusError):
    """The image or its file is beyond the sizes in `limits`."""
