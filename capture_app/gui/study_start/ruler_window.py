"""A frame on the reader's screen that should measure 100 x 50 mm, drawn in the screen's own pixels."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QScreen
from PySide6.QtWidgets import QWidget

from capture_app.gui import tokens
from capture_app.session.ruler_check import FRAME_HEIGHT_MM, FRAME_WIDTH_MM, RulerFrame


class RulerWindow(QWidget):
    """Lies over everything on its screen and takes no input; the operator's dialog closes it.

    Parameters
    ----------
    frame
        What is drawn.
    screen
        The reader's.
    is_only_screen
        Whether the dialog is on it, too.
    over
        The window that fills the screen; None where nothing does.
    """

    def __init__(
        self, frame: RulerFrame, screen: QScreen, *, is_only_screen: bool, over: QWidget | None = None
    ) -> None:
        flags = Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint | Qt.WindowType.Tool
        super().__init__(over, flags)  # a full screen window is above all windows but its own
        self.setObjectName("ruler_window")
        self.setWindowTitle(self.tr("Ruler"))
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.frame = frame
        self.setScreen(screen)
        ratio = screen.devicePixelRatio()
        margin = tokens.RULER_MARGIN
        size = QSize(
            round(frame.width_px / ratio) + 2 * margin,
            round(frame.height_px / ratio) + 3 * margin + tokens.RULER_BAR_HEIGHT,
        ).boundedTo(screen.geometry().size())
        self.resize(size)
        area = screen.availableGeometry()
        # On the only screen the dialog has to be seen beside it.
        corner = area.topLeft() if is_only_screen else area.center() - self.rect().center()
        self.move(corner + QPoint(margin, margin) if is_only_screen else corner)

    def frame_px(self) -> QRectF:
        """Return the frame in physical pixels of this window; its outer edges are what is measured."""
        ratio = self.devicePixelRatioF()
        left = round(tokens.RULER_MARGIN * ratio)
        return QRectF(left, left, self.frame.width_px, self.frame.height_px)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint frame, bar and their lengths."""
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        painter.fillRect(self.rect(), QColor(tokens.RULER_GROUND))
        painter.scale(1.0 / ratio, 1.0 / ratio)  # from here on in physical pixels
        frame, line = self.frame_px(), tokens.RULER_LINE * ratio
        inner = line / 2.0
        pen = QPen(QColor(tokens.RULER_INK), line)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.drawRect(frame.adjusted(inner, inner, -inner, -inner))  # the pen stays inside the frame
        bar = QRectF(
            frame.left(),
            frame.bottom() + tokens.RULER_MARGIN / 2.0 * ratio,
            frame.width(),
            tokens.RULER_BAR_HEIGHT * ratio,
        )
        painter.fillRect(bar, QColor(tokens.RULER_INK))
        font = painter.font()
        font.setPixelSize(round(tokens.FONT_SECTION_PX * ratio))
        painter.setFont(font)
        words = self.tr("This frame should be {0:.0f} mm wide and {1:.0f} mm high, outside to outside.")
        painter.drawText(
            frame.adjusted(4 * line, 4 * line, -4 * line, -4 * line),
            Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap,
            words.format(FRAME_WIDTH_MM, FRAME_HEIGHT_MM),
        )
        painter.end()
