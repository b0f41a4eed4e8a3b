"""The operator's side of the ruler: what was measured, what it says, and taking it over."""

from __future__ import annotations

import math

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication, QHideEvent, QScreen, QShowEvent
from PySide6.QtWidgets import QDoubleSpinBox, QFormLayout, QPushButton, QWidget

from capture_app.gui import tokens
from capture_app.gui.dialogs import SentenceDialog
from capture_app.gui.screens import screen_facts
from capture_app.gui.sentence_line import SentenceLine
from capture_app.gui.settings_form import indent_number
from capture_app.gui.study_start.ruler_window import RulerWindow
from capture_app.gui.tokens import Colours
from capture_app.session.ruler_check import (
    FRAME_HEIGHT_MM,
    FRAME_WIDTH_MM,
    RulerResult,
    read_ruler,
    ruler_frame,
)
from capture_app.session.settings import Settings
from capture_app.session.study.station_keys import DisplaySetup


class RulerDialog(SentenceDialog):
    """Shows the frame as long as it is open; `size_accepted` gives the true size of the screen.

    Parameters
    ----------
    screen
        The reader's.
    settings
        Whose millimetres are believed.
    wanted
        The screen of the study; None without one.
    over
        The window that fills the reader's screen; None where nothing does.
    """

    size_accepted = Signal(float, float)  # width and height of the screen, mm

    def __init__(
        self,
        screen: QScreen,
        settings: Settings,
        wanted: DisplaySetup | None,
        colours: Colours,
        parent: QWidget | None = None,
        *,
        over: QWidget | None = None,
    ) -> None:
        super().__init__("", "", parent)
        self.setObjectName("ruler_dialog")
        self.set_title(self.tr("Ruler on the reader's screen"))
        self.facts = screen_facts(screen, settings)
        self._wanted = wanted
        self.result_now: RulerResult | None = None
        self._screen = screen
        is_only = len(QGuiApplication.screens()) == 1
        self.ruler = RulerWindow(ruler_frame(self.facts), screen, is_only_screen=is_only, over=over)
        where = self.facts.model or self.facts.name or self.tr("the reader's monitor")
        self.text.setText(
            self.tr(
                "A white frame is shown on {0}. Hold a ruler against it and enter how long it really is, "
                "from outer edge to outer edge, to half a millimetre."
            ).format(where)
        )
        self.width_mm = self._length(FRAME_WIDTH_MM, self.tr("Measured width of the frame"))
        self.height_mm = self._length(FRAME_HEIGHT_MM, self.tr("Measured height of the frame"))
        form = QFormLayout()
        form.setHorizontalSpacing(tokens.SPACE_L)
        form.setVerticalSpacing(tokens.SPACE_S)
        form.addRow(self.tr("Width, should be 100 mm"), self.width_mm)
        form.addRow(self.tr("Height, should be 50 mm"), self.height_mm)
        self.column.addLayout(form)
        self.sentence = SentenceLine(colours, self)
        self.study_sentence = SentenceLine(colours, self)
        self.column.addWidget(self.sentence)
        self.column.addWidget(self.study_sentence)
        self.column.addStretch(1)
        close = QPushButton(self.tr("Close"), self)
        close.clicked.connect(self.reject)
        self.take_button = QPushButton(self.tr("Take over into settings"), self)
        self.take_button.clicked.connect(self._take)
        self.finish(close, self.take_button)
        for field in (self.width_mm, self.height_mm):
            field.valueChanged.connect(self._judge)
        self._judge()
        self.width_mm.setFocus()
        self.width_mm.selectAll()

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self.sentence.set_colours(colours)
        self.study_sentence.set_colours(colours)

    def showEvent(self, event: QShowEvent) -> None:
        """Show the frame with the dialog, which keeps out of its way."""
        super().showEvent(event)
        self.ruler.show()
        # Not by `self.screen()`: the binding ends a screen that a window was asked for with that window.
        if self._screen.geometry().contains(self.frameGeometry().center()):
            area = self._screen.availableGeometry()
            self.move(area.right() - self.width() - tokens.SPACE_XL, area.bottom() - self.height())

    def hideEvent(self, event: QHideEvent) -> None:
        """Take the frame away with the dialog."""
        super().hideEvent(event)
        self.ruler.hide()
        self.ruler.deleteLater()

    def _length(self, value_mm: float, name: str) -> QDoubleSpinBox:
        field = QDoubleSpinBox(self)
        field.setRange(0.0, 1000.0)
        field.setDecimals(1)
        field.setSingleStep(0.5)
        field.setSuffix(" mm")
        field.setValue(value_mm)
        field.setAccessibleName(name)
        field.setKeyboardTracking(True)
        indent_number(field)
        return field

    def _judge(self) -> None:
        result = read_ruler(self.facts, self.width_mm.value(), self.height_mm.value(), self._wanted)
        self.result_now = result
        self.sentence.say(result.level, result.sentence)
        self.study_sentence.say("bad", result.study_sentence)
        self.take_button.setEnabled(math.isfinite(result.width_mm) and not self._is_as_believed(result))

    def _is_as_believed(self, result: RulerResult) -> bool:
        return result.level == "good" and not self.ruler.frame.is_assumed

    def _take(self) -> None:
        result = self.result_now
        if result is not None and math.isfinite(result.width_mm):
            self.accept()
            self.size_accepted.emit(round(result.width_mm, 1), round(result.height_mm, 1))
