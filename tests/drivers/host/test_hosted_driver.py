"""A driver in another process gives what it would give in this one."""

from __future__ import annotations

import dataclasses
import shlex
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from drivers.contract import (
    CalibratedEyes,
    DriverError,
    DriverOptionError,
    NoticeKind,
    Scene,
    ScenePane,
    TrackerLostError,
    TrackerNotFoundError,
)
from drivers.host.hosted_driver import HostedDriver
from drivers.host.questions import check_hosted, find_hosted
from drivers.mock import MockSettings, MockTracker
from drivers.registry import create_driver
from gaze_core.rows import decode_text

pytestmark = pytest.mark.processes

OPEN_DESCRIPTORS = Path("/proc/self/fd")
FAST = {"pace": "fast", "duration_s": "20", "rate_hz": "300"}


@pytest.fixture
def hosted_mock(setup):
    driver = create_driver("mock", {**FAST, "interpreter": sys.executable}, setup)
    assert isinstance(driver, HostedDriver)
    yield driver
    driver.close()


def test_a_hosted_tracker_sends_sample_by_sample_what_it_sends_here(hosted_mock, setup, reading):
    here = MockTracker(MockSettings.from_options(FAST), setup)
    streams = []
    for driver in (hosted_mock, here):
        driver.open()
        driver.start()
        batches = reading.until_told(driver, NoticeKind.FINISHED)
        streams.append(batches)
    for name in ("gaze", "raw", "truth", "truth_events"):
        there, expected = (reading.joined(batches, name) for batches in streams)
        assert len(expected) > 0
        for column in expected.dtype.names:
            if "host" not in column and "system" not in column:  # both began when they began
                assert there[column].tobytes() == expected[column].tobytes(), column


def test_what_a_hosted_tracker_is_and_can_do_comes_over(hosted_mock, setup):
    here = MockTracker(MockSettings.from_options(FAST), setup)
    info, expected = hosted_mock.open(), here.open()
    of_the_host = {"host_interpreter", "host_python", "host_numpy", "host_clock"}
    assert set(info.settings) - set(expected.settings) == of_the_host
    assert info.settings["host_clock"].startswith("shared, within")
    own = {name: text for name, text in info.settings.items() if name not in of_the_host}
    assert dataclasses.replace(info, settings=own) == expected
    there, expected = hosted_mock.capabilities(), here.capabilities()
    assert (there.rates_hz, there.modes) == (expected.rates_hz, expected.modes)
    assert there.calibrates_single_eyes == expected.calibrates_single_eyes
    assert (there.calibrator is None) == (expected.calibrator is None)
    assert (there.set_scene is None, there.cpu_s is None) == (False, False)


def test_a_scene_reaches_the_simulated_eye_and_its_cost_comes_back(setup, reading):
    driver = HostedDriver("mock", sys.executable, {"scenario": "ideal", "rate_hz": "300"}, setup)
    driver.open()
    try:
        pane = ScenePane(image_id=3, src_image_px=(0, 0, 10, 10), dst_norm=(0.9, 0.9, 0.05, 0.05))
        driver.capabilities().set_scene(Scene(t_host_ns=time.perf_counter_ns(), panes=(pane,)))
        driver.start()
        in_the_corner = reading.until(driver, lambda batch: bool(np.any(batch.gaze["left_x_norm"] > 0.85)))
        assert in_the_corner
        reading.until(driver, lambda _: driver.capabilities().cpu_s() > 0.0)
    finally:
        driver.close()


def test_every_part_of_a_batch_comes_over_and_raw_rows_lose_their_padding(lab, reading):
    driver = lab()
    info = driver.open()
    driver.start()
    batch = reading.until_rows(driver)[-1]
    assert info.raw_dtype == np.dtype([("flag", "u1"), ("x", "<f8")])
    assert batch.raw.dtype == info.raw_dtype
    np.testing.assert_array_equal(batch.raw["x"], batch.gaze["seq"])
    assert decode_text(batch.markers["text"][0]) == "marker é"
    assert batch.user_position["left_z_box"][0] == 0.5
    (notice,) = batch.notices
    assert (notice.kind, notice.text, notice.value) == (NoticeKind.WARNING, "It is warm.", 30.5)
    assert driver.capabilities().modes == ("human", "monkey")


def test_what_a_vendor_prints_does_not_disturb_the_samples(lab, reading):
    driver = lab(prints="much")
    driver.open()
    driver.start()
    gaze = reading.joined(reading.until(driver, lambda batch: len(batch.gaze) and batch.gaze["seq"][0] > 500))
    np.testing.assert_array_equal(np.diff(gaze["seq"]), 1)


def test_the_clock_of_the_other_process_is_compared_and_recorded(lab, reading):
    driver = lab()
    driver.open()
    driver.start()
    batches = reading.until(driver, lambda batch: len(batch.clock_sync) > 0)
    (row,) = batches[-1].clock_sync
    assert row["clock_id"] == b"host_process"
    assert row["host_before_ns"] <= row["remote_ns"] <= row["host_after_ns"]


def test_times_of_another_clock_are_converted_and_the_tracker_says_so(make_interpreter, setup, reading):
    hours_ahead_ns = 3_600_000_000_000
    shifted = (
        "import runpy, sys, time; real = time.perf_counter_ns; "
        f"time.perf_counter_ns = lambda: real() + {hours_ahead_ns}; "
        "sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    python = make_interpreter(f'exec {shlex.quote(sys.executable)} -c {shlex.quote(shifted)} "$@"')
    driver = HostedDriver("mock", python, {"rate_hz": "300"}, setup)
    began_ns = time.perf_counter_ns()
    info = driver.open()
    try:
        driver.start()
        gaze = reading.until_rows(driver)[-1].gaze
        assert info.settings["host_clock"].startswith("another clock, converted")
        assert began_ns < gaze["t_host_ns"][0] < time.perf_counter_ns() + 5_000_000
    finally:
        driver.close()


def test_the_calibrator_s_calls_are_made_there_while_gaze_goes_on(lab, reading, tmp_path):
    gate = tmp_path / "the device has seen enough"
    driver = lab(collect_waits_for=str(gate))
    driver.open()
    driver.start()
    calibrator = driver.capabilities().calibrator
    calibrator.enter(CalibratedEyes.LEFT)
    answers: list[bool] = []
    worker = threading.Thread(target=lambda: answers.append(calibrator.collect(0.1, 0.5)))
    worker.start()
    reading.until_rows(driver)
    assert reading.until_rows(driver), "gaze flows while a target is collected at"
    assert answers == []
    gate.touch()
    worker.join(5.0)
    assert answers == [True]
    assert not calibrator.collect(0.5, 0.95)
    calibrator.apply(b"\0earlier")
    outcome = calibrator.compute()
    assert outcome.is_applied
    assert outcome.text == r"enter left, collect 0.1 0.5, collect 0.5 0.95, apply b'\x00earlier'."
    assert outcome.data == b"\0\xffdata"
    np.testing.assert_array_equal(outcome.samples["target_x_norm"], [0.1, 0.9])


def test_errors_of_the_calibrator_come_over_in_words(lab):
    driver = lab()
    driver.open()
    calibrator = driver.capabilities().calibrator
    with pytest.raises(DriverError, match="Nothing was collected there"):
        calibrator.discard(0.5, 0.5)
    with pytest.raises(DriverError, match="leave failed unexpectedly: the device has no such mode"):
        calibrator.leave()


def test_a_process_that_dies_during_a_calibration_fails_the_call(lab):
    driver = lab(collect_crashes="yes")
    driver.open()
    calibrator = driver.capabilities().calibrator
    with pytest.raises(DriverError, match="ended before the hosted driver could carry out"):
        calibrator.collect(0.5, 0.5)
    with pytest.raises(DriverError, match="not running at the moment"):
        calibrator.collect(0.5, 0.5)


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"open": "absent"}, TrackerNotFoundError, "Plug it in"),
        ({"open": "fails"}, DriverError, "failed unexpectedly: of no use"),
        ({"open": "crashes"}, DriverError, "ended before the hosted driver could open its tracker"),
    ],
)
def test_a_failed_open_is_an_error_in_words_and_leaves_no_process(lab, options, kind, words):
    driver = lab(**options)
    with pytest.raises(kind, match=words):
        driver.open()
    assert driver.process_id is None
    driver.close()


def test_a_wrong_option_is_refused_by_the_driver_s_own_sentence(setup):
    driver = create_driver("mock", {"interpreter": sys.executable, "rate_hz": "1"}, setup)
    with pytest.raises(DriverOptionError, match="outside 20 to 2000"):
        driver.open()


def test_a_tracker_that_is_gone_for_good_is_lost_after_its_last_samples(lab, reading):
    driver = lab(reads="3", then="is lost")
    driver.open()
    driver.start()
    batches = [reading.until_rows(driver)[-1] for _ in range(3)]
    assert len(reading.joined(batches)) == 30
    for _ in range(2):
        with pytest.raises(TrackerLostError, match="gone for good"):
            reading.until_rows(driver)


def test_trackers_are_found_there_with_the_options_that_open_them_there(lab_interpreter, setup):
    (found,) = find_hosted("lab", lab_interpreter, {}, setup)
    assert found.title == "Lab 1"
    assert found.options == {"serial": "1", "interpreter": lab_interpreter}
    assert found.display_area_mm == (527.0, 296.0)
    with pytest.raises(DriverError, match="network is down"):
        find_hosted("lab", lab_interpreter, {"search": "fails"}, setup)


def test_a_driver_is_checked_where_it_is_to_run(lab_interpreter):
    assert check_hosted("lab", lab_interpreter).is_usable
    missing = check_hosted("lab", sys.executable)
    assert not missing.is_usable
    assert "no tracker driver called 'lab'" in missing.reason


def test_a_driver_that_is_not_installed_there_says_where_and_why(make_interpreter, setup):
    # A tobii driver without its packages: the interpreter is sound, the vendor's software is missing.
    driver = HostedDriver("tobii", sys.executable, {}, setup)
    if check_hosted("tobii", sys.executable).is_usable:
        pytest.skip("a package of Tobii's is installed in this Python")
    with pytest.raises(DriverError, match=r"cannot be used in .*Python 3\.\d+.*nstall"):
        driver.open()


@pytest.mark.skipif(not OPEN_DESCRIPTORS.is_dir(), reason="descriptors are counted in /proc")
def test_opening_and_closing_leaves_no_descriptor_no_thread_and_no_process(setup):
    def count() -> tuple[int, int]:
        return len(list(OPEN_DESCRIPTORS.iterdir())), threading.active_count()

    driver = HostedDriver("mock", sys.executable, {}, setup)
    driver.open()
    driver.close()
    before = count()
    children = []
    for _ in range(4):
        driver.open()
        children.append(driver.process_id)
        driver.start()
        driver.close()
    assert count() == before
    assert [child for child in children if Path(f"/proc/{child}").exists()] == []
