"""Services of the acquisition process beside tracker and recorder: each answers messages of its own.

A service is called from the server's thread alone and never waits there; what is slow goes into a thread of
its own. One that wants to see what is delivered and recorded offers a `StreamTap`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from capture_app.acquisition import messages as m
from drivers.contract import Capabilities, NoticeKind
from gaze_core.clocks import Clock
from gaze_core.rows import Rows
from gaze_core.streams import TrackerInfo
from recordings_schema.layout import DatasetKey

_log = logging.getLogger(__name__)


class StreamTap(Protocol):
    """Somebody who sees the rows go by; may neither change nor delay them."""

    def take_samples(self, gaze: Rows) -> None:
        """Take GAZE rows just delivered, recorded or not; in the tracker's thread."""

    def take_rows(self, key: DatasetKey, rows: Rows) -> None:
        """Take rows beside the samples that a recording has accepted; in any thread."""


class Service(Protocol):
    """What the server needs of a service."""

    @property
    def handles(self) -> tuple[type[m.Message], ...]:
        """The messages it answers."""

    @property
    def tap(self) -> StreamTap | None:
        """Its tap, None where it needs none."""

    def handle(self, message: m.Message) -> None:
        """Do or begin what a message asks for."""

    def tracker_changed(self, info: TrackerInfo | None) -> None:
        """Take note of the tracker that streams now; None where none does any more."""

    def step(self) -> None:
        """Do what is due; called some twenty times a second."""

    def close(self) -> None:
        """Let go of everything, within a second."""


class RecorderPort(Protocol):
    """What services may ask of the recorder."""

    @property
    def is_recording(self) -> bool:
        """Whether rows are taken."""

    @property
    def started_host_ns(self) -> int:
        """When the newest recording began; `NO_TIME` where there was none."""

    @property
    def path(self) -> Path | None:
        """File of the newest recording; None where there was none."""

    def append(self, key: DatasetKey, rows: Rows) -> bool:
        """Take rows that are not the pump's; False where no recording runs."""

    def at_close(self, last_rows: Callable[[], Iterable[tuple[DatasetKey, Rows]]]) -> None:
        """Have rows asked for just before each recording is closed; see `Recorder.at_close`."""

    def event(self, kind: str, text: str, value: float = float("nan"), source: str = "recorder") -> None:
        """Write an event into the recording, if one runs, and tell the app."""


class TrackerPort(Protocol):
    """What services may ask of the tracker."""

    @property
    def info(self) -> TrackerInfo | None:
        """The tracker that streams, None where none does."""

    @property
    def capabilities(self) -> Capabilities | None:
        """What the tracker that streams can do."""

    def last_notice_ns(self, kind: NoticeKind) -> int:
        """Return when the newest notice of a kind came from it; `NO_TIME` where none did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceParts:
    """What services are made from."""

    clock: Clock
    send: Callable[[m.Message], None]  # to the app process; from any thread
    recorder: RecorderPort
    tracker: TrackerPort


class Taps:
    """All taps as one; a tap that fails is taken out, told in the log, and disturbs nobody."""

    def __init__(self) -> None:
        self._taps: tuple[StreamTap, ...] = ()

    def connect(self, taps: Iterable[StreamTap]) -> None:
        """Let these taps see everything from now on."""
        self._taps = tuple(taps)

    def take_samples(self, gaze: Rows) -> None:
        """Hand GAZE rows to every tap."""
        for tap in self._taps:
            try:
                tap.take_samples(gaze)
            except Exception:  # noqa: BLE001  # an onlooker must never cost a sample
                self._take_out(tap)

    def take_rows(self, key: DatasetKey, rows: Rows) -> None:
        """Hand recorded rows to every tap."""
        for tap in self._taps:
            try:
                tap.take_rows(key, rows)
            except Exception:  # noqa: BLE001  # an onlooker must never cost a row
                self._take_out(tap)

    def _take_out(self, tap: StreamTap) -> None:
        _log.exception("%s failed and sees nothing any more", type(tap).__name__)
        self._taps = tuple(each for each in self._taps if each is not tap)


class Services:
    """The services of one server, called together."""

    def __init__(self, services: tuple[Service, ...]) -> None:
        self._services = services
        self._by_message = {cls: service for service in services for cls in service.handles}

    @property
    def taps(self) -> tuple[StreamTap, ...]:
        """The taps there are."""
        return tuple(service.tap for service in self._services if service.tap is not None)

    def handle(self, message: m.Message) -> bool:
        """Hand a message to the service that answers it; False where none does."""
        service = self._by_message.get(type(message))
        if service is None:
            return False
        service.handle(message)
        return True

    def tracker_changed(self, info: TrackerInfo | None) -> None:
        """Tell all services which tracker streams."""
        for service in self._services:
            service.tracker_changed(info)

    def step(self) -> None:
        """Let all services do what is due."""
        for service in self._services:
            service.step()

    def close(self) -> None:
        """Let all services let go; one that fails does not keep the others from it."""
        for service in self._services:
            try:
                service.close()
            except Exception:  # noqa: BLE001  # the process ends; the recording is closed already
                _log.exception("%s could not be closed properly", type(service).__name__)
