"""The mock tracker's stream: truth first, then the sensor, in chunks of about 100 ms.

Chunks have a fixed number of instants, whoever takes them and in what portions, and every part of the
simulation draws from a generator of its own; so a seed, the settings and the scenes decide the stream
bit for bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from drivers.contract import Notice, Scene, ViewingSetup
from drivers.mock.calibrator import Observed
from drivers.mock.delivery import Clocks, Delivery, Nanoseconds
from drivers.mock.eye import Eye
from drivers.mock.eye_model import AS_DELIVERED, EyeCorrections
from drivers.mock.faults import Fault
from drivers.mock.head import Head
from drivers.mock.movement import Label, TrueEvent
from drivers.mock.person import Person, draw_person
from drivers.mock.projection import to_directions, to_points
from drivers.mock.pupil import Pupil
from drivers.mock.raw import RAW_DTYPE, SIDES, normalise
from drivers.mock.scenes import EMPTY_SCENE, SceneBook
from drivers.mock.sensor import Measured, Sensor, TrueInstants
from drivers.mock.settings import MockSettings
from gaze_core.rows import CLOCK_SYNC, TRUTH, TRUTH_EVENT, GazeFlag, Rows, join_rows

CHUNK_S: Final = 0.1
FINE_RATE_HZ: Final = 2000.0  # the eye moves on a grid at least this fine
_GAP_FLAG_AFTER: Final = 1  # a hole in seq larger than this step is flagged
_NO_EVENTS: Final[Rows] = TRUTH_EVENT.empty(0)
_NO_SYNC: Final[Rows] = CLOCK_SYNC.empty(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A stretch of the stream; `*_due_ns` is the host time from which each row is there."""

    gaze: Rows
    raw: Rows
    gaze_due_ns: Nanoseconds
    truth: Rows
    truth_due_ns: Nanoseconds
    truth_events: Rows
    truth_events_due_ns: Nanoseconds
    clock_sync: Rows
    clock_sync_due_ns: Nanoseconds
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """A whole simulated stream. Row i of ``truth[truth["is_delivered"] == 1]`` belongs to gaze row i."""

    gaze: Rows  # GAZE
    raw: Rows  # RAW_DTYPE
    truth: Rows  # TRUTH, one row an instant
    truth_events: Rows  # TRUTH_EVENT in order of event_id, the last ones cut at the end
    clock_sync: Rows  # CLOCK_SYNC
    notices: tuple[Notice, ...] = ()
    settings: MockSettings
    person: Person
    setup: ViewingSetup = field(repr=False)


class Generator:
    """The endless stream of one seed, chunk by chunk.

    Parameters
    ----------
    settings
        Everything but the scenes.
    setup
        Screen and distance.
    host_start_ns
        Host time of the first instant.
    scene
        What the screen shows at the start; an empty grey screen where None.
    start_number
        How often the same tracker was started before: the person stays, the course of things does not.
    first_seq
        Number of the first sample.
    device_start_ns
        Reading of the tracker's clock at the first instant; that of the settings where None.
    """

    def __init__(
        self,
        settings: MockSettings,
        setup: ViewingSetup,
        *,
        host_start_ns: int = 0,
        scene: Scene | None = None,
        start_number: int = 0,
        first_seq: int = 0,
        device_start_ns: int | None = None,
    ) -> None:
        self.settings = settings
        self.setup = setup
        fine = math.ceil(FINE_RATE_HZ / settings.rate_hz - 1e-9)
        self._ticks_per_instant = fine
        self._tick_hz = settings.rate_hz * fine
        self._chunk_instants = max(1, round(CHUNK_S * settings.rate_hz))
        self._instant = 0
        self._seq = first_seq
        self._last_seq = first_seq - 1
        self._last_stamp: int | None = None
        self._is_before_jump = True
        seeds = np.random.SeedSequence(settings.seed, spawn_key=(1, start_number)).spawn(8)
        head, eye, path, pupil, noise, loss, delivery, sync = (np.random.default_rng(seed) for seed in seeds)
        person_seed = np.random.SeedSequence(settings.seed, spawn_key=(0,))
        self.person = draw_person(np.random.default_rng(person_seed), settings)
        self.clocks = Clocks(settings, host_start_ns, device_start_ns)
        self.fault = Fault(settings.fault, self.clocks)
        self._scenes = SceneBook(scene if scene is not None else EMPTY_SCENE)
        self._head = Head(head, settings.head, setup.distance_mm)
        self._eye = Eye(
            rng=eye,
            path_rng=path,
            settings=settings.eye,
            person=self.person,
            head=self._head,
            setup=setup,
            scenes=self._scenes,
            tick_hz=self._tick_hz,
        )
        self._pupil = Pupil(pupil, settings.pupil, setup, self._scenes, self._tick_hz)
        self._sensor = Sensor(
            noise_rng=noise, loss_rng=loss, settings=settings, person=self.person, setup=setup
        )
        self._delivery = Delivery(delivery, settings)
        self.corrections: EyeCorrections = AS_DELIVERED  # of calibrations, from the next chunk on
        self.observe: Callable[[Observed], None] | None = None  # given what the sensor guesses of the eyes
        self._sync_rng = sync
        self._sync_number = 0

    @property
    def generated_until_host_ns(self) -> int:
        """Host time of the first instant that is not generated yet."""
        return int(self.clocks.host_ns(self._elapsed_ns(np.array([self._instant])))[0])

    @property
    def lost_at_host_ns(self) -> int | None:
        """Host time at which the driver gives the tracker up for good, None where it never does."""
        lost_at_ns = self.fault.lost_at_ns
        return None if lost_at_ns is None else int(self.clocks.host_ns(np.array([lost_at_ns]))[0])

    def device_ns_at(self, host_ns: int) -> int:
        """Return what the tracker's clock reads at a host time."""
        return int(self.clocks.device_ns(np.array([self.clocks.elapsed_ns(host_ns)]))[0])

    def show(self, scene: Scene) -> None:
        """Enter a scene; the eye and the pupil answer it as far as they are not generated yet."""
        elapsed_s = self.clocks.elapsed_ns(scene.t_host_ns) * 1e-9
        self._scenes.add(
            max(math.ceil(elapsed_s * self._tick_hz), self._instant * self._ticks_per_instant, 0), scene
        )

    def next_chunk(self, instants: int | None = None) -> Chunk:
        """Return the next chunk; a shorter one than usual ends the stream: none may follow it."""
        count = self._chunk_instants if instants is None else min(instants, self._chunk_instants)
        numbers = np.arange(self._instant, self._instant + count)
        elapsed_ns = self._elapsed_ns(numbers)
        truth, seen = self._truth(numbers)
        self._sensor.use(self.corrections)
        measured = self._sensor.measure(seen)
        host_ns = self.clocks.host_ns(elapsed_ns)
        arrivals_ns = self._delivery.arrivals_ns(self._instant, elapsed_ns, host_ns)
        stamp_error_ns, vendor_error_ns = self._delivery.stamp_errors_ns(count)
        stamps_us = (self.clocks.device_ns(elapsed_ns) + stamp_error_ns) // 1000
        truth["t_device_ns"] = stamps_us * 1000
        is_sent = self._delivery.is_sent(count) & self.fault.is_connected(elapsed_ns)
        truth["is_delivered"] = is_sent
        if self.observe is not None:
            self.observe(_observed(seen, measured, truth))
        repeats = self.fault.repeats(elapsed_ns)
        sequence = self._sequence(repeats)
        raw = _raw_rows(measured, stamps_us, (host_ns + vendor_error_ns) // 1000)
        rows = np.repeat(np.arange(count), repeats)
        rows_sent = rows[is_sent[rows]]
        raw = raw[rows_sent]
        self.fault.spoil(raw, numbers[rows_sent], elapsed_ns[rows_sent], self.settings.rate_hz)
        gaze = normalise(raw, self.setup)
        gaze["seq"] = sequence[is_sent[rows]]
        gaze["t_host_ns"] = arrivals_ns[rows_sent]
        self._flag(gaze, elapsed_ns[rows_sent])
        self._instant += count
        return self._chunk(gaze, raw, truth[rows], arrivals_ns[rows], int(elapsed_ns[0]))

    def last_events(self) -> Rows:
        """Return the events that are still open, cut at the end of what was generated."""
        return self._event_rows(self._eye.end(self._instant * self._ticks_per_instant))

    def instants_until(self, duration_s: float) -> int:
        """Return how many instants of a stream of some length are not generated yet."""
        return max(0, math.ceil(duration_s * self.settings.rate_hz - 1e-9) - self._instant)

    def _chunk(self, gaze: Rows, raw: Rows, truth: Rows, truth_due_ns: Nanoseconds, onset_ns: int) -> Chunk:
        end = np.array([self._instant])
        end_ns = int(self._elapsed_ns(end)[0])
        events = self._event_rows(self._eye.take_events(self._instant * self._ticks_per_instant))
        sync = self._sync_rows(end_ns)
        self._scenes.forget_before(self._instant * self._ticks_per_instant - self._pupil.latency_ticks - 1)
        return Chunk(
            gaze=gaze,
            raw=raw,
            gaze_due_ns=gaze["t_host_ns"].copy(),
            truth=truth,
            truth_due_ns=truth_due_ns,
            truth_events=events,
            truth_events_due_ns=np.full(len(events), truth_due_ns[-1]),
            clock_sync=sync,
            clock_sync_due_ns=sync["host_after_ns"].copy(),
            notices=tuple(self.fault.notices(onset_ns, end_ns)),
        )

    def _truth(self, numbers: npt.NDArray[np.int64]) -> tuple[Rows, TrueInstants]:
        """Advance eye, head and pupil and return the truth at the instants, without clocks."""
        fine = self._ticks_per_instant
        first, count = int(numbers[0]) * fine, len(numbers) * fine
        eye = self._eye.advance(count)
        x_mm, y_mm = to_points(
            eye.azimuth_deg[::fine], eye.elevation_deg[::fine], *(axis[::fine] for axis in eye.anchor_mm)
        )
        t_s = numbers / self.settings.rate_hz
        head_mm = self._head.positions(t_s)
        pupil_mm = self._pupil.advance(first, count, (numbers * fine).astype(np.float64))
        rows = TRUTH.empty(len(numbers))
        rows["x_norm"] = x_mm / self.setup.width_mm + 0.5
        rows["y_norm"] = y_mm / self.setup.height_mm + 0.5
        rows["azimuth_deg"], rows["elevation_deg"] = to_directions(x_mm, y_mm, *head_mm)
        rows["label"] = eye.label[::fine]
        rows["is_microsaccade"] = eye.is_microsaccade[::fine]
        rows["event_id"] = eye.event_id[::fine]
        rows["pupil_mm"] = pupil_mm
        seen = TrueInstants(
            t_s=t_s,
            x_mm=x_mm,
            y_mm=y_mm,
            head_mm=head_mm,
            pupil_mm=pupil_mm,
            lid_closure=eye.lid_closure[::fine],
            lid_jump_deg=eye.lid_jump_deg[::fine],
            is_away=eye.is_away[::fine],
        )
        return rows, seen

    def _elapsed_ns(self, numbers: npt.NDArray[np.int64]) -> Nanoseconds:
        return np.asarray(np.rint(numbers * (1e9 / self.settings.rate_hz)), np.int64)

    def _sequence(self, repeats: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        first = self._seq
        self._seq += int(repeats.sum())
        return np.arange(first, self._seq)

    def _flag(self, gaze: Rows, elapsed_ns: Nanoseconds) -> None:
        """Set the flags a driver knows about: holes, stamps that go back, a new clock, a reconnection."""
        if not len(gaze):
            return
        flags = gaze["flags"]
        steps = np.diff(gaze["seq"], prepend=self._last_seq)
        flags[steps > _GAP_FLAG_AFTER] |= GazeFlag.GAP_BEFORE
        self._last_seq = int(gaze["seq"][-1])
        before = gaze["t_device_ns"][0] - 1 if self._last_stamp is None else self._last_stamp
        flags[np.diff(gaze["t_device_ns"], prepend=before) <= 0] |= GazeFlag.DEVICE_TIME_BACKWARD
        self._last_stamp = int(gaze["t_device_ns"][-1])
        jump_ns = self.clocks.jump_at_ns
        if jump_ns is not None and self._is_before_jump and elapsed_ns[-1] >= jump_ns:
            flags[np.searchsorted(elapsed_ns, jump_ns)] |= GazeFlag.CLOCK_RESET
            self._is_before_jump = False
        back = self.fault.first_after_reconnect(elapsed_ns)
        if back is not None:
            flags[back] |= GazeFlag.RECONNECTED

    def _event_rows(self, events: Sequence[TrueEvent]) -> Rows:
        if not events:
            return _NO_EVENTS
        rows = TRUTH_EVENT.empty(len(events))
        ticks = np.array([(event.onset_tick, event.offset_tick) for event in events])
        elapsed_ns = np.rint(ticks * (1e9 / self._tick_hz)).astype(np.int64)
        lasted_ns = elapsed_ns[:, 1] - elapsed_ns[:, 0]
        # Both ends on the time line of the onset, also where the clock jumped inside the event.
        rows["onset_device_ns"] = self.clocks.device_ns(elapsed_ns[:, 0])
        rows["offset_device_ns"] = rows["onset_device_ns"] + lasted_ns
        for name in ("event_id", "label", "amplitude_deg", "peak_deg_s", "azimuth_deg", "elevation_deg"):
            rows[name] = [getattr(event, name) for event in events]
        rows["target"] = [event.target.encode() for event in events]
        rows["is_microsaccade"] = [event.is_microsaccade for event in events]
        return rows

    def _sync_rows(self, until_ns: int) -> Rows:
        """Return the bracketed clock readings of the schedule that are due and possible."""
        at_ns = []
        while (next_ns := round(self._sync_number * self.settings.delivery.sync_interval_s * 1e9)) < until_ns:
            self._sync_number += 1
            at_ns.append(next_ns)
        if not at_ns:
            return _NO_SYNC
        widths, places = (
            self._sync_rng.uniform(0.6, 1.8, len(at_ns)),
            self._sync_rng.uniform(0.3, 0.7, len(at_ns)),
        )
        elapsed_ns = np.array(at_ns, np.int64)
        rows = CLOCK_SYNC.empty(len(at_ns))
        width_ns = np.rint(widths * (self.settings.delivery.sync_width_s * 1e9)).astype(np.int64)
        rows["clock_id"] = b"device"
        rows["host_before_ns"] = self.clocks.host_ns(elapsed_ns)
        rows["host_after_ns"] = rows["host_before_ns"] + width_ns
        read_ns = elapsed_ns + np.rint(width_ns * places).astype(np.int64)
        rows["remote_raw"] = self.clocks.device_ns(read_ns) // 1000
        rows["remote_ns"] = self.clocks.device_ns(read_ns) // 1000 * 1000
        return rows[self.fault.is_connected(elapsed_ns)]


def _observed(seen: TrueInstants, measured: Measured, truth: Rows) -> Observed:
    """Return what a calibration may use: nothing of frames that the tracker did not take."""
    return Observed(
        t_s=seen.t_s,
        azimuth_deg=measured.guess_azimuth_deg,
        elevation_deg=measured.guess_elevation_deg,
        eye_mm=measured.eye_mm,
        is_seen=measured.is_valid & (truth["is_delivered"] != 0),
        true_x_mm=seen.x_mm,
        true_y_mm=seen.y_mm,
        is_fixating=truth["label"] == Label.FIXATION,
    )


def _raw_rows(measured: Measured, device_us: Nanoseconds, system_us: Nanoseconds) -> Rows:
    raw = np.zeros(len(device_us), RAW_DTYPE)
    raw["device_time_stamp"] = device_us
    raw["system_time_stamp"] = system_us
    for eye, side in enumerate(SIDES):
        is_valid = measured.is_valid[eye]
        raw[f"{side}_gaze_point_on_display_area_x"] = measured.x_norm[eye]
        raw[f"{side}_gaze_point_on_display_area_y"] = measured.y_norm[eye]
        for axis, name in enumerate("xyz"):
            raw[f"{side}_gaze_origin_in_user_coordinate_system_{name}"] = measured.origin_mm[axis, eye]
        raw[f"{side}_pupil_diameter"] = measured.pupil_mm[eye]
        raw[f"{side}_eye_openness_value"] = measured.openness_mm[eye]
        for name in ("gaze_point", "gaze_origin", "pupil", "eye_openness"):
            raw[f"{side}_{name}_validity"] = is_valid
    return raw


def simulate(
    settings: MockSettings,
    duration_s: float,
    setup: ViewingSetup,
    scene: Scene | None = None,
    later_scenes: Sequence[Scene] = (),
) -> Simulated:
    """Return a whole stream, as fast as possible; host time begins at 0.

    Parameters
    ----------
    settings
        Everything but the scenes; `MockSettings.duration_s` is not looked at.
    duration_s
        Length of the stream.
    setup
        Screen and distance.
    scene
        What the screen shows at the start; an empty grey screen where None.
    later_scenes
        Scenes with the host time at which each is shown.
    """
    generator = Generator(settings, setup, scene=scene)
    for later in later_scenes:
        generator.show(later)
    chunks = []
    while (left := generator.instants_until(duration_s)) > 0:
        chunks.append(generator.next_chunk(left))
    events = [chunk.truth_events for chunk in chunks] + [generator.last_events()]
    truth_events = join_rows([TRUTH_EVENT.empty(0), *events])
    return Simulated(
        gaze=_joined([chunk.gaze for chunk in chunks], normalise(np.zeros(0, RAW_DTYPE), setup)),
        raw=_joined([chunk.raw for chunk in chunks], np.zeros(0, RAW_DTYPE)),
        truth=_joined([chunk.truth for chunk in chunks], TRUTH.empty(0)),
        truth_events=truth_events[np.argsort(truth_events["event_id"], kind="stable")],
        clock_sync=_joined([chunk.clock_sync for chunk in chunks], CLOCK_SYNC.empty(0)),
        notices=tuple(notice for chunk in chunks for notice in chunk.notices),
        settings=settings,
        person=generator.person,
        setup=setup,
    )


def _joined(parts: Sequence[Rows], nothing: Rows) -> Rows:
    return join_rows(parts) if parts else nothing
