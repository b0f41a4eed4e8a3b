"""Layers of a recording at 1200 Hz: trying out on one case of a minute, and going through five minutes of it.

``python -m benchmarks.layers`` makes the recording first; ``--file`` takes one that is there.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from benchmarks.long_reading import write_long_reading
from capture_app.session.layers import (
    DriftSettings,
    LayerChoice,
    LayerDesk,
    compare_layers,
    make_layer,
    measured_drift,
)
from capture_app.session.replay import ReplaySource
from gaze_core.eyes import Eye
from gaze_core.fixations import DetectorName
from gaze_core.fixations.parameters import PARAMETER_TYPES
from recordings_schema import DatasetKey, Recording
from recordings_schema.layers import LayerStore, source_of

SECONDS: Final = 300.0


def timed(name: str, work: Callable[[], Any]) -> Any:
    """Do a piece of work, and print what it took."""
    begun, busy = time.perf_counter(), time.process_time()
    result = work()
    clock_ms, busy_ms = (time.perf_counter() - begun) * 1e3, (time.process_time() - busy) * 1e3
    print(f"| {name} | {clock_ms:.0f} | {busy_ms:.0f} |")
    return result


def choice_of(name: DetectorName, *, is_corrected: bool = False) -> LayerChoice:
    """Return a detector as it is, on gaze as recorded or corrected."""
    drift = DriftSettings() if is_corrected else None
    return LayerChoice(detector=name, parameters=PARAMETER_TYPES[name](), drift=drift)


def try_out(source: ReplaySource) -> None:
    """Print how long it takes until what was changed can be drawn, and how alive the window stays."""
    desk = LayerDesk(source)
    span = desk.span_at(source.first_ns + 90_000_000_000)
    pause = threading.Event()  # never set: it waits as exactly as the system can
    for name in DetectorName:
        longest = 0.0

        def tried(name: DetectorName = name) -> None:
            nonlocal longest
            desk.try_out(choice_of(name), span)
            while desk.is_busy:
                begun = time.perf_counter()
                desk.poll()
                pause.wait(0.001)
                longest = max(longest, time.perf_counter() - begun)

        timed(f"{name.value} on a case of a minute", tried)
        print(f"| longest wait of the window's thread meanwhile | {longest * 1e3:.0f} | |")
    desk.close()


def measure(path: Path) -> None:
    """Print all figures of one recording."""
    print("| what | on the clock ms | of the processor ms |\n|---|---|---|")
    with Recording.open(path) as recording:
        print(f"| samples | {recording.count(DatasetKey.GAZE)} | |")
        fingerprint = timed("fingerprint of all samples", lambda: source_of(recording))
        made = timed("ivt", lambda: make_layer(recording, "ivt", choice_of(DetectorName.IVT)))
        timed(
            "ivt, drift-corrected",
            lambda: make_layer(recording, "corrected", choice_of(DetectorName.IVT, is_corrected=True)),
        )
        times, live = recording.host_times_ns(), recording.rows(DatasetKey.FIXATIONS)
        drift = measured_drift(recording, Eye.AVERAGE, DriftSettings())
    timed("kept in the file", lambda: LayerStore(path).add(made, fingerprint))
    timed("read back", lambda: LayerStore(path).load("ivt"))
    timed("compared with the live events", lambda: compare_layers(live, made.events, times))
    LayerStore(path).delete("ivt")
    source = ReplaySource.open(path)
    source.load()
    try_out(source)
    if drift is not None:
        timed("all gaze corrected for drawing", lambda: source.columns.corrected(drift.correction))
    source.close()


def main() -> None:
    """Make the recording, if need be, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path, help="A finished recording to measure on.")
    chosen = parser.parse_args()
    if chosen.file is not None:
        measure(chosen.file)
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(write_long_reading(Path(folder) / "reading.gazeh5", SECONDS))


if __name__ == "__main__":
    main()
