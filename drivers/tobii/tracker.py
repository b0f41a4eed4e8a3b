"""The Tobii driver: opens one tracker through one of the two packages, and reads it.

The packages differ below `drivers.tobii.backend`; everything a recording sees is made above it, and is the
same for both.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Final

from drivers.contract import Batch, Capabilities, DriverStateError, ViewingSetup
from drivers.registry import DriverRequest, FoundTracker
from drivers.search_process import find_apart
from drivers.tobii.area import corners_text
from drivers.tobii.backend import TobiiBackend
from drivers.tobii.calibrator import CurrentCalibrator
from drivers.tobii.device_setup import DeviceState, set_up
from drivers.tobii.feed import Feed
from drivers.tobii.options import DRIVER, TobiiSettings, read_licence
from drivers.tobii.packages import load_backend
from drivers.tobii.rows import raw_channels
from drivers.tobii.search import choose_device, find_trackers
from gaze_core.clocks import Clock, HostClock
from gaze_core.streams import PupilUnit, TrackerInfo

SEARCH_S: Final = 6.0
"""A first search takes 2 s and is made up to three times; each tracker found is asked some questions."""

_SINGLE_EYES: Final = "can_do_monocular_calibration"


def create(
    options: Mapping[str, str],
    setup: ViewingSetup,  # noqa: ARG001  # all drivers are made alike; a Tobii tracker knows its own screen
    clock: Clock | None = None,
) -> TobiiTracker:
    """Return a Tobii tracker made from text options."""
    return TobiiTracker(TobiiSettings.from_options(options), clock=clock)


def find(request: DriverRequest) -> tuple[FoundTracker, ...]:
    """Return the Tobii trackers that answer; takes some seconds where none does.

    Raises
    ------
    DriverError
        If nothing can be searched, with what to do.
    """
    TobiiSettings.from_options(request.options)  # refused before a process is started for it
    return find_apart(
        search_here,
        request,
        timeout_s=SEARCH_S,
        what="Tobii trackers",
        remedy="Switch the tracker off and on again, then search again.",
    )


def search_here(options: Mapping[str, str]) -> tuple[FoundTracker, ...]:
    """Search in this process, which TittaPy keeps waiting meanwhile.

    Raises
    ------
    DriverError
        If nothing can be searched, with what to do.
    """
    settings = TobiiSettings.from_options(options)
    return find_trackers(load_backend(settings.backend), settings, options, time.sleep)


class TobiiTracker:
    """A Tobii eye tracker behind the driver contract.

    Parameters
    ----------
    settings
        Which tracker, set how.
    load
        Imports the package of a name and returns its backend.
    clock
        Source of host times.
    wait
        Called with seconds to let time pass.
    """

    def __init__(
        self,
        settings: TobiiSettings,
        *,
        load: Callable[[str], TobiiBackend] = load_backend,
        clock: Clock | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._load = load
        self._clock: Clock = HostClock() if clock is None else clock
        self._wait = wait
        self._feed: Feed | None = None
        self._capabilities: Capabilities | None = None
        self._is_running = False

    def open(self) -> TrackerInfo:
        """Find the tracker and set it up as asked."""
        if self._feed is not None:
            raise DriverStateError("The Tobii tracker is open already; close it before opening it again.")
        settings = self._settings
        licence = read_licence(settings.licence_file) if settings.licence_file is not None else None
        backend = self._load(settings.backend)
        device, facts = choose_device(backend, settings, self._wait)
        try:
            state = set_up(device, facts, settings, licence)
            device_calibrator = device.calibrator()
        except Exception:
            device.close()
            raise
        calibrator = CurrentCalibrator(state.title)
        calibrator.connect(device_calibrator)
        missing = settings.streams - state.streams if settings.are_streams_named else frozenset()
        self._feed = Feed(
            backend=backend,
            device=device,
            state=state,
            licence=licence,
            calibrator=calibrator,
            clock=self._clock,
            wait=self._wait,
            missing_streams=", ".join(sorted(stream.value.replace("_", " ") for stream in missing)),
        )
        self._capabilities = Capabilities(
            rates_hz=tuple(sorted(state.rates_hz)),
            modes=state.modes,
            calibrator=calibrator if device_calibrator is not None else None,
            calibrates_single_eyes=device_calibrator is not None and _SINGLE_EYES in state.facts.capabilities,
        )
        return _tracker_info(state, backend)

    def capabilities(self) -> Capabilities:
        """Return rates, modes and the calibrator of the tracker."""
        if self._capabilities is None:
            raise DriverStateError("The Tobii tracker is not open; open it before asking what it can do.")
        return self._capabilities

    def start(self) -> None:
        """Subscribe to gaze and everything beside it."""
        if self._feed is None:
            raise DriverStateError("The Tobii tracker is not open; open it before starting it.")
        if self._is_running:
            raise DriverStateError("The Tobii tracker streams already; stop it before starting it again.")
        self._feed.start()
        self._is_running = True

    def read(self, timeout_s: float) -> Batch:
        """Return what has arrived; see the driver contract.

        Raises
        ------
        TrackerLostError
            If the tracker came back delivering other fields; any other loss is a notice.
        """
        if self._feed is None or not self._is_running:
            raise DriverStateError("The Tobii tracker does not stream; open and start it before reading.")
        return self._feed.read(timeout_s)

    def stop(self) -> None:
        """Unsubscribe from everything."""
        if self._feed is not None and self._is_running:
            self._is_running = False
            self._feed.stop()

    def close(self) -> None:
        """Let go of the tracker."""
        try:
            self.stop()
        finally:
            feed, self._feed, self._capabilities = self._feed, None, None
            if feed is not None:
                feed.close()


def _tracker_info(state: DeviceState, backend: TobiiBackend) -> TrackerInfo:
    facts = state.facts
    return TrackerInfo(
        driver=DRIVER,
        model=facts.model or "Tobii",
        serial=facts.serial,
        firmware=facts.firmware,
        rate_hz=state.rate_hz,
        raw_dtype=state.raw_dtype,
        raw_channels=raw_channels(state.raw_dtype),
        pupil_unit=PupilUnit.MM,
        display_area_mm=(state.area.width_mm, state.area.height_mm),
        settings={
            "name": facts.name,
            "address": facts.address,
            "backend": backend.name,
            "backend_version": backend.version,
            "capabilities": ", ".join(sorted(facts.capabilities)),
            "mode": state.mode,
            "display_area_corners_mm": corners_text(state.area),
            "streams": ", ".join(sorted(stream.value for stream in state.streams)),
            "licence": state.licence,
        },
    )
