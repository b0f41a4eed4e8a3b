"""The way to the similarity browser from a replay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capture_app.gui.similarity.window import SimilarityWindow

if TYPE_CHECKING:
    from capture_app.gui.replay.window import ReplayWindow


def open_similar(window: ReplayWindow) -> SimilarityWindow:
    """Compare the readings of the study a replay is of; without a study, those beside its recording."""
    source = window.source
    place = source.path.parent if source.study is None else source.study.folder
    browser = SimilarityWindow(place, window.picture.colours, recording=source.path, parent=window)
    browser.show()
    return browser
