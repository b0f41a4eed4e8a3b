"""What the start of the windows does not wait for: libraries that are needed later or never."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.processes

START = """
import json, sys
import capture_app.cli, capture_app.cli.log_setup, capture_app.cli.capture
import capture_app.gui.app, capture_app.session.engine, capture_app.session.station
import capture_app.session.acquisition_start, capture_app.session.study
print(json.dumps(sorted(sys.modules)))
"""
LATER = (
    "pydicom",
    "gdcm",
    "openjpeg",
    "jpeg_ls",
    "pocketsphinx",
    "soundfile",
    "sounddevice",
    "serial",
    "pylsl",
    "ssl",
    "multiprocessing.pool",
    "capture_app.gui.replay.window",
    "capture_app.session.replay",
)


def test_the_first_window_waits_for_nothing_that_is_needed_later() -> None:
    done = subprocess.run([sys.executable, "-c", START], check=True, capture_output=True, text=True)
    loaded = set(json.loads(done.stdout))
    assert {"PySide6.QtWidgets", "numpy", "capture_app.gui.operator_window"} <= loaded
    assert [name for name in LATER if name in loaded] == []
