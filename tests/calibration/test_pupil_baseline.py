from __future__ import annotations

import math

import numpy as np
import pytest

from calibration import pupil_area, pupil_baseline, relative_area
from gaze_core.eyes import Eye
from gaze_core.rows import GAZE, GAZE_EVENT, Rows
from gaze_core.streams import PupilUnit

MS = 1_000_000


def gaze_with_pupils(left, right) -> Rows:
    rows = GAZE.empty(len(left))
    rows["t_device_ns"] = np.arange(len(rows)) * 10 * MS
    for side, values in (("left", left), ("right", right)):
        rows[f"{side}_pupil"] = values
        rows[f"{side}_pupil_valid"] = np.isfinite(values)
    return rows


def fixations(*spans_ms: tuple[int, int]) -> Rows:
    rows = GAZE_EVENT.empty(len(spans_ms))
    rows["onset_ns"] = [first * MS for first, _ in spans_ms]
    rows["offset_ns"] = [end * MS for _, end in spans_ms]
    return rows


def test_a_baseline_weighs_fixations_by_their_duration_and_leaves_the_rest_out() -> None:
    pupils = np.array([2.0] * 10 + [9.0] * 5 + [4.0] * 30)
    found = pupil_baseline(
        gaze_with_pupils(pupils, pupils), fixations((0, 100), (150, 450)), Eye.LEFT, PupilUnit.MM
    )
    assert found.area == pytest.approx((0.1 * math.pi + 0.3 * 4.0 * math.pi) / 0.4)
    assert (found.area_unit, found.fixation_count) == ("mm^2", 2)
    assert found.duration_s == pytest.approx(0.4)


def test_areas_are_averaged_not_diameters() -> None:
    pupils = np.array([2.0, 4.0])
    found = pupil_baseline(gaze_with_pupils(pupils, pupils), fixations((0, 20)), Eye.LEFT, PupilUnit.MM)
    assert found.area == pytest.approx(math.pi * (1.0 + 4.0) / 2.0)


def test_an_area_stays_an_area() -> None:
    pupils = np.array([700.0, 900.0])
    found = pupil_baseline(
        gaze_with_pupils(pupils, pupils), fixations((0, 20)), Eye.RIGHT, PupilUnit.ARBITRARY_AREA
    )
    assert (found.area, found.area_unit) == (800.0, "arbitrary area")


def test_the_average_needs_both_pupils() -> None:
    gaze = gaze_with_pupils(np.array([2.0, 2.0]), np.array([4.0, np.nan]))
    area = pupil_area(gaze, Eye.AVERAGE, PupilUnit.MM)
    assert area[0] == pytest.approx(math.pi * 2.5)
    assert np.isnan(area[1])


def test_a_diameter_relative_to_the_baseline_is_squared_as_reflacx_has_it() -> None:
    gaze = gaze_with_pupils(np.array([2.0, 2.0, 3.0]), np.full(3, np.nan))
    baseline = pupil_baseline(gaze, fixations((0, 20)), Eye.LEFT, PupilUnit.MM)
    assert relative_area(gaze, baseline, PupilUnit.MM)[2] == pytest.approx((3.0 / 2.0) ** 2)


def test_units_are_never_mixed_and_a_tracker_without_pupils_has_no_baseline() -> None:
    gaze = gaze_with_pupils(np.array([2.0]), np.array([2.0]))
    baseline = pupil_baseline(gaze, fixations((0, 10)), Eye.LEFT, PupilUnit.MM)
    with pytest.raises(ValueError, match="never mixed"):
        relative_area(gaze, baseline, PupilUnit.ARBITRARY_AREA)
    with pytest.raises(ValueError, match="no pupils"):
        pupil_baseline(gaze, fixations((0, 10)), Eye.LEFT, PupilUnit.NONE)


def test_without_a_fixation_that_has_a_pupil_nothing_is_claimed() -> None:
    gaze = gaze_with_pupils(np.array([np.nan, np.nan]), np.array([2.0, 2.0]))
    found = pupil_baseline(gaze, fixations((0, 20)), Eye.LEFT, PupilUnit.MM)
    assert math.isnan(found.area)
    assert (found.fixation_count, found.duration_s) == (0, 0.0)
