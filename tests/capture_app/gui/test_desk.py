"""Start page, settings, recent files, recovery and information around the session."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtWidgets import QApplication

from capture_app.gui.app import StationWindows
from capture_app.gui.dialogs import MessageDialog, ShortcutsDialog, StartDialog, SummaryDialog, is_pseudonym
from capture_app.gui.recovery_dialog import RecoveryDialog
from capture_app.gui.settings_dialog import SettingsDialog
from capture_app.gui.settings_pages import AppearancePage
from capture_app.gui.station_parts import disk_part, free_bytes, monitor_part, tracker_part
from capture_app.session.port import ScreenFacts, UnfinishedRecording
from capture_app.session.settings import (
    Corner,
    RecentItem,
    RecentKind,
    Settings,
    SettingsError,
    SettingsStore,
    Theme,
)
from capture_app.session.states import RecordingState


def visible(windows, kind):
    found = [dialog for dialog in windows.operator.findChildren(kind) if dialog.isVisible()]
    return found[0] if found else None


def test_the_demo_is_one_click_away_and_shows_the_station(windows, session):
    windows.operator.start_page.cards[0].click()
    assert ("start_demo",) in session.asked
    assert windows.operator.is_station


def test_an_opened_folder_becomes_the_case_list_and_a_recent_item(windows, session, store, tmp_path):
    windows.desk.open_folder(tmp_path)
    assert ("show_folder", tmp_path) in session.asked
    assert store.load().settings.recent[0].path == str(tmp_path)
    assert windows.operator.is_station


def test_the_tracker_is_connected_when_images_are_opened(windows, session, make_state, tmp_path):
    session.state = make_state(recording=RecordingState.NO_TRACKER)
    windows.controller.frame()
    windows.desk.open_folder(tmp_path)
    assert session.asked[-1] == ("connect_tracker", "mock", {})


def test_a_folder_that_is_refused_is_not_remembered(windows, session, store, tmp_path):
    session.refusal = "There are no images in this folder."
    windows.desk.open_folder(tmp_path)
    assert store.load().settings.recent == ()
    assert not windows.operator.is_station
    assert visible(windows, MessageDialog).text.text() == session.refusal


@pytest.mark.parametrize(
    ("kind", "intent"), [(RecentKind.FOLDER, "show_folder"), (RecentKind.LIST, "open_list")]
)
def test_recent_items_open_what_they_are(windows, session, tmp_path, kind, intent):
    windows.desk.open_recent(RecentItem(kind=kind, path=str(tmp_path)))
    assert (intent, tmp_path) in session.asked


def test_a_finished_recording_appears_among_the_recent_ones(windows, session, make_state, tmp_path):
    for recording in (RecordingState.RECORDING, RecordingState.CLOSING, RecordingState.READY):
        session.state = make_state(recording=recording)
        windows.controller.frame()
    assert windows.desk.settings.recent[0].path == str(tmp_path / "R03.gazeh5")


def test_the_photodiode_patch_goes_to_another_corner_at_once(windows, monkeypatch):
    painted = []
    monkeypatch.setattr(windows.reader, "update", lambda: painted.append(windows.reader.corner))
    for _ in range(2):
        windows.desk.change_settings(replace(windows.desk.settings, corner_patch=Corner.TOP_LEFT))
    assert painted == [Corner.TOP_LEFT]


def test_a_finished_recording_is_where_it_was_begun(windows, session, make_state, tmp_path):
    session.state = make_state(recording=RecordingState.RECORDING, file_name="R03.gazeh5")
    windows.controller.frame()
    windows.desk.change_settings(replace(windows.desk.settings, recording_folder=str(tmp_path / "other")))
    windows.controller.frame()
    session.state = make_state(recording=RecordingState.READY)
    windows.controller.frame()
    assert windows.desk.settings.recent[0].path == str(tmp_path / "R03.gazeh5")


def test_starting_asks_for_the_reader_and_remembers_the_pseudonym(windows, session, store):
    windows.desk.ask_for_start()
    dialog = visible(windows, StartDialog)
    assert dialog.reader.text() == "R03"
    dialog.reader.setText("R04")
    dialog.begin.click()
    assert ("start_recording", "R04") in session.asked
    assert store.load().settings.reader == "R04"


@pytest.mark.parametrize(
    ("text", "is_usable"),
    [
        ("R03", True),
        ("a", True),
        ("x_y-9", True),
        ("", False),
        ("Jane Doe", False),
        ("_a", False),
        ("a" * 33, False),
    ],
)
def test_a_pseudonym_is_short_and_plain(text, is_usable):
    assert is_pseudonym(text) is is_usable


def test_a_bad_pseudonym_cannot_start(windows):
    windows.desk.ask_for_start()
    dialog = visible(windows, StartDialog)
    dialog.reader.setText("Jane Doe")
    assert not dialog.begin.isEnabled()
    assert "no spaces" in dialog.finding.text()
    dialog.reject()


def test_settings_are_applied_kept_and_dress_the_windows(windows, session, store):
    windows.desk.ask_for_settings("appearance")
    dialog = visible(windows, SettingsDialog)
    (page,) = (page for page in dialog.pages if isinstance(page, AppearancePage))
    page.theme.setCurrentIndex(page.theme.findData(Theme.LIGHT))
    dialog.save.click()
    applied = [what[1] for what in session.asked if what[0] == "apply_settings"][-1]
    assert applied.theme is Theme.LIGHT
    assert store.load().settings == applied
    assert not windows.theme.colours.is_dark


def test_layout_is_kept_at_the_end(windows, store):
    windows.operator.show_station()
    windows.desk.keep_layout()
    kept = store.load().settings
    assert kept.window_geometry
    assert kept.window_layout


def test_a_settings_file_that_cannot_be_written_is_said_once_in_words(windows, monkeypatch):
    def refuse(_store: SettingsStore, _settings: Settings) -> None:
        raise SettingsError("The settings could not be saved.")

    monkeypatch.setattr(SettingsStore, "save", refuse)
    windows.desk.keep_layout()
    assert visible(windows, MessageDialog).text.text() == "The settings could not be saved."


def test_live_view_choices_are_applied_to_the_session(windows, session):
    windows.operator.actions_by_name["show_heatmap"].trigger()
    name, settings = session.asked[-1]
    assert name == "apply_settings"
    assert settings.live_view.show_heatmap


def test_nothing_is_offered_when_nothing_is_unfinished(windows):
    windows.desk.offer_recovery()
    assert visible(windows, RecoveryDialog) is None


def unfinished(tmp_path: Path) -> tuple[UnfinishedRecording, ...]:
    return tuple(
        UnfinishedRecording(path=tmp_path / f"r{n}.gazeh5", started="22 Nov 2026, 12:41", size_bytes=1000 * n)
        for n in (1, 2)
    )


def test_recovery_rebuilds_what_is_ticked_and_says_what_became_of_it(qtbot, windows, station, tmp_path):
    station.unfinished = unfinished(tmp_path)
    windows.desk.offer_recovery()
    dialog = visible(windows, RecoveryDialog)
    dialog.boxes[0][0].setChecked(False)
    with qtbot.waitSignal(dialog.recovered, timeout=5000) as caught:
        dialog.recover.click()
    assert caught.args == [tmp_path / "r2.gazeh5"]
    assert station.recovered == [tmp_path / "r2.gazeh5"]
    assert "12 samples were saved." in dialog.outcome.text()
    assert windows.desk.settings.recent[0].path == str(tmp_path / "r2.gazeh5")
    qtbot.waitUntil(lambda: dialog.later.isEnabled())
    dialog.later.click()


def test_later_leaves_the_recordings_alone(windows, station, tmp_path):
    station.unfinished = unfinished(tmp_path)
    windows.desk.offer_recovery()
    visible(windows, RecoveryDialog).later.click()
    assert station.recovered == []


def test_the_information_of_a_recording_is_read_off_the_gui_thread_and_shown(qtbot, windows, tmp_path):
    windows.desk.describe(tmp_path / "r.gazeh5")
    qtbot.waitUntil(lambda: visible(windows, SummaryDialog) is not None, timeout=5000)
    assert visible(windows, SummaryDialog).windowTitle() == "r.gazeh5"


def test_what_is_not_a_recording_is_said_in_words(qtbot, windows, tmp_path):
    windows.desk.describe(tmp_path / "notes.txt")
    qtbot.waitUntil(lambda: visible(windows, MessageDialog) is not None, timeout=5000)
    assert visible(windows, MessageDialog).text.text() == "notes.txt is not a recording."


def test_the_overlay_lists_every_key(windows):
    windows.desk.show_shortcuts()
    dialog = visible(windows, ShortcutsDialog)
    assert dialog is not None
    dialog.accept()


def test_the_strip_says_what_state_each_part_is_in(station):
    trackers = station.trackers()
    assert tracker_part(Settings(), trackers).level == "information"
    lost = tracker_part(Settings(tracker="lsl"), trackers)
    assert (lost.level, lost.tip) == ("bad", "The LSL library is missing.")
    assert tracker_part(Settings(tracker="gone"), trackers).word == "not known"
    facts = ScreenFacts(name="DP-1", width_px=10, height_px=10)
    assert monitor_part(facts, 1).word == "one only"
    assert "DP-1" in monitor_part(facts, 2).word


@pytest.mark.parametrize(
    ("free", "level"), [(None, "bad"), (10**8, "bad"), (5 * 10**9, "attention"), (10**12, "good")]
)
def test_little_disk_is_said_early(free, level):
    assert disk_part(Path("/recordings"), free).level == level


def test_free_space_is_known_for_a_folder_that_does_not_exist_yet(tmp_path):
    assert free_bytes(tmp_path / "not" / "yet") > 0


def test_settings_pages_open_from_the_strip(windows):
    windows.operator.start_page.set_up_requested.emit("screen")
    dialog = visible(windows, SettingsDialog)
    assert dialog._navigation.currentItem().text() == "Reader's screen"
    dialog.reject()


def test_another_tracker_in_the_settings_is_connected_at_once(windows, session):
    windows.operator.show_station()
    windows.desk._settings_accepted(
        replace(windows.desk.settings, tracker="lsl", tracker_options={"stream": "x"})
    )
    assert session.asked[-1] == ("connect_tracker", "lsl", {"stream": "x"})


@pytest.mark.parametrize(("own", "is_connected"), [("", True), ("eyelink", False)])
def test_on_the_page_of_a_study_too_unless_the_study_names_its_tracker(
    windows, session, monkeypatch, own, is_connected
):
    study = SimpleNamespace(
        opened=SimpleNamespace(study=SimpleNamespace(tracker=SimpleNamespace(driver=own)))
    )
    monkeypatch.setattr(type(session.study_desk), "state", property(lambda _desk: study))
    windows.operator.show_study()
    windows.desk._settings_accepted(replace(windows.desk.settings, tracker="lsl", tracker_options={}))
    assert (("connect_tracker", "lsl", {}) in session.asked) is is_connected


def test_the_windows_leave_nothing_behind(qapp, session, station, store):
    both = StationWindows(qapp, session, station, store, Settings(), reader_in_window=True)
    both.begin()
    both.end()
    QApplication.processEvents()
    assert session.asked[-1] == ("close",)


def test_the_page_of_signals_is_shown_the_serial_ports_there_are(windows, qtbot):
    windows.desk.ask_for_settings("signals")
    page = visible(windows, SettingsDialog).signals_page
    qtbot.waitUntil(lambda: page.ports_found.text() == "1 serial port found.")
    assert page.port_in.findData("COM3") > 0
