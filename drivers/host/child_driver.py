"""The driver in the other interpreter: made, opened, streamed and closed as the messages ask."""

from __future__ import annotations

import dataclasses
import logging
import math
import platform
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any, Final

import numpy as np

from drivers.contract import Batch, Capabilities, DeviceCalibrator, Driver, DriverError, DriverStateError
from drivers.host import messages as m
from drivers.host.batches import batch_messages
from drivers.host.failures import kind_of
from drivers.host.json_forms import (
    capabilities_to_json,
    found_to_json,
    info_to_json,
    raw_dtype_from_json,
    raw_dtype_to_json,
    scene_from_json,
    setup_from_json,
)
from drivers.registry import DriverRequest, DriverSpec, find_driver, probe_driver

_ROOM_WAIT_S: Final = 0.02
_NOTHING: Final = Capabilities()
_log = logging.getLogger(__name__)


class ChildDriver:
    """One driver at a time. All methods but `rows_taken`, `calibrator` and `cpu_s` are the main thread's.

    Parameters
    ----------
    say
        Sends messages with nothing between them and returns their size, bytes.
    """

    def __init__(self, say: Callable[[Iterable[m.ToParent]], int]) -> None:
        self._say = say
        self._driver: Driver | None = None
        self._capabilities = _NOTHING
        self._driver_dtype: np.dtype[np.void] = np.dtype([("none", "u1")])
        self._sent_dtype = self._driver_dtype
        self._stream: int | None = None
        self._sent_bytes = 0
        self._taken_bytes = 0
        self._room = threading.Condition()

    @property
    def is_streaming(self) -> bool:
        """Whether batches are to be moved."""
        return self._stream is not None

    def calibrator(self) -> DeviceCalibrator | None:
        """Return the calibrator of the open tracker."""
        return self._capabilities.calibrator

    def cpu_s(self) -> float:
        """Return what a simulated tracker has cost, NaN where nobody counts it."""
        return math.nan if self._capabilities.cpu_s is None else self._capabilities.cpu_s()

    def follow(self, request: m.ToChild) -> None:
        """Do what is asked for and answer."""
        number = getattr(request, "number", 0)
        try:
            answer = self._answer(request)
        except DriverError as error:
            answer = m.Failed(number=number, kind=kind_of(error), text=str(error))
        except Exception as error:  # noqa: BLE001  # a vendor's package may raise anything: it is told
            _log.exception("The driver failed")
            text = f"The driver failed unexpectedly: {error}. The log has the details."
            answer = m.Failed(number=number, kind=m.CRASHED, text=text)
        if answer is not None:
            self._say([answer])

    def move_a_batch(self, timeout_s: float) -> None:
        """Read once and send what came; waits instead while too much is on its way."""
        stream = self._stream
        if self._driver is None or stream is None:
            return
        with self._room:
            if self._sent_bytes - self._taken_bytes >= m.WINDOW_BYTES:
                self._room.wait(_ROOM_WAIT_S)
                return
        try:
            batch = self._checked(self._driver.read(timeout_s))
        except DriverError as error:
            self._fail(stream, kind_of(error), str(error))
            return
        except Exception as error:  # noqa: BLE001  # a vendor's package may raise anything: it is told
            _log.exception("The driver failed")
            self._fail(stream, m.CRASHED, f"The driver failed unexpectedly: {error}.")
            return
        sent = self._say(batch_messages(batch, stream))
        with self._room:
            self._sent_bytes += sent

    def rows_taken(self, message: m.RowsTaken) -> None:
        """Make room; from any thread."""
        with self._room:
            if message.stream == self._stream:
                self._taken_bytes = message.taken_bytes
                self._room.notify_all()

    def close(self) -> None:
        """Let go of the tracker."""
        driver, self._driver, self._stream = self._driver, None, None
        self._capabilities = _NOTHING
        if driver is None:
            return
        for release in (driver.stop, driver.close):
            try:
                release()
            except Exception:  # noqa: BLE001  # a broken driver may raise anything; the rest must be let go of
                _log.exception("The tracker could not be put away properly")

    def _answer(self, request: m.ToChild) -> m.ToParent | None:
        if isinstance(request, m.ShowScene):
            if self._capabilities.set_scene is not None:
                self._capabilities.set_scene(scene_from_json(request.scene))
            return None
        if isinstance(request, m.OpenDriver):
            return self._open(request)
        if isinstance(request, m.StartDriver):
            self._opened().start()
            with self._room:
                self._stream, self._sent_bytes, self._taken_bytes = request.number, 0, 0
            return m.Done(number=request.number)
        if isinstance(request, m.StopDriver):
            self._stream = None
            self._opened().stop()
            return m.Done(number=request.number)
        if isinstance(request, m.CheckDriver):
            availability = probe_driver(find_driver(request.driver))
            return m.DriverChecked(number=request.number, **dataclasses.asdict(availability))
        if isinstance(request, m.FindTrackers):
            return self._find(request)
        raise DriverError(f"A driver cannot be asked for {type(request).__name__}.")

    def _open(self, request: m.OpenDriver) -> m.DriverOpened:
        if self._driver is not None:
            raise DriverStateError("A tracker is open here already; close it before opening another.")
        spec = _usable(request.driver)
        driver = spec.create(_request(request.options, request.setup))
        try:
            info = driver.open()
            self._capabilities = driver.capabilities()
        except BaseException:
            driver.close()
            raise
        self._driver = driver
        self._driver_dtype = info.raw_dtype
        dtype = raw_dtype_to_json(info.raw_dtype)
        self._sent_dtype = raw_dtype_from_json(dtype)  # without padding
        return m.DriverOpened(
            number=request.number,
            info=info_to_json(info),
            raw_dtype=dtype,
            capabilities=capabilities_to_json(self._capabilities),
        )

    def _find(self, request: m.FindTrackers) -> m.TrackersFound:
        spec = _usable(request.driver)
        found = () if spec.find is None else spec.find(_request(request.options, request.setup))
        return m.TrackersFound(number=request.number, trackers=[found_to_json(each) for each in found])

    def _opened(self) -> Driver:
        if self._driver is None:
            raise DriverStateError("No tracker is open here; open it first.")
        return self._driver

    def _checked(self, batch: Batch) -> Batch:
        if len(batch.gaze) != len(batch.raw) or batch.raw.dtype != self._driver_dtype:
            raise DriverError(
                f"The driver delivered {len(batch.gaze)} gaze rows with {len(batch.raw)} raw rows of type "
                f"{batch.raw.dtype}, which breaks its contract; report it to the maker of the driver."
            )
        if self._sent_dtype == self._driver_dtype:
            return batch
        return dataclasses.replace(batch, raw=batch.raw.astype(self._sent_dtype))

    def _fail(self, stream: int, kind: str, text: str) -> None:
        self._stream = None
        self._say([m.ReadFailed(stream=stream, kind=kind, text=text)])


def _usable(name: str) -> DriverSpec:
    """Return a driver; refuse one whose package is missing here before its absence leads to anything."""
    spec = find_driver(name)
    availability = probe_driver(spec)
    if not availability.is_usable:
        raise DriverError(
            f"The {name} driver cannot be used in {sys.executable} (Python {platform.python_version()}): "
            f"{availability.reason} {availability.remedy}".strip()
        )
    return spec


def _request(options: dict[str, str], setup: dict[str, Any]) -> DriverRequest:
    return DriverRequest(options=options, setup=setup_from_json(setup), is_alone=True)
