"""What the SDK delivers becomes rows in which nothing invalid looks like a number."""

from __future__ import annotations

import numpy as np
import pytest
from fake_backend import AREA, DEVICE_AHEAD_US, SYSTEM_AHEAD_US, raw_dtype, raw_rows
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from drivers.testing import assert_gaze_rows_are_sound
from drivers.tobii.area import screen_frame
from drivers.tobii.backend import SIGNAL_DTYPE
from drivers.tobii.rows import gaze_rows, raw_channels, signal_rows, us_to_ns
from gaze_core.rows import GAZE
from gaze_core.streams import PupilUnit, TrackerInfo

FRAME = screen_frame(AREA)


def test_stamps_become_nanoseconds_of_their_own_clocks():
    gaze = gaze_rows(raw_rows([DEVICE_AHEAD_US + 5]), FRAME)
    assert gaze["t_device_ns"].tolist() == [(DEVICE_AHEAD_US + 5) * 1000]
    assert gaze["t_vendor_host_ns"].tolist() == [(SYSTEM_AHEAD_US + 5) * 1000]


def test_stamps_beyond_all_measure_stop_at_the_end_of_the_range():
    found = us_to_ns(np.array([2**62, -(2**62), 3]))
    assert found[0] > 9 * 10**18 > 0 > -9 * 10**18 > found[1]
    assert found[2] == 3000


@pytest.mark.parametrize(
    ("validity", "gone", "kept"),
    [
        ("left_gaze_point_validity", "left_x_norm", "left_pupil"),
        ("left_pupil_validity", "left_pupil", "left_x_norm"),
        ("right_eye_validity", "right_openness_mm", "right_pupil"),
        ("right_gaze_origin_validity", "right_origin_z_mm", "right_y_norm"),
    ],
)
def test_each_validity_counts_for_its_own_values_alone(validity, gone, kept):
    raw = raw_rows([1, 2])
    raw[validity][0] = 0
    gaze = gaze_rows(raw, FRAME)
    assert np.isnan(gaze[gone]).tolist() == [True, False]
    assert np.isfinite(gaze[kept]).all()


def test_a_pupil_that_is_no_number_is_invalid_while_gaze_is_valid():
    raw = raw_rows([1])
    raw["left_pupil_diameter"] = np.nan
    gaze = gaze_rows(raw, FRAME)
    assert (gaze["left_pupil_valid"][0], gaze["left_valid"][0]) == (0, 1)


def test_gaze_outside_the_screen_is_kept():
    raw = raw_rows([1])
    raw["right_gaze_point_on_display_area_x"] = -0.75
    assert gaze_rows(raw, FRAME)["right_x_norm"].tolist() == [-0.75]


def test_without_openness_or_a_frame_their_columns_stay_unknown():
    gaze = gaze_rows(raw_rows([1], has_openness=False), None)
    assert gaze["left_openness_valid"].tolist() == [0]
    assert np.isnan(gaze["left_openness_mm"]).all()
    assert gaze["right_origin_valid"].tolist() == [0]


@settings(max_examples=40)
@given(st.integers(1, 30), st.data())
def test_whatever_is_delivered_the_rows_are_sound(count, data):
    raw = raw_rows(np.arange(1, count + 1) * 1000)
    for name in raw.dtype.names:
        if name.endswith("validity"):
            raw[name] = data.draw(arrays.arrays(np.uint8, count, elements=st.integers(0, 2)))
        elif raw.dtype[name].kind == "f":
            values = st.floats(width=32) | st.floats(-1.0, 2.0)
            raw[name] = data.draw(arrays.arrays(np.float64, count, elements=values))
    with np.errstate(all="ignore"):
        gaze = gaze_rows(raw, FRAME)
    gaze["seq"] = np.arange(count)
    gaze["t_host_ns"] = np.arange(count)
    info = TrackerInfo(
        driver="tobii", model="any", rate_hz=1000.0, raw_dtype=raw.dtype, pupil_unit=PupilUnit.MM
    )
    assert_gaze_rows_are_sound(gaze, info)


def test_every_raw_field_says_its_unit_and_the_column_it_feeds():
    channels = {channel.name: channel for channel in raw_channels(raw_dtype())}
    columns = {column.name for column in GAZE.columns}
    assert channels["left_eye_openness_value"].mapped_to == "left_openness_mm"
    assert channels["right_gaze_origin_in_user_coordinate_system_z"].mapped_to == "right_origin_z_mm"
    assert channels["device_time_stamp"].unit == "us"
    assert channels["left_gaze_point_in_user_coordinate_system_x"].mapped_to == ""
    assert {channel.mapped_to for channel in channels.values()} <= columns | {""}


def test_signals_of_the_tracker_say_so():
    signals = np.array([(7, 9, 8, 255, b"value_changed")], SIGNAL_DTYPE)
    row = signal_rows(signals)[0]
    assert (row["t_host_ns"], row["t_device_ns"], row["value"]) == (7, 9000, 255)
    assert (row["change"], row["source"]) == (b"value_changed", b"tracker")
