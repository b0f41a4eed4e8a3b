"""The window of a replay saves what it shows: driven by its own menu and dialogs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import pytest

from capture_app.gui.dialogs import MessageDialog
from capture_app.gui.film.run_dialog import RunDialog
from capture_app.gui.film.saving import saver_of
from capture_app.gui.replay.more_menu import ENTRIES
from capture_app.gui.replay.window import ReplayWindow
from capture_app.gui.tokens import DARK
from capture_app.session.film import FilmError
from capture_app.session.replay import ReplaySource
from capture_app.session.settings import SettingsStore

S = 1_000_000_000


def opened(path) -> ReplayWindow:
    source = ReplaySource.open(path)
    source.load()
    window = ReplayWindow(source, DARK)
    window.voice.is_muted = True
    window.show()
    window._timer.stop()  # frames come by hand
    window.go_to(2 * S)
    return window


@pytest.fixture(scope="module")
def window(qapp, readers):
    window = opened(readers[0].path)
    yield window
    window.close()


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch, store):
    monkeypatch.setattr("capture_app.gui.film.saving.SettingsStore", lambda: store)


def act(window: ReplayWindow, title: str) -> None:
    next(entry for entry in ENTRIES if entry.title == title).act(window)


def worked_off(qtbot, dialog: RunDialog) -> None:
    qtbot.waitUntil(lambda: dialog.is_ended, timeout=20_000)


def test_the_picture_is_saved_as_png_or_as_drawing_by_its_ending(qtbot, window, tmp_path):
    for name in ("a.png", "a.svg"):
        act(window, "Save picture…")
        dialog = saver_of(window).dialog
        dialog.size_choice.setCurrentText("640 x 360")
        dialog.place.setText(str(tmp_path / name))
        dialog.save.click()
        assert saver_of(window).dialog is None
    assert cv2.imread(str(tmp_path / "a.png")).shape == (360, 640, 3)
    assert (tmp_path / "a.svg").read_text(encoding="utf-8").startswith("<?xml")


def test_what_cannot_be_saved_is_said_in_the_dialog(qtbot, window, tmp_path):
    act(window, "Save film…")
    dialog = saver_of(window).dialog
    assert dialog.place.text().endswith("R07_pneumonia.mp4")
    for size, place, words in (
        ("9x9", str(tmp_path / "a.mp4"), "each side"),
        ("1281x720", str(tmp_path / "a.mp4"), "even sides"),
        ("1280x720", "a.mp4", "full path"),
        ("1280x720", str(tmp_path / "a.doc"), ".mp4"),
    ):
        dialog.size_choice.setCurrentText(size)
        dialog.place.setText(place)
        dialog.save.click()
        assert words in dialog.finding.text()
        assert dialog.isVisible()
    dialog.sound.setChecked(True)
    dialog.place.setText(str(tmp_path / "a.mp4"))
    dialog.save.click()
    assert "Name the ffmpeg" in dialog.finding.text()
    dialog.ffmpeg.setText(str(tmp_path / "nothing"))
    dialog.save.click()
    assert "There is no program" in dialog.finding.text()
    dialog.reject()
    assert saver_of(window).dialog is None


def test_a_film_is_made_with_its_progress_and_named_at_the_end(qtbot, window, tmp_path):
    act(window, "Save film…")
    dialog = saver_of(window).dialog
    dialog.case.setCurrentIndex(1)
    assert dialog.place.text().endswith("R07_follow-up.mp4")
    dialog.size_choice.setCurrentText("320x180")
    dialog.rate.setValue(5)
    dialog.place.setText(str(tmp_path / "films" / "own name.mp4"))
    dialog.save.click()
    running = saver_of(window).running
    worked_off(qtbot, running)
    assert "own name.mp4 is there" in running.text.text()
    assert not running.open_folder.isHidden()
    running.button.click()
    video = cv2.VideoCapture(str(tmp_path / "films" / "own name.mp4"))
    assert int(video.get(cv2.CAP_PROP_FRAME_COUNT)) == round(4.9 * 5)
    assert [each.name for each in (tmp_path / "films").iterdir()] == ["own name.mp4"]


def begun(window: ReplayWindow, folder: Path) -> RunDialog:
    """Begin a film, and make a few of its pictures."""
    act(window, "Save film…")
    dialog = saver_of(window).dialog
    dialog.size_choice.setCurrentText("320x180")
    dialog.place.setText(str(folder / "a.mp4"))
    dialog.save.click()
    running = saver_of(window).running
    running._timer.stop()  # turns come by hand
    running.turn()
    assert 0 < running.run.done < running.run.count
    assert len(list(folder.glob(".a.*"))) == 1
    return running


def test_a_film_that_is_cancelled_leaves_nothing(qtbot, window, tmp_path):
    begun(window, tmp_path).button.click()
    assert list(tmp_path.iterdir()) == []


def test_a_window_that_is_closed_meanwhile_ends_its_film(qtbot, readers, tmp_path):
    window = opened(readers[0].path)
    begun(window, tmp_path)
    window.close()
    assert list(tmp_path.iterdir()) == []


def test_a_contact_sheet_is_made_of_all_cases(qtbot, window, tmp_path):
    saver_of(window).save_sheet(tmp_path / "sheet.png")
    running = saver_of(window).running
    worked_off(qtbot, running)
    running.button.click()
    assert cv2.imread(str(tmp_path / "sheet.png")) is not None


def test_the_ffmpeg_of_the_settings_is_offered(qtbot, window, store: SettingsStore):
    store.save(replace(store.load().settings, ffmpeg="/programs/ffmpeg"))
    act(window, "Save film…")
    dialog = saver_of(window).dialog
    assert (dialog.sound.isChecked(), dialog.ffmpeg.text()) == (True, "/programs/ffmpeg")
    dialog.reject()


def test_without_a_case_there_is_no_film_to_ask_about(qtbot, window, monkeypatch):
    monkeypatch.setattr(type(saver_of(window)), "_case", lambda _self: None)
    act(window, "Save film…")
    message = window.findChild(MessageDialog)
    assert "no case" in message.text.text()
    message.accept()


def test_a_mistake_while_it_is_made_is_told_without_its_name(qtbot, caplog):
    def wrong():
        raise RuntimeError("something inside")

    dialog = RunDialog("Save film", wrong, None)
    dialog.turn()
    assert dialog.text.text() == "It could not be made; details are in the log."
    dialog.reject()

    def full():
        raise FilmError("The disk is full.")

    dialog = RunDialog("Save film", full, None)
    dialog.turn()
    assert dialog.text.text() == "The disk is full."
    dialog.reject()
