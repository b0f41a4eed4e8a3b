"""What is chosen in the similarity browser: the measure, and the threshold with what it makes positive."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSlider, QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.labels import ElidedLabel, label
from capture_app.gui.settings_form import ChoiceBox
from capture_app.gui.similarity.words import ORDER, measure_meaning, measure_title
from gaze_core.similarity import GazeMeasure

_STEPS = 1000


class SimilarityControls(QWidget):
    """A row: measure, threshold, number of positive pairs; below it what the measure compares."""

    measure_chosen = Signal(object)  # GazeMeasure
    threshold_changed = Signal(float)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.box = ChoiceBox(self)
        self.box.setAccessibleName(self.tr("Measure"))
        self.box.setMinimumWidth(tokens.SIMILARITY_MEASURE_WIDTH)
        self.meaning = ElidedLabel(self, Qt.TextElideMode.ElideRight)
        self.meaning.setProperty("role", "secondary")
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(0, _STEPS)
        self.slider.setPageStep(_STEPS // 20)
        self.slider.setAccessibleName(self.tr("Threshold"))
        self.slider.setToolTip(self.tr("Readings more alike than this are positive pairs in training"))
        self.slider.setFixedWidth(tokens.SIMILARITY_SLIDER_WIDTH)
        self.value = label("", "value", self)
        self.pairs = label("", "secondary", self)
        self.value.setMinimumWidth(self.fontMetrics().horizontalAdvance("0.000 "))
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_M, 0, tokens.SPACE_M, 0)
        column.setSpacing(tokens.SPACE_XS)
        row = QHBoxLayout()
        row.setSpacing(tokens.SPACE_S)
        row.addWidget(label(self.tr("Alike by"), "secondary", self))
        row.addWidget(self.box)
        row.addStretch(1)
        row.addWidget(label(self.tr("Positive above"), "secondary", self))
        row.addWidget(self.slider)
        row.addWidget(self.value)
        row.addWidget(self.pairs)
        column.addLayout(row)
        column.addWidget(self.meaning)
        self.box.activated.connect(self._chosen)
        self.slider.valueChanged.connect(self._moved)

    @property
    def threshold(self) -> float:
        """Readings more alike than this are positive."""
        return self.slider.value() / _STEPS

    @property
    def measure(self) -> GazeMeasure | None:
        """The measure chosen; None before there is any."""
        found = self.box.currentData()
        return None if found is None else GazeMeasure(found)

    def set_measures(self, measures: Sequence[GazeMeasure], threshold: float) -> None:
        """Offer measures, the first of them chosen, and begin with a threshold."""
        self.box.clear()
        for measure in ORDER:
            if measure in measures:
                self.box.addItem(measure_title(measure), measure.value)
        self.slider.setValue(round(threshold * _STEPS))
        self._show_meaning()

    def choose(self, measure: GazeMeasure) -> None:
        """Show a measure as the chosen one."""
        self.box.setCurrentIndex(self.box.findData(measure.value))
        self._show_meaning()

    def show_pairs(self, positive: int, count: int) -> None:
        """Show how many pairs are positive."""
        self.value.setText(f"{self.threshold:.3f}")
        self.pairs.setText(self.tr("{0:,} of {1:,} pairs").format(positive, count))

    def _chosen(self) -> None:
        self._show_meaning()
        if self.measure is not None:
            self.measure_chosen.emit(self.measure)

    def _moved(self) -> None:
        self.value.setText(f"{self.threshold:.3f}")
        self.threshold_changed.emit(self.threshold)

    def _show_meaning(self) -> None:
        self.meaning.set_text("" if self.measure is None else measure_meaning(self.measure))
