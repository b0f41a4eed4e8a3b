"""One image drawn for the reader's screen, and how bright its visible part is."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from capture_app.session.viewport import PanePlacement
from gaze_core.geometry import Rect
from recordings_schema.stimuli import Stimulus, StimulusRenderer, Window, display_lut, mean_luminance
from recordings_schema.stimuli.grey import look_up

_versions: Final = itertools.count(1)  # over all pictures: a number never stands for two of them
_THUMBNAIL_PX: Final = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnPicture:
    """The visible part of an image at screen resolution."""

    grey: npt.NDArray[np.uint8]  # (h, w) or (h, w, 3)
    screen_px: Rect  # where it lies, whole physical px
    version: int  # differs whenever the pixels may


class Picture:
    """Draws one image, remembering the last result."""

    def __init__(self, stimulus: Stimulus) -> None:
        self._stimulus = stimulus
        self._renderer = StimulusRenderer(stimulus)
        self._key: tuple[Window, PanePlacement] | None = None
        self._drawn: DrawnPicture | None = None
        step = max(1, max(stimulus.width_px, stimulus.height_px) // _THUMBNAIL_PX)
        self._thumbnail = np.ascontiguousarray(stimulus.pixels[step // 2 :: step, step // 2 :: step])
        self._thumbnail_step = step

    def draw(self, window: Window, placement: PanePlacement) -> DrawnPicture:
        """Return the picture of a placement in a window."""
        if self._drawn is not None and self._key == (window, placement):
            return self._drawn
        src, dst = placement.src_image_px, placement.dst_screen_px
        grey, x_px, y_px = self._renderer.render(
            window,
            src_image_px=(src.x, src.y, src.w, src.h),
            dst_screen_px=(dst.x, dst.y, dst.w, dst.h),
        )
        area = Rect(float(x_px), float(y_px), float(grey.shape[1]), float(grey.shape[0]))
        self._drawn = DrawnPicture(grey=grey, screen_px=area, version=next(_versions))
        self._key = (window, placement)
        return self._drawn

    def mean_grey(self, window: Window, shown_image_px: Rect) -> float:
        """Return the mean displayed grey, 0..1, of a part of the image, from one pixel in every few."""
        step, pixels = self._thumbnail_step, self._thumbnail
        top, left = int(shown_image_px.y / step), int(shown_image_px.x / step)
        bottom = max(int(np.ceil(shown_image_px.bottom / step)), top + 1)
        right = max(int(np.ceil(shown_image_px.right / step)), left + 1)
        part = np.ascontiguousarray(pixels[top:bottom, left:right])
        if part.size == 0:
            part = pixels
        return mean_luminance(look_up(part, display_lut(self._stimulus, window)))
