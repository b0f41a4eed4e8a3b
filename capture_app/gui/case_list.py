"""The list of cases: number, name, how it went."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from capture_app.gui import tokens
from capture_app.gui.glyphs import paint_glyph
from capture_app.gui.labels import label, paragraph
from capture_app.gui.theme import sized_font
from capture_app.gui.tokens import Colours
from capture_app.session.states import CaseItem, CaseMark, LiveState

ITEM_ROLE: Final = int(Qt.ItemDataRole.UserRole)

_GLYPHS: Final = {
    CaseMark.CURRENT: "play",
    CaseMark.DONE: "tick",
    CaseMark.POOR: "warning",
    CaseMark.UNREADABLE: "cross",
}


class CaseModel(QAbstractListModel):
    """The cases as Qt wants them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cases: tuple[CaseItem, ...] = ()

    def set_cases(self, cases: tuple[CaseItem, ...]) -> None:
        """Replace the cases; a list of the same length keeps scroll position and selection."""
        if len(cases) == len(self._cases):
            self._cases = cases
            if cases:
                self.dataChanged.emit(self.index(0), self.index(len(cases) - 1))
            return
        self.beginResetModel()
        self._cases = cases
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        """Return the number of cases."""
        return 0 if parent is not None and parent.isValid() else len(self._cases)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> Any:
        """Return a case, its name or its tooltip."""
        if not index.isValid():
            return None
        case = self._cases[index.row()]
        if role == ITEM_ROLE:
            return case
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{index.row() + 1} {case.case_id}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{case.case_id}\n{case.note}" if case.note else case.case_id
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{index.row() + 1}, {case.case_id}, {case.mark.value}. {case.note}"
        return None


class CaseDelegate(QStyledItemDelegate):
    """Paints one line: number at the right of its column, name, note, sign."""

    def __init__(self, colours: Colours, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.colours = colours
        self.digits = 2

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the height all lines have."""
        return QSize(0, tokens.ROW_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one line."""
        case: CaseItem = index.data(ITEM_ROLE)
        rect: QRect = option.rect
        state = option.state
        painter.save()
        self._paint_ground(painter, rect, state, case.mark)
        inner = rect.adjusted(tokens.SPACE_S, 0, -tokens.SPACE_S, 0)
        painter.setFont(sized_font(painter.font(), tokens.FONT_BODY_PX))
        metrics = painter.fontMetrics()
        numbers = metrics.horizontalAdvance("0" * self.digits)
        align = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(self.colours.secondary))
        box = QRect(inner.left(), inner.top(), numbers, inner.height())
        painter.drawText(box, align | Qt.AlignmentFlag.AlignRight, str(index.row() + 1))
        self._paint_sign(painter, case.mark, QRectF(inner.right() - tokens.GLYPH_SIZE, 0, 0, 0), rect)
        left = inner.left() + numbers + tokens.SPACE_S
        right = inner.right() - tokens.GLYPH_SIZE - tokens.SPACE_S
        note_width = (
            min(metrics.horizontalAdvance(case.note) + tokens.SPACE_S, (right - left) // 2)
            if case.note
            else 0
        )
        muted = case.mark in (CaseMark.WAITING, CaseMark.UNREADABLE)
        painter.setPen(QColor(self.colours.secondary if muted else self.colours.text))
        name_box = QRect(left, inner.top(), max(right - left - note_width, 0), inner.height())
        name = metrics.elidedText(case.case_id, Qt.TextElideMode.ElideMiddle, name_box.width())
        painter.drawText(name_box, align, name)
        if note_width:
            painter.setPen(QColor(self.colours.secondary))
            painter.setFont(sized_font(painter.font(), tokens.FONT_SECONDARY_PX))
            room = note_width - tokens.SPACE_S
            note = painter.fontMetrics().elidedText(case.note, Qt.TextElideMode.ElideRight, room)
            note_box = QRect(right - room, inner.top(), room, inner.height())
            painter.drawText(note_box, align | Qt.AlignmentFlag.AlignRight, note)
        painter.restore()

    def _paint_ground(self, painter: QPainter, rect: QRect, state: Any, mark: CaseMark) -> None:
        area = QRectF(rect).adjusted(1, 1, -1, -1)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if mark is CaseMark.CURRENT:
            painter.setBrush(QColor(self.colours.selection))
            painter.drawRoundedRect(area, tokens.RADIUS, tokens.RADIUS)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(self.colours.raised))
            painter.drawRoundedRect(area, tokens.RADIUS, tokens.RADIUS)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(self.colours.focus))
            painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), tokens.RADIUS, tokens.RADIUS)

    def _paint_sign(self, painter: QPainter, mark: CaseMark, place: QRectF, rect: QRect) -> None:
        glyph = _GLYPHS.get(mark)
        if glyph is None:
            return
        colour = {
            CaseMark.CURRENT: self.colours.focus,
            CaseMark.DONE: self.colours.good,
            CaseMark.POOR: self.colours.attention,
        }.get(mark, self.colours.recording)
        top = rect.top() + (rect.height() - tokens.GLYPH_SIZE) / 2.0
        paint_glyph(painter, glyph, QRectF(place.x(), top, tokens.GLYPH_SIZE, tokens.GLYPH_SIZE), colour)


class CaseList(QWidget):
    """The panel with the cases. A double click or Enter asks for a case."""

    case_requested = Signal(int)

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._version: int | None = None
        self._current = -1
        self._model = CaseModel(self)
        self._delegate = CaseDelegate(colours, self)
        self._summary = label("", "secondary", self)
        self._empty = paragraph(
            self.tr("No images are open. Open a folder of chest X-rays to begin."), "secondary", self
        )
        self.view = QListView(self)
        self.view.setModel(self._model)
        self.view.setItemDelegate(self._delegate)
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setAccessibleName(self.tr("Cases"))
        self.view.activated.connect(self._activated)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_S, tokens.SPACE_S, tokens.SPACE_XS, tokens.SPACE_S)
        column.setSpacing(tokens.SPACE_XS)
        column.addWidget(self._summary)
        column.addWidget(self._empty)
        column.addWidget(self.view, 1)
        self.setMinimumWidth(tokens.CASES_MINIMUM_WIDTH)

    def sizeHint(self) -> QSize:
        """Prefer the width of the design: a dock takes it when it is first shown."""
        return QSize(tokens.CASES_WIDTH, tokens.LIVE_MINIMUM[1])

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self._delegate.colours = colours
        self.view.viewport().update()

    def render_state(self, state: LiveState) -> None:
        """Show the cases of `state`; nothing is touched while their version stays."""
        if state.cases_version == self._version:
            return
        self._version = state.cases_version
        self._delegate.digits = max(len(str(len(state.cases))), 2)
        self._model.set_cases(state.cases)
        finished = sum(case.mark in (CaseMark.DONE, CaseMark.POOR) for case in state.cases)
        self._summary.setText(self.tr("{0} of {1} read").format(finished, len(state.cases)))
        self._summary.setVisible(bool(state.cases))
        self.view.setVisible(bool(state.cases))
        self._empty.setVisible(not state.cases)
        self._show_current(state)

    def _show_current(self, state: LiveState) -> None:
        marks = [row for row, case in enumerate(state.cases) if case.mark is CaseMark.CURRENT]
        current = marks[0] if marks else -1
        if current != self._current and current >= 0:
            index = self._model.index(current)
            self.view.setCurrentIndex(index)
            self.view.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
        self._current = current

    def _activated(self, index: QModelIndex) -> None:
        if index.data(ITEM_ROLE).mark is not CaseMark.UNREADABLE:
            self.case_requested.emit(index.row())
