"""``python -m benchmarks``: all benchmarks in turn, with the machine they ran on."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from pathlib import Path

BENCHMARKS = (
    "images", "heatmaps", "detectors", "similarity", "acquisition", "station", "signals", "speech", "drawing",
    "screens", "study_session", "replay", "layers", "film", "metrics", "image_formats", "exporting",
    "start", "peers",
)  # fmt: skip


def machine() -> str:
    """Return what the figures were measured on, in one line."""
    processor = platform.processor() or platform.machine()
    cpu_info = Path("/proc/cpuinfo")
    if cpu_info.exists():
        models = [
            line.partition(":")[2].strip()
            for line in cpu_info.read_text().splitlines()
            if "model name" in line
        ]
        processor = models[0] if models else processor
    system = f"{platform.system()} {platform.release()}"
    return f"{system}, {processor}, {os.cpu_count()} cores, Python {platform.python_version()}"


def main() -> int:
    """Run the benchmarks named, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=list(BENCHMARKS))
    chosen = parser.parse_args()
    print(f"Measured on {machine()}.")
    failed = False
    for name in chosen.names:
        print(f"\n## {name}\n", flush=True)
        failed |= subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode != 0
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
