from __future__ import annotations

import pytest

from calibration import (
    CALIBRATION_5,
    CALIBRATION_9,
    CALIBRATION_13,
    CALIBRATIONS,
    VALIDATION_4,
    VALIDATION_8,
    VALIDATIONS,
    Target,
    in_order,
    require_fresh,
)

LAYOUTS = [*CALIBRATIONS.items(), *VALIDATIONS.items()]


@pytest.mark.parametrize(("count", "layout"), LAYOUTS)
def test_a_layout_numbers_as_many_different_places_as_its_name_says(count: int, layout: tuple) -> None:
    assert [target.target_id for target in layout] == list(range(count))
    assert len({(target.x_norm, target.y_norm) for target in layout}) == count
    assert all(0.0 < target.x_norm < 1.0 and 0.0 < target.y_norm < 1.0 for target in layout)


@pytest.mark.parametrize("calibration", CALIBRATIONS.values(), ids=lambda layout: str(len(layout)))
@pytest.mark.parametrize("validation", VALIDATIONS.values(), ids=lambda layout: str(len(layout)))
def test_validation_shares_no_point_with_a_calibration(calibration: tuple, validation: tuple) -> None:
    require_fresh(validation, calibration)


def test_a_validation_may_have_four_to_thirteen_targets_and_the_usual_ones_are_titta_s() -> None:
    assert list(VALIDATIONS) == list(range(4, 14))
    assert (VALIDATIONS[4], VALIDATIONS[8]) == (VALIDATION_4, VALIDATION_8)
    assert dict(CALIBRATIONS) == {5: CALIBRATION_5, 9: CALIBRATION_9, 13: CALIBRATION_13}


def test_a_validation_target_close_to_a_calibration_target_is_refused() -> None:
    near = Target(target_id=0, x_norm=0.52, y_norm=0.5)
    with pytest.raises(ValueError, match=r"\(0.52, 0.5\) lies on the calibration target at \(0.5, 0.5\)"):
        require_fresh([near], CALIBRATION_5)


def test_the_order_begins_at_the_centre_keeps_every_target_and_follows_the_seed() -> None:
    orders = [in_order(CALIBRATION_13, seed) for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]
    assert all(order[0].target_id == 0 for order in orders)
    assert sorted(target.target_id for target in orders[2]) == list(range(13))
    assert in_order((), 1) == ()


@pytest.mark.parametrize("x_norm", [-0.1, 1.01, float("nan")])
def test_a_target_off_the_screen_is_refused(x_norm: float) -> None:
    with pytest.raises(ValueError, match="off the screen"):
        Target(target_id=0, x_norm=x_norm, y_norm=0.5)
