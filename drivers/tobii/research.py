"""The official package ``tobii_research`` behind the border of the Tobii driver (Python 3.10 only).

Importing it starts native threads and has them ended at exit, so it is imported by `ResearchBackend` alone,
in the acquisition process or in a hosted interpreter, and never before a fork.
"""

from __future__ import annotations

import importlib
import logging
from importlib import metadata
from typing import Any, Final

import numpy as np

from drivers.contract import DeviceCalibrator, TrackerNotFoundError
from drivers.tobii.backend import Delivered, DisplayArea, LicenceResult, TobiiDevice, TobiiFacts, TobiiStream
from drivers.tobii.licences import OK, licence_result
from drivers.tobii.research_calibration import SCREEN_BASED, ResearchCalibrator
from drivers.tobii.research_errors import CANNOT_CONNECT, TIMED_OUT, answered, asking, name_of
from drivers.tobii.research_rows import display_area_of
from drivers.tobii.research_streams import ResearchStreams
from gaze_core.clocks import Clock, HostClock

MODULE: Final = "tobii_research"

_CAPABILITY: Final = "capability_"
_NEEDED: Final = {  # streams that not every device has; every device has the others
    TobiiStream.OPENNESS: "has_eye_openness_data",
    TobiiStream.EXTERNAL_SIGNAL: "has_external_signal",
}
_LICENCE_PREFIX: Final = "license_"
_UNKNOWN_REFUSAL: Final = "unknown_error"
_LOOK: Final = (
    "Check that it is switched on and connected to this computer, and that no other program occupies it."
)

_log = logging.getLogger(__name__)


class ResearchBackend:
    """The package, imported.

    Parameters
    ----------
    clock
        The host's clock; None for that of this machine.

    Raises
    ------
    ImportError
        If the package is not installed, or its native library cannot be loaded.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock: Clock = HostClock() if clock is None else clock
        self._sdk: Any = importlib.import_module(MODULE)

    @property
    def name(self) -> str:
        """Name of the package."""
        return MODULE

    @property
    def version(self) -> str:
        """Version of the package and of the native library."""
        library = str(getattr(self._sdk, "__version__", "unknown"))
        try:
            return f"{metadata.version('tobii-research')}, library {library}"
        except metadata.PackageNotFoundError:  # put beside the program without its metadata
            return library

    def find(self) -> tuple[TobiiDevice, ...]:
        """Search this machine and its network; takes up to some seconds the first time."""
        with asking("Tobii software", "searching for trackers"):
            trackers = tuple(self._sdk.find_all_eyetrackers() or ())
        return tuple(ResearchDevice(self._sdk, tracker, self._clock) for tracker in trackers)

    def connect(self, address: str) -> TobiiDevice:
        """Return the device at an address. Raises `TrackerNotFoundError` where none answers."""
        try:
            tracker = self._sdk.EyeTracker(address)
        except (ValueError, *TIMED_OUT) as error:
            raise TrackerNotFoundError(f"No Tobii eye tracker answers at {address!r}. {_LOOK}") from error
        except Exception as error:
            if name_of(error) in CANNOT_CONNECT:
                raise TrackerNotFoundError(f"No Tobii eye tracker answers at {address!r}. {_LOOK}") from error
            with asking(f"tracker at {address}", "connecting"):
                raise
        return ResearchDevice(self._sdk, tracker, self._clock)

    def system_time_us(self) -> int:
        """Return the SDK's host clock."""
        with asking("Tobii software", "reading its clock"):
            return int(self._sdk.get_system_time_stamp())


class ResearchDevice:
    """A tracker; see `drivers.tobii.backend.TobiiDevice`."""

    def __init__(self, sdk: Any, tracker: Any, clock: Clock) -> None:
        self._sdk = sdk
        self._tracker = tracker
        self._described = tracker  # whose description counts; another one after a licence was applied
        self._title = _title(tracker)
        self._streams = ResearchStreams(sdk, tracker, self._title, clock)
        self._calibrator: ResearchCalibrator | None = None

    @property
    def raw_dtype(self) -> np.dtype[np.void]:
        """One gaze sample as delivered."""
        return self._streams.raw_dtype

    def facts(self) -> TobiiFacts:
        """Return what the device says of itself."""
        with asking(self._title, "asking what it is"):
            return TobiiFacts(
                address=str(self._described.address),
                name=str(self._described.device_name or ""),
                model=str(self._described.model or ""),
                serial=str(self._described.serial_number or ""),
                firmware=str(self._described.firmware_version or ""),
                capabilities=self._capabilities(),
            )

    def rates_hz(self) -> tuple[float, ...]:
        """Return the rates to choose from."""
        with asking(self._title, "reading its rates"):
            return tuple(float(rate_hz) for rate_hz in self._tracker.get_all_gaze_output_frequencies())

    def rate_hz(self) -> float:
        """Return the rate that is set."""
        with asking(self._title, "reading its rate"):
            return float(self._tracker.get_gaze_output_frequency())

    def set_rate_hz(self, rate_hz: float) -> None:
        """Set one of `rates_hz`."""
        with asking(self._title, f"setting its rate to {rate_hz:g} samples per second"):
            self._tracker.set_gaze_output_frequency(rate_hz)

    def modes(self) -> tuple[str, ...]:
        """Return the tracking modes to choose from."""
        doing = "reading its tracking modes"
        with asking(self._title, doing):
            try:
                modes = self._tracker.get_all_eye_tracking_modes()
            except self._sdk.EyeTrackerFeatureNotSupportedError:
                return ()
            return tuple(str(mode) for mode in modes)

    def mode(self) -> str:
        """Return the mode that is set; "" where there is no choice."""
        if not self.modes():
            return ""
        doing = "reading its tracking mode"
        with asking(self._title, doing):
            return str(answered(self._title, doing, self._tracker.get_eye_tracking_mode()))

    def set_mode(self, mode: str) -> None:
        """Set one of `modes`."""
        with asking(self._title, f"setting its tracking mode to {mode!r}"):
            self._tracker.set_eye_tracking_mode(mode)

    def display_area(self) -> DisplayArea:
        """Return the screen the device believes in."""
        doing = "reading its display area"
        with asking(self._title, doing):
            return display_area_of(answered(self._title, doing, self._tracker.get_display_area()))

    def apply_licence(self, licence: bytes) -> LicenceResult:
        """Apply the content of a licence file; a refusal is a result, not an error."""
        doing = "applying a licence"
        with asking(self._title, doing):
            try:
                failed = answered(self._title, doing, self._tracker.apply_licenses(licence))
            except self._sdk.EyeTrackerLicenseError:
                return licence_result(_UNKNOWN_REFUSAL)
            reasons = [str(each.validation_result) for each in failed]
        if reasons:
            refusals = [licence_result(reason.removeprefix(_LICENCE_PREFIX)).text for reason in reasons]
            return LicenceResult(is_applied=False, text=" ".join(refusals))
        self._describe_again()
        return licence_result(OK)

    def calibrator(self) -> DeviceCalibrator | None:
        """Return the calibrator, None where the device cannot calibrate on a screen."""
        capabilities = self._capabilities()
        if SCREEN_BASED not in capabilities:
            return None
        if self._calibrator is None:
            self._calibrator = ResearchCalibrator(self._sdk, self._tracker, self._title, capabilities)
        return self._calibrator

    def choose_streams(self, streams: frozenset[TobiiStream]) -> frozenset[TobiiStream]:
        """Say what to deliver beside gaze, before `start`; returns what the device really has of it."""
        capabilities = self._capabilities()
        there = frozenset(
            stream for stream in streams if stream not in _NEEDED or _NEEDED[stream] in capabilities
        )
        self._streams.choose(there)
        return there

    def start(self) -> None:
        """Subscribe to gaze, the chosen streams, all notifications and stream errors."""
        self._streams.start()

    def wait(self, timeout_s: float) -> None:
        """Return as soon as something has arrived, or after `timeout_s`."""
        self._streams.wait(timeout_s)

    def take(self) -> Delivered:
        """Return what has arrived since the last call."""
        return self._streams.take()

    def stop(self) -> None:
        """Unsubscribe from everything; nothing arrives afterwards."""
        self._streams.stop()

    def close(self) -> None:
        """Let go of the device; calibration mode is left."""
        self._streams.stop()
        if self._calibrator is not None:
            self._calibrator.close()

    def _capabilities(self) -> frozenset[str]:
        with asking(self._title, "asking what it can do"):
            return frozenset(
                str(each).removeprefix(_CAPABILITY) for each in self._described.device_capabilities
            )

    def _describe_again(self) -> None:
        """Take what the device says of itself anew: the package reads it once, when it connects."""
        try:
            self._described = self._sdk.EyeTracker(self._tracker.address)
        except Exception as error:  # noqa: BLE001  # the package's exceptions have no common base but this
            _log.info("The %s does not describe itself again: %s", self._title, error)


def _title(tracker: Any) -> str:
    model, serial = str(tracker.model or "Tobii eye tracker"), str(tracker.serial_number or "")
    return f"{model} ({serial})" if serial else model
