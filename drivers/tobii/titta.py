"""The backend on TittaPy, which brings Tobii's library for every Python: module ``TittaPy_v2``.

Samples gather in buffers of the library without Python's help, so nothing is lost while Python is busy. A
first search keeps the whole process waiting for 2 s, and so does a tracker that is slow to answer: TittaPy
lets no other Python code run meanwhile.
"""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from drivers.tobii.backend import TobiiDevice
from drivers.tobii.titta_device import TittaDevice
from drivers.tobii.titta_errors import FAILURES, failure
from drivers.tobii.titta_log import StreamErrors
from gaze_core.clocks import Clock, HostClock

MODULE: Final = (
    "TittaPy_v2"  # TittaPy_v1 in the same package is for trackers that the new library does not know
)

_shared_lock = threading.Lock()
_shared_errors: dict[int, StreamErrors] = {}  # by the imported module: its log is one for the whole process


class TittaBackend:
    """A `TobiiBackend`.

    Parameters
    ----------
    clock, sleep
        Host times, and how to let time pass between looks into the library's buffers.

    Raises
    ------
    ImportError
        If TittaPy is not installed or its library cannot be loaded.
    """

    def __init__(self, clock: Clock | None = None, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._package: Any = importlib.import_module(MODULE)
        self._clock: Clock = HostClock() if clock is None else clock
        self._sleep = sleep
        with _shared_lock:
            self._errors = _shared_errors.setdefault(id(self._package), StreamErrors(self._package))

    @property
    def name(self) -> str:
        """Name of the package."""
        return "TittaPy"

    @property
    def version(self) -> str:
        """Version of the package and of the native library."""
        # The package's own version comes with quotation marks in it.
        version = str(getattr(self._package, "__version__", "")).strip('"')
        return f"{version}, SDK {self._package.get_SDK_version()}"

    def find(self) -> tuple[TobiiDevice, ...]:
        """Search this machine and its network; takes up to some seconds the first time."""
        try:
            found = self._package.find_all_eye_trackers()
        except FAILURES as error:
            raise failure("Trackers could not be searched for", error) from error
        return tuple(self._device(str(each["address"]), found=each) for each in found)

    def connect(self, address: str) -> TobiiDevice:
        """Return the device at an address. Raises `TrackerNotFoundError` where none answers."""
        device = self._device(address, found=None)
        device.connect()
        return device

    def system_time_us(self) -> int:
        """Return the SDK's host clock; not for every sample, it is slow."""
        try:
            return int(self._package.get_system_timestamp())
        except FAILURES as error:
            raise failure("The clock of Tobii's library could not be read", error) from error

    def _device(self, address: str, *, found: Any) -> TittaDevice:
        return TittaDevice(
            self._package,
            address,
            found=found,
            errors=self._errors,
            clock=self._clock,
            sleep=self._sleep,
        )
