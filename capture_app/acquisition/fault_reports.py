"""Turns faults into events without flooding the file: the first of a kind at once, then a sum each second."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Final

from capture_app.acquisition.stream_checks import Fault

SUM_EVERY_NS: Final = 1_000_000_000


class FaultReports:
    """Decides which faults become an event now and which are summed up for later; none is forgotten."""

    def __init__(self) -> None:
        self._reported_ns: dict[str, int] = {}  # kind -> when it was last reported
        self._waiting: dict[str, Fault] = {}  # kind -> sum since then

    def take(self, faults: Iterable[Fault], now_ns: int) -> list[Fault]:
        """Return what is to be reported now, with what has waited long enough."""
        due = []
        for fault in faults:
            earlier = self._waiting.pop(fault.kind, None)
            whole = fault if earlier is None else _sum(earlier, fault)
            if self._may_report(fault.kind, now_ns):
                due.append(whole)
                self._reported_ns[fault.kind] = now_ns
            else:
                self._waiting[fault.kind] = whole
        for kind in [kind for kind in self._waiting if self._may_report(kind, now_ns)]:
            due.append(self._waiting.pop(kind))
            self._reported_ns[kind] = now_ns
        return due

    def flush(self) -> list[Fault]:
        """Return everything that still waits."""
        waiting = list(self._waiting.values())
        self._waiting.clear()
        return waiting

    def _may_report(self, kind: str, now_ns: int) -> bool:
        reported_ns = self._reported_ns.get(kind)
        return reported_ns is None or now_ns - reported_ns >= SUM_EVERY_NS


def _sum(earlier: Fault, later: Fault) -> Fault:
    return dataclasses.replace(earlier, count=earlier.count + later.count, what=later.what)
