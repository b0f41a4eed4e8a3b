"""How two layers agree: figures, and the durations of their fixations over each other."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from capture_app.gui import tokens, words
from capture_app.gui.labels import ElidedLabel, label, paragraph
from capture_app.gui.theme import sized_font
from capture_app.gui.tokens import Colours
from capture_app.session.layers import DURATION_EDGES_MS, EventFigures, LayerComparison

_ROWS = 4


class DurationPlot(QWidget):
    """Two distributions: the shown layer filled, the other as a line."""

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.colours = colours
        self.setFixedHeight(tokens.REPLAY_PLOT_HEIGHT)
        self.setAccessibleName(self.tr("Durations of fixations"))
        self._comparison: LayerComparison | None = None

    def show_comparison(self, comparison: LayerComparison | None) -> None:
        """Show two distributions, or none."""
        self._comparison = comparison
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint bars, line and the axis."""
        found, c = self._comparison, self.colours
        if found is None:
            return
        painter = QPainter(self)
        painter.setFont(sized_font(self.font(), tokens.FONT_SECONDARY_PX))
        text_height = painter.fontMetrics().height()
        plot = QRectF(0.5, 2, self.width() - 1, self.height() - text_height - 4)
        highest = max(*found.first.distribution, *found.second.distribution, 1)
        painter.fillRect(QRectF(plot.left(), plot.bottom(), plot.width(), 1), QColor(c.line))
        step = plot.width() / len(found.first.distribution)
        for number, count in enumerate(found.first.distribution):
            height = count / highest * plot.height()
            bar = QRectF(plot.left() + number * step, plot.bottom() - height, max(step - 1, 1), height)
            painter.fillRect(bar, QColor(c.good))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(c.text), 1.5))
        line = []
        for number, count in enumerate(found.second.distribution):
            y = plot.bottom() - count / highest * plot.height()
            line += [
                QPointF(plot.left() + number * step, y),
                QPointF(plot.left() + (number + 1) * step, y),
            ]
        painter.drawPolyline(QPolygonF(line))
        painter.setPen(QColor(c.secondary))
        base = QRectF(plot.left(), plot.bottom() + 2, plot.width(), text_height)
        painter.drawText(base, Qt.AlignmentFlag.AlignLeft, "0")
        painter.drawText(base, Qt.AlignmentFlag.AlignHCenter, f"{DURATION_EDGES_MS[-1] / 2:.0f}")
        painter.drawText(base, Qt.AlignmentFlag.AlignRight, f"{DURATION_EDGES_MS[-1]:.0f} ms +")


class ComparisonView(QWidget):
    """The figures of a comparison, and the plot."""

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.agreement = paragraph("", "", self)
        self.agreement.setToolTip(
            self.tr(
                "Kappa: agreement sample by sample beyond chance. F1: fixations that overlap one to one by "
                "at least half. 1 is complete for both."
            )
        )
        self.plot = DurationPlot(colours, self)
        self._cells: list[list[QLabel]] = []
        grid = QGridLayout()
        grid.setHorizontalSpacing(tokens.SPACE_M)
        grid.setVerticalSpacing(tokens.SPACE_XS)
        titles = ("", self.tr("Fixations"), self.tr("Median"), self.tr("Middle half"), self.tr("Samples"))
        for row, title in enumerate(titles):
            grid.addWidget(label(title, "secondary", self), row, 0)
        for column in (1, 2):
            name = ElidedLabel(self, Qt.TextElideMode.ElideRight)
            name.setProperty("role", "value")
            cells: list[QLabel] = [name, *(label("", "", self) for _ in range(_ROWS))]
            for row, cell in enumerate(cells):
                grid.addWidget(cell, row, column)
            grid.setColumnStretch(column, 1)
            self._cells.append(cells)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(tokens.SPACE_S)
        whole.addWidget(self.agreement)
        whole.addLayout(grid)
        whole.addWidget(self.plot)

    def show_comparison(self, found: LayerComparison | None, first: str, second: str) -> None:
        """Show how two layers of these names agree; None hides all."""
        self.setVisible(found is not None)
        self.plot.show_comparison(found)
        if found is None:
            return
        self.agreement.setText(
            self.tr("Kappa {0}, F1 {1} over {2} samples.").format(
                _figure(found.kappa), _figure(found.f1), found.sample_count
            )
        )
        for cells, name, figures in zip(
            self._cells, (f"▮ {first}", f"― {second}"), (found.first, found.second), strict=True
        ):
            name_cell = cells[0]
            if isinstance(name_cell, ElidedLabel):
                name_cell.set_text(name)
            for cell, text in zip(cells[1:], _texts(figures), strict=True):
                cell.setText(text)

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self.plot.colours = colours
        self.plot.update()


def _texts(figures: EventFigures) -> tuple[str, ...]:
    has_any = math.isfinite(figures.median_ms)
    return (
        str(figures.count),
        f"{figures.median_ms:.0f} ms" if has_any else words.UNKNOWN,
        f"{figures.lower_ms:.0f} to {figures.upper_ms:.0f} ms" if has_any else words.UNKNOWN,
        f"{figures.share * 100:.1f} %" if math.isfinite(figures.share) else words.UNKNOWN,
    )


def _figure(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else words.UNKNOWN
