"""The form of an analysis: detector, gaze, and every parameter of that detector by slider and number."""

from __future__ import annotations

import json
from typing import Final

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from capture_app.gui import tokens
from capture_app.gui.labels import label, paragraph
from capture_app.gui.settings_form import ChoiceBox, indent_number
from capture_app.session.layers import (
    DriftSettings,
    LayerChoice,
    OffsetSource,
    ParameterKind,
    ParameterSpec,
    parameter_specs,
)
from gaze_core.drift_correction import Between
from gaze_core.eyes import Eye
from gaze_core.fixations import DetectorName, ParameterError, parameters_from_json

_LARGEST: Final = 10_000.0
_LETTERS: Final = 10  # a choice shows at least
_FIRST: Final = (
    "threshold_deg_s", "largest_dispersion_deg", "shortest_fixation_ms", "merge_gap_ms", "merge_angle_deg",
)  # fmt: skip
"""Parameters that change most, at the top of the form."""


class _Slider(QSlider):
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()


class _Number(QDoubleSpinBox):
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()


class NumberField(QWidget):
    """A slider over the usual values and a field for any; both say the same."""

    changed = Signal()

    def __init__(self, spec: ParameterSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spec = spec
        self.slider = _Slider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(round(spec.low / spec.step), round(spec.high / spec.step))
        self.slider.setAccessibleName(spec.label)
        self.number = _Number(self)
        indent_number(self.number)
        self.number.setRange(0.0, _LARGEST)
        self.number.setDecimals(2 if spec.step < 1.0 else 1 if spec.step % 1.0 else 0)
        self.number.setSingleStep(spec.step)
        self.number.setSuffix(f" {spec.unit}" if spec.unit else "")
        self.number.setAccessibleName(spec.label)
        self.number.setFixedWidth(tokens.REPLAY_NUMBER_WIDTH)
        self.number.setKeyboardTracking(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.SPACE_S)
        row.addWidget(self.slider, 1)
        row.addWidget(self.number)
        self.set_value(float(spec.default))
        self.slider.valueChanged.connect(self._slid)
        self.number.valueChanged.connect(self._typed)

    @property
    def value(self) -> float:
        """What is chosen."""
        return self.number.value()

    def set_value(self, value: float) -> None:
        """Show a value."""
        blockers = QSignalBlocker(self.slider), QSignalBlocker(self.number)
        self.slider.setValue(round(value / self._spec.step))
        self.number.setValue(value)
        for blocker in blockers:
            blocker.unblock()

    def _slid(self, steps: int) -> None:
        blocker = QSignalBlocker(self.number)
        self.number.setValue(steps * self._spec.step)
        blocker.unblock()
        self.changed.emit()

    def _typed(self, value: float) -> None:
        blocker = QSignalBlocker(self.slider)
        self.slider.setValue(round(value / self._spec.step))
        blocker.unblock()
        self.changed.emit()


class LayerForm(QWidget):
    """Says what is to be tried out; `choice` is None where a value cannot be used, and a line says why."""

    changed = Signal()

    def __init__(self, eye: Eye, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._eye = eye
        self.detector = ChoiceBox(self)
        for name in DetectorName:
            self.detector.addItem(name.value, name)
        self.gaze = ChoiceBox(self)
        for text, source in (
            (self.tr("As recorded"), None),
            (self.tr("Corrected by drift checks"), OffsetSource.CHECKS),
            (self.tr("Corrected by validations"), OffsetSource.VALIDATIONS),
        ):
            self.gaze.addItem(text, source)
        self.between = ChoiceBox(self)
        for text, between in (
            (self.tr("Last offset held"), Between.HELD),
            (self.tr("Straight line between offsets"), Between.LINEAR),
            (self.tr("Mean of all offsets"), Between.MEAN),
        ):
            self.between.addItem(text, between)
        for box in (self.detector, self.gaze, self.between):
            box.setMinimumContentsLength(_LETTERS)
        self.problem = paragraph("", "finding", self)
        self.problem.hide()
        self.fields: dict[str, QCheckBox | ChoiceBox | QSpinBox | NumberField] = {}
        top = QFormLayout()
        _space(top)
        top.addRow(self.tr("Detector"), self.detector)
        top.addRow(self.tr("Gaze"), self.gaze)
        self._between_label = label(self.tr("Between"), "", self)
        top.addRow(self._between_label, self.between)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(tokens.SPACE_S)
        self._column.addLayout(top)
        self._parameters = QWidget(self)
        self._column.addWidget(self._parameters)
        self._column.addWidget(self.problem)
        self._show_parameters()
        self._show_between()
        self.detector.currentIndexChanged.connect(self._detector_changed)
        self.gaze.currentIndexChanged.connect(self._gaze_changed)
        self.between.currentIndexChanged.connect(self._tell)

    @property
    def choice(self) -> LayerChoice | None:
        """What is chosen."""
        name = DetectorName(self.detector.currentData())
        try:
            parameters = parameters_from_json(name, json.dumps(self._values()))
        except ParameterError as err:
            self._show_problem(str(err))
            return None
        self._show_problem("")
        source = self.gaze.currentData()
        drift = None
        if source is not None:
            drift = DriftSettings(source=OffsetSource(source), between=Between(self.between.currentData()))
        return LayerChoice(detector=name, parameters=parameters, drift=drift)

    def reset(self) -> None:
        """Go back to the defaults of the detector."""
        self._show_parameters()
        self._tell()

    def _values(self) -> dict[str, object]:
        values: dict[str, object] = {}
        for name, field in self.fields.items():
            if isinstance(field, QCheckBox):
                values[name] = field.isChecked()
            elif isinstance(field, ChoiceBox):
                values[name] = field.currentText()
            elif isinstance(field, QSpinBox):
                values[name] = field.value()
            else:
                values[name] = field.value
        return values

    def _show_parameters(self) -> None:
        """Make the fields of the detector that is chosen."""
        specs = parameter_specs(DetectorName(self.detector.currentData()))
        ordered = [each for name in _FIRST for each in specs if each.name == name]
        ordered += [each for each in specs if each not in ordered]
        page = QWidget(self)
        form = QFormLayout(page)
        form.setContentsMargins(0, 0, 0, 0)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        _space(form)
        self.fields = {}
        for spec in ordered:
            field = self._field(spec, page)
            self.fields[spec.name] = field
            if isinstance(field, QCheckBox):
                form.addRow(field)
            else:
                form.addRow(label(spec.label, "secondary", page), field)
        self._column.replaceWidget(self._parameters, page)
        self._parameters.deleteLater()
        self._parameters = page

    def _field(self, spec: ParameterSpec, parent: QWidget) -> QCheckBox | ChoiceBox | QSpinBox | NumberField:
        if spec.kind is ParameterKind.FLAG:
            box = QCheckBox(spec.label, parent)
            box.setChecked(bool(spec.default))
            box.toggled.connect(self._tell)
            return box
        if spec.kind is ParameterKind.CHOICE:
            choice = ChoiceBox(parent)
            choice.addItems(spec.choices)
            choice.setCurrentText(self._eye.value if spec.name == "eye" else str(spec.default))
            choice.currentIndexChanged.connect(self._tell)
            return choice
        if spec.kind is ParameterKind.WHOLE:
            whole = QSpinBox(parent)
            whole.setRange(round(spec.low), round(spec.high))
            whole.setSingleStep(round(spec.step))
            whole.setValue(int(spec.default))
            whole.setSuffix(f" {spec.unit}")
            whole.setKeyboardTracking(False)
            whole.valueChanged.connect(self._tell)
            return whole
        number = NumberField(spec, parent)
        number.changed.connect(self._tell)
        return number

    def _detector_changed(self) -> None:
        self._show_parameters()
        self._tell()

    def _gaze_changed(self) -> None:
        self._show_between()
        self._tell()

    def _show_between(self) -> None:
        is_corrected = self.gaze.currentData() is not None
        self.between.setVisible(is_corrected)
        self._between_label.setVisible(is_corrected)

    def _show_problem(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def _tell(self) -> None:
        self.changed.emit()


def _space(form: QFormLayout) -> None:
    form.setHorizontalSpacing(tokens.SPACE_M)
    form.setVerticalSpacing(tokens.SPACE_XS)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
