"""The tracker's page shows what the desk says, and says what the person wants."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QPushButton

from capture_app.gui.app import StationWindows
from capture_app.gui.dialogs import MessageDialog
from capture_app.gui.settings_dialog import SettingsDialog
from capture_app.gui.tokens import DARK, LIGHT
from capture_app.gui.tracker_page import TrackerPage
from capture_app.session.display_area import DisplayAreaMatch
from capture_app.session.port import TrackerChoice, TrackerOption
from capture_app.session.settings import Settings
from capture_app.session.tracker_states import (
    ConnectedTracker,
    DriverFindings,
    HeadPosition,
    QualityRunState,
    SearchState,
    StreamQuality,
    TrackerDeskState,
)
from drivers.registry import FoundTracker

RATE = TrackerOption(name="rate_hz", title="rate_hz", default="")
MODE = TrackerOption(name="mode", title="mode", default="")
CHOICES = (
    TrackerChoice(name="mock", title="Simulated", is_usable=True, is_simulated=True, can_search=True),
    TrackerChoice(name="tobii", title="Tobii", is_usable=True, options=(RATE, MODE), can_search=True),
    TrackerChoice(name="absent", title="Absent", is_usable=False, reason="Not installed. Install it."),
)
SPECTRUM = FoundTracker(
    driver="tobii",
    title="Spectrum",
    options={"serial": "S1"},
    serial="S1",
    firmware="2.6",
    licence="none needed",
    rates_hz=(1200.0, 600.0),
    rate_hz=600.0,
    modes=("human", "monkey"),
    mode="human",
)
BUSY = FoundTracker(
    driver="tobii",
    title="Fusion",
    options={"serial": "S2"},
    is_usable=False,
    reason="Another program uses it.",
    remedy="Close that program.",
)
CONNECTED = ConnectedTracker(
    driver="tobii",
    options={"serial": "S1", "rate_hz": "600", "mode": "human"},
    model="Spectrum",
    serial="S1",
    firmware="2.6",
    rate_hz=600.0,
    rates_hz=(600.0, 1200.0),
    mode="human",
    modes=("human", "monkey"),
    display_area_mm=None,
    is_simulated=False,
)
QUALITY = StreamQuality(
    level="good",
    sentence="Good for recording.",
    duration_s=10.0,
    sample_count=6000,
    never_arrived=2,
    rate_hz=600.02,
    nominal_rate_hz=600.0,
    data_rate_hz=575.6,
    loss_share=0.041,
    loss_classes=(("blinks", 0.036),),
    beside_classes=(("one eye", 0.011),),
    longest_gap_s=0.22,
    noise_deg=0.12,
)


def findings(*tobii: FoundTracker, is_running: bool = False, problem: str = "") -> SearchState:
    parts = [DriverFindings(driver="tobii", title="Tobii", is_done=True, trackers=tobii, problem=problem)]
    if is_running:
        parts.append(DriverFindings(driver="mock", title="Simulated"))
    return SearchState(is_running=is_running, findings=tuple(parts))


@pytest.fixture
def desk(session):
    return session.tracker_desk


@pytest.fixture
def show(qtbot, themed, desk):
    pages = []

    def open_page(settings: Settings | None = None, state: TrackerDeskState | None = None) -> TrackerPage:
        desk.state = state or TrackerDeskState()
        page = TrackerPage(DARK, desk, CHOICES, settings or Settings())
        pages.append(page)
        page.show()
        return page

    yield open_page
    for page in pages:
        page.close()
        page.deleteLater()


def titles(page) -> list[str]:
    return [row.found.title for row in page.list.rows]


def test_the_tracker_used_last_is_connected_by_one_click(show, qtbot):
    page = show(Settings(tracker="tobii", tracker_options={"serial": "S1", "rate_hz": "600"}))
    assert titles(page) == ["Tobii"]
    with qtbot.waitSignal(page.connect_requested) as caught:
        page.device.connect_button.click()
    assert caught.args == ["tobii", {"serial": "S1", "rate_hz": "600"}]


def test_search_asks_for_every_driver_there_is(show, desk):
    page = show()
    page.list.button.click()
    assert desk.asked[-1] == ("search", ("tobii", "absent", "mock"))


def test_a_search_shows_where_it_is_and_can_be_cancelled(show, desk):
    page = show(state=TrackerDeskState(search=findings(SPECTRUM, is_running=True)))
    assert page.list.button.text() == "Cancel"
    assert "Searching." in [each.text() for each in page.list.findChildren(QLabel)]
    page.list.button.click()
    assert desk.asked[-1] == ("cancel_search",)


def test_found_trackers_and_reasons_stand_below_their_driver(show, desk):
    page = show()
    desk.state = TrackerDeskState(search=findings(SPECTRUM, BUSY, problem=""))
    page.render_desk()
    assert titles(page) == ["Simulated", "Spectrum", "Fusion"]
    desk.state = TrackerDeskState(search=findings(problem="Not installed. Install it."))
    page.render_desk()
    assert titles(page) == ["Simulated"]


def test_the_tracker_used_last_is_not_listed_twice_when_it_was_found(show):
    settings = Settings(tracker="tobii", tracker_options={"serial": "S1", "rate_hz": "600"})
    page = show(settings, TrackerDeskState(search=findings(SPECTRUM)))
    assert titles(page) == ["Spectrum"]


def test_rate_and_mode_are_chosen_and_go_with_the_connection(show, qtbot):
    settings = Settings(tracker="tobii", tracker_options={"serial": "S1"})
    page = show(settings, TrackerDeskState(search=findings(SPECTRUM)))
    assert [page.device.rate.itemText(each) for each in range(2)] == ["600 Hz", "1200 Hz"]
    assert (page.device.rate.currentData(), page.device.mode.currentData()) == ("600", "human")
    page.device.rate.setCurrentIndex(1)
    page.render_desk()
    with qtbot.waitSignal(page.connect_requested) as caught:
        page.device.connect_button.click()
    assert caught.args[1] == {"serial": "S1", "rate_hz": "1200", "mode": "human"}


def test_a_tracker_that_cannot_be_used_says_why_and_what_to_do(show):
    page = show(state=TrackerDeskState(search=findings(SPECTRUM, BUSY)))
    page.list.rows[2].click()
    page.render_desk()
    assert page.device.reason.text == "Another program uses it. Close that program."
    assert not page.device.connect_button.isEnabled()


def test_a_driver_of_the_settings_that_cannot_be_used_says_why(show):
    page = show(Settings(tracker="absent"))
    assert page.device.reason.text == "Not installed. Install it."
    page = show(Settings(tracker="never heard of"))
    assert "not known to this program" in page.device.reason.text


def test_connecting_and_its_failure_are_told(show, desk):
    page = show(state=TrackerDeskState(is_connecting=True))
    assert "Connecting" in page.device.status.text
    assert not page.device.connect_button.isEnabled()
    desk.state = TrackerDeskState(problem="It does not answer. Switch it on.")
    page.render_desk()
    assert page.device.status.text == "It does not answer. Switch it on."
    assert page.device.connect_button.isEnabled()


def test_beside_another_connected_tracker_it_is_said_whose_head_and_test_are_shown(show):
    page = show(state=TrackerDeskState(search=findings(SPECTRUM), connected=CONNECTED))
    page.list.rows[0].click()
    page.render_desk()
    assert page.device.status.text.startswith("Spectrum is connected; head and test")
    assert page.device.connect_button.text() == "Connect"


def test_a_connected_tracker_shows_its_screen_and_what_another_rate_would_take(show):
    area = DisplayAreaMatch(level="bad", sentence="Set up for another screen.", is_other_screen=True)
    settings = Settings(tracker="tobii", tracker_options=CONNECTED.options)
    page = show(settings, TrackerDeskState(search=findings(SPECTRUM), connected=CONNECTED, area=area))
    assert page.device.status.text == "Connected, 600 Hz."
    assert page.device.area.text == "Set up for another screen."
    assert page.device.connect_button.text() == "Connect again"
    page.device.rate.setCurrentIndex(page.device.rate.findData("1200"))
    assert page.device.connect_button.text() == "Connect with these settings"
    page.render_desk()
    assert page.device.rate.currentData() == "1200"


def test_where_the_head_is_and_what_to_ask_for_is_shown(show, desk):
    page = show()
    assert page.head.sentence.text == ""
    head = HeadPosition(
        left=(0.4, 0.5),
        right=(0.6, 0.5),
        distance_mm=550.0,
        near_mm=600.0,
        far_mm=700.0,
        level="attention",
        sentence="Ask the reader to move about 10 cm back.",
    )
    desk.state = TrackerDeskState(connected=CONNECTED, head=head)
    page.render_desk()
    page.grab()
    assert page.head.sentence.text == "Ask the reader to move about 10 cm back."
    desk.state = replace(desk.state, head=replace(head, distance_mm=float("nan"), left=None, right=None))
    page.render_desk()
    page.grab()


def test_a_test_run_is_begun_followed_cancelled_and_shown(show, desk):
    page = show(state=TrackerDeskState(connected=CONNECTED))
    page.test.button.click()
    assert desk.asked[-1] == ("begin_test", 10.0)
    desk.state = replace(desk.state, test=QualityRunState(is_running=True, elapsed_s=4.0, total_s=10.0))
    page.render_desk()
    page.test.button.click()
    assert desk.asked[-1] == ("cancel_test",)
    desk.state = replace(desk.state, test=QualityRunState(result=QUALITY))
    page.render_desk()
    assert page.test.verdict.text == "Good for recording."
    shown = {name: value.text() for name, value in page.test.values.items()}
    assert shown == {
        "rate": "600.0 of 600 Hz set",
        "data": "575.6 Hz with gaze",
        "loss": "4.1 %",
        "classes": "blinks 3.6 %",
        "beside": "one eye 1.1 %",
        "gap": "0.22 s",
        "noise": "0.12 deg",
        "lost": "2",
    }


def test_the_rate_of_a_stream_that_has_no_set_rate_stands_alone(show):
    page = show(
        state=TrackerDeskState(
            connected=CONNECTED, test=QualityRunState(result=replace(QUALITY, nominal_rate_hz=math.nan))
        )
    )
    assert page.test.values["rate"].text() == "600.0 Hz, none is set"


def test_a_test_without_a_result_says_why(show):
    run = QualityRunState(problem="The tracker was lost during the test. Connect it again.")
    page = show(state=TrackerDeskState(connected=CONNECTED, test=run))
    assert "lost during the test" in page.test.verdict.text


def test_nothing_can_be_tested_before_a_tracker_is_connected(show):
    assert not show().test.button.isEnabled()


def test_while_recording_the_page_only_shows(show):
    state = TrackerDeskState(
        search=findings(SPECTRUM), connected=CONNECTED, blocked="A recording is running. Wait for its end."
    )
    page = show(Settings(tracker="tobii", tracker_options=CONNECTED.options), state)
    enabled = [
        page.list.button, page.device.connect_button, page.device.rate, page.device.mode, page.test.button,
    ]  # fmt: skip
    assert not any(widget.isEnabled() for widget in enabled)
    assert page.notice.text == "A recording is running. Wait for its end."


def test_what_the_desk_refuses_is_told_on_the_page(show, desk):
    page = show(state=TrackerDeskState(connected=CONNECTED))
    desk.refusal = "No tracker is connected. Connect one, then test it."
    page.test.button.click()
    assert page.notice.text == desk.refusal


def test_a_search_and_a_test_end_with_the_page(show, desk):
    page = show()
    page.close_button.click()
    assert desk.asked[-2:] == [("cancel_search",), ("cancel_test",)]


def test_the_whole_page_can_be_walked_by_keyboard(show, qtbot):
    page = show(state=TrackerDeskState(search=findings(SPECTRUM), connected=CONNECTED))
    page.activateWindow()
    wanted = {
        page.list.button, page.list.rows[0], page.device.rate, page.device.mode,
        page.device.connect_button, page.test.button, page.settings_button, page.close_button,
    }  # fmt: skip
    page.list.rows[1].click()
    page.render_desk()
    wanted.discard(page.list.rows[0])
    wanted.add(page.list.rows[1])
    page.list.button.setFocus()
    met = set()
    for _ in range(30):
        met.add(page.focusWidget())
        qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Tab)
    assert wanted <= met


def test_arrow_keys_walk_through_the_trackers(show, qtbot):
    page = show(state=TrackerDeskState(search=findings(SPECTRUM, BUSY)))
    with qtbot.waitActive(page):
        page.activateWindow()
    page.list.rows[0].setFocus()
    qtbot.keyClick(page.list.rows[0], Qt.Key.Key_Down)
    page.render_desk()
    assert page.list.rows[1].isChecked()
    assert page.device.options()["serial"] == "S1"


def test_a_tracker_that_was_connected_as_it_is_asks_for_nothing_more(show):
    settings = Settings(tracker="tobii", tracker_options={"serial": "S1"})
    as_it_is = replace(CONNECTED, options={"serial": "S1"})  # rate and mode are its own
    page = show(settings, TrackerDeskState(search=findings(SPECTRUM), connected=as_it_is))
    assert page.device.connect_button.text() == "Connect again"
    page.device.mode.setCurrentIndex(1)
    assert page.device.connect_button.text() == "Connect with these settings"


def test_a_connected_tracker_that_was_found_stands_in_the_list_once(show):
    settings = Settings(tracker="tobii", tracker_options={"address": "tet-tcp://x"})
    connected = replace(CONNECTED, options={"address": "tet-tcp://x"})
    page = show(settings, TrackerDeskState(search=findings(SPECTRUM), connected=connected))
    assert titles(page) == ["Spectrum"]
    assert page.device.connect_button.text() == "Connect again"


def test_the_button_has_the_focus_again_once_the_tracker_is_connected(show, desk, qtbot):
    page = show(Settings(tracker="tobii", tracker_options={"serial": "S1"}))
    with qtbot.waitActive(page):
        page.activateWindow()
    for is_left in (False, True):
        page.device.connect_button.setFocus()
        desk.state = TrackerDeskState(is_connecting=True)
        page.render_desk()
        assert not page.device.connect_button.hasFocus()
        if is_left:
            page.list.button.setFocus()
        desk.state = TrackerDeskState(connected=CONNECTED)
        page.render_desk()
        assert page.device.connect_button.hasFocus() != is_left


def test_enter_right_after_an_arrow_key_connects_the_tracker_that_is_chosen(show, qtbot):
    page = show(state=TrackerDeskState(search=findings(SPECTRUM)))
    with qtbot.waitActive(page):
        page.activateWindow()
    page.list.rows[0].setFocus()
    qtbot.keyClick(page.list.rows[0], Qt.Key.Key_Down)
    with qtbot.waitSignal(page.connect_requested) as caught:
        qtbot.keyClick(page.list.rows[1], Qt.Key.Key_Return)  # before the page is drawn again
    assert caught.args[0] == "tobii"


def test_a_row_that_an_arrow_key_reaches_is_brought_into_view(show, qtbot):
    many = tuple(replace(SPECTRUM, title=f"T{each}", options={"serial": str(each)}) for each in range(30))
    page = show(state=TrackerDeskState(search=findings(*many)))
    with qtbot.waitActive(page):
        page.activateWindow()
    page.list.rows[0].setFocus()
    for row in page.list.rows[:-1]:
        qtbot.keyClick(row, Qt.Key.Key_Down)
    last = page.list.rows[-1]
    assert last.hasFocus()
    assert last.visibleRegion().boundingRect().height() == last.height()


def test_every_control_of_the_page_has_a_name_for_screen_readers(show):
    page = show(state=TrackerDeskState(search=findings(SPECTRUM), connected=CONNECTED))
    for row in page.list.rows:
        assert row.found.title in row.accessibleName()
    assert (page.device.rate.accessibleName(), page.device.mode.accessibleName()) == ("Rate", "Mode")


def test_the_other_theme_is_taken_by_every_part(show, desk):
    state = TrackerDeskState(search=findings(SPECTRUM, BUSY), connected=CONNECTED, head=HeadPosition())
    page = show(state=state)
    before = page.grab().toImage()
    page.set_colours(LIGHT)
    assert page.grab().toImage() != before


def test_an_error_dialog_is_not_needed_for_what_the_page_can_say(show, desk):
    page = show()
    desk.refusal = "The process that reads the tracker ended unexpectedly. Connect the tracker again."
    page.list.button.click()
    assert page.findChildren(MessageDialog) == []
    assert page.notice.text == desk.refusal


@pytest.fixture
def windows(qapp, qtbot, session, station, store, tmp_path):
    both = StationWindows(qapp, session, station, store, Settings(recording_folder=str(tmp_path)))
    both.begin()
    both.controller.stop()
    yield both
    for dialog in both.operator.findChildren(QDialog):
        dialog.close()
    both.end()
    qapp.setStyleSheet("")


def opened(windows) -> TrackerPage:
    return next(page for page in windows.operator.findChildren(TrackerPage) if page.isVisible())


def test_the_strip_of_the_start_page_opens_the_page(windows):
    windows.operator.start_page.findChild(QPushButton, "part_tracker").click()
    assert opened(windows).isVisible()


def test_the_open_page_follows_the_theme(windows):
    windows.desk.show_tracker_page()
    before = opened(windows).head.grab().toImage()
    windows.operator.set_colours(LIGHT)
    assert opened(windows).head.grab().toImage() != before


def test_the_menu_and_its_key_open_the_page(windows):
    windows.operator.actions_by_name["tracker"].trigger()
    assert opened(windows).isVisible()


def test_the_settings_open_the_page_and_keep_what_was_entered(windows, store):
    windows.desk.ask_for_settings()
    dialog = next(each for each in windows.operator.findChildren(SettingsDialog) if each.isVisible())
    dialog.screen_page.distance_mm.setValue(700.0)
    dialog.tracker_page.search.click()
    assert opened(windows).isVisible()
    assert not dialog.isVisible()
    assert store.load().settings.distance_mm == 700.0


def test_the_page_leads_to_the_settings_and_closes(windows):
    windows.desk.show_tracker_page()
    page = opened(windows)
    page.settings_button.click()
    assert not page.isVisible()
    assert any(each.isVisible() for each in windows.operator.findChildren(SettingsDialog))


def test_a_connected_tracker_is_the_one_of_the_settings_the_next_morning(windows, session, store):
    session.tracker_desk.state = TrackerDeskState(search=findings(SPECTRUM))
    windows.desk.show_tracker_page()
    page = opened(windows)
    page.list.rows[1].click()
    page.render_desk()
    page.device.connect_button.click()
    assert ("connect_tracker", "tobii", {"serial": "S1"}) in session.asked
    kept = store.load().settings
    assert (kept.tracker, kept.tracker_options) == ("tobii", {"serial": "S1"})
    assert titles(page) == ["Spectrum"]


def test_what_the_session_refuses_is_said_in_words(windows, session):
    windows.desk.show_tracker_page()
    before = windows.desk.settings
    session.refusal = "A recording is running. End it before you connect another tracker."
    opened(windows).device.connect_button.click()
    assert windows.desk.settings == before
    messages = [each for each in windows.operator.findChildren(MessageDialog) if each.isVisible()]
    assert messages[0].text.text() == session.refusal
