"""The streams of one tracker through ``tobii_research``: subscribed, caught in callbacks, taken out in rows.

A callback runs on a thread of the SDK while that holds a lock of its own, so it does three things only: it
reads the host's clock, copies numbers into an `Inbox`, and returns. It never calls the SDK, and no exception
leaves it. The SDK keeps 64 samples for a callback that is late; the boxes keep seconds for a reader that is.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import numpy as np

from drivers.contract import DriverError
from drivers.tobii.backend import SIGNAL_DTYPE, SYNC_DTYPE, Delivered, TobiiNotice, TobiiStream
from drivers.tobii.research_errors import asking
from drivers.tobii.research_inbox import Bell, CallbackErrors, Inbox
from drivers.tobii.research_openness import OpennessJoin
from drivers.tobii.research_rows import (
    OPENNESS_DTYPE,
    RAW_DTYPE,
    RAW_DTYPE_WITH_OPENNESS,
    gaze_values,
    notice_of,
    openness_values,
    position_values,
    signal_values,
    sync_values,
)
from gaze_core.clocks import Clock
from gaze_core.rows import USER_POSITION, Rows

GAZE_CAPACITY: Final = 8192
"""Samples there is room for: 6.8 s at 1200 Hz."""

_SIGNAL_CAPACITY: Final = 4096
_SYNC_CAPACITY: Final = 256
_NOTICE_CAPACITY: Final = 512

NOTIFICATIONS: Final = (
    "EYETRACKER_NOTIFICATION_CONNECTION_LOST",
    "EYETRACKER_NOTIFICATION_CONNECTION_RESTORED",
    "EYETRACKER_NOTIFICATION_CALIBRATION_MODE_ENTERED",
    "EYETRACKER_NOTIFICATION_CALIBRATION_MODE_LEFT",
    "EYETRACKER_NOTIFICATION_CALIBRATION_CHANGED",
    "EYETRACKER_NOTIFICATION_DISPLAY_AREA_CHANGED",
    "EYETRACKER_NOTIFICATION_GAZE_OUTPUT_FREQUENCY_CHANGED",
    "EYETRACKER_NOTIFICATION_EYE_TRACKING_MODE_CHANGED",
    "EYETRACKER_NOTIFICATION_DEVICE_FAULTS",
    "EYETRACKER_NOTIFICATION_DEVICE_WARNINGS",
    "EYETRACKER_NOTIFICATION_STREAM_BUFFER_OVERFLOW",
)

_OVERFLOW: Final = "stream_buffer_overflow"
_STREAM_ERROR: Final = "stream_error"

Callback: TypeAlias = "Callable[[Mapping[str, Any]], None]"

_log = logging.getLogger(__name__)


class ResearchStreams:
    """Everything one tracker sends, from `start` to `stop`.

    Parameters
    ----------
    sdk
        The vendor's module.
    tracker
        An ``EyeTracker`` of it.
    title
        The tracker, for messages.
    clock
        The host's clock: `now_ns` is called on threads of the SDK.
    """

    def __init__(self, sdk: Any, tracker: Any, title: str, clock: Clock) -> None:
        self._sdk = sdk
        self._tracker = tracker
        self._title = title
        self._clock = clock
        self._chosen: frozenset[TobiiStream] = frozenset()
        self._subscribed: list[tuple[str, Callback]] = []
        self._is_joining = False  # openness was subscribed to, too
        self._join = OpennessJoin()
        self._bell = Bell()
        self._errors = CallbackErrors()
        self._told: deque[tuple[int, Mapping[str, Any]]] = deque()
        self._told_lost = 0
        self._own_notices: list[TobiiNotice] = []
        self._gaze = Inbox(
            "gaze_data", np.dtype([("arrived_host_ns", "<i8"), ("raw", RAW_DTYPE)]), GAZE_CAPACITY
        )
        self._openness = Inbox("eye_openness_data", OPENNESS_DTYPE, GAZE_CAPACITY)
        self._sync = Inbox("time_synchronization_data", SYNC_DTYPE, _SYNC_CAPACITY)
        self._signals = Inbox("external_signal", SIGNAL_DTYPE, _SIGNAL_CAPACITY)
        self._positions = Inbox("user_position_guide", USER_POSITION.dtype, GAZE_CAPACITY)
        self._boxes = (self._gaze, self._openness, self._sync, self._signals, self._positions)

    @property
    def raw_dtype(self) -> np.dtype[np.void]:
        """One gaze sample with the chosen streams."""
        return RAW_DTYPE_WITH_OPENNESS if TobiiStream.OPENNESS in self._chosen else RAW_DTYPE

    def choose(self, streams: frozenset[TobiiStream]) -> None:
        """Deliver these beside gaze from the next `start` on."""
        self._chosen = streams

    def start(self) -> None:
        """Subscribe; gaze last, so that nothing is missing beside the first sample.

        Raises
        ------
        DriverError
            If the tracker gives no gaze. A refused stream beside gaze is a notice.
        """
        self._forget()
        sdk = self._sdk
        for name in NOTIFICATIONS:
            self._subscribe_if_possible(getattr(sdk, name), self._on_told)
        self._subscribe_if_possible(sdk.EYETRACKER_STREAM_ERRORS, self._on_told)
        beside: dict[TobiiStream, tuple[str, Callback]] = {
            TobiiStream.TIME_SYNC: (sdk.EYETRACKER_TIME_SYNCHRONIZATION_DATA, self._on_sync),
            TobiiStream.EXTERNAL_SIGNAL: (sdk.EYETRACKER_EXTERNAL_SIGNAL, self._on_signal),
            TobiiStream.USER_POSITION: (sdk.EYETRACKER_USER_POSITION_GUIDE, self._on_position),
            TobiiStream.OPENNESS: (sdk.EYETRACKER_EYE_OPENNESS_DATA, self._on_openness),
        }
        for stream, (subscription, callback) in beside.items():
            if stream in self._chosen:
                is_on = self._subscribe_if_possible(subscription, callback)
                self._is_joining |= is_on and stream is TobiiStream.OPENNESS
        try:
            self._subscribe(sdk.EYETRACKER_GAZE_DATA, self._on_gaze)
        except DriverError:
            self.stop()
            raise

    def stop(self) -> None:
        """Unsubscribe from everything, also where the tracker is gone."""
        while self._subscribed:
            subscription, callback = self._subscribed.pop()
            self._unsubscribe(subscription, callback)
        failed = self._errors.counts()
        if failed:
            _log.error("Callbacks of the %s failed: %s", self._title, failed)
        self._forget()

    def wait(self, timeout_s: float) -> None:
        """Return as soon as something has arrived, or after `timeout_s`."""
        held_s = self._join.wait_s(self._clock.now_ns())
        longest_s = timeout_s if held_s is None else min(timeout_s, held_s)
        if not self._told and not self._own_notices:
            self._bell.wait(self._boxes, longest_s)

    def take(self) -> Delivered:
        """Return what has arrived since the last call."""
        now_ns = self._clock.now_ns()
        caught = self._gaze.take()
        arrived_ns = np.ascontiguousarray(caught["arrived_host_ns"])
        raw = np.ascontiguousarray(caught["raw"])
        if self.raw_dtype is RAW_DTYPE_WITH_OPENNESS:
            raw = _with_room_for_openness(raw)
            if self._is_joining:
                raw, arrived_ns = self._join.push(raw, arrived_ns, self._openness.take(), now_ns)
        return Delivered(
            raw=raw,
            arrived_host_ns=arrived_ns,
            time_sync=self._sync.take(),
            signals=self._signals.take(),
            user_position=self._positions.take(),
            notices=self._take_notices(),
        )

    # Callbacks, on threads of the SDK.

    def _on_gaze(self, sample: Mapping[str, Any]) -> None:
        t_host_ns = self._clock.now_ns()
        try:
            self._gaze.put((t_host_ns, gaze_values(sample)))
            self._bell.ring()
        except Exception as error:  # noqa: BLE001  # nothing may leave a callback: the SDK would lose it
            self._errors.count("gaze_data", error)

    def _on_openness(self, sample: Mapping[str, Any]) -> None:
        t_host_ns = self._clock.now_ns()
        try:
            self._openness.put(openness_values(t_host_ns, sample))
            self._bell.ring()
        except Exception as error:  # noqa: BLE001  # as above
            self._errors.count("eye_openness_data", error)

    def _on_sync(self, exchange: Mapping[str, Any]) -> None:
        t_host_ns = self._clock.now_ns()
        try:
            self._sync.put(sync_values(t_host_ns, exchange))
        except Exception as error:  # noqa: BLE001  # as above
            self._errors.count("time_synchronization_data", error)

    def _on_signal(self, signal: Mapping[str, Any]) -> None:
        t_host_ns = self._clock.now_ns()
        try:
            self._signals.put(signal_values(t_host_ns, signal))
            self._bell.ring()
        except Exception as error:  # noqa: BLE001  # as above
            self._errors.count("external_signal", error)

    def _on_position(self, guide: Mapping[str, Any]) -> None:
        t_host_ns = self._clock.now_ns()
        try:
            self._positions.put(position_values(t_host_ns, guide))
        except Exception as error:  # noqa: BLE001  # as above
            self._errors.count("user_position_guide", error)

    def _on_told(self, told: Mapping[str, Any]) -> None:
        t_host_ns = self._clock.now_ns()
        if len(self._told) >= _NOTICE_CAPACITY:
            self._told_lost += 1
            return
        self._told.append((t_host_ns, told))
        self._bell.ring()

    # In our own thread.

    def _subscribe_if_possible(self, subscription: str, callback: Callback) -> bool:
        try:
            self._subscribe(subscription, callback)
        except DriverError as error:
            _log.warning("%s", error)
            self._own_notices.append(self._own_notice(_STREAM_ERROR, str(error)))
            return False
        return True

    def _subscribe(self, subscription: str, callback: Callback) -> None:
        doing = f"subscribing to {subscription.removeprefix('eyetracker_').replace('_', ' ')}"
        try:
            with asking(self._title, doing):
                self._tracker.subscribe_to(subscription, callback, as_dictionary=True)
        except DriverError:
            # The package keeps a subscription that failed in its table and would refuse the next one.
            self._unsubscribe(subscription, callback)
            raise
        self._subscribed.append((subscription, callback))

    def _unsubscribe(self, subscription: str, callback: Callback) -> None:
        try:
            with asking(self._title, "unsubscribing"):
                self._tracker.unsubscribe_from(subscription, callback)
        except DriverError as error:
            _log.info("%s", error)  # a tracker that is gone has no subscriptions

    def _take_notices(self) -> tuple[TobiiNotice, ...]:
        notices = self._own_notices
        self._own_notices = []
        while self._told:
            t_host_ns, told = self._told.popleft()
            try:
                notices.append(notice_of(t_host_ns, told))
            except (ValueError, TypeError, KeyError) as error:
                self._errors.count("notification", error)
        for box in self._boxes:
            lost = box.take_lost()
            if lost:
                detail = f"{box.name}, {lost} not read in time"
                notices.append(self._own_notice(_OVERFLOW, detail, float(lost)))
        lost, self._told_lost = self._told_lost, 0
        if lost:
            notices.append(self._own_notice(_OVERFLOW, f"notification, {lost} not read in time", float(lost)))
        for stream, failure in self._errors.take_new():
            _log.error("A callback of the %s failed for %s", self._title, stream, exc_info=failure)
            detail = f"{stream}: what the tracker sent has another form than this program knows"
            notices.append(self._own_notice(_STREAM_ERROR, detail))
        return tuple(notices)

    def _own_notice(self, kind: str, detail: str, value: float = float("nan")) -> TobiiNotice:
        now_ns = self._clock.now_ns()
        return TobiiNotice(t_host_ns=now_ns, system_time_us=-1, kind=kind, detail=detail, value=value)

    def _forget(self) -> None:
        for box in self._boxes:
            box.clear()
        self._join.clear()
        self._told.clear()
        self._errors.clear()
        self._told_lost = 0
        self._own_notices = []
        self._is_joining = False


def _with_room_for_openness(raw: Rows) -> Rows:
    made: Rows = np.zeros(len(raw), RAW_DTYPE_WITH_OPENNESS)
    for name in RAW_DTYPE.names or ():
        made[name] = raw[name]
    for side in ("left", "right"):
        made[f"{side}_eye_openness_value"] = np.nan
    return made
