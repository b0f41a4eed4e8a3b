"""What becomes of a stream whose process crashes, falls silent, hangs or is left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from drivers.contract import DriverError, NoticeKind, TrackerLostError
from drivers.host.hosted_driver import HostedDriver
from gaze_core.rows import GazeFlag

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform == "win32", reason="processes are stopped and killed by signals here"),
]
ROOT = Path(__file__).resolve().parents[3]


def is_running(process_id: int) -> bool:
    """Tell whether a process runs; one that has ended and was not yet collected by anybody does not."""
    try:
        os.kill(process_id, 0)
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return state != "Z"


def wait_until_gone(process_id: int, patience_s: float = 10.0) -> None:
    deadline_s = time.monotonic() + patience_s
    while is_running(process_id):
        assert time.monotonic() < deadline_s, "the process goes on"
        time.sleep(0.02)


def test_a_killed_process_is_brought_back_and_the_numbers_go_on(lab, reading):
    driver = lab()
    driver.open()
    driver.start()
    before = reading.joined(reading.until_rows(driver))
    killed = driver.process_id
    os.kill(killed, signal.SIGKILL)
    until_loss = reading.until_told(driver, NoticeKind.CONNECTION_LOST)
    after = reading.until_rows(driver)
    gaze = np.concatenate([before, reading.joined(until_loss), reading.joined(after)])
    np.testing.assert_array_equal(np.diff(gaze["seq"]), 1)
    assert driver.process_id != killed
    assert not is_running(killed)
    assert reading.told(until_loss).count(NoticeKind.CONNECTION_LOST) == 1
    assert reading.told(after).count(NoticeKind.CONNECTION_RESTORED) == 1
    assert after[-1].gaze["flags"][0] & GazeFlag.RECONNECTED
    assert not np.any(after[-1].gaze["flags"][1:] & GazeFlag.RECONNECTED)


def test_what_was_sent_before_a_crash_is_delivered_in_order_and_then_the_loss(lab, reading):
    driver = lab(reads="7", then="crashes", pauses_s=(60.0,))
    driver.open()
    driver.start()
    wait_until_gone(driver.process_id)  # nothing is read until it has crashed
    batches = reading.until_told(driver, NoticeKind.CONNECTION_LOST)
    np.testing.assert_array_equal(reading.joined(batches)["seq"], np.arange(10, 80))
    assert len(batches[-1].gaze) == 0
    (notice,) = batches[-1].notices
    assert "ended and is being restarted. Its process was ended by signal 6" in notice.text


def test_an_error_nobody_expected_is_a_crash_of_its_process(lab, reading):
    driver = lab(reads="2", then="fails")
    driver.open()
    driver.start()
    batches = reading.until_told(driver, NoticeKind.CONNECTION_LOST)
    assert "nobody knows why" in batches[-1].notices[-1].text
    assert reading.until_rows(driver)[-1].gaze["flags"][0] & GazeFlag.RECONNECTED


def test_a_process_that_falls_silent_is_killed_and_brought_back(lab, reading):
    driver = lab()
    driver.open()
    driver.start()
    reading.until_rows(driver)
    stopped = driver.process_id
    os.kill(stopped, signal.SIGSTOP)
    began_s = time.monotonic()
    (lost,) = reading.until_told(driver, NoticeKind.CONNECTION_LOST)[-1].notices
    assert "did not respond for 2 s" in lost.text
    reading.until_rows(driver)
    assert 1.0 < time.monotonic() - began_s < 6.0
    assert not is_running(stopped)


def test_a_driver_that_hangs_in_a_process_that_lives_is_killed_and_brought_back(lab, reading):
    driver = lab(reads="5", then="hangs")
    driver.open()
    driver.start()
    hanging = driver.process_id
    reading.until_it_returns(driver)
    assert not is_running(hanging)


def test_a_tracker_that_comes_back_as_another_is_lost(lab, reading, tmp_path):
    serial = tmp_path / "serial"
    serial.write_text("1")
    driver = lab(serial_in=str(serial))
    driver.open()
    driver.start()
    reading.until_rows(driver)
    serial.write_text("2")
    os.kill(driver.process_id, signal.SIGKILL)
    reading.until_told(driver, NoticeKind.CONNECTION_LOST)
    for _ in range(2):
        with pytest.raises(TrackerLostError, match="Lab 2 answered instead of Lab 1"):
            reading.until_rows(driver)


def test_attempts_that_fail_are_told_once_and_go_on(lab, reading, tmp_path):
    serial = tmp_path / "serial"
    serial.write_text("1")
    driver = lab(serial_in=str(serial), pauses_s=(0.0, 0.0, 0.3))
    driver.open()
    driver.start()
    reading.until_rows(driver)
    serial.unlink()
    os.kill(driver.process_id, signal.SIGKILL)
    reading.until_told(driver, NoticeKind.CONNECTION_LOST)
    batches = reading.until_told(driver, NoticeKind.WARNING)
    assert "could not be restarted yet" in batches[-1].notices[0].text
    serial.write_text("1")
    told = reading.told(reading.until_rows(driver))
    assert told.count(NoticeKind.CONNECTION_RESTORED) == 1
    assert NoticeKind.CONNECTION_LOST not in told


def test_a_stop_while_it_is_being_brought_back_gives_up_and_a_start_brings_it_back(lab, reading):
    driver = lab(pauses_s=(0.05,))
    driver.open()
    driver.start()
    before = reading.joined(reading.until_rows(driver))
    os.kill(driver.process_id, signal.SIGKILL)
    reading.until_told(driver, NoticeKind.CONNECTION_LOST)
    driver.stop()
    driver.start()
    after = reading.until_rows(driver)
    assert after[-1].gaze["seq"][0] > before["seq"][-1]
    assert after[-1].gaze["flags"][0] & GazeFlag.RECONNECTED
    assert NoticeKind.CONNECTION_RESTORED in reading.told(after)


def test_a_process_killed_between_stop_and_start_is_started_anew(lab, reading):
    driver = lab()
    driver.open()
    os.kill(driver.process_id, signal.SIGKILL)
    wait_until_gone(driver.process_id)
    driver.start()
    assert len(reading.until_rows(driver)[-1].gaze)


def test_closing_kills_what_does_not_end_within_two_seconds(lab):
    driver = lab(close="hangs")
    driver.open()
    hanging = driver.process_id
    os.kill(hanging, signal.SIGSTOP)
    began_s = time.monotonic()
    driver.close()
    assert time.monotonic() - began_s < 4.0
    assert not is_running(hanging)


def test_a_start_that_hangs_is_an_error_in_words(lab, monkeypatch):
    monkeypatch.setattr("drivers.host.opening.START_TIMEOUT_S", 0.3)
    driver = lab(start="hangs")
    driver.open()
    with pytest.raises(DriverError, match="did not start to stream within"):
        driver.start()


def test_a_start_that_takes_long_is_not_taken_for_a_driver_that_hangs(lab, reading, monkeypatch):
    monkeypatch.setattr("drivers.host.hosted_driver.PATIENCE_S", 1.0)
    driver = lab(start="1.7")
    driver.open()
    driver.start()
    assert NoticeKind.CONNECTION_LOST not in reading.told(reading.until_rows(driver))


def test_giving_up_does_not_wait_for_a_process_that_does_not_answer(lab, reading, tmp_path):
    gate = tmp_path / "opens slowly"
    driver = lab(open_waits_for=str(gate))
    gate.touch()
    driver.open()
    driver.start()
    reading.until_rows(driver)
    gate.unlink()
    os.kill(driver.process_id, signal.SIGKILL)
    reading.until_told(driver, NoticeKind.CONNECTION_LOST)
    deadline_s = time.monotonic() + 1.0
    reading.until(driver, lambda _: time.monotonic() > deadline_s)  # the next process is opening its tracker
    began_s = time.monotonic()
    driver.close()
    assert time.monotonic() - began_s < 2.0


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_the_death_of_the_program_ends_the_process_it_hosted(end):
    program = (
        "import sys; from drivers.registry import create_driver; from drivers.contract import ViewingSetup\n"
        "setup = ViewingSetup(width_px=1, height_px=1, width_mm=1.0, height_mm=1.0, distance_mm=1.0)\n"
        "driver = create_driver('mock', {'interpreter': sys.executable}, setup); driver.open()\n"
        "driver.start(); sys.stdout.write(f'{driver.process_id}\\n'); sys.stdout.flush()\n"
        "while True: driver.read(0.1)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as parent:
        hosted = int(parent.stdout.readline())
        assert is_running(hosted)
        parent.send_signal(end)
    wait_until_gone(hosted)


def test_ctrl_c_is_for_the_program_and_leaves_the_process_running(setup, reading):
    driver = HostedDriver("mock", sys.executable, {}, setup)
    driver.open()
    try:
        os.kill(driver.process_id, signal.SIGINT)
        driver.start()
        assert len(reading.until_rows(driver)[-1].gaze)
    finally:
        driver.close()
