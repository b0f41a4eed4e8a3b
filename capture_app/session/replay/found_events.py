"""Events of a recording that holds none: found by the detector of every session once samples are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from capture_app.session.live import LiveAnalysis
from capture_app.session.replay.gaze_blocks import GazeBlocks
from gaze_core.eyes import Eye
from gaze_core.geometry import ViewingGeometry
from gaze_core.rows import FIXATION, Rows, join_rows

_PART_ROWS: Final = 2048  # read at once while others may want to look, too


def find_events(
    blocks: GazeBlocks,
    clock_sync: Rows,
    viewport: Rows,
    trials: Rows,
    geometry: ViewingGeometry,
    eye: Eye,
    is_given_up: Callable[[], bool] = lambda: False,
) -> Rows:
    """Return FIXATION rows of all kinds, as the live analysis writes them; none where given up."""
    live = LiveAnalysis(geometry, eye)
    live.begin_run(0, 0)
    live.push_sync(clock_sync)
    found: list[Rows] = []
    for first in range(0, blocks.count, _PART_ROWS):
        if is_given_up():
            return FIXATION.empty(0)
        blocks.give_way()
        with blocks.lock:
            gaze = blocks.read(first, min(first + _PART_ROWS, blocks.count))
        found.append(live.push(gaze, viewport, trials).fixations)
    found.append(live.flush(viewport, trials).fixations)
    return join_rows([FIXATION.empty(0), *found])
