"""Puts the screens that the case loop asks for before the reader, and tells when they were presented."""

from __future__ import annotations

from capture_app.session.presentation import Presentation, ShownImage
from capture_app.session.reading import ReadingLoop, ReadingView
from capture_app.session.reading.case_work import Asked
from capture_app.session.study.task_keys import ChestBoxScreen, ImageScreen, Screen, ShapeScreen
from capture_app.session.study_desk.room import room_of


class ReaderScreens:
    """Follows what is asked for. One thread."""

    def __init__(self) -> None:
        self._shown: Asked | None = None
        self._pending_revision: int | None = None

    def forget(self) -> None:
        """Something else had the reader's screen: what is asked for next is shown in any case."""
        self._shown, self._pending_revision = None, None

    def show(
        self,
        loop: ReadingLoop,
        view: ReadingView,
        presentation: Presentation,
        images: tuple[ShownImage, ...],
        now_ns: int,
    ) -> None:
        """Show what is asked for, unless it is on its way already."""
        asked = loop.asked
        if asked is None or asked is self._shown:
            return
        self._shown = asked
        if has_image(view.screen) and view.screen is not None and view.screen.name == asked.screen:
            screen = view.screen
            if isinstance(screen, ImageScreen):
                presentation.allow(zoom=screen.is_zoomable, window=screen.is_windowed)
            else:  # whoever draws may look closely
                presentation.allow(zoom=True, window=True)
            presentation.show(images, view.trial, now_ns, room=room_of(screen))
        else:
            presentation.clear(view.trial, now_ns)
        self._pending_revision = presentation.state.revision

    def presented(self, revision: int, asked: Asked | None) -> bool:
        """Take a presented revision; True where that was the first frame of the screen asked for.

        Parameters
        ----------
        revision
            Of the reader's screen.
        asked
            What is asked for now: another screen than was shown is still to come.
        """
        if self._pending_revision is None or revision < self._pending_revision:
            return False
        self._pending_revision = None
        return asked is not None and asked is self._shown


def has_image(screen: Screen | None) -> bool:
    """Whether the images of the case are part of a screen."""
    return isinstance(screen, ImageScreen | ShapeScreen | ChestBoxScreen)
