"""Places of an unknown image that a simulated eye may look at: corners and edges of its coarse structure.

Good enough to pilot a study with the simulated tracker on one's own images; nothing about real readers.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from recordings_schema.stimuli import Stimulus

PLACE_COUNT: Final = 24
_COARSE_PX: Final = 256


def likely_places(stimulus: Stimulus) -> tuple[tuple[float, float, float], ...]:
    """Return up to `PLACE_COUNT` places (x_image_px, y_image_px, weight); the centre for a flat image."""
    step = max(1, max(stimulus.width_px, stimulus.height_px) // _COARSE_PX)
    coarse = stimulus.pixels[::step, ::step]
    grey = coarse.mean(axis=2) if coarse.ndim == 3 else coarse.astype(np.float64)
    smooth = cv2.GaussianBlur(np.ascontiguousarray(grey, np.float32), (0, 0), 3.0)
    corners = None
    if min(smooth.shape) > 8:
        corners = cv2.goodFeaturesToTrack(smooth, PLACE_COUNT, 0.01, _COARSE_PX / 12)
    if corners is None:
        return ((stimulus.width_px / 2.0, stimulus.height_px / 2.0, 1.0),)
    return tuple(
        (float((x + 0.5) * step), float((y + 0.5) * step), 1.0) for x, y in np.asarray(corners).reshape(-1, 2)
    )
