"""`EyeTracker` of ``tobii_research`` on a simulated tracker."""

from __future__ import annotations

import contextlib

import simulated_tobii
from simulated_tobii import SimulatedArea, SimulatedError

from . import _dictionaries
from ._data import DisplayArea, FailedLicense, LicenseKey
from ._errors import raise_for


@contextlib.contextmanager
def native():
    """Raise what the wrapper raises where a call of the native library fails."""
    try:
        yield
    except SimulatedError as error:
        raise_for(error)


def read(call):
    """Return what a getter gives; None where it timed out, which the wrapper takes for no error."""
    try:
        return call()
    except SimulatedError as error:
        if error.status == "timed_out":
            return None
        raise_for(error)


class EyeTracker:
    def __init__(self, address):
        if type(address) is not str:
            raise ValueError("An EyeTracker must be initialized with a URI.")  # as the real one
        self._take(read(lambda: simulated_tobii.network().connect(address)))

    @classmethod
    def _of(cls, device):
        """Return a tracker that a search found; nothing was asked of it yet."""
        found = object.__new__(cls)
        found._take(device)
        return found

    def _take(self, device):
        self._address = device.address  # AttributeError after a time-out, as with the real one
        self._device = device
        self._device_name, self._serial_number, self._model = device.name, device.serial, device.model
        self._firmware_version, self._runtime_version = device.firmware, device.runtime_version
        self._capabilities = tuple(f"capability_{each}" for each in sorted(device.capabilities))
        self._callbacks = {}
        self._listeners = {}

    def __del__(self):
        for stream, listener in getattr(self, "_listeners", {}).items():
            with contextlib.suppress(SimulatedError):
                self._device.unlisten(stream, listener)

    @property
    def address(self):
        return self._address

    @property
    def device_name(self):
        return self._device_name

    @property
    def serial_number(self):
        return self._serial_number

    @property
    def model(self):
        return self._model

    @property
    def firmware_version(self):
        return self._firmware_version

    @property
    def runtime_version(self):
        return self._runtime_version

    @property
    def device_capabilities(self):
        return self._capabilities

    def get_all_gaze_output_frequencies(self):
        return tuple([read(self._device.read_rates_hz)][0][:])  # TypeError after a time-out

    def get_gaze_output_frequency(self):
        rate_hz = read(self._device.read_rate_hz)
        return ([] if rate_hz is None else [rate_hz])[0]  # IndexError after a time-out

    def set_gaze_output_frequency(self, gaze_output_frequency):
        read(lambda: self._device.write_rate_hz(gaze_output_frequency))

    def get_all_eye_tracking_modes(self):
        return tuple(read(self._device.read_modes))

    def get_eye_tracking_mode(self):
        return read(self._device.read_mode)

    def set_eye_tracking_mode(self, eye_tracking_mode):
        read(lambda: self._device.write_mode(eye_tracking_mode))

    def get_display_area(self):
        area = read(self._device.read_area)
        return DisplayArea(_dictionaries.area([area][0 if area else 1]))  # IndexError after a time-out

    def set_display_area(self, display_area):
        corners = display_area.top_left, display_area.top_right, display_area.bottom_left
        read(lambda: self._device.write_area(SimulatedArea(*corners)))

    def set_device_name(self, device_name):
        read(lambda: self._device.write_name(device_name))

    def retrieve_calibration_data(self):
        return read(self._device.calibration.retrieve) or None

    def apply_calibration_data(self, calibration_data):
        read(lambda: self._device.calibration.apply(calibration_data))

    def apply_licenses(self, license_key_ring):
        ring = [license_key_ring] if isinstance(license_key_ring, bytes | LicenseKey) else license_key_ring
        failed = []
        for key in ring:
            licence = key if isinstance(key, bytes) else key.key_string
            result = read(lambda licence=licence: self._device.apply_licence(licence))
            if result is not None and result != "ok":
                failed.append(FailedLicense(licence, result))
        return tuple(failed)

    def clear_applied_licenses(self):
        read(self._device.clear_licences)

    def subscribe_to(self, subscription_type, callback, as_dictionary=False):
        if not callable(callback):
            raise_for(SimulatedError("invalid_parameter"))
        is_notification = subscription_type in _dictionaries.NOTIFICATION_CLASSES
        if not is_notification and subscription_type not in _dictionaries.STREAMS:
            raise_for(SimulatedError("invalid_parameter"))
        callbacks = self._callbacks.setdefault(subscription_type, {})
        if callback in callbacks:
            raise_for(SimulatedError("invalid_operation"))
        # As with the real one, a subscription that then fails in the native library stays in this table.
        callbacks[callback] = as_dictionary
        stream = "notification" if is_notification else _dictionaries.STREAMS[subscription_type][0]
        if stream not in self._listeners:
            if stream == "eye_images":
                raise_for(SimulatedError("not_supported"))
            listener = self._notify if is_notification else self._deliverer(subscription_type)
            read(lambda: self._device.listen(stream, listener))
            self._listeners[stream] = listener

    def unsubscribe_from(self, subscription_type, callback=None):
        is_notification = subscription_type in _dictionaries.NOTIFICATION_CLASSES
        if not is_notification and subscription_type not in _dictionaries.STREAMS:
            raise_for(SimulatedError("invalid_parameter"))
        callbacks = self._callbacks.get(subscription_type, {})
        callbacks.pop(callback, None)
        if callback is None or not callbacks:
            self._callbacks.pop(subscription_type, None)
        stream = "notification" if is_notification else _dictionaries.STREAMS[subscription_type][0]
        is_wanted = any(
            subscription_type == each or (is_notification and each in _dictionaries.NOTIFICATION_CLASSES)
            for each in self._callbacks
        )
        if stream in self._listeners and not is_wanted:
            listener = self._listeners.pop(stream)
            with native():
                self._device.unlisten(stream, listener)

    def _deliverer(self, subscription_type):
        _, dictionary_of, data_class = _dictionaries.STREAMS[subscription_type]

        def deliver(record):
            for callback, as_dictionary in tuple(self._callbacks.get(subscription_type, {}).items()):
                given = dictionary_of(record)
                callback(given if as_dictionary else data_class(given))

        return deliver

    def _notify(self, record):
        given = _dictionaries.notification(record)
        kind = given["notification_type"]
        for callback, as_dictionary in tuple(self._callbacks.get(kind, {}).items()):
            callback(dict(given) if as_dictionary else _dictionaries.NOTIFICATION_CLASSES[kind](given))
