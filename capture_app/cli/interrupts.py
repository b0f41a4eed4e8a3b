"""Ctrl-C as a wish to end, so that a recording is closed before the program goes."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

_Result = TypeVar("_Result")


class CtrlC:
    """Notes Ctrl-C instead of breaking off; pressing it again changes nothing."""

    def __init__(self) -> None:
        self.is_pressed = False
        self._then: Callable[[int, FrameType | None], Any] | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Take the signal, and hand it on where something else is to hear of it."""
        self.is_pressed = True
        if self._then is not None:
            self._then(number, frame)

    def hand_on(self) -> None:
        """Come before the handler that is set now, which hears of it afterwards."""
        handler = signal.getsignal(signal.SIGINT)
        if handler is not self and callable(handler):
            self._then = handler
            signal.signal(signal.SIGINT, self)


@contextmanager
def ctrl_c_noted() -> Iterator[CtrlC]:
    """Note Ctrl-C for as long as the block runs."""
    pressed = CtrlC()
    before = signal.signal(signal.SIGINT, pressed)
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, before)


def without_ctrl_c(function: Callable[[], _Result]) -> _Result:
    """Call a function that starts a process: where handlers are inherited the process ignores Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return function()
    finally:
        signal.signal(signal.SIGINT, before)
