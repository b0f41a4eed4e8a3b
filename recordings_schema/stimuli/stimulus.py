"""An image as it is shown to a reader: stored pixels and all that turns them into grey."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from recordings_schema.stimuli.window import VoiFunction, VoiTable, Window

StoredPixels: TypeAlias = npt.NDArray[np.uint8] | npt.NDArray[np.uint16] | npt.NDArray[np.int16]
"""(height, width) stored values, or (height, width, 3) uint8 RGB; C-contiguous, not writeable."""

Floats: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stimulus:
    """One decoded image. Nothing in it identifies a patient."""

    path: Path  # where it was read from
    sha256: str  # of the file's bytes, hexadecimal
    size_bytes: int  # of the file
    pixels: StoredPixels
    photometric: str  # MONOCHROME1, MONOCHROME2 or RGB
    bits: int  # bits stored per pixel (and channel)
    is_inverted: bool  # the Presentation LUT step is INVERSE: high grey values are shown dark
    grey_values: Floats  # grey value after the modality step by stored bit pattern: (256,) or (65536,)
    low_value: float  # lowest grey value the used bits can mean
    high_value: float  # highest grey value the used bits can mean
    start_window: Window  # what is shown first and after a reset
    windows: tuple[Window, ...] = ()  # what the file offers, in its order; empty: it offers none
    voi_table: VoiTable | None = None  # the file's VOI LUT
    spacing_x_mm: float = float("nan")  # NaN where the file has none
    spacing_y_mm: float = float("nan")  # NaN where the file has none

    @property
    def width_px(self) -> int:
        """Columns."""
        return int(self.pixels.shape[1])

    @property
    def height_px(self) -> int:
        """Rows."""
        return int(self.pixels.shape[0])

    @property
    def is_colour(self) -> bool:
        """Whether the pixels are RGB."""
        return self.pixels.ndim == 3

    @property
    def pixel_aspect(self) -> float:
        """Height of a pixel over its width on the patient; 1 where the file has no spacing."""
        aspect = self.spacing_y_mm / self.spacing_x_mm
        return aspect if np.isfinite(aspect) and aspect > 0 else 1.0


def identity_grey_values(pixels: StoredPixels) -> Floats:
    """Return the modality step that changes nothing, for pixels of this type."""
    patterns = np.arange(1 << (8 * pixels.dtype.itemsize), dtype=np.uint16)
    if pixels.dtype == np.int16:
        return patterns.view(np.int16).astype(np.float64)
    return patterns.astype(np.float64)


def used_stored_range(pixels: StoredPixels, bits: int) -> tuple[int, int]:
    """Return the least and greatest stored value of the bits that the pixels really use, at least 8.

    Images of 10 or 12 bits often come declared as 16: the full range of the declaration would make a window
    drag up to 64 times too coarse.
    """
    low, high = int(pixels.min()), int(pixels.max())
    if pixels.dtype == np.int16:
        used = max(high.bit_length(), (-low - 1).bit_length() if low < 0 else 0) + 1
        used = min(max(used, 8), max(bits, 8))
        return -(1 << (used - 1)), (1 << (used - 1)) - 1
    used = min(max(high.bit_length(), 8), max(bits, 8))
    return 0, (1 << used) - 1


def start_window_of(
    *, offered: tuple[Window, ...], pixels: StoredPixels, grey_values: Floats, low: float, high: float
) -> Window:
    """Return the file's first window or, where it offers none, one that shows everything.

    Without a window an 8-bit image is shown as stored (its full range); a deeper one from the darkest to the
    brightest of its pixels.
    """
    if offered:
        return offered[0]
    if pixels.dtype != np.uint8:
        stored = np.array([pixels.min(), pixels.max()], dtype=pixels.dtype)
        ends = grey_values[stored.view(np.uint16)]
        low, high = float(ends.min()), float(ends.max())
        if not is_monotone(grey_values):
            shown = grey_values[np.unique(pixels).view(np.uint16)]
            low, high = float(shown.min()), float(shown.max())
    return covering_window(low, high)


def covering_window(low: float, high: float) -> Window:
    """Return the window in which `low` is exactly black and `high` exactly white."""
    width = high - low
    if width <= 0:
        return Window(centre=low, width=1.0, function=VoiFunction.LINEAR_EXACT)
    return Window(centre=(low + high) / 2.0, width=width, function=VoiFunction.LINEAR_EXACT)


def is_monotone(grey_values: Floats) -> bool:
    """Whether the modality step keeps (or turns round) the order of the values of unsigned patterns."""
    steps = np.diff(grey_values)
    return bool((steps >= 0).all() or (steps <= 0).all())
