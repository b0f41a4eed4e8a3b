"""The reader's window with the screens of a study over it, on a `StageDesk` and a clock that stands still."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from study_stage import StageDesk

from capture_app.gui.reader_window import ReaderWindow
from capture_app.gui.reading.reading_screens import ReadingScreens
from capture_app.session.states import ReaderState

GUARD_NS = 1_000_000_000


class AnswerStage:
    """Acts as the controller does: one frame after another renders the desk's state."""

    def __init__(self, desk: StageDesk, size: tuple[int, int] = (1280, 800), **reader: object) -> None:
        self.now_ns = 0
        self.desk = desk
        self.window = ReaderWindow(now_ns=lambda: self.now_ns)
        self.window.resize(*size)
        self.window.host(desk)
        self._reader = {"revision": 1, "background_grey": 64, **reader}
        self.window.show()
        self.frame()

    @property
    def screens(self) -> ReadingScreens:
        assert self.window.screens is not None
        return self.window.screens

    def frame(self, *, is_long_after: bool = True) -> None:
        """Render the desk as it is now; by default long enough after the screen came up for a press."""
        reader = ReaderState(**self._reader)  # type: ignore[arg-type]
        self.window.render_state(reader)
        self.window.render_study(self.desk.state)
        if is_long_after:
            self.now_ns += GUARD_NS
        QApplication.processEvents()

    def set_reader(self, **changes: object) -> None:
        self._reader.update(changes)

    def click(self, widget: QWidget) -> None:
        assert widget.isVisible()
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
        self.frame()

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the keyboard is."""
        QTest.keyClick(self.window.focusWidget() or self.window, key, modifiers)
        self.frame()

    def type(self, text: str) -> None:
        QTest.keyClicks(self.window.focusWidget() or self.window, text)
        self.frame()

    @property
    def name(self) -> str:
        """The screen that is asked for or shown."""
        screen = self.desk.view.screen
        return screen.name if screen is not None else ""

    def close(self) -> None:
        self.window.hide()
        self.window.deleteLater()
