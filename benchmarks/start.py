"""How long the program takes to its first window: ``python -m benchmarks.start``.

The windows are opened and closed at once, with the acquisition process that belongs to them: an upper bound
of the time to the first window. The frozen program is measured where ``dist`` holds one, and the source
always. The first run of each is not counted: it warms the disk.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

RUNS = 5
ROOT = Path(__file__).resolve().parent.parent
BUNDLE = ROOT / "dist" / "reading-station" / "reading-station"


def main() -> None:
    """Print the table."""
    programs = {"source": [sys.executable, "-m", "capture_app"]}
    if BUNDLE.is_file():
        programs["frozen"] = [str(BUNDLE)]
    print("| program | opened and closed, median s | worst s | processor time of both processes, median s |")
    print("|---|---|---|---|")
    for name, command in programs.items():
        with tempfile.TemporaryDirectory() as home:
            runs = [opened_and_closed(command, home) for _ in range(RUNS + 1)][1:]
        wall_s, processor_s = np.array(runs).T
        print(f"| {name} | {np.median(wall_s):.2f} | {wall_s.max():.2f} | {np.median(processor_s):.2f} |")


def opened_and_closed(command: list[str], home: str) -> tuple[float, float]:
    """Open the windows and close them; return the seconds that passed and those of the processors."""
    environment = {**os.environ, "HOME": home, "QT_QPA_PLATFORM": "offscreen"}
    environment = {name: text for name, text in environment.items() if not name.startswith("XDG_")}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began_s = time.perf_counter()
    subprocess.run(
        [*command, "capture", "--quit-after", "0"],
        check=True,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    took_s = time.perf_counter() - began_s
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return took_s, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
