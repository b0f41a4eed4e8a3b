"""Ctrl-C as a wish to end, so that a recording is closed before the program goes."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

_Result = TypeVar("_Result")


class CtrlC:
    """Notes Ctrl-C instead of breaking off; pressing it again changes nothing."""

    def __init__(self) -> None:
        self.is_pressed = False

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        """Take the signal."""
        self.is_pressed = True

    def take(self) -> None:
        """Become the handler, in place of any that was set since."""
        signal.signal(signal.SIGINT, self)


@contextmanager
def ctrl_c_noted() -> Iterator[CtrlC]:
    """Note Ctrl-C for as long as the block runs."""
    pressed = CtrlC()
    before = signal.getsignal(signal.SIGINT)
    pressed.take()
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
