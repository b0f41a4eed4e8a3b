"""Our own LSL streams: every delivered sample, and every recorded event as a marker.

Streams are opened and closed in a thread of their own, since loading liblsl and ending a stream take a
while. Samples are handed to liblsl in the tracker's thread, markers in whatever thread brings the rows; both
cost microseconds, because liblsl sends in threads of its own and waits for nobody.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import Final, Protocol, TypeAlias

from capture_app.acquisition import messages as m
from capture_app.acquisition.outlet_markers import MarkerMaker, OutletMarker
from capture_app.acquisition.services import ServiceParts, StreamTap
from capture_app.acquisition.tracker_sources import plays_a_file
from drivers.contract import DriverError, DriverOptionError
from drivers.lsl_offer import MARKERS_ENDING, HostToLsl, LslOffer, OfferedNames
from gaze_core.clocks import Clock
from gaze_core.rows import NO_TIME, Rows
from gaze_core.streams import TrackerInfo
from recordings_schema.layout import DatasetKey

READ_CLOCK_EVERY_NS: Final = 10_000_000_000
_END_TIMEOUT_S: Final = 0.9

_OFF: Final = "No LSL streams are offered."
_DATA_PORT: Final = (
    "liblsl opens their data ports on all addresses of this computer and tells its name to whoever connects: "
    "the firewall decides who can."
)
_log = logging.getLogger(__name__)


class Offer(Protocol):
    """What the service needs of `drivers.lsl_offer.LslOffer`."""

    times: HostToLsl

    @property
    def has_consumers(self) -> bool:
        """Whether somebody listens."""

    def offer_gaze(self, info: TrackerInfo, *, has_vendor_stamps: bool) -> None:
        """Offer the gaze of a tracker."""

    def push_gaze(self, gaze: Rows) -> None:
        """Send GAZE rows."""

    def push_marker(self, text: str, t_host_ns: int) -> None:
        """Send a marker."""

    def close(self) -> None:
        """End the streams."""


MakeOffer: TypeAlias = Callable[[OfferedNames, Clock], Offer]


class OutletService:
    """Answers `OfferStreams`; nothing of LSL is loaded before the first one that switches the streams on."""

    handles: tuple[type[m.Message], ...] = (m.OfferStreams,)

    def __init__(self, parts: ServiceParts, *, make_offer: MakeOffer = LslOffer) -> None:
        self._parts = parts
        self._make_offer = make_offer
        self._maker = MarkerMaker()
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._offer: Offer | None = None
        self._offered: OfferedNames | None = None  # what the offer was made for
        self._are_triggers_sent = False
        self._info: TrackerInfo | None = None  # the tracker that streams
        self._stream_number = 0  # counts the trackers as they come and go
        self._followed_number = -1  # the one that the gaze stream stands for
        self._recording_lock = threading.Lock()
        self._told_start_ns: int | None = None  # of the recording whose begin was sent and whose end was not
        self._has_consumers = False
        self._read_clock_ns = 0  # host time of the next reading of LSL's clock

    @property
    def tap(self) -> StreamTap:
        """The service sees samples and rows itself."""
        return self

    def handle(self, message: m.Message) -> None:
        """Begin to open, change or close the streams."""
        if not isinstance(message, m.OfferStreams):
            return
        self._are_triggers_sent = message.are_triggers_sent
        if self._thread is None:
            if not message.is_on:
                self._parts.send(m.StreamsOffered(is_on=False, has_consumers=False, text=_OFF))
                return
            self._thread = threading.Thread(target=self._work, name="LSL streams", daemon=True)
            self._thread.start()
        self._jobs.put(lambda: self._apply(message))

    def tracker_changed(self, info: TrackerInfo | None) -> None:
        """Let the gaze stream follow the tracker; while there is none it stays, and nothing flows."""
        self._info = info
        self._stream_number += 1
        if self._thread is not None and info is not None:
            self._jobs.put(self._follow)

    def step(self) -> None:
        """Tell who listens, read LSL's clock, and notice where a recording begins and ends."""
        offer = self._offer
        if offer is None:
            return
        has_consumers = offer.has_consumers
        if has_consumers != self._has_consumers:
            self._has_consumers = has_consumers
            self._tell(offer)
        self._note_recording(offer)
        now_ns = self._parts.clock.now_ns()
        if now_ns >= self._read_clock_ns:
            self._read_clock(offer, now_ns)

    def close(self) -> None:
        """End the streams; what hangs in liblsl ends with the process."""
        if self._thread is None:
            return
        self._jobs.put(self._end)
        self._jobs.put(None)
        self._thread.join(_END_TIMEOUT_S)

    def take_samples(self, gaze: Rows) -> None:
        """Send samples of the tracker that the stream stands for."""
        offer = self._offer
        if offer is None or self._followed_number != self._stream_number:
            return
        try:
            offer.push_gaze(gaze)
        except DriverError as err:
            self._give_up(offer, str(err))

    def take_rows(self, key: DatasetKey, rows: Rows) -> None:
        """Send recorded events as markers."""
        offer = self._offer
        if offer is None:
            return
        self._note_recording(offer)
        for marker in self._maker.markers(key, rows, has_triggers=self._are_triggers_sent):
            self._push(offer, marker)

    # in the thread of the streams

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception as err:  # noqa: BLE001  # the top of the thread: the app is told, gaze goes on
                _log.exception("The LSL streams failed")
                self._refuse(f"They failed unexpectedly ({err}). Switch them off and on again.")

    def _apply(self, message: m.OfferStreams) -> None:
        names = OfferedNames(
            name=message.name, is_network_allowed=message.is_network_allowed, session_id=message.session_id
        )
        if message.is_on and self._offer is not None and names == self._offered:
            self._tell(self._offer)
            return
        self._end()
        if not message.is_on:
            self._parts.send(m.StreamsOffered(is_on=False, has_consumers=False, text=_OFF))
            return
        try:
            offer = self._make_offer(names, self._parts.clock)
        except DriverError as err:
            self._refuse(str(err))
            return
        self._offered, self._has_consumers, self._read_clock_ns = names, False, 0
        self._offer = offer
        self._follow()
        if self._offer is offer:
            self._tell(offer)

    def _follow(self) -> None:
        """Offer the gaze of the tracker that streams now."""
        number, info, offer = self._stream_number, self._info, self._offer
        if offer is None or info is None:
            return
        try:
            offer.offer_gaze(info, has_vendor_stamps=not _comes_out_of_a_file(info))
        except DriverError as err:
            self._refuse(str(err))
            return
        self._followed_number = number

    def _refuse(self, why: str) -> None:
        self._end()
        self._parts.send(m.StreamsOffered(is_on=False, has_consumers=False, text=f"{_OFF} {why}"))

    def _refuse_ended(self, offer: Offer, why: str) -> None:
        offer.close()
        self._refuse(why)

    def _end(self) -> None:
        offer, self._offer, self._offered = self._offer, None, None
        self._followed_number = -1
        self._told_start_ns = None
        if offer is not None:
            offer.close()

    # in any thread

    def _note_recording(self, offer: Offer) -> None:
        """Send the marker of a recording that has begun or ended since the last look."""
        recorder = self._parts.recorder
        with self._recording_lock:
            start_ns = recorder.started_host_ns if recorder.is_recording else None
            told_ns, self._told_start_ns = self._told_start_ns, start_ns
            if start_ns == told_ns:
                return
            now_ns = self._parts.clock.now_ns()
            if told_ns is not None:
                self._push(offer, self._maker.recording_ended(now_ns))
            if start_ns is not None:
                self._push(offer, self._maker.recording_started(start_ns))
        if start_ns is not None:
            self._read_clock(offer, now_ns)

    def _read_clock(self, offer: Offer, now_ns: int) -> None:
        self._read_clock_ns = now_ns + READ_CLOCK_EVERY_NS
        self._parts.recorder.append(DatasetKey.CLOCK_SYNC, offer.times.measure())

    def _push(self, offer: Offer, marker: OutletMarker) -> None:
        t_host_ns = marker.t_host_ns if marker.t_host_ns != NO_TIME else self._parts.clock.now_ns()
        try:
            offer.push_marker(marker.text, t_host_ns)
        except DriverError as err:
            self._give_up(offer, str(err))

    def _give_up(self, offer: Offer, why: str) -> None:
        """Have the streams ended that can no longer be sent, once."""
        if self._offer is offer:
            self._offer = None
            _log.error("The LSL streams are given up: %s", why)
            self._jobs.put(lambda: self._refuse_ended(offer, why))

    def _tell(self, offer: Offer) -> None:
        has_consumers = offer.has_consumers
        names = self._offered
        if names is None:
            return
        where = "in the network" if names.is_network_allowed else "on this computer only"
        who = "Somebody listens" if has_consumers else "Nobody listens yet"
        text = (
            f"Gaze and events are offered as the LSL streams {names.name!r} and "
            f"{names.name + MARKERS_ENDING!r}, announced {where}. {who}. {_DATA_PORT}"
        )
        self._parts.send(m.StreamsOffered(is_on=True, has_consumers=has_consumers, text=text))


def _comes_out_of_a_file(info: TrackerInfo) -> bool:
    try:
        return plays_a_file(info.driver)
    except DriverOptionError:
        return False  # a driver that is handed in, not one of the list
