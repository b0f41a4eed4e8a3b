"""One serial port in use: opened, read, lost and opened again by a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from drivers.serial_lines import LineWatch
from drivers.serial_port import (
    LineErrors,
    OpenPort,
    SerialPortError,
    SerialSetup,
    SerialWriteTimeoutError,
    open_serial_port,
)
from gaze_core.clocks import Clock
from gaze_core.rows import EXTERNAL_SIGNAL, Rows

REOPEN_EVERY_S: Final = 2.0
STEP_S: Final = 0.1
ERRORS_EVERY_NS: Final = 1_000_000_000
NO_VALUE: Final = -1
"""Value of a row of a port that has no state to be read, as with bytes."""

_SOURCE_BYTES: Final = EXTERNAL_SIGNAL.dtype["source"].itemsize
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortUse:
    """What one port is used for."""

    setup: SerialSetup
    kind_in: str = ""  # byte, lines; "": nothing comes in
    kind_out: str = ""  # byte, rts, dtr; "": nothing goes out


class PortOwner(Protocol):
    """Who is told what happens on a port; called from the port's thread."""

    def take_signals(self, rows: Rows) -> None:
        """Take EXTERNAL_SIGNAL rows."""

    def tell(self, kind: str, text: str, value: float) -> None:
        """Take an event: signal_port_lost, signal_port_restored, signals_garbled, signals_lost."""


class SignalPort:
    """Keeps one port open. `step` belongs to its thread, the rest to any.

    Parameters
    ----------
    use
        Port and purpose.
    owner
        Is told of signals and trouble.
    clock
        Host clock.
    open_port
        Opens the port.
    wait_before
        Called first in the thread: waits until ports used before are closed.
    """

    def __init__(
        self,
        *,
        use: PortUse,
        owner: PortOwner,
        clock: Clock,
        open_port: Callable[[SerialSetup], OpenPort] = open_serial_port,
        wait_before: Callable[[], None] = lambda: None,
    ) -> None:
        self.use = use
        self.problem = f"{use.setup.name} is being opened."  # a sentence; "" while it is open
        self.has_tried = False  # to open it, successfully or not
        self._owner = owner
        self._clock = clock
        self._open_port = open_port
        self._wait_before = wait_before
        self._port: OpenPort | None = None
        self._watch: LineWatch | None = None
        self._errors: LineErrors | None = None
        self._errors_due_ns = 0
        self._was_open = False
        self._broken = ""  # a sentence, set by whoever could not write
        self._in_use = threading.Lock()  # while somebody writes, the port is not closed
        self._is_closing = threading.Event()
        # A daemon: a system call that never returns must not keep the process from ending.
        self._thread = threading.Thread(target=self.run, name=f"port {use.setup.name}", daemon=True)

    @property
    def name(self) -> str:
        """Name of the port."""
        return self.use.setup.name

    @property
    def source(self) -> str:
        """Name of the port in rows: its end, where the whole is too long."""
        return self.name.encode("utf-8", "replace")[-_SOURCE_BYTES:].decode("utf-8", "ignore")

    @property
    def is_open(self) -> bool:
        """Whether the port works."""
        return self._port is not None and not self._broken

    def start(self) -> None:
        """Open the port and follow it, in a thread of its own."""
        self._thread.start()

    def request_close(self) -> None:
        """Ask for the end."""
        self._is_closing.set()

    def join(self, timeout_s: float) -> None:
        """Wait for the end of the thread."""
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def initial_value(self) -> Rows:
        """Return a row with the lines as they are now; none where the port has no lines to read."""
        watch = self._watch
        if watch is None:
            return EXTERNAL_SIGNAL.empty(0)
        return self._row(self._clock.now_ns(), watch.value, "initial_value")

    def use_port(self, action: Callable[[OpenPort], None]) -> None:
        """Do something with the open port; it is not closed meanwhile. One that fails is opened anew.

        Raises
        ------
        SerialPortError
            If the port is not open or fails.
        """
        with self._in_use:
            if self._port is None or self._broken:
                raise SerialPortError(self._broken or self.problem)
            try:
                action(self._port)
            except SerialWriteTimeoutError:
                raise  # the port is there, only its device does not listen
            except SerialPortError as err:
                self._broken = str(err)
                raise

    def run(self) -> None:
        """Live until `request_close`; the body of the thread."""
        try:
            self._wait_before()
            while not self._is_closing.is_set():
                self.step()
        except Exception:  # noqa: BLE001  # the top of a thread: told, and the port let go of
            _log.exception("The thread of %s has ended", self.name)
            self.problem = (
                f"{self.name} is not followed any more. Set the port to none in the settings, save, then "
                "choose it again."
            )
            self.has_tried = True
            self._owner.tell("signal_port_lost", self.problem, float("nan"))
        finally:
            self._let_go()

    def step(self) -> None:
        """Open the port, or take what has come in; waits at most some tenths of a second, or for the pace."""
        if self._port is None:
            self._open()
            return
        try:
            if self._broken:
                raise SerialPortError(self._broken)  # noqa: TRY301  # one way to lose a port
            self._read(self._port)
            self._look_for_errors(self._port)
        except SerialPortError as err:
            self._lose(str(err))

    def _open(self) -> None:
        port: OpenPort | None = None
        try:
            port = self._open_port(self.use.setup)
            watch = LineWatch(port, self._clock) if self.use.kind_in == "lines" else None
        except SerialPortError as err:
            if port is not None:
                port.close()
            self.problem, self.has_tried = str(err), True
            self._is_closing.wait(REOPEN_EVERY_S)
            return
        self._errors, self._errors_due_ns = port.line_errors(), 0
        self._watch, self._broken, self.problem = watch, "", ""
        self._port, self.has_tried = port, True
        if watch is not None or self._was_open:
            value = watch.value if watch is not None else NO_VALUE
            change = "connection_restored" if self._was_open else "initial_value"
            if self.use.kind_in:
                self._owner.take_signals(self._row(self._clock.now_ns(), value, change))
        if self._was_open:
            text = f"{self.name} is there again. What came in while it was gone is not known."
            self._owner.tell("signal_port_restored", text, float("nan"))
        self._was_open = True

    def _read(self, port: OpenPort) -> None:
        if self._watch is not None:
            changed_ns = self._watch.next_change(STEP_S)
            if changed_ns is not None:
                self._owner.take_signals(self._row(changed_ns, self._watch.value, "value_changed"))
            return
        # A port for triggers alone is read too: that is how its loss is noticed.
        first = port.read(STEP_S)
        if not first:
            return
        t_host_ns = self._clock.now_ns()
        values = first + port.read_waiting()
        if self.use.kind_in:
            rows = EXTERNAL_SIGNAL.empty(len(values))
            rows["t_host_ns"] = rows["t_device_ns"] = t_host_ns
            rows["value"] = list(values)
            rows["change"], rows["source"] = b"value_changed", self.source.encode()
            self._owner.take_signals(rows)

    def _row(self, t_host_ns: int, value: int, change: str) -> Rows:
        return EXTERNAL_SIGNAL.row(
            t_host_ns=t_host_ns, t_device_ns=t_host_ns, value=value, change=change, source=self.source
        )

    def _look_for_errors(self, port: OpenPort) -> None:
        """Tell, at most once a second, that bytes came in damaged or were lost."""
        now_ns = self._clock.now_ns()
        if self.use.kind_in != "byte" or self._errors is None or now_ns < self._errors_due_ns:
            return
        self._errors_due_ns = now_ns + ERRORS_EVERY_NS
        before, after = self._errors, port.line_errors()
        if after is None:
            return
        self._errors = after
        garbled, overrun = after.garbled - before.garbled, after.overrun - before.overrun
        if garbled > 0:
            text = (
                f"{garbled} bytes on {self.name} do not fit {self.use.setup.baud} baud, so their values are "
                "wrong. Set the speed of the device that sends them, and check the wiring."
            )
            self._owner.tell("signals_garbled", text, float(garbled))
        if overrun > 0:
            text = f"{overrun} bytes on {self.name} came faster than they could be fetched and are lost."
            self._owner.tell("signals_lost", text, float(overrun))

    def _lose(self, reason: str) -> None:
        self._let_go()
        self.problem = reason
        text = f"{reason} It is tried again every {REOPEN_EVERY_S:.0f} s; everything else goes on."
        self._owner.tell("signal_port_lost", text, float("nan"))

    def _let_go(self) -> None:
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        with self._in_use:
            if self._port is not None:
                self._port.close()
                self._port = None
