"""What the reader's screen shows becomes rows when, and only when, a frame showed it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from capture_app.session.picture import Picture
from capture_app.session.presentation import MAX_PENDING, Presentation, ShownImage
from capture_app.session.viewport import ViewerControls
from gaze_core.geometry import Screen
from gaze_core.rows import NO_TIME
from recordings_schema.stimuli import load_image

SCREEN = Screen(width_px=800, height_px=600, width_mm=400.0, height_mm=300.0)
CONTROLS = ViewerControls()


@pytest.fixture
def image(make_image: Callable[..., Path]) -> Callable[..., ShownImage]:
    def make(image_id: int = 0, level: int | None = None, width_px: int = 60) -> ShownImage:
        stimulus = load_image(make_image(f"image {image_id}.png", width_px=width_px, level=level))
        places = ((5.0, 6.0, 1.0),)
        return ShownImage(
            image_id=image_id, stimulus=stimulus, picture=Picture(stimulus), places_image_px=places
        )

    return make


@pytest.fixture
def presentation() -> Presentation:
    return Presentation(SCREEN, CONTROLS, background_grey=51)


def presented(presentation: Presentation, t_host_ns: int, frame: int = 1, late: int = 0):
    return presentation.presented(presentation.state.revision, t_host_ns, frame, late)


def test_a_row_holds_when_it_was_asked_for_and_when_it_was_presented(presentation, image) -> None:
    presentation.show([image()], 3, 1000, progress="case 1 of 2")
    rows = presented(presentation, 5000, frame=17, late=2)
    (row,) = rows
    assert (row["t_asked_host_ns"], row["t_presented_host_ns"]) == (1000, 5000)
    assert (row["trial"], row["image_id"], row["pane"], row["slice"]) == (3, 0, 0, 0)
    assert (row["frame"], row["frames_late"], row["cause"]) == (17, 2, b"show")
    assert presentation.state.progress == "case 1 of 2"


def test_nothing_comes_out_before_the_frame(presentation, image) -> None:
    before = presentation.state.revision
    presentation.show([image()], 0, 1000)
    assert presentation.presented(before, 2000, 1, 0).size == 0
    assert presented(presentation, 3000)["t_presented_host_ns"].tolist() == [3000]
    assert presented(presentation, 4000).size == 0


def test_a_replaced_change_becomes_a_row_without_a_presented_time(presentation, image) -> None:
    presentation.show([image()], 0, 1000)
    presented(presentation, 1500)
    presentation.zoom(400, 300, 4, None, 2000)
    presentation.pan(10, 0, None, 3000)
    rows = presented(presentation, 9000)
    assert rows["cause"].tolist() == [b"zoom", b"pan"]
    assert rows["t_presented_host_ns"].tolist() == [NO_TIME, 9000]


def test_an_image_zoomed_before_its_first_frame_is_shown_by_that_frame(presentation, image) -> None:
    presentation.show([image()], 0, 1000)
    presentation.zoom(400, 300, 4, None, 2000)
    rows = presented(presentation, 9000)
    assert rows["cause"].tolist() == [b"show", b"show"]
    assert rows["t_presented_host_ns"].tolist() == [NO_TIME, 9000]
    assert rows["src_w_image_px"][1] < rows["src_w_image_px"][0]


def test_the_recorded_rectangle_is_the_painted_one(presentation, image) -> None:
    presentation.show([image()], 0, 1000)
    presentation.zoom(200, 150, 6, None, 2000)
    row = presented(presentation, 3000)[-1]
    placement = presentation.state.panes[0].placement
    assert row["src_x_image_px"] == placement.src_image_px.x
    assert row["src_w_image_px"] == placement.src_image_px.w
    assert row["dst_h_screen_px"] == placement.dst_screen_px.h
    assert presentation.placement_of(0) == placement
    assert presentation.placement_of(9) is None


def test_a_zoom_keeps_the_image_point_under_the_cursor(presentation, image) -> None:
    presentation.show([image()], 0, 1000)
    before = presentation.state.panes[0].placement.screen_to_image(300.0, 200.0)
    presentation.zoom(300.0, 200.0, 3, None, 2000)
    after = presentation.state.panes[0].placement.screen_to_image(300.0, 200.0)
    assert np.allclose(before, after)


def test_a_zoom_that_changes_nothing_is_no_change(presentation, image) -> None:
    presentation.show([image()], 0, 1000)
    revision = presentation.state.revision
    presentation.zoom(400, 300, -3, None, 2000)
    assert presentation.state.revision == revision


def test_fit_keeps_the_window_and_reset_does_not(presentation, image) -> None:
    presentation.show([image()], 0, 1000)
    start = presented(presentation, 1500)[0]
    presentation.zoom(400, 300, 4, None, 2000)
    presentation.window_level(30, -40, None, 2100)
    changed = presented(presentation, 2500)[-1]
    presentation.fit(3000)
    fitted = presented(presentation, 3500)[-1]
    presentation.reset(4000)
    reset = presented(presentation, 4500)[-1]
    assert fitted["src_w_image_px"] == reset["src_w_image_px"] == start["src_w_image_px"]
    assert changed["src_w_image_px"] < start["src_w_image_px"]
    assert fitted["window_width"] == changed["window_width"] != start["window_width"]
    assert (reset["window_width"], reset["window_centre"]) == (start["window_width"], start["window_centre"])


def test_a_study_may_forbid_zoom_and_window_each_for_itself(presentation, image) -> None:
    presentation.show([image()], trial=0, t_asked_host_ns=1)
    before = presentation.state
    presentation.allow(zoom=False, window=False)
    presentation.zoom(500.0, 500.0, 2.0, None, 2)
    presentation.pan(10.0, 10.0, None, 3)
    presentation.window_level(50.0, 50.0, None, 4)
    assert presentation.state is before
    presentation.allow(zoom=False, window=True)
    presentation.zoom(500.0, 500.0, 2.0, None, 5)
    presentation.window_level(50.0, 50.0, None, 6)
    assert presentation.state.revision == before.revision + 1
    presentation.allow(zoom=True, window=False)
    presentation.zoom(500.0, 500.0, 2.0, None, 8)
    assert presentation.state.revision == before.revision + 2


def test_a_window_drag_is_measured_in_logical_px_on_every_screen(image) -> None:
    widths = []
    for ratio in (1.0, 2.0):
        screen = Screen(
            width_px=800, height_px=600, width_mm=400.0, height_mm=300.0, device_pixel_ratio=ratio
        )
        presentation = Presentation(screen, CONTROLS, 0)
        presentation.show([image()], 0, 0)
        presentation.window_level(0, -100, None, 1)
        widths.append(presented(presentation, 2)["window_width"][-1])
    assert widths[0] == widths[1]


def test_panes_stand_side_by_side_and_the_pane_under_the_cursor_is_meant(presentation, image) -> None:
    presentation.show([image(0), image(1)], 0, 1000)
    rows = presented(presentation, 1500)
    assert rows["pane"].tolist() == [0, 1]
    assert rows["image_id"].tolist() == [0, 1]
    presentation.zoom(600, 300, 3, None, 2000)
    assert presented(presentation, 2500)["pane"].tolist() == [1]
    presentation.zoom(600, 300, 3, 0, 3000)
    assert presented(presentation, 3500)["pane"].tolist() == [0]


def test_a_drag_holds_on_to_its_pane(presentation, image) -> None:
    presentation.show([image(0), image(1)], 0, 1000)
    presentation.zoom(600, 300, 5, 1, 1100)
    presented(presentation, 1500)
    presentation.drag_started(600, 300)
    presentation.pan(-500, 0, None, 2000)
    assert presented(presentation, 2500)["pane"].tolist() == [1]
    presentation.drag_ended()
    presentation.window_level(0, -50, None, 3000)  # by key: the pane pointed at last
    assert presented(presentation, 3500)["pane"].tolist() == [1]


def test_a_point_between_the_panes_changes_nothing(presentation, image) -> None:
    presentation.show([image(0), image(1)], 0, 1000)
    revision = presentation.state.revision
    presentation.zoom(400, 300, 3, None, 2000)
    presentation.zoom(600, 300, 3, 7, 2000)
    assert presentation.state.revision == revision


def test_fewer_panes_leave_a_row_that_says_the_pane_is_empty(presentation, image) -> None:
    presentation.show([image(0), image(1)], 0, 1000)
    presented(presentation, 1500)
    presentation.show([image(2)], 1, 2000)
    rows = presented(presentation, 2500)
    assert rows[["pane", "image_id"]].tolist() == [(0, 2), (1, -1)]
    assert (rows["t_presented_host_ns"] == 2500).all()
    assert presentation.rows_in_force["image_id"].tolist() == [2, -1]
    assert presentation.rows_in_force["trial"].tolist() == [-1, -1]  # a recording begins without any trial
    assert rows["trial"].tolist() == [1, 1]


def test_a_cleared_screen_shows_its_sentence_and_a_row_for_each_pane(presentation, image) -> None:
    presentation.show([image(0)], 0, 1000, progress="case 1 of 1")
    presented(presentation, 1500)
    presentation.clear(0, 2000, message="Pause")
    assert presentation.state.panes == ()
    assert (presentation.state.message, presentation.state.progress) == ("Pause", "")
    assert presented(presentation, 2500)[["cause", "image_id"]].tolist() == [(b"clear", -1)]


def with_patch(presentation: Presentation) -> Presentation:
    presentation.configure(SCREEN, CONTROLS, 51, 0, has_patch=True)
    return presentation


def test_the_patch_flips_with_each_presented_image(presentation, image) -> None:
    with_patch(presentation)
    states = []
    for index in range(4):
        presentation.show([image(index)], index, 1000)
        states.append(presentation.state.patch)
        presented(presentation, 2000)
        presentation.zoom(400, 300, 1, None, 3000)
        assert presentation.state.patch == states[-1]
    assert states == [True, False, True, False]


def test_the_patch_flips_against_what_was_seen_when_an_image_was_replaced_unseen(presentation, image) -> None:
    with_patch(presentation)
    presentation.show([image(0)], 0, 1000)
    presented(presentation, 1500)
    seen = presentation.state.patch
    presentation.show([image(1)], 1, 2000)
    presentation.show([image(2)], 2, 2001)
    assert presentation.state.patch is not seen


def test_without_a_patch_none_is_painted(presentation, image) -> None:
    presentation.show([image()], 0, 0)
    assert presentation.state.patch is None


def test_another_screen_lays_the_same_view_out_anew(presentation, image) -> None:
    presentation.show([image()], 0, 1000)
    presentation.zoom(400, 300, 4, None, 1100)
    before = presented(presentation, 1500)[-1]
    larger = Screen(width_px=1600, height_px=1200, width_mm=400.0, height_mm=300.0)
    presentation.configure(larger, CONTROLS, 51, 2000, has_patch=False)
    row = presented(presentation, 2500)[-1]
    assert row["cause"] == b"layout"
    assert row["dst_w_screen_px"] == 2 * before["dst_w_screen_px"]
    assert row["src_w_image_px"] == pytest.approx(before["src_w_image_px"])


def test_the_same_screen_again_changes_nothing(presentation, image) -> None:
    presentation.show([image()], 0, 1000)
    revision = presentation.state.revision
    presentation.configure(SCREEN, CONTROLS, 51, 2000, has_patch=False)
    assert presentation.state.revision == revision


def test_the_luminance_of_a_row_counts_image_and_background(presentation, image) -> None:
    # 60 x 48 px fitted into 800 x 600: 750 x 600 px of white, the rest is 51/255 grey.
    presentation.show([image(level=255)], 0, 1000)
    row = presented(presentation, 1500)[0]
    expected = (750 * 600 + 50 * 600 * 0.2) / (800 * 600)
    assert row["luminance_mean"] == pytest.approx(expected, abs=1e-3)
    presentation.clear(0, 2000)
    assert presented(presentation, 2500)["luminance_mean"][0] == pytest.approx(0.2)


def test_a_row_keeps_the_luminance_of_its_own_revision(presentation, image) -> None:
    presentation.show([image(level=255)], 0, 1000)
    white = presentation.state.revision
    presentation.clear(0, 2000)
    assert presentation.presented(white, 2500, 1, 0)["luminance_mean"][0] > 0.9


def test_the_scene_tells_a_simulated_eye_what_is_where(presentation, image) -> None:
    presentation.show([image(4, level=255)], 0, 1000)
    scene = presentation.scene(77)
    (pane,) = scene.panes
    assert (scene.t_host_ns, pane.image_id) == (77, 4)
    assert pane.src_image_px == (0.0, 0.0, 60.0, 48.0)
    assert pane.dst_norm == pytest.approx((25 / 800, 0.0, 750 / 800, 1.0))
    assert pane.places_image_px == ((5.0, 6.0, 1.0),)
    assert pane.luminance == pytest.approx(1.0)
    assert scene.luminance == pytest.approx(presentation.luminance())


def test_a_window_that_never_paints_does_not_fill_the_memory(presentation, image, caplog) -> None:
    presentation.show([image()], 0, 0)
    for number in range(MAX_PENDING + 5):
        presentation.window_level(0, -1 if number % 2 else 1, None, number)
    assert presented(presentation, 10_000).size == MAX_PENDING
    assert "paints nothing" in caplog.text


def test_nothing_can_be_moved_on_an_empty_screen(presentation) -> None:
    presentation.zoom(400, 300, 3, None, 0)
    presentation.pan(10, 10, None, 0)
    presentation.window_level(10, 10, None, 0)
    assert presentation.state.revision == 0
    assert presentation.rows_in_force.size == 0
