"""The thread that owns one tracker from open to close: all methods of a driver are called from it alone."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from capture_app.acquisition.pump import Pump
from drivers.contract import Capabilities, Driver, DriverError, Scene
from gaze_core.streams import TrackerInfo

READ_TIMEOUT_S: Final = 0.1
_START_CHECK_S: Final = 0.01

_log = logging.getLogger(__name__)


class Ending(str, Enum):
    """How the life of a tracker in this program ended."""

    CLOSED = "closed"  # as asked
    NOT_OPENED = "not_opened"  # with a sentence of the driver
    LOST = "lost"  # with a sentence of the driver
    BROKEN = "broken"  # by an error nobody expected


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerUp:
    """The tracker streams."""

    host: TrackerHost
    info: TrackerInfo
    capabilities: Capabilities
    pump: Pump  # for its counters


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerDown:
    """The tracker is closed and its thread ends."""

    host: TrackerHost
    ending: Ending
    text: str  # a sentence for a technician


class TrackerHost:
    """Opens a tracker, pumps its samples and puts it away; tells what happened through `post`.

    Parameters
    ----------
    name
        Name of the driver, for messages.
    make_driver
        Makes the driver; may take long (a recording that is read) and raise `DriverError`.
    accept
        Called with what `open` said, before streaming; raises `DriverError` where the tracker is not wanted.
    make_pump
        Makes the pump of the started driver.
    may_start
        Asked again and again before streaming begins, until it returns True; may raise `DriverError`.
    post
        Takes the reports; called from the tracker's thread.
    """

    def __init__(
        self,
        *,
        name: str,
        make_driver: Callable[[], Driver],
        accept: Callable[[TrackerInfo], None],
        make_pump: Callable[[Driver, TrackerInfo], Pump],
        may_start: Callable[[], bool],
        post: Callable[[TrackerUp | TrackerDown], None],
    ) -> None:
        self.name = name
        self._make_driver = make_driver
        self._accept = accept
        self._make_pump = make_pump
        self._may_start = may_start
        self._post = post
        self._is_stopping = threading.Event()
        self._is_up = False
        self._scenes: deque[Scene] = deque(maxlen=1)  # only the newest counts
        # A daemon: a vendor's call that never returns must not keep the process from ending.
        self._thread = threading.Thread(target=self.run, name=f"tracker {name}", daemon=True)

    def start(self) -> None:
        """Begin in a thread of its own."""
        self._thread.start()

    def show(self, scene: Scene) -> None:
        """Hand a scene to a simulated tracker before its next read."""
        self._scenes.append(scene)

    def request_stop(self) -> None:
        """Ask for the end; `TrackerDown` follows unless a vendor's call hangs."""
        self._is_stopping.set()

    def join(self, timeout_s: float) -> bool:
        """Wait for the end of the thread; False where it goes on."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def run(self) -> None:
        """Live the whole life of the tracker; the body of the thread."""
        driver: Driver | None = None
        try:
            driver = self._make_driver()
            info = driver.open()
            self._accept(info)
            if not self._is_stopping.is_set():
                self._stream(driver, info)
            ending, text = Ending.CLOSED, f"The {self.name} tracker was closed."
        except DriverError as err:
            ending, text = Ending.LOST if self._is_up else Ending.NOT_OPENED, str(err)
        except Exception as err:  # noqa: BLE001  # the top of the thread: the server records it as an event
            _log.exception("The %s driver failed", self.name)
            ending = Ending.BROKEN
            text = f"The {self.name} driver failed unexpectedly ({type(err).__name__}: {err})."
        if driver is not None:
            self._put_away(driver)
        self._post(TrackerDown(host=self, ending=ending, text=text))

    def _stream(self, driver: Driver, info: TrackerInfo) -> None:
        pump = self._make_pump(driver, info)
        capabilities = driver.capabilities()
        is_started = self._may_start()
        if is_started:
            driver.start()
        self._is_up = True
        self._post(TrackerUp(host=self, info=info, capabilities=capabilities, pump=pump))
        if not is_started:
            if not self._wait_until_it_may_start():
                return
            driver.start()
        try:
            while not self._is_stopping.is_set():
                if self._scenes and capabilities.set_scene is not None:
                    capabilities.set_scene(self._scenes.popleft())
                pump.step(READ_TIMEOUT_S)
            pump.step(0.0)  # what arrived before the end was asked for
        finally:
            pump.finish()

    def _wait_until_it_may_start(self) -> bool:
        """Wait for leave to start; False where the end is asked for first."""
        while not self._may_start():
            if self._is_stopping.wait(_START_CHECK_S):
                return False
        return True

    def _put_away(self, driver: Driver) -> None:
        for release in (driver.stop, driver.close):
            try:
                release()
            except Exception:  # noqa: BLE001  # a broken driver may raise anything; the rest must be let go of
                _log.exception("The %s tracker could not be put away properly", self.name)
