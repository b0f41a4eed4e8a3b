"""The images of the open case, as far as drawing on them has to know."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownImage:
    """An image of the open case."""

    image_id: int  # of the image table of the running recording
    width_px: int
    height_px: int
