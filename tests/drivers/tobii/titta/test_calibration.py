"""Calibration on the device through orders and results; the library's thread is a real one here."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from drivers.contract import CalibratedEyes, DeviceCalibrator, DriverError
from drivers.tobii.backend import TobiiDevice
from drivers.tobii.titta import TittaBackend
from drivers.tobii.titta_calibration import MAX_DATA_BYTES, TittaCalibrator

TARGETS = ((0.5, 0.5), (0.25, 0.25), (0.75, 0.25))


@pytest.fixture
def calibrator(device: TobiiDevice) -> DeviceCalibrator:
    made = device.calibrator()
    assert made is not None
    return made


def test_a_calibration_ends_applied_with_samples_and_data(calibrator: DeviceCalibrator, simulated) -> None:
    calibrator.enter()
    assert [calibrator.collect(x, y) for x, y in TARGETS] == [True] * 3
    outcome = calibrator.compute()
    calibrator.leave()
    assert outcome.is_applied
    assert outcome.data == simulated.calibration.data != b""
    assert sorted(set(outcome.samples["target_x_norm"].tolist())) == [0.25, 0.5, 0.75]
    assert outcome.samples["left_use"].tolist()[:2] == [1, 2]
    assert outcome.samples["left_x_norm"][3] == pytest.approx(0.5)
    assert not simulated.calibration.is_entered


@pytest.mark.parametrize(("eyes", "other"), [(CalibratedEyes.LEFT, "right"), (CalibratedEyes.RIGHT, "left")])
def test_one_eye_can_be_calibrated_alone(
    calibrator: DeviceCalibrator, simulated, eyes: CalibratedEyes, other: str
) -> None:
    simulated.calibration.compute_status = f"success_{eyes.value}_eye"
    calibrator.enter(eyes)
    calibrator.collect(0.5, 0.5)
    calibrator.discard(0.5, 0.5)
    calibrator.collect(0.5, 0.5)
    outcome = calibrator.compute()
    calibrator.leave()
    assert outcome.is_applied
    assert f"{eyes.value} eye" in outcome.text
    assert not outcome.samples[f"{other}_use"].any()
    assert np.isnan(outcome.samples[f"{other}_x_norm"]).all()
    assert f"collect 0.5 0.5 {eyes.value}" in simulated.calibration.calls


def test_a_tracker_that_calibrates_both_eyes_only_says_so(device: TobiiDevice, simulated) -> None:
    simulated.capabilities -= {"can_do_monocular_calibration"}
    calibrator = device.calibrator()
    assert calibrator is not None
    with pytest.raises(DriverError, match="cannot calibrate one eye alone"):
        calibrator.enter(CalibratedEyes.LEFT)


def test_a_tracker_that_cannot_be_calibrated_has_no_calibrator(device: TobiiDevice, simulated) -> None:
    simulated.capabilities -= {"can_do_screen_based_calibration"}
    assert device.calibrator() is None


def test_a_target_that_failed_asks_for_a_repeat(calibrator: DeviceCalibrator, simulated) -> None:
    simulated.calibration.failing[(0.5, 0.5)] = 1
    calibrator.enter()
    assert calibrator.collect(0.5, 0.5) is False
    assert calibrator.collect(0.5, 0.5) is True
    calibrator.leave()


def test_a_discarded_target_is_not_computed_with(calibrator: DeviceCalibrator) -> None:
    calibrator.enter()
    for x_norm, y_norm in TARGETS:
        calibrator.collect(x_norm, y_norm)
    calibrator.discard(0.75, 0.25)
    outcome = calibrator.compute()
    calibrator.leave()
    assert set(outcome.samples["target_x_norm"].tolist()) == {0.5, 0.25}


def test_a_failed_calibration_is_an_outcome_that_is_not_applied(
    calibrator: DeviceCalibrator, simulated
) -> None:
    simulated.calibration.compute_status = "failure"
    calibrator.enter()
    calibrator.collect(0.5, 0.5)
    outcome = calibrator.compute()
    calibrator.leave()
    assert not outcome.is_applied
    assert (len(outcome.samples), outcome.data) == (0, b"")


def test_a_success_without_targets_is_none(calibrator: DeviceCalibrator, simulated) -> None:
    simulated.calibration.is_empty_success = True
    calibrator.enter()
    calibrator.collect(0.5, 0.5)
    outcome = calibrator.compute()
    calibrator.leave()
    assert not outcome.is_applied
    assert "no target" in outcome.text


def test_a_tracker_that_gives_no_data_is_calibrated_all_the_same(
    calibrator: DeviceCalibrator, simulated
) -> None:
    calibrator.enter()
    calibrator.collect(0.5, 0.5)
    simulated.time_out(["retrieve"])
    outcome = calibrator.compute()
    simulated.time_out()
    calibrator.leave()
    assert outcome.is_applied
    assert outcome.data == b""
    assert "cannot be given back" in outcome.text


def test_an_earlier_calibration_is_given_back(calibrator: DeviceCalibrator, simulated) -> None:
    calibrator.enter()
    calibrator.collect(0.5, 0.5)
    data = calibrator.compute().data
    calibrator.collect(0.25, 0.25)
    calibrator.compute()
    calibrator.leave()
    calibrator.apply(data)
    assert simulated.calibration.data == data
    assert not simulated.calibration.is_entered


@pytest.mark.parametrize("data", [b"", bytes(MAX_DATA_BYTES + 1), b"of another maker"])
def test_data_that_is_no_calibration_is_refused(calibrator: DeviceCalibrator, simulated, data: bytes) -> None:
    with pytest.raises(DriverError, match="could not be given to the tracker"):
        calibrator.apply(data)
    assert not simulated.calibration.is_entered


def test_a_tracker_that_another_program_calibrates_refuses_and_can_be_tried_again(
    calibrator: DeviceCalibrator, simulated
) -> None:
    simulated.calibration.is_entered = True
    with pytest.raises(DriverError, match="in calibration mode already"):
        calibrator.enter()
    simulated.calibration.is_entered = False
    calibrator.enter()
    calibrator.leave()


def test_entering_twice_is_refused_in_words(calibrator: DeviceCalibrator) -> None:
    calibrator.enter()
    with pytest.raises(DriverError, match="a calibration is under way"):
        calibrator.enter()
    calibrator.leave()


def test_leaving_what_was_never_entered_is_nothing(calibrator: DeviceCalibrator, simulated) -> None:
    calibrator.leave()
    assert simulated.calibration.calls == []


def test_collecting_outside_calibration_mode_is_refused_in_words(calibrator: DeviceCalibrator) -> None:
    with pytest.raises(DriverError, match=r"target \(0\.500, 0\.250\).*enterCalibrationMode first"):
        calibrator.collect(0.5, 0.25)


def test_a_tracker_unplugged_in_a_calibration_is_told_and_left(
    calibrator: DeviceCalibrator, simulated
) -> None:
    calibrator.enter()
    simulated.unplug()
    with pytest.raises(DriverError, match=r"does not answer\. Check its cable"):
        calibrator.collect(0.5, 0.5)
    with pytest.raises(DriverError, match="could not be left"):
        calibrator.leave()
    calibrator.leave()


def test_gaze_goes_on_while_a_target_is_collected(device: TobiiDevice, network, simulated) -> None:
    calibrator = device.calibrator()
    assert calibrator is not None
    device.start()
    calibrator.enter()
    simulated.calibration.hold()
    collected: list[bool] = []
    worker = threading.Thread(target=lambda: collected.append(calibrator.collect(0.5, 0.5)))
    worker.start()
    assert simulated.calibration.is_collecting.wait(5.0)
    network.advance(0.5)
    assert len(device.take().raw) > 100
    simulated.calibration.release()
    worker.join(5.0)
    assert collected == [True]
    calibrator.leave()


def test_a_tracker_that_never_answers_is_given_up_and_does_not_stop_the_process(
    backend: TittaBackend, simulated
) -> None:
    device = backend.connect(simulated.address)
    tracker = device.connect()
    calibrator = TittaCalibrator(tracker, can_do_single_eyes=True, answer_s=0.05, leave_s=0.05)
    device._calibrator = calibrator
    calibrator.enter()
    simulated.calibration.hold()
    with pytest.raises(DriverError, match=r"did not answer for 0\.05 s"):
        calibrator.collect(0.5, 0.5)
    with pytest.raises(DriverError, match="still busy"):
        calibrator.collect(0.25, 0.25)
    with pytest.raises(DriverError, match="still has not answered"):
        calibrator.leave()
    device.close()
    simulated.calibration.release()


def test_an_answer_that_comes_late_is_not_taken_for_another(calibrator, simulated) -> None:
    calibrator._answer_s = 0.05
    calibrator.enter()
    simulated.calibration.hold()
    with pytest.raises(DriverError, match="did not answer"):
        calibrator.collect(0.5, 0.5)
    simulated.calibration.failing[(0.25, 0.25)] = 1
    simulated.calibration.release()
    calibrator._answer_s = 5.0
    while calibrator.is_hung:
        pass
    assert calibrator.collect(0.25, 0.25) is False
    calibrator.leave()


def test_closing_leaves_calibration_mode(backend: TittaBackend, simulated) -> None:
    device = backend.connect(simulated.address)
    calibrator = device.calibrator()
    assert calibrator is not None
    calibrator.enter()
    device.close()
    assert not simulated.calibration.is_entered
