"""The refinement by the image agrees with the published one and with the exact sums."""

from __future__ import annotations

import json
import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from gaze_core.crf import CrfParameters, Lattice, bilateral_features, refine_probability
from gaze_core.heat_grid import as_grey, dice, mask_at


def disc(height_px: int = 24, width_px: int = 32) -> tuple[np.ndarray, np.ndarray]:
    """The image and the map of the worked numbers."""
    row, column = np.mgrid[0:height_px, 0:width_px]
    image = np.where((row - 12) ** 2 + (column - 16) ** 2 <= 36, 190, 60).astype(np.uint8)
    soft = np.round(255 * np.exp(-((row - 12) ** 2 + (column - 14) ** 2) / 50)) / 255
    return image, soft


def exact(soft: np.ndarray, image: np.ndarray, parameters: CrfParameters) -> np.ndarray:
    """Return the mean field with every pair of pixels."""
    features = bilateral_features(image, parameters).T.astype(np.float64)
    squared = (features**2).sum(axis=1)
    kernel = np.exp(-0.5 * np.maximum(squared[:, None] + squared - 2 * features @ features.T, 0.0))
    scale = 1 / np.sqrt(kernel.sum(axis=1))
    own = np.log(np.clip(soft.ravel(), 1e-5, 1)) - np.log(np.clip(1 - soft.ravel(), 1e-5, 1))
    now = 1 / (1 + np.exp(-own))
    for _ in range(parameters.iterations):
        first, second = (scale * (kernel @ (scale * each)) for each in (now, 1 - now))
        now = 1 / (1 + np.exp(-(own + parameters.compatibility * (first - second))))
    return now.reshape(soft.shape)


@pytest.mark.parametrize("is_colour", [False, True])
def test_the_refinement_is_that_of_the_worked_numbers(is_colour: bool) -> None:
    shared = os.environ.get("READING_STATION_SHARED")
    if not shared:
        pytest.skip("READING_STATION_SHARED is not set: the worked numbers are not here")
    path = Path(shared) / "formats" / "vectors" / "gazemedseg.json"
    expected = json.loads(path.read_text(encoding="utf-8"))["crf"]
    image, soft = disc(*expected["image_hw"])
    parameters = CrfParameters(
        place_sigma_px=expected["sxy"], colour_sigma=expected["srgb"], compatibility=expected["compat"],
        iterations=expected["t"],
    )  # fmt: skip
    shown = np.dstack([image] * 3) if is_colour else image
    refined = refine_probability(soft, shown, parameters)
    for where, probe in expected["probes"].items():
        row, column = (int(part) for part in where.strip("[]").split(","))
        assert float(soft[row, column]) == pytest.approx(probe["prob_in"], abs=1e-7)
        assert float(refined[row, column]) == pytest.approx(probe["crf_out"], abs=1e-3)
        assert abs(int(as_grey(refined)[row, column]) - probe["u8_out"]) <= 1
    assert float(refined.sum()) == pytest.approx(expected["sum_out"], abs=0.05)
    for threshold in (0.5, 0.3):
        assert int((soft >= threshold).sum()) == expected[f"area_in>={threshold}"]
        assert int((refined >= threshold).sum()) == expected[f"area_out>={threshold}"]


@pytest.mark.parametrize("is_colour", [False, True])
def test_a_noisy_image_is_refined_as_with_every_pair_of_pixels(is_colour: bool) -> None:
    rng = np.random.default_rng(5)
    image = cv2.GaussianBlur(rng.uniform(0, 255, (40, 48, 3)), (0, 0), 6)
    image = cv2.normalize(image, None, 40, 200, cv2.NORM_MINMAX) + rng.normal(0, 4, image.shape)
    image = np.clip(image, 0, 255).astype(np.uint8)
    image = image if is_colour else np.ascontiguousarray(image[..., 0])
    row, column = np.mgrid[0:40, 0:48]
    soft = np.exp(-((row - 18) ** 2 + (column - 26) ** 2) / 120)
    parameters = CrfParameters(place_sigma_px=20.0)
    ours, theirs = refine_probability(soft, image, parameters), exact(soft, image, parameters)
    assert float(np.abs(ours - theirs).max()) < 0.03  # the lattice is an approximation, here as published
    for threshold in (0.5, 0.3):
        masks = (mask_at(as_grey(each), threshold) for each in (ours, theirs.astype(np.float32)))
        assert dice(*masks) > 0.98


def test_without_iterations_the_map_stays_as_it_is() -> None:
    image, soft = disc()
    refined = refine_probability(soft, image, CrfParameters(iterations=0))
    assert np.abs(refined - np.clip(soft, 1e-5, 1 - 1e-5)).max() < 1e-5


def test_equal_channels_are_grey() -> None:
    image, _ = disc()
    grey = bilateral_features(image, CrfParameters())
    assert np.array_equal(bilateral_features(np.dstack([image] * 3), CrfParameters()), grey)
    assert len(grey) == 3


def test_points_that_are_far_apart_are_found_without_a_table() -> None:
    rng = np.random.default_rng(1)
    features = rng.uniform(0, 60, (5, 400)).astype(np.float32)
    lattice = Lattice(features)
    assert lattice.point_count > 2000
    alone = lattice.filtered(np.eye(1, 400, dtype=np.float32)[0])
    assert int(alone.argmax()) == 0


def test_what_cannot_be_refined_is_refused() -> None:
    image, soft = disc()
    with pytest.raises(ValueError, match="cannot be refined with"):
        refine_probability(soft[:5], image, CrfParameters())
    with pytest.raises(ValueError, match="NaN"):
        refine_probability(np.full(soft.shape, np.nan), image, CrfParameters())
    with pytest.raises(ValueError, match="too small"):
        refine_probability(soft, image, CrfParameters(colour_sigma=0.01))
    with pytest.raises(ValueError, match="positive"):
        CrfParameters(place_sigma_px=0.0)
