"""Heatmaps: units, zoom, clipping, and growing equal to rendering."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from gaze_core.geometry import Rect, Screen, ViewingGeometry
from gaze_core.heatmaps import (
    HeatmapAccumulator,
    HeatmapSpec,
    HeatmapStep,
    colour_heatmap,
    heatmap_steps,
    render_heatmap,
)
from gaze_core.mapping import map_to_image
from gaze_core.rows import VIEWPORT

WHOLE = Rect(0, 0, 300, 200)


def step(x, y, *, weight_s=0.5, sigma=6.0, shown=WHOLE, px_per_deg=30.0):
    return HeatmapStep(
        x_image_px=x,
        y_image_px=y,
        weight_s=weight_s,
        sigma_image_px=sigma,
        shown_image_px=shown,
        px_per_deg_image=px_per_deg,
    )


def grown(steps, batch, max_size_px=1024):
    accumulator = HeatmapAccumulator(300, 200, max_size_px=max_size_px)
    for one in steps:
        for first in range(0, len(one.x_image_px), batch):
            part = slice(first, first + batch)
            accumulator.add(
                one.x_image_px[part],
                one.y_image_px[part],
                one.weight_s,
                sigma_image_px=one.sigma_image_px,
                shown_image_px=one.shown_image_px,
                px_per_deg_image=one.px_per_deg_image,
            )
    return accumulator.density


def test_the_map_is_seconds_per_square_degree():
    density = render_heatmap([step([150.0], [100.0], weight_s=2.0)], 300, 200)
    square_degrees_per_px = 1 / 30.0**2
    assert density.dtype == np.float32
    assert density.shape == (200, 300)
    assert density.sum() * square_degrees_per_px == pytest.approx(2.0, rel=1e-5)
    assert density[100, 150] == pytest.approx(2.0 * 30**2 / (2 * np.pi * 6**2), rel=0.01)


def test_the_map_is_the_gaussian_of_the_bins():
    random = np.random.default_rng(3)
    x, y = random.uniform(0, 300, 500), random.uniform(0, 200, 500)
    bins = np.zeros((200, 300))
    np.add.at(bins, (y.astype(int), x.astype(int)), 0.5)
    wanted = gaussian_filter(bins, 6.0, mode="constant", truncate=4.0) * 30.0**2
    assert np.allclose(render_heatmap([step(x, y)], 300, 200), wanted, rtol=1e-4, atol=1e-4 * wanted.max())


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), batch=st.integers(1, 60), max_size_px=st.sampled_from([64, 300]))
def test_growing_sample_by_sample_equals_rendering_at_once(seed, batch, max_size_px):
    random = np.random.default_rng(seed)
    steps = []
    for _ in range(3):
        left, top = random.uniform(0, 150), random.uniform(0, 100)
        shown = Rect(left, top, random.uniform(20, 300 - left), random.uniform(20, 200 - top))
        x, y = random.uniform(-20, 320, 40), random.uniform(-20, 220, 40)
        x[random.integers(0, 40)] = np.nan
        px_per_deg = random.uniform(5, 60)
        steps.append(step(x, y, sigma=px_per_deg, shown=shown, px_per_deg=px_per_deg))
    at_once = render_heatmap(steps, 300, 200, max_size_px=max_size_px)
    assert np.allclose(grown(steps, batch, max_size_px), at_once, rtol=1e-4, atol=1e-5 * at_once.max())


def test_the_order_of_zoom_steps_does_not_matter():
    steps = [step([100.0], [90.0]), step([120.0], [90.0], sigma=2.0, px_per_deg=10.0)]
    assert np.allclose(render_heatmap(steps, 300, 200), render_heatmap(steps[::-1], 300, 200), rtol=1e-5)


def test_nothing_spreads_beyond_the_rectangle_that_was_shown():
    shown = Rect(100, 50, 60, 40)
    density = render_heatmap([step([101.0, 159.5], [70.0, 89.9], shown=shown)], 300, 200)
    inside = density[50:90, 100:160].copy()
    density[50:90, 100:160] = 0
    assert density.max() == 0
    assert inside[:, 0].max() > 0
    assert inside[-1].max() > 0


def test_gaze_outside_the_shown_rectangle_is_not_on_the_image():
    density = render_heatmap(
        [step([99.0, np.nan, 160.0], [70.0, 70.0, 70.0], shown=Rect(100, 50, 60, 40))], 300, 200
    )
    assert density.max() == 0


def test_under_zoom_the_same_look_is_narrower_in_the_image_and_worth_the_same_seconds():
    wide = render_heatmap([step([150.0], [100.0], sigma=12.0, px_per_deg=12.0)], 300, 200)
    narrow = render_heatmap([step([150.0], [100.0], sigma=3.0, px_per_deg=3.0)], 300, 200)
    assert wide.sum() / 12**2 == pytest.approx(narrow.sum() / 3**2, rel=1e-4)
    assert wide.max() == pytest.approx(
        narrow.max(), rel=0.02
    )  # the same seconds over the same square degrees
    assert (wide > 0.1 * wide.max()).sum() > 10 * (narrow > 0.1 * narrow.max()).sum()


def test_a_large_image_is_mapped_at_a_smaller_scale_in_the_same_unit():
    accumulator = HeatmapAccumulator(6000, 3000, max_size_px=1000)
    accumulator.add(3000.0, 1500.0, 1.0, 300.0, Rect(0, 0, 6000, 3000), 300.0)
    assert accumulator.density.shape == (500, 1000)
    assert accumulator.scale == pytest.approx(1 / 6)
    assert accumulator.density.max() == pytest.approx(1 / (2 * np.pi), rel=1e-2)
    assert accumulator.density.sum() / 50**2 == pytest.approx(1.0, rel=1e-3)


def test_clearing_begins_anew_and_the_view_cannot_be_written():
    accumulator = HeatmapAccumulator(300, 200)
    accumulator.add([10.0], [10.0], 1.0, 5.0, WHOLE, 30.0)
    assert accumulator.density.max() > 0
    with pytest.raises(ValueError, match="read-only"):
        accumulator.density[0, 0] = 1
    accumulator.clear()
    assert accumulator.density.max() == 0


def test_the_whole_way_from_samples_under_two_zoom_steps():
    geometry = ViewingGeometry(Screen(width_px=600, height_px=400, width_mm=300, height_mm=200), 600)
    first = VIEWPORT.row(
        t_presented_host_ns=0, image_id=2, pane=0, src_x_image_px=0, src_y_image_px=0, src_w_image_px=300,
        src_h_image_px=200, dst_x_screen_px=0, dst_y_screen_px=0, dst_w_screen_px=600, dst_h_screen_px=400,
    )  # fmt: skip
    second = first.copy()
    second["t_presented_host_ns"] = 100
    second["src_w_image_px"], second["src_h_image_px"] = 150, 100
    viewport = np.concatenate([first, second])
    mapped = map_to_image([0.5, 0.5, 2.0], [0.5, 0.5, 0.5], [50, 150, 160], viewport, geometry.screen)
    steps = heatmap_steps(mapped, 0.25, viewport, 2, HeatmapSpec(sigma_deg=1.0), geometry)
    assert [float(one.x_image_px[0]) for one in steps] == [150, 75]
    assert steps[0].sigma_image_px == pytest.approx(geometry.px_per_deg_centre / 2)
    assert steps[1].sigma_image_px == pytest.approx(geometry.px_per_deg_centre / 4)
    assert steps[1].shown_image_px == Rect(0, 0, 150, 100)
    fixed = heatmap_steps(mapped, [0.1, 0.2, 0.3], viewport, 2, HeatmapSpec(sigma_px=7.0), geometry)
    assert [one.sigma_image_px for one in fixed] == [7.0, 7.0]
    assert [float(one.weight_s[0]) for one in fixed] == [0.1, 0.2]
    assert heatmap_steps(mapped, 0.25, viewport, 9, HeatmapSpec(sigma_deg=1.0), geometry) == []


def test_colour_is_transparent_where_nobody_looked_and_follows_the_opacity():
    density = np.array([[0.0, 0.5, 1.0]], np.float32)
    rgba = colour_heatmap(density, 0.6)
    assert rgba.shape == (1, 3, 4)
    assert rgba[0, :, 3].tolist() == [0, 108, 153]
    assert rgba[0, 2, 0] > rgba[0, 2, 2]  # red above blue at the hot end: RGBA, not BGRA
    assert np.array_equal(colour_heatmap(10 * density, 0.6), rgba)
    assert colour_heatmap(density, 1.0, peak=2.0)[0, 2, 3] == 181
    assert colour_heatmap(np.zeros((2, 2), np.float32), 1.0).max(axis=(0, 1))[3] == 0


@pytest.mark.parametrize(
    "sigmas", [{}, {"sigma_deg": 1.0, "sigma_px": 3.0}, {"sigma_deg": 0.0}, {"sigma_px": np.nan}]
)
def test_a_map_has_exactly_one_sigma(sigmas):
    with pytest.raises(ValueError, match="one positive sigma"):
        HeatmapSpec(**sigmas)


@pytest.mark.parametrize("size", [(0, 10, 100), (10, 10, 0), (10, 10, 10**6)])
def test_a_senseless_map_size_is_refused_before_memory_is_asked_for(size):
    with pytest.raises(ValueError, match="heatmap"):
        HeatmapAccumulator(size[0], size[1], max_size_px=size[2])


@pytest.mark.parametrize("wrong", [{"sigma": 0.0}, {"sigma": np.nan}, {"sigma": 1e9}, {"px_per_deg": -1.0}])
def test_a_step_without_usable_geometry_is_refused(wrong):
    with pytest.raises(ValueError, match="heatmap"):
        render_heatmap([step([5.0], [5.0], **wrong)], 300, 200)
