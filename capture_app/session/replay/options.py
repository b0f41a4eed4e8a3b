"""What a person chose to see in a replay."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final


class ViewMode(str, Enum):
    """Which picture the gaze is drawn on."""

    AS_READ = "as_read"  # the reader's screen of that moment: zoom, pan and window
    WHOLE_IMAGE = "whole_image"  # the whole images of the case with everything mapped onto them


class HeatmapSpan(str, Enum):
    """Which gaze the heatmap is made of."""

    OFF = "off"
    CASE = "case"  # the whole case
    UP_TO_NOW = "up_to_now"
    SLIDING = "sliding"  # the last seconds


class ShownEye(str, Enum):
    """Which signal the point and its trail are."""

    COMBINED = "combined"  # the analysed signal
    BOTH = "both"  # left and right beside each other


SLIDING_S: Final = 5.0
TRAIL_S: Final = (0.3, 0.8, 2.0, 5.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayOptions:
    """Everything that shapes the picture beside the time."""

    mode: ViewMode = ViewMode.AS_READ
    eye: ShownEye = ShownEye.COMBINED
    show_gaze: bool = True
    show_trail: bool = True
    trail_s: float = 0.8
    show_fixations: bool = True
    show_shapes: bool = True
    heatmap: HeatmapSpan = HeatmapSpan.OFF
    heatmap_opacity: float = 0.6  # 0..1
