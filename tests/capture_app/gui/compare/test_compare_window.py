"""Several readers of one image: side by side or over each other, in one time, with how alike they are."""

from __future__ import annotations

import csv

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage

from capture_app.gui.compare.choosing import door_of
from capture_app.gui.compare.window import CompareWindow
from capture_app.gui.replay.door import ReplayDoor
from capture_app.gui.replay.more_menu import ENTRIES
from capture_app.gui.replay.window import ReplayWindow
from capture_app.gui.tokens import DARK, LIGHT, READER_COLOURS
from capture_app.session.compare import CompareError, ProfileName
from capture_app.session.replay import HeatmapSpan, ReplaySource

S = 1_000_000_000


class Now:
    """The clock of this computer, moved by hand."""

    def __init__(self) -> None:
        self.ns = 0

    def __call__(self) -> int:
        return self.ns


@pytest.fixture(scope="module")
def now():
    return Now()


@pytest.fixture(scope="module")
def shown(qapp, readers, now):
    sources = [ReplaySource.open(each.path) for each in readers]
    for source in sources:
        source.load()
    window = CompareWindow(sources, DARK, now_ns=now)
    window.show()
    window._timer.stop()  # frames come by hand
    yield window
    window.close()


@pytest.fixture
def window(qtbot, shown):
    """The window as it opens: the first image, side by side, at its beginning."""
    shown.choice.setCurrentIndex(0)
    shown.similarity_page.profile.setCurrentIndex(0)
    shown.view.fixations.setChecked(True)
    shown.view.heatmap.setCurrentIndex(0)
    shown.set_overlaid(False)
    shown.clock.pause()
    shown.go_to(0)
    settle(qtbot, shown)
    return shown


def settle(qtbot, window):
    def is_there():
        window.step()
        is_waiting = any(frame.is_waiting for frame in window.frames)
        return window.similarity is not None and not is_waiting

    qtbot.waitUntil(is_there, timeout=10_000)


def colours_of(widget) -> set[str]:
    """The colours of readers that a widget shows."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32) & 0xFFFFFF
    return {f"#{value:06x}" for value in np.unique(pixels).tolist()} & set(READER_COLOURS)


def test_both_readers_are_named_with_what_they_did(window):
    assert window.choice.currentText() == "pneumonia?: R07, R08"
    assert [pane.picture.accessibleName() for pane in window.stage.panes] == ["What R07 saw", "What R08 saw"]


def test_one_transport_moves_all_readers_by_the_time_since_the_image_was_shown(qtbot, window, now):
    window.go_to(S)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    window.step()
    now.ns += S // 2
    window.step()
    onsets = [reading.onset_ns for reading in window.image.readings]
    moments = [frame.t_ns - onset for frame, onset in zip(window.frames, onsets, strict=True)]
    assert moments == [round(1.5 * S)] * 2
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert not window.clock.is_playing


def test_arrows_go_to_where_a_fixation_of_any_reader_began(qtbot, window):
    onsets = np.unique(np.concatenate(window.player.fixation_onsets_ns()))
    window.go_to(0)
    qtbot.keyClick(window, Qt.Key.Key_Right)
    assert window.clock.t_ns == onsets[onsets > 0][0]
    qtbot.keyClick(window, Qt.Key.Key_End)
    qtbot.keyClick(window, Qt.Key.Key_Left)
    assert window.clock.t_ns == onsets[-1]


def test_a_click_into_the_lanes_goes_there(qtbot, window):
    lanes = window.lanes
    qtbot.mouseClick(lanes, Qt.MouseButton.LeftButton, pos=QPoint(int(lanes._x(2 * S)), 10))
    assert window.clock.t_ns == pytest.approx(2 * S, abs=S / 50)


def test_over_one_picture_each_reader_has_a_colour_of_their_own(qtbot, window):
    qtbot.keyClick(window, Qt.Key.Key_O)
    window.go_to(3 * S)
    settle(qtbot, window)
    assert READER_COLOURS[0] in colours_of(window.stage.overlaid)
    assert READER_COLOURS[1] in colours_of(window.stage.overlaid)
    window.stage.overlay.hidden = {1}
    assert READER_COLOURS[1] not in colours_of(window.stage.overlaid)


def test_another_image_has_its_own_readers_time_and_similarity(qtbot, window):
    before = window.similarity
    window.choice.setCurrentIndex(1)
    settle(qtbot, window)
    assert window.similarity is not before
    assert window.similarity.sha256 == window.image.sha256
    assert window.clock.end_ns == round(window.image.duration_s * 1e9)


def test_another_profile_of_multimatch_is_computed_and_named(qtbot, window):
    page = window.similarity_page
    page.profile.setCurrentIndex(1)
    settle(qtbot, window)
    assert window.similarity.profile is ProfileName.TOOLBOX
    assert "toolbox" in page.meaning.text()


def test_a_click_on_the_matrix_shows_all_measures_of_that_pair(qtbot, window):
    page = window.similarity_page
    cell_width, cell_height = page.matrix.width() / 3, page.matrix.height() / 3
    place = QPoint(round(1.5 * cell_width), round(2.5 * cell_height))
    qtbot.mouseClick(page.matrix, Qt.MouseButton.LeftButton, pos=place)
    assert page.pair_text.text().startswith("R08")
    nss = next(each for each in window.similarity.tables if each.name == "nss")
    line = window.similarity.tables.index(nss)
    assert page.table.item(line, 1).text() == f"{nss.values[1, 0]:.3f}"
    assert page.table.item(line, 2).text() == f"{nss.values[0, 1]:.3f}"


def test_table_and_picture_are_saved(window, tmp_path):
    page = window.similarity_page
    assert page.save(tmp_path / "alike.csv") == ""
    assert page.save(tmp_path / "alike.png") == ""
    with (tmp_path / "alike.csv").open(encoding="utf-8", newline="") as file:
        assert {row["reader"] for row in csv.DictReader(file)} == {"R07", "R08"}
    assert cv2.imread(str(tmp_path / "alike.png")) is not None
    (tmp_path / "file").write_bytes(b"")
    assert "Nothing can be written" in page.save(tmp_path / "file" / "alike.csv")


def test_options_of_the_page_view_are_those_of_every_picture(qtbot, window):
    window.view.fixations.setChecked(False)
    window.view.heatmap.setCurrentIndex(1)
    settle(qtbot, window)
    assert all(frame.live.fixations == () for frame in window.frames)
    assert all(frame.live.heatmaps for frame in window.frames)
    assert window.view.options.heatmap is HeatmapSpan.CASE
    window.set_colours(LIGHT)


def test_recordings_of_different_images_make_no_window(readers):
    one = ReplaySource.open(readers[0].path)
    with pytest.raises(CompareError):
        CompareWindow([one], DARK)
    one.close()


def test_the_menu_leads_to_the_other_readers_of_the_study(qtbot, readers, monkeypatch):
    folder = readers[0].path.parents[1]
    monkeypatch.setattr("capture_app.gui.compare.choosing.study_folder_of", lambda _path: folder)
    replay = ReplayWindow(ReplaySource.open(readers[0].path), DARK)
    replay.voice.is_muted = True
    replay.show()
    replay._timer.stop()
    next(entry for entry in ENTRIES if entry.title == "Readers side by side…").act(replay)
    dialog = door_of(replay).dialog
    qtbot.waitUntil(lambda: dialog.paths() == (readers[1].path,), timeout=5000)
    dialog.show_readers.click()
    qtbot.waitUntil(lambda: door_of(replay).compared is not None, timeout=5000)
    compared = door_of(replay).compared
    assert [source.metadata.participant.pseudonym for source in compared.sources] == ["R07", "R08"]
    with qtbot.waitSignal(compared.closed):
        replay.close()


def test_nobody_else_read_it_is_said(qtbot, readers):
    replay = ReplayWindow(ReplaySource.open(readers[0].path), DARK)
    replay.voice.is_muted = True
    replay.show()
    replay._timer.stop()
    door = door_of(replay)
    door.ask()
    dialog = door.dialog
    qtbot.waitUntil(lambda: "No other recording" in dialog.text.text(), timeout=5000)
    assert not dialog.show_readers.isEnabled()
    dialog.reject()
    replay.close()


def test_recordings_named_together_share_a_window_that_counts_as_a_replay(qtbot, readers, station):
    door = ReplayDoor(station, lambda: DARK)
    window = door.show_together([ReplaySource.open(each.path) for each in readers])
    with qtbot.waitSignals([window.closed, door.all_closed]):
        door.close_all()
