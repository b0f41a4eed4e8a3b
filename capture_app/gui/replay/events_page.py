"""All events of a recording as a list; a click goes to one, the last one before the moment is marked."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSignalBlocker,
    QSize,
    Qt,
)
from PySide6.QtWidgets import QListView, QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.labels import paragraph
from capture_app.gui.replay.page import InspectorPage, ReplayParts
from capture_app.gui.replay.time_axis import clock_text
from capture_app.session.replay import Moment, ReplayFrame, ReplaySource


class _Moments(QAbstractListModel):
    """Makes a line when it is looked at: a session has tens of thousands."""

    def __init__(self, source: ReplaySource, moments: tuple[Moment, ...], parent: QObject) -> None:
        super().__init__(parent)
        self._source, self._moments = source, moments

    def rowCount(self, _parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Return the number of lines."""
        return len(self._moments)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the text of a line."""
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(0, tokens.MINIMUM_TARGET)
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        moment = self._moments[index.row()]
        return f"{clock_text(self._source.seconds(moment.t_ns), 0.1)}   {moment.text}"


class EventsPage(InspectorPage):
    """Events, answers, markers, checks and viewport changes but for single steps of a pan."""

    def __init__(self, parts: ReplayParts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        source = parts.source
        self._moments = tuple(
            each
            for each in source.tables.moments
            if not (each.kind == "viewport" and each.text.startswith("pan"))
        )
        self._times = [each.t_ns for each in self._moments]
        self.list = QListView(self)
        self.list.setAccessibleName(self.tr("Events"))
        self.list.setUniformItemSizes(True)
        self.list.setModel(_Moments(source, self._moments, self.list))
        self.list.clicked.connect(self._choose)
        self.list.activated.connect(self._choose)
        empty = paragraph(self.tr("This recording holds no events."), "secondary", self)
        empty.setVisible(not self._moments)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_XS, tokens.SPACE_S, tokens.SPACE_XS, tokens.SPACE_XS)
        column.addWidget(empty)
        column.addWidget(self.list, 1)

    def show_frame(self, frame: ReplayFrame) -> None:
        """Mark the last event before a moment."""
        row = bisect_right(self._times, frame.t_ns) - 1
        if row != self.list.currentIndex().row() and row >= 0 and self.isVisible():
            blocker = QSignalBlocker(self.list)
            self.list.setCurrentIndex(self.list.model().index(row, 0))
            blocker.unblock()

    def _choose(self, index: QModelIndex) -> None:
        self.moment_chosen.emit(self._times[index.row()])
