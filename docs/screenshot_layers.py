"""The page of layers for the screenshots: one kept and shown, one tried out, two compared."""

from __future__ import annotations

import time
from dataclasses import replace

from PySide6.QtWidgets import QApplication

from capture_app.gui.replay.layers_page import LayersPage
from capture_app.gui.replay.window import ReplayWindow

_TRY, _COMPARE = 1, 2
_PATIENCE_S = 30.0


def arrange(window: ReplayWindow, scene: str) -> None:
    """Bring a replay into one of the scenes of layers."""
    page = window.inspector.page(LayersPage)
    window.inspector.show_page(LayersPage)
    page.show_part(_TRY)
    _settle(window, page)
    page.form.fields["threshold_deg_s"].number.setValue(72.0)  # type: ignore[union-attr]  # a NumberField
    _settle(window, page)
    if scene == "replay-layers-try":
        return
    page.name.setText("Threshold 72 deg/s")
    page.save_button.click()
    _settle(window, page)
    page.show_part(_COMPARE if scene == "replay-layers-compare" else 0)
    if scene == "replay-layers-compare":
        page.other.setCurrentIndex(1)
        _settle(window, page)
        left_ns = window.source.first_ns + 20_000_000_000
        axis = window.timeline.axis
        window.timeline.set_axis(replace(axis, left_ns=left_ns, right_ns=left_ns + 9_000_000_000))
    else:
        page.desk.set_note(page.desk.shown, "For the sensitivity analysis.")
        page.show_analysis()
        _settle(window, page)


def _settle(window: ReplayWindow, page: LayersPage) -> None:
    end = time.monotonic() + _PATIENCE_S
    while (page.desk.is_busy or page._timer.isActive()) and time.monotonic() < end:
        QApplication.processEvents()
        window.step()
        time.sleep(0.005)
