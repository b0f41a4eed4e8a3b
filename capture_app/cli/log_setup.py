"""Logging of the app process: a rotating file, and the terminal for those who ask."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from rich.console import Console
from rich.logging import RichHandler

from capture_app.acquisition.private_log import APP_EVENTS, events_handler
from capture_app.session.log_places import log_folder

MAX_LOG_BYTES = 2 * 1024 * 1024
KEPT_LOGS = 3


def log_file() -> Path:
    """Return the log of the app process."""
    return log_folder() / "reading-station.log"


def set_up_logging(*, is_verbose: bool) -> None:
    """Log to the file; to the terminal only when asked: what a person must know, the command says itself.

    Nothing of an image's header is logged; names of files and folders are, so a lab that names files after
    patients has to keep its logs as it keeps those.
    """
    root = logging.getLogger()
    if root.handlers:
        return
    root.setLevel(logging.INFO)
    # Without any handler Python prints errors, tracebacks included, to the terminal by itself.
    terminal = (
        RichHandler(console=Console(stderr=True), show_path=False) if is_verbose else logging.NullHandler()
    )
    root.addHandler(terminal)
    try:
        log_folder().mkdir(parents=True, exist_ok=True)
        file = RotatingFileHandler(
            log_file(),
            maxBytes=MAX_LOG_BYTES,
            backupCount=KEPT_LOGS,
            encoding="utf-8",
            errors="backslashreplace",  # names of files may hold bytes that are no text
        )
        events = events_handler(log_folder() / APP_EVENTS)
    except OSError as err:
        root.warning("The log %s cannot be written: %s", log_file(), err)
        return
    file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"))
    root.addHandler(file)
    root.addHandler(events)
