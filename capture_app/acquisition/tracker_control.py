"""Which tracker is open: opens, closes and follows it for the server, one at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from capture_app.acquisition import messages as m
from capture_app.acquisition import platform_tuning
from capture_app.acquisition.pump import Pump
from capture_app.acquisition.recorder import Recorder
from capture_app.acquisition.tracker_host import Ending, TrackerDown, TrackerHost, TrackerUp
from capture_app.acquisition.tracker_sources import plays_a_file, waits_for_recording
from drivers.contract import Capabilities, Driver, DriverError, NoticeKind, Scene, ViewingSetup
from drivers.returned import changes_after_return
from gaze_core.clocks import Clock
from gaze_core.ring import RowRing
from gaze_core.rows import NO_TIME
from gaze_core.streams import TrackerInfo

OPEN_TIMEOUT_NS: Final = 45_000_000_000
CLOSE_TIMEOUT_NS: Final = 5_000_000_000

MakeDriver: TypeAlias = Callable[[str, dict[str, str], ViewingSetup], Driver]
_OPEN: Final = m.OpenTracker.__name__
_CLOSE: Final = m.CloseTracker.__name__
_log = logging.getLogger(__name__)


class TrackerControl:
    """The server's hand on the tracker. All methods are called from the server's thread.

    Parameters
    ----------
    recorder
        Takes the samples and the events.
    ring
        Where the app process looks for samples.
    send
        Takes messages for the app process; called from any thread.
    post
        Takes the reports of the tracker's thread; the server hands them to `take`.
    make_driver
        Makes a driver that is not yet open; called in the tracker's thread.
    on_change
        Told which tracker streams from now on, None for none.
    """

    def __init__(
        self,
        *,
        recorder: Recorder,
        ring: RowRing,
        clock: Clock,
        send: Callable[[m.Message], None],
        post: Callable[[TrackerUp | TrackerDown], None],
        make_driver: MakeDriver,
        on_change: Callable[[TrackerInfo | None], None] = lambda _info: None,
    ) -> None:
        self._recorder = recorder
        self._ring = ring
        self._clock = clock
        self._send = send
        self._post = post
        self._make_driver = make_driver
        self._on_change = on_change
        self._host: TrackerHost | None = None
        self._asked: m.OpenTracker | None = None  # what the host was made for
        self._next: m.OpenTracker | None = None  # to be opened once the host is gone
        self._up: TrackerUp | None = None
        self._opening_since_ns: int | None = None
        self._closing_since_ns: int | None = None
        self._recorded_info: TrackerInfo | None = None  # as it was when the recording began
        self._newest_recorded_info: TrackerInfo | None = None  # as it was opened last for that recording
        self._recorded_pump: Pump | None = None  # the newest one that fed the recording

    @property
    def info(self) -> TrackerInfo | None:
        """The tracker that streams and goes on doing so, None where none does."""
        return self._up.info if self._up is not None and self._closing_since_ns is None else None

    @property
    def pump(self) -> Pump | None:
        """The pump of the tracker that streams."""
        return self._up.pump if self._up is not None else None

    @property
    def capabilities(self) -> Capabilities | None:
        """What the tracker that streams can do."""
        return self._up.capabilities if self._up is not None else None

    @property
    def changed(self) -> str:
        """What of the tracker is not set any more as it was opened, in sentences; "" where nothing."""
        return self._up.pump.notices.changed if self._up is not None else ""

    def last_notice_ns(self, kind: NoticeKind) -> int:
        """Return when the newest notice of a kind came from the tracker that streams; else `NO_TIME`."""
        return self._up.pump.notices.last_ns(kind) if self._up is not None else NO_TIME

    @property
    def is_gone(self) -> bool:
        """Whether there is no tracker at all, not even one that is being closed."""
        return self._host is None

    def open(self, message: m.OpenTracker) -> None:
        """Begin to open a tracker; one that is there is closed first."""
        if self._host is None:
            self._begin(message)
        elif self._recorder.is_recording and not _is_same_tracker(message, self._asked):
            text = (
                f"A recording of the {self._host.name} tracker is running; stop it before opening another "
                "tracker, or the same one with other options."
            )
            self._send(m.Failed(request=_OPEN, kind="tracker", text=text))
        elif self._opening_since_ns is not None:  # nobody waits for that one any more
            self._host.request_stop()
            self._let_go()
            self._begin(message)
        else:
            self.close(is_asked=False)
            self._next = message

    def close(self, *, is_asked: bool = True) -> None:
        """Begin to close the tracker."""
        self._next = None
        if self._host is None:
            if is_asked:
                self._send(m.Done(request=_CLOSE))
            return
        self._host.request_stop()
        if self._opening_since_ns is not None:
            self._let_go()
            text = "The tracker was closed before it was open."
            self._send(m.Failed(request=_OPEN, kind="tracker", text=text))
            self._send(m.Done(request=_CLOSE))
        elif self._closing_since_ns is None:
            self._closing_since_ns = self._clock.now_ns()

    def show(self, scene: Scene) -> None:
        """Tell a simulated tracker what is shown."""
        if self._host is not None:
            self._host.show(scene)

    def recording_begins(self) -> None:
        """Remember which tracker the recording that begins belongs to."""
        self._recorded_info = self._newest_recorded_info = self.info
        self._recorded_pump = self.pump

    def take(self, report: TrackerUp | TrackerDown) -> None:
        """Follow a report of the tracker's thread."""
        if report.host is not self._host:
            _log.info("The %s tracker that was given up has ended", report.host.name)
        elif isinstance(report, TrackerUp):
            self._opened(report)
        else:
            self._ended(report)

    def step(self) -> None:
        """Give up a tracker that takes too long to open or to close."""
        now_ns = self._clock.now_ns()
        if self._host is None:
            return
        name = self._host.name
        if self._opening_since_ns is not None and now_ns - self._opening_since_ns > OPEN_TIMEOUT_NS:
            text = (
                f"The {name} tracker did not open within {OPEN_TIMEOUT_NS * 1e-9:.0f} s; "
                "check that it is switched on and connected, then try again."
            )
            self._host.request_stop()
            self._let_go()
            self._send(m.Failed(request=_OPEN, kind="tracker", text=text))
        if self._closing_since_ns is not None and now_ns - self._closing_since_ns > CLOSE_TIMEOUT_NS:
            text = (
                f"The {name} tracker did not close within {CLOSE_TIMEOUT_NS * 1e-9:.0f} s and was given up; "
                "if it cannot be opened again, restart the program."
            )
            self._let_go()
            self._recorder.event("tracker_given_up", text)
            self._send(m.Failed(request=_CLOSE, kind="tracker", text=text))
            self._begin_next()

    def _begin(self, message: m.OpenTracker) -> None:
        setup = ViewingSetup(
            width_px=message.width_px,
            height_px=message.height_px,
            width_mm=message.width_mm,
            height_mm=message.height_mm,
            distance_mm=message.distance_mm,
        )
        name, options = message.driver, message.options
        self._host = TrackerHost(
            name=name,
            make_driver=lambda: self._make_driver(name, options, setup),
            accept=self._accept,
            make_pump=lambda driver, info: self._make_pump(name, driver, info),
            may_start=lambda: self._recorder.is_recording or not waits_for_recording(name, options),
            post=self._post,
        )
        self._asked = message
        self._opening_since_ns = self._clock.now_ns()
        platform_tuning.hold_garbage_collection()  # now, while no sample can be late yet
        self._host.start()

    def _begin_next(self) -> None:
        message, self._next = self._next, None
        if message is not None:
            self._begin(message)

    def _accept(self, info: TrackerInfo) -> None:
        """Refuse a tracker that cannot go on with the recording that is open; in the tracker's thread."""
        recorded = self._recorded_info
        if not self._recorder.is_recording or recorded is None:
            return
        same = (info.driver, info.model, info.serial) == (recorded.driver, recorded.model, recorded.serial)
        if not same or info.raw_dtype != recorded.raw_dtype:
            raise DriverError(
                f"The recording was begun with {recorded.model} {recorded.serial} ({recorded.driver}) and "
                f"cannot go on with {info.model} {info.serial} ({info.driver}), which delivers other data; "
                "connect the same tracker again, or stop the recording first."
            )

    def _make_pump(self, name: str, driver: Driver, info: TrackerInfo) -> Pump:
        """Return the pump of a started driver; in the tracker's thread."""
        goes_on = self._recorder.is_recording and self._recorded_pump is not None
        pump = Pump(
            driver=driver,
            info=info,
            ring=self._ring,
            sink=self._recorder,
            post=self._send,
            clock=self._clock,
            is_live=not plays_a_file(name),
            continues_after_seq=self._recorded_pump.last_seq if goes_on and self._recorded_pump else None,
        )
        if goes_on:
            self._recorded_pump = pump
        return pump

    def _opened(self, report: TrackerUp) -> None:
        self._up = report
        self._opening_since_ns = None
        if self._recorder.is_recording:
            self._recorder.event("tracker_reopened", f"The {report.host.name} tracker is open again.")
            self._tell_what_is_set_differently(report.info)
        info = report.info
        self._on_change(info)
        self._send(
            m.TrackerOpened(
                info=_info_as_json(info),
                rates_hz=list(report.capabilities.rates_hz),
                modes=list(report.capabilities.modes),
                wants_scene=report.capabilities.set_scene is not None,
                calibrates=report.capabilities.calibrator is not None,
                calibrates_single_eyes=report.capabilities.calibrates_single_eyes,
            )
        )

    def _tell_what_is_set_differently(self, now: TrackerInfo) -> None:
        """Write what the recording took for granted of its tracker and is not so any more."""
        opened, before = self._recorded_info, self._newest_recorded_info
        if opened is None or before is None:
            return
        self._newest_recorded_info = now
        for notice in changes_after_return(opened, before, now, self._clock.now_ns()):
            self._recorder.event(notice.kind.value, notice.text, notice.value, source="tracker")

    def _ended(self, report: TrackerDown) -> None:
        was_closing = self._closing_since_ns is not None
        was_opening = self._opening_since_ns is not None
        self._let_go()
        if was_opening:
            self._send(m.Failed(request=_OPEN, kind="tracker", text=report.text))
        elif report.ending is Ending.CLOSED:
            if self._recorder.is_recording:
                self._recorder.event("tracker_closed", report.text)
        else:
            self._lost(report)
        if was_closing:
            self._send(m.Done(request=_CLOSE))
            self._begin_next()

    def _lost(self, report: TrackerDown) -> None:
        """Tell of a tracker that is gone; whether its recording ends then is for the person to decide."""
        is_broken = report.ending is Ending.BROKEN
        kind = "tracker_failed" if is_broken else "tracker_lost"
        text = report.text
        if is_broken and self._recorder.is_recording:
            text += " The recording is closed; everything recorded so far is in it."
        elif self._recorder.is_recording:
            text += " The recording stays open: open the tracker again to go on with it, or stop it."
        self._recorder.event(kind, text, source="tracker")
        if is_broken and self._recorder.is_recording:
            self._recorder.request_stop("tracker failed", is_asked=False)
        self._send(m.Failed(request="", kind="tracker", text=text))

    def _let_go(self) -> None:
        if self._up is not None:
            self._up.pump.detach()
        platform_tuning.release_garbage_collection()
        self._host = self._asked = self._up = None
        self._opening_since_ns = self._closing_since_ns = None
        self._recorder.queue.forget_clocks()
        self._on_change(None)


def _is_same_tracker(message: m.OpenTracker, other: m.OpenTracker | None) -> bool:
    return other is not None and (message.driver, message.options) == (other.driver, other.options)


def _info_as_json(info: TrackerInfo) -> dict[str, Any]:
    return {
        "driver": info.driver,
        "model": info.model,
        "serial": info.serial,
        "firmware": info.firmware,
        "rate_hz": info.rate_hz,
        "raw_channels": [
            {"name": each.name, "unit": each.unit, "mapped_to": each.mapped_to} for each in info.raw_channels
        ],
        "pupil_unit": info.pupil_unit.value,
        "has_device_clock": info.has_device_clock,
        "has_truth": info.has_truth,
        "is_simulated": info.is_simulated,
        "display_area_mm": list(info.display_area_mm) if info.display_area_mm is not None else None,
        "settings": dict(info.settings),
    }
