"""The live copy holds what a study lays over the reader's window: seldom painted, never what was before."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QPixmap
from study_stage import StageDesk, study_of

from capture_app.gui.live_view import LiveView
from capture_app.gui.reader_copy import LOOK_AGAIN_NS, ReaderCopy
from capture_app.gui.reader_window import ReaderWindow
from capture_app.gui.tokens import DARK
from capture_app.session.states import DotState, ReaderState
from capture_app.session.study.task_keys import ChoiceScreen, ImageScreen, LikertScreen

SIZE = QSize(320, 200)
SCREENS = (
    ChoiceScreen(name="side", text="Which side?", choices=("left", "right")),
    LikertScreen(name="hard", text="How hard was it?"),
    ImageScreen(name="image"),
)


class Stage:
    """A reader's window on a study, and its copy."""

    def __init__(self) -> None:
        self.desk = StageDesk(study_of(*SCREENS))
        self.window = ReaderWindow()
        self.window.resize(1280, 800)
        self.window.host(self.desk)
        self.window.show()
        self.copy = ReaderCopy(self.window)
        self.now_ns = 0
        self.revision = 0

    def show(self, application, name: str) -> None:
        self.desk.walk_to(name)
        self.ask()
        application.processEvents()

    def ask(self) -> None:
        self.revision += 1
        self.window.render_state(ReaderState(revision=self.revision))
        self.window.render_study(self.desk.state)

    def picture(self, after_ns: int = 0):
        self.now_ns += after_ns
        return self.copy.picture(self.now_ns, SIZE)


@pytest.fixture
def stage(qtbot, themed) -> Iterator[Stage]:
    made = Stage()
    yield made
    made.window.hide()
    made.window.deleteLater()


def test_an_answer_screen_is_in_the_copy_without_any_ground(stage, qapp):
    stage.show(qapp, "side")
    picture = stage.picture()
    assert picture.size() == SIZE
    image = picture.toImage()
    alphas = [image.pixelColor(x, y).alpha() for x in range(0, 320, 2) for y in range(0, 200, 2)]
    assert max(alphas) == 255
    assert alphas.count(0) > len(alphas) / 2


def test_nothing_is_copied_without_a_study(stage, qapp):
    assert stage.picture() is None


def test_nothing_new_is_painted_while_the_window_paints_nothing_new(stage, qapp):
    stage.show(qapp, "side")
    assert stage.picture().cacheKey() == stage.picture(10 * LOOK_AGAIN_NS).cacheKey()


def test_a_change_is_copied_but_not_more_often_than_four_times_a_second(stage, qapp):
    stage.show(qapp, "side")
    before = stage.picture().cacheKey()
    stage.desk.answer(("left",))
    stage.ask()
    qapp.processEvents()
    assert stage.picture(LOOK_AGAIN_NS - 1).cacheKey() == before
    assert stage.picture(1).cacheKey() != before


def test_another_screen_is_never_covered_by_the_one_before(stage, qapp):
    stage.show(qapp, "side")
    assert stage.picture() is not None
    stage.desk.walk_to("hard")
    stage.ask()
    assert stage.picture(1) is None, "the reader still waits for the new screen"
    qapp.processEvents()
    assert stage.picture(1) is not None


def test_the_live_copy_paints_what_it_is_given_over_the_whole_screen(qtbot, themed, make_state):
    view = LiveView(DARK)
    view.resize(400, 300)
    view.render_state(make_state())
    before = view.grab().toImage()
    screens = QPixmap(view.screen_size_px())
    screens.fill(QColor(250, 10, 10))
    view.render_screens(screens)
    assert view.grab().toImage().pixelColor(120, 70) == QColor(250, 10, 10)
    view.render_screens(None)
    assert view.grab().toImage() == before
    view.deleteLater()


def test_the_live_copy_shows_the_target_of_the_reader(qtbot, themed, make_state, make_reader_state):
    view = LiveView(DARK)
    view.resize(1920, 1080)
    dot = DotState(x_norm=0.25, y_norm=0.5, size_share=1.0)
    view.render_state(make_state(reader=make_reader_state(panes=(), dot=dot), gaze=None))
    stage = view.stage()
    place = stage.point(0.25, 0.5).toPoint()
    image = view.grab().toImage()
    assert image.pixelColor(place).lightness() < 40, "its core is dark"
    assert image.pixelColor(place.x() + 8, place.y()).lightness() > 200
    view.deleteLater()
