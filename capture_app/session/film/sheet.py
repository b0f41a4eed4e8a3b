"""Where the pictures of a contact sheet lie: rows of equal cells, each with two lines of words below it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from capture_app.session.film.sizes import LARGEST_PICTURE_PX, LARGEST_PICTURE_SIDE_PX, FilmError
from capture_app.session.replay import ReplayCase, ReplaySource
from gaze_core.geometry import Rect

CELL_PX: Final = 360
CAPTION_PX: Final = 44
HEAD_PX: Final = 44
GAP_PX: Final = 12
_SMALLEST_CELL_PX: Final = 96
_ASPECT: Final = 1.5  # width by height that a sheet comes near to


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLayout:
    """A contact sheet, px."""

    width_px: int
    height_px: int
    cells: tuple[Rect, ...]  # of the pictures, without their words


def sheet_layout(count: int, cell_px: int = CELL_PX) -> SheetLayout:
    """Return the sheet of so many cases; cells become smaller where the sheet would become too large.

    Raises
    ------
    FilmError
        If there is no case, or too many for one sheet.
    """
    if count < 1:
        raise FilmError("The recording holds no case, so that there is nothing for a contact sheet.")
    while cell_px >= _SMALLEST_CELL_PX:
        found = _laid_out(count, cell_px)
        is_small = max(found.width_px, found.height_px) <= LARGEST_PICTURE_SIDE_PX
        if is_small and found.width_px * found.height_px <= LARGEST_PICTURE_PX:
            return found
        cell_px = cell_px * 3 // 4
    raise FilmError(f"{count} cases are too many for one contact sheet. Choose fewer with --case.")


def caption_of(source: ReplaySource, case: ReplayCase) -> tuple[str, str]:
    """Return the two lines below the picture of a case."""
    onsets = source.events.fixations["onset_host_ns"]
    count = int(((onsets >= case.first_ns) & (onsets <= case.end_ns)).sum())
    minutes, seconds = divmod(round(case.duration_s), 60)
    return case.case_id, f"{minutes}:{seconds:02d} · {count} fixations · {case.state}"


def _laid_out(count: int, cell_px: int) -> SheetLayout:
    down_px = cell_px + CAPTION_PX + GAP_PX
    across_px = cell_px + GAP_PX
    columns = min(count, max(1, round(math.sqrt(count * _ASPECT * down_px / across_px))))
    rows = math.ceil(count / columns)
    cells = tuple(
        Rect(
            float(GAP_PX + number % columns * across_px),
            float(HEAD_PX + number // columns * down_px),
            float(cell_px),
            float(cell_px),
        )
        for number in range(count)
    )
    return SheetLayout(width_px=GAP_PX + columns * across_px, height_px=HEAD_PX + rows * down_px, cells=cells)
