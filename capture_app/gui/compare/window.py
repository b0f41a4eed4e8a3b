"""Several readers of one image: pictures left, similarity right, transport and the readers' lanes below."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import numpy as np
from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from capture_app.gui import tokens
from capture_app.gui.compare.lanes import Lane, Lanes
from capture_app.gui.compare.similarity_page import SimilarityPage
from capture_app.gui.compare.stage import CompareStage
from capture_app.gui.compare.view_page import CompareViewPage
from capture_app.gui.labels import label, paragraph
from capture_app.gui.replay.transport import Transport
from capture_app.gui.settings_form import ChoiceBox
from capture_app.gui.tokens import Colours
from capture_app.gui.workers import Work
from capture_app.session.compare import (
    ProfileName,
    SharedImage,
    SidePlayer,
    Similarity,
    shared_images,
    similarity_of,
)
from capture_app.session.replay import PlayClock, ReplayFrame, ReplayOptions, ReplaySource

_FRAME_MS: Final = 2 * tokens.FRAME_INTERVAL_MS  # several pictures at once: half as often as one
_SIDE_WIDTH: Final = tokens.REPLAY_SIDE_WIDTH + tokens.SPACE_XXL


class CompareWindow(QWidget):
    """Shows open recordings that share images, and closes them with itself. Make it on the GUI thread.

    Parameters
    ----------
    sources
        Open; from now on they belong to this window.
    colours
        Of the theme.
    sha256
        Image to begin with; "": the first.
    now_ns
        Clock by which it runs.

    Raises
    ------
    CompareError
        If they share no image; they are left open then.
    """

    closed = Signal()

    def __init__(
        self,
        sources: Sequence[ReplaySource],
        colours: Colours,
        *,
        sha256: str = "",
        now_ns: Callable[[], int] = time.perf_counter_ns,
        parent: QWidget | None = None,
    ) -> None:
        self.images: tuple[SharedImage, ...] = shared_images(sources)
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("compare_window")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(self.tr("Readers side by side"))
        self.sources = tuple(sources)
        self._colours, self._now_ns = colours, now_ns
        self.player = SidePlayer(self.sources)
        self.clock = PlayClock(0, 1)
        self.frames: tuple[ReplayFrame, ...] = ()
        self._is_dirty = True
        self._was_loaded = False
        self._work: Work | None = None
        self._order = 0  # of comparisons: an older answer is dropped
        self.transport = Transport(colours, self)
        self.transport.sound.hide()
        self.transport.kind.hide()
        self.lanes = Lanes(colours, self)
        self.similarity_page = SimilarityPage(colours, self)
        self.view = CompareViewPage(self)
        self.tabs = QTabWidget(self)
        self.notes = paragraph("", "finding", self)
        self.choice = ChoiceBox(self)
        self.choice.fit_contents()
        self._mode = QButtonGroup(self)
        self.stage: CompareStage | None = None
        self._lay_out()
        self._connect()
        self.resize(*tokens.WINDOW_SIZE)
        self.setMinimumSize(*tokens.WINDOW_MINIMUM)
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self.step)
        names = [image.sha256 for image in self.images]
        self.choice.setCurrentIndex(names.index(sha256) if sha256 in names else 0)
        self._show_image()

    @property
    def image(self) -> SharedImage:
        """The image that is shown."""
        return self.images[max(self.choice.currentIndex(), 0)]

    @property
    def similarity(self) -> Similarity | None:
        """How alike its readings are; None while it is worked out."""
        return self.similarity_page.similarity

    def step(self) -> None:
        """Go one frame on: move the clock, and draw where anything changed."""
        before_ns = self.clock.t_ns
        t_ns = self.clock.advance(self._now_ns())
        is_waiting = any(frame.is_waiting for frame in self.frames)
        if self._is_dirty or t_ns != before_ns or is_waiting or not self.frames:
            self._draw(t_ns)
        self.transport.show_clock(self.clock)
        self.lanes.show_moment(t_ns)
        if not self._was_loaded and all(source.is_loaded for source in self.sources):
            self._was_loaded = True
            self._show_lanes()
            self._compare()

    def go_to(self, t_ns: int) -> None:
        """Show a time since the image was shown."""
        self.clock.seek(int(t_ns))
        self._is_dirty = True
        self.step()

    def toggle_play(self) -> None:
        """Play or pause."""
        if self.clock.is_playing:
            self.clock.pause()
        else:
            self.clock.play()
        self._is_dirty = True

    def step_by(self, direction: int) -> None:
        """Stand, and go to where the next or the last fixation of any reader began."""
        self.clock.pause()
        times = np.unique(np.concatenate([np.zeros(1, np.int64), *self.player.fixation_onsets_ns()]))
        place = np.searchsorted(times, self.clock.t_ns, side="right" if direction > 0 else "left")
        place -= direction < 0
        if 0 <= place < len(times):
            self.go_to(int(times[place]))

    def set_overlaid(self, is_overlaid: bool) -> None:
        """Lay all readers over one picture, or show them beside each other."""
        self._mode.button(int(is_overlaid)).setChecked(True)
        if self.stage is not None:
            self.stage.set_overlaid(is_overlaid)
        self._is_dirty = True

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self._colours = colours
        for part in (self.transport, self.lanes, self.similarity_page):
            part.set_colours(colours)
        if self.stage is not None:
            self.stage.set_colours(colours)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do what a key means that no part of the window wanted for itself."""
        key = Qt.Key(event.key())
        acts: dict[Qt.Key, Callable[[], object]] = {
            Qt.Key.Key_Space: self.toggle_play,
            Qt.Key.Key_Left: partial(self.step_by, -1),
            Qt.Key.Key_Right: partial(self.step_by, 1),
            Qt.Key.Key_Home: partial(self.go_to, 0),
            Qt.Key.Key_End: lambda: self.go_to(self.clock.end_ns),
            Qt.Key.Key_Plus: partial(self.clock.faster, 1),
            Qt.Key.Key_Minus: partial(self.clock.faster, -1),
            Qt.Key.Key_O: lambda: self.set_overlaid(self._mode.checkedId() == 0),
        }
        if key in acts:
            acts[key]()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to run."""
        super().showEvent(event)
        for source in self.sources:
            source.start_loading()
        self._timer.start()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close the recordings."""
        self._timer.stop()
        self._order += 1  # an answer that is still on its way comes to nobody
        self.player.close()
        for source in self.sources:
            source.close()
        super().closeEvent(event)
        self.closed.emit()

    def _draw(self, t_ns: int) -> None:
        if self.stage is None:
            return
        options: ReplayOptions = self.view.options
        self.frames = self.player.frames(t_ns, self.stage.options_for(options))
        self.stage.show_frames(self.frames, options)
        self._is_dirty = False

    def _show_image(self) -> None:
        image = self.image
        self.player.show(image)
        self.clock.pause()
        self.clock = PlayClock(0, round(image.duration_s * 1e9))
        stage = CompareStage(image, self._colours, self)
        stage.set_overlaid(self._mode.checkedId() == 1)
        if self.stage is not None:
            self._middle.replaceWidget(self.stage, stage)
            self.stage.hide()
            self.stage.deleteLater()
        else:
            self._middle.insertWidget(0, stage, 1)
        self.stage = stage
        self.frames = ()
        self._is_dirty = True
        self._show_lanes()
        if self._was_loaded:
            self._compare()
        self.step()

    def _show_lanes(self) -> None:
        lanes = []
        for reading, onsets in zip(self.image.readings, self.player.fixation_onsets_ns(), strict=True):
            offsets = np.asarray(reading.fixations()["offset_host_ns"], np.int64) - reading.onset_ns
            end_ns = reading.end_ns - reading.onset_ns
            lanes.append(Lane(label=reading.label, end_ns=end_ns, onsets_ns=onsets, offsets_ns=offsets))
        self.lanes.show_lanes(lanes, self.clock.end_ns)
        silent = [reading.label for reading in self.image.readings if not len(reading.fixations())]
        text = self.tr("No fixation on this image: {0}.").format(", ".join(silent)) if silent else ""
        self.notes.setText(text if self._was_loaded else self.tr("Reading the signals of the recordings."))
        self.notes.setVisible(bool(self.notes.text()))

    def _compare(self) -> None:
        """Work out the similarity off this thread."""
        self._order += 1
        image, profile = self.image, ProfileName(self.similarity_page.profile.currentData())
        self.similarity_page.show_waiting(self.tr("Comparing the readers."))
        # It may outlive the window: an answer for a window that is gone is dropped by its order.
        self._work = Work(partial(similarity_of, image.sha256, image.readings, profile), application())
        self._work.done.connect(partial(self._compared, self._order))
        self._work.failed.connect(partial(self._not_compared, self._order))
        free_afterwards(self._work)
        self._work.start()

    def _compared(self, order: int, similarity: Similarity) -> None:
        if order == self._order:
            self.similarity_page.show_similarity(similarity)

    def _not_compared(self, order: int, sentence: str) -> None:
        if order == self._order:
            self.similarity_page.show_waiting(sentence)

    def _toggle_loop(self) -> None:
        if self.clock.loop is None:
            self.clock.set_loop(0, self.clock.end_ns)
        else:
            self.clock.clear_loop()

    def _options_changed(self, _options: ReplayOptions) -> None:
        self._is_dirty = True

    def _set_speed(self, speed: float) -> None:
        self.clock.set_speed(speed)

    def _connect(self) -> None:
        self.transport.play_toggled.connect(self.toggle_play)
        self.transport.step_requested.connect(self.step_by)
        self.transport.speed_changed.connect(self._set_speed)
        self.transport.loop_requested.connect(self._toggle_loop)
        self.lanes.seek_requested.connect(self.go_to)
        self.view.options_changed.connect(self._options_changed)
        self.similarity_page.profile_changed.connect(lambda _profile: self._compare())
        self.choice.currentIndexChanged.connect(lambda _place: self._show_image())
        self._mode.idClicked.connect(lambda place: self.set_overlaid(place == 1))

    def _lay_out(self) -> None:
        self.similarity_page.folder = self.sources[0].path.parent
        self.tabs.addTab(self.similarity_page, self.tr("Similarity"))
        self.tabs.addTab(self.view, self.tr("View"))
        self.tabs.setFixedWidth(_SIDE_WIDTH)
        self._middle = QHBoxLayout()
        self._middle.setContentsMargins(tokens.SPACE_S, 0, 0, 0)
        self._middle.setSpacing(tokens.SPACE_S)
        self._middle.addWidget(self.tabs)
        below = QVBoxLayout()
        below.setContentsMargins(tokens.SPACE_M, 0, tokens.SPACE_M, 0)
        below.addWidget(self.notes)
        below.addWidget(self.transport)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_S)
        column.addWidget(self._head())
        column.addLayout(self._middle, 1)
        column.addLayout(below)
        column.addWidget(self.lanes)

    def _head(self) -> QWidget:
        head = QWidget(self)
        head.setProperty("role", "topbar")
        head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.choice.setAccessibleName(self.tr("Image"))
        self.choice.setToolTip(self.tr("Images that were read at least twice, by their case"))
        for image in self.images:
            readers = ", ".join(reading.label for reading in image.readings)
            self.choice.addItem(f"{image.name}: {readers}", image.sha256)
        row = QHBoxLayout(head)
        row.setContentsMargins(tokens.SPACE_L, tokens.SPACE_S, tokens.SPACE_L, tokens.SPACE_S)
        row.setSpacing(tokens.SPACE_M)
        row.addWidget(label(self.tr("Readers of one image"), "section", head))
        row.addWidget(self.choice, 1)
        for place, text in enumerate((self.tr("Side by side"), self.tr("Overlaid"))):
            button = QPushButton(text, head)
            button.setCheckable(True)
            button.setChecked(place == 0)
            button.setToolTip(self.tr("Beside each other, or all over one picture  (O)"))
            self._mode.addButton(button, place)
            row.addWidget(button)
        return head


def free_afterwards(work: Work) -> None:
    """Let a piece of work go once it has answered: it holds the recordings it was about."""
    work.done.connect(work.deleteLater)
    work.failed.connect(work.deleteLater)


def application() -> QCoreApplication:
    """Return the application that all windows belong to."""
    application = QCoreApplication.instance()
    if application is None:
        raise RuntimeError("A window was made without an application.")
    return application
