"""The findings of a study's check as a list: place, sentence, remedy; choosing one goes there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QListView,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from capture_app.gui import tokens
from capture_app.gui.glyphs import glyph_icon
from capture_app.gui.tokens import Colours
from capture_app.gui.top_bar import level_colour, level_glyph
from capture_app.session.study import StudyFinding
from recordings_schema.findings import Severity

_BETWEEN: Final = "  \N{MIDDLE DOT}  "
_BESIDE_TEXT_PX: Final = 4 * tokens.SPACE_S  # padding, between sign and text, what Qt leaves free
_TALLEST_PX: Final = 10_000
LEVELS: Final = {Severity.ERROR: "bad", Severity.WARNING: "attention", Severity.NOTE: "information"}


class _WholeText(QStyledItemDelegate):
    """Gives every line of a finding its room, and puts the sign beside the first, as everywhere else."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Lay the sign at the top."""
        super().initStyleOption(option, index)
        top = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter
        option.decorationAlignment = top

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the room of the text as it is wrapped; the style takes the padding for text, and elides."""
        hint = super().sizeHint(option, index)
        view = self.parent()
        if not isinstance(view, QListWidget):
            return hint
        width = view.viewport().width() - tokens.GLYPH_SIZE - _BESIDE_TEXT_PX
        text = str(index.data(Qt.ItemDataRole.DisplayRole))
        wrapped = view.fontMetrics().boundingRect(
            QRect(0, 0, max(width, 1), _TALLEST_PX), Qt.TextFlag.TextWordWrap, text
        )
        return QSize(hint.width(), max(hint.height(), wrapped.height() + 2 * tokens.SPACE_XS))


class FindingsList(QListWidget):
    """Errors first; Enter or a double click asks to go to the place."""

    finding_chosen = Signal(object)  # StudyFinding

    def __init__(self, colours: Colours, parent: QWidget) -> None:
        super().__init__(parent)
        self._icons = _icons(colours)
        self._findings: tuple[StudyFinding, ...] = ()
        self._words = {
            Severity.ERROR: self.tr("Error"),
            Severity.WARNING: self.tr("Warning"),
            Severity.NOTE: self.tr("Note"),
        }
        self.setAccessibleName(self.tr("Findings of the study's check"))
        self.setItemDelegate(_WholeText(self))
        self.setWordWrap(True)
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setLayoutMode(QListView.LayoutMode.Batched)  # a thousand of them must not hold up a frame
        self.setProperty("role", "findings")
        self.itemActivated.connect(self._choose)

    @property
    def findings(self) -> tuple[StudyFinding, ...]:
        """What is shown."""
        return self._findings

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self._icons = _icons(colours)
        for row, finding in enumerate(self._findings):
            self.item(row).setIcon(self._icons[finding.severity])

    def show_findings(self, findings: Sequence[StudyFinding]) -> None:
        """Show what a check found; the line that is chosen stays where the findings are the same."""
        if tuple(findings) == self._findings:
            return
        self._findings = tuple(findings)
        self.clear()
        for finding in self._findings:
            item = QListWidgetItem(self._icons[finding.severity], self._text(finding), self)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, self._text(finding).replace("\n", ". "))

    def _text(self, finding: StudyFinding) -> str:
        place = finding.file
        if finding.line:
            place = self.tr("{0}, line {1}").format(finding.file, finding.line)
        head = [self._words[finding.severity], place]
        if finding.key:
            head.append(finding.key)
        return f"{_BETWEEN.join(head)}\n{finding.what} {finding.remedy}".rstrip()

    def _choose(self, item: QListWidgetItem) -> None:
        self.finding_chosen.emit(self._findings[self.row(item)])


def _icons(colours: Colours) -> dict[Severity, QIcon]:
    """Return the sign of each severity: drawn once, not for each of a thousand lines."""
    return {
        severity: glyph_icon(level_glyph(level), level_colour(colours, level), tokens.GLYPH_SIZE)
        for severity, level in LEVELS.items()
    }
