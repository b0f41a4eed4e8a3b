"""What was drawn last, so that it can be taken back by the act that undoes it.

Nothing that was recorded is taken out of the recording: undoing a drawing removes the shape, undoing a
removal draws it again under a new number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from capture_app.session.reading import Shape
from capture_app.session.study_desk.port import ReaderActs

_LONGEST: Final = 500  # steps kept


@dataclass(slots=True, kw_only=True)
class _Step:
    """One shape before and after; None where it was not there."""

    number: int
    before: Shape | None
    after: Shape | None


class DrawingHistory:
    """Follows the shapes of one screen and takes the last step back."""

    def __init__(self) -> None:
        self._shapes: dict[int, Shape] = {}
        self._steps: list[_Step] = []
        self._undone: _Step | None = None  # its act was asked for and has not been seen yet

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self._steps)

    def begin(self, shapes: Mapping[int, Shape]) -> None:
        """Begin anew: another screen or case is shown."""
        self._shapes = dict(shapes)
        self._steps.clear()
        self._undone = None

    def follow(self, shapes: Mapping[int, Shape]) -> None:
        """Take the shapes as they are now, and keep what changed since the last look."""
        if shapes == self._shapes:
            return
        for number in sorted({*self._shapes, *shapes}):
            before, after = self._shapes.get(number), shapes.get(number)
            if before == after:
                continue
            if self._undone is not None and self._is_undone(before, after):
                self._renumber(self._undone.number, number)
                self._undone = None
            else:
                self._steps.append(_Step(number=number, before=before, after=after))
        del self._steps[:-_LONGEST]
        self._shapes = dict(shapes)

    def undo(self, acts: ReaderActs) -> None:
        """Take the last step back. Raises what the act raises; the step is kept then."""
        if not self._steps:
            return
        step = self._steps[-1]
        if step.before is None:
            acts.remove_shape(step.number)
        elif step.after is None:
            acts.draw(step.before)
        else:
            acts.change_shape(step.number, step.before)
        self._undone = self._steps.pop()

    def _is_undone(self, before: Shape | None, after: Shape | None) -> bool:
        undone = self._undone
        return undone is not None and after == undone.before and before == undone.after

    def _renumber(self, old: int, new: int) -> None:
        """A removed shape came back under another number: earlier steps mean that one now."""
        for step in self._steps:
            if step.number == old:
                step.number = new
