"""What a recording takes for granted of its tracker, watched: display area, rate and tracking mode.

A new display area counts from its notification on, for the positions of the eyes too: the tracker's gaze
refers to it from then on.
"""

from __future__ import annotations

import numpy as np

from drivers.contract import AS_OPENED, DriverError, Notice, NoticeKind
from drivers.tobii import notices as words
from drivers.tobii.area import ScreenFrame, is_same_area, screen_frame, size_text
from drivers.tobii.backend import DisplayArea, TobiiDevice, TobiiNotice
from drivers.tobii.device_setup import DeviceState, is_same_rate


class ChangeWatch:
    """Follows notifications of changed settings; what the tracker is set to now are its attributes."""

    def __init__(self, state: DeviceState) -> None:
        self._state = state
        self._area = state.area
        self._mode = state.mode
        self._rate_hz = state.rate_hz
        self.frame: ScreenFrame | None = state.frame  # None: eye positions cannot be told
        self.slowest_hz = state.rate_hz  # of the rates that samples of this read may have

    def begin_read(self) -> None:
        """Forget the rate before the present one: its samples have been read."""
        self.slowest_hz = self._rate_hz

    def notices_of(self, notice: TobiiNotice, device: TobiiDevice) -> tuple[Notice, ...] | None:
        """Return what a notification means for the recording; None where it is of no setting."""
        t_host_ns = notice.t_host_ns
        try:
            if notice.kind == words.DISPLAY_AREA_CHANGED:
                return self._new_area(t_host_ns, notice.display_area or device.display_area())
            if notice.kind == words.RATE_CHANGED:
                return self._new_rate(t_host_ns, notice.value if notice.value > 0 else device.rate_hz())
            if notice.kind == words.MODE_CHANGED:
                return self._new_mode(t_host_ns, notice.detail or device.mode())
        except DriverError as error:
            return (self._unknown(t_host_ns, error),)
        return None

    def look_again(self, t_host_ns: int, device: TobiiDevice) -> tuple[Notice, ...]:
        """Return what is not as it was before a loss; rate and mode are set back where the device lets us."""
        told: list[Notice] = []
        state = self._state
        try:
            told.extend(self._new_area(t_host_ns, device.display_area()))
            if state.mode and device.mode() != state.mode:
                told.extend(self._new_mode(t_host_ns, device.mode()))
                device.set_mode(state.mode)
                told.extend(self._new_mode(t_host_ns, device.mode()))
            rate_hz = device.rate_hz()
            if rate_hz > 0 and not is_same_rate(rate_hz, state.rate_hz):
                told.extend(self._new_rate(t_host_ns, rate_hz))
                device.set_rate_hz(state.rate_hz)
                told.extend(self._new_rate(t_host_ns, device.rate_hz()))
        except DriverError as error:
            told.append(self._unknown(t_host_ns, error))
        return tuple(told)

    def _new_area(self, t_host_ns: int, area: DisplayArea) -> tuple[Notice, ...]:
        if is_same_area(area, self._area):
            return ()
        is_as_opened = is_same_area(area, self._state.area)
        text = words.display_area_text(
            self._state.title, size_text(self._area), size_text(area), is_as_opened=is_as_opened
        )
        self._area, self.frame = area, screen_frame(area)
        return (
            Notice(
                t_host_ns=t_host_ns,
                kind=NoticeKind.DISPLAY_AREA_CHANGED,
                text=text,
                value=AS_OPENED if is_as_opened else 0.0,
            ),
        )

    def _new_rate(self, t_host_ns: int, rate_hz: float) -> tuple[Notice, ...]:
        if not rate_hz > 0 or is_same_rate(rate_hz, self._rate_hz):
            return ()
        self.slowest_hz = float(np.fmin(rate_hz, self.slowest_hz))
        self._rate_hz = rate_hz
        text = words.rate_text(self._state.title, self._state.rate_hz, rate_hz)
        return (Notice(t_host_ns=t_host_ns, kind=NoticeKind.RATE_CHANGED, text=text, value=rate_hz),)

    def _new_mode(self, t_host_ns: int, mode: str) -> tuple[Notice, ...]:
        if mode == self._mode:
            return ()
        self._mode = mode
        text = words.mode_text(self._state.title, self._state.mode, mode)
        value = AS_OPENED if mode == self._state.mode else 0.0
        return (Notice(t_host_ns=t_host_ns, kind=NoticeKind.MODE_CHANGED, text=text, value=value),)

    def _unknown(self, t_host_ns: int, error: DriverError) -> Notice:
        text = (
            f"The settings of the {self._state.title} may have changed and cannot be read: {error} "
            "Look at them before the next recording."
        )
        return Notice(t_host_ns=t_host_ns, kind=NoticeKind.WARNING, text=text)
