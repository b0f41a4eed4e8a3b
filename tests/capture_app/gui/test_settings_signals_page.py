"""The page shows and returns ports, codes and streams, and looks for ports without holding the window up."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel

from capture_app.gui.settings_dialog import SettingsDialog
from capture_app.gui.settings_signals_page import PortSearch
from capture_app.session.port import SerialPortChoice
from capture_app.session.settings import Settings
from capture_app.session.signal_settings import OutletSettings, SignalSettings

CHANGED = Settings(
    signals=SignalSettings(
        port_in="/dev/ttyUSB7",
        kind_in="lines",
        port_out="COM3",
        kind_out="dtr",
        baud=9600,
        pulse_ms=5.0,
        is_marker_sent_to_lsl=True,
        code_image_shown=11,
        code_cleared=12,
        code_target_shown=13,
    ),
    outlet=OutletSettings(is_on=True, name="Lab 2", is_network_allowed=True, session_id="room-4"),
)


@pytest.fixture
def open_page(qtbot, themed, station):
    opened = []

    def show(settings: Settings):
        dialog = SettingsDialog(settings, station.trackers(), None, page="signals")
        opened.append(dialog)
        search = PortSearch(station.serial_ports, dialog)
        search.serve(dialog.signals_page)
        with qtbot.waitSignal(dialog.signals_page.ports_wanted):
            dialog.show()
        qtbot.waitUntil(dialog.signals_page.refresh.isEnabled)
        return dialog

    yield show
    for dialog in opened:
        dialog.close()
        dialog.deleteLater()


def saved(qtbot, dialog: SettingsDialog) -> Settings:
    with qtbot.waitSignal(dialog.settings_accepted) as caught:
        dialog.save.click()
    return caught.args[0]


@pytest.mark.parametrize("settings", [Settings(), CHANGED], ids=["usual", "changed"])
def test_saving_without_touching_changes_no_signal_and_no_stream(qtbot, open_page, settings):
    accepted = saved(qtbot, open_page(settings))
    assert accepted.signals == settings.signals
    assert accepted.outlet == settings.outlet


def test_the_ports_found_can_be_chosen(qtbot, open_page):
    dialog = open_page(Settings())
    page = dialog.signals_page
    assert page.ports_found.text() == "1 serial port found."
    page.port_out.setCurrentIndex(page.port_out.findData("COM3"))
    assert page.port_out.currentText() == "COM3  ·  Trigger box"
    assert saved(qtbot, dialog).signals.port_out == "COM3"


def test_a_port_the_system_does_not_list_can_be_typed(qtbot, open_page):
    dialog = open_page(Settings())
    dialog.signals_page.port_in.setEditText(" /dev/ttyUSB9 ")
    assert saved(qtbot, dialog).signals.port_in == "/dev/ttyUSB9"


def test_none_is_no_port(qtbot, open_page):
    dialog = open_page(CHANGED)
    dialog.signals_page.port_in.setCurrentIndex(0)
    assert saved(qtbot, dialog).signals.port_in == ""


def test_refresh_looks_again_and_keeps_what_is_chosen(qtbot, open_page, station):
    page = open_page(CHANGED).signals_page
    station.ports = (*station.ports, SerialPortChoice(name="/dev/ttyUSB7", description="TTL cable"))
    page.refresh.click()
    qtbot.waitUntil(lambda: page.ports_found.text() == "2 serial ports found.")
    assert page.port_in.currentText() == "/dev/ttyUSB7  ·  TTL cable"
    assert page.port_in.port() == "/dev/ttyUSB7"


def test_no_port_found_says_what_to_do(qtbot, open_page, station):
    station.ports = ()
    page = open_page(Settings()).signals_page
    assert "Plug the device in and press Refresh" in page.ports_found.text()


def test_a_search_that_fails_says_why_and_can_be_repeated(qtbot, open_page, station):
    station.ports_problem = "Serial ports cannot be used: the package pyserial is missing."
    page = open_page(Settings()).signals_page
    assert page.ports_found.text() == station.ports_problem
    assert page.refresh.isEnabled()


def test_a_speed_that_is_no_number_is_named_at_its_field(open_page):
    dialog = open_page(CHANGED)
    dialog.signals_page.baud.setEditText("fast")
    dialog.save.click()
    assert dialog.isVisible()
    assert "between 300 and 4000000 baud" in dialog.signals_page._findings["signals_baud"].text()


def test_streams_without_a_name_are_refused(open_page):
    dialog = open_page(CHANGED)
    dialog.signals_page.outlet_name.clear()
    dialog.save.click()
    assert "need a name" in dialog.signals_page._findings["outlet_name"].text()


def test_a_session_that_lsl_cannot_have_is_refused_at_its_field_and_seen(qtbot, open_page):
    dialog = open_page(replace(CHANGED, outlet=replace(CHANGED.outlet, session_id="room 4")))
    dialog.save.click()
    assert dialog.isVisible()
    sentence = next(
        each for each in dialog.signals_page.findChildren(QLabel) if "use 1 to 64 letters" in each.text()
    )
    field = dialog.signals_page.session_id  # far down on a page that is longer than the window
    for part in (field, sentence):
        qtbot.waitUntil(lambda part=part: part.visibleRegion().boundingRect().height() == part.height())


def test_of_a_port_longer_than_its_box_the_name_is_seen(qtbot, open_page, station):
    dialog = open_page(Settings())
    box = dialog.signals_page.port_out
    box.show_ports((SerialPortChoice(name="COM31", description="long " * 40),))
    box.setCurrentIndex(1)
    assert box.lineEdit().cursorPosition() == 0
    assert box.toolTip().startswith("COM31")


def test_fields_without_an_effect_are_off(open_page):
    page = open_page(Settings()).signals_page
    assert not page.kind_in.isEnabled()
    assert not page.pulse_ms.isEnabled()
    assert not page.network.isEnabled()
    page.port_in.setEditText("COM3")
    assert page.kind_in.isEnabled()
    assert page.baud.isEnabled()
    page.outlet_on.setChecked(True)
    page.marker.setChecked(True)
    assert page.network.isEnabled()
    assert page.code_shown.isEnabled()


def test_the_page_says_that_the_data_port_is_open_to_all(open_page):
    page = open_page(Settings()).signals_page
    texts = [label.text() for label in page.findChildren(type(page.ports_found))]
    assert any("all addresses of this computer" in text and "firewall" in text for text in texts)


def test_the_dialog_may_be_gone_when_the_answer_comes(qtbot, themed, station, qapp):
    search = PortSearch(station.serial_ports, qapp)
    dialog = SettingsDialog(Settings(), station.trackers(), None, page="signals")
    search.serve(dialog.signals_page)
    dialog.show()
    dialog.close()
    dialog.deleteLater()
    qtbot.waitUntil(lambda: not search.children())
    search.deleteLater()


def test_of_two_mistakes_the_upper_one_is_gone_to_first(open_page):
    dialog = open_page(replace(CHANGED, outlet=replace(CHANGED.outlet, session_id="room 4")))
    dialog.signals_page.baud.setEditText("12")
    dialog.save.click()
    assert dialog.focusWidget() in (dialog.signals_page.baud, dialog.signals_page.baud.lineEdit())
