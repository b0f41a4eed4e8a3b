"""A program of the same computer that knows nothing of us: pylsl as it is installed, without any settings.

Starts our streams in a process of their own, as they are announced by default, and prints what it finds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pylsl


def main() -> None:
    about = json.dumps({"columns": ["left_x_norm", "left_y_norm"], "pupil_unit": "none", "rate_hz": 600.0})
    sender = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("outlet_sender.py"), "", about, os.devnull],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    sender.stdout.readline()
    found = sorted(stream.name() for stream in pylsl.resolve_streams(2.0))
    sender.kill()
    sender.communicate()
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
