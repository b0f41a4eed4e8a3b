"""A recording looked at again in the real window: opened, played, scrubbed, read out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

S = 1_000_000_000


def assert_is_replayed(qtbot: Any, path: Path, images: Path) -> None:
    """Open a recording, play a second of it, drag through all of it, and see the images with gaze on them."""
    from PySide6.QtCore import QPoint, Qt

    from capture_app.gui.replay.window import ReplayWindow
    from capture_app.gui.tokens import DARK
    from capture_app.session.replay import ReplaySource

    now = [0]
    source = ReplaySource.open(path)
    window = ReplayWindow(source, DARK, now_ns=lambda: now[0])
    window.voice.is_muted = True
    window.look_for_images_in(images)
    window.show()
    qtbot.waitUntil(lambda: source.is_loaded, timeout=20_000)
    window._timer.stop()  # frames come by hand
    assert len(source.tables.cases) == 2

    def settled() -> None:
        qtbot.waitUntil(lambda: window.step() is None and not window.frame.is_waiting, timeout=10_000)

    for case in source.tables.cases:
        window.go_to((case.first_ns + case.end_ns) // 2)
        settled()
        assert not window.frame.problems
        assert len(window.frame.live.reader.panes) == 1, "the image the reader saw is on the screen"

    begun_ns = source.tables.cases[0].first_ns
    window.go_to(begun_ns)
    qtbot.keyClick(window.picture, Qt.Key.Key_Space)
    window.step()
    seen = 0
    for _ in range(30):
        now[0] += S // 30
        window.step()
        seen += window.frame.live.gaze is not None
    assert window.clock.t_ns == begun_ns + 30 * (S // 30)
    assert seen > 10
    qtbot.keyClick(window.picture, Qt.Key.Key_Space)

    plot = window.timeline.plot()
    times = []
    for share in (0.1, 0.5, 0.9):
        place = QPoint(round(plot.left() + share * plot.width()), 30)
        qtbot.mouseClick(window.timeline, Qt.MouseButton.LeftButton, pos=place)
        times.append(window.clock.t_ns)
        assert window.frame.t_ns == window.clock.t_ns
    assert times == sorted(times)
    assert times[2] - times[0] > 0.7 * (source.end_ns - source.first_ns)
    assert len(source.events.fixations) > 0
    window.close()
