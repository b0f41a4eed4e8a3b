"""Panels around the live copy: they dock, hide and remember."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.glyphs import glyph_icon
from capture_app.gui.labels import label
from capture_app.gui.tokens import Colours


class Panel(QDockWidget):
    """A dock with a quiet head: a title and a button that hides it."""

    def __init__(self, name: str, title: str, content: QWidget, shortcut: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self.setObjectName(name)
        self.setFeatures(
            QDockWidget.DockWidgetFeature.DockWidgetClosable | QDockWidget.DockWidgetFeature.DockWidgetMovable
        )
        frame = QWidget(self)
        frame.setProperty("role", "panel")
        frame.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        outer = QWidget(self)
        margins = QVBoxLayout(outer)
        margins.setContentsMargins(tokens.SPACE_S, 0, tokens.SPACE_S, tokens.SPACE_S)
        margins.addWidget(frame)
        column = QVBoxLayout(frame)
        column.setContentsMargins(tokens.HAIRLINE, tokens.HAIRLINE, tokens.HAIRLINE, tokens.HAIRLINE)
        column.addWidget(content)
        self.setWidget(outer)
        head = QWidget(self)
        head.setProperty("role", "dockhead")
        row = QHBoxLayout(head)
        row.setContentsMargins(tokens.SPACE_M, 0, tokens.SPACE_S, 0)
        row.addWidget(label(title, "secondary", head))
        row.addStretch(1)
        self._close = QToolButton(head)
        self._close.setProperty("role", "quiet")
        self._close.setToolTip(self.tr("Hide this panel; the menu brings it back ({0})").format(shortcut))
        self._close.setAccessibleName(self.tr("Hide {0}").format(title))
        self._close.clicked.connect(self.close)
        row.addWidget(self._close)
        self.setTitleBarWidget(head)
        self.toggleViewAction().setShortcut(shortcut)
        self.toggleViewAction().setObjectName(f"panel_{name}")

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self._close.setIcon(glyph_icon("cross", colours.secondary, tokens.SPACE_M))
