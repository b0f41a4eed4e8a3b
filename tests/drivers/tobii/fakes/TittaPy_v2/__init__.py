"""A fake of TittaPy_v2 2.1.0 on the simulated trackers; see `simulated_tobii` for how to steer it.

Faithful in what matters to a caller: buffers that fill without Python's help, arrays of C floats, openness
merged into gaze, a notification stream from the first moment, calibration by orders and results, stream
errors only in the log, a log that any tracker's end switches off, and one kind of exception. The real module
also keeps Python from running anything else while it searches (2 s the first time) or asks a tracker.
"""

# ruff: noqa: N999  # the real module's name
from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from simulated_tobii import SimulatedError, SimulatedTobii, StreamError, network

from . import _enumerations
from ._buffers import STREAMS, Buffers
from ._calibration import Calibration
from ._enumerations import (
    calibration_action,
    calibration_eye_validity,
    calibration_state,
    calibration_status,
    capability,
    external_signal_change_type,
    eye_image_type,
    license_validation_result,
    log_level,
    log_source,
    notification_type,
    selected_eye,
    stream_error,
    stream_error_source,
)
from ._records import area_as_dictionary
from ._status import failure

__all__ = [
    "EyeTracker", "find_all_eye_trackers", "get_eye_tracker_from_address", "get_SDK_version",
    "get_system_timestamp",
    "get_log", "start_logging", "stop_logging",
    "calibration_action", "calibration_eye_validity", "calibration_state", "calibration_status", "capability",
    "external_signal_change_type", "eye_image_type", "license_validation_result", "log_level", "log_source",
    "notification_type", "selected_eye", "stream_error", "stream_error_source",
]  # fmt: skip

__version__ = '"2.1.0"'  # with the quotation marks

_log: deque[dict[str, Any]] = deque()
_is_logging = False
_trackers: weakref.WeakSet[EyeTracker] = weakref.WeakSet()


def get_SDK_version() -> str:  # noqa: N802  # the real module's name
    return "2.1.0.1"


def get_system_timestamp() -> int:
    return network().now_us()


def find_all_eye_trackers() -> list[dict[str, Any]]:
    return [_info(device) for device in network().find()]


def get_eye_tracker_from_address(arg0: str, /) -> dict[str, Any]:
    return _info(_connected(arg0))


def start_logging(initial_buffer_size: int | None = None) -> bool:
    global _is_logging
    for tracker in tuple(_trackers):
        tracker._listen_to_errors()
    # A second start is refused by the library, and then counts as a log that does not run.
    _is_logging = not _is_logging
    return _is_logging


def get_log(clear_log: bool | None = None) -> list[dict[str, Any]]:
    count = len(_log)
    return [_log.popleft() if clear_log else _log[index] for index in range(count)]


def stop_logging() -> bool:
    global _is_logging
    _is_logging = False
    for tracker in tuple(_trackers):
        tracker._ignore_errors()
    return True


class EyeTracker:
    """A connection to one tracker."""

    stream = _enumerations.stream
    buffer_side = _enumerations.buffer_side

    def __init__(self, address: str) -> None:
        if not isinstance(address, str):
            raise TypeError("__init__(): incompatible constructor arguments.")
        self._device = _connected(address)
        self._buffers = Buffers(self._device)
        self._calibration = Calibration(self._device)
        self._on_error: Callable[[StreamError], None] | None = None
        if _is_logging:
            self._listen_to_errors()
        self._buffers.start("notification")
        _trackers.add(self)

    def __del__(self) -> None:
        if "_calibration" in self.__dict__:  # it came to a connection
            self._buffers.stop_all()
            self._ignore_errors()
            stop_logging()
            self._calibration.leave(by_force=False)

    # What it is.

    @property
    def info(self) -> dict[str, Any]:
        return self._asked("Cannot get eye tracker info", lambda: _info(self._device))

    @property
    def device_name(self) -> str:
        return self._asked("Cannot get eye tracker device name", lambda: self._device.name, "name")

    @device_name.setter
    def device_name(self, arg1: str) -> None:
        self._asked("Cannot set eye tracker device name", lambda: self._device.write_name(arg1))

    @property
    def serial_number(self) -> str:
        return self._asked("Cannot get eye tracker serial number", lambda: self._device.serial, "serial")

    @property
    def model(self) -> str:
        return self._asked("Cannot get eye tracker model", lambda: self._device.model, "model")

    @property
    def firmware_version(self) -> str:
        return self._asked(
            "Cannot get eye tracker firmware version", lambda: self._device.firmware, "firmware"
        )

    @property
    def runtime_version(self) -> str:
        return self._asked(
            "Cannot get eye tracker runtime version", lambda: self._device.runtime_version, "runtime"
        )

    @property
    def address(self) -> str:
        return self._device.address

    @property
    def capabilities(self) -> list[capability]:
        return self._asked(
            "Cannot get eye tracker capabilities", lambda: _capabilities(self._device), "capabilities"
        )

    @property
    def supported_frequencies(self) -> list[float]:
        return self._asked(
            "Cannot get eye tracker output frequencies", lambda: list(self._device.read_rates_hz())
        )

    @property
    def supported_modes(self) -> list[str]:
        return self._asked("Cannot get eye tracker's tracking modes", lambda: list(self._device.read_modes()))

    @property
    def frequency(self) -> float:
        return self._asked("Cannot get eye tracker current frequency", self._device.read_rate_hz)

    @frequency.setter
    def frequency(self, arg1: float) -> None:
        self._asked("Cannot set eye tracker frequency", lambda: self._device.write_rate_hz(arg1))

    @property
    def tracking_mode(self) -> str:
        return self._asked("Cannot get eye tracker current tracking mode", self._device.read_mode)

    @tracking_mode.setter
    def tracking_mode(self, arg1: str) -> None:
        self._asked("Cannot set eye tracker tracking mode", lambda: self._device.write_mode(arg1))

    @property
    def display_area(self) -> dict[str, Any]:
        return self._asked(
            "Cannot get eye tracker display area", lambda: area_as_dictionary(self._device.read_area())
        )

    @display_area.setter
    def display_area(self, arg1: dict[str, Any]) -> None:
        corners = {name: tuple(arg1[name]) for name in ("top_left", "top_right", "bottom_left")}
        area = type(self._device.area)(**corners)
        self._asked("Cannot set eye tracker display area", lambda: self._device.write_area(area))

    def apply_licenses(self, licenses: Sequence[Sequence[int]]) -> list[license_validation_result]:
        keys = [bytes(_numbers(each)) for each in licenses]
        results = [
            self._asked(
                "Cannot apply eye tracker license(s)", lambda key=key: self._device.apply_licence(key)
            )
            for key in keys
        ]
        return [license_validation_result[each.replace("unknown_error", "unknown")] for each in results]

    def clear_licenses(self) -> None:
        self._asked("Cannot clear eye tracker license(s)", self._device.clear_licences)

    # Streams.

    def has_stream(self, stream: str | _enumerations.stream) -> bool:
        return self._buffers.has_stream(_stream(stream))

    def is_recording(self, stream: str | _enumerations.stream) -> bool:
        return self._buffers.is_recording(_stream(stream))

    def set_include_eye_openness_in_gaze(self, include: bool) -> bool:
        if include and not self._buffers.has_stream("eye_openness"):
            raise RuntimeError(
                "Titta::cpp::setIncludeEyeOpennessInGaze: Cannot request to record the eyeOpenness stream, "
                "this eye tracker does not provide it"
            )
        previous, self._buffers.includes_openness = self._buffers.includes_openness, include
        if self._buffers.is_recording("gaze"):
            if include:
                self._buffers.start("eye_openness")
            else:
                self._buffers.stop("eye_openness", clears=False)
        return previous

    def start(
        self,
        stream: str | _enumerations.stream,
        initial_buffer_size: int | None = None,
        as_gif: bool | None = None,
    ) -> bool:
        return self._buffers.start(_stream(stream))

    def stop(self, stream: str | _enumerations.stream, clear_buffer: bool | None = None) -> bool:
        return self._buffers.stop(_stream(stream), clears=bool(clear_buffer))

    def consume_N(  # noqa: N802  # the real module's name
        self,
        stream: str | _enumerations.stream,
        N_samples: int | None = None,  # noqa: N803
        side: str | _enumerations.buffer_side | None = None,
    ) -> dict[str, Any]:
        return self._buffers.take(_stream(stream), N_samples, from_end=_is_end(side, "start"))

    def peek_N(  # noqa: N802  # the real module's name
        self,
        stream: str | _enumerations.stream,
        N_samples: int | None = None,  # noqa: N803
        side: str | _enumerations.buffer_side | None = None,
    ) -> dict[str, Any]:
        count = 1 if N_samples is None else N_samples
        return self._buffers.look(_stream(stream), count, from_end=_is_end(side, "end"))

    def clear(self, stream: str | _enumerations.stream) -> None:
        self._buffers.take(_stream(stream), None, from_end=False)

    # Calibration.

    def enter_calibration_mode(self, do_monocular: bool) -> bool:
        return self._calibration.enter(is_monocular=do_monocular)

    def is_in_calibration_mode(self, issue_error_if_not_: bool | None = None) -> bool:
        if issue_error_if_not_:
            self._calibration.need_entered()
        return self._calibration.is_entered

    def leave_calibration_mode(self, force: bool | None = None) -> bool:
        return self._calibration.leave(by_force=bool(force))

    def calibration_collect_data(self, coordinates: Sequence[float], eye: str | None = None) -> None:
        self._order_at("collect_data", coordinates, eye)

    def calibration_discard_data(self, coordinates: Sequence[float], eye: str | None = None) -> None:
        self._order_at("discard_data", coordinates, eye)

    def calibration_compute_and_apply(self) -> None:
        self._calibration.order("compute")

    def calibration_get_data(self) -> None:
        self._calibration.order("get_calibration_data")

    def calibration_apply_data(self, cal_data: Sequence[int]) -> None:
        self._calibration.order("apply_calibration_data", data=_numbers(cal_data))

    def calibration_get_status(self) -> calibration_state:
        return calibration_state[self._calibration.state]

    def calibration_retrieve_result(self) -> dict[str, Any] | None:
        return self._calibration.result()

    # Of the fake alone.

    def _order_at(self, action: str, coordinates: Sequence[float], eye: str | None) -> None:
        self._calibration.need_entered()
        if len(coordinates) != 2:
            raise TypeError(f"calibration_{action}(): incompatible function arguments.")
        if eye not in (None, "left", "right"):
            raise RuntimeError(f"Cannot start calibration for eye {eye}, unknown. Expected left or right.")
        self._calibration.order(action, coordinates=[float(each) for each in coordinates], eye=eye)

    def _asked(self, what: str, ask: Callable[[], Any], call: str = "") -> Any:
        try:
            if call:
                self._device.check(call)
            return ask()
        except SimulatedError as error:
            raise failure(f"Titta::cpp: {what}", error) from None

    def _listen_to_errors(self) -> None:
        if self._on_error is not None:
            return
        serial = self._device.serial

        def on_error(error: StreamError) -> None:
            entry = {
                "machine_serial": serial,
                "system_time_stamp": error.system_us,
                "error": stream_error[error.error],
                "source": stream_error_source[error.source],
                "message": error.message,
            }
            _log.append(entry)

        try:
            self._device.listen("stream_error", on_error)
        except SimulatedError:
            return  # as the native call's status is not looked at
        self._on_error = on_error

    def _ignore_errors(self) -> None:
        if self._on_error is not None:
            self._device.unlisten("stream_error", self._on_error)
            self._on_error = None


def _connected(address: str) -> SimulatedTobii:
    try:
        return network().connect(address)
    except SimulatedError as error:
        raise failure(f'Titta::cpp: Cannot get eye tracker "{address}"', error) from None


def _info(device: SimulatedTobii) -> dict[str, Any]:
    return {
        "device_name": device.name,
        "serial_number": device.serial,
        "model": device.model,
        "firmware_version": device.firmware,
        "runtime_version": device.runtime_version,
        "address": device.address,
        "frequency": device.rate_hz,
        "tracking_mode": device.mode,
        "capabilities": _capabilities(device),
        "supported_frequencies": list(device.rates_hz),
        "supported_modes": list(device.modes),
    }


def _capabilities(device: SimulatedTobii) -> list[capability]:
    return [each for each in capability if each.name in device.capabilities]


def _stream(stream: str | _enumerations.stream) -> str:
    name = stream if isinstance(stream, str) else stream.name
    if name not in STREAMS:
        raise RuntimeError(f'Titta::cpp: Requested stream "{name}" is not recognized.')
    return name


def _is_end(side: str | _enumerations.buffer_side | None, default: str) -> bool:
    if side is None:
        return default == "end"
    return (side if isinstance(side, str) else side.name) == "end"


def _numbers(values: Sequence[int]) -> list[int]:
    # The real module takes lists of numbers; bytes are refused although they hold numbers.
    if isinstance(values, (bytes, str)):
        raise TypeError("incompatible function arguments.")
    return [int(each) for each in values]
