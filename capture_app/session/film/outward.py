"""Frames as they may leave the station: no names of files in them, and no images where terms keep them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from capture_app.session.replay import ReplayFrame
from capture_app.session.states import PaneState

MISSING_WORDS = "The image of this case is not here."
_PLATE_GREY = 96


class OutwardFrames:
    """Makes frames fit to be shown to others. One thread.

    Parameters
    ----------
    has_images
        Whether pixels of the images may be shown.
    """

    def __init__(self, *, has_images: bool) -> None:
        self._has_images = has_images
        self._plates: dict[tuple[int, ...], PaneState] = {}

    def cleaned(self, frame: ReplayFrame) -> ReplayFrame:
        """Return the frame without words that could name a file or a person, with the images it may have."""
        problems = (MISSING_WORDS,) * len(frame.empty_panes)
        live = replace(frame.live, title="", file_name="", notices=())
        if not self._has_images:
            panes = tuple(self._plate(pane) for pane in live.reader.panes)
            live = replace(live, reader=replace(live.reader, panes=panes))
        return replace(frame, live=live, problems=problems)

    def _plate(self, pane: PaneState) -> PaneState:
        """Return an even grey in the place of an image; kept, as a film asks for it in every picture."""
        shape = pane.grey.shape[:2]
        key = (pane.pane, pane.image_id, pane.grey_version)
        if key not in self._plates:
            self._plates = {known: each for known, each in self._plates.items() if known[0] != pane.pane}
            self._plates[key] = replace(pane, grey=np.full(shape, _PLATE_GREY, np.uint8))
        return self._plates[key]
