"""What every page of the inspector beside a replay is, and what it is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from capture_app.gui.replay.picture import ReplayPicture
from capture_app.gui.tokens import Colours
from capture_app.session.replay import ReplayFrame, ReplayPictures, ReplaySource


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayParts:
    """What a page may look at. All of it belongs to the window, and lives as long as the page."""

    source: ReplaySource
    colours: Colours  # of the theme when the page was made
    picture: ReplayPicture  # to draw over, and to be drawn on
    pictures: ReplayPictures  # the images of the recording
    frame: Callable[[], ReplayFrame | None]  # what is shown now
    analysis_changed: Callable[[], None]  # to be called by whoever made `source` show another analysis


class InspectorPage(QWidget):
    """One page. Everything is called on the GUI thread; what a page has no use for it leaves as it is.

    Parameters
    ----------
    parent
        Usually the inspector.
    """

    moment_chosen = Signal(object)  # host time to go to, ns: an int of 64 bits, which Signal(int) is not

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)

    def show_frame(self, frame: ReplayFrame) -> None:
        """Show a moment: called in rest after each change, while playing some times a second."""

    def show_analysis(self) -> None:
        """Take other events and gaze: `source.events` changed, because a layer was chosen or all was read."""

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""

    def stop_work(self) -> None:
        """End what runs on other threads, and wait for it: the recording is closed next."""
