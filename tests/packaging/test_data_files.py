"""Every data file of the packages is in the frozen program."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("gaze_core", "drivers", "recordings_schema", "calibration", "capture_app")


def test_the_spec_takes_every_file_along_that_is_no_module() -> None:
    named = re.findall(r'\("([\w/]+/\*\.\w+)", "([\w/]+)"\)', (ROOT / "pyinstaller.spec").read_text("utf-8"))
    files = {
        path.relative_to(ROOT)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }
    assert files
    missing = [path for path in files if not any(path.match(pattern) for pattern, _ in named)]
    assert missing == []
    assert all(pattern.rpartition("/")[0] == place for pattern, place in named)
