"""The full-resolution map of REFLACX is the published one."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gaze_core.heat_reflacx import DensityStep, full_density


def step(x: Any, y: Any, weight: Any, sigma: Any, shown: tuple[int, int, int, int]) -> DensityStep:
    return DensityStep(
        x_image_px=x, y_image_px=y, weight_s=weight, x_sigma_px=sigma, y_sigma_px=sigma, shown_image_px=shown
    )


def published(x: np.ndarray, y: np.ndarray, weight: np.ndarray, sigma: float, shown: tuple[int, ...], size):
    """A whole density for each fixation inside the rectangle."""
    total = np.zeros((size[1], size[0]))
    rows, columns = np.mgrid[shown[1] : shown[3], shown[0] : shown[2]]
    for one_x, one_y, one_weight in zip(x, y, weight, strict=True):
        squared = ((columns - one_x) ** 2 + (rows - one_y) ** 2) / sigma**2
        density = np.exp(-0.5 * squared) / (2 * math.pi * sigma**2)
        total[shown[1] : shown[3], shown[0] : shown[2]] += one_weight * density
    return total / total.sum()


def test_the_map_is_that_of_the_worked_numbers() -> None:
    shared = os.environ.get("READING_STATION_SHARED")
    if not shared:
        pytest.skip("READING_STATION_SHARED is not set: the worked numbers are not here")
    path = Path(shared) / "formats" / "vectors" / "mimic_eye.json"
    expected = json.loads(path.read_text(encoding="utf-8"))["reflacx_heatmap"]
    steps = [
        DensityStep(
            x_image_px=row["x_position"],
            y_image_px=row["y_position"],
            weight_s=row["timestamp_end_fixation"] - row["timestamp_start_fixation"],
            x_sigma_px=row["angular_resolution_x_pixels_per_degree"],
            y_sigma_px=row["angular_resolution_y_pixels_per_degree"],
            shown_image_px=tuple(
                row[f"{edge}_shown_from_image"] for edge in ("xmin", "ymin", "xmax", "ymax")
            ),
        )
        for row in expected["fixations"]
    ]
    density = full_density(steps, *expected["size_wh"])
    assert float(density.sum()) == pytest.approx(expected["sum"], abs=1e-6)
    assert list(np.unravel_index(density.argmax(), density.shape)) == expected["argmax_yx"]
    for where, value in expected["at_yx"].items():
        row, column = (int(part) for part in where.strip("()").split(","))
        assert float(density[row, column]) == pytest.approx(value, abs=1e-6 * float(density.max()))


def test_many_fixations_are_within_a_millionth_of_the_highest_place() -> None:
    rng = np.random.default_rng(3)
    x, y, weight = rng.uniform(-20, 220, 40), rng.uniform(-20, 170, 40), rng.uniform(0.05, 1.0, 40)
    shown = (20, 10, 190, 140)
    ours = full_density([step(x, y, weight, 9.0, shown)], 200, 150)
    theirs = published(x, y, weight, 9.0, shown, (200, 150))
    assert float(np.abs(ours - theirs).max()) < 1e-6 * theirs.max()
    assert not ours[:10].any()


def test_what_is_not_known_or_not_on_the_image_adds_nothing() -> None:
    whole = (0, 0, 50, 40)
    one = full_density([step([25.0], [20.0], [1.0], 4.0, whole)], 50, 40)
    more = step([math.nan, 25.0, 25.0, 900.0], [1.0, 20.0, 20.0, 900.0], [1.0, 1.0, 0.0, 1.0], 4.0, whole)
    assert np.allclose(full_density([more], 50, 40), one)
    assert not full_density([step([25.0], [20.0], [1.0], 4.0, (60, 0, 90, 40))], 50, 40).any()
    assert not full_density([], 50, 40).any()


def test_an_image_without_a_size_is_refused() -> None:
    with pytest.raises(ValueError, match="full resolution"):
        full_density([], 0, 40)
