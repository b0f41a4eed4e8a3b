"""The maps of Eye Gaze and of the MIMIC-Eye applications, against worked numbers and a plain blur."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gaze_core.heat_published import EYE_GAZE_SIGMA_PX, applications_heat, eye_gaze_heat


@pytest.fixture(scope="module")
def vector() -> dict[str, Any]:
    shared = os.environ.get("READING_STATION_SHARED")
    if not shared:
        pytest.skip("READING_STATION_SHARED is not set: the worked numbers are not here")
    path = Path(shared) / "formats" / "vectors" / "mimic_eye.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))["mimic_eye_app_heatmap"])


def test_the_map_of_the_applications_is_that_of_the_worked_numbers(vector: dict[str, Any]) -> None:
    start, end, x, y, _ = np.array(vector["rows[start,end,x,y,pupil]"]).T
    heat = applications_heat(x, y, end - start, *vector["dispsize_wh"])
    assert list(heat.shape) == vector["shape"]
    assert int(np.count_nonzero(heat)) == vector["nonzero"]
    assert float(heat.sum()) == pytest.approx(vector["sum"], rel=1e-12)
    for place, value in vector["at_yx"].items():
        assert heat[tuple(map(int, place.strip("()").split(",")))] == pytest.approx(value, abs=1e-12)


def test_a_window_beyond_the_right_edge_reaches_in_and_one_beyond_the_left_does_not() -> None:
    assert applications_heat([310.0], [50.0], [1.0], 300, 100).any()
    assert not applications_heat([-1.0], [50.0], [1.0], 300, 100).any()
    assert not applications_heat([np.nan], [50.0], [1.0], 300, 100).any()


def test_the_map_of_eye_gaze_is_a_reflected_blur_of_counted_fixations() -> None:
    x, y = [20.7, 20.2, 59.0, 50.0, 40.0], [30.0, 30.9, 10.5, 0.4, 500.0]  # the last two do not count
    counted = np.zeros((42, 60))
    counted[30, 20], counted[10, 59] = 2, 1
    radius = int(4 * EYE_GAZE_SIGMA_PX)
    weights = np.exp(-0.5 * (np.arange(-radius, radius + 1) / EYE_GAZE_SIGMA_PX) ** 2)
    weights /= weights.sum()
    for axis in (0, 1):
        padded = np.pad(
            counted, [(radius, radius) if axis == each else (0, 0) for each in (0, 1)], "symmetric"
        )
        counted = np.apply_along_axis(lambda line: np.convolve(line, weights, "valid"), axis, padded)
    heat = eye_gaze_heat(x, y, 59, 41)
    assert heat.shape == (42, 60)
    assert np.allclose(heat, counted, rtol=1e-9)


def test_images_without_pixels_or_too_large_have_no_map() -> None:
    with pytest.raises(ValueError, match="cannot have a map"):
        eye_gaze_heat([1.0], [1.0], 0, 10)
    with pytest.raises(ValueError, match="cannot have a map"):
        applications_heat([1.0], [1.0], [1.0], 10, 9000)
