"""The one way to do slow work: off the GUI thread, with the answer delivered on it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from capture_app.session.port import SessionError

_LOG = logging.getLogger(__name__)


class Work(QObject):
    """A piece of slow work; keep it until it has answered. Signals arrive on the thread that made it."""

    done = Signal(object)  # what the work returned
    failed = Signal(str)  # a sentence

    def __init__(self, task: Callable[[], object], parent: QObject) -> None:
        super().__init__(parent)
        self._task = task

    def start(self) -> None:
        """Begin."""
        QThreadPool.globalInstance().start(_Runner(self))

    def run(self) -> None:
        """Do the work and send the answer. Runs on a worker thread."""
        try:
            answer = self._task()
        except SessionError as err:
            self.failed.emit(str(err))
        except Exception as err:  # noqa: BLE001 - the top of a thread: recorded here, told to the person
            _LOG.exception("slow work failed")
            self.failed.emit(self.tr("It could not be done ({0}). The log has the details.").format(err))
        else:
            self.done.emit(answer)


class _Runner(QRunnable):
    def __init__(self, work: Work) -> None:
        super().__init__()
        self._work = work

    def run(self) -> None:
        self._work.run()


def finish_work() -> None:
    """Wait for work that is still running, at the end of the program."""
    QThreadPool.globalInstance().waitForDone(10_000)
