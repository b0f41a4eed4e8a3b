"""The live copy is where the screen is, draws what is switched on, and draws again only what changed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QColor, QPixmap

from capture_app.gui import tokens
from capture_app.gui.fixation_stamps import fixation_radius
from capture_app.gui.image_copy import draw_pane, resample
from capture_app.gui.live_view import LiveView
from capture_app.gui.tokens import DARK, OVERLAY
from capture_app.session.settings import LiveViewOptions
from capture_app.session.states import FixationMark, HeatmapState, TrailPoint
from gaze_core.geometry import Rect

NOTHING = LiveViewOptions(show_gaze=False, show_trail=False, show_fixations=False)


def picture(view: LiveView) -> np.ndarray:
    """Return the painted view, (h, w, 3)."""
    image = view.grab().toImage()
    image = image.convertToFormat(image.Format.Format_RGB888)
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return raw[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def differs_at(view: LiveView, before: np.ndarray, x: int, y: int) -> bool:
    return bool(np.any(picture(view)[y, x] != before[y, x]))


@pytest.fixture
def view(qtbot, themed, make_state):
    widget = LiveView(DARK)
    widget.resize(400, 300)
    widget.show()
    widget.set_options(NOTHING)
    widget.render_state(make_state())
    yield widget
    widget.hide()
    widget.deleteLater()


def test_the_copy_keeps_the_place_of_the_picture(view):
    rows, columns = np.nonzero(picture(view)[..., 0] == 200)
    assert (columns.min(), columns.max(), rows.min(), rows.max()) == (100, 299, 50, 249)


def test_rendering_twice_gives_the_same_picture(view, make_state):
    before = picture(view)
    view.render_state(make_state())
    assert np.array_equal(picture(view), before)


def test_the_base_is_not_drawn_again_when_only_the_gaze_moves(view, make_state):
    drawn = view._base.cacheKey()
    state = make_state()
    view.render_state(replace(state, gaze=TrailPoint(x_norm=0.1, y_norm=0.1, age_s=0.0)))
    assert view._base.cacheKey() == drawn


def test_the_gaze_point_is_painted_where_the_reader_looks(view):
    view.set_options(replace(NOTHING, show_gaze=True))
    colour = tuple(int(OVERLAY.combined[i : i + 2], 16) for i in (1, 3, 5))
    assert tuple(picture(view)[150, 200]) == colour


def test_gaze_that_is_not_known_is_not_painted(view, make_state):
    view.set_options(replace(NOTHING, show_gaze=True, show_trail=True))
    nowhere = TrailPoint(x_norm=float("nan"), y_norm=float("nan"), age_s=0.0)
    view.render_state(make_state(gaze=nowhere, trail=(nowhere, nowhere)))
    assert tuple(picture(view)[150, 200]) == (200, 200, 200)


@pytest.mark.parametrize(
    ("option", "x", "y"),
    [("show_trail", 178, 150), ("show_fixations", 160, 120), ("show_heatmap", 280, 240)],
)
def test_each_layer_can_be_switched_on_and_off(view, option, x, y):
    before = picture(view)
    view.set_options(replace(NOTHING, **{option: True}))
    assert differs_at(view, before, x, y)
    view.set_options(NOTHING)
    assert np.array_equal(picture(view), before)


def test_fixations_lie_over_the_questions_of_a_study(view):
    screens = QPixmap(10, 10)
    screens.fill(QColor(90, 90, 90))
    view.render_screens(screens)
    before = picture(view)
    view.set_options(replace(NOTHING, show_fixations=True))
    assert differs_at(view, before, 160, 120)


def test_the_path_between_fixations_is_seen_on_white_and_on_black(view, make_state):
    marks = tuple(
        FixationMark(number=number, x_norm=x_norm, y_norm=0.5, duration_s=0.1, is_open=is_open)
        for number, x_norm, is_open in ((1, 0.3, False), (2, 0.6, False), (3, 0.9, True))
    )
    view.set_options(replace(NOTHING, show_fixations=True))
    for grey, is_darker in ((255, True), (0, False)):
        screens = QPixmap(10, 10)
        screens.fill(QColor(grey, grey, grey))
        view.render_screens(screens)
        view.render_state(make_state(fixations=marks))
        for x in (180, 300):  # between finished ones, and from the last of them to the one that goes on
            column = picture(view)[140:160, x, 0].astype(int)
            assert (grey - column.min() if is_darker else column.max() - grey) >= 40


def test_the_heatmap_follows_its_opacity(view):
    view.set_options(replace(NOTHING, show_heatmap=True, heatmap_opacity=0.5))
    half = int(picture(view)[240, 280, 0])
    view.set_options(replace(NOTHING, show_heatmap=True, heatmap_opacity=1.0))
    assert (half, int(picture(view)[240, 280, 0])) == (pytest.approx(228, abs=2), 255)


def test_both_eyes_can_be_shown(view, make_state):
    view.set_options(replace(NOTHING, show_eyes=True))
    view.render_state(make_state(left_gaze=TrailPoint(x_norm=0.3, y_norm=0.5, age_s=0.0)))
    colour = tuple(int(OVERLAY.left[i : i + 2], 16) for i in (1, 3, 5))
    assert tuple(picture(view)[150, 120]) == colour


def test_following_magnifies_and_keeps_the_gaze_in_view(view, make_state):
    view.set_options(replace(NOTHING, follow=True))
    view.render_state(make_state(gaze=TrailPoint(x_norm=0.9, y_norm=0.9, age_s=0.0)))
    stage = view.stage()
    place = stage.point(0.9, 0.9)
    assert stage.w == pytest.approx(400 * tokens.FOLLOW_MAGNIFICATION)
    assert 0 <= place.x() <= 400
    assert 0 <= place.y() <= 300


def test_small_movements_do_not_move_the_followed_view(view, make_state):
    view.set_options(replace(NOTHING, follow=True))
    before = view.stage()
    view.render_state(make_state(gaze=TrailPoint(x_norm=0.55, y_norm=0.5, age_s=0.0)))
    assert view.stage() == before


def test_a_longer_fixation_is_larger_within_limits():
    radii = [fixation_radius(duration_s) for duration_s in (0.0, 0.2, 0.5, 1.0, 100.0)]
    assert radii == sorted(radii)
    assert (radii[0], radii[-1]) == (tokens.FIXATION_RADIUS_MINIMUM, tokens.FIXATION_RADIUS_MAXIMUM)


def test_resampling_keeps_edges_in_place_when_a_picture_is_made_smaller():
    grey = np.zeros((400, 600), np.uint8)
    grey[:, 300:] = 240
    small = resample(grey, Rect(0.0, 0.0, 150.0, 100.0), (0, 0, 150, 100))
    assert small.shape == (100, 150)
    assert (small[50, 73], small[50, 76]) == (0, 240)


def test_resampling_averages_what_it_leaves_out():
    fine = np.zeros((300, 300), np.uint8)
    fine[:, ::3] = 240
    small = resample(fine, Rect(0.0, 0.0, 100.0, 100.0), (0, 0, 100, 100))
    assert np.ptp(small) <= 1
    assert small.mean() == pytest.approx(80.0, abs=1.0)


@pytest.mark.parametrize("size", [(1, 1), (3, 700), (701, 5)])
def test_odd_pictures_can_be_copied(make_pane, size):
    pane = replace(
        make_pane(),
        grey=np.full(size, 90, np.uint8),
        grey_screen_px=Rect(5.0, 7.0, float(size[1]), float(size[0])),
    )
    drawn = draw_pane(pane, 0.37)
    assert drawn is None or min(drawn.pixmap.width(), drawn.pixmap.height()) >= 1


def test_what_the_eyes_have_covered_is_shown_whatever_else_is_switched_off(view, make_state):
    before = picture(view)
    rgba = np.zeros((50, 50, 4), np.uint8)
    rgba[:25] = (0, 0, 255, 128)  # the upper half of the image
    view.render_state(make_state(cover_masks=(HeatmapState(image_id=0, rgba=rgba, version=1),)))
    assert differs_at(view, before, 200, 60)
    assert not differs_at(view, before, 200, 240)
    view.render_state(make_state())
    assert np.array_equal(picture(view), before)
