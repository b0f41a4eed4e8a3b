"""One image drawn for the reader's screen, and how bright it is there."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from capture_app.session.viewport import PanePlacement
from gaze_core.geometry import Rect
from recordings_schema.stimuli import Stimulus, StimulusRenderer, Window, mean_luminance

_versions: Final = itertools.count(1)  # over all pictures: a number never stands for two of them


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnPicture:
    """The visible part of an image at screen resolution."""

    grey: npt.NDArray[np.uint8]  # (h, w) or (h, w, 3)
    screen_px: Rect  # where it lies, whole physical px
    luminance: float  # mean grey as shown, 0..1
    version: int  # differs whenever the pixels may


class Picture:
    """Draws one image, remembering the last result."""

    def __init__(self, stimulus: Stimulus) -> None:
        self._renderer = StimulusRenderer(stimulus)
        self._key: tuple[Window, PanePlacement] | None = None
        self._drawn: DrawnPicture | None = None

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
        self._drawn = DrawnPicture(
            grey=grey, screen_px=area, luminance=mean_luminance(grey), version=next(_versions)
        )
        self._key = (window, placement)
        return self._drawn
