"""One tracker through TittaPy: the library's buffers are emptied when somebody waits or takes."""

from __future__ import annotations

import ctypes
import logging
import math
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import numpy as np

from drivers.contract import DeviceCalibrator, DriverError, TrackerNotFoundError
from drivers.tobii.backend import Delivered, DisplayArea, LicenceResult, TobiiFacts, TobiiStream
from drivers.tobii.licences import licence_result
from drivers.tobii.titta_calibration import TittaCalibrator
from drivers.tobii.titta_data import GazeLayout, display_area
from drivers.tobii.titta_errors import FAILURES, UNREACHABLE, failure, status_of
from drivers.tobii.titta_intake import TittaIntake
from drivers.tobii.titta_log import StreamErrors
from gaze_core.clocks import Clock
from gaze_core.rows import Rows

POLL_S: Final = 0.01
"""Pause between looks into the library's buffers, which lose nothing meanwhile."""

_STREAMS: Final = {
    TobiiStream.EXTERNAL_SIGNAL: "external_signal",
    TobiiStream.TIME_SYNC: "time_sync",
    TobiiStream.USER_POSITION: "positioning",
}
_BUFFER_ROWS: Final = 16384  # TittaPy would set memory for a million samples aside
_CALIBRATES: Final = "can_do_screen_based_calibration"
_CALIBRATES_SINGLE_EYES: Final = "can_do_monocular_calibration"

_Answer = TypeVar("_Answer")
_log = logging.getLogger(__name__)


class TittaDevice:
    """A `TobiiDevice`. Connects when it is first asked for more than a search has told.

    Parameters
    ----------
    package
        The imported module.
    address
        Where the tracker is.
    found
        What a search told of it, None where it was not searched for.
    errors
        The stream errors of all trackers of the package.
    clock, sleep
        Host times, and how to let time pass between looks into the buffers.
    """

    def __init__(
        self,
        package: Any,
        address: str,
        *,
        found: Mapping[str, Any] | None,
        errors: StreamErrors,
        clock: Clock,
        sleep: Callable[[float], None],
    ) -> None:
        self._package = package
        self._address = address
        self._found = found
        self._errors = errors
        self._clock = clock
        self._sleep = sleep
        self._tracker: Any | None = None
        self._serial = str(found["serial_number"]) if found is not None else ""
        self._calibrator: TittaCalibrator | None = None
        self._streams: frozenset[TobiiStream] = frozenset()
        self._layout: GazeLayout | None = None
        self._started: list[str] = []  # streams of the library, in order
        self._intake: TittaIntake | None = None  # only while it runs

    def connect(self) -> Any:
        """Return TittaPy's object, connected.

        Raises
        ------
        TrackerNotFoundError
            If nothing answers at the address.
        """
        if self._tracker is None:
            try:
                self._tracker = self._package.EyeTracker(self._address)
                self._serial = str(self._tracker.serial_number)
            except FAILURES as error:
                self._tracker = None
                self._errors.renew()
                if status_of(str(error)) in UNREACHABLE:
                    raise TrackerNotFoundError(
                        f"No tracker answers at {self._address or 'an empty address'}. Check the address, "
                        "the cable and the power; another program may hold the tracker."
                    ) from error
                raise failure(f"The tracker at {self._address} could not be connected", error) from error
        return self._tracker

    @property
    def raw_dtype(self) -> np.dtype[np.void]:
        """One gaze sample as delivered."""
        return self._gaze_layout().dtype

    def facts(self) -> TobiiFacts:
        """Return what the device says of itself."""
        if self._tracker is None and self._found is not None:
            told = self._found
        else:
            told = self._ask("The tracker could not be asked what it is", lambda tracker: tracker.info)
        return TobiiFacts(
            address=str(told["address"]),
            name=str(told["device_name"]),
            model=str(told["model"]),
            serial=str(told["serial_number"]),
            firmware=str(told["firmware_version"]),
            capabilities=frozenset(each.name for each in told["capabilities"]),
        )

    def rates_hz(self) -> tuple[float, ...]:
        """Return the rates to choose from."""
        rates = self._ask(
            "The rates of the tracker could not be read", lambda tracker: tracker.supported_frequencies
        )
        return tuple(_rounded(rate) for rate in rates)

    def rate_hz(self) -> float:
        """Return the rate that is set."""
        what = "The rate of the tracker could not be read"
        return _rounded(self._ask(what, lambda tracker: tracker.frequency))

    def set_rate_hz(self, rate_hz: float) -> None:
        """Set one of `rates_hz`."""
        what = f"The tracker could not be set to {rate_hz:g} samples per second"
        self._ask(what, lambda tracker: setattr(tracker, "frequency", rate_hz))

    def modes(self) -> tuple[str, ...]:
        """Return the tracking modes to choose from; empty where there is no choice."""
        what = "The tracking modes of the tracker could not be read"
        return tuple(self._ask(what, lambda tracker: tracker.supported_modes))

    def mode(self) -> str:
        """Return the mode that is set; "" where there is no choice."""
        what = "The tracking mode of the tracker could not be read"
        return str(self._ask(what, lambda tracker: tracker.tracking_mode))

    def set_mode(self, mode: str) -> None:
        """Set one of `modes`."""
        what = f"The tracker could not be set to the tracking mode {mode!r}"
        self._ask(what, lambda tracker: setattr(tracker, "tracking_mode", mode))

    def display_area(self) -> DisplayArea:
        """Return the screen the device believes in."""
        what = "The display area of the tracker could not be read"
        return display_area(self._ask(what, lambda tracker: tracker.display_area))

    def apply_licence(self, licence: bytes) -> LicenceResult:
        """Apply the content of a licence file; a refusal is a result, not an error."""
        # A list of numbers: TittaPy refuses bytes.
        results = self._ask(
            "The licence could not be given to the tracker",
            lambda tracker: tracker.apply_licenses([list(licence)]),
        )
        return licence_result(results[0].name if results else "unknown")

    def calibrator(self) -> DeviceCalibrator | None:
        """Return the calibrator, None where the device cannot calibrate on a screen."""
        can_do = self.facts().capabilities
        if _CALIBRATES not in can_do:
            return None
        if self._calibrator is None:
            self._calibrator = TittaCalibrator(
                self.connect(), can_do_single_eyes=_CALIBRATES_SINGLE_EYES in can_do
            )
        return self._calibrator

    def choose_streams(self, streams: frozenset[TobiiStream]) -> frozenset[TobiiStream]:
        """Say what to deliver beside gaze, before `start`; returns what the device really has of it."""

        def choose(tracker: Any) -> frozenset[TobiiStream]:
            names = {**_STREAMS, TobiiStream.OPENNESS: "eye_openness"}
            has = frozenset(each for each in streams if tracker.has_stream(names[each]))
            tracker.set_include_eye_openness_in_gaze(TobiiStream.OPENNESS in has)
            return has

        self._streams = self._ask("The streams of the tracker could not be chosen", choose)
        self._layout = None
        return self._streams

    def start(self) -> None:
        """Subscribe to gaze, the chosen streams, all notifications and stream errors."""
        if self._intake is not None:
            return
        tracker, layout = self.connect(), self._gaze_layout()
        self._errors.begin(self._serial)
        # Gaze last: what it needs beside it is there from its first sample on.
        for name in (
            "notification",
            *sorted(_STREAMS[each] for each in self._streams if each in _STREAMS),
            "gaze",
        ):
            try:
                tracker.clear(name)
                tracker.start(name, _BUFFER_ROWS)
            except FAILURES as error:
                self._stop_streams()
                raise failure(f"The stream {name} of the tracker could not be started", error) from error
            self._started.append(name)
        self._intake = TittaIntake(
            tracker,
            layout=layout,
            streams=tuple(self._started),
            take_errors=lambda: self._errors.take(self._serial),
            started_us=int(self._package.get_system_timestamp()),
            clock=self._clock,
        )

    def wait(self, timeout_s: float) -> None:
        """Return as soon as something has arrived, or after `timeout_s`."""
        deadline_ns = self._clock.now_ns() + round(timeout_s * 1e9)
        while self._intake is None or not self._intake.poll():
            left_s = (deadline_ns - self._clock.now_ns()) * 1e-9
            if left_s <= 0:
                return
            self._sleep(min(POLL_S, left_s))

    def take(self) -> Delivered:
        """Return what has arrived since the last call."""
        if self._intake is None:
            return Delivered(raw=_no_rows(self.raw_dtype), arrived_host_ns=np.zeros(0, np.int64))
        self._intake.poll()
        return self._intake.take()

    def stop(self) -> None:
        """Unsubscribe from everything; nothing arrives afterwards; idempotent."""
        self._intake = None
        self._stop_streams()

    def close(self) -> None:
        """Let go of the device; idempotent."""
        self.stop()
        if self._calibrator is not None:
            try:
                self._calibrator.leave()
            except DriverError as error:
                _log.warning("While closing: %s", error)
            if self._calibrator.is_hung:
                _keep_for_ever(self._tracker)
            self._calibrator = None
        self._tracker = None
        self._errors.renew()

    def _gaze_layout(self) -> GazeLayout:
        if self._layout is None:
            example = self._ask(
                "The tracker's gaze could not be read", lambda tracker: tracker.peek_N("gaze")
            )
            self._layout = GazeLayout.of(example, has_openness=TobiiStream.OPENNESS in self._streams)
        return self._layout

    def _ask(self, what: str, ask: Callable[[Any], _Answer]) -> _Answer:
        tracker = self.connect()
        try:
            return ask(tracker)
        except FAILURES as error:
            raise failure(what, error) from error

    def _stop_streams(self) -> None:
        tracker = self._tracker
        for name in reversed(self._started):
            try:
                is_stopped = tracker is not None and tracker.stop(name, True)
            except FAILURES:  # a tracker that is away cannot be told; nothing is read from it any more
                is_stopped = False
            if not is_stopped:
                _log.info("The stream %s of %s could not be stopped", name, self._serial)
        self._started.clear()
        self._errors.end(self._serial)


def _keep_for_ever(tracker: Any) -> None:
    """Keep a tracker that hangs in a calibration, beyond the end of Python too: letting go of it waits."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(tracker))


def _rounded(rate_hz: float) -> float:
    # A C float made into a Python one: 59.94 comes as 59.939998626708984.
    return round(float(rate_hz), 3) if math.isfinite(rate_hz) else math.nan


def _no_rows(dtype: np.dtype[np.void]) -> Rows:
    return np.zeros(0, dtype)
