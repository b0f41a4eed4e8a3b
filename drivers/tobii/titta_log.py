"""Stream errors, which TittaPy gives in its log alone: one log for all trackers of the process.

The log ends whenever the connection to any tracker is closed, and a second start of a running log is refused
and then counts as none. It is therefore begun anew by hand at each of these moments.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Mapping
from typing import Any, Final

KEPT_ERRORS: Final = 256  # per tracker, until they are taken
_SERIAL: Final = "machine_serial"  # only stream errors have it

_log = logging.getLogger(__name__)


class StreamErrors:
    """The log of one imported package, shared by its trackers. May be called from several threads."""

    def __init__(self, package: Any) -> None:
        self._package = package
        self._lock = threading.Lock()
        self._waiting: dict[str, deque[Mapping[str, Any]]] = {}

    def begin(self, serial: str) -> None:
        """Keep the errors of a tracker from now on."""
        with self._lock:
            self._waiting[serial] = deque(maxlen=KEPT_ERRORS)
            self._start()

    def end(self, serial: str) -> None:
        """Forget a tracker."""
        with self._lock:
            self._waiting.pop(serial, None)

    def renew(self) -> None:
        """Go on after the connection to a tracker was closed, which ended the log for all."""
        with self._lock:
            if self._waiting:
                self._start()

    def take(self, serial: str) -> tuple[Mapping[str, Any], ...]:
        """Return the errors of a tracker that came since the last call, as TittaPy gives them."""
        with self._lock:
            for entry in self._package.get_log(True):
                if _SERIAL not in entry:
                    _log.debug("Tobii's library: %s", entry.get("message", ""))
                elif entry[_SERIAL] in self._waiting:
                    self._waiting[entry[_SERIAL]].append(entry)
            waiting = self._waiting.get(serial)
            if waiting is None:
                return ()
            taken = tuple(waiting)
            waiting.clear()
            return taken

    def _start(self) -> None:
        if not self._package.start_logging():
            self._package.stop_logging()
            if not self._package.start_logging():
                _log.warning("TittaPy gives no log; errors of streams will not be told")
