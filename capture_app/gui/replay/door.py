"""The way to a replay: opens a recording off the GUI thread and keeps the windows that show one.

The windows themselves are imported when the first one is asked for: most sessions never look at a replay, and
what it needs would make the start of the program wait.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from capture_app.gui.dialogs import MessageDialog, SummaryDialog, WaitDialog
from capture_app.gui.tokens import Colours
from capture_app.gui.workers import Work
from capture_app.session.port import RecordingSummary, StationPort

if TYPE_CHECKING:
    from capture_app.gui.compare.window import CompareWindow
    from capture_app.gui.replay.window import ReplayWindow
    from capture_app.session.replay import ReplaySource


class ReplayDoor(QObject):
    """Opens replays; each has a window of its own.

    Parameters
    ----------
    station
        Checks a recording where its information is asked for.
    colours
        Returns those of the theme now.
    parent
        Window that dialogs belong to; None where there is none.
    """

    opened = Signal(object)  # Path
    all_closed = Signal()

    def __init__(
        self, station: StationPort, colours: Callable[[], Colours], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._station, self._colours, self._parent = station, colours, parent
        self.windows: list[ReplayWindow] = []
        self.compared: list[CompareWindow] = []
        self._work: Work | None = None
        self._wait: WaitDialog | None = None
        self._waiting: list[Path] = []
        self._message: MessageDialog | None = None  # without a parent nothing else would keep it

    def open(self, path: Path) -> None:
        """Open a recording and show it; several are opened in turn."""
        for window in self.windows:
            if window.source.path == path.absolute():
                window.activateWindow()
                return
        if self._work is not None:
            self._waiting.append(path)
            return
        self._begin_wait(self.tr("Replay"), self.tr("Opening {0}.").format(path.name))
        self._do(partial(_source_of, path), self._opened)

    def show(self, source: ReplaySource) -> ReplayWindow:
        """Show an open recording."""
        from capture_app.gui.replay.window import ReplayWindow

        window = ReplayWindow(source, self._colours())
        window.closed.connect(partial(self._closed, window))
        window.information_requested.connect(partial(self._describe, window))
        self.windows.append(window)
        window.show()
        self.opened.emit(source.path)
        return window

    def show_together(self, sources: Sequence[ReplaySource]) -> CompareWindow:
        """Show open recordings of one image side by side.

        Raises
        ------
        CompareError
            If they share none.
        """
        from capture_app.gui.compare.window import CompareWindow

        window = CompareWindow(sources, self._colours())
        window.closed.connect(partial(self._compared_closed, window))
        self.compared.append(window)
        window.show()
        return window

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        for window in self.windows:
            window.set_colours(colours)
        for compared in self.compared:
            compared.set_colours(colours)

    def close_all(self) -> None:
        """Close all replays."""
        for window in (*self.windows, *self.compared):
            window.close()

    def _describe(self, window: ReplayWindow, path: Path) -> None:
        if self._work is not None:
            return
        text = self.tr("Reading {0} and checking it.").format(path.name)
        self._begin_wait(self.tr("Recording information"), text, window)

        def described(summary: RecordingSummary) -> None:
            self._end_wait()
            dialog = SummaryDialog(summary, window)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.open()

        self._do(partial(self._station.describe_recording, path), described)

    def _do(self, task: Callable[[], object], then: Callable[..., None]) -> None:
        self._work = Work(task, self)
        self._work.done.connect(then)
        self._work.failed.connect(self._failed)
        self._work.start()

    def _opened(self, source: ReplaySource) -> None:
        self._end_wait()
        self.show(source)
        self._next()

    def _failed(self, sentence: str) -> None:
        self._end_wait()
        self._message = MessageDialog(self.tr("It cannot be replayed"), sentence, self._parent)
        self._message.open()
        self._next()

    def _next(self) -> None:
        if self._waiting:
            self.open(self._waiting.pop(0))

    def _begin_wait(self, title: str, text: str, parent: QWidget | None = None) -> None:
        self._wait = WaitDialog(title, text, parent if parent is not None else self._parent)
        self._wait.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._wait.open()

    def _end_wait(self) -> None:
        self._work = None
        if self._wait is not None:
            self._wait.close()
            self._wait = None

    def _closed(self, window: ReplayWindow) -> None:
        if window in self.windows:
            self.windows.remove(window)
        self._tell_if_all_closed()

    def _compared_closed(self, window: CompareWindow) -> None:
        if window in self.compared:
            self.compared.remove(window)
        self._tell_if_all_closed()

    def _tell_if_all_closed(self) -> None:
        if not self.windows and not self.compared:
            self.all_closed.emit()


def _source_of(path: Path) -> ReplaySource:
    """Open a recording; runs on a worker thread."""
    from capture_app.session.replay import ReplaySource

    return ReplaySource.open(path)
