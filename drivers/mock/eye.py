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
from drivers.mock.courses import draw_lid_closure, draw_oscillation
from drivers.mock.fixation import Fixation
from drivers.mock.head import Head
from drivers.mock.movement import EyeChunk, Label, Movement, TrueEvent
from drivers.mock.parameters import EyeSettings
from drivers.mock.person import Person
from drivers.mock.projection import Floats, Point, angle_between, to_direction, to_point
from drivers.mock.rhythm import NEVER_TICK, Rhythm
from drivers.mock.saccade import shape_saccade, travelled
from drivers.mock.scanpath import Goal, Scanpath
from drivers.mock.scenes import SceneBook, calls_for_movement

_FIRST_FIXATION_S: Final = 0.3
_BEFORE_BLINK_S: Final = 0.06  # a fixation has lasted at least this long
_AFTER_BLINK_S: Final = 0.1  # a fixation goes on at least this long
_MICROSACCADE_DEG: Final = (0.05, 1.0)
_MICROSACCADE_EARLIEST_S: Final = 0.15  # after the onset of the fixation
_MICROSACCADE_LATEST_S: Final = 0.06  # before its end
_CORRECTIVE_AFTER_S: Final = (0.12, 0.2)
_TARGET_ERROR_DEG: Final = 0.3  # a target missed by more is always corrected
_LANDING_SCATTER: Final = 0.02  # SD across and along, share of the amplitude
_SMALLEST_SACCADE_DEG: Final = 0.2
_LARGE_VERTICAL_DEG: Final = 10.0  # no oscillation after vertical saccades above this
_AWAY_S: Final = (0.4, 4.0)
_AWAY_DIRECTION_DEG: Final = ((0.0, 32.0), (-38.0, 5.0), (38.0, 5.0))  # keyboard, left and right neighbour


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
        self._scene = scenes.at(0)
        self._tick_hz = tick_hz
        self._scanpath = Scanpath(path_rng, settings, setup)
        self._rhythm = Rhythm(rng, settings, tick_hz)
        self._queue: deque[Movement] = deque()
        self._finished: list[TrueEvent] = []
        self._tick = 0  # next tick to be laid
        self._planned_tick = 0  # end of the queue
        self._next_event = 0
        self._anchor = head.position(0.0)
        self._here: Point = to_direction((0.0, 0.0), self._anchor)
        self._goal = self._scanpath.centre(_FIRST_FIXATION_S)
        self._corrective: Goal | None = None
        self._blink_tick = self._rhythm.next_blink(0)
        self._away_tick = self._rhythm.next_away(0)
        self._microsaccade_tick = NEVER_TICK
        self._fixation = self._begin_fixation(_FIRST_FIXATION_S)

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

    def _plan(self, chunk_end: int) -> None:
        """Queue what comes next; some plans only change when the fixation ends and queue nothing."""
        now = self._planned_tick
        if now >= max(self._blink_tick, self._fixation.onset_tick + self._ticks(_BEFORE_BLINK_S)):
            self._plan_blink()
        elif now >= self._fixation.end_tick:
            self._plan_shift()
        elif now >= self._microsaccade_tick:
            self._plan_microsaccade()
        else:
            self._plan_piece(chunk_end)

    def _plan_piece(self, chunk_end: int) -> None:
        """Queue the next piece of the running fixation, up to whatever may cut it."""
        now = self._planned_tick
        self._see(now)
        ends = [self._fixation.end_tick, self._microsaccade_tick, chunk_end]
        change = self._scenes.next_change(now)
        ends += [tick for tick in (self._blink_tick, change) if tick is not None and tick > now]
        walk = self._fixation.drift(self._here, max(1, min(ends) - now), self._tick_hz)
        self._fixation.add(walk)
        self._here = (float(walk[0, -1]), float(walk[1, -1]))
        self._push(walk[0], walk[1], Label.FIXATION, self._fixation.event_id)

    def _see(self, tick: int) -> None:
        """Cut the fixation short when the screen shows something else than at the last look."""
        before, self._scene = self._scene, self._scenes.at(tick)
        if self._scene is before or not calls_for_movement(before, self._scene):
            return
        self._corrective = None
        delay_s = self._settings.reaction_s * float(self._rng.uniform(0.85, 1.25))
        self._fixation.end_tick = min(self._fixation.end_tick, tick + self._ticks(delay_s))

    def _plan_shift(self) -> None:
        """End the fixation and go elsewhere."""
        now = self._planned_tick
        here_mm = to_point(self._here, self._anchor)
        self._anchor = self._head.position(now / self._tick_hz)
        self._here = to_direction(here_mm, self._anchor)
        self._scene = self._scenes.at(now)
        if now >= self._away_tick and not self._scene.targets_norm:
            self._plan_away()
            return
        is_corrective = self._corrective is not None
        goal = self._corrective or self._scanpath.choose(now / self._tick_hz, here_mm, self._scene)
        self._corrective = None
        landing = self._landing(goal, is_corrective)
        amplitude = angle_between(self._here, landing)
        if amplitude < _SMALLEST_SACCADE_DEG:  # the eye is there already: the fixation goes on
            self._fixation.end_tick = now + self._ticks(goal.duration_s)
            self._fixation.centre = self._here
            return
        self._close_fixation(now)
        self._goal = goal
        self._plan_saccade(landing, amplitude)
        duration_s = goal.duration_s
        missed = angle_between(landing, to_direction(goal.point_mm, self._anchor))
        if not is_corrective and self._wants_correction(goal, amplitude, missed):
            self._corrective = goal
            duration_s = float(self._rng.uniform(*_CORRECTIVE_AFTER_S))
        self._fixation = self._begin_fixation(duration_s)

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

    def _plan_saccade(self, landing: Point, amplitude: float) -> None:
        """Queue a saccade and the oscillation after it."""
        event_id, onset = self._new_event(), self._planned_tick
        across, down = (landing[0] - self._here[0]) / amplitude, (landing[1] - self._here[1]) / amplitude
        scatter = math.exp(self._settings.saccade_scatter * float(self._rng.standard_normal()))
        peak = self._push_course(landing, amplitude, scatter, Label.SACCADE, event_id)
        self._finish(event_id, Label.SACCADE, onset, amplitude, peak, landing, self._goal.name)
        swing = draw_oscillation(self._rng, self._settings, self._person, amplitude, self._tick_hz)
        is_large_vertical = abs(down) > abs(across) and abs(down) * amplitude > _LARGE_VERTICAL_DEG
        if is_large_vertical or not len(swing):
            return
        event_id, onset = self._new_event(), self._planned_tick
        azimuth, elevation = landing[0] + across * swing, landing[1] + down * swing
        self._push(azimuth, elevation, Label.OSCILLATION, event_id)
        self._finish(event_id, Label.OSCILLATION, onset, float(np.abs(swing).max()), math.nan, landing, "")

    def _push_course(
        self, landing: Point, amplitude: float, scatter: float, label: int, event_id: int
    ) -> float:
        """Queue a saccadic course from here to `landing` and return its peak speed."""
        settings = self._settings
        shape = shape_saccade(amplitude, settings.saccade_vmax_deg_s, settings.saccade_constant_deg, scatter)
        way = travelled(shape, self._tick_hz)
        across, down = landing[0] - self._here[0], landing[1] - self._here[1]
        azimuth, elevation = self._here[0] + across * way, self._here[1] + down * way
        is_micro = label == Label.FIXATION
        if is_micro:
            self._fixation.add(np.stack([azimuth, elevation]))
        self._push(azimuth, elevation, label, event_id, is_microsaccade=is_micro)
        self._here = landing
        return shape.peak_deg_s

    def _plan_microsaccade(self) -> None:
        """Queue a microsaccade inside the fixation; it tends back to the centre of the fixation."""
        settings, fixation = self._settings, self._fixation
        size_draw, turn_draw, scatter_draw = self._rng.standard_normal(3)
        size = settings.microsaccade_median_deg * math.exp(settings.microsaccade_log_sd * float(size_draw))
        size = min(_MICROSACCADE_DEG[1], max(_MICROSACCADE_DEG[0], size))
        back = (fixation.centre[0] - self._here[0], fixation.centre[1] - self._here[1])
        turn = math.atan2(back[1], back[0]) + 0.8 * float(turn_draw)
        landing = (self._here[0] + size * math.cos(turn), self._here[1] + size * math.sin(turn))
        onset, event_id = self._planned_tick, self._new_event()
        scatter = math.exp(settings.saccade_scatter * float(scatter_draw))
        peak = self._push_course(landing, size, scatter, Label.FIXATION, fixation.event_id)
        self._finish(event_id, Label.SACCADE, onset, size, peak, landing, "microsaccade")
        fixation.end_tick = max(fixation.end_tick, self._planned_tick + 1)
        self._microsaccade_tick = self._draw_microsaccade(self._planned_tick, fixation.end_tick)

    def _plan_blink(self) -> None:
        """Queue a blink; the eye stays where it is and fixates there again afterwards."""
        settings, onset = self._settings, self._planned_tick
        left_s = max(_AFTER_BLINK_S, (self._fixation.end_tick - onset) / self._tick_hz)
        self._close_fixation(onset)
        event_id = self._new_event()
        closure = draw_lid_closure(self._rng, settings, self._tick_hz)
        jump_deg = float(self._rng.uniform(settings.lid_jump_min_deg, settings.lid_jump_max_deg))
        azimuth, elevation = (np.full(len(closure), angle) for angle in self._here)
        self._push(azimuth, elevation, Label.BLINK, event_id, lid_closure=closure, lid_jump_deg=jump_deg)
        self._finish(event_id, Label.BLINK, onset, math.nan, math.nan, (math.nan, math.nan), "")
        self._blink_tick = self._rhythm.next_blink(self._planned_tick)
        self._fixation = self._begin_fixation(left_s)

    def _plan_away(self) -> None:
        """Queue a look away from the screen and back to where the eye was."""
        self._close_fixation(self._planned_tick)
        event_id, onset, home = self._new_event(), self._planned_tick, self._here
        side = _AWAY_DIRECTION_DEG[int(self._rng.integers(len(_AWAY_DIRECTION_DEG)))]
        shift = self._rng.standard_normal(3)
        place = (side[0] + 2.0 * float(shift[0]), side[1] + 2.0 * float(shift[1]))
        dwell_s = min(_AWAY_S[1], max(_AWAY_S[0], math.exp(0.5 * float(shift[2]))))
        amplitude = angle_between(home, place)
        self._push_course(place, amplitude, 1.0, Label.OTHER, event_id)
        azimuth, elevation = (np.full(self._ticks(dwell_s), angle) for angle in place)
        self._push(azimuth, elevation, Label.OTHER, event_id, is_away=True)
        self._push_course(home, amplitude, 1.0, Label.OTHER, event_id)
        self._finish(event_id, Label.OTHER, onset, amplitude, math.nan, place, "away")
        self._away_tick = self._rhythm.next_away(self._planned_tick)
        self._fixation = self._begin_fixation(_FIRST_FIXATION_S)

    def _begin_fixation(self, duration_s: float) -> Fixation:
        tick = self._planned_tick
        fixation = Fixation(
            rng=self._rng,
            settings=self._settings,
            event_id=self._new_event(),
            onset_tick=tick,
            end_tick=tick + self._ticks(duration_s),
            centre=self._here,
            target=self._goal.name,
        )
        self._microsaccade_tick = self._draw_microsaccade(
            tick + self._ticks(_MICROSACCADE_EARLIEST_S), fixation.end_tick
        )
        return fixation

    def _close_fixation(self, tick: int) -> None:
        event = self._fixation.ended(tick)
        if event is not None:
            self._finished.append(event)

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

    def _finish(
        self, event_id: int, label: int, onset: int, amplitude: float, peak: float, place: Point, target: str
    ) -> None:
        """Note an event that lasts from `onset` to the end of the queue."""
        self._finished.append(
            TrueEvent(
                event_id=event_id,
                label=label,
                onset_tick=onset,
                offset_tick=self._planned_tick,
                amplitude_deg=amplitude,
                peak_deg_s=peak,
                azimuth_deg=place[0],
                elevation_deg=place[1],
                target=target,
                is_microsaccade=target == "microsaccade",
            )
        )

    def _new_event(self) -> int:
        self._next_event += 1
        return self._next_event - 1

    def _ticks(self, duration_s: float) -> int:
        return max(1, round(duration_s * self._tick_hz))

    def _draw_microsaccade(self, tick: int, end_tick: int) -> int:
        return self._rhythm.next_microsaccade(tick, end_tick - self._ticks(_MICROSACCADE_LATEST_S))
