"""Questions and answers of a study as a picture: the reader's own widgets, which nobody can touch here."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QWidget

from capture_app.gui.reader_copy import painted_screens
from capture_app.gui.reading.drawing_screen import DrawingScreen
from capture_app.gui.reading.reading_screens import ReadingScreens
from capture_app.session.reading import AnswerValue, Shape
from capture_app.session.replay import ReplayFrame

_LAYOUT_TURNS: Final = 2  # a text that wraps asks for its height when its width is known


class NoActs:
    """What a reader does on the screens of a case, where there is none: all stays as it was recorded."""

    def answer(self, value: AnswerValue) -> None:
        """Keep the recorded answer."""

    def toggle_label(self, label: str) -> None:
        """Keep the recorded labels."""

    def draw(self, shape: Shape) -> None:
        """Keep the recorded shapes."""

    def change_shape(self, number: int, shape: Shape) -> None:
        """Keep the recorded shape."""

    def remove_shape(self, number: int) -> None:
        """Keep the recorded shape."""

    def next(self) -> None:
        """Stay."""

    def back(self) -> None:
        """Stay."""

    def jump(self, screen: str) -> None:
        """Stay."""

    def set_aside_by_reader(self, reason: str) -> None:
        """Stay."""

    def recalibrate_by_reader(self) -> None:
        """Do nothing."""

    def end_break(self) -> None:
        """Stay."""

    def pass_over(self) -> None:
        """Stay."""

    def edit_transcript(self, text: str) -> None:
        """Keep the recorded text."""

    def play_from(self, word: int) -> None:
        """Stay silent: the replay plays the dictation itself."""

    def stop_playing(self) -> None:
        """Do nothing."""


class ReaderScreens:
    """Paints what lay over the reader's images. GUI thread.

    The widgets live in a window that is on no screen, as large as the reader's screen; they are painted again
    only when something on them has changed.

    Parameters
    ----------
    parent
        The picture; its scaling is taken.
    """

    def __init__(self, parent: QWidget) -> None:
        self._parent = parent
        self.stage: QWidget | None = None  # made with the first screen: most recordings have none
        self.screens: ReadingScreens | None = None
        self._pixmap: QPixmap | None = None
        self._key: tuple[object, ...] = ()
        self.current: QWidget | None = None

    @property
    def has_drawing(self) -> bool:
        """Whether the reader's own screen shows the shapes that are drawn on the images."""
        return self._pixmap is not None and isinstance(self.current, DrawingScreen)

    def picture(self, frame: ReplayFrame, size_px: QSize) -> QPixmap | None:
        """Return what lay over the images at a moment; None where nothing did.

        Parameters
        ----------
        frame
            The moment.
        size_px
            Physical pixels that the reader's whole screen has in the picture.
        """
        state, reader = frame.study, frame.live.reader
        if state is None or reader.has_targets:
            self._key, self._pixmap = (), None
            return None
        places = tuple(pane.placement for pane in reader.panes)
        key = (state.view_version, places, reader.background_grey, size_px.width(), size_px.height())
        if key == self._key:
            return self._pixmap
        self._key = key
        screens = self._sized(frame)
        screens.render_state(reader, state)
        # Laid out now, not when the event loop comes round to it: there is no second picture.
        for _ in range(_LAYOUT_TURNS):
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        is_shown = self.stage is not None and screens.isVisibleTo(self.stage)
        self._pixmap = painted_screens(screens, size_px) if is_shown else None
        self.current = screens.current
        return self._pixmap

    def _sized(self, frame: ReplayFrame) -> ReadingScreens:
        """Return the screens in a stage of the reader's size."""
        if self.stage is None or self.screens is None:
            self.stage = QWidget()  # no child: nothing in it ever takes the keyboard of the replay
            # Laid out as if it were on a screen, and on none.
            self.stage.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
            self.stage.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
            self.stage.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
            self._parent.destroyed.connect(self.stage.deleteLater)
            self.stage.show()
            self.screens = ReadingScreens(NoActs(), self.stage)
        ratio = self._parent.devicePixelRatioF()
        width_px, height_px = frame.live.screen_px
        size = QSize(max(round(width_px / ratio), 1), max(round(height_px / ratio), 1))
        if self.screens.size() != size:
            self.stage.resize(size)
            self.screens.resize(size)
        return self.screens
