"""Drawing over the picture of a replay, and on it by hand: places are always px of an image."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

from capture_app.gui.live_layers import Stage
from capture_app.session.replay import ReplayFrame, ShownPane


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturePoint:
    """A place on an image that is shown."""

    pane: int
    image_id: int
    x_image_px: float
    y_image_px: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureMap:
    """Where the images of a frame lie in the widget, logical px."""

    frame: ReplayFrame
    stage: Stage

    def to_widget(self, pane: ShownPane, x_image_px: float, y_image_px: float) -> QPointF:
        """Return where a place of a pane's image is painted."""
        x_px, y_px = pane.placement.image_to_screen([x_image_px], [y_image_px])
        width_px, height_px = self.frame.live.screen_px
        return self.stage.point(float(x_px[0]) / width_px, float(y_px[0]) / height_px)

    def panes_of(self, image_id: int) -> tuple[ShownPane, ...]:
        """Return the panes that show an image."""
        return tuple(pane for pane in self.frame.panes if pane.image_id == image_id)

    def scale(self, pane: ShownPane) -> tuple[float, float]:
        """Return how many logical px of the widget one px of a pane's image is wide and high."""
        origin, beside = self.to_widget(pane, 0.0, 0.0), self.to_widget(pane, 1.0, 1.0)
        return beside.x() - origin.x(), beside.y() - origin.y()

    def point_at(self, place: QPointF, pane: ShownPane | None = None) -> PicturePoint | None:
        """Return what lies at a place of the widget; None where no image does.

        Parameters
        ----------
        place
            Of the widget, logical px.
        pane
            Of this pane alone; a place beside its image is moved to the nearest one on it, as a shape needs
            that is drawn beyond the edge.
        """
        width_px, height_px = self.frame.live.screen_px
        x_px = (place.x() - self.stage.x) / self.stage.w * width_px
        y_px = (place.y() - self.stage.y) / self.stage.h * height_px
        for each in self.frame.panes if pane is None else (pane,):
            x, y = (float(values[0]) for values in each.placement.screen_to_image([x_px], [y_px]))
            is_on_it = (
                bool(np.all(each.placement.contains_screen([x_px], [y_px])))
                and 0 <= x <= each.width_px
                and 0 <= y <= each.height_px
            )
            if is_on_it or pane is not None:
                return PicturePoint(
                    pane=each.pane,
                    image_id=each.image_id,
                    x_image_px=min(max(x, 0.0), float(each.width_px)),
                    y_image_px=min(max(y, 0.0), float(each.height_px)),
                )
        return None


Overlay: TypeAlias = Callable[[QPainter, PictureMap], None]
"""Paints over the picture, in logical px of the widget; called in every frame, so it should be quick."""
