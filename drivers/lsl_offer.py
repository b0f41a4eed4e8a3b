"""Our gaze and our events as two LSL streams, in the metadata convention of the field.

Stamps are host times on LSL's clock of this machine: ``(t_host_ns + offset_ns) / 1e9``. A gaze sample is
stamped with its time of measurement (`measured_host_ns`), a marker with the time of its event. The offset
between the two clocks is measured between two readings of the host clock, at the start and every 10 s, and
held until a later reading contradicts it by more than the brackets allow; a change never makes the stamps of
gaze samples go back. On Linux and Windows both clocks are the same one, and the offset stays below 1 us.
"""

from __future__ import annotations

import hashlib
import math
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from drivers.lsl_config import configuration_text
from drivers.lsl_library import LslLibrary
from drivers.lsl_outlet import Outlet, OutletDescription, check_stream_name
from drivers.lsl_outlet_channels import ChannelValues, OutletChannel, measured_host_ns, outlet_channels
from gaze_core.clocks import Clock, clock_sync_row
from gaze_core.rows import Rows
from gaze_core.streams import TrackerInfo

LOCAL_CLOCK: Final = "lsl_local"
"""Clock id of readings of LSL's clock of this machine."""

MARKERS_ENDING: Final = "Markers"

_NS_PER_S: Final = 1e9
_ROUNDING_NS: Final = 1000  # of LSL's clock, which tells seconds as a float64
_MANUFACTURERS: Final = {"tobii": "Tobii", "mock": "Reading Station"}
_STAMPS: Final = "host time of measurement by the vendor's software, else of arrival, on the LSL clock"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedNames:
    """How our streams are announced."""

    name: str  # of the gaze stream; that of the events ends in `MARKERS_ENDING`
    is_network_allowed: bool = False
    session_id: str = ""  # "": that of the lab's own configuration, or "default"


class HostToLsl:
    """What is added to host times to get LSL's clock of this machine."""

    def __init__(self, local_clock_s: Callable[[], float], clock: Clock) -> None:
        self._local_clock_s = local_clock_s
        self._clock = clock
        self.offset_ns = 0
        self._width_ns: int | None = None  # of the bracket in which the offset was measured

    def measure(self) -> Rows:
        """Read the clock once more; return the reading as a CLOCK_SYNC row."""
        row = clock_sync_row(LOCAL_CLOCK, self._local_clock_ns, self._clock)
        before_ns, after_ns = int(row["host_before_ns"][0]), int(row["host_after_ns"][0])
        offset_ns = int(row["remote_ns"][0]) - (before_ns + after_ns) // 2
        width_ns = after_ns - before_ns
        held_ns = self._width_ns
        allowed_ns = math.inf if held_ns is None else (width_ns + held_ns) / 2 + _ROUNDING_NS
        if held_ns is None or abs(offset_ns - self.offset_ns) > allowed_ns:
            self.offset_ns, self._width_ns = offset_ns, width_ns
        return row

    def _local_clock_ns(self) -> int:
        return round(self._local_clock_s() * _NS_PER_S)


class GazeStream:
    """The gaze of one tracker as a stream."""

    def __init__(
        self, outlet: Outlet, description: OutletDescription, times: HostToLsl, *, has_vendor_stamps: bool
    ) -> None:
        self.description = description
        self.outlet = outlet
        self._times = times
        self._has_vendor_stamps = has_vendor_stamps
        self._values = ChannelValues(description.channels)
        self._offset_ns = times.offset_ns
        self._last_host_ns: int | None = None

    def push(self, gaze: Rows) -> None:
        """Send GAZE rows."""
        host_ns = measured_host_ns(gaze, has_vendor_stamps=self._has_vendor_stamps)
        self.outlet.push(self._values.of(gaze), self._stamps_s(host_ns))

    def _stamps_s(self, host_ns: npt.NDArray[np.int64]) -> list[float]:
        wanted_ns = self._times.offset_ns
        if self._last_host_ns is not None:
            # An offset that shrinks by more than the time since the last sample would turn time back.
            step_ns = max(0, int(host_ns[0]) - self._last_host_ns)
            wanted_ns = max(wanted_ns, self._offset_ns - step_ns)
        self._offset_ns, self._last_host_ns = wanted_ns, int(host_ns[-1])
        stamps: list[float] = ((host_ns + wanted_ns) / _NS_PER_S).tolist()
        return stamps


class LslOffer:
    """Our streams: the markers from the beginning, the gaze from the first tracker on.

    Raises
    ------
    DriverError
        If pylsl is not there, LSL is set up differently already, or a name cannot be used.
    """

    def __init__(self, names: OfferedNames, clock: Clock) -> None:
        check_stream_name(names.name)
        self._names = names
        self._library = LslLibrary(
            configuration_text(
                session_id=names.session_id or None, is_network_allowed=names.is_network_allowed
            )
        )
        self.times = HostToLsl(self._library.local_clock_s, clock)
        self.times.measure()
        self._markers = self._library.offer(_markers_description(names))
        self._gaze: GazeStream | None = None

    @property
    def has_consumers(self) -> bool:
        """Whether somebody listens to one of the streams."""
        gaze = self._gaze
        return self._markers.has_consumers or (gaze is not None and gaze.outlet.has_consumers)

    def offer_gaze(self, info: TrackerInfo, *, has_vendor_stamps: bool) -> None:
        """Offer the gaze of a tracker; a tracker that comes back as it was goes on in the same stream.

        Parameters
        ----------
        info
            The tracker that streams.
        has_vendor_stamps
            See `measured_host_ns`.
        """
        description = gaze_description(self._names, info)
        if self._gaze is not None and self._gaze.description == description:
            return
        self._end_gaze()
        outlet = self._library.offer(description)
        self._gaze = GazeStream(outlet, description, self.times, has_vendor_stamps=has_vendor_stamps)

    def push_gaze(self, gaze: Rows) -> None:
        """Send GAZE rows of the tracker that `offer_gaze` was called for; no work where nobody listens."""
        stream = self._gaze
        if stream is not None and len(gaze) and stream.outlet.has_consumers:
            stream.push(gaze)

    def push_marker(self, text: str, t_host_ns: int) -> None:
        """Send a marker of an event at a host time."""
        self._markers.push_text(text, (t_host_ns + self.times.offset_ns) / _NS_PER_S)

    def close(self) -> None:
        """End both streams."""
        self._end_gaze()
        self._markers.close()

    def _end_gaze(self) -> None:
        stream, self._gaze = self._gaze, None
        if stream is not None:
            stream.outlet.close()


def gaze_description(names: OfferedNames, info: TrackerInfo) -> OutletDescription:
    """Return how the gaze of a tracker is announced."""
    has_rate = math.isfinite(info.rate_hz) and info.rate_hz > 0
    acquisition = {
        "manufacturer": _MANUFACTURERS.get(info.driver, ""),
        "model": info.model,
        "serial_number": info.serial,
        "firmware": info.firmware,
    }
    about = {
        "driver": info.driver,
        "is_simulated": "yes" if info.is_simulated else "no",
        "pupil_unit": info.pupil_unit.value,
        "time_stamps": _STAMPS,
        "device_time": "device_time_s * 1000000000 + device_time_ns, ns of the tracker's own clock",
    }
    return OutletDescription(
        name=names.name,
        type="Gaze",
        source_id=_source_id(names, "gaze", info.driver, info.model, info.serial),
        is_text=False,
        channels=outlet_channels(info),
        nominal_rate_hz=info.rate_hz if has_rate else 0.0,
        blocks={
            "acquisition": {name: text for name, text in acquisition.items() if text},
            "reading_station": about,
        },
    )


def _markers_description(names: OfferedNames) -> OutletDescription:
    return OutletDescription(
        name=names.name + MARKERS_ENDING,
        type="Markers",
        source_id=_source_id(names, "markers"),
        is_text=True,
        channels=(OutletChannel(label="event", kind="Marker", unit="JSON"),),
        blocks={"reading_station": {"time_stamps": "host time of the event, on the LSL clock"}},
    )


def _source_id(names: OfferedNames, kind: str, *tracker: str) -> str:
    """Return an id that stays the same for this station and tracker and names nobody.

    On one computer the name of the streams tells stations apart. In a network the computer's name does, as a
    digest; liblsl itself sends that name along in clear.
    """
    place = socket.gethostname() if names.is_network_allowed else ""
    told = "\0".join((place, names.name, kind, *tracker))
    digest = hashlib.blake2b(told.encode("utf-8", "replace"), digest_size=8).hexdigest()
    return f"reading-station-{kind}-{digest}"
