"""The figures of a window against those of ETDQualitizer: stored ones, and the library itself."""

from __future__ import annotations

import math

import numpy as np
import pytest

from calibration import TargetWindow, ValidationResult, validate_windows
from gaze_core.eyes import Eye
from gaze_core.geometry import Screen, ViewingGeometry
from gaze_core.rows import GAZE, TARGET, Rows

GEOMETRY = ViewingGeometry(Screen(width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0), 650.0)
PLACES = ((0.2, 0.5), (0.5, 0.8))
SAMPLES = 100  # a target, at 100 Hz
WINDOW = TargetWindow(length_ms=300.0)
FIRST = 70  # of the window's samples

# ETDQualitizer 1.2.0 on `made`: offset, signed across and down, RMS-S2S, STD, BCEA, loss in percent.
STORED: dict[tuple[int, Eye], tuple[float, ...]] = {
    (0, Eye.LEFT): (
        0.162516577,
        -0.128904957,
        -0.0989705329,
        0.529674225,
        0.320377977,
        0.371783098,
        13.3333333,
    ),
    (0, Eye.RIGHT): (0.237564696, 0.215661115, -0.0996359136, 0.515868018, 0.32345734, 0.374976867, 10),
    (0, Eye.AVERAGE): (0.112145579, 0.0400053406, -0.104767387, 0.472251181, 0.292145255, 0.297522265, 0),
    (1, Eye.LEFT): (
        0.175721893,
        -0.146825517,
        -0.0965425889,
        0.53101587,
        0.321298979,
        0.369642982,
        13.3333333,
    ),
    (1, Eye.RIGHT): (0.260481432, 0.237425764, -0.107143124, 0.532766943, 0.322294179, 0.376612066, 10),
    (1, Eye.AVERAGE): (0.112413008, 0.0460884873, -0.102530668, 0.437303612, 0.272797245, 0.267361838, 0),
}


def made() -> tuple[Rows, Rows]:
    """Gaze made of waves, so that it is the same on every machine, with losses in each eye."""
    targets, gaze = TARGET.empty(len(PLACES)), GAZE.empty(SAMPLES * len(PLACES))
    count = np.arange(len(gaze))
    gaze["t_host_ns"] = gaze["t_device_ns"] = count * 10_000_000
    for number, (x_norm, y_norm) in enumerate(PLACES):
        targets["target_id"][number] = number
        targets["x_norm"][number], targets["y_norm"][number] = x_norm, y_norm
    targets["t_on_host_ns"] = np.arange(len(PLACES)) * SAMPLES * 10_000_000
    targets["t_off_host_ns"] = targets["t_on_host_ns"] + SAMPLES * 10_000_000
    goal = np.repeat(np.array(PLACES), SAMPLES, axis=0)
    for side, phase in (("left", 0.0), ("right", 1.3)):
        gaze[f"{side}_x_norm"] = goal[:, 0] + 0.008 * np.sin(1.7 * count + phase) + 0.006 * (phase - 0.5)
        gaze[f"{side}_y_norm"] = goal[:, 1] + 0.011 * np.cos(2.3 * count + phase) - 0.004
        gaze[f"{side}_valid"] = (count + round(10 * phase)) % 9 != 0
    return gaze, targets


def figures(result: ValidationResult) -> dict[tuple[int, Eye], tuple[float, ...]]:
    return {
        (target.target_id, target.eye): (
            target.accuracy.offset_deg,
            target.accuracy.azimuth_offset_deg,
            target.accuracy.elevation_offset_deg,
            target.rms_s2s_deg,
            target.std_deg,
            target.bcea_deg2,
            target.loss_percent,
        )
        for target in result.targets
    }


def yardstick_figures() -> dict[tuple[int, Eye], tuple[float, ...]]:
    yardstick = pytest.importorskip("ETDQualitizer", reason="the yardstick library needs Python 3.11")
    screen = yardstick.ScreenConfiguration(528.0, 297.0, 1920, 1080, 650.0)
    gaze, _ = made()
    found = {}
    for number, (x_norm, y_norm) in enumerate(PLACES):
        rows = gaze[number * SAMPLES + FIRST : (number + 1) * SAMPLES]
        left, right = (
            np.where(
                rows[f"{side}_valid"] != 0,
                np.array([(rows[f"{side}_x_norm"] - 0.5) * 1920, (rows[f"{side}_y_norm"] - 0.5) * 1080]),
                np.nan,
            )
            for side in ("left", "right")
        )
        both = np.where(np.isnan(left), right, np.where(np.isnan(right), left, (left + right) / 2.0))
        goal = screen.pix_to_deg((x_norm - 0.5) * 1920, (y_norm - 0.5) * 1080)
        for eye, (x_px, y_px) in ((Eye.LEFT, left), (Eye.RIGHT, right), (Eye.AVERAGE, both)):
            azimuth, elevation = screen.pix_to_deg(x_px, y_px)
            found[number, eye] = (
                *yardstick.accuracy(azimuth, elevation, *goal),
                yardstick.rms_s2s(azimuth, elevation)[0],
                yardstick.std(azimuth, elevation)[0],
                yardstick.bcea(azimuth, elevation)[0],
                yardstick.data_loss_from_invalid(azimuth, elevation),
            )
    return found


def test_every_figure_of_a_window_is_the_one_that_etdqualitizer_gave() -> None:
    gaze, targets = made()
    found = figures(validate_windows(gaze, targets, GEOMETRY, WINDOW))
    assert found.keys() == STORED.keys()
    for key, wanted in STORED.items():
        assert found[key] == pytest.approx(wanted, abs=1e-6), key


def test_the_library_gives_the_stored_figures() -> None:
    found = yardstick_figures()
    for key, wanted in STORED.items():
        assert found[key] == pytest.approx(wanted, abs=1e-6), key
    assert not any(math.isnan(value) for values in STORED.values() for value in values)
