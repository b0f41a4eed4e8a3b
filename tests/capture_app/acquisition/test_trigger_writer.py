"""Triggers leave in order, each with its times; pulses end; what is late or fails is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from capture_app.acquisition.messages import SendTrigger
from capture_app.acquisition.trigger_writer import LATE_NS, MAX_WAITING, PulseSetup, TriggerWriter
from drivers.serial_port import SerialPortError, SerialSetup
from gaze_core.clocks import HostClock

LIMIT_S = 10.0
PULSE_MS = 10.0


class OnePort:
    """A port that is always open."""

    def __init__(self, wire) -> None:
        self.source = "COM3"
        self._port = wire.open(SerialSetup(name="COM3"))

    def use_port(self, action) -> None:
        action(self._port)


@pytest.fixture
def make_writer(wire, listener, clock) -> Callable[..., TriggerWriter]:
    def make(kind: str = "byte") -> TriggerWriter:
        pulse = PulseSetup(kind=kind, pulse_ms=PULSE_MS)
        return TriggerWriter(port=OnePort(wire), pulse=pulse, owner=listener, clock=clock)

    return make


def trigger(code: int, t_onset_host_ns: int, cause: str = "show") -> SendTrigger:
    return SendTrigger(t_onset_host_ns=t_onset_host_ns, code=code, cause=cause, trial=4)


def test_a_byte_is_written_and_taken_back_after_the_pulse(make_writer, wire, clock):
    writer = make_writer()
    writer.send(trigger(7, clock.now_ns()))
    writer.step()
    assert wire.written == [7]
    clock.advance_ns(round(PULSE_MS * 1e6))
    writer.step()
    assert wire.written == [7, 0]


@pytest.mark.parametrize("line", ["rts", "dtr"])
def test_a_line_is_on_for_the_pulse(make_writer, wire, clock, line):
    writer = make_writer(line)
    writer.send(trigger(7, clock.now_ns()))
    writer.step()
    clock.advance_ns(round(PULSE_MS * 1e6))
    writer.step()
    assert wire.written == [(line, True), (line, False)]


def test_the_row_holds_onset_code_cause_trial_port_and_the_times_around_the_writing(
    make_writer, wire, listener, clock
):
    onset_ns = clock.now_ns()
    clock.advance_ns(1_000_000)
    wire.on_write = lambda: clock.advance_ns(200_000)
    writer = make_writer()
    writer.send(trigger(7, onset_ns))
    writer.step()
    (row,) = listener.triggers[0]
    assert row["t_onset_host_ns"] == onset_ns
    assert row["t_before_host_ns"] == onset_ns + 1_000_000
    assert row["t_after_host_ns"] == onset_ns + 1_200_000
    assert (row["code"], row["port"], row["cause"], row["trial"]) == (7, b"COM3", b"show", 4)
    assert listener.told == []


def test_a_pulse_in_the_way_of_the_next_trigger_ends_first(make_writer, wire, clock):
    writer = make_writer()
    writer.send(trigger(2, clock.now_ns(), "clear"))
    writer.step()
    clock.advance_ns(3_000_000)
    writer.send(trigger(2, clock.now_ns()))
    writer.step()
    assert wire.written == [2, 0, 2]


def test_a_late_trigger_is_told_with_its_delay(make_writer, listener, clock):
    onset_ns = clock.now_ns()
    clock.advance_ns(LATE_NS + 5_000_000)
    writer = make_writer()
    writer.send(trigger(7, onset_ns))
    writer.step()
    assert len(listener.triggers) == 1
    kind, text = listener.told[0]
    assert kind == "trigger_late"
    assert "The trigger 7 (image shown) left 25 ms after its onset" in text


def test_a_trigger_that_cannot_be_sent_is_told_and_has_no_row(make_writer, wire, listener, clock):
    wire.write_failure = SerialPortError("COM3 has stopped working.")
    writer = make_writer()
    writer.send(trigger(7, clock.now_ns()))
    writer.step()
    assert listener.triggers == []
    assert listener.told == [
        ("trigger_failed", "The trigger 7 (image shown) was not sent. COM3 has stopped working.")
    ]


def test_a_pulse_that_cannot_be_ended_is_told(make_writer, wire, listener, clock):
    writer = make_writer()
    writer.send(trigger(7, clock.now_ns()))
    writer.step()
    wire.is_plugged = False
    clock.advance_ns(round(PULSE_MS * 1e6))
    writer.step()
    assert listener.told[0][1].startswith("The pulse on COM3 could not be ended.")


def test_more_than_can_wait_is_told_and_not_kept(make_writer, listener, clock):
    writer = make_writer()
    for _ in range(MAX_WAITING + 1):
        writer.send(trigger(7, clock.now_ns()))
    assert [kind for kind, _ in listener.told] == ["trigger_failed"]


def test_the_thread_sends_what_waits_ends_the_pulse_and_is_over(wire, listener):
    clock = HostClock()
    pulse = PulseSetup(kind="byte", pulse_ms=1.0)
    writer = TriggerWriter(port=OnePort(wire), pulse=pulse, owner=listener, clock=clock)
    writer.start()
    writer.send(trigger(7, clock.now_ns()))
    writer.request_close()
    writer.join(LIMIT_S)
    assert not writer._thread.is_alive()
    assert wire.written == [7, 0]


def test_a_mistake_in_the_thread_is_told(make_writer, listener, monkeypatch):
    writer = make_writer()
    monkeypatch.setattr(writer, "step", lambda: 1 / 0)
    writer.run()
    assert listener.told[0][0] == "trigger_failed"
