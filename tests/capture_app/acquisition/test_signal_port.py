"""A port is opened, read, lost and opened again; what comes in becomes rows with the time of its arrival."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from capture_app.acquisition import signal_port
from capture_app.acquisition.signal_port import ERRORS_EVERY_NS, PortUse, SignalPort
from drivers.serial_port import LineErrors, SerialPortError, SerialSetup, SerialWriteTimeoutError
from gaze_core.clocks import ManualClock

STEPS = 400
LIMIT_S = 10.0
IN = PortUse(setup=SerialSetup(name="COM3"), kind_in="byte")
LINES = PortUse(setup=SerialSetup(name="COM3"), kind_in="lines")
OUT = PortUse(setup=SerialSetup(name="COM3"), kind_out="byte")


class TickingClock(ManualClock):
    """Goes on by 0.1 ms with every look at it."""

    def now_ns(self) -> int:
        self.advance_ns(100_000)
        return super().now_ns()


@pytest.fixture
def make_port(wire, listener, monkeypatch) -> Callable[[PortUse], SignalPort]:
    monkeypatch.setattr(signal_port, "REOPEN_EVERY_S", 0.001)

    def make(use: PortUse) -> SignalPort:
        return SignalPort(use=use, owner=listener, clock=TickingClock(), open_port=wire.open)

    return make


def steps_until(port: SignalPort, is_reached: Callable[[], object]) -> None:
    for _ in range(STEPS):
        if is_reached():
            return
        port.step()
    pytest.fail("not reached")


def test_each_byte_is_a_row_with_value_time_and_port(make_port, wire, listener):
    port = make_port(IN)
    port.step()
    wire.incoming.put(b"\x05")
    wire.incoming.put(b"\xff\x00")
    steps_until(port, lambda: listener.signals)
    (rows,) = listener.signals
    assert rows["value"].tolist() == [5, 255, 0]
    assert set(rows["source"].tolist()) == {b"COM3"}
    assert set(rows["change"].tolist()) == {b"value_changed"}
    assert (rows["t_device_ns"] == rows["t_host_ns"]).all()
    assert (rows["t_host_ns"] > 0).all()


def test_the_state_of_lines_is_told_at_the_start_and_at_each_change(make_port, wire, listener):
    wire.lines = 2
    port = make_port(LINES)
    port.step()
    wire.lines = 3
    steps_until(port, lambda: len(listener.signals) == 2)
    assert listener.changes() == [(2, "initial_value"), (3, "value_changed")]
    assert [int(row["value"]) for row in port.initial_value()] == [3]


def test_bytes_have_no_state_to_be_told(make_port):
    port = make_port(IN)
    port.step()
    assert len(port.initial_value()) == 0


def test_a_port_for_triggers_alone_makes_no_rows_of_what_comes_in(make_port, wire, listener):
    port = make_port(OUT)
    port.step()
    wire.incoming.put(b"\x05")
    steps_until(port, wire.incoming.empty)
    assert listener.signals == []


@pytest.mark.parametrize("use", [IN, LINES, OUT], ids=["bytes in", "lines in", "out"])
def test_a_port_that_is_unplugged_is_told_and_opened_again(make_port, wire, listener, use):
    port = make_port(use)
    port.step()
    assert port.is_open
    wire.is_plugged = False
    steps_until(port, lambda: not port.is_open)
    for _ in range(3):
        port.step()
    assert [kind for kind, _ in listener.told] == ["signal_port_lost"]
    assert "COM3" in port.problem
    wire.is_plugged = True
    steps_until(port, lambda: port.is_open)
    assert [kind for kind, _ in listener.told] == ["signal_port_lost", "signal_port_restored"]
    assert port.problem == ""
    assert all(each.is_closed for each in wire.ports[:-1])


def test_the_gap_is_a_row_with_the_state_after_it(make_port, wire, listener):
    port = make_port(LINES)
    port.step()
    wire.is_plugged = False
    steps_until(port, lambda: not port.is_open)
    wire.is_plugged, wire.lines = True, 9
    steps_until(port, lambda: port.is_open)
    assert listener.changes() == [(0, "initial_value"), (9, "connection_restored")]


def test_a_port_that_was_never_there_is_tried_on_without_an_event(make_port, wire, listener):
    wire.is_plugged = False
    port = make_port(IN)
    for _ in range(3):
        port.step()
    assert port.has_tried
    assert not port.is_open
    assert "no serial port COM3" in port.problem
    assert listener.told == []
    wire.is_plugged = True
    port.step()
    assert port.is_open


def test_a_closed_port_cannot_be_used_and_says_why(make_port, wire):
    wire.is_plugged = False
    port = make_port(OUT)
    port.step()
    with pytest.raises(SerialPortError, match="no serial port COM3"):
        port.use_port(lambda opened: opened.write(b"\x01"))


def test_a_port_that_fails_at_writing_is_opened_anew(make_port, wire, listener):
    port = make_port(OUT)
    port.step()
    wire.write_failure = SerialPortError("COM3 has stopped working.")
    with pytest.raises(SerialPortError, match="stopped working"):
        port.use_port(lambda opened: opened.write(b"\x01"))
    assert not port.is_open
    steps_until(port, lambda: len(wire.ports) == 2)
    assert port.is_open


def test_a_device_that_takes_nothing_is_no_lost_port(make_port, wire):
    port = make_port(OUT)
    port.step()
    wire.write_failure = SerialWriteTimeoutError("COM3 did not take a byte.")
    with pytest.raises(SerialWriteTimeoutError):
        port.use_port(lambda opened: opened.write(b"\x01"))
    assert port.is_open


def test_bytes_of_another_speed_and_lost_ones_are_told(make_port, wire, listener):
    wire.errors = LineErrors(garbled=2, overrun=0)
    port = make_port(IN)
    port.step()
    port.step()
    wire.errors = LineErrors(garbled=9, overrun=1)
    port._clock.advance_ns(ERRORS_EVERY_NS)
    port.step()
    port._clock.advance_ns(ERRORS_EVERY_NS)
    port.step()
    assert [kind for kind, _ in listener.told] == ["signals_garbled", "signals_lost"]
    assert listener.told[0][1].startswith("7 bytes on COM3 do not fit 115200 baud")


def test_the_end_of_a_long_name_stands_in_the_rows(make_port):
    name = "/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0"
    port = make_port(PortUse(setup=SerialSetup(name=name), kind_in="byte"))
    assert len(port.source.encode()) == 32
    assert name.endswith(port.source)


def test_the_thread_ends_and_lets_go_when_it_is_asked_to(make_port, wire):
    port = make_port(IN)
    port.start()
    port.request_close()
    port.join(LIMIT_S)
    assert not port._thread.is_alive()
    assert all(each.is_closed for each in wire.ports)


def test_a_mistake_in_the_thread_is_told_and_lets_go_of_the_port(make_port, wire, listener, monkeypatch):
    port = make_port(IN)
    port.step()
    monkeypatch.setattr(port, "_look_for_errors", lambda _: 1 / 0)
    port.run()
    assert [kind for kind, _ in listener.told] == ["signal_port_lost"]
    assert wire.ports[0].is_closed
