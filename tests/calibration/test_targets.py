from __future__ import annotations

import pytest

from calibration import CALIBRATION_5, CALIBRATION_9, CALIBRATION_13, VALIDATION_4

LAYOUTS = {5: CALIBRATION_5, 9: CALIBRATION_9, 13: CALIBRATION_13, 4: VALIDATION_4}


@pytest.mark.parametrize("count", LAYOUTS)
def test_a_layout_numbers_as_many_different_places_as_its_name_says(count: int) -> None:
    layout = LAYOUTS[count]
    assert [target.target_id for target in layout] == list(range(count))
    assert len({(target.x_norm, target.y_norm) for target in layout}) == count
    assert all(0.0 < target.x_norm < 1.0 and 0.0 < target.y_norm < 1.0 for target in layout)


@pytest.mark.parametrize("calibration", [CALIBRATION_5, CALIBRATION_9, CALIBRATION_13])
def test_validation_shares_no_point_with_a_calibration(calibration: tuple) -> None:
    places = {(target.x_norm, target.y_norm) for target in calibration}
    assert places.isdisjoint((target.x_norm, target.y_norm) for target in VALIDATION_4)
