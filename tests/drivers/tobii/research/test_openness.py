from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from drivers.tobii.backend import TobiiStream
from drivers.tobii.research_openness import PATIENCE_NS, OpennessJoin
from drivers.tobii.research_rows import OPENNESS_DTYPE, RAW_DTYPE_WITH_OPENNESS

STEP_US = 1667


def _gaze(stamps_us: list[int]) -> np.ndarray:
    rows = np.zeros(len(stamps_us), RAW_DTYPE_WITH_OPENNESS)
    rows["device_time_stamp"] = stamps_us
    rows["left_eye_openness_value"] = rows["right_eye_openness_value"] = np.nan
    return rows


def _openness(stamps_us: list[int], t_host_ns: int = 0) -> np.ndarray:
    rows = np.zeros(len(stamps_us), OPENNESS_DTYPE)
    rows["device_time_stamp"], rows["t_host_ns"] = stamps_us, t_host_ns
    rows["left_eye_openness_value"] = stamps_us
    rows["left_eye_validity"] = 1
    return rows


def _arrived(count: int, t_host_ns: int = 0) -> np.ndarray:
    return np.full(count, t_host_ns, np.int64)


def test_openness_that_comes_later_is_joined(device, network, simulated) -> None:
    simulated.openness_lag = 5
    device.choose_streams(frozenset({TobiiStream.OPENNESS}))
    device.start()
    network.advance(0.05)
    first = device.take().raw
    network.advance(0.05)
    raw = np.concatenate([first, device.take().raw])
    assert (raw["left_eye_openness_value"] == 9.0).all()
    assert raw["right_eye_validity"].all()
    assert (np.diff(raw["device_time_stamp"]) > 0).all()


def test_lost_openness_is_no_number_and_invalid(device, network, simulated) -> None:
    simulated.openness_lost_every = 10
    device.choose_streams(frozenset({TobiiStream.OPENNESS}))
    device.start()
    network.advance(0.2)
    raw = device.take().raw
    is_lost = np.isnan(raw["left_eye_openness_value"])
    assert len(raw) > 100
    assert 0.05 < is_lost.mean() < 0.15
    assert not raw["left_eye_validity"][is_lost].any()
    assert raw["left_eye_validity"][~is_lost].all()


def test_gaze_waits_for_openness_no_longer_than_its_patience() -> None:
    join = OpennessJoin()
    ready, _ = join.push(_gaze([0]), _arrived(1), _openness([]), now_ns=PATIENCE_NS - 1)
    assert len(ready) == 0
    assert join.wait_s(PATIENCE_NS - 1) == 1e-9
    ready, arrived_ns = join.push(_gaze([]), _arrived(0), _openness([]), now_ns=PATIENCE_NS)
    assert np.isnan(ready["left_eye_openness_value"]).all()
    assert arrived_ns.tolist() == [0]
    assert join.wait_s(PATIENCE_NS) is None


def test_openness_of_a_clock_that_was_set_back_does_not_hurry_gaze() -> None:
    join = OpennessJoin()
    far_ahead = _openness([10_000_000])
    ready, _ = join.push(_gaze([0]), _arrived(1), far_ahead, now_ns=0)
    assert len(ready) == 0
    ready, _ = join.push(_gaze([]), _arrived(0), _openness([0]), now_ns=1)
    assert ready["left_eye_validity"].tolist() == [1]


def test_samples_of_the_same_time_share_their_openness() -> None:
    ready, _ = OpennessJoin().push(_gaze([5, 5]), _arrived(2), _openness([5]), now_ns=0)
    assert ready["left_eye_openness_value"].tolist() == [5.0, 5.0]


def test_openness_without_gaze_is_not_kept_for_ever() -> None:
    join = OpennessJoin()
    for second in range(10):
        now_ns = second * 1_000_000_000
        join.push(_gaze([]), _arrived(0), _openness([second] * 100, now_ns), now_ns)
    assert len(join._openness) == 100


@given(
    lags=st.lists(st.integers(0, 4), min_size=1, max_size=60),
    lost=st.sets(st.integers(0, 59)),
    batch=st.integers(1, 7),
)
def test_every_sample_comes_once_in_order_with_its_own_openness(
    lags: list[int], lost: set[int], batch: int
) -> None:
    """Openness comes up to four samples late, in any order; some never comes."""
    stamps = [number * STEP_US for number in range(len(lags))]
    join, joined = OpennessJoin(), []
    for step in range(0, len(stamps) + 5, batch):
        new = range(step, min(step + batch, len(stamps)))
        due = [
            stamps[number]
            for number in range(len(stamps))
            if number not in lost and step <= number + lags[number] < step + batch
        ]
        ready, _ = join.push(_gaze([stamps[number] for number in new]), _arrived(len(new)), _openness(due), 0)
        joined.append(ready)
    rest, _ = join.push(_gaze([]), _arrived(0), _openness([]), PATIENCE_NS)
    rows = np.concatenate([*joined, rest])
    assert rows["device_time_stamp"].tolist() == stamps
    has_openness = rows["left_eye_validity"] == 1
    own = rows["left_eye_openness_value"][has_openness]
    assert np.array_equal(own, rows["device_time_stamp"][has_openness])
    assert not has_openness[[number for number in lost if number < len(stamps)]].any()
