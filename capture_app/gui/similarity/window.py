"""The similarity browser: a reading left, those most like it by gaze right, measure and threshold above."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QStringListModel, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QListView,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from capture_app.gui import tokens
from capture_app.gui.labels import ElidedLabel, label, paragraph
from capture_app.gui.similarity.controls import SimilarityControls
from capture_app.gui.similarity.tile import ReadingTile
from capture_app.gui.similarity.wait_page import WaitPage
from capture_app.gui.similarity.worker import LibraryWorker, TilePictures
from capture_app.gui.tokens import Colours
from capture_app.session.similarity.library import GazeLibrary, GazeRelation
from gaze_core.similarity import GazeMeasure

COLUMNS: Final = 4
ROWS: Final = 2


class SimilarityWindow(QWidget):
    """Browses readings by how alike they are. Make it on the GUI thread.

    Parameters
    ----------
    place
        Folder of recordings, or of a McGIP dataset; read as soon as the window is made.
    colours
        Of the theme.
    recording
        File whose first reading is chosen at first; None: the first of all.
    """

    def __init__(
        self, place: Path, colours: Colours, *, recording: Path | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("similarity_window")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(self.tr("Similar readings"))
        self._colours = colours
        self._recording = recording
        self.library: GazeLibrary | None = None
        self.relation: GazeRelation | None = None
        self.measure: GazeMeasure | None = None  # of the relation
        self.chosen = -1
        self.worker = LibraryWorker()
        self.pictures = TilePictures()
        self.title, self.counts = ElidedLabel(self), label("", "secondary", self)
        self.controls = SimilarityControls(self)
        self.wait = WaitPage(self)
        self.list = QListView(self)
        self.names = QStringListModel(self)
        self.large = ReadingTile(colours, self, is_large=True)
        self.tiles = [ReadingTile(colours, self) for _ in range(ROWS * COLUMNS)]
        self.positives = label("", "section", self)
        self.notes = paragraph("", "finding", self)
        self.stack = QStackedWidget(self)
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.setInterval(tokens.WAIT_INTERVAL_MS)
        self._slow.timeout.connect(self._show_wait)
        self._resized = QTimer(self)
        self._resized.setSingleShot(True)
        self._resized.setInterval(tokens.PANEL_INTERVAL_MS)
        self._resized.timeout.connect(self._ask_for_pictures)
        self._lay_out()
        self._connect()
        self.resize(*tokens.WINDOW_SIZE)
        self.setMinimumSize(*tokens.WINDOW_MINIMUM)
        self.open(place)

    def open(self, place: Path) -> None:
        """Read the readings of another folder."""
        if self.worker.is_busy:
            return
        self.library = self.relation = self.measure = None
        self.chosen = -1
        self.title.set_text(str(place))
        self.counts.setText("")
        self.notes.setVisible(False)
        self.controls.setVisible(False)
        self.wait.show_work(
            self.tr("Reading the gaze of all readings"),
            self.tr("Each recording is read once. Nothing is written."),
        )
        self.stack.setCurrentWidget(self.wait)
        self.worker.load(place)

    def choose(self, place: int) -> None:
        """Show a reading and its neighbours."""
        self.chosen = place
        index = self.names.index(place)
        if self.list.currentIndex() != index:
            self.list.setCurrentIndex(index)
        self._show_neighbours()
        self._ask_for_pictures()

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self._colours = colours
        for tile in (self.large, *self.tiles):
            tile.set_colours(colours)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close by the key that closes a window of the side."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw the pictures anew once the size rests."""
        super().resizeEvent(event)
        self._resized.start()

    def _loaded(self, library: GazeLibrary) -> None:
        self.library = library
        self.pictures.take_library(library)
        readers = {reading.reader for reading in library.readings if reading.reader}
        words = [self.tr("{0} readings").format(len(library.readings))]
        if readers:
            words.append(self.tr("{0} readers").format(len(readers)))
        self.counts.setText(" · ".join(words))
        self.notes.setText("  ".join(library.notes))
        self.notes.setVisible(bool(library.notes))
        self.names.setStringList(
            [" · ".join(part for part in (each.title, each.reader) if part) for each in library.readings]
        )
        self.controls.set_measures(library.measures, library.threshold)
        self.controls.setVisible(True)
        if self.controls.measure is not None:
            self._relate(self.controls.measure)

    def _relate(self, measure: GazeMeasure) -> None:
        if self.library is None or self.worker.is_busy:
            return
        self.wait.show_work(
            self.tr("Comparing all readings"),
            self.tr("Every reading is compared with every other; the result is kept for this window."),
        )
        self._slow.start()  # most measures are there before anybody sees that they were waited for
        self.worker.relate(self.library, measure)

    def _related(self, measure: GazeMeasure, relation: GazeRelation) -> None:
        if self.library is None:
            return
        self._slow.stop()
        self.measure, self.relation = measure, relation
        self.controls.choose(measure)
        self._show_pairs()
        self.stack.setCurrentIndex(1)
        first = next(
            (n for n, each in enumerate(self.library.readings) if each.recording == self._recording), 0
        )
        self.choose(self.chosen if self.chosen >= 0 else first)

    def _show_pairs(self) -> None:
        if self.relation is not None:
            positive = self.relation.positive_count(self.controls.threshold)
            self.controls.show_pairs(positive, self.relation.pair_count)

    def _threshold_changed(self, _threshold: float) -> None:
        self._show_pairs()
        self._show_neighbours()

    def _show_neighbours(self) -> None:
        library, relation = self.library, self.relation
        if library is None or relation is None or self.chosen < 0:
            return
        threshold = self.controls.threshold
        self.large.show_reading(self.chosen, library.readings[self.chosen], "", is_positive=False)
        found = relation.neighbours(self.chosen, len(self.tiles))
        for tile, (place, value) in zip(self.tiles, found, strict=False):
            tile.show_reading(place, library.readings[place], f"{value:.3f}", is_positive=value > threshold)
        for tile in self.tiles[len(found) :]:
            tile.clear()
        count = relation.positives_of(self.chosen, threshold)
        words = self.tr("Most alike: {0} positive") if count else self.tr("Most alike: none positive")
        self.positives.setText(words.format(count))

    def _ask_for_pictures(self) -> None:
        if self.library is None or self.chosen < 0:
            return
        shown = [self.large, *(tile for tile in self.tiles if tile.place >= 0)]
        self.pictures.ask([(tile.place, tile.picture_px()) for tile in shown])

    def _picture_made(self, place: int, picture: object) -> None:
        for tile in (self.large, *self.tiles):
            tile.show_picture(place, picture)  # type: ignore[arg-type]  # a signal carries any object

    def _show_wait(self) -> None:
        self.stack.setCurrentWidget(self.wait)

    def _failed(self, sentence: str) -> None:
        self._slow.stop()
        self.wait.show_message(self.tr("The readings cannot be compared"), sentence)
        self.stack.setCurrentWidget(self.wait)

    def _cancelled(self) -> None:
        self._slow.stop()
        if self.measure is not None:
            self.controls.choose(self.measure)
            self.stack.setCurrentIndex(1)
            return
        self._failed(self.tr("It was cancelled. Nothing was changed; choose a folder to begin again."))

    def _ask_for_folder(self) -> None:
        dialog = QFileDialog(self, self.tr("Folder of recordings, or of a dataset in the format mcgip"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda name: self.open(Path(name)))
        dialog.open()

    def _connect(self) -> None:
        self.worker.loaded.connect(self._loaded)
        self.worker.related.connect(self._related)
        self.worker.failed.connect(self._failed)
        self.worker.cancelled.connect(self._cancelled)
        self.worker.progressed.connect(self.wait.show_progress)
        self.wait.cancel_requested.connect(self.worker.cancel)
        self.wait.folder_requested.connect(self._ask_for_folder)
        self.controls.measure_chosen.connect(self._relate)
        self.controls.threshold_changed.connect(self._threshold_changed)
        self.pictures.made.connect(self._picture_made)
        self.destroyed.connect(self.worker.leave)
        self.destroyed.connect(self.pictures.leave)
        self.list.selectionModel().currentChanged.connect(
            lambda index, _before: self._row_chosen(index.row())
        )
        for tile in self.tiles:
            tile.chosen.connect(self.choose)

    def _row_chosen(self, row: int) -> None:
        if row >= 0 and row != self.chosen:
            self.choose(row)

    def _lay_out(self) -> None:
        self.list.setModel(self.names)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setUniformItemSizes(True)
        self.list.setFixedWidth(tokens.SIMILARITY_LIST_WIDTH)
        self.list.setAccessibleName(self.tr("Readings"))
        grid = QGridLayout()
        grid.setSpacing(tokens.SPACE_S)
        for number, tile in enumerate(self.tiles):
            grid.addWidget(tile, number // COLUMNS, number % COLUMNS)
        right = QVBoxLayout()
        right.setSpacing(tokens.SPACE_S)
        right.addWidget(self.positives)
        right.addLayout(grid, 1)
        browse = QWidget(self)
        row = QHBoxLayout(browse)
        row.setContentsMargins(tokens.SPACE_M, 0, tokens.SPACE_M, tokens.SPACE_M)
        row.setSpacing(tokens.SPACE_L)
        row.addWidget(self.list)
        row.addWidget(self.large, 2)
        row.addLayout(right, 5)
        self.stack.addWidget(self.wait)
        self.stack.addWidget(browse)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_M)
        column.addWidget(self._head())
        column.addWidget(self.controls)
        column.addWidget(self.stack, 1)

    def _head(self) -> QWidget:
        head = QWidget(self)
        head.setProperty("role", "topbar")
        head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title.setProperty("role", "section")
        choose = QPushButton(self.tr("Choose a folder…"), head)
        choose.clicked.connect(self._ask_for_folder)
        row = QHBoxLayout()
        row.setSpacing(tokens.SPACE_M)
        row.addWidget(self.title, 1)
        row.addWidget(self.counts)
        row.addWidget(choose)
        column = QVBoxLayout(head)
        column.setContentsMargins(tokens.SPACE_M, tokens.SPACE_S, tokens.SPACE_M, tokens.SPACE_S)
        column.addLayout(row)
        column.addWidget(self.notes)
        return head
