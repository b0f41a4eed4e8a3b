"""A serial port in memory, and somebody who notes what is told of it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

from drivers.serial_port import LineErrors, SerialPortError, SerialSetup
from gaze_core.rows import Rows


class FakePort:
    """`drivers.serial_port.OpenPort`: what a test puts into `incoming` is read, what is written is noted."""

    def __init__(self, name: str, wire: Wire) -> None:
        self.name = name
        self._wire = wire
        self.is_closed = False

    def read(self, timeout_s: float) -> bytes:
        self._check()
        try:
            return self._wire.incoming.get(timeout=min(timeout_s, 0.005))
        except queue.Empty:
            return b""

    def read_waiting(self) -> bytes:
        rest = b""
        while not self._wire.incoming.empty():
            rest += self._wire.incoming.get()
        return rest

    def lines(self) -> int:
        self._check()
        return self._wire.lines

    def line_waiter(self) -> None:
        return None

    def line_errors(self) -> LineErrors | None:
        return self._wire.errors

    def write(self, content: bytes) -> None:
        self._check()
        if self._wire.write_failure is not None:
            raise self._wire.write_failure
        self._wire.note(*content)

    def set_line(self, line: str, is_on: bool) -> None:
        self._check()
        self._wire.note((line, is_on))

    def close(self) -> None:
        self.is_closed = True

    def _check(self) -> None:
        if not self._wire.is_plugged:
            raise SerialPortError(f"{self.name} has stopped working. Check its cable and plug it in again.")


class Wire:
    """The device at the other end, and the system that opens the port."""

    def __init__(self) -> None:
        self.incoming: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.lines = 0
        self.errors: LineErrors | None = None
        self.is_plugged = True
        self.write_failure: SerialPortError | None = None
        self.written: list[object] = []
        self.on_write: Callable[[], None] = lambda: None
        self.ports: list[FakePort] = []
        self.setups: list[SerialSetup] = []
        self.opening = threading.Event()  # unset: opening hangs
        self.opening.set()

    def open(self, setup: SerialSetup) -> FakePort:
        self.opening.wait(20)
        if not self.is_plugged:
            raise SerialPortError(f"There is no serial port {setup.name}. Plug the device in.")
        if any(port.name == setup.name and not port.is_closed for port in self.ports):
            raise SerialPortError(f"{setup.name} is used by another program. Close that program.")
        self.setups.append(setup)
        self.ports.append(FakePort(setup.name, self))
        return self.ports[-1]

    def note(self, *values: object) -> None:
        self.written += values
        self.on_write()


class Listener:
    """Notes rows and events."""

    def __init__(self) -> None:
        self.signals: list[Rows] = []
        self.triggers: list[Rows] = []
        self.told: list[tuple[str, str]] = []

    def take_signals(self, rows: Rows) -> None:
        self.signals.append(rows)

    def take_trigger(self, rows: Rows) -> None:
        self.triggers.append(rows)

    def tell(self, kind: str, text: str, value: float) -> None:
        self.told.append((kind, text))

    def changes(self) -> list[tuple[int, str]]:
        return [(int(row["value"]), row["change"].decode()) for rows in self.signals for row in rows]
