"""Gaze with a measured drift taken away: what is taken when, and that nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest

from gaze_core.directions import directions, screen_gaze
from gaze_core.drift_correction import GAZE_OFFSET, Between, DriftCorrection
from gaze_core.eyes import Eye
from gaze_core.geometry import Screen, ViewingGeometry
from gaze_core.rows import GAZE, Rows, join_rows

S = 1_000_000_000
GEOMETRY = ViewingGeometry(Screen(width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0), 650.0)
NAN = float("nan")


def correction(*measured: tuple[float, float, float], between: Between = Between.HELD) -> DriftCorrection:
    rows = [GAZE_OFFSET.row(t_host_ns=round(t * S), azimuth_deg=x, elevation_deg=y) for t, x, y in measured]
    return DriftCorrection(offsets=join_rows(rows), between=between)


def across(found: DriftCorrection, *seconds: float) -> list[float]:
    return found.at(np.array([round(each * S) for each in seconds], np.int64))[0].tolist()


def gaze_rows(count: int = 5) -> Rows:
    rows = GAZE.empty(count)
    rows["t_host_ns"] = rows["t_device_ns"] = np.arange(count) * S
    for side in ("left", "right"):
        rows[f"{side}_x_norm"], rows[f"{side}_y_norm"] = np.linspace(0.2, 0.8, count), 0.4
        rows[f"{side}_valid"] = 1
    rows["left_x_norm"][1] = NAN
    rows["left_valid"][1] = 0
    return rows


def test_nothing_is_taken_away_before_the_first_offset():
    assert across(correction((2.0, 0.5, 0.1)), 0.0, 1.999) == [0.0, 0.0]


def test_the_last_offset_is_held_until_the_next():
    assert across(correction((2.0, 0.5, 0.1), (4.0, 1.0, 0.1)), 2.0, 3.9, 4.0, 99.0) == [0.5, 0.5, 1.0, 1.0]


def test_a_line_leads_from_one_offset_to_the_next():
    found = correction((2.0, 0.5, 0.1), (4.0, 1.0, 0.1), between=Between.LINEAR)
    assert across(found, 1.0, 2.0, 3.0, 4.0, 5.0) == pytest.approx([0.0, 0.5, 0.75, 1.0, 1.0])


def test_the_mean_counts_from_the_beginning():
    found = correction((2.0, 0.5, 0.1), (4.0, 1.0, 0.1), between=Between.MEAN)
    assert across(found, 0.0, 9.0) == [0.75, 0.75]


@pytest.mark.parametrize("between", [Between.HELD, Between.LINEAR])
def test_no_offset_reaches_beyond_a_new_calibration(between):
    found = correction((2.0, 0.5, 0.1), (4.0, NAN, NAN), (6.0, -0.5, 0.0), between=between)
    assert across(found, 3.0, 4.5, 6.0, 7.0) == [0.5, 0.0, -0.5, -0.5]


def test_the_mean_is_of_one_calibration_alone():
    found = correction((2.0, 0.5, 0.1), (4.0, NAN, NAN), (6.0, -0.5, 0.0), between=Between.MEAN)
    assert across(found, 0.0, 3.9, 4.1, 7.0) == [0.5, 0.5, -0.5, -0.5]


def test_directions_are_turned_by_exactly_the_offset_also_off_centre():
    rows = gaze_rows()
    found = correction((0.0, 0.6, -0.3)).corrected(rows, rows["t_host_ns"], GEOMETRY)
    before, after = directions(rows, GEOMETRY), directions(found, GEOMETRY)
    assert np.allclose(before["right_azimuth_deg"] - after["right_azimuth_deg"], 0.6, atol=1e-9)
    assert np.allclose(before["right_elevation_deg"] - after["right_elevation_deg"], -0.3, atol=1e-9)


def test_the_measured_place_of_the_eye_counts():
    rows = gaze_rows()
    for side in ("left", "right"):
        rows[f"{side}_origin_valid"] = 1
        rows[f"{side}_origin_x_mm"], rows[f"{side}_origin_y_mm"] = 40.0, -20.0
        rows[f"{side}_origin_z_mm"] = 500.0
    found = correction((0.0, 0.6, -0.3)).corrected(rows, rows["t_host_ns"], GEOMETRY)
    before, after = directions(rows, GEOMETRY), directions(found, GEOMETRY)
    assert np.allclose(before["right_azimuth_deg"] - after["right_azimuth_deg"], 0.6, atol=1e-6)


def test_lost_gaze_stays_lost_and_nothing_but_places_differs():
    rows = gaze_rows()
    kept = rows.copy()
    found = correction((0.0, 0.6, -0.3)).corrected(rows, rows["t_host_ns"], GEOMETRY)
    assert rows.tobytes() == kept.tobytes()
    assert np.isnan(found["left_x_norm"][1])
    changed = {
        name for name in rows.dtype.names if not np.array_equal(rows[name], found[name], equal_nan=True)
    }
    assert changed == {"left_x_norm", "left_y_norm", "right_x_norm", "right_y_norm"}


def test_combined_gaze_of_a_tracker_without_single_eyes_is_corrected_too():
    rows = GAZE.empty(2)
    rows["x_norm"], rows["y_norm"], rows["valid"] = 0.5, 0.5, 1
    found = correction((0.0, 1.0, 0.0)).corrected(rows, np.array([S, 2 * S]), GEOMETRY)
    shift_mm = (0.5 - screen_gaze(found, Eye.AVERAGE)[0]) * 528.0
    assert shift_mm == pytest.approx(650.0 * np.tan(np.radians(1.0)))
