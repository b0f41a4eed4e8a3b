"""The left side of the tracker's page: the search, and the trackers of each driver."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from capture_app.gui import tokens
from capture_app.gui.glyphs import glyph_pixmap
from capture_app.gui.labels import ElidedLabel, label, paragraph
from capture_app.gui.tokens import Colours
from capture_app.gui.top_bar import level_colour, level_glyph
from capture_app.session.tracker_states import DriverFindings, FoundTracker, SearchState


class TrackerRow(QPushButton):
    """One tracker: its name, its serial number, and whether it can be used."""

    focused = Signal()

    def __init__(self, found: FoundTracker, colours: Colours, parent: QWidget) -> None:
        super().__init__(parent)
        self.found = found
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setProperty("role", "recent")
        self._sign = QLabel(self)
        title, detail = (ElidedLabel(self, Qt.TextElideMode.ElideRight) for _ in range(2))
        title.set_text(found.title)
        detail.set_text(_detail(found, self.tr("cannot be used")))
        detail.setProperty("role", "secondary")
        self.setAccessibleName(f"{found.title}, {detail.text()}")
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addStretch(1)
        column.addWidget(title)
        column.addWidget(detail)
        column.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_S, 0, tokens.SPACE_S, 0)
        row.setSpacing(tokens.SPACE_M)
        row.addWidget(self._sign)
        row.addLayout(column, 1)
        for part in (self._sign, title, detail):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.show_sign(colours, is_connected=False)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Say so: the list brings the row into view."""
        super().focusInEvent(event)
        self.focused.emit()

    def show_sign(self, colours: Colours, *, is_connected: bool) -> None:
        """Show by a sign whether this tracker is connected, or cannot be."""
        glyph, colour = "eye", colours.secondary
        if not self.found.is_usable:
            glyph, colour = level_glyph("bad"), level_colour(colours, "bad")
        elif is_connected:
            glyph, colour = level_glyph("good"), level_colour(colours, "good")
        self._sign.setPixmap(glyph_pixmap(glyph, colour, tokens.GLYPH_SIZE + 4, self.devicePixelRatioF()))
        news = self.tr("connected") if is_connected else self.found.reason
        self.setToolTip(": ".join(part for part in (self.found.title, news) if part))


class TrackerList(QWidget):
    """Says which tracker is chosen; arrow keys walk through the trackers."""

    search_requested = Signal()
    cancel_requested = Signal()
    chosen = Signal(object)  # FoundTracker

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(tokens.TRACKER_LIST_WIDTH)
        self._colours = colours
        self._shown: object = None
        self.rows: list[TrackerRow] = []
        self._group = QButtonGroup(self)
        self.button = QPushButton(self.tr("Search"), self)
        self.button.setAutoDefault(False)
        self.button.clicked.connect(self._clicked)
        self._is_running = False
        self._progress = QProgressBar(self)
        self._progress.setTextVisible(False)
        self._doing = ElidedLabel(self, Qt.TextElideMode.ElideMiddle)
        self._doing.setProperty("role", "secondary")
        head = QHBoxLayout()
        head.addWidget(label(self.tr("Trackers"), "section", self), 1)
        head.addWidget(self.button)
        self._content = QWidget(self)
        self._column = QVBoxLayout(self._content)
        self._column.setContentsMargins(0, 0, tokens.SPACE_S, 0)
        self._column.setSpacing(tokens.SPACE_XS)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self._content)
        self._area = area
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_S)
        column.addLayout(head)
        column.addWidget(self._progress)
        column.addWidget(self._doing)
        column.addWidget(area, 1)

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self._colours = colours
        self._shown = None

    def render_search(self, search: SearchState, last_used: FoundTracker, *, can_search: bool) -> None:
        """Show what was found and how far the search is."""
        self._is_running = search.is_running
        self.button.setText(self.tr("Cancel") if search.is_running else self.tr("Search"))
        self.button.setEnabled(can_search or search.is_running)
        self._progress.setVisible(search.is_running)
        self._doing.setVisible(search.is_running)
        if search.is_running:
            total = max(len(search.findings), 1)
            self._progress.setRange(0, total)
            self._progress.setValue(search.done_count)
            current = search.current.title if search.current is not None else ""
            number = min(search.done_count + 1, total)
            self._doing.set_text(self.tr("Searching {0} of {1}: {2}").format(number, total, current))
        key = (search.is_running, search.findings, last_used)
        if key != self._shown:
            self._shown = key
            self._rebuild(search, last_used)

    def show_connected(self, is_connected: Iterable[bool]) -> None:
        """Mark the connected tracker among the rows."""
        for row, connected in zip(self.rows, is_connected, strict=True):
            row.show_sign(self._colours, is_connected=connected)

    def choose(self, found: FoundTracker) -> bool:
        """Choose a tracker; False where it is not in the list."""
        for row in self.rows:
            if _is_same(row.found, found):
                row.setChecked(True)
                return True
        return False

    def _rebuild(self, search: SearchState, last_used: FoundTracker) -> None:
        checked = next((row.found for row in self.rows if row.isChecked()), last_used)
        had_focus = any(row.hasFocus() for row in self.rows)
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.rows = []
        found = [each for findings in search.findings for each in findings.trackers]
        if not any(is_same_device(each, last_used) for each in found):
            self._add_heading(self.tr("Last used"))
            self._add_row(last_used)
        current = search.current
        for findings in search.findings:
            self._add_driver(findings, is_current=findings is current)
        if not search.findings:
            self._add_words(self.tr("Connect the tracker to this computer, switch it on, then press Search."))
        self._column.addStretch(1)
        if self.rows and not self.choose(checked):
            self.rows[0].setChecked(True)
        if self.rows:
            row = next(each for each in self.rows if each.isChecked())
            self.chosen.emit(row.found)
            if had_focus:
                row.setFocus()

    def _add_driver(self, findings: DriverFindings, *, is_current: bool) -> None:
        self._add_heading(findings.title)
        for each in findings.trackers:
            self._add_row(each)
        if findings.problem:
            self._add_words(findings.problem)
        elif findings.is_done and not findings.trackers:
            self._add_words(self.tr("None answered. Check that it is switched on and connected."))
        elif not findings.is_done:
            self._add_words(self.tr("Searching.") if is_current else self.tr("Not searched yet."))

    def _add_heading(self, text: str) -> None:
        heading = ElidedLabel(self._content, Qt.TextElideMode.ElideRight)
        heading.set_text(text)
        heading.setProperty("role", "heading")
        heading.setContentsMargins(0, tokens.SPACE_S if self._column.count() else 0, 0, 0)
        self._column.addWidget(heading)

    def _add_words(self, text: str) -> None:
        sentence = paragraph(text, "secondary", self._content)
        sentence.setContentsMargins(tokens.SPACE_S, 0, 0, tokens.SPACE_XS)
        self._column.addWidget(sentence)

    def _add_row(self, found: FoundTracker) -> None:
        row = TrackerRow(found, self._colours, self._content)
        row.clicked.connect(self._row_clicked)
        row.focused.connect(self._row_focused)
        self._group.addButton(row)
        self._column.addWidget(row)
        self.rows.append(row)

    def _row_clicked(self) -> None:
        row = self.sender()
        if isinstance(row, TrackerRow):
            self.chosen.emit(row.found)

    def _row_focused(self) -> None:
        row = self.sender()
        if isinstance(row, TrackerRow):
            self._area.ensureWidgetVisible(row, 0, tokens.SPACE_S)  # Qt does it for Tab, not for arrow keys

    def _clicked(self) -> None:
        if self._is_running:
            self.cancel_requested.emit()
        else:
            self.search_requested.emit()


def is_same_device(found: FoundTracker, other: FoundTracker) -> bool:
    """Return whether the options of `other` open the tracker that was found."""
    return found.driver == other.driver and found.options.items() <= other.options.items()


def _is_same(found: FoundTracker, other: FoundTracker) -> bool:
    return is_same_device(found, other) or is_same_device(other, found)


def _detail(found: FoundTracker, unusable: str) -> str:
    """Return the line below the title: what tells this tracker from others of its kind."""
    if not found.is_usable:
        return f"{unusable}: {found.reason}" if found.reason else unusable
    parts = [found.serial or found.model, f"{found.rate_hz:g} Hz" if found.rate_hz == found.rate_hz else ""]
    text = " · ".join(part for part in parts if part)
    return text or " ".join(f"{name}={value}" for name, value in found.options.items()) or found.driver
