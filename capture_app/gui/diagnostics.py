"""When the program itself fails: the log gets everything, the person gets one sentence."""

from __future__ import annotations

import faulthandler
import logging
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, TextIO

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

_LOG = logging.getLogger(__name__)
_QT_LOG = logging.getLogger("Qt")
_QUIET_S: Final = 10.0  # a fault in every frame is told once, not sixty times a second
_LEVELS: Final = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class Diagnostics:
    """Hooks for faults nobody caught. `install` and `remove` are a pair."""

    def __init__(self, tell: Callable[[str], None], crash_file: Path | None = None) -> None:
        self._tell = tell
        self._crash_path = crash_file
        self._crash_stream: TextIO | None = None
        self._told_at_s = -_QUIET_S
        self._hooks_before = (sys.excepthook, threading.excepthook)

    def install(self) -> None:
        """Take over the hooks."""
        self._hooks_before = (sys.excepthook, threading.excepthook)
        sys.excepthook = self.uncaught
        threading.excepthook = self._uncaught_in_thread
        qInstallMessageHandler(_qt_message)
        if self._crash_path is not None:
            try:
                self._crash_path.parent.mkdir(parents=True, exist_ok=True)
                self._crash_stream = self._crash_path.open("a", encoding="utf-8")
            except OSError as err:
                _LOG.warning("crashes cannot be written to %s: %s", self._crash_path, err)
            else:
                faulthandler.enable(self._crash_stream)

    def remove(self) -> None:
        """Give the hooks back."""
        sys.excepthook, threading.excepthook = self._hooks_before
        qInstallMessageHandler(None)
        if self._crash_stream is not None:
            faulthandler.disable()
            self._crash_stream.close()
            self._crash_stream = None

    def uncaught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Log a fault of the GUI thread and tell the person."""
        if issubclass(kind, KeyboardInterrupt):
            return
        _LOG.critical("uncaught", exc_info=(kind, error, trace))
        now_s = time.monotonic()
        if now_s - self._told_at_s < _QUIET_S:
            return
        self._told_at_s = now_s
        self._tell(
            "Something in the program went wrong. A recording that runs goes on and is kept. Stop it when "
            "the case is done, restart the program, and send the log to whoever looks after it."
        )

    def _uncaught_in_thread(self, args: threading.ExceptHookArgs) -> None:
        name = args.thread.name if args.thread is not None else "a thread"
        if args.exc_value is not None:
            trace = (args.exc_type, args.exc_value, args.exc_traceback)
            _LOG.critical("uncaught in %s", name, exc_info=trace)


def _qt_message(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    level = logging.DEBUG if "propagateSizeHints" in text else _LEVELS.get(kind, logging.WARNING)
    _QT_LOG.log(level, "%s", text)
