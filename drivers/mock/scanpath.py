"""Where the eye goes next: targets, places of the shown images, steps of a reader's length."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from drivers.contract import Scene, ScenePane, ViewingSetup
from drivers.mock.parameters import EyeSettings
from drivers.mock.projection import Floats, Point

_STAY_IN_PANE: Final = 0.85  # probability of the next fixation in the same pane
_GO_TO_PLACE: Final = 0.7  # probability of a named place where the pane has some
_PLACE_SPREAD: Final = 0.015  # SD of fixations around a place, widths of the pane
_TARGET_SPREAD_MM: Final = 0.5  # SD of fixations around a target
_TARGET_STAY_S: Final = 1.0  # on each of several targets
_SINGLE_TARGET_STAY_S: Final = 30.0  # on a single target, until the scene changes
_TREND_S: Final = 20.0  # time constant of search turning into scrutiny
_SHORTEST_STEP: Final = 0.015  # widths of the pane
_TRIES: Final = 12
_WHOLE_SCREEN: Final = ScenePane(
    image_id=-1, src_image_px=(0.0, 0.0, 1.0, 1.0), dst_norm=(0.0, 0.0, 1.0, 1.0)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What the eye goes for."""

    point_mm: Point  # from the screen centre
    name: str
    duration_s: float  # of the fixation there
    is_target: bool  # a target is met more exactly than a place


class Scanpath:
    """Chooses goals; every call draws from its own generator."""

    def __init__(self, rng: np.random.Generator, settings: EyeSettings, setup: ViewingSetup) -> None:
        self._rng = rng
        self._settings = settings
        self._size_mm = (setup.width_mm, setup.height_mm)
        self._target = -1
        self._seen: tuple[int, ...] | None = None
        self._seen_since_s = 0.0

    def choose(self, now_s: float, here_mm: Point, scene: Scene) -> Goal:
        """Return the next goal for an eye that looks at `here_mm`."""
        shown = tuple(pane.image_id for pane in scene.panes)
        if shown != self._seen:
            self._seen, self._seen_since_s = shown, now_s
        if scene.targets_norm:
            return self._next_target(scene)
        self._target = -1
        pane = self._next_pane(scene, here_mm)
        point, name = self._next_point(pane, here_mm)
        return Goal(point_mm=point, name=name, duration_s=self._duration_s(now_s), is_target=False)

    def centre(self, duration_s: float) -> Goal:
        """Return the goal of an eye before it has chosen any: the screen centre."""
        return Goal(point_mm=(0.0, 0.0), name="centre", duration_s=duration_s, is_target=False)

    def _next_target(self, scene: Scene) -> Goal:
        count = len(scene.targets_norm)
        self._target = (self._target + 1) % count
        x, y = self._to_mm(scene.targets_norm[self._target])
        shift = self._rng.standard_normal(2) * _TARGET_SPREAD_MM
        return Goal(
            point_mm=(x + float(shift[0]), y + float(shift[1])),
            name=f"target {self._target}",
            duration_s=_SINGLE_TARGET_STAY_S if count == 1 else _TARGET_STAY_S,
            is_target=True,
        )

    def _next_pane(self, scene: Scene, here_mm: Point) -> ScenePane:
        panes = scene.panes or (_WHOLE_SCREEN,)
        if len(panes) == 1:
            return panes[0]
        here = [pane for pane in panes if _contains(self._rectangle_mm(pane), here_mm)]
        if here and self._rng.uniform() < _STAY_IN_PANE:
            return here[0]
        areas = np.array([max(1e-9, pane.dst_norm[2] * pane.dst_norm[3]) for pane in panes])
        return panes[int(self._rng.choice(len(panes), p=areas / areas.sum()))]

    def _next_point(self, pane: ScenePane, here_mm: Point) -> tuple[Point, str]:
        places = self._places_mm(pane)
        if len(places) and self._rng.uniform() < _GO_TO_PLACE:
            return self._next_place(pane, places, here_mm)
        return self._free_step(pane, here_mm), "step"

    def _next_place(self, pane: ScenePane, places: Floats, here_mm: Point) -> tuple[Point, str]:
        """Choose among places, rows of x, y in mm, weight, number; a step of usual length is likelier."""
        width_mm = self._rectangle_mm(pane)[2]
        distance = np.hypot(places[:, 0] - here_mm[0], places[:, 1] - here_mm[1]) / width_mm
        spread = np.log(np.maximum(distance, 1e-3) / self._settings.step_median) / self._settings.step_log_sd
        chance = places[:, 2] * np.exp(-0.5 * spread**2)
        if not chance.sum() > 0.0:
            return self._free_step(pane, here_mm), "step"
        row = places[int(self._rng.choice(len(places), p=chance / chance.sum()))]
        shift = self._rng.standard_normal(2) * _PLACE_SPREAD * width_mm
        return (float(row[0] + shift[0]), float(row[1] + shift[1])), f"place {int(row[3])}"

    def _free_step(self, pane: ScenePane, here_mm: Point) -> Point:
        """Return a point a random step away that lies on the pane; anywhere on it when no step fits."""
        rectangle = self._rectangle_mm(pane)
        for _ in range(_TRIES):
            share = self._settings.step_median * math.exp(
                self._settings.step_log_sd * self._rng.standard_normal()
            )
            length_mm = max(_SHORTEST_STEP, share) * rectangle[2]
            turn = self._rng.uniform(0.0, 2.0 * math.pi)
            point = (here_mm[0] + length_mm * math.cos(turn), here_mm[1] + length_mm * math.sin(turn))
            if _contains(rectangle, point):
                return point
        x, y = self._rng.uniform(0.05, 0.95, 2)
        return rectangle[0] + float(x) * rectangle[2], rectangle[1] + float(y) * rectangle[3]

    def _duration_s(self, now_s: float) -> float:
        settings = self._settings
        seen_s = now_s - self._seen_since_s
        trend = 1.0 + settings.scrutiny_trend * (1.0 - 2.0 * math.exp(-seen_s / _TREND_S))
        draw = math.exp(settings.fixation_log_mean + settings.fixation_log_sd * self._rng.standard_normal())
        return min(settings.fixation_max_s, max(settings.fixation_min_s, trend * draw))

    def _places_mm(self, pane: ScenePane) -> Floats:
        """Return the places that are in view, shape (n, 4): x, y in mm, weight, number."""
        rows = []
        left, top, width, height = pane.src_image_px
        if min(width, height, pane.dst_norm[2], pane.dst_norm[3]) <= 0.0:
            return np.empty((0, 4))
        for number, (x_px, y_px, weight) in enumerate(pane.places_image_px):
            across, down = (x_px - left) / width, (y_px - top) / height
            if 0.0 <= across <= 1.0 and 0.0 <= down <= 1.0 and 0.0 < weight < math.inf:
                dst = pane.dst_norm
                rows.append(
                    (*self._to_mm((dst[0] + across * dst[2], dst[1] + down * dst[3])), weight, number)
                )
        return np.array(rows, np.float64).reshape(-1, 4)

    def _rectangle_mm(self, pane: ScenePane) -> tuple[float, float, float, float]:
        x, y, width, height = pane.dst_norm
        left, top = self._to_mm((x, y))
        return left, top, width * self._size_mm[0], height * self._size_mm[1]

    def _to_mm(self, norm: Point) -> Point:
        return (norm[0] - 0.5) * self._size_mm[0], (norm[1] - 0.5) * self._size_mm[1]


def _contains(rectangle_mm: tuple[float, float, float, float], point_mm: Point) -> bool:
    left, top, width, height = rectangle_mm
    return left <= point_mm[0] <= left + width and top <= point_mm[1] <= top + height
