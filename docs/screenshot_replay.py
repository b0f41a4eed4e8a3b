"""The replay for the screenshots: phantoms read by the simulated eye, and once without its images."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from screenshot_layers import arrange

from benchmarks.long_reading import write_long_reading
from capture_app.gui.replay.text_page import TextPage
from capture_app.gui.replay.view_page import ViewPage
from capture_app.gui.replay.window import ReplayWindow
from capture_app.session.replay import ReplaySource, ReplayVoice
from capture_app.session.study_desk.voice_player import VoicePlayer
from recordings_schema.layout import DatasetKey

S = 1_000_000_000


class Silence(VoicePlayer):
    """No loudspeaker is looked for, and none is missed."""

    def prepare(self) -> None:
        """Need nothing."""


def picture(
    application: Any, colours: Any, scene: str, size: tuple[int, int], settled: Callable[..., Any]
) -> Any:
    """Return the picture of a scene."""
    with tempfile.TemporaryDirectory() as name:
        path = write_long_reading(Path(name) / "R03_p1_s001.gazeh5", 80.0, rate_hz=600.0, case_s=40.0)
        source = ReplaySource.open(path)
        source.load()
        if scene == "replay-missing":
            shutil.rmtree(Path(name) / "phantoms")
            images = source.tables.rows[DatasetKey.IMAGES]
            images["sha256"] = b"0" * 64  # what no place on any computer holds
            images["name"] = b"chest 0012.dcm"
        window = ReplayWindow(source, colours, voice=lambda own, clock: ReplayVoice(own, clock, Silence()))
        window.voice.is_muted = True
        window.resize(*size)
        window.show()
        _arranged(window, scene)
        while window.frame is None or window.frame.is_waiting:
            window.step()
            application.processEvents()
        for _ in range(40):
            window.step()
        shown = settled(window)
        window.close()
        return shown


def _arranged(window: ReplayWindow, scene: str) -> None:
    source, timeline = window.source, window.timeline
    window.go_to(source.first_ns + round(26.35 * S))
    if scene.startswith("replay-layers"):
        arrange(window, scene)
    elif scene == "replay-whole":
        window.go_to(source.first_ns + 36 * S)
        window.view.mode.setCurrentIndex(1)
        window.view.heatmap.setCurrentIndex(1)
        window.view.fixations.setChecked(False)
        window.inspector.show_page(ViewPage)
        left_ns = source.first_ns + 30 * S
        timeline.set_axis(replace(timeline.axis, left_ns=left_ns, right_ns=left_ns + 8 * S))
        timeline.set_cursors((left_ns + 2 * S, left_ns + 5 * S))
    elif scene == "replay-samples":
        window.go_to(source.first_ns + round(12.4 * S))
        window.inspector.show_page(TextPage)
        left_ns = source.first_ns + round(12.25 * S)
        timeline.set_axis(replace(timeline.axis, left_ns=left_ns, right_ns=left_ns + S // 3))
        window.clock.set_loop(left_ns + S // 10, left_ns + S // 5)
