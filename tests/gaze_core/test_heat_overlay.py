"""The heat layer of 512 px is the published one, pixel for pixel."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from gaze_core.heat_overlay import (
    laid_over,
    overlay_alpha,
    places_on_layer,
    reduced_size,
    seconds_since_previous,
)


@pytest.fixture(scope="module")
def vectors() -> dict[str, Any]:
    shared = os.environ.get("READING_STATION_SHARED")
    if not shared:
        pytest.skip("READING_STATION_SHARED is not set: the worked numbers are not here")
    path = Path(shared) / "formats" / "vectors" / "mimic_eye_heat.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def test_layers_and_composites_are_those_of_the_worked_numbers(vectors: dict[str, Any]) -> None:
    for case in vectors["heatmap_cases"]:
        x, y, t = np.array(case["fixations_xyt"]).T
        alpha = overlay_alpha(x, y, t, tuple(case["original_size_wh"]), tuple(case["resized_wh"]))
        layer = np.dstack([255 - alpha, 0 * alpha, 0 * alpha, alpha])
        picture = laid_over(np.full(alpha.shape, 128, np.uint8), alpha)
        assert int(alpha.sum()) == case["alpha_sum"]
        assert int(np.count_nonzero(alpha)) == case["n_alpha_nonzero"]
        row, column = np.unravel_index(alpha.argmax(), alpha.shape)
        assert [column, row] == case["first_argmax_xy"]
        for probe in case["probes"]:
            column, row = probe["xy"]
            assert layer[row, column].tolist() == probe["heat_rgba"]
            assert picture[row, column].tolist() == probe["composited_on_gray128_rgba"]


def test_images_are_reduced_to_the_sizes_of_the_worked_numbers(vectors: dict[str, Any]) -> None:
    for case in vectors["resize_cases"]:
        assert list(reduced_size(*case["in_wh"])) == case["out_wh"]


def test_a_row_without_a_start_lasts_since_the_row_before(vectors: dict[str, Any]) -> None:
    rule = vectors["eyegaze_duration_rule"]
    ends = np.array(rule["Time (in secs)"])
    assert seconds_since_previous(ends).tolist() == pytest.approx(rule["duration"])
    assert (ends - seconds_since_previous(ends)).tolist() == pytest.approx(rule["timestamp_start_fixation"])


def test_any_reading_gives_the_layer_of_a_blur_over_the_whole_picture() -> None:
    rng = np.random.default_rng(7)
    for size in ((1000, 1200), (300, 60), (64, 4000)):
        x, y = rng.uniform(-40, size[0] + 40, 60), rng.uniform(-40, size[1] + 40, 60)
        weight = rng.uniform(0.05, 0.9, 60)
        x[:2], y[:2] = size[0] / 2, size[1] / 2  # twice at one place
        columns, rows = reduced_size(*size)
        column, row, is_kept = places_on_layer(x, y, size, (columns, rows))
        seconds = np.zeros((rows, columns))
        np.add.at(seconds, (row[is_kept], column[is_kept]), weight[is_kept])
        blurred = gaussian_filter(seconds, 5)
        if not is_kept.any():
            assert not overlay_alpha(x, y, weight, size).any()
            continue
        expected = np.clip((blurred / blurred.max() * 255).astype(int), 0, 255)
        assert np.array_equal(overlay_alpha(x, y, weight, size), expected)


def test_nothing_that_is_not_on_the_image_is_drawn() -> None:
    x, y, t = (
        [0.0, 100.0, math.nan, 50.0, 50.0],
        [50.0, 50.0, 50.0, -1.0, 50.0],
        [1.0, 1.0, 1.0, 1.0, math.nan],
    )
    assert not overlay_alpha(x, y, t, (100, 100)).any()
    assert not overlay_alpha([], [], [], (100, 100)).any()


def test_a_layer_over_colours_leaves_what_it_does_not_touch() -> None:
    rng = np.random.default_rng(1)
    base = rng.integers(0, 256, (64, 64, 3)).astype(np.uint8)
    alpha = overlay_alpha([32.0], [32.0], [1.0], (64, 64), (64, 64))
    picture = laid_over(base, alpha)
    assert np.array_equal(picture[alpha == 0][:, :3], base[alpha == 0])
    assert picture[32, 32].tolist() == [0, 0, 0, 255]
    for channel in range(3):
        assert np.array_equal(laid_over(base[..., channel], alpha)[..., channel], picture[..., channel])


def test_sizes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        laid_over(np.zeros((3, 4), np.uint8), np.zeros((4, 3), np.uint8))
    with pytest.raises(ValueError, match="cannot have a heat layer"):
        overlay_alpha([1.0], [1.0], [1.0], (0, 10))
