"""What a replay draws: picture, eyes, trail, fixations, shapes, heatmap."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QSlider, QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.labels import paragraph
from capture_app.gui.replay.page import InspectorPage, ReplayParts
from capture_app.gui.settings_form import ChoiceBox
from capture_app.session.replay import SLIDING_S, TRAIL_S, HeatmapSpan, ReplayOptions, ShownEye, ViewMode


class ViewPage(InspectorPage):
    """Says what is wanted as a whole."""

    options_changed = Signal(object)  # ReplayOptions

    def __init__(self, parts: ReplayParts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = parts.source
        self._options = ReplayOptions()
        self.mode = self._choice(
            (self.tr("As the reader saw it"), ViewMode.AS_READ),
            (self.tr("Whole image"), ViewMode.WHOLE_IMAGE),
        )
        self.eye = self._choice(
            (self.tr("Combined"), ShownEye.COMBINED), (self.tr("Left and right"), ShownEye.BOTH)
        )
        self.trail = self._choice(
            (self.tr("No trail"), 0.0), *((self.tr("{0:g} s").format(length), length) for length in TRAIL_S)
        )
        self.trail.setCurrentIndex(1 + TRAIL_S.index(self._options.trail_s))
        self.heatmap = self._choice(
            (self.tr("No heatmap"), HeatmapSpan.OFF),
            (self.tr("Whole case"), HeatmapSpan.CASE),
            (self.tr("Up to now"), HeatmapSpan.UP_TO_NOW),
            (self.tr("Last {0:g} s").format(SLIDING_S), HeatmapSpan.SLIDING),
        )
        self.opacity = QSlider(Qt.Orientation.Horizontal, self)
        self.opacity.setRange(0, 100)
        self.opacity.setPageStep(10)
        self.opacity.setValue(round(self._options.heatmap_opacity * 100))
        self.opacity.setAccessibleName(self.tr("Opacity of the heatmap"))
        self.gaze = self._tick(self.tr("Gaze point"))
        self.fixations = self._tick(self.tr("Fixations and scanpath"))
        self.shapes = self._tick(self.tr("Shapes and their labels"))
        form = QFormLayout()
        form.setHorizontalSpacing(tokens.SPACE_M)
        form.setVerticalSpacing(tokens.SPACE_S)
        form.addRow(self.tr("Picture"), self.mode)
        form.addRow(self.tr("Eyes"), self.eye)
        form.addRow(self.tr("Trail"), self.trail)
        form.addRow(self.tr("Heatmap"), self.heatmap)
        form.addRow(self.tr("Opacity"), self.opacity)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_M, tokens.SPACE_M, tokens.SPACE_M, tokens.SPACE_M)
        column.addLayout(form)
        for box in (self.gaze, self.fixations, self.shapes):
            column.addWidget(box)
        self.origin = paragraph("", "secondary", self)
        column.addWidget(self.origin)
        column.addStretch(1)
        self.show_analysis()
        for choice in (self.mode, self.eye, self.trail, self.heatmap):
            choice.currentIndexChanged.connect(self._changed)
        for box in (self.gaze, self.fixations, self.shapes):
            box.toggled.connect(self._changed)
        self.opacity.valueChanged.connect(self._changed)
        self._changed()

    @property
    def options(self) -> ReplayOptions:
        """What is chosen."""
        return self._options

    def show_analysis(self) -> None:
        """Say where the fixations come from."""
        origin = self._source.events.origin
        self.origin.setText(
            self.tr("Fixations: {0}.").format(origin) if origin else self.tr("No fixations were recorded.")
        )

    def _changed(self) -> None:
        trail_s = float(self.trail.currentData())
        self._options = ReplayOptions(
            mode=ViewMode(self.mode.currentData()),
            eye=ShownEye(self.eye.currentData()),
            show_gaze=self.gaze.isChecked(),
            show_trail=trail_s > 0,
            trail_s=trail_s or TRAIL_S[0],
            show_fixations=self.fixations.isChecked(),
            show_shapes=self.shapes.isChecked(),
            heatmap=HeatmapSpan(self.heatmap.currentData()),
            heatmap_opacity=self.opacity.value() / 100.0,
        )
        self.opacity.setEnabled(self._options.heatmap is not HeatmapSpan.OFF)
        self.options_changed.emit(self._options)

    def _choice(self, *items: tuple[str, object]) -> ChoiceBox:
        box = ChoiceBox(self)
        for text, value in items:
            box.addItem(text, value)
        return box

    def _tick(self, text: str) -> QCheckBox:
        box = QCheckBox(text, self)
        box.setChecked(True)
        return box
