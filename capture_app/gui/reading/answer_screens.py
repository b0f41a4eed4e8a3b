"""Screens that are answered by choosing: the label list, choices, certainty."""

from __future__ import annotations

from abc import abstractmethod
from functools import partial

from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.reading.look import ReadingLook
from capture_app.gui.reading.option_list import KEYS, ROWS_OF_ONE_COLUMN, Option, OptionList
from capture_app.gui.reading.screen_widgets import ReaderHand, ScreenWidget
from capture_app.session.reading import ReadingView
from capture_app.session.reading.rules import choices_of
from capture_app.session.study import StudyCase
from capture_app.session.study.case_table import YES_NO
from capture_app.session.study.task_keys import ChoiceScreen, TextScreen
from capture_app.session.study_desk.states import StudyDeskState


class OptionScreen(ScreenWidget):
    """A screen whose answer is chosen from a list."""

    def __init__(self, hand: ReaderHand, look: ReadingLook, parent: QWidget | None = None) -> None:
        super().__init__(hand, look, parent)
        self.list = OptionList(look, self)
        self.list.picked.connect(self._picked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list)
        column.addStretch(1)

    @abstractmethod
    def pick(self, number: int) -> None:
        """Hand over that an answer of the list was chosen, or taken back."""

    @property
    def key_help(self) -> tuple[tuple[str, str], ...]:
        """Keys of the answers."""
        keys = [option.key.upper() for option in self.list.options if option.key]
        shown = f"{keys[0]} \u2026 {keys[-1]}" if len(keys) > 2 else " / ".join(keys)
        way = (self.tr("Arrow keys, Space"), self.tr("walk through the answers, choose one"))
        return ((shown, self.tr("choose the answer with this sign")), way) if keys else (way,)

    @property
    def widest_letters(self) -> int:
        """Long lists get wider, so that all of their columns can be read."""
        is_long = len(self.list.options) > 2 * ROWS_OF_ONE_COLUMN + 2
        return tokens.READING_WIDE_LETTERS if is_long else tokens.READING_COLUMN_LETTERS

    def set_look(self, look: ReadingLook) -> None:
        """Take other colours and sizes."""
        super().set_look(look)
        self.list.set_look(look)

    def focus_first(self) -> None:
        """Go to the answer that is chosen, or the first."""
        self.list.focus_first()

    def take_key(self, event: QKeyEvent) -> bool:
        """Choose by key."""
        return self.list.take_key(event)

    def _picked(self, number: int) -> None:
        self.pick(number)


class LabelScreenWidget(OptionScreen):
    """The study's list of labels; exclusive ones stand before the others."""

    def begin(self, state: StudyDeskState, view: ReadingView) -> None:
        """Offer the labels of the study."""
        del view
        screens = state.opened.study.screens
        has_question = any(isinstance(screen, TextScreen) and screen.is_for_other for screen in screens)
        labels = state.opened.study.labels
        ordered = sorted(labels, key=lambda label: not label.is_exclusive)  # stable: else the study's order
        options = []
        for number, label in enumerate(ordered):
            detail = ""
            if label.is_exclusive:
                detail = self.tr("excludes all others")
            elif label.is_other and has_question:
                detail = self.tr("asked for next")
            key = KEYS[number] if number < len(KEYS) else ""
            options.append(Option(name=label.name, detail=detail, key=key, is_apart=label.is_exclusive))
        self.list.set_options(options, is_single=False)

    def render_state(self, state: StudyDeskState, view: ReadingView) -> None:
        """Tick what is chosen."""
        del state
        self.list.show_chosen(view.answer if isinstance(view.answer, tuple) else ())

    def pick(self, number: int) -> None:
        """Choose a label, or take it back."""
        self.hand.attempt(partial(self.hand.acts.toggle_label, self.list.options[number].name))


class ChoiceScreenWidget(OptionScreen):
    """One answer, or several, from the choices of the screen or of the case."""

    def __init__(self, hand: ReaderHand, look: ReadingLook, parent: QWidget | None = None) -> None:
        super().__init__(hand, look, parent)
        self._are_several_allowed = False
        self._chosen: tuple[str, ...] = ()

    def begin(self, state: StudyDeskState, view: ReadingView) -> None:
        """Offer the choices."""
        del state
        screen = view.screen
        if not isinstance(screen, ChoiceScreen):
            return
        case = view.planned.case if view.planned is not None else StudyCase(case_id="", images=())
        choices = choices_of(screen, case)
        first_letters = [choice[0].casefold() for choice in choices]
        is_yes_no = tuple(choice.casefold() for choice in choices) == YES_NO
        keys = first_letters if is_yes_no else list(KEYS)
        self._are_several_allowed = screen.are_several_allowed
        self.list.set_options(
            [Option(name=name, key=key) for name, key in zip(choices, keys, strict=False)],
            is_single=not screen.are_several_allowed,
        )

    def render_state(self, state: StudyDeskState, view: ReadingView) -> None:
        """Mark what is chosen."""
        del state
        self._chosen = view.answer if isinstance(view.answer, tuple) else ()
        self.list.show_chosen(self._chosen)

    def pick(self, number: int) -> None:
        """Answer with this choice; where several are allowed, with it beside the others or without it."""
        name = self.list.options[number].name
        answer: tuple[str, ...] = (name,)
        if self._are_several_allowed:
            kept = {*self._chosen, name} if name not in self._chosen else {*self._chosen} - {name}
            answer = tuple(option.name for option in self.list.options if option.name in kept)
        self.hand.attempt(partial(self.hand.acts.answer, answer))


class CertaintyScreenWidget(OptionScreen):
    """The study's certainty scale; its keys are the codes on the screen."""

    def __init__(self, hand: ReaderHand, look: ReadingLook, parent: QWidget | None = None) -> None:
        super().__init__(hand, look, parent)
        self._codes: tuple[int, ...] = ()

    def begin(self, state: StudyDeskState, view: ReadingView) -> None:
        """Offer the steps of the scale."""
        del view
        levels = state.opened.study.certainty
        self._codes = tuple(level.screen_code for level in levels)
        self.list.set_options(
            [
                Option(name=level.name, detail=level.probability, key=str(level.screen_code))
                for level in levels
            ],
            is_single=True,
        )

    def render_state(self, state: StudyDeskState, view: ReadingView) -> None:
        """Mark the chosen step."""
        del state
        names = [
            option.name
            for option, code in zip(self.list.options, self._codes, strict=True)
            if code == view.answer and not isinstance(view.answer, bool)
        ]
        self.list.show_chosen(names)

    def pick(self, number: int) -> None:
        """Answer with this step."""
        self.hand.attempt(partial(self.hand.acts.answer, self._codes[number]))
