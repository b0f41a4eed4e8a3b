"""Real pyserial on pseudo terminals: bytes both ways, and a sentence for whatever goes wrong."""

from __future__ import annotations

import array
import errno
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import serial_port
from drivers.serial_port import (
    FoundPort,
    LineErrors,
    SerialPort,
    SerialPortError,
    SerialSetup,
    SerialWriteTimeoutError,
    list_serial_ports,
    open_serial_port,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo terminals are not known there")


@dataclass
class Terminal:
    """A pseudo terminal: `name` is opened as the port, `device` is what is plugged into it."""

    device: int
    other: int
    name: str


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    device, other = os.openpty()
    yield Terminal(device, other, os.ttyname(other))
    os.close(device)
    os.close(other)


class FakeSerial:
    """A `serial.Serial` whose lines and failures a test sets."""

    def __init__(self) -> None:
        self.cts = self.dsr = self.ri = self.cd = False
        self.rts = self.dtr = True
        self.timeout = None
        self.is_open = True
        self.exclusive = True
        self.failure: Exception | None = None

    def write(self, content: bytes) -> int:
        if self.failure is not None:
            raise self.failure
        return len(content)

    def read(self, count: int) -> bytes:
        if self.failure is not None:
            raise self.failure
        return b""

    def fileno(self) -> int:
        return 0

    def close(self) -> None:
        self.is_open = False


def test_bytes_come_in_and_go_out(terminal):
    port = open_serial_port(SerialSetup(name=terminal.name))
    os.write(terminal.device, b"\x00\x05\xff")
    assert port.read(5.0) + port.read_waiting() == b"\x00\x05\xff"
    port.write(b"\x07")
    assert os.read(terminal.device, 8) == b"\x07"
    port.close()


def test_nothing_comes_where_nothing_was_sent(terminal):
    port = open_serial_port(SerialSetup(name=terminal.name))
    assert port.read(0.01) == b""
    assert port.read_waiting() == b""
    port.close()


def test_a_port_is_taken_until_it_is_closed_and_closing_twice_is_closing_once(terminal):
    first = open_serial_port(SerialSetup(name=terminal.name))
    with pytest.raises(SerialPortError, match="is used by another program"):
        open_serial_port(SerialSetup(name=terminal.name))
    first.close()
    first.close()
    open_serial_port(SerialSetup(name=terminal.name)).close()


def test_a_port_is_free_for_others_although_somebody_still_waits_for_its_lines(terminal):
    first = open_serial_port(SerialSetup(name=terminal.name))
    waiter = first.line_waiter()
    first.close()
    open_serial_port(SerialSetup(name=terminal.name)).close()
    if waiter is not None:
        waiter.close()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("/dev/not-plugged-in", "There is no serial port /dev/not-plugged-in"),
        ("/dev/null", "/dev/null is not a serial port"),
    ],
)
def test_what_is_no_port_is_named(name, text):
    with pytest.raises(SerialPortError, match=text):
        open_serial_port(SerialSetup(name=name))


def test_a_speed_no_port_can_have_is_named(terminal):
    with pytest.raises(SerialPortError, match="cannot run at -3 baud"):
        open_serial_port(SerialSetup(name=terminal.name, baud=-3))


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (OSError(errno.EACCES, "Permission denied"), "group dialout"),
        (OSError(errno.EBUSY, "Device busy"), "used by another program"),
        (OSError(errno.EIO, "Input/output error"), "has stopped working"),
        (OSError("could not open port 'COM3': PermissionError(13, 'denied')"), "used by another program"),
        (OSError("could not open port 'COM9': FileNotFoundError(2, 'no')"), "There is no serial port"),
        (TypeError("an integer is required"), "has stopped working"),
    ],
)
def test_every_failure_is_a_sentence_with_the_port_and_a_remedy(error, text):
    fake = FakeSerial()
    fake.failure = error
    with pytest.raises(SerialPortError, match=text) as caught:
        SerialPort("COM3", fake).read(0.1)
    assert "COM3" in str(caught.value)
    assert "Error" not in str(caught.value)


def test_a_device_that_takes_no_bytes_is_told_apart_from_a_lost_port():
    import serial

    fake = FakeSerial()
    fake.failure = serial.SerialTimeoutException("Write timeout")
    with pytest.raises(SerialWriteTimeoutError, match="COM3 did not take a byte within"):
        SerialPort("COM3", fake).write(b"\x01")


@given(cts=st.booleans(), dsr=st.booleans(), ri=st.booleans(), cd=st.booleans())
def test_the_lines_are_bits_in_their_order(cts, dsr, ri, cd):
    fake = FakeSerial()
    fake.cts, fake.dsr, fake.ri, fake.cd = cts, dsr, ri, cd
    assert SerialPort("COM3", fake).lines() == 1 * cts + 2 * dsr + 4 * ri + 8 * cd


@pytest.mark.parametrize("line", ["rts", "dtr"])
def test_one_output_line_is_switched(line):
    fake = FakeSerial()
    port = SerialPort("COM3", fake)
    port.set_line(line, False)
    assert (fake.rts, fake.dtr) == (line != "rts", line != "dtr")


def test_a_port_without_lines_says_so(terminal):
    port = open_serial_port(SerialSetup(name=terminal.name))
    with pytest.raises(SerialPortError, match="has no lines CTS, DSR, RI and DCD"):
        port.lines()
    port.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts what came in damaged")
def test_the_counts_of_the_electronics_are_read(monkeypatch):
    import fcntl

    def count(descriptor: int, request: int, counts: array.array, mutate: bool) -> int:
        counts[6], counts[7], counts[8], counts[10] = 3, 5, 4, 20
        return 0

    monkeypatch.setattr(fcntl, "ioctl", count)
    assert SerialPort("COM3", FakeSerial()).line_errors() == LineErrors(garbled=7, overrun=25)


def test_a_port_that_does_not_count_has_no_counts(terminal):
    port = open_serial_port(SerialSetup(name=terminal.name))
    assert port.line_errors() is None
    port.close()


def test_the_ports_of_the_system_are_listed_by_name(monkeypatch):
    from serial.tools import list_ports

    class Info(SimpleNamespace):
        def __lt__(self, other: Info) -> bool:
            return bool(self.device < other.device)

    monkeypatch.setattr(
        list_ports,
        "comports",
        lambda: [Info(device="COM4", description="n/a"), Info(device="COM3", description="Trigger box")],
    )
    assert list_serial_ports() == (
        FoundPort(name="COM3", description="Trigger box"),
        FoundPort(name="COM4", description=""),
    )


def test_without_pyserial_a_sentence_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "serial", None)
    with pytest.raises(SerialPortError, match="pyserial is missing"):
        open_serial_port(SerialSetup(name="COM3"))
    with pytest.raises(SerialPortError, match="pyserial is missing"):
        list_serial_ports()


def test_the_module_is_listed_without_pyserial_being_loaded():
    assert not hasattr(serial_port, "serial")
