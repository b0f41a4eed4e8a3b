"""What runs in the other interpreter: the loop around the driver, and the threads beside it.

The main thread alone calls the driver, as the contract asks. A second one reads what is asked for and answers
pings, so that a driver that hangs is told from a process that does; a third makes the calibrator's calls; a
fourth ends the process when the program has fallen silent.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import platform
import queue
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any, Final

import numpy as np

from drivers.host import messages as m
from drivers.host.child_calibration import CalibrationWorker
from drivers.host.child_driver import ChildDriver
from drivers.host.frame_pipe import FrameReader, FrameWriter, PipeClosedError
from gaze_core.clocks import HostClock
from gaze_core.frames import FrameError

READ_TIMEOUT_S: Final = 0.02
IDLE_STEP_S: Final = 0.25
CLOSE_TIMEOUT_S: Final = 1.5
PARENT_SILENT_TICKS: Final = 15  # seconds that this process itself ran: sleep of the computer does not count

_log = logging.getLogger(__name__)


def run(incoming: int, outgoing: int) -> int:
    """Serve the program at the other end of the pipes; the process ends with it."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.winmm.timeBeginPeriod(1)  # waits of a millisecond else take sixteen
    faulthandler.enable()  # a crash of the vendor's library leaves its traces in the log
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    HostChild(FrameReader(incoming), FrameWriter(outgoing), leave=os._exit).serve()
    logging.shutdown()
    # Not by way of `sys.exit`: threads of a vendor's library may keep an interpreter from ending.
    os._exit(0)


class HostChild:
    """The other interpreter's side of the conversation.

    Parameters
    ----------
    leave
        Ends the process with an exit code, whatever its threads do.
    """

    def __init__(self, reader: FrameReader, writer: FrameWriter, leave: Callable[[int], Any]) -> None:
        self._reader = reader
        self._writer = writer
        self._leave = leave
        self._to_child = m.to_child_codec()
        self._to_parent = m.to_parent_codec()
        self._requests: queue.SimpleQueue[m.ToChild | None] = queue.SimpleQueue()
        self._driver = ChildDriver(self._say)
        self._calibration = CalibrationWorker(self._driver.calibrator, lambda answer: self._say([answer]))
        self._clock = HostClock()
        self._steps = 0
        self._silent_ticks = 0
        self._is_over = threading.Event()

    def serve(self) -> None:
        """Answer until told to leave or left alone; the body of the main thread."""
        try:
            ready = m.HostReady(protocol=m.PROTOCOL, python=platform.python_version(), numpy=np.__version__)
            self._say([ready])
            for body in (self._receive, self._watch, self._calibrate):
                threading.Thread(target=body, name=f"host{body.__name__}", daemon=True).start()
            while self.step():
                pass
        except PipeClosedError:
            _log.info("The program that this driver was hosted for is gone")
        self._end_soon()
        self._driver.close()

    def step(self) -> bool:
        """Follow one request, else move one batch; False when it is time to leave."""
        self._steps += 1
        is_streaming = self._driver.is_streaming
        try:
            request = self._requests.get(not is_streaming, IDLE_STEP_S)
        except queue.Empty:
            if is_streaming:
                self._driver.move_a_batch(READ_TIMEOUT_S)
            return True
        if request is None:
            return False
        self._driver.follow(request)
        return True

    def _receive(self) -> None:
        """Take what the program says; the body of a thread."""
        try:
            while (frame := self._reader.read()) is not None:
                self._silent_ticks = 0
                self._take(self._to_child.decode(frame))
        except PipeClosedError:
            pass  # the same as the end of what there is to read
        except FrameError as err:
            _log.warning("The program that this driver is hosted for cannot be understood: %s", err)
        self._requests.put(None)
        self._end_soon()

    def _take(self, message: m.ToChild) -> None:
        if isinstance(message, m.Ping):
            pong = m.Pong(
                number=message.number,
                t_child_ns=self._clock.now_ns(),
                steps=self._steps,
                cpu_s=self._driver.cpu_s(),
            )
            self._say([pong])
        elif isinstance(message, m.RowsTaken):
            self._driver.rows_taken(message)
        elif isinstance(message, m.CalibrationRequest):
            self._calibration.take(message)
        else:
            self._requests.put(None if isinstance(message, m.Leave) else message)

    def _calibrate(self) -> None:
        """Make the calibrator's calls; the body of a thread, which ends with the process."""
        try:
            while True:
                self._calibration.step()
        except PipeClosedError:
            self._requests.put(None)

    def _watch(self) -> None:
        """Leave when the program has said nothing for long; the body of a thread."""
        while not self._is_over.wait(1.0):
            self._silent_ticks += 1
            if self._silent_ticks >= PARENT_SILENT_TICKS:
                _log.warning("The program that this driver is hosted for has fallen silent")
                self._requests.put(None)
                self._end_soon()

    def _end_soon(self) -> None:
        """Leave after a while even where the driver hangs."""
        if not self._is_over.is_set():
            self._is_over.set()
            timer = threading.Timer(CLOSE_TIMEOUT_S, self._leave, (1,))
            timer.daemon = True
            timer.start()

    def _say(self, said: Iterable[m.ToParent]) -> int:
        """Send messages with nothing between them; return their size, bytes."""
        frames = [self._to_parent.encode(message) for message in said]
        if frames:
            self._writer.write(*frames)
        return sum(map(len, frames))
