"""The cases of a study for the operator: number, name, time, state and light; nothing is opened from here."""

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
from capture_app.gui.labels import paragraph
from capture_app.gui.study_console.console_words import (
    case_numbers,
    detail_of,
    role_word,
    short_clock,
    sign_of,
)
from capture_app.gui.theme import sized_font
from capture_app.gui.tokens import Colours
from capture_app.gui.top_bar import level_colour
from capture_app.session.reading import CaseState
from capture_app.session.study.case_table import CaseRole
from capture_app.session.study_desk.states import StudyCaseLine, StudyDeskState

LINE_ROLE: Final = int(Qt.ItemDataRole.UserRole)
NUMBER_ROLE: Final = LINE_ROLE + 1


class StudyCaseModel(QAbstractListModel):
    """The lines as Qt wants them; of a list of the same length only what changed is told."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[StudyCaseLine, ...] = ()
        self._numbers: tuple[str, ...] = ()

    def set_lines(self, lines: tuple[StudyCaseLine, ...]) -> None:
        """Replace the lines."""
        before, numbers = self._lines, case_numbers(lines)
        if len(before) != len(lines) or numbers != self._numbers:
            self.beginResetModel()
            self._lines, self._numbers = lines, numbers
            self.endResetModel()
            return
        self._lines = lines
        for row, (old, new) in enumerate(zip(before, lines, strict=True)):
            if old != new:
                self.dataChanged.emit(self.index(row), self.index(row))

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        """Return the number of cases."""
        return 0 if parent is not None and parent.isValid() else len(self._lines)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> Any:
        """Return a line, its number, or its words."""
        if not index.isValid():
            return None
        line, number = self._lines[index.row()], self._numbers[index.row()]
        if role == LINE_ROLE:
            return line
        if role == NUMBER_ROLE:
            return number
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{number} {line.case_id}"
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            detail = f"{role_word(line.role)}, {sign_of(line).word or self.tr('not read yet')}"
            detail = "\n".join(part for part in (detail, line.note) if part)
            worked = f"\n{self.tr('Time: {0}').format(short_clock(line.worked_s))}" if line.worked_s else ""
            return f"{number} {line.case_id}\n{detail}{worked}"
        return None


class StudyCaseDelegate(QStyledItemDelegate):
    """Paints one line: number, name and time; below them state and note; the light at the right."""

    def __init__(self, colours: Colours, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.colours = colours
        self.letters = 2  # of the longest number

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the height all lines have."""
        return QSize(0, tokens.CASE_LINE_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one line."""
        line: StudyCaseLine = index.data(LINE_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect
        self._paint_ground(painter, QRectF(rect), option.state, line)
        inner = rect.adjusted(tokens.SPACE_S, tokens.SPACE_XS, -tokens.SPACE_S, -tokens.SPACE_XS)
        sign = sign_of(line)
        if sign.glyph:
            top = rect.center().y() + 1 - tokens.GLYPH_SIZE / 2.0
            place = QRectF(inner.right() - tokens.GLYPH_SIZE, top, tokens.GLYPH_SIZE, tokens.GLYPH_SIZE)
            paint_glyph(painter, sign.glyph, place, level_colour(self.colours, sign.level))
        painter.setFont(sized_font(painter.font(), tokens.FONT_BODY_PX))
        numbers = painter.fontMetrics().horizontalAdvance("0" * self.letters)
        detail = detail_of(line)
        upper = QRect(inner.left(), inner.top(), numbers, inner.height() // (2 if detail else 1))
        painter.setPen(QColor(self.colours.secondary))
        painter.drawText(upper, _MIDDLE | Qt.AlignmentFlag.AlignRight, str(index.data(NUMBER_ROLE)))
        left = inner.left() + numbers + tokens.SPACE_S
        right = inner.right() - tokens.GLYPH_SIZE - tokens.SPACE_S
        self._paint_words(painter, QRect(left, inner.top(), right - left, inner.height()), line, detail)
        painter.restore()

    def _paint_words(self, painter: QPainter, box: QRect, line: StudyCaseLine, detail: str) -> None:
        metrics = painter.fontMetrics()
        clock = short_clock(line.worked_s) if line.worked_s > 0 else ""
        room = metrics.horizontalAdvance(clock) + tokens.SPACE_S if clock else 0
        half = box.height() // 2 if detail else box.height()
        name_box = QRect(box.left(), box.top(), max(box.width() - room, 0), half)
        muted = line.state in (None, CaseState.SET_ASIDE) and not line.is_current
        painter.setPen(QColor(self.colours.secondary if muted else self.colours.text))
        name = metrics.elidedText(line.case_id, Qt.TextElideMode.ElideMiddle, name_box.width())
        painter.drawText(name_box, _MIDDLE, name)
        painter.setPen(QColor(self.colours.secondary))
        if clock:
            clock_box = QRect(box.left(), box.top(), box.width(), half)
            painter.drawText(clock_box, _MIDDLE | Qt.AlignmentFlag.AlignRight, clock)
        if detail:
            painter.setFont(sized_font(painter.font(), tokens.FONT_SECONDARY_PX))
            shortened = painter.fontMetrics().elidedText(detail, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(QRect(box.left(), box.top() + half, box.width(), half), _MIDDLE, shortened)

    def _paint_ground(self, painter: QPainter, rect: QRectF, state: Any, line: StudyCaseLine) -> None:
        area = rect.adjusted(1, 1, -1, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        if line.is_current or state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(self.colours.selection if line.is_current else self.colours.raised))
            painter.drawRoundedRect(area, tokens.RADIUS, tokens.RADIUS)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(self.colours.focus))
            painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), tokens.RADIUS, tokens.RADIUS)


class StudyCases(QWidget):
    """The panel with the cases of a study. It only shows: the order of a study is not the operator's."""

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._version: int | None = None
        self._current = -1
        self._model = StudyCaseModel(self)
        self._delegate = StudyCaseDelegate(colours, self)
        self.summary = paragraph("", "secondary", self)
        self.view = QListView(self)
        self.view.setModel(self._model)
        self.view.setItemDelegate(self._delegate)
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setAccessibleName(self.tr("Cases of the study"))
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_S, tokens.SPACE_S, tokens.SPACE_XS, tokens.SPACE_S)
        column.setSpacing(tokens.SPACE_XS)
        column.addWidget(self.summary)
        column.addWidget(self.view, 1)
        self.setMinimumWidth(tokens.CASES_MINIMUM_WIDTH)

    def sizeHint(self) -> QSize:
        """Prefer the width of the design."""
        return QSize(tokens.CASES_WIDTH, tokens.LIVE_MINIMUM[1])

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self._delegate.colours = colours
        self.view.viewport().update()

    def render_study(self, state: StudyDeskState) -> None:
        """Show the cases; nothing is touched while their version stays."""
        if state.cases_version == self._version:
            return
        self._version = state.cases_version
        self._delegate.letters = max((len(number) for number in case_numbers(state.cases)), default=2)
        self._model.set_lines(state.cases)
        self.summary.setText(self._summary(state))
        rows = [row for row, line in enumerate(state.cases) if line.is_current]
        current = rows[0] if rows else -1
        if current != self._current and current >= 0:
            index = self._model.index(current)
            self.view.setCurrentIndex(index)
            self.view.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
        self._current = current

    def _summary(self, state: StudyDeskState) -> str:
        lines = [line for line in state.cases if line.role is not CaseRole.PRACTICE]
        counted = sum(line.does_count for line in lines)
        quota = state.view.quota if state.view is not None else len(lines)
        parts = [self.tr("{0} of {1} count").format(counted, quota)]
        failed = sum(line.state is CaseState.COMMITTED and not line.does_count for line in lines)
        if failed:
            parts.append(self.tr("{0} not good enough").format(failed))
        aside = sum(line.state is CaseState.SET_ASIDE for line in lines)
        if aside:
            parts.append(self.tr("{0} set aside").format(aside))
        return " · ".join(parts)


_MIDDLE: Final = Qt.AlignmentFlag.AlignVCenter
