"""The maps of GazeMedSeg are the published ones, and so are their masks and overlaps."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gaze_core.heat_grid import (
    GRID_CELLS,
    LEVELS,
    PROSTATE_LEVELS,
    as_grey,
    dice,
    grid_cell,
    grid_heat,
    intersection_over_union,
    mask_at,
)


@pytest.fixture(scope="module")
def vectors() -> dict[str, Any]:
    shared = os.environ.get("READING_STATION_SHARED")
    if not shared:
        pytest.skip("READING_STATION_SHARED is not set: the worked numbers are not here")
    path = Path(shared) / "formats" / "vectors" / "gazemedseg.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("name", "thresholds"), [("heatmap_kvasir", (0.5, 0.3)), ("heatmap_nci-isbi", (0.4, 0.2))]
)
def test_maps_are_those_of_the_worked_numbers(vectors: dict[str, Any], name: str, thresholds) -> None:
    x, y, t = np.array(vectors["heatmap_kvasir"]["fixations[xnorm,ynorm,ms]"]).T
    height, width = vectors["heatmap_kvasir"]["original_hw"]
    expected = vectors[name]
    soft = grid_heat(x, y, t, (width, height), expected["sigma"])
    grey = as_grey(soft)
    assert soft.dtype == np.float16
    assert soft.shape == (height, width)
    for where, probe in expected["probes"].items():
        row, column = (int(part.split()[1]) for part in where.strip("[]").split(","))
        assert float(soft[row, column]) == probe["float16"]
        assert int(grey[row, column]) == probe["uint8"]
    assert int(grey.sum()) == expected.get("u8_sum", int(grey.sum()))
    assert float(soft.max()) == expected.get("max", float(soft.max()))
    for threshold in thresholds:
        assert int((soft >= threshold).sum()) == expected[f"area>={threshold}"]


def test_cells_are_those_of_the_worked_numbers_but_never_wrap(vectors: dict[str, Any]) -> None:
    for fraction, cell in vectors["grid_index"].items():
        assert int(grid_cell(float(fraction))) == max(cell, 0)
    heat = grid_heat([0.0], [0.5], [100.0], (64, 48), 10.0)
    assert int(heat[24].argmax()) == 0  # the published code has it at the far edge
    assert vectors["wraparound"]["peak_col_of_resized"] == 63


def test_a_map_that_is_enlarged_stays_between_0_and_1(vectors: dict[str, Any]) -> None:
    assert vectors["cubic_overshoot_upsampled_x2"]["min"] < 0  # what is cut off here
    heat = grid_heat([0.5, 0.2], [0.5, 0.7], [100.0, 300.0], (2 * GRID_CELLS, 2 * GRID_CELLS), 5.0)
    assert float(heat.min()) == 0.0
    assert float(heat.max()) <= 1.0


@pytest.mark.parametrize(
    ("x", "duration_ms", "sigma"), [([], [], 70.0), ([0.5], [0.0], 70.0), ([0.5], [1.0], 0.0)]
)
def test_without_gaze_or_blur_there_is_no_map(vectors: dict[str, Any], x, duration_ms, sigma) -> None:
    assert vectors["empty"]["all_nan"]  # as published: here it is refused
    with pytest.raises(ValueError, match="needs a fixation"):
        grid_heat(x, x, duration_ms, (10, 10), sigma)


def test_thresholds_count_grey_levels_as_the_worked_numbers(vectors: dict[str, Any]) -> None:
    expected = vectors["threshold_on_u8"]
    grey = np.array(expected["u8"], np.uint8)
    for threshold in (0.5, 0.3, 0.2, 0.4):
        assert mask_at(grey, threshold).astype(int).tolist() == expected[f">={threshold}"]


def test_levels_are_the_published_ones(vectors: dict[str, Any]) -> None:
    for count, levels in vectors["levels"]["KVASIR"].items():
        assert LEVELS[int(count)] == tuple(level["thres"] for level in levels)
    assert tuple(level["thres"] for level in vectors["levels"]["PROSTATE"]["2"]) == PROSTATE_LEVELS


def test_overlaps_are_those_of_the_worked_numbers(vectors: dict[str, Any]) -> None:
    first, second = np.zeros((6, 6)), np.zeros((6, 6))
    first[1:4, 1:4] = second[2:5, 2:5] = 1
    assert dice(first, second) == pytest.approx(vectors["dice_notebook"]["value"], abs=1e-9)
    assert dice(0 * first, 0 * first) == vectors["dice_notebook"]["both_empty"]
    expected = vectors["dice_metric"]
    logits, target = np.array(expected["logits"][0][0]), np.array(expected["target"][0][0])
    soft = 1 / (1 + np.exp(-logits))
    assert dice(soft > 0.5, target) == pytest.approx(expected["threshold"][0], abs=1e-6)
    assert dice(soft, target) == pytest.approx(expected["soft"][0], abs=1e-6)
    assert intersection_over_union(soft > 0.5, target) == pytest.approx(
        expected["iou_threshold"][0], abs=1e-6
    )
    assert dice(0 * target, 0 * target) == expected["empty_pred_and_target"][0]
    assert intersection_over_union(0 * target, 0 * target) == 0.0
