"""The dialog while a film or contact sheet is made: how far it is, how long it takes, and a way to end it."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QElapsedTimer, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QProgressBar, QPushButton, QWidget

from capture_app.gui.dialogs import SentenceDialog
from capture_app.gui.labels import paragraph
from capture_app.gui.replay.time_axis import clock_text
from capture_app.session.film import FilmError, PictureRun

_TURN_MS: Final = 25  # painted at a stretch: buttons answer between two of them
_log = logging.getLogger(__name__)


class RunDialog(SentenceDialog):
    """Makes it, in short turns on the GUI thread, as it is painted with the painters of the windows.

    Parameters
    ----------
    title
        What is made.
    make
        Returns the run, or None while what it needs is still being read; raises `FilmError`.
    parent
        The window it belongs to.
    """

    ended = Signal(bool)  # whether it is there

    def __init__(self, title: str, make: Callable[[], PictureRun | None], parent: QWidget | None) -> None:
        super().__init__(title, "", parent)
        self._make = make
        self.run: PictureRun | None = None
        self.is_ended = False
        self.text.setText(self.tr("Reading the recording."))
        self.bar = QProgressBar(self)
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.left = paragraph("", "secondary", self)
        self.column.addWidget(self.bar)
        self.column.addWidget(self.left)
        self.open_folder = QPushButton(self.tr("Open folder"), self)
        self.open_folder.clicked.connect(self._open_folder)
        self.open_folder.hide()
        self.button = QPushButton(self.tr("Cancel"), self)
        self.button.clicked.connect(self.reject)
        self.finish(self.open_folder, self.button)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.turn)
        self._timer.start(0)

    def turn(self) -> None:
        """Go on for a short while."""
        if self.is_ended:
            return
        try:
            if self.run is None:
                self.run = self._make()
                if self.run is None:
                    return
                self.text.setText(self.tr("Making {0}.").format(self.run.path.name))
                self.bar.setRange(0, self.run.count)
            spent = QElapsedTimer()
            spent.start()
            while not self.run.is_done and spent.elapsed() < _TURN_MS:
                self.run.step()
        except FilmError as err:
            self._end(str(err), is_there=False)
            return
        except Exception:  # noqa: BLE001  # the top of this job: the person is told, the log has the rest
            _log.exception("A film or contact sheet could not be made")
            self._end(self.tr("It could not be made; details are in the log."), is_there=False)
            return
        self._show(self.run)

    def reject(self) -> None:
        """End it; nothing is left of what is not whole."""
        self.stop()
        super().reject()

    def stop(self) -> None:
        """Stop and clean up; idempotent."""
        self._timer.stop()
        if self.run is not None:
            self.run.close()
        if not self.is_ended:
            self.is_ended = True
            self.ended.emit(False)

    def _show(self, run: PictureRun) -> None:
        self.bar.setValue(run.done)
        if run.is_done:
            self._end(
                "  ".join(each for each in (self.tr("{0} is there.").format(run.path), run.note) if each),
                is_there=True,
            )
            return
        left_s = run.left_s()
        words = self.tr("{0} left").format(clock_text(left_s)) if math.isfinite(left_s) else ""
        self.left.setText(f"{run.done / run.count * 100:.0f} %   {words}")

    def _end(self, text: str, *, is_there: bool) -> None:
        self.is_ended = True
        self._timer.stop()
        if self.run is not None:
            self.run.close()
        self.text.setText(text)
        self.bar.hide()
        self.left.hide()
        self.open_folder.setVisible(is_there)
        self.button.setText(self.tr("Close"))
        self.ended.emit(is_there)

    def _open_folder(self) -> None:
        if self.run is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.run.path.parent)))
