"""Serial ports of this computer: bytes in and out, and the control lines. pyserial is imported here alone.

Every error that leaves this module is a `SerialPortError` whose text is a sentence for a technician.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from types import ModuleType

WRITE_TIMEOUT_S: Final = 0.2
"""One byte takes 1 ms at 9600 baud; a port that does not take one for so long takes none at all."""

LINES: Final = ("CTS", "DSR", "RI", "DCD")
"""The input lines, in the order of their bits: 1, 2, 4, 8."""

_MISSING: Final = (errno.ENOENT, errno.ENODEV, errno.ENXIO)
_FORBIDDEN: Final = (errno.EACCES, errno.EPERM)
_TAKEN: Final = (errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK)
_NOT_A_PORT: Final = (errno.ENOTTY, errno.EINVAL, errno.EISDIR)
_log = logging.getLogger(__name__)


class SerialPortError(Exception):
    """A port cannot be used; the text says which, why and what to do."""


class SerialWriteTimeoutError(SerialPortError):
    """The port is there but does not take what is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialSetup:
    """How a port is opened: 8 data bits, no parity, 1 stop bit, no flow control."""

    name: str  # "COM3", "/dev/ttyUSB0"
    baud: int = 115200
    rests_low: tuple[str, ...] = ()  # of rts, dtr: off at rest, because pulses go out on it


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPort:
    """A port the system knows."""

    name: str
    description: str  # "USB-Serial Controller", "" where the system has none


@dataclass(frozen=True, slots=True, kw_only=True)
class LineErrors:
    """What the port's own electronics have counted since the computer started."""

    garbled: int  # bytes without a proper end (framing, parity): another speed, or noise
    overrun: int  # bytes lost because nobody fetched them in time


class OpenPort(Protocol):
    """An open port. Reading and writing may happen in two threads; closing in neither's way."""

    @property
    def name(self) -> str:
        """Name it was opened by."""

    def read(self, timeout_s: float) -> bytes:
        """Return the next byte, none where none comes in time."""

    def read_waiting(self) -> bytes:
        """Return all bytes that have arrived; does not wait."""

    def lines(self) -> int:
        """Return the input lines as bits: CTS 1, DSR 2, RI 4, DCD 8."""

    def line_waiter(self) -> LineWaiter | None:
        """Return what waits for a line to change; None where the system only lets one ask."""

    def line_errors(self) -> LineErrors | None:
        """Return the port's own counts of errors; None where the system does not tell."""

    def write(self, content: bytes) -> None:
        """Hand bytes to the port; `SerialWriteTimeoutError` where it does not take them."""

    def set_line(self, line: str, is_on: bool) -> None:
        """Switch an output line, rts or dtr."""

    def close(self) -> None:
        """Let go of the port; idempotent."""


class LineWaiter(Protocol):
    """Waits for the next change of an input line; in a thread of its own, as it cannot be interrupted."""

    def wait(self) -> None:
        """Return at the next change; OSError where the port is gone or cannot do this."""

    def close(self) -> None:
        """Let go; not while somebody waits."""


def open_serial_port(setup: SerialSetup) -> OpenPort:
    """Open a port for this program alone; may take seconds on some systems.

    Raises
    ------
    SerialPortError
        If it is missing, taken, forbidden, or cannot be set as wanted.
    """
    serial = _pyserial()
    port = serial.Serial()
    with _in_words(setup.name, setup.baud):
        port.port = setup.name
        port.baudrate = setup.baud
        port.write_timeout = WRITE_TIMEOUT_S
        port.exclusive = True
        # Boxes are often fed from these lines, so they are on; the one that pulses go out on is not.
        port.rts, port.dtr = "rts" not in setup.rests_low, "dtr" not in setup.rests_low
        port.open()
    # FTDI chips otherwise collect bytes for 16 ms. Other chips do not know the request.
    with contextlib.suppress(AttributeError, ValueError, OSError):
        port.set_low_latency_mode(True)
    return SerialPort(setup.name, port)


def list_serial_ports() -> tuple[FoundPort, ...]:
    """Return the ports the system knows; may take some tenths of a second.

    Raises
    ------
    SerialPortError
        If pyserial is not installed.
    """
    _pyserial()
    from serial.tools import list_ports

    return tuple(
        FoundPort(name=found.device, description=_described(found)) for found in sorted(list_ports.comports())
    )


class SerialPort:
    """A port opened with pyserial; see `OpenPort`."""

    def __init__(self, name: str, port: Any) -> None:
        self._name = name
        self._port = port

    @property
    def name(self) -> str:
        """Name it was opened by."""
        return self._name

    def read(self, timeout_s: float) -> bytes:
        """Return the next byte, none where none comes in time."""
        with _in_words(self._name):
            if self._port.timeout != timeout_s:
                self._port.timeout = timeout_s
            return bytes(self._port.read(1))

    def read_waiting(self) -> bytes:
        """Return all bytes that have arrived; does not wait."""
        with _in_words(self._name):
            count = self._port.in_waiting
            return bytes(self._port.read(count)) if count else b""

    def lines(self) -> int:
        """Return the input lines as bits: CTS 1, DSR 2, RI 4, DCD 8."""
        with _in_words(self._name, need="lines CTS, DSR, RI and DCD"):
            port = self._port
            return int(port.cts) | int(port.dsr) << 1 | int(port.ri) << 2 | int(port.cd) << 3

    def line_waiter(self) -> LineWaiter | None:
        """Return what waits for a line to change; None where the system only lets one ask."""
        with _in_words(self._name):
            return _KernelLineWaiter(self._port.fileno()) if sys.platform == "linux" else None

    def line_errors(self) -> LineErrors | None:
        """Return the port's own counts of errors; None where the system does not tell."""
        if sys.platform != "linux":
            return None
        import array
        import fcntl
        import termios

        counts = array.array("i", [0] * 20)  # serial_icounter_struct
        try:
            fcntl.ioctl(self._port.fileno(), termios.TIOCGICOUNT, counts, True)
        except (OSError, TypeError):  # a kind of port that does not count
            return None
        frame, overrun, parity, buffer_overrun = counts[6], counts[7], counts[8], counts[10]
        return LineErrors(garbled=frame + parity, overrun=overrun + buffer_overrun)

    def write(self, content: bytes) -> None:
        """Hand bytes to the port.

        Raises
        ------
        SerialWriteTimeoutError
            If it has not taken them within 0.2 s.
        SerialPortError
            If the port is gone.
        """
        import serial

        try:
            with _in_words(self._name):
                self._port.write(content)
        except SerialPortError as err:
            if isinstance(err.__cause__, serial.SerialTimeoutException):
                text = (
                    f"{self._name} did not take a byte within {WRITE_TIMEOUT_S:g} s. Check the device on it."
                )
                raise SerialWriteTimeoutError(text) from err
            raise

    def set_line(self, line: str, is_on: bool) -> None:
        """Switch an output line, rts or dtr."""
        with _in_words(self._name, need=f"line {line.upper()}"):
            setattr(self._port, line, is_on)

    def close(self) -> None:
        """Let go of the port; idempotent."""
        # A line waiter may keep the device open until its line moves; the lock must not last so long.
        with contextlib.suppress(OSError, ValueError, TypeError):
            if self._port.is_open and sys.platform != "win32":
                self._port.exclusive = False
        with contextlib.suppress(OSError):
            self._port.close()


class _KernelLineWaiter:
    """Waits in the kernel (Linux): no time is spent, and the change is told within some 0.1 ms."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = os.dup(descriptor)

    def wait(self) -> None:
        """Return at the next change of a line."""
        import fcntl
        import termios

        wanted = termios.TIOCM_CTS | termios.TIOCM_DSR | termios.TIOCM_RI | termios.TIOCM_CD
        fcntl.ioctl(self._descriptor, termios.TIOCMIWAIT, wanted)

    def close(self) -> None:
        """Let go of the port."""
        os.close(self._descriptor)


def _pyserial() -> ModuleType:
    try:
        import serial
    except ImportError as err:
        raise SerialPortError(
            "Serial ports cannot be used: the package pyserial is missing. Install the program anew."
        ) from err
    return serial  # type: ignore[no-any-return]  # it has no types


@contextlib.contextmanager
def _in_words(name: str, baud: int = 0, need: str = "") -> Iterator[None]:
    """Turn whatever the port, the system or pyserial raises into a sentence."""
    try:
        yield
    # pyserial lets through what its platform raises: OSError, ValueError, TypeError, termios.error.
    except Exception as err:
        _log.debug("%s: %r", name, err)
        raise SerialPortError(_sentence(name, baud, need, err)) from err


def _sentence(name: str, baud: int, need: str, err: Exception) -> str:
    number, text = _number_of(err), str(err)
    if isinstance(err, ValueError) and "baud" in text.lower():
        return f"{name} cannot run at {baud} baud. Choose a speed the device names, such as 115200."
    if number in _MISSING or "FileNotFoundError" in text:
        return f"There is no serial port {name}. Plug the device in, or choose another port."
    if "PermissionError" in text or number in _TAKEN:  # what Windows calls a port that is taken
        return f"{name} is used by another program. Close that program."
    if number in _FORBIDDEN:
        return (
            f"This account may not use {name}. On Linux add it to the group dialout "
            "(sudo usermod -a -G dialout NAME), then log in anew."
        )
    if number in _NOT_A_PORT and need:
        return f"{name} has no {need}. Use bytes with it, or choose another port."
    if number in _NOT_A_PORT or "Could not configure port" in text:
        return f"{name} is not a serial port, or cannot be set as one. Choose another port."
    return f"{name} has stopped working. Check its cable and plug it in again."


def _number_of(err: Exception) -> int:
    number = getattr(err, "errno", None)
    if number is None and err.args and isinstance(err.args[0], int):
        number = err.args[0]  # termios.error has no errno
    return number if isinstance(number, int) else 0


def _described(found: Any) -> str:
    text = str(found.description or "")
    return "" if text in ("n/a", found.device) else text
