"""Delivery latency, drift and alignment by TTL, from the streams of a recording."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from capture_app.acquisition import messages as m
from capture_app.session.timing_constants import ConstantName
from capture_app.session.timing_tracker import TestTriggers, TrackerStreams, tracker_findings
from gaze_core.rows import CLOCK_SYNC, EXTERNAL_SIGNAL, GAZE, NO_TIME, TRIGGER

HOST_START_NS = 900_000_000_000
DEVICE_START_NS = 5_000_000_000
PPM = 40.0


def device_ns(host_ns: np.ndarray) -> np.ndarray:
    return DEVICE_START_NS + np.round((host_ns - HOST_START_NS) * (1 + PPM * 1e-6)).astype(np.int64)


def streams(*, signal_delay_ms: float = 0.6, code_of_signal: int | None = None) -> TrackerStreams:
    """30 s of a 600 Hz tracker: delivered 3 to 5 ms late, clock read every second, a trigger every 0.5 s."""
    rng = np.random.default_rng(5)
    stamped_ns = HOST_START_NS + np.arange(18_000) * 1_666_667
    gaze = GAZE.empty(len(stamped_ns))
    gaze["t_device_ns"] = device_ns(stamped_ns)
    gaze["t_host_ns"] = stamped_ns + rng.integers(3_000_000, 5_000_000, len(stamped_ns))
    sync = CLOCK_SYNC.empty(30)
    read_ns = HOST_START_NS + np.arange(30) * 1_000_000_000
    sync["clock_id"] = b"device"
    sync["host_before_ns"], sync["host_after_ns"] = read_ns - 100_000, read_ns + 100_000
    sync["remote_ns"] = device_ns(read_ns)
    triggers = TRIGGER.empty(50)
    sent_ns = HOST_START_NS + 2_000_000_000 + np.arange(50) * 500_000_000
    triggers["t_before_host_ns"], triggers["t_after_host_ns"] = sent_ns - 50_000, sent_ns + 50_000
    triggers["code"] = np.arange(50) + 1
    signals = EXTERNAL_SIGNAL.empty(100)
    seen_ns = np.repeat(sent_ns + round(signal_delay_ms * 1e6), 2)
    seen_ns[1::2] += 10_000_000
    signals["t_device_ns"], signals["t_host_ns"] = device_ns(seen_ns), seen_ns + 4_000_000
    signals["value"][::2] = triggers["code"] if code_of_signal is None else code_of_signal
    signals["value"][1::2] = 0
    signals["change"], signals["source"] = b"value_changed", b"tracker"
    return TrackerStreams(
        tracker="tobii, Spectrum, S1, 600 Hz",
        has_device_clock=True,
        gaze=gaze,
        clock_sync=sync,
        triggers=triggers,
        signals=signals,
        rate_hz=600.0,
    )


def constants_of(given: TrackerStreams) -> dict:
    return {each.name: each for each in tracker_findings(given, has_trigger_port=True).constants}


def test_delivery_is_timed_against_the_trackers_own_stamp_where_its_clock_is_read():
    found = constants_of(streams())[ConstantName.TRACKER_DELIVERY]
    assert found.mean == pytest.approx(4.0, abs=0.1)
    assert found.sd == pytest.approx(2.0 / np.sqrt(12.0), abs=0.05)
    assert found.count == 18_000


def test_where_the_clock_cannot_be_read_only_the_spread_of_delivery_is_known():
    found = constants_of(replace(streams(), clock_sync=CLOCK_SYNC.empty(0)))
    assert ConstantName.TRACKER_DELIVERY not in found
    assert found[ConstantName.TRACKER_DELIVERY_SPREAD].mean == pytest.approx(1.0, abs=0.1)
    assert "stays unknown" in found[ConstantName.TRACKER_DELIVERY_SPREAD].method


def test_a_single_reading_of_the_clock_is_enough_for_the_delivery():
    given = streams()
    found = constants_of(replace(given, clock_sync=given.clock_sync[15:16]))
    assert found[ConstantName.TRACKER_DELIVERY].mean == pytest.approx(4.0, abs=0.1)
    assert found[ConstantName.TRACKER_DRIFT].mean == pytest.approx(PPM, abs=15.0)  # of the arrivals


def test_an_alignment_against_arrivals_alone_says_what_is_still_in_it():
    found = constants_of(replace(streams(), clock_sync=CLOCK_SYNC.empty(0)))[ConstantName.TTL_ALIGNMENT]
    assert found.mean == pytest.approx(0.6 + 3.0, abs=0.2)  # the shortest delay of a sample is 3 ms
    assert "shortest delay" in found.method


def test_a_clock_by_which_samples_arrive_before_their_stamp_is_not_believed():
    given = streams()
    late = given.clock_sync.copy()
    late["remote_ns"] -= 20_000_000
    findings = tracker_findings(replace(given, clock_sync=late), has_trigger_port=True)
    assert ConstantName.TRACKER_DELIVERY not in {each.name for each in findings.constants}
    assert "before they were stamped" in findings.unmeasured[1].why


def test_a_drift_that_is_not_known_well_enough_is_named():
    given = streams()
    short = replace(given, gaze=given.gaze[:120], clock_sync=CLOCK_SYNC.empty(0))
    findings = tracker_findings(short, has_trigger_port=True)
    assert ConstantName.TRACKER_DRIFT not in {each.name for each in findings.constants}
    (drift,) = (each for each in findings.unmeasured if each.what == "The drift of the tracker's clock")
    assert "measure for longer" in drift.why


def test_the_drift_of_the_trackers_clock_is_found():
    found = constants_of(streams())[ConstantName.TRACKER_DRIFT]
    assert found.mean == pytest.approx(PPM, abs=3 * found.sd)
    assert found.unit == "ppm"


def test_triggers_that_the_tracker_saw_tell_how_well_the_clocks_agree():
    found = constants_of(streams(signal_delay_ms=0.6))[ConstantName.TTL_ALIGNMENT]
    assert found.mean == pytest.approx(0.6, abs=0.05)
    assert found.count == 50


def test_a_line_that_shows_as_one_bit_is_matched_by_its_time():
    found = constants_of(streams(code_of_signal=1))[ConstantName.TTL_ALIGNMENT]
    assert (found.count, round(found.mean, 1)) == (50, 0.6)


def test_signals_far_from_any_trigger_are_something_else():
    findings = tracker_findings(streams(signal_delay_ms=300.0 - 40.0), has_trigger_port=True)
    assert ConstantName.TTL_ALIGNMENT not in {each.name for each in findings.constants}
    assert "saw fewer than 5 of 50 triggers" in findings.unmeasured[-1].why


def test_signals_of_a_port_of_this_computer_do_not_count():
    given = streams()
    given.signals["source"] = b"COM3"
    assert ConstantName.TTL_ALIGNMENT not in constants_of(given)


@pytest.mark.parametrize(
    ("has_port", "why"), [(False, "no port for triggers is set"), (True, "no trigger could be sent")]
)
def test_why_there_is_no_alignment_is_told(has_port, why):
    given = replace(streams(), triggers=TRIGGER.empty(0))
    assert why in tracker_findings(given, has_trigger_port=has_port).unmeasured[-1].why


def test_a_tracker_without_a_clock_has_no_delivery_latency():
    given = streams()
    given.gaze["t_device_ns"] = NO_TIME
    findings = tracker_findings(replace(given, clock_sync=CLOCK_SYNC.empty(0)), has_trigger_port=False)
    assert findings.constants == ()
    assert "no time of its own clock" in findings.unmeasured[1].why


def test_a_tracker_that_delivered_nothing_is_told_apart():
    findings = tracker_findings(replace(streams(), gaze=GAZE.empty(0)), has_trigger_port=False)
    assert findings.unmeasured[1].why == "it delivered no samples"


def test_what_needs_an_artificial_eye_is_always_named():
    assert "artificial eye" in tracker_findings(streams(), has_trigger_port=True).unmeasured[0].sentence


class NotingSession:
    """Notes what is sent to the acquisition process."""

    def __init__(self) -> None:
        self.sent: list[m.Message] = []
        self.link = self

    def send(self, message: m.Message) -> None:
        self.sent.append(message)


def test_triggers_are_sent_every_now_and_then_with_codes_of_their_own():
    session = NotingSession()
    triggers = TestTriggers(session)
    for step in range(400):
        triggers.step(step * 0.01, None)
    assert [message.code for message in session.sent] == list(range(1, 9))
    assert {message.cause for message in session.sent} == {"test"}
