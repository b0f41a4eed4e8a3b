from __future__ import annotations

import numpy as np
import pytest

from drivers.contract import Scene, ScenePane
from drivers.mock import MockSettings, simulate
from drivers.mock.scenes import EMPTY_SCENE, SceneBook, calls_for_movement

CALM = {"blinks_per_min": 0.0, "corrective_share": 0.0}


def fixations_of(simulated):
    events = simulated.truth_events
    return events[events["label"] == 1]


def on_screen_norm(events):
    """Centroids as fractions of the screen, seen from 650 mm."""
    across = np.tan(np.radians(events["azimuth_deg"])) * 650.0
    down = np.tan(np.radians(events["elevation_deg"])) * np.hypot(across, 650.0)
    return across / 528.0 + 0.5, down / 297.0 + 0.5


def pane_with(places, src=(0.0, 0.0, 1000.0, 1000.0), dst=(0.3, 0.1, 0.4, 0.8), image_id=1):
    return ScenePane(image_id=image_id, src_image_px=src, dst_norm=dst, places_image_px=places)


def test_an_eye_stays_on_a_target_until_it_moves(setup):
    scene = Scene(t_host_ns=0, targets_norm=((0.2, 0.3),))
    moved = Scene(t_host_ns=4_000_000_000, targets_norm=((0.8, 0.7),))
    settings = MockSettings.for_scenario("ideal", rate_hz=120.0, **CALM)

    truth = simulate(settings, 8.0, setup, scene, [moved]).truth

    first, second = truth[120:480], truth[4 * 120 + 84 :]
    for part, (x_norm, y_norm) in ((first, (0.2, 0.3)), (second, (0.8, 0.7))):
        error_mm = np.hypot((part["x_norm"] - x_norm) * 528.0, (part["y_norm"] - y_norm) * 297.0)
        assert np.median(error_mm) < np.tan(np.radians(0.5)) * 650.0
        assert error_mm.max() < np.tan(np.radians(1.5)) * 650.0


def test_the_eye_answers_a_new_target_after_its_reaction_time(setup):
    scene = Scene(t_host_ns=0, targets_norm=((0.2, 0.5),))
    moved = Scene(t_host_ns=3_000_000_000, targets_norm=((0.8, 0.5),))
    settings = MockSettings.for_scenario("ideal", rate_hz=600.0, clock_skew_ppm=0.0, **CALM)

    simulated = simulate(settings, 5.0, setup, scene, [moved])

    saccades = simulated.truth_events[
        (simulated.truth_events["label"] == 2) & (simulated.truth_events["amplitude_deg"] > 10.0)
    ]
    reaction_s = (saccades["onset_device_ns"][-1] - 1_003_000_000_000) * 1e-9
    assert 0.15 <= reaction_s < 0.3


def test_several_targets_are_looked_at_in_turn(setup):
    targets = ((0.1, 0.1), (0.9, 0.1), (0.5, 0.9))
    settings = MockSettings.for_scenario("ideal", rate_hz=60.0, **CALM)

    events = simulate(settings, 12.0, setup, Scene(t_host_ns=0, targets_norm=targets)).truth_events

    visited = [name.decode() for name in events["target"][events["label"] == 2] if name.startswith(b"target")]
    changes = [name for name, before in zip(visited, ["", *visited], strict=False) if name != before]
    assert changes[:6] == ["target 0", "target 1", "target 2"] * 2


def test_places_are_looked_at_where_the_pane_shows_them(setup, image_scene):
    settings = MockSettings.for_scenario("ideal", rate_hz=60.0, saccade_gain=1.0, **CALM)

    simulated = simulate(settings, 90.0, setup, image_scene)

    fixations = fixations_of(simulated)[2:]
    x_norm, y_norm = on_screen_norm(fixations)
    for number, (across, down) in enumerate(((0.25, 0.3), (0.7, 0.65))):
        here = fixations["target"] == f"place {number}".encode()
        assert here.sum() > 10
        assert np.median(x_norm[here]) == pytest.approx(0.3 + 0.4 * across, abs=0.02)
        assert np.median(y_norm[here]) == pytest.approx(0.1 + 0.8 * down, abs=0.03)


def test_heavier_places_are_looked_at_more_often(setup):
    pane = pane_with(((400.0, 400.0, 1.0), (600.0, 400.0, 1.0), (400.0, 600.0, 6.0), (600.0, 600.0, 6.0)))
    settings = MockSettings.for_scenario("ideal", rate_hz=60.0, **CALM)

    targets = fixations_of(simulate(settings, 60.0, setup, Scene(t_host_ns=0, panes=(pane,))))["target"]

    light = np.isin(targets, [b"place 0", b"place 1"]).sum()
    heavy = np.isin(targets, [b"place 2", b"place 3"]).sum()
    assert heavy > 2 * light


def test_zooming_in_moves_the_places_and_drops_those_out_of_view(setup):
    places = ((250.0, 250.0, 1.0), (750.0, 750.0, 1.0))
    zoomed = pane_with(places, src=(0.0, 0.0, 500.0, 500.0))
    settings = MockSettings.for_scenario("ideal", rate_hz=60.0, saccade_gain=1.0, **CALM)

    fixations = fixations_of(simulate(settings, 40.0, setup, Scene(t_host_ns=0, panes=(zoomed,))))[2:]

    at_place = fixations["target"] == b"place 0"
    x_norm, _ = on_screen_norm(fixations[at_place])
    assert at_place.any()
    assert not (fixations["target"] == b"place 1").any()
    assert np.median(x_norm) == pytest.approx(0.5, abs=0.03)


def test_the_eye_stays_on_the_pane_and_uses_the_whole_empty_screen(setup):
    settings = MockSettings.for_scenario("ideal", rate_hz=60.0, head_sway_rms_mm=0.0, **CALM)
    pane = pane_with((), dst=(0.0, 0.0, 0.3, 1.0))

    on_pane = fixations_of(simulate(settings, 40.0, setup, Scene(t_host_ns=0, panes=(pane,))))[3:]
    anywhere = fixations_of(simulate(settings, 40.0, setup))

    assert on_screen_norm(on_pane)[0].max() < 0.35
    assert np.ptp(on_screen_norm(anywhere)[0]) > 0.5


def test_two_panes_are_both_read(setup):
    left = pane_with((), dst=(0.0, 0.0, 0.45, 1.0), image_id=1)
    right = pane_with((), dst=(0.55, 0.0, 0.45, 1.0), image_id=2)
    settings = MockSettings.for_scenario("ideal", rate_hz=60.0, **CALM)

    x_norm, _ = on_screen_norm(
        fixations_of(simulate(settings, 60.0, setup, Scene(t_host_ns=0, panes=(left, right))))
    )

    assert 0.2 < np.mean(x_norm < 0.5) < 0.8


def test_a_new_image_ends_the_running_fixation_and_a_zoom_does_not():
    first = Scene(t_host_ns=0, panes=(pane_with((), image_id=1),))
    other = Scene(t_host_ns=0, panes=(pane_with((), image_id=2),))
    zoomed = Scene(t_host_ns=0, panes=(pane_with((), src=(0.0, 0.0, 100.0, 100.0), image_id=1),))

    assert calls_for_movement(first, other)
    assert calls_for_movement(first, EMPTY_SCENE)
    assert not calls_for_movement(first, zoomed)


def test_a_degenerate_pane_does_not_stop_the_eye(setup):
    pane = pane_with(
        ((1.0, 1.0, 1.0), (float("nan"), 1.0, float("inf"))),
        src=(0.0, 0.0, 0.0, 0.0),
        dst=(0.5, 0.5, 0.0, 0.0),
    )
    settings = MockSettings.for_scenario("ideal", rate_hz=60.0, **CALM)

    simulated = simulate(settings, 5.0, setup, Scene(t_host_ns=0, panes=(pane,)))

    assert np.isfinite(simulated.truth["x_norm"]).all()


def test_a_scene_book_knows_what_is_seen_when():
    first, second, third = (Scene(t_host_ns=stamp) for stamp in (1, 2, 3))
    book = SceneBook(first)
    book.add(20, third)
    book.add(10, second)

    assert [book.at(tick) for tick in (0, 9, 10, 19, 20)] == [first, first, second, second, third]
    assert [book.next_change(tick) for tick in (0, 10, 20)] == [10, 20, None]
    book.forget_before(15)
    assert book.at(15) is second
    book.add(20, first)
    assert book.at(25) is first
