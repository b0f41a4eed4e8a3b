"""The ports of one setting: opened together, closed together, one thread each and one for triggers."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from capture_app.acquisition.messages import SendTrigger, UseSignals
from capture_app.acquisition.signal_port import PortOwner, PortUse, SignalPort
from capture_app.acquisition.trigger_writer import PulseSetup, TriggerOwner, TriggerWriter
from drivers.serial_port import OpenPort, SerialSetup, open_serial_port
from gaze_core.clocks import Clock
from gaze_core.rows import Rows

KINDS_IN: Final = ("byte", "lines")
KINDS_OUT: Final = ("byte", "rts", "dtr")
YES: Final = "yes"
CLOSE_TIMEOUT_S: Final = 0.3
"""How long each thread may take to end; one that hangs in a system call is left behind."""

_KIND_WORDS: Final = {
    "byte": "as bytes",
    "lines": "on the lines CTS, DSR, RI and DCD",
    "rts": "as pulses on RTS",
    "dtr": "as pulses on DTR",
}


class SignalOwner(PortOwner, TriggerOwner, Protocol):
    """Who is told what happens on the ports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedSignals:
    """`UseSignals`, understood."""

    port_in: str = ""
    port_out: str = ""
    kind_in: str = "byte"
    kind_out: str = "byte"
    baud: int = 115200
    pulse_ms: float = 10.0
    is_marker_sent: bool = False  # each trigger as a marker of our own LSL stream too

    @classmethod
    def of(cls, message: UseSignals) -> WantedSignals:
        """Return what a message wants; ValueError with a sentence where it cannot be understood."""
        setup = message.setup
        kind_in, kind_out = setup.get("kind_in", "byte"), setup.get("kind_out", "byte")
        baud, pulse_ms = _number(setup, "baud", 115200.0), _number(setup, "pulse_ms", 10.0)
        if kind_in not in KINDS_IN or kind_out not in KINDS_OUT:
            raise ValueError(
                f"Signals come in as {' or '.join(KINDS_IN)} and go out as {', '.join(KINDS_OUT)}; "
                f"{kind_in!r} and {kind_out!r} were asked for."
            )
        return cls(
            port_in=message.port_in,
            port_out=message.port_out,
            kind_in=kind_in,
            kind_out=kind_out,
            baud=round(baud),
            pulse_ms=pulse_ms,
            is_marker_sent=setup.get("is_marker_sent_to_lsl") == YES,
        )

    def port_uses(self) -> tuple[PortUse, ...]:
        """Return each port once, with all it is used for; the port of signals in first."""
        rests_low = (self.kind_out,) if self.kind_out != "byte" else ()
        if self.port_in and self.port_out and _is_same_port(self.port_in, self.port_out):
            setup = SerialSetup(name=self.port_in, baud=self.baud, rests_low=rests_low)
            return (PortUse(setup=setup, kind_in=self.kind_in, kind_out=self.kind_out),)
        uses = []
        if self.port_in:
            uses.append(PortUse(setup=SerialSetup(name=self.port_in, baud=self.baud), kind_in=self.kind_in))
        if self.port_out:
            setup = SerialSetup(name=self.port_out, baud=self.baud, rests_low=rests_low)
            uses.append(PortUse(setup=setup, kind_out=self.kind_out))
        return tuple(uses)


class SignalLines:
    """The ports that one setting wants."""

    def __init__(
        self,
        wanted: WantedSignals,
        *,
        owner: SignalOwner,
        clock: Clock,
        open_port: Callable[[SerialSetup], OpenPort] = open_serial_port,
        before: SignalLines | None = None,
    ) -> None:
        self.wanted = wanted
        wait_before = before.wait_closed if before is not None else _nothing_to_wait_for
        self._ports = tuple(
            SignalPort(use=use, owner=owner, clock=clock, open_port=open_port, wait_before=wait_before)
            for use in wanted.port_uses()
        )
        self._in = next((port for port in self._ports if port.use.kind_in), None)
        self._out = next((port for port in self._ports if port.use.kind_out), None)
        self._writer: TriggerWriter | None = None
        if self._out is not None:
            pulse = PulseSetup(kind=wanted.kind_out, pulse_ms=wanted.pulse_ms)
            self._writer = TriggerWriter(port=self._out, pulse=pulse, owner=owner, clock=clock)
        self._is_closed = threading.Event()

    @property
    def has_tried(self) -> bool:
        """Whether every port has been opened, successfully or not."""
        return all(port.has_tried for port in self._ports)

    @property
    def is_in_open(self) -> bool:
        """Whether signals are taken."""
        return self._in is not None and self._in.is_open

    @property
    def is_out_open(self) -> bool:
        """Whether triggers can be sent on a port."""
        return self._out is not None and self._out.is_open

    @property
    def has_out(self) -> bool:
        """Whether there is a port for triggers."""
        return self._out is not None

    def sentence(self) -> str:
        """Return what comes in and goes out, or why it does not."""
        sentences = []
        if self._in is not None:
            done = f"Signals come in from {self._in.name} {_KIND_WORDS[self.wanted.kind_in]}."
            sentences.append(done if self._in.is_open else self._in.problem)
        if self._out is not None:
            done = f"Triggers go out through {self._out.name} {_KIND_WORDS[self.wanted.kind_out]}."
            problem = "" if self._out is self._in else self._out.problem  # one port, one problem
            sentences.append(done if self._out.is_open else problem)
        return " ".join(each for each in sentences if each) or "No port for signals is in use."

    def start(self) -> None:
        """Open the ports, each in a thread of its own."""
        for port in self._ports:
            port.start()
        if self._writer is not None:
            self._writer.start()

    def send(self, trigger: SendTrigger) -> None:
        """Send a trigger; returns at once."""
        if self._writer is not None:
            self._writer.send(trigger)

    def initial_values(self) -> Rows | None:
        """Return a row with the state of the input lines; None where they have none to be read."""
        if self._in is None or not self._in.is_open:
            return None
        rows = self._in.initial_value()
        return rows if len(rows) else None

    def close(self) -> None:
        """End the pulse that is out, then let go of the ports; within a second, whatever hangs."""
        if self._writer is not None:
            self._writer.request_close()
            self._writer.join(CLOSE_TIMEOUT_S)
        for port in self._ports:
            port.request_close()
        for port in self._ports:
            port.join(CLOSE_TIMEOUT_S)
        self._is_closed.set()

    def close_soon(self) -> None:
        """Do as `close`, in a thread of its own."""
        threading.Thread(target=self.close, name="closing ports", daemon=True).start()

    def wait_closed(self) -> None:
        """Wait until the ports are let go of, or cannot be."""
        self._is_closed.wait(4 * CLOSE_TIMEOUT_S)


def _nothing_to_wait_for() -> None:
    """Wait for nothing: no ports were in use before."""


def _number(setup: Mapping[str, str], name: str, default: float) -> float:
    text = setup.get(name, "")
    try:
        return float(text) if text else default
    except ValueError as err:
        raise ValueError(f"{name} of the signal ports is a number; {text!r} is none.") from err


def _is_same_port(first: str, second: str) -> bool:
    if sys.platform == "win32":
        return first.upper() == second.upper()
    return os.path.realpath(first) == os.path.realpath(second)
