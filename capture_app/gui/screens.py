"""Monitors: what they are, which one is the reader's, and a big number on each to tell them apart."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtGui import QFont, QGuiApplication, QScreen
from PySide6.QtWidgets import QApplication, QLabel

from capture_app.session.port import ScreenFacts
from capture_app.session.settings import MonitorChoice, Settings

IDENTIFY_MS = 2500
_LEAST_MM = 50.0  # monitors that report nothing, or a placeholder, report less


def screen_facts(screen: QScreen, settings: Settings | None = None) -> ScreenFacts:
    """Return a monitor's facts; millimetres of the settings, where given, win over the monitor's own."""
    geometry, ratio = screen.geometry(), screen.devicePixelRatio()
    size = screen.physicalSize()
    width_mm, height_mm = size.width(), size.height()
    if settings is not None and settings.screen_width_mm > 0 and settings.screen_height_mm > 0:
        width_mm, height_mm = settings.screen_width_mm, settings.screen_height_mm
    return ScreenFacts(
        name=screen.name(),
        model=screen.model(),
        serial=screen.serialNumber(),
        x_px=geometry.x(),
        y_px=geometry.y(),
        width_px=round(geometry.width() * ratio),
        height_px=round(geometry.height() * ratio),
        device_pixel_ratio=ratio,
        width_mm=width_mm if width_mm >= _LEAST_MM else math.nan,
        height_mm=height_mm if height_mm >= _LEAST_MM else math.nan,
        refresh_hz=screen.refreshRate() if screen.refreshRate() > 0 else math.nan,
    )


def monitor_choice(facts: ScreenFacts) -> MonitorChoice:
    """Return the choice that finds this monitor again."""
    return MonitorChoice(name=facts.name, serial=facts.serial, x_px=facts.x_px, y_px=facts.y_px)


def choose_monitor(monitors: Sequence[ScreenFacts], choice: MonitorChoice, primary: int = 0) -> int:
    """Return the index of the reader's monitor.

    The chosen one is found by name and serial number, then by serial number, then by name, then by place.
    When it is not there, or none was chosen, it is the first monitor that is not the primary one.
    """
    if choice.name or choice.serial:
        for matches in (
            lambda m: m.name == choice.name and m.serial == choice.serial,
            lambda m: bool(choice.serial) and m.serial == choice.serial,
            lambda m: bool(choice.name) and m.name == choice.name,
            lambda m: (m.x_px, m.y_px) == (choice.x_px, choice.y_px),
        ):
            found = [index for index, monitor in enumerate(monitors) if matches(monitor)]
            if len(found) == 1:
                return found[0]
    others = [index for index in range(len(monitors)) if index != primary]
    return others[0] if others else primary


def reader_screen(choice: MonitorChoice) -> QScreen:
    """Return the monitor that is the reader's now."""
    screens = QGuiApplication.screens()
    primary = screens.index(QGuiApplication.primaryScreen())
    return screens[choose_monitor([screen_facts(screen) for screen in screens], choice, primary)]


def monitor_title(facts: ScreenFacts, number: int) -> str:
    """Return "2: Eizo RX360, 1536 x 2048, 150 %"."""
    name = facts.model or facts.name or QCoreApplication.translate("screens", "monitor")
    refresh = f", {facts.refresh_hz:.0f} Hz" if math.isfinite(facts.refresh_hz) else ""
    size = f"{facts.width_px} x {facts.height_px}"
    return f"{number}: {name}, {size}, {facts.device_pixel_ratio * 100:.0f} %{refresh}"


class MonitorNumber(QLabel):
    """A big number in the middle of a monitor that goes by itself."""

    def __init__(self, number: int, screen: QScreen) -> None:
        flags = Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint | Qt.WindowType.Tool
        super().__init__(str(number), None, flags)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        side = min(screen.geometry().width(), screen.geometry().height()) // 3
        font = QFont(self.font())
        font.setPixelSize(side * 2 // 3)
        self.setFont(font)
        self.resize(side, side)
        self.move(screen.geometry().center() - self.rect().center())
        QTimer.singleShot(IDENTIFY_MS, self, self.close)


def identify_monitors() -> list[MonitorNumber]:
    """Show its number on every monitor for a moment."""
    numbers = [MonitorNumber(index + 1, screen) for index, screen in enumerate(QApplication.screens())]
    for number in numbers:
        number.show()
    return numbers
