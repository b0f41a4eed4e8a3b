"""Where the program's logs and crash files lie."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import platformdirs

from capture_app.session.settings import APPLICATION_NAME

CRASH_FILE: Final = "crash.txt"
"""What Python's fault handler writes when the windows' process crashes."""


def log_folder() -> Path:
    """Return where logs and crash files lie."""
    return Path(platformdirs.user_log_dir(APPLICATION_NAME, appauthor=False))
