"""Which screen the windows get: the person's own, or two drawn ones where there is none."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

OFFSCREEN_SCREENS: Final = (
    {"name": "reader", "x": 0, "y": 0, "width": 1920, "height": 1080},
    {"name": "operator", "x": 1920, "y": 0, "width": 1920, "height": 1080},
)
_SCALING: Final = {"logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}


def has_display() -> bool:
    """Tell whether windows can be shown to a person here."""
    if not sys.platform.startswith("linux"):
        return True
    if os.environ.get("QT_QPA_PLATFORM", "").startswith("offscreen"):
        return False
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


@contextmanager
def screens() -> Iterator[bool]:
    """Make sure there is something to draw on; yields whether a person can see it.

    Call it before the first Qt object is made. Without a display Qt draws into memory, on a reader's and an
    operator's screen of 1920 x 1080.
    """
    if has_display():
        yield True
        return
    before = os.environ.get("QT_QPA_PLATFORM")
    with tempfile.TemporaryDirectory(prefix="reading-station-") as name:
        if os.environ.get("QT_QPA_PLATFORM", "offscreen") == "offscreen":
            config = Path(name) / "screens.json"
            listed = [{**screen, **_SCALING} for screen in OFFSCREEN_SCREENS]
            config.write_text(json.dumps({"screens": listed}), encoding="utf-8")
            os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={config}"
        try:
            yield False
        finally:
            os.environ.pop("QT_QPA_PLATFORM", None)
            if before is not None:
                os.environ["QT_QPA_PLATFORM"] = before
