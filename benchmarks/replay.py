"""A replay of an hour at 1200 Hz: opening, seeking, drawing the timeline, playing, and the memory of it all.

``python -m benchmarks.replay`` makes the recording first (some minutes); ``--file`` takes one that is there.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.long_reading import write_long_reading

SEEKS: Final = 60
PLAY_S: Final = 8.0
SPANS_S: Final = (3600.0, 600.0, 60.0, 5.0, 0.5, 0.02)


def timed_ms(work: Callable[[], Any]) -> tuple[float, float]:
    """Return what a piece of work took: on the clock, and of the processor, ms."""
    begun, busy = time.perf_counter(), time.process_time()
    work()
    return (time.perf_counter() - begun) * 1e3, (time.process_time() - busy) * 1e3


def row(name: str, figures: list[tuple[float, float]], target: str) -> None:
    """Print a line of the table: median and worst on the clock, median of the processor."""
    clock, busy = np.array(figures).T
    print(f"| {name} | {np.median(clock):.1f} | {clock.max():.1f} | {np.median(busy):.1f} | {target} |")


def measure(path: Path) -> None:
    """Print all figures of one recording."""
    from PySide6.QtCore import QEventLoop

    from capture_app.gui.app import build_application
    from capture_app.gui.replay.window import ReplayWindow
    from capture_app.gui.theme import ThemeSwitch
    from capture_app.session.replay import ReplaySource
    from capture_app.session.settings import Theme

    application = build_application()
    theme = ThemeSwitch(application, Theme.DARK)
    opened: list[ReplayWindow] = []

    def first_picture() -> None:
        window = ReplayWindow(ReplaySource.open(path), theme.colours)
        window.show()
        window.picture.grab()
        opened.append(window)

    print("| what | median ms | worst ms | processor ms | wanted |\n|---|---|---|---|---|")
    row("first picture after opening", [timed_ms(first_picture)], "1000")
    window = opened[0]
    source = window.source
    window._timer.stop()  # frames are counted here
    rng = np.random.default_rng(2)

    def seek() -> None:
        window.go_to(int(rng.integers(source.first_ns, source.end_ns)))
        window.picture.grab()

    row("seek while the signals are read", [timed_ms(seek) for _ in range(SEEKS)], "33")
    begun = time.perf_counter()
    while not source.is_loaded:
        time.sleep(0.05)
    print(f"| all signals read, after | {(time.perf_counter() - begun) * 1e3:.0f} | | | |")
    row("seek", [timed_ms(seek) for _ in range(SEEKS)], "33")
    for span_s in SPANS_S:
        figures = []
        for _ in range(10):
            span_ns = min(round(span_s * 1e9), source.end_ns - source.first_ns)
            left_ns = int(rng.integers(source.first_ns, source.end_ns - span_ns + 1))
            window.timeline.axis = replace(window.timeline.axis, left_ns=left_ns, right_ns=left_ns + span_ns)
            figures.append(timed_ms(window.timeline.redraw))
        row(f"timeline of {span_s:g} s drawn", figures, "16")
    window.go_to(source.first_ns)
    window.timeline.set_axis(window.timeline.axis.everything())
    window.toggle_play()
    window._timer.start()
    frames, busy, begun = window._frames, time.process_time(), time.perf_counter()
    loop = QEventLoop()
    while time.perf_counter() - begun < PLAY_S:
        loop.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    length_s = time.perf_counter() - begun
    print(f"| playing: frames a second | {(window._frames - frames) / length_s:.1f} | | | 60 |")
    print(
        f"| playing: share of one core, % | {(time.process_time() - busy) / length_s * 100:.0f} | | | 100 |"
    )
    window.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e3 if sys.platform != "darwin" else 1e6)
    print(f"| most memory, MB | {peak:.0f} | | | 500 |")


def main(arguments: list[str] | None = None) -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path, help="a recording that is there")
    parser.add_argument("--seconds", type=float, default=3600.0)
    chosen = parser.parse_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as name:
        if chosen.file is not None:
            measure(chosen.file)
            return
        made = write_long_reading(Path(name) / "long.gazeh5", chosen.seconds)
        # In a process of its own: what the making took is not the replay's memory.
        subprocess.run([sys.executable, "-m", "benchmarks.replay", "--file", str(made)], check=True)


if __name__ == "__main__":
    main()
