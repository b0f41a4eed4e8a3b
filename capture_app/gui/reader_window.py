"""The reader's window: the picture on the study's grey, and the screens of a study over it.

It paints one `ReaderState` in physical pixels and stamps each new revision after its frame was flushed to the
screen, which is when "image presented" is true.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QColor,
    QFont,
    QGuiApplication,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QScreen,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from capture_app.gui import tokens
from capture_app.gui.image_copy import ImageCopy
from capture_app.gui.reader_frames import FrameCounter, PresentedFrame
from capture_app.gui.reader_input import ReaderInput
from capture_app.gui.reading.reading_screens import ReadingScreens
from capture_app.gui.target_paint import paint_target
from capture_app.session.settings import Corner
from capture_app.session.states import ReaderState
from capture_app.session.study_desk.port import ReaderActs
from capture_app.session.study_desk.states import StudyDeskState
from capture_app.session.viewer_controls import ViewerControls

_CLEAR: Final = ReaderState(revision=-1)


class ReaderWindow(QWidget):
    """The window on the reader's monitor: state comes by `render_state`, wishes leave by `hand`."""

    presented = Signal(object)  # PresentedFrame
    size_changed = Signal()  # its physical size is another one: other screen, scaling or mode
    close_requested = Signal()

    def __init__(
        self, controls: ViewerControls | None = None, now_ns: Callable[[], int] = time.perf_counter_ns
    ) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self.setWindowTitle(self.tr("Reader"))
        self.setObjectName("reader_window")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.hand = ReaderInput(controls or ViewerControls(), self)
        self.frames = FrameCounter()
        self.corner = Corner.BOTTOM_RIGHT
        self._now_ns = now_ns
        self._state = _CLEAR
        self._copy = ImageCopy()
        self._painted_revision: int | None = None
        self.paint_count = 0  # grows with every flush of anything in the window
        self.screens: ReadingScreens | None = None  # of studies; None where no session offers any
        self._is_in_update = False
        self._cursor_timer = QTimer(self)
        self._cursor_timer.setSingleShot(True)
        self._cursor_timer.setInterval(tokens.CURSOR_HIDE_MS)
        self._cursor_timer.timeout.connect(self._hide_cursor)

    @property
    def physical_size(self) -> tuple[int, int]:
        """Width and height in physical pixels."""
        ratio = self.devicePixelRatioF()
        return round(self.width() * ratio), round(self.height() * ratio)

    def render_state(self, state: ReaderState) -> None:
        """Show `state`; a state of the same revision changes nothing."""
        if state.revision == self._state.revision:
            return
        self._state = state
        self.frames.asked(state.revision, self._now_ns())
        self._copy.update(state.panes)
        self.update()

    def host(self, acts: ReaderActs) -> None:
        """Make place for the screens of studies; what the reader does there goes to `acts`."""
        self.screens = ReadingScreens(acts, self, self._now_ns)
        self.screens.setGeometry(self.rect())

    def render_study(self, state: StudyDeskState | None) -> None:
        """Show the screen of a study; in the same frame as `render_state`, whose revision it belongs to."""
        if self.screens is not None:
            side = round(self.height() * tokens.PATCH_SHARE) if self._state.patch is not None else 0
            self.screens.set_corner(self.corner, side)
            self.screens.set_controls(self.hand.controls)
            self.screens.render_state(self._state, state)

    def show_on(self, screen: QScreen) -> None:
        """Cover a monitor."""
        self.setScreen(screen)  # before the native window exists: it is made with that monitor's scaling
        if self.windowHandle() is not None:
            self.windowHandle().setScreen(screen)
        self.setGeometry(screen.geometry())
        self.showFullScreen()
        if self.geometry() != screen.geometry():  # no window manager, or one that does not listen
            self.setGeometry(screen.geometry())

    def show_in_window(self, geometry: QRect) -> None:
        """Be an ordinary window, for trying things out on one monitor."""
        self.setGeometry(geometry)
        self.showNormal()

    def event(self, event: QEvent) -> bool:
        """Stamp the presentation after Qt has painted and flushed."""
        if event.type() != QEvent.Type.UpdateRequest:
            if event.type() in (QEvent.Type.DevicePixelRatioChange, QEvent.Type.ScreenChangeInternal):
                self.size_changed.emit()
            return super().event(event)
        self._is_in_update = True
        try:
            handled = super().event(event)
        finally:
            self._is_in_update = False
        self.paint_count += 1
        self._stamp()
        return handled

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the state in physical pixels."""
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        painter.scale(1.0 / ratio, 1.0 / ratio)
        width, height = self.physical_size
        grey = self._state.background_grey
        painter.fillRect(QRectF(0, 0, width + 1, height + 1), QColor(grey, grey, grey))
        self._copy.paint(painter)
        has_screen = self.screens is not None and self.screens.isVisible()
        if not self._state.panes and self._state.message and not has_screen:
            self._paint_text(painter, self._state.message, Qt.AlignmentFlag.AlignCenter)
        if self._state.progress and not has_screen:
            corner = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft
            self._paint_text(painter, self._state.progress, corner)
        if self._state.dot is not None:
            paint_target(painter, self._state.dot, QRectF(0, 0, width, height), grey)
        self._paint_patch(painter)
        painter.end()
        self._painted_revision = self._state.revision
        if not self._is_in_update:  # painted by an expose: Qt flushes after this, stamp when that is done
            QTimer.singleShot(0, self, self._stamp)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Hand the wheel on."""
        self.hand.wheel(event, self.devicePixelRatioF())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Hand a press on."""
        self._show_cursor()
        self.hand.press(event, self.devicePixelRatioF())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Hand a move on."""
        self._show_cursor()
        self.hand.move(event, self.devicePixelRatioF())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Hand a release on."""
        self.hand.release(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Hand a key on; zoom is about the pointer, or about the middle when it is elsewhere."""
        has_screen = self.screens is not None and self.screens.isVisible()
        if self.screens is not None and has_screen and self.hasFocus() and self.screens.take_key(event):
            return
        pointer = QPointF(self.mapFromGlobal(self.cursor().pos()))
        if not QRectF(self.rect()).contains(pointer):
            pointer = QRectF(self.rect()).center()
        self.hand.key(event, pointer, self.devicePixelRatioF())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell the new size: the session lays the panes out for it."""
        super().resizeEvent(event)
        if self.screens is not None:
            self.screens.setGeometry(self.rect())
        self.size_changed.emit()

    def leaveEvent(self, event: QEvent) -> None:
        """Let the cursor be itself elsewhere."""
        self._cursor_timer.stop()
        self.unsetCursor()
        super().leaveEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """End a drag: the button will be let go while nothing is here to hear it."""
        self.hand.cancel_drag()
        super().hideEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask instead of closing: a recording may be running."""
        event.ignore()
        self.close_requested.emit()

    def _stamp(self) -> None:
        if self._painted_revision is None:
            return
        frame = self.frames.presented(self._painted_revision, self._now_ns())
        self._painted_revision = None
        if frame is not None:
            self.presented.emit(frame)

    def _paint_text(self, painter: QPainter, text: str, alignment: Qt.AlignmentFlag) -> None:
        width, height = self.physical_size
        font = QFont(self.font())
        font.setPixelSize(max(round(height * tokens.READER_FONT_SHARE), tokens.READER_FONT_MINIMUM_PX))
        grey = self._state.background_grey
        step = tokens.READER_TEXT_STEP if grey < 128 else -tokens.READER_TEXT_STEP
        painter.setFont(font)
        painter.setPen(QColor(grey + step, grey + step, grey + step))
        margin = font.pixelSize()
        area = QRectF(margin, margin, width - 2 * margin, height - 2 * margin)
        place = painter.boundingRect(area, alignment, text)
        panes = (pane.grey_screen_px for pane in self._state.panes)
        if not any(place.intersects(QRectF(pane.x, pane.y, pane.w, pane.h)) for pane in panes):
            painter.drawText(area, alignment, text)  # never on the picture

    def _paint_patch(self, painter: QPainter) -> None:
        if self._state.patch is None or self.corner is Corner.OFF:
            return
        width, height = self.physical_size
        side = max(round(height * tokens.PATCH_SHARE), 1)
        left = 0 if self.corner in (Corner.TOP_LEFT, Corner.BOTTOM_LEFT) else width - side
        top = 0 if self.corner in (Corner.TOP_LEFT, Corner.TOP_RIGHT) else height - side
        level = 255 if self._state.patch else 0
        painter.fillRect(QRect(left, top, side, side), QColor(level, level, level))

    def _show_cursor(self) -> None:
        self.unsetCursor()
        self._cursor_timer.start()

    def _hide_cursor(self) -> None:
        self.setCursor(Qt.CursorShape.BlankCursor)


def screen_of(window: QWidget) -> QScreen:
    """Return the screen a window is on, the primary one while it is on none."""
    return window.screen() or QGuiApplication.primaryScreen()


__all__ = ["PresentedFrame", "ReaderWindow", "screen_of"]
