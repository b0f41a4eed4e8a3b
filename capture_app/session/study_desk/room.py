"""How much of the reader's screen images leave free for what stands beside them.

The windows lay their question line, buttons and panel into exactly this room, so that nothing ever lies over
an image that is read.
"""

from __future__ import annotations

from typing import Final

from capture_app.session.study.task_keys import ChestBoxScreen, ImageScreen, Screen, ShapeScreen
from capture_app.session.viewport import Room

TOP_LINE_PX: Final = 72.0
"""Logical px above the images for a question of one or two lines."""

BOTTOM_BAR_PX: Final = 64.0
"""Logical px below the images for the buttons."""

SIDE_PANEL_PX: Final = 380.0
"""Logical px at the right of the images for the list of what was drawn."""


def room_of(screen: Screen) -> Room:
    """Return the room beside the images of a screen; none where it shows no image."""
    if isinstance(screen, ImageScreen):
        return Room(top_px=TOP_LINE_PX if screen.text else 0.0, bottom_px=BOTTOM_BAR_PX)
    if isinstance(screen, ShapeScreen | ChestBoxScreen):
        return Room(top_px=TOP_LINE_PX, right_px=SIDE_PANEL_PX, bottom_px=BOTTOM_BAR_PX)
    return Room()


def within(room: Room, width_px: float, height_px: float) -> Room:
    """Return the room as it comes out on a small screen, where images keep half of each extent.

    Parameters
    ----------
    width_px, height_px
        Of the reader's screen, logical px.
    """
    across = min(1.0, 0.5 * width_px / max(room.left_px + room.right_px, 1.0))
    down = min(1.0, 0.5 * height_px / max(room.top_px + room.bottom_px, 1.0))
    return Room(
        left_px=room.left_px * across,
        right_px=room.right_px * across,
        top_px=room.top_px * down,
        bottom_px=room.bottom_px * down,
    )
