"""Every driver of this program passes the suite that is shipped for everybody's drivers."""

from __future__ import annotations

import dataclasses
import sys

import numpy as np
import pytest
from hypothesis import given, settings

from drivers.contract import DriverError
from drivers.mock import MockSettings, MockTracker
from drivers.mouse import MouseTracker
from drivers.playback import PlaybackTracker
from drivers.testing import DriverCase, DriverConformance, assert_gaze_rows_are_sound, gaze_rows
from gaze_core.rows import GazeFlag
from gaze_core.streams import PupilUnit, TrackerInfo


class TestMock(DriverConformance):
    """A simulated tracker that is unplugged for half a second, one second after each start."""

    @pytest.fixture
    def case(self, setup, clock):
        options = {"rate_hz": "600", "fault": "unplugged", "fault_at_s": "1.0", "fault_duration_s": "0.5"}
        settings = MockSettings.from_options(options)
        return DriverCase(
            make=lambda: MockTracker(settings, setup, clock=clock, wait=clock.wait),
            lose=lambda: clock.wait(1.0),
            bring_back=lambda: clock.wait(0.5),
        )


class TestPlayback(DriverConformance):
    @pytest.fixture
    def case(self, recorded, clock):
        torn = dataclasses.replace(recorded, raw=recorded.raw[1:])
        return DriverCase(
            make=lambda: PlaybackTracker(recorded, clock=clock, wait=clock.wait),
            make_absent=lambda: PlaybackTracker(torn, clock=clock, wait=clock.wait),
        )


class TestMouse(DriverConformance):
    @pytest.fixture
    def case(self, setup, clock, monkeypatch):
        monkeypatch.delenv("DISPLAY", raising=False)
        pointer = iter(np.random.default_rng(0).uniform(0, 1000, (100_000, 2)))
        problem = DriverError("The desktop is locked. Unlock it.")
        state = {"is_lost": False}

        def position():
            if state["is_lost"]:
                raise problem
            return tuple(next(pointer))

        def make():
            return MouseTracker(setup, position=position, clock=clock, wait=clock.wait)

        return DriverCase(
            make=make,
            make_absent=(lambda: MouseTracker(setup)) if sys.platform == "linux" else None,
            lose=lambda: state.update(is_lost=True),
            bring_back=lambda: state.update(is_lost=False),
        )


@settings(max_examples=30, deadline=None)
@given(gaze_rows())
def test_the_strategy_gives_rows_that_pass_the_suite_s_own_checks(rows):
    info = TrackerInfo(
        driver="any", model="any", rate_hz=100.0, raw_dtype=np.dtype([("x", "<f8")]), pupil_unit=PupilUnit.MM
    )
    assert_gaze_rows_are_sound(rows, info)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("seq", 0, "seq must increase"),
        ("t_host_ns", 0, "arrival never goes back"),
        ("t_device_ns", 0, "must be flagged"),
        ("left_x_norm", np.nan, "must be a number where left_valid"),
        ("right_x_norm", 0.5, "must be NaN where not right_valid"),
        ("flags", 0, "says so on every row"),
    ],
)
def test_the_suite_notices_a_row_that_breaks_the_contract(recorded, column, value, message):
    info = dataclasses.replace(recorded.info, is_simulated=True)
    gaze = recorded.gaze.copy()
    gaze["flags"] = GazeFlag.SYNTHETIC
    assert_gaze_rows_are_sound(gaze, info)
    gaze[column][7] = value
    with pytest.raises(AssertionError, match=message):
        assert_gaze_rows_are_sound(gaze, info)
