"""What the notices of a tracker that streams mean beyond their moment: its settings, and when what came."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from drivers.contract import AS_OPENED, Notice, NoticeKind
from gaze_core.rows import NO_TIME
from gaze_core.streams import TrackerInfo

SAME_RATE_HZ: Final = 0.5
"""Rates nearer than this are the same: some devices say 59.94 for 60."""

_SETTINGS: Final = (NoticeKind.DISPLAY_AREA_CHANGED, NoticeKind.RATE_CHANGED, NoticeKind.MODE_CHANGED)


class NoticeWatch:
    """Follows one opened tracker. `take` is called in the tracker's thread, the rest from any.

    Parameters
    ----------
    info
        The tracker as it was opened, which is what a recording says of it.
    """

    def __init__(self, info: TrackerInfo) -> None:
        self._info = info
        # Replaced, never changed: read from other threads.
        self._changed: dict[NoticeKind, str] = {}
        self._last_ns: dict[NoticeKind, int] = {}

    @property
    def changed(self) -> str:
        """What is not set any more as it was when the tracker was opened, in sentences; "" where nothing."""
        return " ".join(self._changed.values())

    def last_ns(self, kind: NoticeKind) -> int:
        """Return when the newest notice of a kind came, `NO_TIME` where none came."""
        return self._last_ns.get(kind, NO_TIME)

    def take(self, notices: Iterable[Notice]) -> None:
        """Note what a batch brought."""
        for notice in notices:
            self._last_ns = {**self._last_ns, notice.kind: notice.t_host_ns}
            if notice.kind not in _SETTINGS:
                continue
            others = {kind: text for kind, text in self._changed.items() if kind is not notice.kind}
            self._changed = others if self._is_as_opened(notice) else {**others, notice.kind: notice.text}

    def _is_as_opened(self, notice: Notice) -> bool:
        if notice.kind is NoticeKind.RATE_CHANGED:
            return abs(notice.value - self._info.rate_hz) < SAME_RATE_HZ
        return notice.value == AS_OPENED
