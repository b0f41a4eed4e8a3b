"""Scanpaths for properties."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from gaze_core.similarity import Scanpath


@st.composite
def scanpaths(draw, min_size=1, max_size=9, canvas_px=224):
    """Whole pixels on a small canvas: equal places and equally cheap ways are common."""
    count = draw(st.integers(min_size, max_size))
    places = st.lists(st.integers(0, canvas_px - 1), min_size=count, max_size=count)
    lasting = st.lists(st.sampled_from([0.0, 0.05, 0.2, 0.2, 0.4]), min_size=count, max_size=count)
    return Scanpath(
        x_px=np.array(draw(places)), y_px=np.array(draw(places)), duration=np.array(draw(lasting))
    )
