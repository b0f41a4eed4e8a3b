from __future__ import annotations

import threading

import numpy as np
import pytest

from drivers.contract import CalibratedEyes, DeviceCalibrator, DriverError

TARGETS = ((0.1, 0.1), (0.9, 0.1), (0.5, 0.5))


@pytest.fixture
def calibrator(device) -> DeviceCalibrator:
    made = device.calibrator()
    assert made is not None
    return made


def test_a_calibration_is_computed_applied_and_kept(calibrator, simulated) -> None:
    calibrator.enter()
    assert all(calibrator.collect(*target) for target in TARGETS)
    outcome = calibrator.compute()
    calibrator.leave()
    assert outcome.is_applied
    assert outcome.data == simulated.calibration.data != b""
    assert sorted({(row["target_x_norm"], row["target_y_norm"]) for row in outcome.samples}) == sorted(
        TARGETS
    )
    assert set(outcome.samples["left_use"]) == {1, 2}
    assert np.isfinite(outcome.samples["right_x_norm"]).all()
    assert not simulated.calibration.is_entered


def test_a_target_that_fails_is_asked_for_again(calibrator, simulated) -> None:
    simulated.calibration.failing[(0.5, 0.5)] = 1
    calibrator.enter()
    assert calibrator.collect(0.5, 0.5) is False
    assert calibrator.collect(0.5, 0.5) is True


def test_a_discarded_target_is_not_computed(calibrator) -> None:
    calibrator.enter()
    for target in TARGETS:
        calibrator.collect(*target)
    calibrator.discard(0.5, 0.5)
    outcome = calibrator.compute()
    assert 0.5 not in outcome.samples["target_x_norm"]


@pytest.mark.parametrize(
    ("eyes", "used", "unused"),
    [(CalibratedEyes.LEFT, "left", "right"), (CalibratedEyes.RIGHT, "right", "left")],
)
def test_a_single_eye_is_calibrated_alone(calibrator, simulated, eyes, used: str, unused: str) -> None:
    simulated.calibration.compute_status = f"success_{used}_eye"
    calibrator.enter(eyes)
    assert calibrator.collect(0.5, 0.5)
    outcome = calibrator.compute()
    assert simulated.calibration.is_monocular
    assert outcome.is_applied
    assert f"{used} eye" in outcome.text
    assert not outcome.samples[f"{unused}_use"].any()
    assert np.isnan(outcome.samples[f"{unused}_x_norm"]).all()


def test_a_tracker_that_cannot_do_single_eyes_says_so(backend, simulated) -> None:
    simulated.capabilities -= {"can_do_monocular_calibration"}
    calibrator = backend.connect(simulated.address).calibrator()
    with pytest.raises(DriverError, match="cannot calibrate a single eye"):
        calibrator.enter(CalibratedEyes.LEFT)


def test_a_computation_that_fails_leaves_the_device_as_it_was(calibrator, simulated) -> None:
    calibrator.enter()
    outcome = calibrator.compute()
    assert not outcome.is_applied
    assert outcome.data == b""
    assert outcome.text.endswith(".")


def test_a_success_without_targets_is_none(calibrator, simulated) -> None:
    simulated.calibration.is_empty_success = True
    calibrator.enter()
    calibrator.collect(0.5, 0.5)
    assert not calibrator.compute().is_applied


def test_an_earlier_calibration_is_given_back_to_the_device(calibrator, simulated) -> None:
    calibrator.enter()
    calibrator.collect(0.5, 0.5)
    first = calibrator.compute().data
    calibrator.collect(0.9, 0.1)
    assert calibrator.compute().data != first
    calibrator.leave()
    calibrator.apply(first)
    assert simulated.calibration.data == first


def test_bytes_that_are_no_calibration_are_refused_in_words(calibrator) -> None:
    with pytest.raises(DriverError, match="applying an earlier calibration"):
        calibrator.apply(b"nonsense")


def test_calls_outside_of_the_mode_are_refused_in_words(calibrator) -> None:
    for call in (
        lambda: calibrator.collect(0.5, 0.5),
        lambda: calibrator.discard(0.5, 0.5),
        calibrator.compute,
    ):
        with pytest.raises(DriverError, match="not in calibration mode"):
            call()


def test_leaving_a_mode_that_was_never_entered_is_no_trouble(calibrator) -> None:
    calibrator.leave()
    calibrator.leave()


def test_a_mode_that_a_crashed_program_left_behind_is_begun_anew(calibrator, simulated) -> None:
    simulated.calibration.enter()
    simulated.calibration.collect(0.9, 0.9)
    calibrator.enter()
    assert simulated.calibration.is_entered
    assert not simulated.calibration.collected


def test_leaving_after_the_tracker_was_lost_is_told_once(calibrator, simulated) -> None:
    calibrator.enter()
    simulated.unplug()
    with pytest.raises(DriverError, match="does not answer"):
        calibrator.leave()
    calibrator.leave()


def test_a_tracker_that_came_back_is_out_of_the_mode(calibrator, simulated) -> None:
    calibrator.enter()
    simulated.unplug()
    simulated.plug_in()
    with pytest.raises(DriverError, match="collecting at a target"):
        calibrator.collect(0.5, 0.5)
    calibrator.leave()


@pytest.mark.parametrize("call", ["collect", "compute"])
def test_a_call_that_times_out_is_told_as_one(calibrator, simulated, call: str) -> None:
    calibrator.enter()
    calibrator.collect(0.5, 0.5)
    simulated.time_out([call])
    with pytest.raises(DriverError, match="did not answer in time"):
        calibrator.collect(0.1, 0.1) if call == "collect" else calibrator.compute()


def test_a_calibration_whose_bytes_cannot_be_read_is_applied_all_the_same(calibrator, simulated) -> None:
    calibrator.enter()
    calibrator.collect(0.5, 0.5)
    simulated.time_out(["retrieve"])
    outcome = calibrator.compute()
    assert outcome.is_applied
    assert outcome.data == b""


def test_gaze_flows_and_stops_while_a_calibration_runs(device, calibrator, network, simulated) -> None:
    device.start()
    calibrator.enter()
    simulated.calibration.hold()
    worker = threading.Thread(target=calibrator.collect, args=(0.5, 0.5))
    worker.start()
    assert simulated.calibration.is_collecting.wait(5.0)
    network.advance(0.05)
    assert len(device.take().raw) > 0
    device.stop()
    simulated.calibration.release()
    worker.join(5.0)
    assert not worker.is_alive()
    calibrator.leave()
    assert not simulated.calibration.is_entered


def test_a_device_closed_in_the_middle_of_a_call_leaves_the_mode_when_it_returns(
    device, calibrator, simulated
) -> None:
    calibrator.enter()
    simulated.calibration.hold()
    worker = threading.Thread(target=calibrator.collect, args=(0.5, 0.5))
    worker.start()
    assert simulated.calibration.is_collecting.wait(5.0)
    device.close()
    assert simulated.calibration.is_entered
    simulated.calibration.release()
    worker.join(5.0)
    assert not simulated.calibration.is_entered
    with pytest.raises(DriverError, match="was closed"):
        calibrator.enter()


def test_a_device_closed_between_calls_leaves_the_mode_at_once(device, calibrator, simulated) -> None:
    calibrator.enter()
    device.close()
    assert not simulated.calibration.is_entered
