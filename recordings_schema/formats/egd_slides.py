"""The calibration slides of EGD: images that are not in the master sheet, with one mark in the middle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import numpy as np

from recordings_schema.formats.egd_pads import SCREEN_HEIGHT_PX, SCREEN_WIDTH_PX
from recordings_schema.formats.import_tables import number_columns
from recordings_schema.formats.table_index import block_content

_COLUMNS: Final = ("FPOGX", "FPOGY")


def slide_offset_px(last_points: Iterable[tuple[float, float]]) -> tuple[float, float]:
    """Return what is to be added to gaze, px of the display: its middle minus the mean last gaze on slides.

    Parameters
    ----------
    last_points
        The last gaze on each slide of a session, fractions of the screen.
    """
    points = np.array(list(last_points), np.float64)
    if not len(points):
        return 0.0, 0.0
    x, y = points.mean(axis=0)
    return SCREEN_WIDTH_PX // 2 - x * SCREEN_WIDTH_PX, SCREEN_HEIGHT_PX // 2 - y * SCREEN_HEIGHT_PX


def offsets_by_session(
    path: Path, slides: Mapping[int, Iterable[tuple[int, int]]]
) -> dict[int, tuple[float, float]]:
    """Return the offset of each session by the places of its slides in a table.

    Raises
    ------
    ImportCaseError
        If rows of a slide cannot be used.
    """
    found = {}
    for session, places in slides.items():
        points = []
        for place in places:
            columns = number_columns(block_content(path, *place), path.name, _COLUMNS)
            seen = np.flatnonzero(np.isfinite(columns["FPOGX"]) & np.isfinite(columns["FPOGY"]))
            if len(seen):
                points.append((float(columns["FPOGX"][seen[-1]]), float(columns["FPOGY"][seen[-1]])))
        found[session] = slide_offset_px(points)
    return found
