"""Sends triggers from a thread of its own and notes what the sending took."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from capture_app.acquisition.messages import SendTrigger
from drivers.serial_port import OpenPort, SerialPortError
from gaze_core.clocks import Clock
from gaze_core.rows import TRIGGER, Rows

LATE_NS: Final = 20_000_000
"""A trigger sent so long after its onset is told: a frame and more at 60 Hz."""

PAUSE_S: Final = 0.001
"""Rest between two pulses that follow each other at once, so that the receiver sees two."""

MAX_WAITING: Final = 64
_CAUSES: Final = {
    "show": "image shown",
    "clear": "image taken away",
    "target": "target shown",
    "test": "test",
}
_log = logging.getLogger(__name__)


class TriggerPort(Protocol):
    """What is needed of `capture_app.acquisition.signal_port.SignalPort`."""

    @property
    def source(self) -> str:
        """Name in rows."""

    def use_port(self, action: Callable[[OpenPort], None]) -> None:
        """Do something with the open port; SerialPortError where that fails."""


class TriggerOwner(Protocol):
    """Who is told what was sent; called from the writer's thread."""

    def take_trigger(self, rows: Rows) -> None:
        """Take a TRIGGER row."""

    def tell(self, kind: str, text: str, value: float) -> None:
        """Take an event: trigger_late, trigger_failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PulseSetup:
    """What a trigger looks like on the port."""

    kind: str  # byte: the code, then 0; rts, dtr: a pulse on that line, whatever the code
    pulse_ms: float  # until the 0, or the end of the pulse


class TriggerWriter:
    """Writes one trigger after the other. `step` belongs to its thread, the rest to any."""

    def __init__(self, *, port: TriggerPort, pulse: PulseSetup, owner: TriggerOwner, clock: Clock) -> None:
        self._port = port
        self._pulse = pulse
        self._owner = owner
        self._clock = clock
        self._changed = threading.Condition()
        self._waiting: deque[SendTrigger] = deque()
        self._rest_due_ns: int | None = None  # while a pulse is on the port
        self._is_closing = False
        # A daemon: a system call that never returns must not keep the process from ending.
        self._thread = threading.Thread(target=self.run, name=f"triggers {port.source}", daemon=True)

    def start(self) -> None:
        """Begin in a thread of its own."""
        self._thread.start()

    def send(self, trigger: SendTrigger) -> None:
        """Send a trigger as soon as possible; returns at once."""
        with self._changed:
            is_room = len(self._waiting) < MAX_WAITING
            if is_room:
                self._waiting.append(trigger)
                self._changed.notify_all()
        if not is_room:
            self._fail(trigger, f"{MAX_WAITING} triggers wait for the port already.")

    def request_close(self) -> None:
        """Ask for the end, once what waits is sent and the pulse is over."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()

    def join(self, timeout_s: float) -> None:
        """Wait for the end of the thread."""
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def run(self) -> None:
        """Send until `request_close`; the body of the thread."""
        try:
            while self.step():
                pass
        except Exception:  # noqa: BLE001  # the top of a thread: told, and nothing else ends
            _log.exception("The thread that sends triggers has ended")
            text = (
                f"No triggers go out through {self._port.source} any more. Set the port to none in the "
                "settings, save, then choose it again."
            )
            self._owner.tell("trigger_failed", text, float("nan"))

    def step(self) -> bool:
        """Send the next trigger, or end the pulse; waits for what comes first. False once all is done."""
        with self._changed:
            wait_s = None if self._rest_due_ns is None else (self._rest_due_ns - self._clock.now_ns()) * 1e-9
            if wait_s is None or wait_s > 0:
                self._changed.wait_for(
                    lambda: bool(self._waiting) or (self._is_closing and self._rest_due_ns is None), wait_s
                )
            trigger = self._waiting.popleft() if self._waiting else None
            is_over = trigger is None and self._is_closing and self._rest_due_ns is None
        if is_over:
            return False
        if self._rest_due_ns is not None and (
            trigger is not None or self._clock.now_ns() >= self._rest_due_ns
        ):
            self._rest()
            if trigger is not None:
                time.sleep(PAUSE_S)
        if trigger is not None:
            self._send(trigger)
        return True

    def _send(self, trigger: SendTrigger) -> None:
        before_ns = self._clock.now_ns()
        try:
            self._port.use_port(lambda port: self._write(port, trigger.code))
        except SerialPortError as err:
            self._fail(trigger, str(err))
            return
        after_ns = self._clock.now_ns()
        self._rest_due_ns = after_ns + round(self._pulse.pulse_ms * 1e6)
        self._owner.take_trigger(trigger_row(trigger, self._port.source, before_ns, after_ns))
        late_ns = after_ns - trigger.t_onset_host_ns
        if late_ns > LATE_NS:
            text = (
                f"The trigger {trigger.code} ({_cause(trigger)}) left {late_ns * 1e-6:.0f} ms after its "
                "onset. Both times are in the recording. Close other programs that keep this computer busy."
            )
            self._owner.tell("trigger_late", text, late_ns * 1e-6)

    def _rest(self) -> None:
        self._rest_due_ns = None
        try:
            self._port.use_port(lambda port: self._write(port, 0))
        except SerialPortError as err:
            text = f"The pulse on {self._port.source} could not be ended. {err}"
            self._owner.tell("trigger_failed", text, float("nan"))

    def _write(self, port: OpenPort, code: int) -> None:
        if self._pulse.kind == "byte":
            port.write(bytes((code,)))
        else:
            port.set_line(self._pulse.kind, code != 0)

    def _fail(self, trigger: SendTrigger, reason: str) -> None:
        text = f"The trigger {trigger.code} ({_cause(trigger)}) was not sent. {reason}"
        self._owner.tell("trigger_failed", text, float(trigger.code))


def trigger_row(trigger: SendTrigger, port: str, before_ns: int, after_ns: int) -> Rows:
    """Return the TRIGGER row of a trigger that was sent."""
    return TRIGGER.row(
        t_onset_host_ns=trigger.t_onset_host_ns,
        t_before_host_ns=before_ns,
        t_after_host_ns=after_ns,
        code=trigger.code,
        port=port,
        cause=trigger.cause,
        trial=trigger.trial,
    )


def _cause(trigger: SendTrigger) -> str:
    return _CAUSES.get(trigger.cause, trigger.cause)
