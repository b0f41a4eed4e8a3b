"""The oculomotor truth: fixations with drift and microsaccades, saccades, oscillations, blinks, looks away.

Time runs in ticks of at least 2000 Hz. Movements are planned one after the other; a fixation is laid
piece by piece so that blinks, microsaccades and changes on the screen can cut it. Directions are seen
from the anchor, the position of the head at the last saccade: while the eye fixates it compensates the
head, so the point on the screen stays.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import replace
from typing import Final

import numpy as np

from drivers.contract import ViewingSetup
from drivers.mock.head import Head
from drivers.mock.movement import EyeChunk, Label, Movement, TrueEvent
from drivers.mock.person import Person
from drivers.mock.projection import Floats, Point, angle_between, to_direction, to_point
from drivers.mock.saccade import shape_saccade, travelled
from drivers.mock.scanpath import Goal, Scanpath
from drivers.mock.scenes import SceneBook, calls_for_movement
from drivers.mock.settings import EyeSettings

_NEVER: Final = 2**62  # a tick that does not come
_FIRST_FIXATION_S: Final = 0.3
_BLINK_FLOOR_S: Final = 0.5  # shortest time between two blinks
_BLINK_LOSS_S: Final = (0.08, 0.5)
_BEFORE_BLINK_S: Final = 0.06  # a fixation has lasted at least this long
_AFTER_BLINK_S: Final = 0.1  # a fixation goes on at least this long
_MICROSACCADE_DEG: Final = (0.05, 1.0)
_MICROSACCADE_EARLIEST_S: Final = 0.15  # after the onset of the fixation
_MICROSACCADE_LATEST_S: Final = 0.06  # before its end
_CORRECTIVE_AFTER_S: Final = (0.12, 0.2)
_TARGET_ERROR_DEG: Final = 0.3  # a target missed by more is always corrected
_LANDING_SCATTER: Final = 0.02  # SD across and along, share of the amplitude
_SMALLEST_SACCADE_DEG: Final = 0.2
_PSO_S: Final = (0.010, 0.042)
_LARGE_VERTICAL_DEG: Final = 10.0  # no oscillation after vertical saccades above this
_AWAY_S: Final = (0.4, 4.0)
_AWAY_DIRECTION_DEG: Final = ((0.0, 32.0), (-38.0, 5.0), (38.0, 5.0))  # keyboard, left and right neighbour
_DRIFT_RECALL_S: Final = 0.8  # time in which the slow bias turns back towards the centre of the fixation
_DRIFT_MEMORY: Final = 0.7  # of the bias from piece to piece


class Eye:
    """The cyclopean eye of one person, advanced tick by tick in order."""

    def __init__(
        self,
        *,
        rng: np.random.Generator,
        path_rng: np.random.Generator,
        settings: EyeSettings,
        person: Person,
        head: Head,
        setup: ViewingSetup,
        scenes: SceneBook,
        tick_hz: float,
    ) -> None:
        self._rng = rng
        self._settings = settings
        self._person = person
        self._head = head
        self._scenes = scenes
        self._tick_hz = tick_hz
        self._scanpath = Scanpath(path_rng, settings, setup)
        self._queue: deque[Movement] = deque()
        self._finished: list[TrueEvent] = []
        self._tick = 0  # next tick to be laid
        self._planned_tick = 0  # end of the queue
        self._next_event = 0
        self._anchor = head.position(0.0)
        self._here: Point = to_direction((0.0, 0.0), self._anchor)
        self._bias = np.zeros(2)
        self._scene = scenes.at(0)
        self._corrective: Goal | None = None
        self._blink_tick = self._draw_blink_tick(0.0)
        self._away_tick = self._draw_away_tick(0)
        self._goal: Goal = self._scanpath.centre(_FIRST_FIXATION_S)
        self._fixation_id = self._fixation_onset = self._fixation_end = self._fixation_ticks = 0
        self._fixation_sum = np.zeros(2)
        self._centre = self._here
        self._microsaccade_tick = _NEVER
        self._begin_fixation(0, _FIRST_FIXATION_S, self._goal)

    def advance(self, count: int) -> EyeChunk:
        """Return the truth of the next `count` ticks."""
        chunk = EyeChunk(count)
        end = self._tick + count
        laid = 0
        while laid < count:
            while not self._queue:
                self._plan(end)
            movement = self._queue[0]
            laid += chunk.lay(movement, laid)
            if movement.used == len(movement):
                self._queue.popleft()
        self._tick = end
        return chunk

    def take_events(self, until_tick: int) -> list[TrueEvent]:
        """Return the events that ended by a tick and were not returned before, in order of their end."""
        ready = [event for event in self._finished if event.offset_tick <= until_tick]
        if ready:
            self._finished = [event for event in self._finished if event.offset_tick > until_tick]
        return sorted(ready, key=lambda event: (event.offset_tick, event.event_id))

    def end(self, tick: int) -> list[TrueEvent]:
        """Return the events that are left when the stream ends at a tick, each cut there."""
        self._close_fixation(tick)
        self._finished = [
            replace(event, offset_tick=min(tick, event.offset_tick))
            for event in self._finished
            if event.onset_tick < tick
        ]
        return self.take_events(tick)

    # Planning: what comes when the queue is empty

    def _plan(self, chunk_end: int) -> None:
        now = self._planned_tick
        if now >= max(self._blink_tick, self._fixation_onset + self._ticks(_BEFORE_BLINK_S)):
            self._plan_blink()
        elif now >= self._fixation_end:
            self._plan_shift()
        elif now >= self._microsaccade_tick:
            self._plan_microsaccade()
        else:
            self._plan_piece(chunk_end)

    def _plan_piece(self, chunk_end: int) -> None:
        """Lay the next piece of the running fixation, up to whatever may cut it."""
        now = self._planned_tick
        self._see(now)
        ends = [self._fixation_end, self._microsaccade_tick, chunk_end]
        ends += [
            tick
            for tick in (self._blink_tick, self._scenes.next_change(now))
            if tick is not None and tick > now
        ]
        count = max(1, min(ends) - now)
        azimuth, elevation = self._drift(count)
        self._fixation_sum += (float(azimuth.sum()), float(elevation.sum()))
        self._fixation_ticks += count
        self._push(azimuth, elevation, Label.FIXATION, self._fixation_id)

    def _see(self, tick: int) -> None:
        """Cut the fixation short when the screen shows something else than at the last look."""
        before, self._scene = self._scene, self._scenes.at(tick)
        if self._scene is before or not calls_for_movement(before, self._scene):
            return
        self._corrective = None
        delay_s = self._settings.reaction_s * float(self._rng.uniform(0.85, 1.25))
        self._fixation_end = min(self._fixation_end, tick + self._ticks(delay_s))

    def _plan_shift(self) -> None:
        """End the fixation and go elsewhere."""
        now = self._planned_tick
        here_mm = to_point(self._here, self._anchor)
        self._anchor = self._head.position(now / self._tick_hz)
        self._here = self._centre = to_direction(here_mm, self._anchor)
        self._scene = self._scenes.at(now)
        if now >= self._away_tick and not self._scene.targets_norm:
            self._close_fixation(now)
            self._plan_away()
            return
        goal = self._corrective
        is_corrective, self._corrective = goal is not None, None
        if goal is None:
            goal = self._scanpath.choose(now / self._tick_hz, here_mm, self._scene)
        landing = self._landing(goal, is_corrective)
        amplitude = angle_between(self._here, landing)
        if amplitude < _SMALLEST_SACCADE_DEG:  # the eye is there already: the fixation goes on
            self._fixation_end = now + self._ticks(goal.duration_s)
            return
        self._close_fixation(now)
        self._plan_saccade(landing, amplitude, goal)
        missed = angle_between(landing, to_direction(goal.point_mm, self._anchor))
        if not is_corrective and self._wants_correction(goal, amplitude, missed):
            self._corrective = goal
            self._begin_fixation(self._planned_tick, float(self._rng.uniform(*_CORRECTIVE_AFTER_S)), goal)
        else:
            self._begin_fixation(self._planned_tick, goal.duration_s, goal)

    def _landing(self, goal: Goal, is_corrective: bool) -> Point:
        """Return where the saccade ends: short of the goal, with scatter."""
        wanted = to_direction(goal.point_mm, self._anchor)
        across, down = wanted[0] - self._here[0], wanted[1] - self._here[1]
        gain = 1.0
        scatter, turn, spread = self._rng.standard_normal(3)
        if not is_corrective and math.hypot(across, down) > 1.0:
            gain = min(1.1, self._settings.saccade_gain + self._settings.saccade_gain_sd * float(scatter))
        along, aside = gain + _LANDING_SCATTER * float(spread), _LANDING_SCATTER * float(turn)
        return self._here[0] + along * across - aside * down, self._here[1] + along * down + aside * across

    def _wants_correction(self, goal: Goal, amplitude: float, missed: float) -> bool:
        draw = float(self._rng.uniform())
        if goal.is_target:
            return missed > _TARGET_ERROR_DEG
        return amplitude >= self._settings.corrective_min_deg and draw < self._settings.corrective_share

    def _plan_saccade(self, landing: Point, amplitude: float, goal: Goal) -> None:
        event_id = self._new_event()
        onset = self._planned_tick
        heading = ((landing[0] - self._here[0]) / amplitude, (landing[1] - self._here[1]) / amplitude)
        scatter = math.exp(self._settings.saccade_scatter * float(self._rng.standard_normal()))
        peak = self._push_course(landing, amplitude, scatter, Label.SACCADE, event_id)
        self._finish(
            TrueEvent(
                event_id=event_id,
                label=Label.SACCADE,
                onset_tick=onset,
                offset_tick=self._planned_tick,
                amplitude_deg=amplitude,
                peak_deg_s=peak,
                azimuth_deg=landing[0],
                elevation_deg=landing[1],
                target=goal.name,
            )
        )
        self._plan_oscillation(heading, amplitude)

    def _push_course(
        self, landing: Point, amplitude: float, scatter: float, label: int, event_id: int
    ) -> float:
        """Queue a saccadic course from here to `landing` and return its peak speed."""
        settings = self._settings
        shape = shape_saccade(amplitude, settings.saccade_vmax_deg_s, settings.saccade_constant_deg, scatter)
        way = travelled(shape, self._tick_hz)
        start = self._here
        across, down = landing[0] - start[0], landing[1] - start[1]
        is_micro = label == Label.FIXATION
        self._push(start[0] + across * way, start[1] + down * way, label, event_id, is_microsaccade=is_micro)
        self._here = landing
        return shape.peak_deg_s

    def _plan_oscillation(self, heading: Point, amplitude: float) -> None:
        """Queue the damped oscillation along the saccade that the pupil makes after it."""
        person = self._person
        chance, length, height = self._rng.uniform(), self._rng.standard_normal(), self._rng.standard_normal()
        is_large_vertical = abs(heading[1]) * amplitude > _LARGE_VERTICAL_DEG and abs(heading[1]) > abs(
            heading[0]
        )
        if chance >= person.pso_share or is_large_vertical:
            return
        duration_s = min(
            _PSO_S[1], max(_PSO_S[0], self._settings.pso_duration_s * math.exp(0.3 * float(length)))
        )
        size = person.pso_amplitude_deg * math.exp(0.2 * float(height)) / (1.0 + amplitude / 15.0)
        size = min(size, 0.3 * amplitude)
        count = self._ticks(duration_s)
        t_s = np.arange(count) / self._tick_hz
        course = (
            size * np.sin(2.0 * math.pi * person.pso_frequency_hz * t_s) * np.exp(-3.0 * t_s / duration_s)
        )
        course *= 1.0 - (t_s / duration_s) ** 2
        event_id = self._new_event()
        onset = self._planned_tick
        self._push(
            self._here[0] + heading[0] * course,
            self._here[1] + heading[1] * course,
            Label.OSCILLATION,
            event_id,
        )
        self._finish(
            TrueEvent(
                event_id=event_id,
                label=Label.OSCILLATION,
                onset_tick=onset,
                offset_tick=self._planned_tick,
                amplitude_deg=size,
                azimuth_deg=self._here[0],
                elevation_deg=self._here[1],
            )
        )

    def _plan_microsaccade(self) -> None:
        """Queue a microsaccade inside the fixation; it tends back to the centre of the fixation."""
        settings = self._settings
        size_draw, turn_draw, scatter_draw = self._rng.standard_normal(3)
        size = settings.microsaccade_median_deg * math.exp(settings.microsaccade_log_sd * float(size_draw))
        size = min(_MICROSACCADE_DEG[1], max(_MICROSACCADE_DEG[0], size))
        back = (self._centre[0] - self._here[0], self._centre[1] - self._here[1])
        turn = math.atan2(back[1], back[0]) + 0.8 * float(turn_draw)
        landing = (self._here[0] + size * math.cos(turn), self._here[1] + size * math.sin(turn))
        onset, event_id = self._planned_tick, self._new_event()
        first = len(self._queue)
        scatter = math.exp(settings.saccade_scatter * float(scatter_draw))
        peak = self._push_course(landing, size, scatter, Label.FIXATION, self._fixation_id)
        laid = self._queue[first]
        self._fixation_sum += (float(laid.azimuth_deg.sum()), float(laid.elevation_deg.sum()))
        self._fixation_ticks += len(laid)
        self._finish(
            TrueEvent(
                event_id=event_id,
                label=Label.SACCADE,
                onset_tick=onset,
                offset_tick=self._planned_tick,
                amplitude_deg=size,
                peak_deg_s=peak,
                azimuth_deg=landing[0],
                elevation_deg=landing[1],
                target="microsaccade",
                is_microsaccade=True,
            )
        )
        self._fixation_end = max(self._fixation_end, self._planned_tick + 1)
        self._microsaccade_tick = self._draw_microsaccade_tick(self._planned_tick)

    def _plan_blink(self) -> None:
        """Queue a blink; the eye stays where it is and fixates there again afterwards."""
        settings, rng = self._settings, self._rng
        now = self._planned_tick
        left_s = max(_AFTER_BLINK_S, (self._fixation_end - now) / self._tick_hz)
        self._close_fixation(now)
        loss_s = settings.blink_median_s * math.exp(settings.blink_log_sd * float(rng.standard_normal()))
        loss_s = min(_BLINK_LOSS_S[1], max(_BLINK_LOSS_S[0], loss_s))
        closing, opening = (
            self._ticks(float(rng.uniform(settings.lid_artefact_min_s, settings.lid_artefact_max_s)))
            for _ in range(2)
        )
        closed = self._ticks(loss_s)
        closure = np.ones(closing + closed + opening)
        closure[:closing] = np.arange(1, closing + 1) / (closing + 1)
        closure[closing + closed :] = np.arange(opening, 0, -1) / (opening + 1)
        jump = float(rng.uniform(settings.lid_jump_min_deg, settings.lid_jump_max_deg))
        event_id = self._new_event()
        still = np.ones(len(closure))
        self._push(
            self._here[0] * still,
            self._here[1] * still,
            Label.BLINK,
            event_id,
            lid_closure=closure,
            lid_jump_deg=jump,
        )
        self._finish(
            TrueEvent(event_id=event_id, label=Label.BLINK, onset_tick=now, offset_tick=self._planned_tick)
        )
        self._blink_tick = max(
            self._draw_blink_tick(self._planned_tick / self._tick_hz), self._planned_tick + 1
        )
        self._begin_fixation(self._planned_tick, left_s, self._goal)

    def _plan_away(self) -> None:
        """Queue a look away from the screen and back to where the eye was."""
        onset, home = self._planned_tick, self._here
        event_id = self._new_event()
        side = _AWAY_DIRECTION_DEG[int(self._rng.integers(len(_AWAY_DIRECTION_DEG)))]
        shift = self._rng.standard_normal(2)
        place = (side[0] + 2.0 * float(shift[0]), side[1] + 2.0 * float(shift[1]))
        dwell_s = min(_AWAY_S[1], max(_AWAY_S[0], math.exp(0.5 * float(self._rng.standard_normal()))))
        amplitude = angle_between(home, place)
        self._push_course(place, amplitude, 1.0, Label.OTHER, event_id)
        still = np.ones(self._ticks(dwell_s))
        self._push(place[0] * still, place[1] * still, Label.OTHER, event_id, is_away=True)
        self._push_course(home, amplitude, 1.0, Label.OTHER, event_id)
        self._finish(
            TrueEvent(
                event_id=event_id,
                label=Label.OTHER,
                onset_tick=onset,
                offset_tick=self._planned_tick,
                amplitude_deg=amplitude,
                azimuth_deg=place[0],
                elevation_deg=place[1],
                target="away",
            )
        )
        self._away_tick = self._draw_away_tick(self._planned_tick)
        self._begin_fixation(self._planned_tick, _FIRST_FIXATION_S, self._scanpath.centre(_FIRST_FIXATION_S))

    # Fixations

    def _begin_fixation(self, tick: int, duration_s: float, goal: Goal) -> None:
        self._goal = goal
        self._fixation_id = self._new_event()
        self._fixation_onset = tick
        self._fixation_end = tick + self._ticks(duration_s)
        self._fixation_sum = np.zeros(2)
        self._fixation_ticks = 0
        self._centre = self._here
        self._bias = self._rng.standard_normal(2) * self._settings.drift_deg_s * 0.7
        self._microsaccade_tick = self._draw_microsaccade_tick(tick + self._ticks(_MICROSACCADE_EARLIEST_S))

    def _close_fixation(self, tick: int) -> None:
        if self._fixation_ticks == 0:
            return
        mean = self._fixation_sum / self._fixation_ticks
        self._finish(
            TrueEvent(
                event_id=self._fixation_id,
                label=Label.FIXATION,
                onset_tick=self._fixation_onset,
                offset_tick=tick,
                azimuth_deg=float(mean[0]),
                elevation_deg=float(mean[1]),
                target=self._goal.name,
            )
        )
        self._fixation_ticks = 0

    def _drift(self, count: int) -> tuple[Floats, Floats]:
        """Return the next piece of drift around the centre of the fixation: slow bias plus random walk."""
        settings = self._settings
        share = min(1.0, count / (0.1 * self._tick_hz))  # of a full piece of 100 ms
        offset = np.subtract(self._here, self._centre)
        fresh = self._rng.standard_normal(2) * settings.drift_deg_s * 0.7
        memory = _DRIFT_MEMORY**share
        self._bias = memory * self._bias + math.sqrt(1.0 - memory * memory) * fresh
        speed = self._bias - offset / _DRIFT_RECALL_S
        step = settings.drift_walk_deg_per_root_s / math.sqrt(self._tick_hz)
        walk = np.cumsum(self._rng.standard_normal((2, count)), axis=1) * step
        walk += np.multiply.outer(speed, np.arange(1, count + 1) / self._tick_hz)
        walk += np.array(self._here)[:, None]
        self._here = (float(walk[0, -1]), float(walk[1, -1]))
        return walk[0], walk[1]

    # Small things

    def _push(
        self,
        azimuth: Floats,
        elevation: Floats,
        label: int,
        event_id: int,
        *,
        is_microsaccade: bool = False,
        lid_closure: Floats | None = None,
        lid_jump_deg: float = 0.0,
        is_away: bool = False,
    ) -> None:
        self._queue.append(
            Movement(
                azimuth_deg=azimuth,
                elevation_deg=elevation,
                anchor_mm=self._anchor,
                label=label,
                event_id=event_id,
                is_microsaccade=is_microsaccade,
                lid_closure=lid_closure,
                lid_jump_deg=lid_jump_deg,
                is_away=is_away,
            )
        )
        self._planned_tick += len(azimuth)

    def _finish(self, event: TrueEvent) -> None:
        self._finished.append(event)

    def _new_event(self) -> int:
        self._next_event += 1
        return self._next_event - 1

    def _ticks(self, duration_s: float) -> int:
        return max(1, round(duration_s * self._tick_hz))

    def _draw_blink_tick(self, now_s: float) -> int:
        if self._settings.blinks_per_min <= 0.0:
            return _NEVER
        blink_s = (
            self._settings.blink_median_s
            + self._settings.lid_artefact_min_s
            + self._settings.lid_artefact_max_s
        )
        mean_s = max(0.0, 60.0 / self._settings.blinks_per_min - blink_s - _BLINK_FLOOR_S)
        return round((now_s + _BLINK_FLOOR_S + float(self._rng.exponential(mean_s))) * self._tick_hz)

    def _draw_away_tick(self, tick: int) -> int:
        if self._settings.look_aways_per_min <= 0.0:
            return _NEVER
        return tick + round(
            float(self._rng.exponential(60.0 / self._settings.look_aways_per_min)) * self._tick_hz
        )

    def _draw_microsaccade_tick(self, tick: int) -> int:
        """Return the tick of the next microsaccade of this fixation, or never."""
        if self._settings.microsaccades_per_s <= 0.0:
            return _NEVER
        drawn = tick + round(
            float(self._rng.exponential(1.0 / self._settings.microsaccades_per_s)) * self._tick_hz
        )
        return drawn if drawn + self._ticks(_MICROSACCADE_LATEST_S) < self._fixation_end else _NEVER
