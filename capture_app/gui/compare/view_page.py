"""What the pictures of several readers draw."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.labels import paragraph
from capture_app.gui.settings_form import ChoiceBox
from capture_app.session.replay import SLIDING_S, HeatmapSpan, ReplayOptions, ViewMode


class CompareViewPage(QWidget):
    """Says what is wanted as a whole."""

    options_changed = Signal(object)  # ReplayOptions

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.mode = ChoiceBox(self)
        self.mode.addItem(self.tr("Whole image"), ViewMode.WHOLE_IMAGE)
        self.mode.addItem(self.tr("As each reader saw it"), ViewMode.AS_READ)
        self.heatmap = ChoiceBox(self)
        for text, span in (
            (self.tr("No heatmap"), HeatmapSpan.OFF),
            (self.tr("Whole case"), HeatmapSpan.CASE),
            (self.tr("Up to now"), HeatmapSpan.UP_TO_NOW),
            (self.tr("Last {0:g} s").format(SLIDING_S), HeatmapSpan.SLIDING),
        ):
            self.heatmap.addItem(text, span)
        self.gaze = self._tick(self.tr("Gaze point"))
        self.trail = self._tick(self.tr("Trail"))
        self.fixations = self._tick(self.tr("Fixations and scanpath"))
        self.shapes = self._tick(self.tr("Shapes and their labels"))
        form = QFormLayout()
        form.setHorizontalSpacing(tokens.SPACE_M)
        form.setVerticalSpacing(tokens.SPACE_S)
        form.addRow(self.tr("Picture"), self.mode)
        form.addRow(self.tr("Heatmap"), self.heatmap)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_M, tokens.SPACE_M, tokens.SPACE_M, tokens.SPACE_M)
        column.addLayout(form)
        for box in (self.gaze, self.trail, self.fixations, self.shapes):
            column.addWidget(box)
        column.addWidget(
            paragraph(
                self.tr(
                    "Laid over each other, readers are drawn on the whole image, each in one colour, without "
                    "heatmaps and shapes."
                ),
                "secondary",
                self,
            )
        )
        column.addStretch(1)
        for choice in (self.mode, self.heatmap):
            choice.currentIndexChanged.connect(self._changed)

    @property
    def options(self) -> ReplayOptions:
        """What is chosen."""
        return ReplayOptions(
            mode=ViewMode(self.mode.currentData()),
            show_gaze=self.gaze.isChecked(),
            show_trail=self.trail.isChecked(),
            show_fixations=self.fixations.isChecked(),
            show_shapes=self.shapes.isChecked(),
            heatmap=HeatmapSpan(self.heatmap.currentData()),
        )

    def _changed(self) -> None:
        self.options_changed.emit(self.options)

    def _tick(self, text: str) -> QCheckBox:
        box = QCheckBox(text, self)
        box.setChecked(True)
        box.toggled.connect(self._changed)
        return box
