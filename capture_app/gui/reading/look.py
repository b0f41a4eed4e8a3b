"""Colours and sizes of the reader's screens: they follow the study's grey and the height of the window.

The ground is the very grey that lies around the images, so that the light in the room stays as it is from
image to question. The theme of the operator's window plays no part.
"""

from __future__ import annotations

from dataclasses import dataclass

from capture_app.gui import tokens
from capture_app.gui.tokens import ReaderShades, reader_shades


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingLook:
    """Colours and sizes in logical px."""

    grey: int  # of the ground, 0..255
    shades: ReaderShades
    body_px: int  # letters
    question_px: int
    small_px: int
    control_px: int  # height of a button or an answer
    margin_px: int  # at the edges of the screen

    def letters(self, count: int) -> int:
        """Return a size in logical px from one in heights of a letter."""
        return count * self.body_px

    @classmethod
    def of(cls, grey: int, height_px: int) -> ReadingLook:
        """Return the look on a ground of this grey in a window of this height, logical px."""
        share = round(height_px * tokens.READING_FONT_SHARE)
        body = min(max(share, tokens.READING_FONT_MINIMUM_PX), tokens.READING_FONT_MAXIMUM_PX)
        return cls(
            grey=grey,
            shades=reader_shades(grey),
            body_px=body,
            question_px=body + tokens.SPACE_XS,
            small_px=max(body - 3, tokens.FONT_SECONDARY_PX),
            control_px=2 * body + tokens.SPACE_S,
            margin_px=tokens.SPACE_XXL if height_px >= tokens.READING_LOW_PX else tokens.SPACE_L,
        )
