"""Which scene the simulated eye sees at which tick."""

from __future__ import annotations

import bisect
from typing import Final

from drivers.contract import Scene

EMPTY_SCENE: Final = Scene(t_host_ns=0)


class SceneBook:
    """The scenes in order of the tick from which they are seen."""

    def __init__(self, first: Scene) -> None:
        self._ticks = [0]
        self._scenes = [first]

    def add(self, tick: int, scene: Scene) -> None:
        """Enter a scene seen from `tick` on; a later call for the same tick replaces the earlier one."""
        place = bisect.bisect_right(self._ticks, tick)
        if self._ticks[place - 1] == tick:
            self._scenes[place - 1] = scene
            return
        self._ticks.insert(place, tick)
        self._scenes.insert(place, scene)

    def at(self, tick: int) -> Scene:
        """Return the scene seen at a tick."""
        return self._scenes[max(0, bisect.bisect_right(self._ticks, tick) - 1)]

    def next_change(self, tick: int) -> int | None:
        """Return the first tick after `tick` from which another scene is seen, None where there is none."""
        place = bisect.bisect_right(self._ticks, tick)
        return self._ticks[place] if place < len(self._ticks) else None

    def forget_before(self, tick: int) -> None:
        """Drop scenes that were replaced before a tick."""
        place = max(0, bisect.bisect_right(self._ticks, tick) - 1)
        del self._ticks[:place], self._scenes[:place]


def calls_for_movement(before: Scene, after: Scene) -> bool:
    """Return whether a change makes an eye move: other images or other targets, not zoom or pan."""
    shown_before = [pane.image_id for pane in before.panes]
    shown_after = [pane.image_id for pane in after.panes]
    return shown_before != shown_after or before.targets_norm != after.targets_norm
