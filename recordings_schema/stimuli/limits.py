"""Sizes beyond which an image is refused, checked from headers before anything is allocated or decoded.

The largest plain radiographs are digital mammograms and stitched legs of some 30 megapixels; the limits leave
three times that. They keep a header that lies (or a decompression bomb) from taking the machine's memory in
the middle of a recording.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from recordings_schema.stimuli.errors import DamagedImageError, ImageTooLargeError

LARGEST_SIDE_PX: Final = 20_000
LARGEST_PIXEL_COUNT: Final = 100_000_000
LARGEST_FILE_BYTES: Final = 1 << 30
LARGEST_DATASET_BYTES: Final = 8 * LARGEST_PIXEL_COUNT  # of a deflated DICOM file once inflated


def check_image_size(path: Path, width_px: int, height_px: int) -> None:
    """Raise unless an image of this size may be decoded.

    Raises
    ------
    DamagedImageError
        If a side is not positive.
    ImageTooLargeError
        If a side or the number of pixels is beyond the limits.
    """
    if width_px < 1 or height_px < 1:
        raise DamagedImageError(
            f"{path.name} says it is {width_px} x {height_px} px; the file is damaged. Export it again.",
            path=path,
        )
    if max(width_px, height_px) > LARGEST_SIDE_PX or width_px * height_px > LARGEST_PIXEL_COUNT:
        raise ImageTooLargeError(
            f"{path.name} is {width_px} x {height_px} px; at most {LARGEST_SIDE_PX} px a side and "
            f"{LARGEST_PIXEL_COUNT // 1_000_000} megapixels can be shown. Export it at a smaller size.",
            path=path,
        )


def check_file_size(path: Path, size_bytes: int) -> None:
    """Raise `ImageTooLargeError` unless a file of this size may be read into memory."""
    if size_bytes > LARGEST_FILE_BYTES:
        raise ImageTooLargeError(
            f"{path.name} has {size_bytes / 2**20:.0f} MB; image files of at most "
            f"{LARGEST_FILE_BYTES >> 20} MB are opened. Export it at a smaller size.",
            path=path,
        )
