"""The similarity browser, driven by hand: neighbours, measure, threshold, cancel, closed early."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from capture_app.gui.similarity.opening import open_similar
from capture_app.gui.similarity.window import SimilarityWindow
from capture_app.gui.similarity.words import ORDER, measure_meaning, measure_title
from capture_app.gui.tokens import DARK, LIGHT
from capture_app.gui.workers import finish_work
from capture_app.session.similarity.library import GazeLibrary
from gaze_core.similarity import GazeMeasure
from recordings_schema.formats.mcgip import McgipFormat
from recordings_schema.formats.testing import export
from recordings_schema.formats.testing_readings import make_reading


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    place = tmp_path_factory.mktemp("mcgip") / "data"
    readings = [make_reading(trial=trial) for trial in range(5)]
    export(McgipFormat(), readings, place, measures="tima, moment", maps=False, threshold=0.5)
    return place


def shown(qtbot, window):
    qtbot.waitUntil(lambda: window.relation is not None and not window.worker.is_busy, timeout=10_000)
    qtbot.waitUntil(lambda: not window.pictures.is_busy, timeout=10_000)


@pytest.fixture
def window(qtbot, dataset):
    window = SimilarityWindow(dataset, DARK)
    window.show()
    shown(qtbot, window)
    yield window
    window.close()
    finish_work()
    QApplication.processEvents()


def test_the_neighbours_are_those_of_the_matrix_best_first(window, dataset):
    relation = np.load(dataset / "relation_tima.npy")
    found = [(tile.place, tile.accessibleName()) for tile in window.tiles if tile.place >= 0]
    order = np.argsort(-np.delete(relation[0], 0), kind="stable") + 1
    assert [place for place, _ in found] == order.tolist()
    assert f"{relation[0, order[0]]:.3f}" in found[0][1]
    assert [tile.isVisible() for tile in window.tiles] == [True] * 4 + [False] * 4


def test_a_press_on_a_neighbour_makes_it_the_chosen_one(qtbot, window):
    place = window.tiles[0].place
    qtbot.mouseClick(window.tiles[0], Qt.MouseButton.LeftButton)
    assert (window.chosen, window.large.place, window.list.currentIndex().row()) == (place, place, place)


def test_a_line_of_the_list_chooses_a_reading(window):
    window.list.setCurrentIndex(window.names.index(3))
    assert window.large.place == 3


def test_the_threshold_says_how_many_pairs_are_positive(window, dataset):
    relation = np.load(dataset / "relation_tima.npy")
    above = relation[np.triu_indices(5, 1)]
    assert window.controls.threshold == 0.5
    for threshold in (0.2, 0.8, 1.0):
        window.controls.slider.setValue(round(threshold * 1000))
        assert window.controls.pairs.text() == f"{int((above > threshold).sum())} of 10 pairs"
        named = [("positive pair" in tile.accessibleName()) for tile in window.tiles if tile.place >= 0]
        assert sum(named) == int((np.delete(relation[0], 0) > threshold).sum())
    assert "none positive" in window.positives.text()


def test_another_measure_has_other_neighbours(qtbot, window, dataset):
    box = window.controls.box
    assert [box.itemData(row) for row in range(box.count())] == ["tima", "moment"]
    box.setCurrentIndex(1)
    box.activated.emit(1)
    qtbot.waitUntil(lambda: window.measure is GazeMeasure.MOMENT, timeout=10_000)
    relation = np.load(dataset / "relation_moment.npy")
    best = int(np.argmax(np.delete(relation[0], 0))) + 1
    assert window.tiles[0].place == best
    assert window.controls.meaning.text() == measure_meaning(GazeMeasure.MOMENT)


def test_pictures_come_in_the_size_of_their_tiles(window):
    assert window.large._image is not None
    assert max(window.large._image.width(), window.large._image.height()) == window.large.picture_px()


def test_what_cannot_be_compared_is_told_with_a_way_on(qtbot, window, tmp_path):
    window.open(tmp_path)
    qtbot.waitUntil(lambda: not window.worker.is_busy, timeout=10_000)
    assert "holds no recording" in window.wait.text.text()
    assert window.wait.choose.isVisible()
    assert not window.wait.cancel.isVisible()
    assert not window.controls.isVisible()


def test_a_cancelled_comparison_leaves_the_measure_that_was_there(qtbot, window, monkeypatch):
    def slow(self, measure, on_progress, is_cancelled):
        while not is_cancelled():
            on_progress(1, 2)
        raise RuntimeError(str(measure))

    monkeypatch.setattr(GazeLibrary, "relation", slow)
    window.controls.box.setCurrentIndex(1)
    window.controls.box.activated.emit(1)
    qtbot.waitUntil(lambda: window.stack.currentWidget() is window.wait, timeout=10_000)
    qtbot.mouseClick(window.wait.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.stack.currentWidget() is not window.wait, timeout=10_000)
    assert window.controls.measure is window.measure is GazeMeasure.TIMA


def test_it_can_be_closed_while_it_reads(qtbot, dataset):
    window = SimilarityWindow(dataset, LIGHT)
    worker = window.worker
    window.show()
    with qtbot.waitSignal(worker.destroyed, timeout=10_000):
        window.close()


def test_a_replay_leads_to_the_readings_of_its_study(qtbot, dataset):
    class Source:
        path = dataset.parent / "recording.gazeh5"
        study = None

    class Replay(QWidget):
        source = Source()
        picture = SimpleNamespace(colours=DARK)

    replay = Replay()
    qtbot.addWidget(replay)
    browser = open_similar(replay)
    assert browser.parent() is replay
    assert browser.title.text() == str(dataset.parent)
    qtbot.waitUntil(lambda: not browser.worker.is_busy, timeout=10_000)
    assert "holds no recording" in browser.wait.text.text()


def test_every_measure_has_words():
    assert set(ORDER) == set(GazeMeasure)
    assert len({measure_title(measure) for measure in GazeMeasure}) == len(GazeMeasure)
