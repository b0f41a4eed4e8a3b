"""What one thing that goes wrong does to the samples: notices, holes, floods, wrong values and stamps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from drivers.contract import Notice, NoticeKind
from drivers.mock.delivery import Clocks, Nanoseconds
from drivers.mock.parameters import FaultSettings
from drivers.mock.raw import SIDES
from gaze_core.rows import Rows

_NOTICED_AFTER_NS: Final = (
    200_000_000  # the vendor's software needs this long to say that the tracker is gone
)
_BACKWARD_EVERY: Final = 50  # samples
_BACKWARD_BY: Final = 5.5  # sample intervals
_NOT_SENT: Final = ("unplugged", "never-reconnects")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The simulated time of a fault, in ns from the start of the stream."""

    onset_ns: int
    offset_ns: int

    def holds(self, elapsed_ns: Nanoseconds) -> npt.NDArray[np.bool_]:
        """Return which instants lie inside."""
        return np.asarray((elapsed_ns >= self.onset_ns) & (elapsed_ns < self.offset_ns))


class Fault:
    """The fault of one stream, asked chunk by chunk in order."""

    def __init__(self, settings: FaultSettings, clocks: Clocks) -> None:
        self._settings = settings
        self._clocks = clocks
        onset_ns = round(settings.fault_at_s * 1e9)
        length_ns = (
            2**62 - onset_ns
            if settings.fault == "never-reconnects"
            else round(settings.fault_duration_s * 1e9)
        )
        self.window = Window(onset_ns=onset_ns, offset_ns=onset_ns + length_ns)
        self._is_reconnecting = False

    @property
    def lost_at_ns(self) -> int | None:
        """Simulated time at which the driver gives the tracker up, None where it never does."""
        if self._settings.fault != "never-reconnects":
            return None
        return self.window.onset_ns + round(self._settings.fault_duration_s * 1e9)

    def is_connected(self, elapsed_ns: Nanoseconds) -> npt.NDArray[np.bool_]:
        """Return at which instants a sample can be sent at all."""
        if self._settings.fault not in _NOT_SENT:
            return np.ones(len(elapsed_ns), np.bool_)
        return ~self.window.holds(elapsed_ns)

    def repeats(self, elapsed_ns: Nanoseconds) -> npt.NDArray[np.int64]:
        """Return how often each sample arrives."""
        times = np.ones(len(elapsed_ns), np.int64)
        if self._settings.fault == "flood":
            times[self.window.holds(elapsed_ns)] = self._settings.flood_factor
        return times

    def first_after_reconnect(self, elapsed_ns: Nanoseconds) -> int | None:
        """Return the index among delivered instants of the first sample after the tracker came back."""
        if self._settings.fault != "unplugged" or not len(elapsed_ns):
            return None
        if elapsed_ns[0] < self.window.onset_ns:
            self._is_reconnecting = True
        if not self._is_reconnecting or elapsed_ns[-1] < self.window.offset_ns:
            return None
        self._is_reconnecting = False
        return int(np.searchsorted(elapsed_ns, self.window.offset_ns))

    def spoil(
        self, raw: Rows, numbers: npt.NDArray[np.int64], elapsed_ns: Nanoseconds, rate_hz: float
    ) -> None:
        """Change delivered raw rows in place; `numbers` are those of their instants in the stream."""
        inside = self.window.holds(elapsed_ns)
        if self._settings.fault == "nan":
            for side in SIDES:
                for axis in "xy":
                    raw[f"{side}_gaze_point_on_display_area_{axis}"][inside] = np.nan
                raw[f"{side}_gaze_point_validity"][inside] = 1
        if self._settings.fault == "backward-time":
            back = inside & (numbers % _BACKWARD_EVERY == 0)
            raw["device_time_stamp"][back] -= round(_BACKWARD_BY * 1e6 / rate_hz)

    def notices(self, onset_ns: int, offset_ns: int) -> list[Notice]:
        """Return what the vendor's software says in a stretch of simulated time."""
        said = []
        if self._settings.fault in _NOT_SENT:
            said.append((self.window.onset_ns + _NOTICED_AFTER_NS, NoticeKind.CONNECTION_LOST, _LOST))
        if self._settings.fault == "unplugged":
            restored_ns = max(self.window.offset_ns, self.window.onset_ns + _NOTICED_AFTER_NS)
            said.append((restored_ns, NoticeKind.CONNECTION_RESTORED, _RESTORED))
        if self._settings.fault == "clock-jump":
            said.append((self.window.onset_ns, NoticeKind.CLOCK_RESET, _JUMPED))
        return [
            Notice(t_host_ns=int(self._clocks.host_ns(np.int64(at_ns)[None])[0]), kind=kind, text=text)
            for at_ns, kind, text in said
            if onset_ns <= at_ns < offset_ns
        ]


_LOST: Final = "The simulated tracker was unplugged; plug it in again (the scenario says when)."
_RESTORED: Final = "The simulated tracker is plugged in again and sends samples."
_JUMPED: Final = "The clock of the simulated tracker jumped; device times before and after do not compare."
