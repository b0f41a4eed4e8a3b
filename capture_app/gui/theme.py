"""The look of the windows made from the tokens: palette, style sheet, fonts; switched while they are open."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from capture_app.gui import tokens
from capture_app.gui.style_sheet import style_sheet
from capture_app.gui.tokens import DARK, LIGHT, Colours
from capture_app.session.settings import Theme


class ThemeSwitch(QObject):
    """Dresses the application in a theme and follows the system's choice when asked to."""

    changed = Signal(object)  # Colours

    def __init__(self, application: QApplication, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._application = application
        self._theme = theme
        application.setStyle("Fusion")
        application.setFont(interface_font())
        application.styleHints().colorSchemeChanged.connect(self._follow_system)
        self._apply()

    @property
    def colours(self) -> Colours:
        """The colours in use."""
        if self._theme is Theme.SYSTEM:
            scheme = self._application.styleHints().colorScheme()
            return LIGHT if scheme == Qt.ColorScheme.Light else DARK
        return LIGHT if self._theme is Theme.LIGHT else DARK

    def set_theme(self, theme: Theme) -> None:
        """Change to a theme at once."""
        if theme is not self._theme:
            self._theme = theme
            self._apply()

    def _follow_system(self) -> None:
        if self._theme is Theme.SYSTEM:
            self._apply()

    def _apply(self) -> None:
        colours = self.colours
        self._application.setPalette(palette(colours))
        self._application.setStyleSheet(style_sheet(colours))
        self.changed.emit(colours)


def interface_font() -> QFont:
    """Return the system's own interface font at body size, with figures of equal width where it has them."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    return sized_font(font, tokens.FONT_BODY_PX)


def sized_font(font: QFont, size_px: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Return a copy of `font` of this size and weight, with tabular figures."""
    copy = QFont(font)
    copy.setPixelSize(size_px)
    copy.setWeight(weight)
    copy.setFeature(QFont.Tag("tnum"), 1)
    return copy


def palette(colours: Colours) -> QPalette:
    """Return the palette that Fusion paints from."""
    result = QPalette()
    roles = QPalette.ColorRole
    for role, colour in (
        (roles.Window, colours.window),
        (roles.WindowText, colours.text),
        (roles.Base, colours.surface),
        (roles.AlternateBase, colours.raised),
        (roles.Text, colours.text),
        (roles.PlaceholderText, colours.secondary),
        (roles.Button, colours.raised),
        (roles.ButtonText, colours.text),
        (roles.BrightText, colours.recording),
        (roles.ToolTipBase, colours.raised),
        (roles.ToolTipText, colours.text),
        (roles.Highlight, colours.primary),
        (roles.HighlightedText, colours.on_primary),
        (roles.Link, colours.focus),
        (roles.Accent, colours.primary),
        (roles.Light, colours.hover),
        (roles.Midlight, colours.line),
        (roles.Mid, colours.control_line),
        (roles.Dark, colours.line),
        (roles.Shadow, colours.stage),
    ):
        result.setColor(role, QColor(colour))
    for role in (roles.Text, roles.WindowText, roles.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.secondary))
    return result
