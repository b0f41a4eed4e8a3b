"""The calibrator of the driver: calls go to the connected device, and its mode is left whatever happens."""

from __future__ import annotations

import threading

import pytest
from fake_backend import FakeCalibrator

from drivers.contract import CalibratedEyes, DriverError
from drivers.tobii.calibrator import CurrentCalibrator


@pytest.fixture
def device():
    return FakeCalibrator()


@pytest.fixture
def calibrator(device):
    calibrator = CurrentCalibrator("Tobii Pro Spectrum (1)")
    calibrator.connect(device)
    return calibrator


def test_every_call_reaches_the_device(calibrator, device):
    calibrator.enter(CalibratedEyes.LEFT)
    assert calibrator.collect(0.1, 0.2)
    calibrator.discard(0.1, 0.2)
    assert calibrator.compute() is device.outcome
    calibrator.leave()
    calibrator.apply(b"earlier")
    assert device.calls == [
        ("enter", CalibratedEyes.LEFT), ("collect", 0.1, 0.2), ("discard", 0.1, 0.2), "compute", "leave",
        ("apply", b"earlier"),
    ]  # fmt: skip


def test_a_refusal_of_the_device_passes_through(calibrator, device):
    calibrator.enter()
    device.error = DriverError("The tracker sees no eye. Move closer.")
    with pytest.raises(DriverError, match="sees no eye"):
        calibrator.collect(0.5, 0.5)


def test_collecting_before_entering_is_refused_in_words(calibrator):
    with pytest.raises(DriverError, match="not in calibration mode"):
        calibrator.collect(0.5, 0.5)


def test_leaving_is_allowed_at_any_time(calibrator, device):
    calibrator.leave()
    CurrentCalibrator("Tobii").leave()
    assert device.calls == ["leave"]


def test_the_mode_of_a_device_that_is_replaced_is_left(calibrator, device):
    other = FakeCalibrator()
    calibrator.enter()
    calibrator.connect(other)
    assert device.calls[-1] == "leave"
    with pytest.raises(DriverError, match="begin the calibration again"):
        calibrator.compute()
    calibrator.leave()
    assert (device.calls.count("leave"), other.calls) == (1, ["leave"])


def test_a_device_that_cannot_be_left_any_more_stops_nobody(calibrator, device):
    calibrator.enter()
    device.error = DriverError("The tracker is gone.")
    calibrator.connect(None)
    with pytest.raises(DriverError, match="not connected"):
        calibrator.enter()


def test_a_device_closed_in_the_middle_of_a_call_is_left_when_the_call_returns(
    calibrator, device, monkeypatch
):
    monkeypatch.setattr("drivers.tobii.calibrator.CLOSE_PATIENCE_S", 0.01)
    is_collecting, may_return = threading.Event(), threading.Event()

    def collect(x_norm, y_norm):
        is_collecting.set()
        return may_return.wait(10)

    monkeypatch.setattr(device, "collect", collect)
    calibrator.enter()
    worker = threading.Thread(target=calibrator.collect, args=(0.5, 0.5))
    worker.start()
    is_collecting.wait(10)
    calibrator.connect(None)
    assert "leave" not in device.calls
    may_return.set()
    worker.join(10)
    assert device.calls[-1] == "leave"
