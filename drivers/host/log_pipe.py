"""What packages in the other interpreter print, taken into the log; bounded, whatever they print."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from typing import IO, Final

LINE_BYTES: Final = 1000
LINES_PER_MINUTE: Final = 200

_LAST_LINES: Final = 5
_LAST_WORDS: Final = 300  # characters
_PIECE_BYTES: Final = 65_536
_MINUTE_S: Final = 60.0
_log = logging.getLogger(__name__)


class LogPipe:
    """Reads a pipe to its end and logs its lines."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._descriptor = pipe.fileno()
        self._rest = b""
        self._last: deque[str] = deque(maxlen=_LAST_LINES)
        self._minute_began_s = time.monotonic()
        self._lines = 0
        self._untold = 0
        self._is_over = threading.Event()

    def last_words(self) -> str:
        """Return the last line with something in it, "" where there is none; waits a little for the end."""
        self._is_over.wait(0.2)
        words = next((line.strip() for line in reversed(self._last) if line.strip()), "")
        return words[:_LAST_WORDS]

    def run(self) -> None:
        """Read until the pipe ends; the body of a thread."""
        while self.step():
            pass
        if self._rest:
            self._tell(self._rest)
        if self._untold:
            _log.info("%d further lines of the hosted driver were left out", self._untold)
        self._is_over.set()

    def step(self) -> bool:
        """Take what is there; False at the end of the pipe."""
        try:
            piece = os.read(self._descriptor, _PIECE_BYTES)
        except OSError:  # Windows tells the end of a pipe as an error
            piece = b""
        if not piece:
            return False
        *lines, rest = (self._rest + piece).split(b"\n")
        self._rest = rest[:LINE_BYTES]
        for line in lines:
            self._tell(line)
        return True

    def _tell(self, line: bytes) -> None:
        text = line[:LINE_BYTES].decode("utf-8", "replace").rstrip()
        self._last.append(text)
        now_s = time.monotonic()
        if now_s - self._minute_began_s >= _MINUTE_S:
            if self._untold:
                _log.info("%d further lines of the hosted driver were left out", self._untold)
            self._minute_began_s, self._lines, self._untold = now_s, 0, 0
        self._lines += 1
        if self._lines > LINES_PER_MINUTE:
            self._untold += 1
        elif text.strip():
            _log.info("hosted driver: %s", text)
