"""All measures of an hour at 1200 Hz: sixty cases with areas, from the file to the numbers.

``python -m benchmarks.metrics`` makes the recording first (some minutes); ``--file`` takes one that is there.
The yardstick reads the same samples into a pandas table and works out valid share and dwell alone.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas

from benchmarks.long_reading import write_long_reading
from capture_app.session.measures import EventLayer, MeasureOptions, measure_recording
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording


def row(name: str, work: Callable[[], Any], goal: str) -> None:
    """Print a line of the table: seconds on the clock and of the processor."""
    begun, busy = time.perf_counter(), time.process_time()
    work()
    clock_s, busy_s = time.perf_counter() - begun, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e3 if sys.platform != "darwin" else 1e6)
    print(f"| {name} | {clock_s:.2f} | {busy_s:.2f} | {peak:.0f} | {goal} |", flush=True)


def measure(path: Path, layer: EventLayer) -> None:
    """Measure everything, once with a margin around areas of 1 deg."""
    measure_recording(path, None, (), MeasureOptions(layer=layer, margin_deg=1.0))


def with_pandas(path: Path) -> dict[int, tuple[float, float]]:
    """Return valid share and dwell on the reader's shape by case, worked out on a table of all samples."""
    with Recording.open(path) as recording:
        gaze = recording.gaze()
        trials, shapes = recording.rows(DatasetKey.TRIALS), recording.rows(DatasetKey.SHAPES)
        viewport = recording.rows(DatasetKey.VIEWPORT)
    names = ("t_host_ns", "left_x_norm", "right_x_norm", "left_y_norm", "right_y_norm")
    frame = pandas.DataFrame({name: gaze[name] for name in names})
    frame["x"] = frame[["left_x_norm", "right_x_norm"]].mean(axis=1)
    frame["y"] = frame[["left_y_norm", "right_y_norm"]].mean(axis=1)
    views = pandas.DataFrame(
        {name: viewport[name] for name in viewport.dtype.names if name != "cause"}
    ).sort_values("t_presented_host_ns")
    frame = pandas.merge_asof(
        frame.sort_values("t_host_ns"), views, left_on="t_host_ns", right_on="t_presented_host_ns"
    )
    for axis, size, side in (("x", 1920, "w"), ("y", 1080, "h")):
        on_screen = frame[axis] * size - frame[f"dst_{axis}_screen_px"]
        scale = frame[f"src_{side}_image_px"] / frame[f"dst_{side}_screen_px"]
        frame[f"{axis}_image"] = frame[f"src_{axis}_image_px"] + on_screen * scale
    found = {}
    for opened, done in zip(trials[::2], trials[1::2], strict=True):
        own = frame[(frame.t_host_ns >= opened["t_host_ns"]) & (frame.t_host_ns < done["t_host_ns"])]
        shape = shapes[shapes["trial"] == opened["trial"]][0]
        half_w = (shape["right_image_px"] - shape["left_image_px"]) / 2
        half_h = (shape["bottom_image_px"] - shape["top_image_px"]) / 2
        along = (own.x_image - shape["left_image_px"] - half_w) / half_w
        across = (own.y_image - shape["top_image_px"] - half_h) / half_h
        dwell = float((along**2 + across**2 <= 1).sum()) / 1200.0
        found[int(opened["trial"])] = float(own.x.notna().mean()), dwell
    return found


def main(arguments: list[str] | None = None) -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path, help="a recording that is there")
    parser.add_argument("--seconds", type=float, default=3600.0)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        path = chosen.file or write_long_reading(Path(name) / "long.gazeh5", chosen.seconds)
        print("| what | clock s | processor s | most memory until then MB | goal s |\n|---|---|---|---|---|")
        row("all measures, events of the recording", lambda: measure(path, EventLayer.RECORDED), "5")
        row("all measures, events found anew by ivt", lambda: measure(path, EventLayer.STUDY), "")
        row("valid share and dwell alone, pandas", lambda: with_pandas(path), "")


if __name__ == "__main__":
    main()
