"""The chosen tracker on the tracker's page: what it is, how it is set, and the button that connects it."""

from __future__ import annotations

import math
from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from capture_app.gui import tokens, words
from capture_app.gui.labels import ElidedLabel, label, paragraph
from capture_app.gui.sentence_line import SentenceLine
from capture_app.gui.settings_form import ChoiceBox
from capture_app.gui.tokens import Colours
from capture_app.session.display_area import DisplayAreaMatch
from capture_app.session.port import TrackerChoice
from capture_app.session.tracker_states import ConnectedTracker, FoundTracker

RATE_OPTION = "rate_hz"
MODE_OPTION = "mode"


class DevicePanel(QWidget):
    """Shows one tracker; says with which options it is to be connected."""

    connect_requested = Signal(str, object)  # driver, options

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: FoundTracker | None = None
        self._choice: TrackerChoice | None = None
        self._connected: ConnectedTracker | None = None
        self._focus_meanwhile: QWidget | None = None  # where Qt put the focus while the button was off
        self._remembered = self.tr("Connect it as it was set last, or search to see its rates and modes.")
        self._title = ElidedLabel(self, Qt.TextElideMode.ElideRight)
        self._title.setProperty("role", "section")
        self._title.setMinimumHeight(tokens.CONTROL_HEIGHT)
        self._model = paragraph("", "secondary", self)
        self.reason = SentenceLine(colours, self)
        self.rate = ChoiceBox(self)
        self.mode = ChoiceBox(self)
        self._fixed_rate = label("", parent=self)
        self._fixed_mode = label("", parent=self)
        self.area = SentenceLine(colours, self)
        self._values: dict[str, QLabel] = {}
        self._headings: dict[str, QLabel] = {}
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(tokens.SPACE_L)
        self._grid.setVerticalSpacing(tokens.SPACE_S)
        self._grid.setColumnMinimumWidth(0, tokens.TRACE_LABEL_WIDTH + tokens.SPACE_XL)
        self._grid.setColumnStretch(2, 1)
        for name, title in (
            ("serial", self.tr("Serial")),
            ("firmware", self.tr("Firmware")),
            ("licence", self.tr("Licence")),
        ):
            self._values[name] = label("", parent=self)
            self._values[name].setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._add_row(name, title, self._values[name])
        self._add_row("rate", self.tr("Rate"), self.rate, self._fixed_rate)
        self._add_row("mode", self.tr("Mode"), self.mode, self._fixed_mode)
        self._add_row("area", self.tr("Screen"), self.area)
        self.connect_button = QPushButton(self)
        self.connect_button.setProperty("role", "primary")
        self.connect_button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.connect_button.clicked.connect(self._ask)
        self.status = SentenceLine(colours, self)
        self._lay_out()
        for box, title in ((self.rate, self.tr("Rate")), (self.mode, self.tr("Mode"))):
            box.setAccessibleName(title)
            box.currentIndexChanged.connect(self._render_button)

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        for line in (self.reason, self.area, self.status):
            line.set_colours(colours)

    def show_tracker(
        self,
        found: FoundTracker,
        choice: TrackerChoice | None,
        connected: ConnectedTracker | None,
        *,
        is_remembered: bool,
    ) -> None:
        """Show a tracker; what is connected knows itself better than what was found.

        `is_remembered`: it was not found, only used last.
        """
        if (found, choice, connected) == (self._found, self._choice, self._connected):
            return
        is_other = self._found is None or found != self._found
        self._found, self._choice, self._connected = found, choice, connected
        self._title.set_text(found.title)
        model = connected.model if connected is not None else found.model
        self._model.setText(model if model != found.title else "")
        self._model.setVisible(bool(self._model.text()))
        if not found.is_usable:
            self.reason.say("bad", f"{found.reason} {found.remedy}".strip())
        else:
            self.reason.say("information", self._remembered if is_remembered and connected is None else "")
        self._show_fact("serial", connected.serial if connected is not None else found.serial)
        self._show_fact("firmware", connected.firmware if connected is not None else found.firmware)
        self._show_fact("licence", found.licence)
        rates_hz = connected.rates_hz if connected is not None else ()
        self._show_choices(
            "rate",
            [f"{rate_hz:g}" for rate_hz in sorted(found.rates_hz or rates_hz)],
            self._value(RATE_OPTION, connected.rate_hz if connected is not None else found.rate_hz),
            is_other=is_other,
        )
        modes = connected.modes if connected is not None else ()
        mode = (connected.mode if connected is not None else "") or found.mode
        self._show_choices(
            "mode", list(found.modes or modes), self._value(MODE_OPTION, mode), is_other=is_other
        )
        self._render_button()

    def show_area(self, area: DisplayAreaMatch | None) -> None:
        """Show how the tracker's display area fits the reader's screen; None while nobody can tell."""
        self.area.say(area.level if area is not None else "", area.sentence if area is not None else "")
        self._headings["area"].setVisible(area is not None)

    def show_status(self, *, is_connecting: bool, problem: str, is_blocked: bool, other: str) -> None:
        """Show how connecting goes; `other` is the model of another tracker that is connected."""
        is_usable = self._found is not None and self._found.is_usable
        self._enable_button(is_enabled=is_usable and not is_connecting and not is_blocked)
        for box in (self.rate, self.mode):
            box.setEnabled(not is_blocked and not is_connecting)
        if is_connecting:
            self.status.say("information", self.tr("Connecting. This may take some seconds."))
        elif self._connected is not None:
            rate = words.number(self._connected.rate_hz, 0, "Hz")
            self.status.say("good", self.tr("Connected, {0}.").format(rate))
        elif other:
            words_of_other = self.tr("{0} is connected; head and test below are of that one.").format(other)
            self.status.say("information", words_of_other)
        else:
            self.status.say("bad", problem)

    def _enable_button(self, *, is_enabled: bool) -> None:
        """Enable the button or not; one that was off while it connected gets its focus back."""
        button = self.connect_button
        had_focus = button.hasFocus()
        button.setEnabled(is_enabled)
        if had_focus and not is_enabled:
            self._focus_meanwhile = self.window().focusWidget()
        elif is_enabled and self._focus_meanwhile is not None:
            if self._focus_meanwhile is self.window().focusWidget():  # nobody went elsewhere
                button.setFocus()
            self._focus_meanwhile = None

    def options(self) -> dict[str, str]:
        """Return the options that open the shown tracker as it is set here."""
        options = dict(self._found.options) if self._found is not None else {}
        for name, box in ((RATE_OPTION, self.rate), (MODE_OPTION, self.mode)):
            if not box.isHidden() and box.currentData() is not None:
                options[name] = str(box.currentData())
        return options

    def _value(self, option: str, now: float | str) -> str:
        """Return what the option says, else what is so now."""
        chosen = self._found.options.get(option, "") if self._found is not None else ""
        if self._connected is None and chosen:
            return chosen
        if isinstance(now, float):
            return f"{now:g}" if math.isfinite(now) else ""
        return now

    def _show_fact(self, name: str, text: str) -> None:
        self._values[name].setText(text)
        for part in (self._values[name], self._headings[name]):
            part.setVisible(bool(text))

    def _show_choices(self, name: str, values: list[str], current: str, *, is_other: bool) -> None:
        """Fill a box, or show the one value where there is nothing to choose."""
        box, fixed = (self.rate, self._fixed_rate) if name == "rate" else (self.mode, self._fixed_mode)
        unit = " Hz" if name == "rate" else ""
        option = RATE_OPTION if name == "rate" else MODE_OPTION
        declared = {each.name for each in self._choice.options} if self._choice is not None else set()
        can_choose = len(values) > 1 and option in declared
        if values != _data(box) or is_other or self._connected is not None:
            box.blockSignals(True)
            box.clear()
            for value in dict.fromkeys([*values, *([current] if current and can_choose else [])]):
                box.addItem(f"{value}{unit}", value)
            box.setCurrentIndex(max(box.findData(current), 0))
            box.blockSignals(False)
        box.setVisible(can_choose)
        shown = current or (values[0] if len(values) == 1 else "")
        fixed.setText(f"{shown}{unit}" if shown else "")
        fixed.setVisible(bool(shown) and not can_choose)
        self._headings[name].setVisible(can_choose or bool(shown))

    def _render_button(self) -> None:
        is_same = self._connected is not None and _is_set_so(self._connected, self.options())
        if self._connected is None:
            text = self.tr("Connect")
        else:
            text = self.tr("Connect again") if is_same else self.tr("Connect with these settings")
        self.connect_button.setText(text)
        role = "bar" if is_same else "primary"  # what is done already is not what comes next
        if self.connect_button.property("role") != role:
            self.connect_button.setProperty("role", role)
            self.connect_button.setDefault(not is_same)
            self.connect_button.style().unpolish(self.connect_button)
            self.connect_button.style().polish(self.connect_button)

    def _ask(self) -> None:
        if self._found is not None:
            self.connect_requested.emit(self._found.driver, self.options())

    def _add_row(self, name: str, title: str, *fields: QWidget) -> None:
        row = self._grid.rowCount()
        self._headings[name] = label(title, "secondary", self)
        self._grid.addWidget(self._headings[name], row, 0, Qt.AlignmentFlag.AlignTop)
        if isinstance(fields[0], QComboBox):
            self._headings[name].setMinimumHeight(tokens.CONTROL_HEIGHT)
            self._headings[name].setAlignment(Qt.AlignmentFlag.AlignVCenter)
        for field in fields:
            self._grid.addWidget(field, row, 1, 1, 2 if field is self.area else 1)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_S)
        column.addWidget(self._title)
        column.addWidget(self._model)
        column.addWidget(self.reason)
        column.addLayout(self._grid)
        row = QHBoxLayout()
        row.setSpacing(tokens.SPACE_M)
        row.addWidget(self.connect_button)
        row.addWidget(self.status, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch(0)
        column.addSpacing(tokens.SPACE_XS)
        column.addLayout(row)


def _data(box: QComboBox) -> Iterable[str]:
    return [str(box.itemData(index)) for index in range(box.count())]


def _is_set_so(connected: ConnectedTracker, options: dict[str, str]) -> bool:
    """Return whether a tracker has this rate and mode; how else it was named is not seen on the page."""
    now = {RATE_OPTION: f"{connected.rate_hz:g}", MODE_OPTION: connected.mode, **connected.options}
    return all(options[name] == now[name] for name in (RATE_OPTION, MODE_OPTION) if name in options)
