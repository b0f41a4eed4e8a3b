"""What a scanpath takes and refuses."""

from __future__ import annotations

import numpy as np
import pytest

from gaze_core.rows import FIXATION, EventKind
from gaze_core.similarity import Scanpath, SimilarityError, scanpath_of_fixations


def fixation(onset_ns, x_image_px, kind=EventKind.FIXATION, image_id=3):
    return FIXATION.row(
        kind=kind,
        onset_host_ns=onset_ns,
        image_id=image_id,
        x_image_px=x_image_px,
        y_image_px=2.0 * x_image_px,
        duration_ms=250.0,
    )


def test_fixations_of_one_image_become_a_scanpath_in_the_order_of_their_onsets():
    rows = np.concatenate(
        [
            np.atleast_1d(row)
            for row in (
                fixation(30, 7.0),
                fixation(10, 5.0),
                fixation(20, 6.0, kind=EventKind.SACCADE),
                fixation(25, 8.0, image_id=4),
                fixation(40, np.nan),
            )
        ]
    )
    path = scanpath_of_fixations(rows, image_id=3)
    np.testing.assert_array_equal(path.x_px, [5.0, 7.0])
    np.testing.assert_array_equal(path.y_px, [10.0, 14.0])
    np.testing.assert_array_equal(path.duration, [0.25, 0.25])


def test_a_scanpath_keeps_a_copy_nobody_can_write_to():
    places = np.array([1.0, 2.0])
    path = Scanpath(x_px=places, y_px=places, duration=places)
    places[0] = 9.0
    assert path.x_px[0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        path.x_px[0] = 3.0


@pytest.mark.parametrize(
    ("x_px", "duration", "message"),
    [
        ([1.0, np.nan], [0.1, 0.1], "Fixation 2 of a scanpath has no x_px"),
        ([1.0, 2.0], [0.1, np.inf], "Fixation 2 of a scanpath has no duration"),
        ([1.0, 2.0], [0.1, -0.1], "Fixation 2 of a scanpath lasts less than no time"),
        ([1.0], [0.1, 0.1], "as many x as y and durations"),
    ],
)
def test_a_scanpath_that_cannot_be_compared_is_refused_by_name(x_px, duration, message):
    with pytest.raises(SimilarityError, match=message):
        Scanpath(x_px=x_px, y_px=[1.0, 2.0], duration=duration)


def test_stretching_follows_each_axis():
    path = Scanpath(x_px=[1000.0], y_px=[500.0], duration=[0.2])
    stretched = path.stretched((2000, 1000), (224, 224))
    assert (stretched.x_px[0], stretched.y_px[0]) == pytest.approx((112.0, 112.0))
