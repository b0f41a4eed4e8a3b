"""The driver of the simulated tracker: the generator's stream, paced by a clock or as fast as it is read.

In real time a sample is there from its simulated arrival on, however late it is read; ``t_host_ns`` is
that arrival, as the callback of a vendor's library would have stamped it. As fast as possible, simulated
time moves on with each read.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from drivers.contract import (
    Batch,
    Capabilities,
    DriverStateError,
    Notice,
    NoticeKind,
    Scene,
    TrackerLostError,
    ViewingSetup,
)
from drivers.mock.backlog import NEVER_NS, Backlog
from drivers.mock.calibrator import MockCalibrator
from drivers.mock.eye_model import AS_DELIVERED, EyeCorrections
from drivers.mock.generator import Chunk, Generator
from drivers.mock.presets import SENSOR_PRESETS
from drivers.mock.raw import RAW_CHANNELS, RAW_DTYPE
from drivers.mock.scenes import EMPTY_SCENE
from drivers.mock.settings import MockSettings
from gaze_core.clocks import Clock, HostClock
from gaze_core.rows import CLOCK_SYNC, EXTERNAL_SIGNAL, GAZE, MARKER, TRUTH, TRUTH_EVENT, Rows
from gaze_core.streams import PupilUnit, TrackerInfo

FIRMWARE: Final = "1"
_SHORTEST_WAIT_NS: Final = 2_000_000  # at high rates a wait gathers samples instead of waking for each
_FAST_STEP_NS: Final = 50_000_000  # simulated time of one read as fast as possible
_FAST_STEPS: Final = 20  # steps without a row before an empty batch is returned


def serial_of(settings: MockSettings) -> str:
    """Return the serial number of the simulated tracker with these settings."""
    return f"MOCK-{settings.seed:06d}"


def create(options: Mapping[str, str], setup: ViewingSetup, clock: Clock | None = None) -> MockTracker:
    """Return a simulated tracker made from text options (see `MockSettings.from_options`)."""
    return MockTracker(MockSettings.from_options(options), setup, clock=clock)


class MockTracker:
    """A simulated tracker behind the driver contract.

    Parameters
    ----------
    settings
        Everything but the scenes, the pace included.
    setup
        Screen and distance.
    clock
        Source of host times; the host clock where None.
    wait
        Called with seconds to let time pass: by reads in real time, and by calibration calls.
    """

    def __init__(
        self,
        settings: MockSettings,
        setup: ViewingSetup,
        *,
        clock: Clock | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._setup = setup
        self._clock: Clock = clock if clock is not None else HostClock()
        self._wait = wait
        self._info: TrackerInfo | None = None
        self._stream: _Stream | None = None
        self._scene = EMPTY_SCENE
        self._starts = 0
        self._next_seq = 0
        self._device_ns_at: Callable[[int], int] | None = None
        self._generator_cpu_s = 0.0
        self._corrections = AS_DELIVERED
        self._calibrator = MockCalibrator(
            settings=settings,
            setup=setup,
            wait=wait,
            use=self._see_by,
            is_streaming=lambda: self._stream is not None,
            now_ns=self._clock.now_ns,
        )

    def open(self) -> TrackerInfo:
        """Return what the simulated tracker is."""
        if self._info is not None:
            raise DriverStateError("The simulated tracker is open already; close it before opening it again.")
        settings = self._settings
        self._info = TrackerInfo(
            driver="mock",
            model=f"Simulated {SENSOR_PRESETS[settings.preset].title}",
            serial=serial_of(settings),
            firmware=FIRMWARE,
            rate_hz=settings.rate_hz,
            raw_dtype=RAW_DTYPE,
            raw_channels=RAW_CHANNELS,
            pupil_unit=PupilUnit.MM,
            has_truth=True,
            is_simulated=True,
            display_area_mm=(self._setup.width_mm, self._setup.height_mm),
            settings=settings.as_texts(),
        )
        return self._info

    def capabilities(self) -> Capabilities:
        """Return the preset's rates, the way to show a scene, and the generator's cost."""
        if self._info is None:
            raise DriverStateError("The simulated tracker is not open; open it before asking what it can do.")
        return Capabilities(
            rates_hz=tuple(sorted(SENSOR_PRESETS[self._settings.preset].rates_hz)),
            set_scene=self.set_scene,
            calibrator=self._calibrator if self._settings.calibrates else None,
            calibrates_single_eyes=self._settings.calibrates,
            cpu_s=lambda: self._generator_cpu_s,
        )

    def set_scene(self, scene: Scene) -> None:
        """Let the eye see what the screen shows from ``scene.t_host_ns`` on."""
        self._scene = scene
        if self._stream is not None:
            self._stream.generator.show(scene)

    def start(self) -> None:
        """Begin to stream; after a stop the tracker's clock and the numbering go on."""
        if self._info is None:
            raise DriverStateError("The simulated tracker is not open; open it before starting it.")
        if self._stream is not None:
            raise DriverStateError("The simulated tracker streams already; stop it before starting it again.")
        now_ns = self._clock.now_ns()
        generator = Generator(
            self._settings,
            self._setup,
            host_start_ns=now_ns,
            scene=self._scene,
            start_number=self._starts,
            first_seq=self._next_seq,
            device_start_ns=self._device_ns_at(now_ns) if self._device_ns_at is not None else None,
        )
        generator.corrections = self._corrections
        self._starts += 1
        self._stream = _Stream(generator, now_ns)

    def read(self, timeout_s: float) -> Batch:
        """Return what has arrived; see the driver contract.

        Raises
        ------
        TrackerLostError
            In the scenario in which the tracker never reconnects, when the driver gives up.
        """
        if self._stream is not None:
            watching = self._calibrator.is_watching
            self._stream.generator.observe = self._calibrator.observe if watching else None
        batch = self._read_fast() if self._settings.pace == "fast" else self._read_paced(timeout_s)
        if self._calibrator.notices:
            batch = dataclasses.replace(batch, notices=(*batch.notices, *self._calibrator.take_notices()))
        if len(batch.gaze):
            self._next_seq = int(batch.gaze["seq"][-1]) + 1
        return batch

    def stop(self) -> None:
        """End streaming; what was not read is gone."""
        if self._stream is not None:
            self._device_ns_at = self._stream.generator.device_ns_at
            self._stream = None

    def close(self) -> None:
        """Let go of everything."""
        self.stop()
        self._calibrator.leave()
        self._info = None

    def _see_by(self, corrections: EyeCorrections) -> None:
        """See the eyes by these corrections, also after the next start; called by the calibrator's thread."""
        self._corrections = corrections
        stream = self._stream
        if stream is not None:
            stream.generator.corrections = corrections

    def _read_paced(self, timeout_s: float) -> Batch:
        stream = self._running()
        deadline_ns = self._clock.now_ns() + round(timeout_s * 1e9)
        while True:
            now_ns = self._clock.now_ns()
            batch = self._take(stream, now_ns)
            if batch is not None:
                return batch
            if now_ns >= deadline_ns:
                return _NOTHING
            until_ns = max(stream.next_due_ns, now_ns + _SHORTEST_WAIT_NS)
            self._wait((min(until_ns, deadline_ns) - now_ns) * 1e-9)

    def _read_fast(self) -> Batch:
        stream = self._running()
        for _ in range(_FAST_STEPS):
            if stream.next_due_ns > stream.virtual_ns:
                stream.virtual_ns += _FAST_STEP_NS
            batch = self._take(stream, stream.virtual_ns)
            if batch is not None:
                return batch
        return _NOTHING

    def _take(self, stream: _Stream, now_ns: int) -> Batch | None:
        """Return what is due at a time, None where nothing is."""
        until_ns = min(now_ns, stream.lost_at_ns)
        if stream.generated_until_ns <= until_ns:
            began_s = time.thread_time()
            stream.generate_until(until_ns, self._settings.max_batch_rows)
            self._generator_cpu_s += time.thread_time() - began_s
        batch = stream.take(until_ns, self._settings.max_batch_rows)
        if batch is None and now_ns >= stream.lost_at_ns:
            raise TrackerLostError(
                "The simulated tracker was unplugged and did not come back; plug it in and open it again."
            )
        return batch

    def _running(self) -> _Stream:
        if self._stream is None:
            raise DriverStateError("The simulated tracker is not streaming; start it before reading.")
        return self._stream


class _Stream:
    """What lies between the generator and the reads from one start to the next stop."""

    def __init__(self, generator: Generator, now_ns: int) -> None:
        self.generator = generator
        self.virtual_ns = now_ns  # simulated host time when nothing paces the stream
        self.next_due_ns = now_ns
        lost_at_ns = generator.lost_at_host_ns
        self.lost_at_ns = NEVER_NS if lost_at_ns is None else lost_at_ns
        self._gaze = Backlog(_NO_GAZE)
        self._raw = Backlog(_NO_RAW)
        self._truth = Backlog(TRUTH.empty(0))
        self._events = Backlog(TRUTH_EVENT.empty(0))
        self._sync = Backlog(CLOCK_SYNC.empty(0))
        self._notices: list[Notice] = []
        self.generated_until_ns = now_ns
        self._is_exhausted = False
        self._is_finished = False

    def generate_until(self, now_ns: int, enough_rows: int) -> None:
        """Generate what may be due at a time, as long as what is due already does not fill a batch."""
        while self.generated_until_ns <= now_ns and not self._is_exhausted:
            if any(
                rows.next_due_ns <= now_ns and rows.count > enough_rows for rows in (self._gaze, self._truth)
            ):
                break
            self._add_chunk()
        self.next_due_ns = self._next_due_ns()

    def take(self, now_ns: int, at_most: int) -> Batch | None:
        """Return what is due, None where nothing is."""
        if self.next_due_ns > now_ns:
            return self._end(now_ns)
        gaze, until_ns = self._gaze.take_due(now_ns, at_most)
        batch = Batch(
            gaze=gaze,
            raw=self._raw.take(len(gaze)),
            markers=_NO_MARKERS,
            external_signals=_NO_SIGNALS,
            clock_sync=self._sync.take_due(until_ns, at_most)[0],
            notices=self._due_notices(until_ns),
            truth=self._truth.take_due(until_ns, NEVER_NS)[0],
            truth_events=self._events.take_due(until_ns, NEVER_NS)[0],
        )
        self.next_due_ns = self._next_due_ns()
        return batch

    def _add_chunk(self) -> None:
        duration_s = self.generator.settings.duration_s
        left = self.generator.instants_until(duration_s) if duration_s > 0.0 else None
        chunk = self.generator.next_chunk(left)
        self._put(chunk)
        self.generated_until_ns = self.generator.generated_until_host_ns
        if left is not None and self.generator.instants_until(duration_s) == 0:
            self._is_exhausted = True
            events = self.generator.last_events()
            self._events.put(events, np.full(len(events), chunk.truth_due_ns[-1]))
            self.generated_until_ns = NEVER_NS

    def _put(self, chunk: Chunk) -> None:
        self._gaze.put(chunk.gaze, chunk.gaze_due_ns)
        self._raw.put(chunk.raw, chunk.gaze_due_ns)
        self._truth.put(chunk.truth, chunk.truth_due_ns)
        self._events.put(chunk.truth_events, chunk.truth_events_due_ns)
        self._sync.put(chunk.clock_sync, chunk.clock_sync_due_ns)
        self._notices.extend(chunk.notices)

    def _due_notices(self, until_ns: int) -> tuple[Notice, ...]:
        due = tuple(notice for notice in self._notices if notice.t_host_ns <= until_ns)
        if due:
            self._notices = [notice for notice in self._notices if notice.t_host_ns > until_ns]
        return due

    def _end(self, now_ns: int) -> Batch | None:
        """Return the notice that a stream of limited length is over, once."""
        if self._is_finished or not self._is_exhausted or self.next_due_ns != NEVER_NS:
            return None
        self._is_finished = True
        text = (
            f"The simulated tracker has sent the {self.generator.settings.duration_s:g} s it was asked for."
        )
        notice = Notice(t_host_ns=now_ns, kind=NoticeKind.FINISHED, text=text)
        return Batch(gaze=_NO_GAZE, raw=_NO_RAW, notices=(notice,))

    def _next_due_ns(self) -> int:
        """Return when the next of anything is due; the end of what was generated where nothing waits."""
        kinds = (self._gaze, self._truth, self._events, self._sync)
        due_ns = min(kind.next_due_ns for kind in kinds)
        for notice in self._notices:
            due_ns = min(due_ns, notice.t_host_ns)
        return min(due_ns, self.generated_until_ns)


_NO_GAZE: Final[Rows] = GAZE.empty(0)
_NO_RAW: Final[Rows] = np.zeros(0, RAW_DTYPE)
_NO_MARKERS: Final[Rows] = MARKER.empty(0)
_NO_SIGNALS: Final[Rows] = EXTERNAL_SIGNAL.empty(0)
_NOTHING: Final = Batch(gaze=_NO_GAZE, raw=_NO_RAW)
