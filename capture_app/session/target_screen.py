"""Targets on the reader's screen: draws the dot of a procedure and tells which standing was presented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from calibration import Dot
from capture_app.session.link import Link
from capture_app.session.presentation import Presentation
from capture_app.session.states import DotState
from drivers.contract import Scene

Standing: TypeAlias = "tuple[int, int]"
"""Names one standing of a dot: number of the procedure, number of the showing in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """A standing that was asked for and not yet seen."""

    revision: int
    standing: Standing
    place_norm: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A standing whose dot was presented."""

    standing: Standing
    place_norm: tuple[float, float]
    is_first: bool  # it is not the one that was presented before: a target came before the eyes


class TargetScreen:
    """Follows one procedure after the other; between them it is cleared."""

    def __init__(self) -> None:
        self.dot: Dot | None = None  # as it was drawn last
        self._drawn: list[_Drawn] = []
        self._seen: Standing | None = None

    def hold(self, presentation: Presentation, *, is_on: bool, grey: int | None) -> None:
        """Take the screen for targets on a grey (None: that of the images), or give it back."""
        if is_on != presentation.state.has_targets:
            presentation.show_targets(is_on=is_on, grey=grey)

    def draw(
        self,
        presentation: Presentation,
        dot: Dot | None,
        standing: Standing | None,
        *,
        is_cross: bool = False,
    ) -> None:
        """Draw a dot, or none; `standing` names the standing it has reached, None while it travels."""
        self.dot = dot
        shown = None
        if dot is not None:
            shown = DotState(
                x_norm=dot.x_norm, y_norm=dot.y_norm, size_share=dot.size_share, is_cross=is_cross
            )
        is_known = standing == self._seen or any(each.standing == standing for each in self._drawn)
        is_new = dot is not None and standing is not None and not is_known
        revision = presentation.show_dot(shown, is_onset=is_new)
        if is_new and standing is not None and dot is not None:
            self._drawn.append(
                _Drawn(revision=revision, standing=standing, place_norm=(dot.x_norm, dot.y_norm))
            )

    def presented(self, revision: int) -> Seen | None:
        """Return the standing that a presented revision showed; None where it showed none of them."""
        seen = [each for each in self._drawn if each.revision <= revision]
        self._drawn = [each for each in self._drawn if each.revision > revision]
        if not seen:
            return None
        last = seen[-1]
        is_first = last.standing != self._seen
        self._seen = last.standing
        return Seen(standing=last.standing, place_norm=last.place_norm, is_first=is_first)

    def clear(self, presentation: Presentation, link: Link, t_host_ns: int) -> None:
        """Give the reader's screen back, and tell a simulated eye so."""
        self.dot, self._drawn, self._seen = None, [], None
        presentation.show_targets(is_on=False)
        link.show_scene(presentation.scene(t_host_ns))


def target_scene(seen: Seen, presentation: Presentation, t_host_ns: int) -> Scene:
    """Return what a simulated eye is told of a target that was presented."""
    return Scene(t_host_ns=t_host_ns, targets_norm=(seen.place_norm,), luminance=presentation.luminance())
