"""The reader's window with a screen over its image: a real presentation, a real reading, real events.

`DrawingStage` shows images, walks the desk to a screen and runs frames as the controller would. Places are
told in image px; `point` says where they are in the window.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from study_stage import StageDesk, study_of

from capture_app.gui.reader_window import ReaderWindow
from capture_app.gui.reading.look import ReadingLook
from capture_app.gui.reading.reading_style import reading_style
from capture_app.gui.reading.screen_widgets import ReaderHand, ScreenWidget
from capture_app.session.picture import Picture
from capture_app.session.presentation import Presentation, ShownImage
from capture_app.session.reading import ShownImage as ReadImage
from capture_app.session.study import Study
from capture_app.session.study.task_keys import LabelScreen
from capture_app.session.study_desk.room import room_of, within
from capture_app.session.viewer_controls import ViewerControls
from gaze_core.geometry import Screen
from recordings_schema.stimuli import load_image

GREY = 38
NO_MODIFIER = Qt.KeyboardModifier.NoModifier


def case_study(*screens: Any, **changes: Any) -> Study:
    """Return a study whose cases have a list of labels, then these screens."""
    return study_of(LabelScreen(name="labels"), *screens, **changes)


def write_image(folder: Path, number: int, width_px: int, height_px: int) -> Path:
    """Write a small image of noise."""
    path = folder / f"image-{number}.png"
    pixels = np.random.default_rng(number).integers(60, 200, (height_px, width_px)).astype(np.uint8)
    path.write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
    return path


class DrawingStage:
    """A window of a size, with images, at the first screen of a kind."""

    def __init__(
        self,
        folder: Path,
        study: Study,
        kind: str,
        make: type[ScreenWidget],
        *,
        size_px: tuple[int, int] = (1280, 800),
        images_px: Sequence[tuple[int, int]] = ((1000, 1200),),
        labels: Sequence[str] = (),
        controls: ViewerControls | None = None,
        paths: Sequence[Path] = (),
    ) -> None:
        sizes = tuple(images_px)
        self.desk = StageDesk(
            study,
            images=tuple(
                ReadImage(image_id=number, width_px=width, height_px=height)
                for number, (width, height) in enumerate(sizes)
            ),
        )
        if labels:
            self._choose(labels)
        self._go_to(kind, is_labelled=bool(labels))
        self.desk.asked.clear()
        self.window = ReaderWindow(controls)
        self.window.setGeometry(0, 0, *size_px)
        self.hand = ReaderHand(self.desk)
        self.refusals: list[str] = []
        self.hand.refused.connect(self.refusals.append)
        self.look = ReadingLook.of(GREY, size_px[1])
        self.widget: Any = make(self.hand, self.look, self.window)
        self.widget.setStyleSheet(reading_style(self.look))
        ratio = self.window.devicePixelRatioF()
        width, height = round(size_px[0] * ratio), round(size_px[1] * ratio)
        self.presentation = Presentation(
            Screen(
                width_px=width, height_px=height, width_mm=500.0, height_mm=300.0, device_pixel_ratio=ratio
            ),
            controls or ViewerControls(),
            GREY,
        )
        self._show(folder, sizes, paths, size_px)
        self._wire()
        self.window.show()
        self.begin()

    def _choose(self, labels: Sequence[str]) -> None:
        self.desk.walk_to("labels")
        for name in self.desk.view.chosen_labels:
            self.desk.toggle_label(name)
        for name in labels:
            self.desk.toggle_label(name)

    def _go_to(self, kind: str, *, is_labelled: bool) -> None:
        if is_labelled:
            self.desk.next()
        else:
            self.desk.walk_to(kind)
        screen = self.desk.view.screen
        assert screen is not None
        assert screen.KIND in (kind,)

    def _show(
        self,
        folder: Path,
        sizes: Sequence[tuple[int, int]],
        paths: Sequence[Path],
        size_px: tuple[int, int],
    ) -> None:
        files = paths or [write_image(folder, number, *size) for number, size in enumerate(sizes)]
        shown = []
        for number, path in enumerate(files):
            stimulus = load_image(path)
            shown.append(ShownImage(image_id=number, stimulus=stimulus, picture=Picture(stimulus)))
        screen = self.desk.view.screen
        assert screen is not None
        room = within(room_of(screen), *size_px)
        self.presentation.show(shown, 0, 1, room=room_of(screen))
        width, height = size_px
        self.widget.setGeometry(
            0, round(room.top_px), width, height - round(room.top_px) - round(room.bottom_px)
        )

    def _wire(self) -> None:
        hand, shown = self.window.hand, self.presentation
        hand.zoom_requested.connect(lambda x, y, notches: shown.zoom(x, y, notches, None, 2))
        hand.pan_requested.connect(lambda dx, dy: shown.pan(dx, dy, None, 2))
        hand.window_level_requested.connect(lambda dx, dy: shown.window_level(dx, dy, None, 2))
        hand.drag_started.connect(lambda _action, x, y: shown.drag_started(x, y))
        hand.drag_ended.connect(shown.drag_ended)

    def begin(self) -> None:
        """Bring the desk's screen up."""
        self.widget.begin(self.desk.state, self.desk.view)
        self.frame()
        self.widget.focus_first()

    def frame(self) -> None:
        """Run one frame as the controller does, and let events through."""
        self.window.render_state(self.presentation.state)
        self.widget.render_reader(self.presentation.state)
        self.widget.render_state(self.desk.state, self.desk.view)
        QApplication.processEvents()

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NO_MODIFIER) -> None:
        """Press a key as the frame around the screens would hand it on, and run a frame."""
        text = chr(int(key)).lower() if int(key) < 128 else ""
        self.is_key_used = self.widget.take_key(QKeyEvent(QEvent.Type.KeyPress, key, modifiers, text))
        self.frame()

    def point(self, x_image_px: float, y_image_px: float, pane: int = 0) -> QPoint:
        """Return the nearest point of the canvas over an image point."""
        ratio = self.window.devicePixelRatioF()
        placement = self.presentation.state.panes[pane].placement
        x, y = placement.image_to_screen(x_image_px, y_image_px)
        place = QPointF(float(x) / ratio, float(y) / ratio)
        return self.widget.canvas.mapFrom(self.window, place).toPoint()

    def image_px(self, point: QPoint, pane: int = 0) -> tuple[float, float]:
        """Return the image point under a point of the canvas."""
        ratio = self.window.devicePixelRatioF()
        place = self.widget.canvas.mapTo(self.window, QPointF(point))
        x, y = self.presentation.state.panes[pane].placement.screen_to_image(
            place.x() * ratio, place.y() * ratio
        )
        return float(x), float(y)

    def drag(
        self,
        start: QPoint,
        end: QPoint,
        modifiers: Qt.KeyboardModifier = NO_MODIFIER,
        button: Qt.MouseButton = Qt.MouseButton.LeftButton,
        steps: int = 4,
    ) -> None:
        """Drag with real events, then run a frame."""
        canvas = self.widget.canvas
        QTest.mousePress(canvas, button, modifiers, start)
        for step in range(1, steps + 1):
            place = start + (end - start) * step / steps
            move(canvas, place, button, modifiers)
            self.frame()
        QTest.mouseRelease(canvas, button, modifiers, end)
        self.frame()

    def click(self, point: QPoint) -> None:
        """Click on the canvas and run a frame."""
        QTest.mouseClick(self.widget.canvas, Qt.MouseButton.LeftButton, NO_MODIFIER, point)
        self.frame()

    def settle(self) -> None:
        """Hand over what keys have done, and run a frame."""
        self.widget.flush()
        self.frame()

    @property
    def shapes(self) -> dict[int, Any]:
        """What is drawn, by number."""
        return dict(self.desk.view.shapes)

    def acts(self, name: str) -> list[tuple[Any, ...]]:
        """Return what was asked of the desk by that act."""
        return [asked for asked in self.desk.asked if asked[0] == name]

    def close(self) -> None:
        """Take the window away."""
        self.window.hide()
        self.window.deleteLater()


def move(widget: Any, place: QPoint, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> None:
    """Move the pointer with a button held: `QTest.mouseMove` holds none."""
    local = QPointF(place)
    event = QMouseEvent(
        QEvent.Type.MouseMove, local, widget.mapToGlobal(local), Qt.MouseButton.NoButton, button, modifiers
    )
    QApplication.sendEvent(widget, event)


__all__ = ["DrawingStage", "case_study", "move", "write_image"]
