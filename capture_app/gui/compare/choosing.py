"""From one replay to several readers: who else read this image, chosen from the study's recordings."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QListWidget, QListWidgetItem, QProgressBar, QPushButton, QWidget

from capture_app.gui import tokens
from capture_app.gui.compare.window import CompareWindow, application, free_afterwards
from capture_app.gui.dialogs import MessageDialog, SentenceDialog
from capture_app.gui.labels import paragraph
from capture_app.gui.replay.window import ReplayWindow
from capture_app.gui.workers import Work
from capture_app.session.compare import (
    MOST_READINGS,
    CompareError,
    FoundRecordings,
    image_ids_of,
    recordings_with,
    study_folder_of,
)
from capture_app.session.replay import ReplayError, ReplaySource
from recordings_schema.layout import EXTENSION


class ReadersDialog(SentenceDialog):
    """A list of recordings to tick."""

    chosen = Signal(object)  # tuple[Path, ...]

    def __init__(self, folder: Path, parent: QWidget | None) -> None:
        super().__init__("", "", parent)
        self.set_title(self.tr("Readers side by side"))
        self._folder = folder
        self.text.setText(self.tr("Looking for recordings with this image in {0}.").format(folder))
        self.bar = QProgressBar(self)
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.recordings = QListWidget(self)
        self.recordings.setAccessibleName(self.tr("Recordings with this image"))
        self.recordings.setMinimumHeight(8 * tokens.MINIMUM_TARGET)
        self.recordings.itemChanged.connect(self._changed)
        self.finding = paragraph("", "finding", self)
        self.column.addWidget(self.bar)
        self.column.addWidget(self.recordings)
        self.column.addWidget(self.finding)
        self.another = QPushButton(self.tr("Another recording…"), self)
        self.another.clicked.connect(self._browse)
        cancel = QPushButton(self.tr("Cancel"), self)
        cancel.clicked.connect(self.reject)
        self.show_readers = QPushButton(self.tr("Show"), self)
        self.show_readers.clicked.connect(lambda: self.chosen.emit(self.paths()))
        self.finish(self.another, cancel, self.show_readers)
        self._changed()

    def paths(self) -> tuple[Path, ...]:
        """Return the recordings that are ticked."""
        items = [self.recordings.item(row) for row in range(self.recordings.count())]
        return tuple(
            Path(item.data(Qt.ItemDataRole.UserRole))
            for item in items
            if item.checkState() is Qt.CheckState.Checked
        )

    def show_found(self, found: FoundRecordings) -> None:
        """Take what was found."""
        self.bar.hide()
        for each in found.holding:
            state = "" if each.is_finished else self.tr(" · not finished")
            self.add(each.path, f"{each.pseudonym} · {each.session_id}{state}")
        words = self.tr("Recordings with this image in {0}, by its checksum:").format(self._folder)
        if not found.holding:
            words = self.tr(
                "No other recording in {0} holds this image ({1} were looked at). Name one with Another "
                "recording…"
            ).format(self._folder, found.looked_at)
        self.text.setText(words)
        if found.unreadable:
            self.finding.setText(self.tr("{0} could not be read.").format(found.unreadable))

    def add(self, path: Path, words: str) -> None:
        """Put a recording into the list, ticked while there is room."""
        item = QListWidgetItem(words)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        has_room = len(self.paths()) < MOST_READINGS - 1
        item.setCheckState(Qt.CheckState.Checked if has_room else Qt.CheckState.Unchecked)
        item.setData(Qt.ItemDataRole.UserRole, str(path))
        item.setToolTip(str(path))
        item.setSizeHint(QSize(0, tokens.MINIMUM_TARGET))
        self.recordings.addItem(item)
        self._changed()

    def refuse(self, sentence: str) -> None:
        """Say why these cannot be shown."""
        self.bar.hide()
        self.finding.setText(sentence)

    def _changed(self) -> None:
        count = len(self.paths())
        self.show_readers.setEnabled(0 < count < MOST_READINGS)
        if count >= MOST_READINGS:
            self.finding.setText(self.tr("At most {0} readers are shown at once.").format(MOST_READINGS))

    def _browse(self) -> None:
        dialog = QFileDialog(self, self.tr("Another recording"), str(self._folder))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters([self.tr("Recordings (*{0})").format(EXTENSION)])
        dialog.filesSelected.connect(self._add_files)
        dialog.open()

    def _add_files(self, names: list[str]) -> None:
        for name in names:
            self.add(Path(name), Path(name).name)


class ReadersDoor(QObject):
    """Leads from one replay to its readers; ends with the window. Make it on the GUI thread."""

    def __init__(self, window: ReplayWindow) -> None:
        super().__init__(window)
        self._window = window
        self._is_given_up = threading.Event()
        self._work: Work | None = None
        self.dialog: ReadersDialog | None = None
        self.compared: CompareWindow | None = None
        window.closed.connect(self.stop)

    def ask(self) -> None:
        """Ask which recordings are to stand beside this one."""
        window = self._window
        sha256 = self._sha256()
        if not sha256:
            text = self.tr("The recording holds no case with an image, so that there is nothing to compare.")
            message = MessageDialog(self.tr("No image"), text, window)
            message.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            message.open()
            return
        folder = study_folder_of(window.source.path)
        self._is_given_up.clear()
        self.dialog = ReadersDialog(folder, window)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.chosen.connect(self.open)
        self.dialog.finished.connect(self._dialog_gone)
        self.dialog.open()
        search = partial(recordings_with, sha256, folder, window.source.path, self._is_given_up.is_set)
        self._do(search, self._found)

    def open(self, paths: tuple[Path, ...]) -> None:
        """Open recordings and show them beside this one."""
        self._do(partial(open_all, (self._window.source.path, *paths)), self._opened)

    def stop(self) -> None:
        """End what is on its way, and close the window of the readers."""
        self._is_given_up.set()
        if self.compared is not None:
            self.compared.close()

    def _sha256(self) -> str:
        """Return the checksum of the image that is shown, else of the first."""
        source = self._window.source
        case = source.tables.case_at(self._window.clock.t_ns) or next(iter(source.tables.cases), None)
        by_id = {image_id: sha256 for sha256, image_id in image_ids_of(source).items()}
        ids = () if case is None else case.image_ids
        return next((by_id[image_id] for image_id in ids if image_id in by_id), "")

    def _do(self, task: Callable[[], object], then: Callable[..., None]) -> None:
        # It may outlive the window, and what it opened is closed then: so it is nobody's child here, and
        # what takes the answer is no slot that goes with the window.
        self._work = Work(task, application())
        self._work.done.connect(partial(then))
        self._work.failed.connect(partial(self._failed))
        free_afterwards(self._work)
        self._work.start()

    def _found(self, found: FoundRecordings) -> None:
        if self.dialog is not None and not self._is_given_up.is_set():
            self.dialog.show_found(found)

    def _opened(self, sources: tuple[ReplaySource, ...]) -> None:
        if self.dialog is None or self._is_given_up.is_set():  # nobody waits for them any more
            close_all(sources)
            return
        try:
            window = CompareWindow(
                sources, self._window.picture.colours, sha256=self._sha256(), parent=self._window
            )
        except CompareError as err:
            close_all(sources)
            self.dialog.refuse(str(err))
            return
        self.dialog.accept()
        self.stop_comparing()
        self.compared = window
        window.closed.connect(self._compared_gone)
        window.show()

    def stop_comparing(self) -> None:
        """Close the window of the readers, where one is open."""
        if self.compared is not None:
            self.compared.close()

    def _failed(self, sentence: str) -> None:
        if self.dialog is not None and not self._is_given_up.is_set():
            self.dialog.refuse(sentence)

    def _dialog_gone(self) -> None:
        self.dialog = None

    def _compared_gone(self) -> None:
        self.compared = None


def open_all(paths: tuple[Path, ...]) -> tuple[ReplaySource, ...]:
    """Open recordings, all or none. Blocks: call it from a worker.

    Raises
    ------
    ReplayError
        If one of them cannot be looked at.
    """
    sources: list[ReplaySource] = []
    try:
        for path in dict.fromkeys(path.absolute() for path in paths):
            sources.append(ReplaySource.open(path))
    except ReplayError:
        close_all(sources)
        raise
    return tuple(sources)


def close_all(sources: tuple[ReplaySource, ...] | list[ReplaySource]) -> None:
    """Close recordings."""
    for source in sources:
        source.close()


def door_of(window: ReplayWindow) -> ReadersDoor:
    """Return what leads from a window to its readers, made when it is first asked for."""
    found = window.findChild(ReadersDoor)
    return found if isinstance(found, ReadersDoor) else ReadersDoor(window)
