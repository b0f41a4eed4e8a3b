"""Which part of a picture holds its images: what lies around them says nothing where room is scarce."""

from __future__ import annotations

from capture_app.session.replay import ReplayFrame
from gaze_core.geometry import Rect


def region_of(frame: ReplayFrame) -> Rect:
    """Return the part of the reader's screen around all images of a frame, norm; all of it without any."""
    areas = [pane.placement.dst_screen_px for pane in frame.panes]
    if not areas:
        return Rect(0.0, 0.0, 1.0, 1.0)
    width_px, height_px = frame.live.screen_px
    left, top = min(each.x for each in areas), min(each.y for each in areas)
    right, bottom = max(each.right for each in areas), max(each.bottom for each in areas)
    return Rect(left / width_px, top / height_px, (right - left) / width_px, (bottom - top) / height_px)
