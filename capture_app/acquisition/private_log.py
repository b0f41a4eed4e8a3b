"""A second log without anything of a person, a file or a study: what is said, not what it is said of.

Of each entry only the text in the source is kept, without what was put into it, and of a fault its kind and
the lines it went through. This log goes into the file of diagnostics that a lab may send away.
"""

from __future__ import annotations

import logging
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Final

APP_EVENTS: Final = "reading-station-events.log"
ACQUISITION_EVENTS: Final = "acquisition-events.log"
ACQUISITION_CRASHES: Final = "acquisition-crash.log"
OWN_PACKAGES: Final = ("capture_app", "calibration", "drivers", "recordings_schema", "gaze_core")

_MAX_BYTES: Final = 512 * 1024
_KEPT: Final = 2
_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class TemplateFormatter(logging.Formatter):
    """Writes an entry's text as it stands in the source, with nothing filled in."""

    def __init__(self) -> None:
        super().__init__(_FORMAT)

    def format(self, record: logging.LogRecord) -> str:
        """Return one line, and below it the way of a fault."""
        is_own = record.name.split(".", maxsplit=1)[0] in OWN_PACKAGES
        plain = logging.LogRecord(
            name=record.name if is_own else "another package",
            level=record.levelno,
            pathname="",
            lineno=0,
            # Other packages may have filled in what they say before they logged it.
            msg=str(record.msg) if is_own else "(not kept)",
            args=None,
            exc_info=None,
        )
        plain.created, plain.msecs = record.created, record.msecs
        line = super().format(plain)
        if record.exc_info and record.exc_info[1] is not None:
            line += "\n" + fault_lines(record.exc_info[1], record.exc_info[2])
        return line


def fault_lines(error: BaseException, trace: TracebackType | None) -> str:
    """Return the kinds of a fault and its causes, and the lines of source it went through; no values."""
    lines = []
    cause: BaseException | None = error
    while cause is not None:
        kind = type(cause)
        lines.append(f"  {kind.__module__}.{kind.__qualname__}")
        frames = traceback.extract_tb(trace if cause is error else cause.__traceback__)
        lines += [f"    {short_path(frame.filename)}:{frame.lineno} in {frame.name}" for frame in frames]
        cause = cause.__cause__ or cause.__context__
    return "\n".join(lines)


def short_path(path: str) -> str:
    """Return the path of a source file from its package on; of other packages the name of the file alone."""
    parts = path.replace("\\", "/").split("/")
    for name in OWN_PACKAGES:
        if name in parts:
            return "/".join(parts[len(parts) - 1 - parts[::-1].index(name) :])
    return parts[-1]


def events_handler(path: Path) -> logging.Handler:
    """Return a handler that writes such a log.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    handler = RotatingFileHandler(path, maxBytes=_MAX_BYTES, backupCount=_KEPT, encoding="utf-8")
    handler.setFormatter(TemplateFormatter())
    return handler
