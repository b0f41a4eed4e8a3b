"""MultiMatch's simplification: saccades that belong together become one.

Two kinds in turn until the length stands still (Jarodzka, Holmqvist & Nystroem 2010; Dewhurst et al. 2012):

- by direction: a saccade and its successor whose directions differ by less than `direction_deg`, with a
  fixation shorter than `duration` between them, become their vector sum;
- by length: a saccade shorter than `amplitude_px` is joined to its successor if the fixation before or after
  it is shorter than `duration`.

The last saccade, if short, replaces the vector before it by the sum of the last two *original* vectors and
leaves one duration too many in the list; the length then seems to stand still and the loop ends. That is
how the published toolbox and every copy of it behave, so results agree with theirs only if it is kept.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field

from gaze_core.similarity.scanpath import Scanpath


@dataclass(frozen=True, slots=True, kw_only=True)
class SimplificationThresholds:
    """Below which saccades are joined."""

    direction_deg: float
    amplitude_px: float
    duration: float  # in the unit of the scanpath


@dataclass(slots=True, kw_only=True)
class SaccadePath:
    """A scanpath as saccades, each with the fixation it starts from."""

    x_px: list[float] = field(default_factory=list)  # where each saccade starts
    y_px: list[float] = field(default_factory=list)
    dx_px: list[float] = field(default_factory=list)
    dy_px: list[float] = field(default_factory=list)
    duration: list[float] = field(default_factory=list)  # one more than saccades, or two: see the module

    def keep(self, other: SaccadePath, index: int) -> None:
        """Append a saccade of another path unchanged."""
        self.append(other, index, other.dx_px[index], other.dy_px[index])

    def append(self, other: SaccadePath, index: int, dx_px: float, dy_px: float) -> None:
        """Append a vector that starts where a saccade of another path does."""
        self.x_px.append(other.x_px[index])
        self.y_px.append(other.y_px[index])
        self.dx_px.append(dx_px)
        self.dy_px.append(dy_px)
        self.duration.append(other.duration[index])


def saccade_path(scanpath: Scanpath) -> SaccadePath:
    """Return a scanpath of at least one fixation as saccades."""
    x_px, y_px = scanpath.x_px.tolist(), scanpath.y_px.tolist()
    return SaccadePath(
        x_px=x_px[:-1],
        y_px=y_px[:-1],
        dx_px=[after - before for before, after in itertools.pairwise(x_px)],
        dy_px=[after - before for before, after in itertools.pairwise(y_px)],
        duration=scanpath.duration.tolist(),
    )


def simplified(path: SaccadePath, thresholds: SimplificationThresholds) -> SaccadePath:
    """Return the path with saccades joined until its length stands still; at least one saccade is left."""
    while True:
        before = len(path.duration)
        path = _joined_by_length(_joined_by_direction(path, thresholds), thresholds)
        if len(path.duration) == before:
            return path


def _joined_by_direction(path: SaccadePath, thresholds: SimplificationThresholds) -> SaccadePath:
    joined = SaccadePath()
    index, last = 0, len(path.dx_px) - 1
    while index <= last:
        is_joined = (
            index < last
            and _turn_deg(path, index) < thresholds.direction_deg
            and path.duration[index + 1] < thresholds.duration
        )
        index = _take(joined, path, index, is_joined)
    joined.duration.append(path.duration[-1])
    return joined


def _joined_by_length(path: SaccadePath, thresholds: SimplificationThresholds) -> SaccadePath:
    last = len(path.dx_px) - 1
    if last < 1:
        return path
    joined = SaccadePath()
    index = 0
    while index < last:
        is_joined = _is_short(path, index, thresholds) and (
            min(path.duration[index], path.duration[index + 1]) < thresholds.duration
        )
        index = _take(joined, path, index, is_joined)
    if index == last:
        if _is_short(path, last, thresholds) and min(path.duration[-2:]) < thresholds.duration:
            joined.dx_px[-1] = path.dx_px[-2] + path.dx_px[-1]
            joined.dy_px[-1] = path.dy_px[-2] + path.dy_px[-1]
            joined.duration.append(path.duration[last - 1])
        else:
            joined.keep(path, last)
    joined.duration.append(path.duration[-1])
    return joined


def _take(joined: SaccadePath, path: SaccadePath, index: int, is_joined: bool) -> int:
    """Append one saccade, or the sum of it and the next; return the index of the saccade after."""
    if not is_joined:
        joined.keep(path, index)
        return index + 1
    dx_px, dy_px = (values[index] + values[index + 1] for values in (path.dx_px, path.dy_px))
    joined.append(path, index, dx_px, dy_px)
    return index + 2


def _is_short(path: SaccadePath, index: int, thresholds: SimplificationThresholds) -> bool:
    return math.hypot(path.dx_px[index], path.dy_px[index]) < thresholds.amplitude_px


def _turn_deg(path: SaccadePath, index: int) -> float:
    """Angle between a saccade and the next, degrees; infinite where either has no length."""
    (x1, x2), (y1, y2) = path.dx_px[index : index + 2], path.dy_px[index : index + 2]
    lengths = math.hypot(x1, y1) * math.hypot(x2, y2)
    if lengths == 0.0:
        return math.inf
    return math.degrees(math.acos(max(-1.0, min(1.0, (x1 * x2 + y1 * y2) / lengths))))
