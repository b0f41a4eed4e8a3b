"""One answer of a list: its key, its words, what it means, and whether it is chosen."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from capture_app.gui import tokens
from capture_app.gui.glyphs import paint_glyph
from capture_app.gui.reading.look import ReadingLook
from capture_app.gui.theme import sized_font

_WRAP: Final = int(Qt.TextFlag.TextWordWrap) | int(Qt.AlignmentFlag.AlignVCenter)


class OptionButton(QAbstractButton):
    """An answer to be chosen. Whether it is chosen comes with the next state, never from the click itself.

    Parameters
    ----------
    text
        The answer.
    detail
        What it means, in smaller letters at its right; "" for nothing.
    key
        The key that chooses it, shown in front; "" for none.
    is_single
        Only one of the list can be chosen: marked by a dot, not by a tick.
    """

    def __init__(
        self,
        text: str,
        *,
        look: ReadingLook,
        detail: str = "",
        key: str = "",
        is_single: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setAccessibleDescription(detail)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.detail, self.key, self.is_single = detail, key, is_single
        self._look = look
        if key:
            self.setToolTip(self.tr("Key {0}").format(key.upper()))

    def set_look(self, look: ReadingLook) -> None:
        """Take other colours and sizes."""
        self._look = look
        self.updateGeometry()
        self.update()

    def nextCheckState(self) -> None:
        """Stay as it is: the session decides what is chosen."""

    def sizeHint(self) -> QSize:
        """Return room for the words on one line."""
        words = QFontMetricsF(self._font()).horizontalAdvance(self.text())
        detail = QFontMetricsF(self._small_font()).horizontalAdvance(self.detail) if self.detail else 0.0
        width = self._words_left() + words + detail + 3 * tokens.SPACE_L
        return QSize(int(width) + 1, self._look.control_px)

    def minimumSizeHint(self) -> QSize:
        """Shrink to a narrow column; words wrap."""
        return QSize(
            min(self.sizeHint().width(), self._look.letters(tokens.READING_OPTION_LETTERS)),
            self._look.control_px,
        )

    def hasHeightForWidth(self) -> bool:
        """Words wrap where the column is narrow."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height that the wrapped words need."""
        room = self._words_area(float(width), 10_000.0)
        words = QFontMetricsF(self._font()).boundingRect(room, _WRAP, self.text()).height()
        return max(self._look.control_px, int(words) + 2 * tokens.SPACE_S)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show that it can be clicked."""
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Show that it is left."""
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint ground, key, words and mark."""
        shades, painter = self._look.shades, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = tokens.FOCUS_RING if self.hasFocus() or self.isChecked() else tokens.HAIRLINE
        rim = shades.control_line
        if self.hasFocus():
            rim = shades.text
        elif self.isChecked():
            rim = shades.accent.primary
        ground = shades.hover if self.underMouse() else shades.raised
        inset = ring / 2.0
        painter.setPen(QPen(QColor(rim), ring))
        painter.setBrush(QColor(shades.chosen if self.isChecked() else ground))
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), tokens.RADIUS, tokens.RADIUS
        )
        self._paint_mark(painter)
        self._paint_words(painter)
        painter.end()

    def _paint_mark(self, painter: QPainter) -> None:
        """Paint the box or ring, with its tick or dot where it is chosen."""
        shades, side = self._look.shades, float(self._look.body_px)
        box = QRectF(tokens.SPACE_M, (self.height() - side) / 2.0, side, side)
        painter.setPen(QPen(QColor(shades.text if self.isChecked() else shades.secondary), 1.5))
        painter.setBrush(QColor(shades.accent.primary) if self.isChecked() else Qt.BrushStyle.NoBrush)
        if self.is_single:
            painter.drawEllipse(box)
        else:
            painter.drawRoundedRect(box, 3.0, 3.0)
        if self.isChecked():
            name = "disc" if self.is_single else "tick"
            paint_glyph(painter, name, box.adjusted(1.0, 1.0, -1.0, -1.0), shades.accent.on_primary)

    def _paint_words(self, painter: QPainter) -> None:
        shades = self._look.shades
        if self.key:
            painter.setFont(self._small_font())
            painter.setPen(QColor(shades.secondary))
            left = tokens.SPACE_M + self._look.body_px + tokens.SPACE_S
            area = QRectF(left, 0.0, self._key_width(), self.height())
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self.key.upper())
        painter.setFont(self._font())
        painter.setPen(QColor(shades.text))
        words = self._words_area(float(self.width()), float(self.height()))
        painter.drawText(words, _WRAP | int(Qt.AlignmentFlag.AlignLeft), self.text())
        if self.detail:
            painter.setFont(self._small_font())
            painter.setPen(QColor(shades.text if self.isChecked() else shades.secondary))
            area = QRectF(0.0, 0.0, self.width() - tokens.SPACE_L, self.height())
            painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self.detail)

    def _words_left(self) -> float:
        key = self._key_width() + tokens.SPACE_S if self.key else 0.0
        return tokens.SPACE_M + self._look.body_px + tokens.SPACE_S + key

    def _words_area(self, width: float, height: float) -> QRectF:
        left = self._words_left()
        right = float(tokens.SPACE_L)
        if self.detail:
            right += QFontMetricsF(self._small_font()).horizontalAdvance(self.detail) + tokens.SPACE_L
        return QRectF(left, 0.0, max(width - left - right, 1.0), height)

    def _key_width(self) -> float:
        return 1.5 * self._look.small_px

    def _font(self) -> QFont:
        return sized_font(self.font(), self._look.body_px)

    def _small_font(self) -> QFont:
        return sized_font(self.font(), self._look.small_px)
