"""Gaze rows as directions and as one signal."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaze_core.directions import directions, screen_gaze
from gaze_core.eyes import Eye
from gaze_core.geometry import Screen, ViewingGeometry
from gaze_core.rows import GAZE, GazeFlag

GEOMETRY = ViewingGeometry(Screen(width_px=1920, height_px=1080, width_mm=528, height_mm=297), 650)


def binocular(left=None, right=None):
    rows = GAZE.empty(1)
    for side, point in (("left", left), ("right", right)):
        if point is not None:
            rows[f"{side}_x_norm"], rows[f"{side}_y_norm"] = point
            rows[f"{side}_valid"] = 1
    rows["flags"] = 0
    return rows


def test_the_distance_of_the_study_serves_where_the_eye_was_not_located():
    row = directions(binocular(left=(0.75, 0.5)), GEOMETRY)[0]
    azimuth, elevation = GEOMETRY.norm_to_deg(0.75, 0.5)
    assert (row["left_azimuth_deg"], row["left_elevation_deg"]) == (azimuth, elevation)
    assert np.isnan(row["right_azimuth_deg"])
    assert np.isnan(row["azimuth_deg"])


def test_the_eye_position_of_the_sample_is_used_where_it_is_valid():
    rows = binocular(left=(0.5, 0.5), right=(0.5, 0.5))
    rows["left_origin_x_mm"], rows["left_origin_y_mm"], rows["left_origin_z_mm"] = -30, 10, 500
    rows["left_origin_valid"] = 1
    row = directions(rows, GEOMETRY)[0]
    azimuth, elevation = GEOMETRY.norm_to_deg(0.5, 0.5, (-30, 10, 500))
    assert (row["left_azimuth_deg"], row["left_elevation_deg"]) == (azimuth, elevation)
    assert row["right_azimuth_deg"] == 0


def test_an_invalid_origin_is_not_used_whatever_it_holds():
    rows = binocular(left=(0.75, 0.5))
    rows["left_origin_x_mm"], rows["left_origin_y_mm"], rows["left_origin_z_mm"] = 0, 0, 100
    assert directions(rows, GEOMETRY)["left_azimuth_deg"] == GEOMETRY.norm_to_deg(0.75, 0.5)[0]


def test_invalid_gaze_is_nan_even_if_the_tracker_sent_numbers():
    rows = binocular(left=(0.2, 0.2))
    rows["left_valid"] = 0
    assert np.isnan(directions(rows, GEOMETRY)["left_azimuth_deg"]).all()


def test_a_reset_is_a_break_and_device_time_is_the_time_line():
    rows = GAZE.empty(2)
    rows["t_device_ns"], rows["flags"] = [5, 6], [0, GazeFlag.CLOCK_RESET | GazeFlag.SYNTHETIC]
    found = directions(rows, GEOMETRY)
    assert found["t_ns"].tolist() == [5, 6]
    assert found["is_break"].tolist() == [0, 1]


def test_combined_gaze_is_seen_from_between_the_eyes():
    rows = GAZE.empty(1)
    rows["x_norm"], rows["y_norm"], rows["valid"] = 0.5, 0.5, 1
    for side, x_mm in (("left", -20.0), ("right", 40.0)):
        rows[f"{side}_origin_x_mm"], rows[f"{side}_origin_y_mm"], rows[f"{side}_origin_z_mm"] = x_mm, 0, 600
        rows[f"{side}_origin_valid"] = 1
    assert directions(rows, GEOMETRY)["azimuth_deg"][0] == pytest.approx(np.degrees(np.arctan2(-10, 600)))
    rows["left_origin_valid"] = 0
    assert directions(rows, GEOMETRY)["azimuth_deg"][0] == pytest.approx(np.degrees(np.arctan2(-40, 600)))


@given(cut=st.integers(0, 40), seed=st.integers(0, 99))
def test_any_chunking_gives_the_same_directions(cut, seed):
    random = np.random.default_rng(seed)
    rows = GAZE.empty(40)
    rows["flags"] = 0
    for name in ("left_x_norm", "left_y_norm", "right_x_norm", "right_y_norm", "x_norm", "y_norm"):
        rows[name] = random.random(40)
    for name in ("left_valid", "right_valid", "valid", "left_origin_valid"):
        rows[name] = random.random(40) < 0.6
    for name in ("left_origin_x_mm", "left_origin_y_mm", "left_origin_z_mm"):
        rows[name] = 400 + random.random(40)
    whole = directions(rows, GEOMETRY)
    parts = np.concatenate([directions(rows[:cut], GEOMETRY), directions(rows[cut:], GEOMETRY)])
    assert whole.tobytes() == parts.tobytes()


@pytest.mark.parametrize(
    ("eye", "both", "left_only", "right_only"),
    [
        (Eye.LEFT, 0.2, 0.2, np.nan),
        (Eye.RIGHT, 0.4, np.nan, 0.4),
        (Eye.AVERAGE, 0.3, 0.2, 0.4),
        (Eye.STRICT_AVERAGE, 0.3, np.nan, np.nan),
    ],
)
def test_each_signal_is_what_its_name_says(eye, both, left_only, right_only):
    rows = np.concatenate(
        [
            binocular((0.2, 0.1), (0.4, 0.3)),
            binocular((0.2, 0.1), None),
            binocular(None, (0.4, 0.3)),
            binocular(),
        ]
    )
    x_norm, y_norm = screen_gaze(rows, eye)
    assert np.allclose(x_norm, [both, left_only, right_only, np.nan], equal_nan=True)
    assert np.allclose(y_norm, x_norm - 0.1, equal_nan=True)


@pytest.mark.parametrize("eye", list(Eye))
def test_a_tracker_without_single_eyes_gives_its_only_signal(eye):
    rows = GAZE.empty(2)
    rows["x_norm"], rows["y_norm"], rows["valid"] = [0.6, 0.7], 0.8, [1, 0]
    x_norm, y_norm = screen_gaze(rows, eye)
    assert np.allclose(x_norm, [0.6, np.nan], equal_nan=True)
    assert np.allclose(y_norm, [0.8, np.nan], equal_nan=True)
