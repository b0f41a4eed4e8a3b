"""What the reader does to the images, as the windows report it; a base of the session."""

from __future__ import annotations

from abc import ABC, abstractmethod

from capture_app.session.presentation import Presentation
from gaze_core.clocks import Clock


class ViewerIntents(ABC):
    """The reader's hand on the images."""

    _presentation: Presentation
    _clock: Clock

    def zoom(self, x_screen_px: float, y_screen_px: float, notches: float, pane: int | None = None) -> None:
        """Zoom about a point of the reader's screen."""
        self._presentation.zoom(x_screen_px, y_screen_px, notches, pane, self._clock.now_ns())

    def pan(self, dx_screen_px: float, dy_screen_px: float, pane: int | None = None) -> None:
        """Move the image by physical px."""
        self._presentation.pan(dx_screen_px, dy_screen_px, pane, self._clock.now_ns())

    def window_level(self, dx_logical_px: float, dy_logical_px: float, pane: int | None = None) -> None:
        """Change window and level by a drag."""
        self._presentation.window_level(dx_logical_px, dy_logical_px, pane, self._clock.now_ns())

    def drag_started(self, action: str, x_screen_px: float, y_screen_px: float) -> None:
        """A drag begins; the pane under the point is meant until its end."""
        self._presentation.drag_started(x_screen_px, y_screen_px)
        self._event("drag_started", action)

    def drag_ended(self) -> None:
        """The drag is over."""
        self._presentation.drag_ended()
        self._event("drag_ended", "")

    def fit(self) -> None:
        """Fit the images to their panes."""
        self._presentation.fit(self._clock.now_ns())

    def reset(self) -> None:
        """Fit the images and take their starting windows."""
        self._presentation.reset(self._clock.now_ns())

    def key(self, name: str) -> None:
        """The reader pressed a key."""
        self._event("key", name, source="reader")

    @abstractmethod
    def _event(
        self, kind: str, text: str, *, value: float = ..., t_host_ns: int | None = None, source: str = "app"
    ) -> None:
        """Write an event into the recording."""
