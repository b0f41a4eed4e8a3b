"""From stored pixels to the grey on the screen: Modality LUT, VOI, Presentation LUT, exact and fast.

The whole chain of one window is a table from stored bit pattern to 8-bit grey (`display_lut`); an image is
drawn by one look-up per pixel. OpenCV looks up without holding the interpreter lock, numpy does where OpenCV
is too old for 16-bit tables.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from recordings_schema.stimuli.stimulus import Stimulus, StoredPixels
from recordings_schema.stimuli.window import Window, apply_window

Grey = npt.NDArray[np.uint8]


def display_lut(stimulus: Stimulus, window: Window) -> Grey:
    """Return the 8-bit grey of each stored bit pattern: (256,) or (65536,), rounded to nearest.

    For a colour image it is the curve of every channel.
    """
    fraction = apply_window(stimulus.grey_values, window, stimulus.voi_table)
    if stimulus.is_inverted:
        fraction = 1.0 - fraction
    return np.floor(fraction * 255.0 + 0.5).astype(np.uint8)


def render_grey(stimulus: Stimulus, window: Window) -> Grey:
    """Return the whole image as shown: (height, width) grey, or (height, width, 3) RGB; C-contiguous."""
    return look_up(stimulus.pixels, display_lut(stimulus, window))


def look_up(pixels: StoredPixels, lut: Grey) -> Grey:
    """Return ``lut[bit pattern of pixels]``."""
    patterns = pixels.view(np.uint16) if pixels.dtype == np.int16 else pixels
    if patterns.dtype == np.uint8 or _opencv_looks_up_16_bit():
        return np.asarray(cv2.LUT(patterns, lut), dtype=np.uint8)
    return np.take(lut, patterns)


@functools.cache
def _opencv_looks_up_16_bit() -> bool:
    """Whether this OpenCV takes 65536-entry tables: 5.x does, 4.x raises."""
    try:
        found = cv2.LUT(np.full((1, 2), 40_000, np.uint16), (np.arange(65536) >> 8).astype(np.uint8))
    except cv2.error:
        return False
    return bool((found == 40_000 >> 8).all())


class StimulusRenderer:
    """Draws the visible part of one image at screen resolution, for window drags at full frame rate.

    Resampling is done on stored values (area average when shrinking, linear when enlarging) and kept while
    only the window changes, so that a drag costs one look-up per *screen* pixel. Not thread-safe.
    """

    def __init__(self, stimulus: Stimulus) -> None:
        self._stimulus = stimulus
        self._key: tuple[object, ...] | None = None
        self._visible: StoredPixels = stimulus.pixels[:1, :1]
        self._reduced_by = 1
        self._reduced: StoredPixels = stimulus.pixels

    def render(
        self,
        window: Window,
        *,
        src_image_px: tuple[float, float, float, float],
        dst_screen_px: tuple[float, float, float, float],
    ) -> tuple[Grey, int, int]:
        """Return the picture of a placement and the whole screen pixel of its top-left corner.

        Parameters
        ----------
        window
            The window to show.
        src_image_px, dst_screen_px
            x, y, w, h of the shown rectangle in the image and on the screen (physical px).

        Returns
        -------
        tuple
            Grey (h, w) or RGB (h, w, 3), one element per physical screen pixel whose centre lies in
            `dst_screen_px`; x and y of its first pixel on the screen.
        """
        key = (src_image_px, dst_screen_px)
        first_x, count_x = _pixel_span(dst_screen_px[0], dst_screen_px[2])
        first_y, count_y = _pixel_span(dst_screen_px[1], dst_screen_px[3])
        if key != self._key:
            self._visible = self._resampled(src_image_px, dst_screen_px, first_x, first_y, count_x, count_y)
            self._key = key
        return look_up(self._visible, display_lut(self._stimulus, window)), first_x, first_y

    def _resampled(
        self,
        src: tuple[float, float, float, float],
        dst: tuple[float, float, float, float],
        first_x: int,
        first_y: int,
        count_x: int,
        count_y: int,
    ) -> StoredPixels:
        per_px_x, per_px_y = src[2] / dst[2], src[3] / dst[3]  # image px per screen px
        source = self._reduced_source(max(1, math.floor(min(per_px_x, per_px_y))))
        by = self._reduced_by
        # warpAffine maps pixel *centres*; (0, 0) of our coordinates is the corner of the first pixel.
        matrix = np.array(
            [
                [per_px_x / by, 0.0, (src[0] + (first_x + 0.5 - dst[0]) * per_px_x) / by - 0.5],
                [0.0, per_px_y / by, (src[1] + (first_y + 0.5 - dst[1]) * per_px_y) / by - 0.5],
            ]
        )
        warped = cv2.warpAffine(
            source,
            matrix,
            (count_x, count_y),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.ascontiguousarray(warped.astype(self._stimulus.pixels.dtype, copy=False))

    def _reduced_source(self, factor: int) -> StoredPixels:
        """Return the image shrunk by a whole factor, kept until another is needed."""
        factor = min(factor, self._stimulus.width_px, self._stimulus.height_px)
        if factor != self._reduced_by:
            pixels = self._stimulus.pixels
            width = pixels.shape[1] // factor * factor
            height = pixels.shape[0] // factor * factor
            size = (width // factor, height // factor)
            shrunk: Any = cv2.resize(pixels[:height, :width], size, interpolation=cv2.INTER_AREA)
            self._reduced = shrunk
            self._reduced_by = factor
        return self._reduced


def _pixel_span(start_px: float, size_px: float) -> tuple[int, int]:
    """Return the first whole pixel with its centre in the span, and how many there are (at least one)."""
    first = math.ceil(start_px - 0.5)
    return first, max(1, math.ceil(start_px + size_px - 0.5) - first)


def mean_luminance(picture: Grey) -> float:
    """Return the mean of a picture's grey levels as a fraction 0..1; of RGB the Rec. 709 luma."""
    means = cv2.mean(picture)
    if picture.ndim == 2:
        return float(means[0] / 255.0)
    return float((0.2126 * means[0] + 0.7152 * means[1] + 0.0722 * means[2]) / 255.0)


def screen_luminance(
    panes: list[tuple[Grey, float]], *, screen_pixel_count: float, background: float
) -> float:
    """Return the mean grey 0..1 of the whole screen: pictures on the area each covers, else background.

    Parameters
    ----------
    panes
        Picture of a pane (any resolution) and the number of screen pixels it covers.
    screen_pixel_count
        Physical pixels of the screen.
    background
        Grey 0..1 of the rest of the screen.
    """
    covered = sum(area for _, area in panes)
    light = sum(mean_luminance(picture) * area for picture, area in panes)
    return float((light + background * max(0.0, screen_pixel_count - covered)) / screen_pixel_count)
