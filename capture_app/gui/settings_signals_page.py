"""The page of the settings with what goes in and out beside the gaze: signals, triggers, our LSL streams."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from capture_app.gui import tokens
from capture_app.gui.labels import label, paragraph
from capture_app.gui.settings_form import ChoiceBox, SettingsForm, indent_number, with_button
from capture_app.gui.tick_box import TickBox
from capture_app.gui.workers import Work
from capture_app.session.port import MicrophoneChoice, SerialPortChoice
from capture_app.session.settings import Settings
from capture_app.session.signal_settings import OutletSettings

USUAL_SPEEDS = (9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)


class PortBox(ChoiceBox):
    """A serial port or another device: none, one of those found, or a name typed in."""

    def __init__(self, parent: QWidget, nothing: str = "") -> None:
        super().__init__(parent)
        self._nothing = nothing or self.tr("none")
        self.setEditable(True)
        self.setInsertPolicy(ChoiceBox.InsertPolicy.NoInsert)
        self.currentIndexChanged.connect(self._show_the_beginning)
        self.currentTextChanged.connect(self.setToolTip)
        self.show_ports(())

    def show_ports(self, ports: Sequence[SerialPortChoice | MicrophoneChoice]) -> None:
        """Offer these; what is chosen stays chosen."""
        chosen = self.port()
        self.blockSignals(True)  # nothing is chosen anew
        self.clear()
        self.addItem(self._nothing, "")
        for port in ports:
            self.addItem(f"{port.name}  ·  {port.description}" if port.description else port.name, port.name)
        self.choose(chosen)
        self.blockSignals(False)

    def port(self) -> str:
        """Return the name of the port, "" for none."""
        index = self.findText(self.currentText())
        return str(self.itemData(index)) if index >= 0 else self.currentText().strip()

    def choose(self, name: str) -> None:
        """Choose a port, known to the system or not."""
        index = self.findData(name)
        if index >= 0:
            self.setCurrentIndex(index)
        else:
            self.setEditText(name)
        self._show_the_beginning()

    def _show_the_beginning(self) -> None:
        """Show the name of the port where its description is longer than the box."""
        field = self.lineEdit()
        if field is not None:  # the box can be typed into, so it has one
            field.setCursorPosition(0)


class PortSearch(QObject):
    """Looks for serial ports in a worker thread whenever a page wants them; outlives the pages."""

    def __init__(self, find_ports: Callable[[], tuple[SerialPortChoice, ...]], parent: QObject) -> None:
        super().__init__(parent)
        self._find_ports = find_ports

    def serve(self, page: SignalsPage) -> None:
        """Answer a page whenever it asks."""
        page.ports_wanted.connect(partial(self._search, page))

    def _search(self, page: SignalsPage) -> None:
        work = Work(self._find_ports, self)
        work.done.connect(page.show_ports)
        work.failed.connect(page.show_ports_problem)
        work.done.connect(work.deleteLater)
        work.failed.connect(work.deleteLater)
        work.start()


class SignalsPage(SettingsForm):
    """Serial ports for signals and triggers, and our own LSL streams."""

    ports_wanted = Signal()
    """The serial ports are to be looked up; `show_ports` takes the answer."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("signals", parent)
        self.set_texts(
            self.tr("Signals and streams"),
            self.tr("What other devices send to this computer, and what it sends to them. All off at first."),
        )
        self._has_asked = False
        self._add_signals_in()
        self._add_triggers_out()
        self._add_streams()

    def show_settings(self, settings: Settings) -> None:
        """Fill the page."""
        signals, outlet = settings.signals, settings.outlet
        self.port_in.choose(signals.port_in)
        self.port_out.choose(signals.port_out)
        self.kind_in.setCurrentIndex(self.kind_in.findData(signals.kind_in))
        self.kind_out.setCurrentIndex(self.kind_out.findData(signals.kind_out))
        self.baud.setEditText(str(signals.baud))
        self.pulse_ms.setValue(signals.pulse_ms)
        self.code_shown.setValue(signals.code_image_shown)
        self.code_cleared.setValue(signals.code_cleared)
        self.code_target.setValue(signals.code_target_shown)
        self.outlet_on.setChecked(outlet.is_on)
        self.outlet_name.setText(outlet.name)
        self.session_id.setText(outlet.session_id)
        self.network.setChecked(outlet.is_network_allowed)
        self.marker.setChecked(signals.is_marker_sent_to_lsl)
        self._show_what_matters()

    def applied_to(self, settings: Settings) -> Settings:
        """Return `settings` with what the page says."""
        speed = self.baud.currentText().strip()
        signals = replace(
            settings.signals,
            port_in=self.port_in.port(),
            kind_in=str(self.kind_in.currentData()),
            port_out=self.port_out.port(),
            kind_out=str(self.kind_out.currentData()),
            baud=int(speed) if speed.isascii() and speed.isdigit() else 0,
            pulse_ms=self.pulse_ms.value(),
            is_marker_sent_to_lsl=self.marker.isChecked(),
            code_image_shown=self.code_shown.value(),
            code_cleared=self.code_cleared.value(),
            code_target_shown=self.code_target.value(),
        )
        outlet = OutletSettings(
            is_on=self.outlet_on.isChecked(),
            name=self.outlet_name.text().strip(),
            is_network_allowed=self.network.isChecked(),
            session_id=self.session_id.text().strip(),
        )
        return replace(settings, signals=signals, outlet=outlet)

    def show_ports(self, ports: tuple[SerialPortChoice, ...]) -> None:
        """Take the serial ports that were found."""
        self.refresh.setEnabled(True)
        for box in (self.port_in, self.port_out):
            box.show_ports(ports)
        count = len(ports)
        self.ports_found.setText(
            self.tr("No serial port was found. Plug the device in and press Refresh, or type its name.")
            if not count
            else self.tr("1 serial port found.")
            if count == 1
            else self.tr("{0} serial ports found.").format(count)
        )

    def show_ports_problem(self, text: str) -> None:
        """Say why the serial ports could not be looked up."""
        self.refresh.setEnabled(True)
        self.ports_found.setText(text)

    def showEvent(self, event: QShowEvent) -> None:
        """Look the ports up when the page is seen for the first time."""
        super().showEvent(event)
        if not self._has_asked:
            self._ask_for_ports()

    def _add_signals_in(self) -> None:
        self._add_heading(self.tr("Signals in"))
        self.port_in = PortBox(self)
        self.refresh = QPushButton(self.tr("Refresh"), self)
        self.refresh.setToolTip(self.tr("Look for serial ports again"))
        self.refresh.setAutoDefault(False)
        self.refresh.clicked.connect(self._ask_for_ports)
        row = with_button(self, self.port_in, self.refresh)
        self.add_field("signals_port_in", self.tr("Serial port"), self.port_in, row)
        self.ports_found = paragraph("", "secondary", self)
        self.form.addRow("", self.ports_found)
        self.kind_in = ChoiceBox(self)
        self.kind_in.addItem(self.tr("bytes: each one is a value"), "byte")
        self.kind_in.addItem(self.tr("lines: CTS, DSR, RI, DCD count 1, 2, 4, 8"), "lines")
        self.add_field("signals_kind_in", self.tr("They come as"), self.kind_in)
        self.baud = ChoiceBox(self)
        self.baud.setEditable(True)
        self.baud.setInsertPolicy(ChoiceBox.InsertPolicy.NoInsert)
        self.baud.addItems([str(speed) for speed in USUAL_SPEEDS])
        self.baud.setToolTip(self.tr("For bytes in and out; the manual of the device names it"))
        self.add_field("signals_baud", self.tr("Speed (baud)"), self.baud)

    def _add_triggers_out(self) -> None:
        self._add_heading(self.tr("Triggers out"))
        self.port_out = PortBox(self)
        self.add_field("signals_port_out", self.tr("Serial port"), self.port_out)
        self.kind_out = ChoiceBox(self)
        self.kind_out.addItem(self.tr("bytes: the code, then 0"), "byte")
        self.kind_out.addItem(self.tr("a pulse on RTS, the same for every code"), "rts")
        self.kind_out.addItem(self.tr("a pulse on DTR, the same for every code"), "dtr")
        self.add_field("signals_kind_out", self.tr("They go as"), self.kind_out)
        self.pulse_ms = QDoubleSpinBox(self)
        self.pulse_ms.setRange(1.0, 1000.0)
        self.pulse_ms.setDecimals(1)
        self.pulse_ms.setSuffix(" ms")
        indent_number(self.pulse_ms)
        self.add_field("signals_pulse_ms", self.tr("Length of a pulse"), self.pulse_ms)
        self.code_shown, self.code_cleared, self.code_target = (QSpinBox(self) for _ in range(3))
        for field in (self.code_shown, self.code_cleared, self.code_target):
            field.setRange(1, 255)
            indent_number(field)
        self.add_field("signals_code_image_shown", self.tr("Code: image shown"), self.code_shown)
        self.add_field("signals_code_cleared", self.tr("Code: image taken away"), self.code_cleared)
        self.add_field("signals_code_target_shown", self.tr("Code: target shown"), self.code_target)
        for box in (self.port_in, self.port_out):
            box.currentTextChanged.connect(self._show_what_matters)

    def _add_streams(self) -> None:
        self._add_heading(self.tr("LSL streams out"))
        self.outlet_on = TickBox(self.tr("Offer gaze and events, for LabRecorder and EEG"), self)
        self.add_field("outlet", self.tr("Streams"), self.outlet_on)
        self.form.addRow(
            "",
            paragraph(
                self.tr(
                    "The LSL library opens its data ports on all addresses of this computer, whatever is "
                    "chosen below. The computer's firewall decides who can connect."
                ),
                "secondary",
                self,
            ),
        )
        self.network = TickBox(self.tr("Announce them to other computers too"), self)
        self.add_field("outlet_network", self.tr("Network"), self.network)
        self.outlet_name = QLineEdit(self)
        self.add_field("outlet_name", self.tr("Name"), self.outlet_name)
        self.session_id = QLineEdit(self)
        self.session_id.setPlaceholderText(self.tr("as this computer's LSL configuration has it"))
        self.add_field("outlet_session_id", self.tr("LSL session"), self.session_id)
        self.marker = TickBox(self.tr("Send each trigger as a marker too"), self)
        self.add_field("signals_marker", self.tr("Triggers"), self.marker)
        for box in (self.outlet_on, self.marker):
            box.toggled.connect(self._show_what_matters)

    def _add_heading(self, text: str) -> None:
        heading = label(text, "heading", self)
        heading.setContentsMargins(0, tokens.SPACE_S, 0, 0)
        self.form.addRow(heading)

    def _ask_for_ports(self) -> None:
        self._has_asked = True
        self.refresh.setEnabled(False)
        self.ports_found.setText(self.tr("Looking for serial ports."))
        self.ports_wanted.emit()

    def _show_what_matters(self) -> None:
        """Enable the fields that have an effect as things are."""
        has_in, has_out, is_on = (
            bool(self.port_in.port()),
            bool(self.port_out.port()),
            self.outlet_on.isChecked(),
        )
        self.kind_in.setEnabled(has_in)
        self.baud.setEnabled(has_in or has_out)
        self.kind_out.setEnabled(has_out)
        self.pulse_ms.setEnabled(has_out)
        has_codes = has_out or (is_on and self.marker.isChecked())
        for field in (self.code_shown, self.code_cleared, self.code_target):
            field.setEnabled(has_codes)
        for part in (self.network, self.outlet_name, self.session_id, self.marker):
            part.setEnabled(is_on)
