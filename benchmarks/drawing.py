"""What a frame costs while a shape is dragged or the image zoomed: ``python -m benchmarks.drawing``.

The reader's window is 2560 x 1440 px; a frame is the move of the pointer, the state rendered and the window
painted, offscreen. It has 16 ms.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from capture_app.gui.reader_window import ReaderWindow
from capture_app.gui.reading.drawing_canvas import DrawingCanvas
from capture_app.gui.reading.drawing_scene import CanvasShape
from capture_app.session.reading import Shape, ShapeKind
from capture_app.session.states import PaneState, ReaderState
from capture_app.session.viewport import GreyRange, PaneView
from gaze_core.geometry import Rect
from recordings_schema.stimuli import Window

SIZE_PX: Final = (2560, 1440)
IMAGE_PX: Final = (2500, 3000)
AREA: Final = Rect(x=0.0, y=72.0, w=2180.0, h=1304.0)
FRAMES: Final = 120
ALLOWED_MS: Final = 16.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What frames of one kind took."""

    name: str
    frame_ms: list[float]

    @property
    def line(self) -> str:
        """One line of the table."""
        p99 = float(np.percentile(self.frame_ms, 99))
        return f"| {self.name} | {np.median(self.frame_ms):.1f} | {p99:.1f} | {max(self.frame_ms):.1f} |"


class DrawingBench:
    """A reader's window with shapes on it.

    Parameters
    ----------
    count
        How many shapes.
    """

    def __init__(self, count: int) -> None:
        self.window = ReaderWindow()
        self.window.setGeometry(0, 0, *SIZE_PX)
        self.canvas = DrawingCanvas(self.window)
        self.canvas.setGeometry(0, 72, int(AREA.w), int(AREA.h))
        self._grey = np.random.default_rng(1).integers(0, 255, (int(AREA.h), int(AREA.w))).astype(np.uint8)
        self._view = PaneView.fitted(
            image_width_px=IMAGE_PX[0],
            image_height_px=IMAGE_PX[1],
            area_screen_px=AREA,
            grey_range=GreyRange(low=0.0, high=4095.0),
            start_window=Window(centre=2000.0, width=3000.0),
        )
        self._shapes = [_shape(number) for number in range(count)]
        self._selected = count - 1
        self._revision = 0
        self.canvas.changed.connect(self._change)
        self.window.show()
        self.show()

    def show(self) -> None:
        """Render the state and paint, as one frame does."""
        self.canvas.render_shapes((self._pane(),), self._shapes, self._selected)
        QApplication.processEvents()

    def drag(self) -> Costs:
        """Drag the picked shape about."""
        found = self._shapes[self._selected].shape
        place = self._view.placement
        x, y = place.image_to_screen(
            (found.left_image_px + found.right_image_px) / 2.0,
            (found.top_image_px + found.bottom_image_px) / 2.0,
        )
        start = QPointF(float(x), float(y) - 72.0)
        self._mouse(QEvent.Type.MouseButtonPress, start)
        costs = self._timed(lambda step: self._mouse(QEvent.Type.MouseMove, start + _on_a_circle(step)))
        self._mouse(QEvent.Type.MouseButtonRelease, start + _on_a_circle(FRAMES))
        return Costs(name=f"{len(self._shapes)} shapes, one dragged", frame_ms=costs)

    def zoom(self) -> Costs:
        """Zoom in and out with the shapes on the image, which itself is not drawn anew here."""

        def turn(step: int) -> None:
            self._view = self._view.zoom_about(1000.0, 700.0, 0.25 if step < FRAMES // 2 else -0.25)

        return Costs(name=f"{len(self._shapes)} shapes, zooming", frame_ms=self._timed(turn))

    def close(self) -> None:
        """Take the window away."""
        self.window.hide()
        self.window.deleteLater()

    def _timed(self, act: Callable[[int], None]) -> list[float]:
        costs = []
        for step in range(FRAMES):
            begun = time.perf_counter_ns()
            act(step)
            self.show()
            costs.append((time.perf_counter_ns() - begun) / 1e6)
        return costs

    def _pane(self) -> PaneState:
        pane = PaneState(
            pane=0, image_id=0, image_width_px=IMAGE_PX[0], image_height_px=IMAGE_PX[1], grey=self._grey,
            grey_screen_px=AREA, grey_version=1, placement=self._view.placement,
        )  # fmt: skip
        if self._revision == 0:
            self._revision = 1
            self.window.render_state(ReaderState(revision=1, panes=(pane,)))
        return pane

    def _change(self, number: int, shape: Shape) -> None:
        self._shapes[number] = replace(self._shapes[number], shape=shape)

    def _mouse(self, kind: QEvent.Type, place: QPointF) -> None:
        button = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
        event = QMouseEvent(
            kind, place, self.canvas.mapToGlobal(place), button, Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(self.canvas, event)


def _shape(number: int) -> CanvasShape:
    generator = np.random.default_rng(number)
    x, y = generator.uniform(600, 1900), generator.uniform(600, 2400)
    half_width, half_height = generator.uniform(40, 500, 2)
    shape = Shape(
        kind=ShapeKind.ELLIPSE, image_id=0, pane=0, left_image_px=x - half_width,
        top_image_px=y - half_height, right_image_px=x + half_width, bottom_image_px=y + half_height,
    )  # fmt: skip
    return CanvasShape(
        number=number, shape=shape, long_text=f"{number}  Interstitial lung disease", short_text=str(number),
        is_complete=number % 3 > 0,
    )  # fmt: skip


def _on_a_circle(step: int) -> QPointF:
    angle = 2.0 * np.pi * step / FRAMES
    return QPointF(200.0 * np.cos(angle), 200.0 * np.sin(angle))


def main() -> int:
    """Print the table; return 1 where the median frame of a drag is over its time."""
    application = QApplication.instance() or QApplication([])
    print("| what | median ms | 99 % ms | worst ms |")
    print("|---|---|---|---|")
    is_slow = False
    for count in (1, 20, 75):
        bench = DrawingBench(count)
        dragging, zooming = bench.drag(), bench.zoom()
        print(dragging.line)
        print(zooming.line)
        is_slow |= float(np.median(dragging.frame_ms)) > ALLOWED_MS
        bench.close()
    application.processEvents()
    return int(is_slow)


if __name__ == "__main__":
    raise SystemExit(main())
