"""Changes of a port's control lines with the time at which they were noticed.

Where the kernel tells of a change (Linux), a thread waits in it: a change is stamped within some 0.1 ms, or
when the USB adapter reports it. Elsewhere the lines are asked 1000 times a second, and a pulse
shorter than 1 ms may go unseen.
"""

from __future__ import annotations

import queue
import threading
import time
from typing import Final

from drivers.serial_port import LineWaiter, OpenPort, SerialPortError
from gaze_core.clocks import Clock

POLL_S: Final = 0.001
CHECK_S: Final = 0.05
"""How often the lines are asked beside the kernel: it may miss what happens between asking and waiting."""


class LineWatch:
    """Follows the lines of one open port; used from one thread."""

    def __init__(self, port: OpenPort, clock: Clock) -> None:
        self._port = port
        self._clock = clock
        self._is_closed = False
        self._changes: queue.SimpleQueue[tuple[int, int]] = queue.SimpleQueue()  # host ns, lines
        self._asked_ns = clock.now_ns()
        self.value = port.lines()
        waiter = port.line_waiter()
        self.is_told_by_system = waiter is not None
        if waiter is not None:
            # A daemon: it cannot be woken but by the lines, and the process must be able to end.
            threading.Thread(target=self._wait_for_changes, args=(waiter,), daemon=True).start()

    def next_change(self, timeout_s: float) -> int | None:
        """Return when `value` was seen to change next, host ns; None where it does not within `timeout_s`.

        Raises
        ------
        SerialPortError
            If the lines can no longer be read.
        """
        end_ns = self._clock.now_ns() + round(timeout_s * 1e9)
        while True:
            t_host_ns, value = self._look(min(timeout_s, CHECK_S))
            if value != self.value:
                self.value = value
                return t_host_ns
            if self._clock.now_ns() >= end_ns:
                return None

    def close(self) -> None:
        """Let go of the waiting thread; it ends with the next change of a line."""
        self._is_closed = True

    def _look(self, timeout_s: float) -> tuple[int, int]:
        """Return the lines and when they were so: as told by the waiting thread, else by asking."""
        if self.is_told_by_system:
            try:
                t_host_ns, value = self._changes.get(timeout=timeout_s)
            except queue.Empty:
                pass
            else:
                # Older than what asking has shown since: it would undo that.
                return (t_host_ns, value) if t_host_ns > self._asked_ns else (self._asked_ns, self.value)
        else:
            time.sleep(POLL_S)  # not a wait with a limit: on Windows that takes up to 16 ms
        self._asked_ns = self._clock.now_ns()
        return self._asked_ns, self._port.lines()

    def _wait_for_changes(self, waiter: LineWaiter) -> None:
        """Stamp every change; the body of the thread."""
        try:
            while not self._is_closed:
                waiter.wait()
                t_host_ns = self._clock.now_ns()
                if not self._is_closed:
                    self._changes.put((t_host_ns, self._port.lines()))
        except (OSError, SerialPortError):
            self.is_told_by_system = (
                False  # this kind of port does not tell, or it is gone: asking shows which
            )
        finally:
            waiter.close()
