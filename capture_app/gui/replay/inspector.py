"""The inspector beside a replay: its pages, in the order of this table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QAbstractScrollArea, QScrollArea, QSizePolicy, QTabWidget, QWidget

from capture_app.gui import tokens
from capture_app.gui.replay.areas_page import AreasPage
from capture_app.gui.replay.case_page import CasePage
from capture_app.gui.replay.events_page import EventsPage
from capture_app.gui.replay.layers_page import LayersPage
from capture_app.gui.replay.list_keys import ListKeys
from capture_app.gui.replay.metrics_page import MetricsPage
from capture_app.gui.replay.page import InspectorPage, ReplayParts
from capture_app.gui.replay.text_page import TextPage
from capture_app.gui.replay.view_page import ViewPage
from capture_app.gui.tokens import Colours
from capture_app.session.replay import ReplayFrame

PAGES: Final[tuple[tuple[str, Callable[[ReplayParts, QWidget], InspectorPage]], ...]] = (
    (str(QT_TRANSLATE_NOOP("replay", "Case")), CasePage),
    (str(QT_TRANSLATE_NOOP("replay", "View")), ViewPage),
    (str(QT_TRANSLATE_NOOP("replay", "Layers")), LayersPage),
    (str(QT_TRANSLATE_NOOP("replay", "Areas")), AreasPage),
    (str(QT_TRANSLATE_NOOP("replay", "Metrics")), MetricsPage),
    (str(QT_TRANSLATE_NOOP("replay", "Text")), TextPage),
    (str(QT_TRANSLATE_NOOP("replay", "Events")), EventsPage),
)
"""Title and maker of each page. Titles are one short word: all of them stand side by side."""

_Page = TypeVar("_Page", bound=InspectorPage)


class Inspector(QTabWidget):
    """Makes the pages, and tells them all what happens."""

    moment_chosen = Signal(object)  # host time, ns

    def __init__(self, parts: ReplayParts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(tokens.REPLAY_SIDE_WIDTH)
        # As high as the picture beside it: nothing moves when another page is turned to.
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored)
        bar = self.tabBar()
        bar.setProperty("role", "compact")
        bar.setUsesScrollButtons(True)  # where the words of a language are longer than the room
        bar.setElideMode(Qt.TextElideMode.ElideNone)
        bar.setExpanding(False)
        self.pages: tuple[InspectorPage, ...] = tuple(self._made(title, make, parts) for title, make in PAGES)

    def page(self, kind: type[_Page]) -> _Page:
        """Return the page of a class."""
        return next(page for page in self.pages if isinstance(page, kind))

    def show_page(self, kind: type[InspectorPage]) -> None:
        """Bring a page to the front."""
        self.setCurrentIndex(self.pages.index(self.page(kind)))

    def show_frame(self, frame: ReplayFrame) -> None:
        """Show a moment."""
        for page in self.pages:
            page.show_frame(frame)

    def show_analysis(self) -> None:
        """Take other events and gaze."""
        for page in self.pages:
            page.show_analysis()

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        for page in self.pages:
            page.set_colours(colours)

    def stop_work(self) -> None:
        """End the work of all pages, and wait for it."""
        for page in self.pages:
            page.stop_work()

    def _made(
        self, title: str, make: Callable[[ReplayParts, QWidget], InspectorPage], parts: ReplayParts
    ) -> InspectorPage:
        page = make(parts, self)
        page.moment_chosen.connect(self.moment_chosen)
        area = QScrollArea(self)  # a page that is higher than the picture scrolls, and pushes nothing away
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        for view in (area, *page.findChildren(QAbstractScrollArea)):
            if view.window() is self.window():  # not the list that a choice opens
                ListKeys(view)
        self.addTab(area, QCoreApplication.translate("replay", str(title)))
        return page
