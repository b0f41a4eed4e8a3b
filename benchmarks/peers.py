"""Detectors of other programs on the same samples, and an hour read and drawn with pandas and matplotlib.

``python -m benchmarks.peers --python PATH --plain``: an interpreter into whose environment ``pymovements``,
``I2MC``, ``remodnav`` and ``h5py`` are installed; this program needs none of them. What is missing is said.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.detectors import run
from benchmarks.long_reading import GEOMETRY, SCREEN_PX, SETUP, write_long_reading
from drivers.mock.generator import simulate
from drivers.mock.settings import MockSettings
from gaze_core.directions import directions, screen_gaze
from gaze_core.eyes import Eye
from gaze_core.fixations import DetectorName, create_detector
from gaze_core.rows import EventKind

RATE_HZ: Final = 1200.0
SCRIPT: Final = Path(__file__).with_name("peer_runs.py")


def write_samples(path: Path, seconds: float) -> Any:
    """Write a simulated reading as plain arrays for other programs; return its GAZE rows."""
    settings = MockSettings.for_scenario("typical", seed=1, rate_hz=RATE_HZ, preset="tobii-pro-spectrum")
    gaze = simulate(settings, seconds, SETUP).gaze
    x_norm, y_norm = screen_gaze(gaze, Eye.AVERAGE)
    azimuth, elevation = GEOMETRY.norm_to_deg(x_norm, y_norm)
    width, height = SCREEN_PX.width_px, SCREEN_PX.height_px
    sides = {
        f"{side}_{axis}_px": np.where(gaze[f"{side}_valid"] != 0, gaze[f"{side}_{axis}_norm"] * size, np.nan)
        for side in ("left", "right")
        for axis, size in (("x", width), ("y", height))
    }
    arrays: dict[str, Any] = {
        "t_ms": np.round(np.arange(len(gaze)) * 1e3 / RATE_HZ, 4),
        "rate_hz": RATE_HZ,
        "x_px": x_norm * width,
        "y_px": y_norm * height,
        "degrees": np.stack([azimuth, elevation], axis=1),
        "px_deg": np.degrees(np.arctan2(SCREEN_PX.width_mm / width, SETUP.distance_mm)),
        **sides,
    }
    np.savez(path, **arrays)
    return gaze


def own_detectors(gaze: Any) -> None:
    """Print what the detectors of this program take, with the directions they work on."""
    for name, chunk_rows in (
        (DetectorName.IVT, len(gaze)), (DetectorName.IDT, len(gaze)), (DetectorName.ADAPTIVE, 20),
    ):  # fmt: skip
        busy = time.process_time()
        events = run(create_detector(name), directions(gaze, GEOMETRY), chunk_rows)
        busy_s = time.process_time() - busy
        fixations = int(np.count_nonzero(events["kind"] == EventKind.FIXATION))
        pushed = "at once" if chunk_rows == len(gaze) else f"live, {chunk_rows} rows at a time"
        each = 1e6 * busy_s / len(gaze)
        print(
            f"| {name.value}, {pushed} | {fixations} | {len(gaze) / busy_s:,.0f} | {each:.2f} |", flush=True
        )


def main(arguments: list[str] | None = None) -> None:
    """Run both comparisons."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default=sys.executable, help="an interpreter that has the other programs")
    parser.add_argument("--seconds", type=float, default=30.0, help="of the samples for the detectors")
    parser.add_argument("--file", type=Path, help="a long recording that is there")
    parser.add_argument("--plain", action="store_true", help="also read and draw an hour with pandas")
    chosen = parser.parse_args(arguments)

    def peer(**task: str) -> None:
        subprocess.run([chosen.python, str(SCRIPT), json.dumps(task)], check=True)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print("| detector | fixations | samples/s | us per sample |\n|---|---|---|---|", flush=True)
        own_detectors(write_samples(folder / "samples.npz", chosen.seconds))
        peer(what="detectors", samples=str(folder / "samples.npz"))
        if not chosen.plain:
            return
        path = chosen.file or write_long_reading(folder / "long.gazeh5", 3600.0)
        image = next(iter(sorted((path.parent / "phantoms").glob("*.png"))))
        print("\n| pandas and matplotlib | median ms | worst ms | wanted |\n|---|---|---|---|", flush=True)
        peer(what="plain", recording=str(path), image=str(image))


if __name__ == "__main__":
    main()
