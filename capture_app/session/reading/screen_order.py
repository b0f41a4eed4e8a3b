"""Which screens a case goes through, from what was answered so far."""

from __future__ import annotations

from capture_app.session.reading.attempts import Attempt
from capture_app.session.reading.rules import is_shown, is_time_over, screens_of
from capture_app.session.study import Study
from capture_app.session.study.task_keys import EndScreen, ImageScreen, InstructionScreen, Screen


class ScreenOrder:
    """The way through the screens of a task.

    Parameters
    ----------
    study
        The study.
    skips_instructions
        Leaves out the instructions that experienced readers may switch off.
    """

    def __init__(self, study: Study, *, skips_instructions: bool) -> None:
        self._study = study
        self._skips_instructions = skips_instructions

    def screen(self, attempt: Attempt, name: str) -> Screen:
        """Return a screen of the case by its name."""
        return next(screen for screen in screens_of(self._study, attempt) if screen.name == name)

    def shown(self, attempt: Attempt) -> tuple[Screen, ...]:
        """Return the screens of the case in order, without those that its answers leave out."""
        screens = screens_of(self._study, attempt)
        return tuple(screen for screen in screens if is_shown(screen, self._study, screens, attempt))

    def first(self, attempt: Attempt) -> str:
        """Return the name of the screen a case begins with."""
        names = [screen.name for screen in self.shown(attempt) if not self._is_passed_over(screen, attempt)]
        return names[0] if names else self.shown(attempt)[0].name

    def after(self, attempt: Attempt, name: str) -> str:
        """Return the screen that follows another; "" after the last."""
        return next(iter(self._open_ones(attempt, self._places(attempt)[name] + 1, None)), "")

    def before(self, attempt: Attempt, name: str) -> str:
        """Return the screen that goes before another and may be gone back to; "" before the first."""
        return next(
            reversed(self._allowed(attempt, self._open_ones(attempt, 0, self._places(attempt)[name]))), ""
        )

    def jumps(self, attempt: Attempt) -> tuple[str, ...]:
        """Return the screens that were reached and can be gone to directly."""
        if not self._may_jump(attempt):
            return ()
        reached = self._open_ones(attempt, 0, attempt.furthest + 1)
        return tuple(name for name in reached if name != attempt.screen)

    def _allowed(self, attempt: Attempt, names: list[str]) -> list[str]:
        """Leave out the image where the study does not let readers go back to it."""
        if self._may_jump(attempt):
            return names
        return [name for name in names if not isinstance(self.screen(attempt, name), ImageScreen)]

    def _may_jump(self, attempt: Attempt) -> bool:
        ends = [screen for screen in screens_of(self._study, attempt) if isinstance(screen, EndScreen)]
        return all(screen.is_jump_back_allowed for screen in ends)

    def _open_ones(self, attempt: Attempt, first: int, end: int | None) -> list[str]:
        places = self._places(attempt)
        last = len(places) if end is None else end
        return [
            screen.name
            for screen in self.shown(attempt)
            if first <= places[screen.name] < last and not self._is_passed_over(screen, attempt)
        ]

    def _is_passed_over(self, screen: Screen, attempt: Attempt) -> bool:
        is_switched_off = isinstance(screen, InstructionScreen) and screen.is_skippable
        return (is_switched_off and self._skips_instructions) or is_time_over(screen, attempt)

    def _places(self, attempt: Attempt) -> dict[str, int]:
        return {screen.name: place for place, screen in enumerate(screens_of(self._study, attempt))}
