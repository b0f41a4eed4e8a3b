"""What the bar of the reader's screens says: a pure function of the state and of the screen shown."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication

from capture_app.gui.reading.reading_bar import BarState
from capture_app.gui.reading.screen_widgets import ScreenWidget
from capture_app.session.reading import ReadingView, Stage
from capture_app.session.study.task_keys import ImageScreen
from capture_app.session.study_desk.states import StudyDeskState

_CONTEXT: Final = "ReadingBar"


def ways_back(state: StudyDeskState) -> tuple[bool, str]:
    """Return whether there is a screen before this one to offer, and the name of the image to go back to.

    Where the screen before is that image, the way to the image is offered alone.
    """
    view = state.view
    if view is None or view.screen is None or view.stage is not Stage.CASE:
        return False, ""
    images = {each.name for each in state.opened.study.screens if isinstance(each, ImageScreen)}
    order = {name: place for place, name in enumerate(state.screen_names)}
    here = order.get(view.screen.name, len(order))
    before = [name for name in view.jumps if order.get(name, -1) < here]
    image = ""
    if not isinstance(view.screen, ImageScreen):
        image = next((name for name in reversed(before) if name in images), "")
    is_same = bool(before) and before[-1] == image
    return view.can_go_back and not is_same, image


def bar_state(
    widget: ScreenWidget, state: StudyDeskState, view: ReadingView, *, refusal: str, is_stressed: bool
) -> BarState:
    """Return what the bar shows.

    Parameters
    ----------
    refusal
        What the session has just refused; "" for nothing.
    is_stressed
        The reader wanted to go on although something is missing.
    """
    missing = widget.missing(view)
    sentence, whole, level = refusal, refusal, "attention" if refusal else ""
    if not sentence and missing:
        sentence, whole, level = missing[0], "\n".join(missing), "attention" if is_stressed else ""
        if len(missing) > 1:
            sentence += " " + _tr("({0} more)").format(len(missing) - 1)
    if not sentence and widget.lies_over_image and not widget.is_measured and state.message:
        # No room for a line of its own beside the image.
        whole = _tr("From the operator: {0}").format(state.message)
        sentence, level = whole, "information"
    has_back, image = ways_back(state) if widget.has_ways_back else (False, "")
    return BarState(
        next_text=widget.next_text,
        can_go_on=not missing,
        has_back=has_back,
        has_image=bool(image),
        progress="" if widget.is_measured else view.progress,
        sentence=sentence,
        whole_sentence=whole,
        level=level,
        is_measured=widget.is_measured,
    )


def frame_help(
    widget: ScreenWidget, state: StudyDeskState, *, is_typing: bool
) -> tuple[tuple[str, str], ...]:
    """Return the keys of the frame around a screen, with what they do there.

    Parameters
    ----------
    is_typing
        A field for a text has the keyboard: only keys that are no text work.
    """
    has_back, image = ways_back(state) if widget.has_ways_back else (False, "")
    rows = []
    if widget.next_text:
        rows.append((_tr("Ctrl+Enter") if is_typing else _tr("Enter"), widget.next_text))
    if has_back:
        rows.append((_tr("Alt+Left") if is_typing else _tr("Backspace"), _tr("go back")))
    if image:
        rows.append((_tr("Alt+I"), _tr("back to the image")))
    return (*rows, (_tr("F1") if is_typing else _tr("?"), _tr("show these keys, or put them away")))


def _tr(text: str) -> str:
    return QCoreApplication.translate(_CONTEXT, text)
