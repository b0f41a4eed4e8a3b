"""Calibrating the simulated tracker on a manual clock: nothing changes before the first call."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.contract import CalibratedEyes, DriverError, NoticeKind, Scene, ViewingSetup
from drivers.mock import MockSettings, MockTracker
from drivers.mock.eye_model import corrections_from_bytes, corrections_to_bytes
from gaze_core.clocks import ManualClock
from gaze_core.rows import CALIBRATION_SAMPLE, Rows

SETUP = ViewingSetup(width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0, distance_mm=650.0)
PLACES = ((0.5, 0.5), (0.1, 0.1), (0.9, 0.1), (0.1, 0.9), (0.9, 0.9))
FRESH = ((0.2, 0.5), (0.5, 0.8), (0.8, 0.5), (0.5, 0.2))


class Bench:
    """A simulated tracker whose time passes when somebody waits, read all the while."""

    def __init__(self, scenario: str = "typical", **changes) -> None:
        settings = {"rate_hz": 120.0, "seed": 5, "blinks_per_min": 0.0, **changes}
        self.clock = ManualClock(1_000_000_000)
        self.batches: list = []
        self.tracker = MockTracker(
            MockSettings.for_scenario(scenario, **settings), SETUP, clock=self.clock, wait=self.let_pass
        )
        self.tracker.open()
        self.tracker.start()

    @property
    def calibrator(self):
        return self.tracker.capabilities().calibrator

    def let_pass(self, duration_s: float) -> None:
        self.clock.advance_ns(round(duration_s * 1e9))
        self.batches.append(self.tracker.read(0.0))

    def show(self, place, duration_s: float = 0.8) -> None:
        self.tracker.set_scene(Scene(t_host_ns=self.clock.now_ns(), targets_norm=(place,)))
        self.let_pass(duration_s)

    def collect(self, places=PLACES) -> list[bool]:
        taken = []
        for place in places:
            self.show(place)
            taken.append(self.calibrator.collect(*place))
        return taken

    def errors_deg(self, side: str = "left", places=FRESH) -> np.ndarray:
        """How far the mean gaze of one eye is from where the eye really looked, place by place."""
        return np.array([self._error_deg(side, place) for place in places])

    def _error_deg(self, side: str, place) -> float:
        self.show(place)
        self.batches.clear()
        self.let_pass(0.5)
        gaze, truth = (np.concatenate([getattr(b, name) for b in self.batches]) for name in ("gaze", "truth"))
        return miss_deg(gaze, side, (truth["x_norm"].mean(), truth["y_norm"].mean()))

    def notices(self) -> list:
        return [notice for batch in self.batches for notice in batch.notices]


def miss_deg(gaze: Rows, side: str, place) -> float:
    """The angle between the mean gaze of one eye and a place, for small angles near the screen centre."""
    gaze = gaze[gaze[f"{side}_valid"] != 0]
    across = (gaze[f"{side}_x_norm"].mean() - place[0]) * SETUP.width_mm
    down = (gaze[f"{side}_y_norm"].mean() - place[1]) * SETUP.height_mm
    return float(np.degrees(np.arctan(np.hypot(across, down) / SETUP.distance_mm)))


def test_leaving_without_a_fit_gives_back_the_very_same_stream():
    plain, visited = Bench(), Bench()
    visited.calibrator.enter()
    parts = []
    for bench in (plain, visited):
        bench.show((0.3, 0.3), 2.0)
        bench.calibrator.leave()
        bench.let_pass(0.3)
        bench.let_pass(1.0)
        parts.append([batch.gaze for batch in bench.batches])
    assert parts[0][0].tobytes() != parts[1][0].tobytes()
    assert len(parts[0][-1]) > 100
    assert parts[0][-1].tobytes() == parts[1][-1].tobytes()


def test_in_calibration_mode_gaze_is_off_by_the_person_s_systematic_error_and_a_fit_ends_it():
    bench = Bench("ideal")
    before = bench.errors_deg()
    bench.calibrator.enter()
    bare = bench.errors_deg()
    assert bench.collect() == [True] * 5
    outcome = bench.calibrator.compute()
    after = bench.errors_deg()
    assert outcome.is_applied
    assert bare.min() > 1.0 > before.max()
    assert after.max() < 0.4
    bench.calibrator.leave()
    assert bench.errors_deg() == pytest.approx(after, abs=0.35)


def test_what_a_calibration_leaves_has_the_preset_s_accuracy():
    offsets = []
    for seed in range(12):
        bench = Bench("ideal", seed=seed, accuracy_deg=0.6, noise_scale=0.1)
        bench.calibrator.enter()
        bench.collect()
        bench.calibrator.compute()
        offsets += [bench.errors_deg(side, places=((0.4, 0.6),))[0] for side in ("left", "right")]
    assert np.sqrt(np.mean(np.square(offsets))) == pytest.approx(0.6, rel=0.3)


def test_a_point_at_which_the_eye_looks_elsewhere_asks_for_a_repeat():
    bench = Bench()
    bench.calibrator.enter()
    bench.show((0.1, 0.1))
    assert not bench.calibrator.collect(0.9, 0.9)
    assert bench.calibrator.collect(0.1, 0.1)


def test_a_point_during_a_long_loss_asks_for_a_repeat():
    bench = Bench(fault="unplugged", fault_at_s=1.0, fault_duration_s=1.5)
    bench.calibrator.enter()
    bench.show((0.5, 0.5), 0.9)
    assert not bench.calibrator.collect(0.5, 0.5)
    bench.show((0.5, 0.5), 2.0)
    assert bench.calibrator.collect(0.5, 0.5)


def test_blinking_all_the_time_asks_for_a_repeat():
    bench = Bench(blinks_per_min=60.0, blink_median_s=0.9, blink_log_sd=0.0)
    bench.calibrator.enter()
    assert not all(bench.collect(PLACES * 2))


def test_a_stream_that_stands_still_ends_in_a_refusal_not_in_waiting_for_ever():
    bench = Bench()
    bench.calibrator.enter()
    bench.tracker.stop()
    with pytest.raises(DriverError, match="does not stream"):
        bench.calibrator.collect(0.5, 0.5)


def test_too_few_targets_or_all_on_one_line_leave_the_device_as_it_was():
    bench = Bench("ideal")
    bench.calibrator.enter()
    bench.collect(((0.1, 0.5), (0.5, 0.5), (0.9, 0.5)))
    outcome = bench.calibrator.compute()
    assert (outcome.is_applied, len(outcome.samples), outcome.data) == (False, 0, b"")
    assert "not on one line" in outcome.text
    bench.calibrator.leave()
    assert bench.errors_deg().max() < 1.0


def test_a_point_that_is_discarded_and_collected_again_is_in_the_fit_once():
    bench = Bench("ideal")
    bench.calibrator.enter()
    bench.collect()
    first = bench.calibrator.compute()
    bench.calibrator.discard(0.1, 0.1)
    assert bench.collect(((0.1, 0.1),)) == [True]
    second = bench.calibrator.compute()
    assert len(second.samples) == len(first.samples)
    assert second.samples.tobytes() != first.samples.tobytes()


def test_the_samples_tell_what_was_used_and_lie_near_their_targets():
    bench = Bench("ideal")
    bench.calibrator.enter()
    bench.collect()
    samples = bench.calibrator.compute().samples
    assert samples.dtype == CALIBRATION_SAMPLE.dtype
    places = np.unique(np.stack([samples["target_x_norm"], samples["target_y_norm"]], axis=1), axis=0)
    assert {tuple(place) for place in places.tolist()} == set(PLACES)
    used = samples[(samples["left_use"] == 2) & (samples["right_use"] == 2)]
    assert len(used) > 0.9 * len(samples)
    assert np.abs(used["left_x_norm"] - used["target_x_norm"]).max() < 0.05


def test_a_calibration_can_be_given_back_to_the_device():
    bench = Bench("ideal")
    bench.calibrator.enter()
    bench.collect()
    data = bench.calibrator.compute().data
    good = bench.errors_deg()
    bench.calibrator.leave()
    other = Bench("ideal")
    other.calibrator.apply(data)
    assert other.errors_deg() == pytest.approx(good, abs=0.35)


@pytest.mark.parametrize(
    "data", [b"", b"earlier", b"[]", b'{"format":1,"left":[1],"right":null}', b" " * 5000]
)
def test_bytes_of_another_device_are_refused(data):
    with pytest.raises(DriverError, match="no calibration of a simulated tracker"):
        Bench().calibrator.apply(data)


@given(st.binary(max_size=200))
def test_no_bytes_at_all_can_break_the_reader_of_corrections(data):
    try:
        corrections = corrections_from_bytes(data)
    except ValueError:
        return
    assert corrections_from_bytes(corrections_to_bytes(corrections)) == corrections


def test_a_single_eye_is_calibrated_without_touching_the_other():
    bench, plain = Bench("ideal", disparity_sd_deg=0.0), Bench("ideal", disparity_sd_deg=0.0)
    bench.calibrator.enter(CalibratedEyes.LEFT)
    assert bench.errors_deg("left").min() > 1.0
    assert bench.errors_deg("right") == pytest.approx(plain.errors_deg("right"), abs=0.3)
    bench.collect()
    outcome = bench.calibrator.compute()
    assert set(np.unique(outcome.samples["right_use"])) == {0}
    assert bench.errors_deg("left").max() < 0.4


def test_a_tracker_that_sees_one_eye_calibrates_that_one():
    bench = Bench("one-eye")
    bench.calibrator.enter()
    bench.collect()
    outcome = bench.calibrator.compute()
    assert outcome.is_applied
    assert "left eye" in outcome.text
    assert "right" not in outcome.text


def test_difficult_readers_get_poor_calibrations_now_and_then_and_easy_ones_do_not():
    worst = {}
    for scenario in ("ideal", "difficult"):
        offsets = []
        for seed in range(8):
            bench = Bench(scenario, seed=seed, look_aways_per_min=0.0)
            bench.calibrator.enter()
            bench.collect(PLACES * 2)
            assert bench.calibrator.compute().is_applied
            offsets += bench.errors_deg("left", FRESH[:2]).tolist()
        worst[scenario] = max(offsets)
    assert worst["ideal"] < 0.6
    assert worst["difficult"] > 1.0


def test_the_calibration_outlives_a_stop_and_a_start():
    bench = Bench("ideal")
    bench.calibrator.enter()
    bench.collect()
    bench.calibrator.compute()
    bench.calibrator.leave()
    before = bench.errors_deg()
    bench.tracker.stop()
    bench.tracker.start()
    assert bench.errors_deg() == pytest.approx(before, abs=0.35)


def test_calls_in_the_wrong_order_are_refused_and_leaving_never_is():
    bench = Bench()
    for call in (lambda: bench.calibrator.collect(0.5, 0.5), bench.calibrator.compute):
        with pytest.raises(DriverError, match="not in calibration mode"):
            call()
    bench.calibrator.leave()
    bench.calibrator.enter()
    with pytest.raises(DriverError, match="already"):
        bench.calibrator.enter()
    bench.tracker.close()
    bench.tracker.close()


def test_mode_and_changes_are_told_beside_the_samples():
    bench = Bench("ideal")
    bench.calibrator.enter()
    bench.collect()
    bench.calibrator.compute()
    bench.calibrator.leave()
    bench.let_pass(0.1)
    told = [(notice.kind, notice.value) for notice in bench.notices()]
    assert told[0] == (NoticeKind.CALIBRATION_MODE, 1.0)
    assert told[1][0] is NoticeKind.CALIBRATION_CHANGED
    assert told[2] == (NoticeKind.CALIBRATION_MODE, 0.0)


def test_a_simulated_tracker_that_does_not_calibrate_offers_no_calibrator():
    capabilities = Bench(calibrates=False).tracker.capabilities()
    assert capabilities.calibrator is None
    assert not capabilities.calibrates_single_eyes
