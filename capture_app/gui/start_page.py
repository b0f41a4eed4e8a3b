"""What opens first: what was done lately, what can be done now, and whether the station is ready."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from capture_app.gui import tokens
from capture_app.gui.glyphs import glyph_pixmap, text_icon
from capture_app.gui.labels import ElidedLabel, label, paragraph, rule
from capture_app.gui.tokens import Colours
from capture_app.gui.top_bar import level_colour, level_glyph
from capture_app.session.settings import RecentItem, RecentKind

_RECENT_GLYPHS = {
    RecentKind.FOLDER: "folder",
    RecentKind.LIST: "folder",
    RecentKind.RECORDING: "file",
    RecentKind.STUDY: "study",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StationPart:
    """One word of the strip below: tracker, monitors, disk."""

    name: str  # names the settings page it opens; tracker opens the tracker's own page
    title: str
    word: str  # "ready", "one monitor", "41 h left"
    level: str  # good, information, attention, bad
    tip: str  # a sentence


class Card(QPushButton):
    """A large button with a sign, a title and a line of explanation."""

    def __init__(self, glyph: str, title: str, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self._glyph = glyph
        self._sign = QLabel(self)
        heading = label(title, "section", self)
        detail = paragraph(text, "secondary", self)
        column = QVBoxLayout()
        column.setSpacing(tokens.SPACE_XS)
        column.addStretch(1)
        column.addWidget(heading)
        column.addWidget(detail)
        column.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_L, tokens.SPACE_M, tokens.SPACE_L, tokens.SPACE_M)
        row.setSpacing(tokens.SPACE_L)
        row.addWidget(self._sign)
        row.addLayout(column, 1)
        for part in (self._sign, heading, detail):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        ratio = self.devicePixelRatioF()
        self._sign.setPixmap(glyph_pixmap(self._glyph, colours.focus, tokens.LARGE_GLYPH_SIZE, ratio))


class RecentRow(QPushButton):
    """One line of the recent list: what it is, where it lies, when it was opened."""

    def __init__(self, item: RecentItem, parent: QWidget) -> None:
        super().__init__(parent)
        self.item = item
        path = PurePath(item.path)
        self.setProperty("role", "recent")
        self.setAccessibleName(item.path)
        self.setToolTip(item.path)
        self._sign = QLabel(self)
        name, place = ElidedLabel(self), ElidedLabel(self)
        is_study = item.kind is RecentKind.STUDY  # its file is called like the preset; its folder tells more
        name.set_text((path.parent.name if is_study else path.name) or item.path)
        place.set_text(item.path if is_study else str(path.parent))
        place.setProperty("role", "secondary")
        when = label(opened_words(item.opened_unix_s), "secondary", self)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addStretch(1)
        column.addWidget(name)
        column.addWidget(place)
        column.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_S, 0, tokens.SPACE_S, 0)
        row.setSpacing(tokens.SPACE_M)
        row.addWidget(self._sign)
        row.addLayout(column, 1)
        row.addWidget(when)
        for part in (self._sign, name, place, when):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        glyph = _RECENT_GLYPHS[self.item.kind]
        ratio = self.devicePixelRatioF()
        self._sign.setPixmap(glyph_pixmap(glyph, colours.secondary, tokens.GLYPH_SIZE + 4, ratio))


def opened_words(opened_unix_s: int) -> str:
    """Return the day of an opening, "22 Nov 2026"; nothing when it is not known."""
    if opened_unix_s <= 0:
        return ""
    moment = datetime.fromtimestamp(opened_unix_s).astimezone()
    return f"{moment.day} {moment:%b %Y}"


class StartPage(QWidget):
    """Recent things left, actions right, the state of the station below."""

    demo_requested = Signal()
    studies_requested = Signal()
    folder_requested = Signal()
    replay_requested = Signal()
    export_requested = Signal()
    import_requested = Signal()
    set_up_requested = Signal(str)  # name of the settings page
    tracker_requested = Signal()  # the tracker's own page
    recent_requested = Signal(object)  # RecentItem

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("start_page")
        self._colours = colours
        self._parts: tuple[StationPart, ...] = ()
        self._rows: list[RecentRow] = []
        self._part_buttons: list[QPushButton] = []
        self._empty = paragraph(
            self.tr("Nothing has been opened yet. The demo shows in two minutes how a recording is made."),
            "secondary",
            self,
        )
        self.cards = self._build_cards()
        self._recent_column = QVBoxLayout()
        self._recent_column.setContentsMargins(0, 0, 0, 0)
        self._recent_column.setSpacing(tokens.SPACE_XS)
        self._strip = QHBoxLayout()
        self._strip.setSpacing(tokens.SPACE_L)
        self._lay_out()
        self.set_colours(colours)

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self._colours = colours
        for card in self.cards:
            card.set_colours(colours)
        for row in self._rows:
            row.set_colours(colours)
        self._color_parts()

    def set_recent(self, recent: tuple[RecentItem, ...]) -> None:
        """Show what was opened lately, newest first."""
        for row in self._rows:
            self._recent_column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = []
        for index, item in enumerate(recent):
            row = RecentRow(item, self)
            row.set_colours(self._colours)
            row.clicked.connect(self._open_recent)
            self._recent_column.insertWidget(index, row)
            self._rows.append(row)
        self._empty.setVisible(not recent)

    def set_parts(self, parts: tuple[StationPart, ...]) -> None:
        """Show the state of the station's parts."""
        if parts == self._parts:
            return
        self._parts = parts
        for button in self._part_buttons:
            self._strip.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._part_buttons = []
        for index, part in enumerate(parts):
            button = QPushButton(self)
            words = f"{part.title}: {part.word}"
            elide = Qt.TextElideMode.ElideRight
            button.setText(button.fontMetrics().elidedText(words, elide, tokens.START_PART_WIDTH))
            button.setAccessibleName(words)
            button.setProperty("role", "strip")
            button.setObjectName(f"part_{part.name}")
            button.setToolTip(part.tip)
            button.clicked.connect(self._set_up_part)
            self._strip.insertWidget(index, button)
            self._part_buttons.append(button)
        self._color_parts()

    def _color_parts(self) -> None:
        for part, button in zip(self._parts, self._part_buttons, strict=True):
            colour = level_colour(self._colours, part.level)
            button.setIcon(text_icon(level_glyph(part.level), colour, tokens.GLYPH_SIZE, tokens.SPACE_XS))
            button.setIconSize(QSize(tokens.GLYPH_SIZE + tokens.SPACE_XS, tokens.GLYPH_SIZE))

    def _build_cards(self) -> tuple[Card, ...]:
        cards = []
        for glyph, title, text, intent in (
            (
                "play",
                self.tr("Try the demo"),
                self.tr("Three synthetic X-rays, read by a simulated eye."),
                self.demo_requested.emit,
            ),
            (
                "study",
                self.tr("Open or make a study"),
                self.tr("A protocol with its cases: calibration, reading, answers, report."),
                self.studies_requested.emit,
            ),
            (
                "folder",
                self.tr("Open images"),
                self.tr("A folder of chest X-rays becomes the list of cases."),
                self.folder_requested.emit,
            ),
            (
                "file",
                self.tr("Replay a recording"),
                self.tr("See and hear again what was read, moment by moment."),
                self.replay_requested.emit,
            ),
            (
                "disk",
                self.tr("Export or import a dataset"),
                self.tr("REFLACX, EGD, GazeSearch, BIDS and others, from recordings or into them."),
                self._ask_which_way,
            ),
            (
                "sliders",
                self.tr("Set up this station"),
                self.tr("Tracker, the reader's monitor, distance, folders."),
                self._set_up,
            ),
        ):
            card = Card(glyph, title, text, self)
            card.clicked.connect(intent)
            cards.append(card)
        return tuple(cards)

    def _lay_out(self) -> None:
        body = QWidget(self)
        body.setMaximumWidth(tokens.START_CONTENT_WIDTH)
        grid = QGridLayout(body)
        grid.setContentsMargins(tokens.SPACE_XXL, tokens.SPACE_XXL, tokens.SPACE_XXL, tokens.SPACE_L)
        grid.setHorizontalSpacing(tokens.SPACE_XXL)
        grid.setVerticalSpacing(tokens.SPACE_M)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        grid.addWidget(label(self.tr("Reading Station"), "title", body), 0, 0, 1, 2)
        subtitle = self.tr("Gaze, fixations and heatmaps of a chest X-ray reading, as it happens.")
        grid.addWidget(label(subtitle, "secondary", body), 1, 0, 1, 2)
        grid.setRowMinimumHeight(2, tokens.SPACE_M)
        grid.addWidget(label(self.tr("Recent"), "section", body), 3, 0)
        grid.addWidget(label(self.tr("Begin"), "section", body), 3, 1)
        grid.addWidget(self._recent_area(body), 4, 0)
        grid.addWidget(self._card_area(body), 4, 1)
        grid.setRowStretch(4, 1)
        grid.addWidget(rule(body), 5, 0, 1, 2)
        self._strip.addStretch(1)
        grid.addLayout(self._strip, 6, 0, 1, 2)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(body, 100)
        row.addStretch(1)

    def _recent_area(self, parent: QWidget) -> QScrollArea:
        area = QScrollArea(parent)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        content = QWidget(area)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, tokens.SPACE_M, 0)
        column.addWidget(self._empty)
        column.addLayout(self._recent_column)
        column.addStretch(1)
        area.setWidget(content)
        return area

    def _card_area(self, parent: QWidget) -> QScrollArea:
        area = QScrollArea(parent)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        content = QWidget(area)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, tokens.SPACE_M, 0)
        column.setSpacing(tokens.SPACE_M)
        for card in self.cards:
            column.addWidget(card)
        column.addStretch(1)
        area.setWidget(content)
        return area

    def _open_recent(self) -> None:
        row = self.sender()
        if isinstance(row, RecentRow):
            self.recent_requested.emit(row.item)

    def _ask_which_way(self) -> None:
        """Offer both ways below the card that was clicked."""
        card = self.sender()
        menu = QMenu(self)
        menu.setObjectName("dataset_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Export recordings…")).triggered.connect(self.export_requested)
        menu.addAction(self.tr("Import a dataset…")).triggered.connect(self.import_requested)
        if isinstance(card, QWidget):
            menu.popup(card.mapToGlobal(card.rect().bottomLeft()))

    def _set_up(self) -> None:
        self.set_up_requested.emit("tracker")

    def _set_up_part(self) -> None:
        name = self.sender().objectName().removeprefix("part_")
        if name == "tracker":
            self.tracker_requested.emit()
        else:
            self.set_up_requested.emit(name)
