"""Which widget shows which kind of screen of a study."""

from __future__ import annotations

from typing import Final

from capture_app.gui.reading.screen_widgets import ScreenFactory

FACTORIES: Final[dict[str, ScreenFactory]] = {}
"""By `Screen.KIND`."""
