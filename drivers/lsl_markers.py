"""The marker streams beside the gaze: taken along when they are there, and when they appear later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from drivers.contract import DriverError, Notice, NoticeKind
from drivers.lsl_discovery import is_marker_stream
from drivers.lsl_library import Connection, FoundStream, LslLibrary, StreamGoneError
from gaze_core.rows import MARKER, Rows, encode_text

_CONNECT_TIMEOUT_S: Final = 1.0
_MAX_STREAMS: Final = 32
_NS_PER_S: Final = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkerBatch:
    """Markers that arrived, and what there is to say about their streams."""

    markers: Rows
    notices: tuple[Notice, ...]


class MarkerStreams:
    """Every marker stream of the session, received from when it is first seen."""

    def __init__(self, library: LslLibrary) -> None:
        self._library = library
        self._connections: dict[tuple[str, ...], Connection] = {}
        self._refused: set[str] = set()  # uids: a sender that is started again gets another chance

    def take_up(self, streams: Sequence[FoundStream], now_ns: int) -> tuple[Notice, ...]:
        """Connect to marker streams not known yet; tell which."""
        notices: list[Notice] = []
        for found in streams:
            identity = found.description.identity
            is_known = identity in self._connections or found.description.uid in self._refused
            if is_known or not is_marker_stream(found.description):
                continue
            try:
                text = self._connect(found)
                kind = NoticeKind.STREAM_CHANGED
            except DriverError as error:
                self._refused.add(found.description.uid)
                text = f"A marker stream is not taken along: {error}"
                kind = NoticeKind.WARNING
            notices.append(Notice(t_host_ns=now_ns, kind=kind, text=text))
        return tuple(notices)

    def poll(self, now_ns: int) -> MarkerBatch:
        """Return what has arrived; returns at once."""
        parts = [MARKER.empty(0)]
        notices: list[Notice] = []
        for identity, connection in list(self._connections.items()):
            try:
                texts, stamps = connection.pull_texts()
            except StreamGoneError:
                del self._connections[identity]
                text = f"The marker stream {connection.found.name!r} has ended."
                notices.append(Notice(t_host_ns=now_ns, kind=NoticeKind.STREAM_CHANGED, text=text))
                continue
            rows = _marker_rows(connection.found.name, texts, np.rint(stamps * _NS_PER_S), now_ns)
            notices.extend(_cut_notices(connection.found.name, texts, rows, now_ns))
            parts.append(rows)
        return MarkerBatch(markers=np.concatenate(parts), notices=tuple(notices))

    def drop_all(self) -> None:
        """Receive no more."""
        for connection in self._connections.values():
            connection.stop()
        self._connections.clear()
        self._refused.clear()

    def _connect(self, found: FoundStream) -> str:
        if len(self._connections) >= _MAX_STREAMS:
            raise DriverError(f"there are more than {_MAX_STREAMS}; stop senders that are not needed.")
        connection = self._library.connect(found)
        connection.start(_CONNECT_TIMEOUT_S)
        self._connections[found.description.identity] = connection
        return f"The marker stream {found.description.name!r} is taken along."


def _marker_rows(name: str, texts: list[str], stamps_ns: np.ndarray, now_ns: int) -> Rows:
    rows = MARKER.empty(len(texts))
    rows["t_host_ns"] = now_ns
    rows["t_device_ns"] = stamps_ns.astype(np.int64)
    rows["stream"] = encode_text(name, MARKER.dtype["stream"].itemsize)
    rows["text"] = [encode_text(text, MARKER.dtype["text"].itemsize) for text in texts]
    return rows


def _cut_notices(name: str, texts: list[str], rows: Rows, now_ns: int) -> list[Notice]:
    """Say which markers are longer than a row holds, with their length: no marker is cut silently."""
    notices = []
    for text, row in zip(texts, rows, strict=True):
        size = len(text.encode("utf-8", "replace"))
        if size > len(row["text"]):
            words = f"A marker of {name!r} has {size} bytes; the first {len(row['text'])} are kept."
            notices.append(Notice(t_host_ns=now_ns, kind=NoticeKind.WARNING, text=words, value=float(size)))
    return notices
