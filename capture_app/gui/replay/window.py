"""The replay of one recording: picture left, inspector right, transport and timeline below."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.dialogs import MessageDialog
from capture_app.gui.labels import ElidedLabel, label, paragraph
from capture_app.gui.replay.inspector import Inspector
from capture_app.gui.replay.measuring import measured_words
from capture_app.gui.replay.more_menu import more_button
from capture_app.gui.replay.page import ReplayParts
from capture_app.gui.replay.picture import ReplayPicture
from capture_app.gui.replay.replay_keys import KEY_WORDS, act_of
from capture_app.gui.replay.timeline import Timeline
from capture_app.gui.replay.transport import Transport
from capture_app.gui.replay.view_page import ViewPage
from capture_app.gui.tokens import Colours
from capture_app.session.replay import (
    FrameMaker,
    PlayClock,
    ReplayFrame,
    ReplayHeatmaps,
    ReplayOptions,
    ReplayPictures,
    ReplaySource,
    ReplayVoice,
    ViewMode,
)

_PANEL_EVERY: Final = 6  # frames: numbers that change faster cannot be read
_NOTES_EVERY: Final = 30


class ReplayWindow(QWidget):
    """Shows one open recording, and closes it with itself. Make it on the GUI thread.

    Parameters
    ----------
    source
        Open; from now on it belongs to this window.
    colours
        Of the theme.
    voice
        What plays the dictation; None: the loudspeaker of this computer.
    now_ns
        Clock by which the replay runs.
    """

    closed = Signal()
    information_requested = Signal(object)  # Path

    def __init__(
        self,
        source: ReplaySource,
        colours: Colours,
        *,
        voice: Callable[[ReplaySource, PlayClock], ReplayVoice] = ReplayVoice,
        now_ns: Callable[[], int] = time.perf_counter_ns,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("replay_window")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.source = source
        self.clock = PlayClock(source.first_ns, source.end_ns)
        self.voice = voice(source, self.clock)
        self._now_ns = now_ns
        self.pictures = ReplayPictures(source.images)
        self._heatmaps = ReplayHeatmaps(source)
        self._maker = FrameMaker(source, self.pictures, self._heatmaps)
        self._options = ReplayOptions()
        self.frame: ReplayFrame | None = None
        self._is_dirty = True
        self._frames = 0
        self._notes: tuple[str, ...] | None = None
        self.setWindowTitle(self.tr("Replay of {0}").format(source.path.name))
        self.picture = ReplayPicture(colours, self)
        self.transport = Transport(colours, self)
        self.timeline = Timeline(source, colours, self)
        self.inspector = Inspector(
            ReplayParts(
                source=source, colours=colours, picture=self.picture, pictures=self.pictures,
                frame=lambda: self.frame, analysis_changed=self.analysis_changed,
            ),
            self,
        )  # fmt: skip
        self.view = self.inspector.page(ViewPage)
        self.notes = paragraph("", "finding", self)
        self._lay_out()
        self._connect()
        self.resize(*tokens.WINDOW_SIZE)
        self.setMinimumSize(*tokens.WINDOW_MINIMUM)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(tokens.FRAME_INTERVAL_MS)
        self._timer.timeout.connect(self.step)
        self.picture.setFocus()
        self.step()

    @property
    def options(self) -> ReplayOptions:
        """What is drawn."""
        return self._options

    def step(self) -> None:
        """Go one frame on: move the clock, and draw where anything changed."""
        before_ns = self.clock.t_ns
        t_ns = self.clock.advance(self._now_ns())
        self.voice.step()
        t_ns = self.clock.t_ns
        self._frames += 1
        is_changed = self._is_dirty or t_ns != before_ns or (self.frame is not None and self.frame.is_waiting)
        if is_changed or self.frame is None or self.frame.t_ns != t_ns:
            self._draw(t_ns)
        self.timeline.show_moment(t_ns, self.clock.loop, is_followed=self.clock.is_playing)
        self.transport.show_clock(self.clock)
        if self._frames % _NOTES_EVERY == 1:
            self._show_notes()

    def go_to(self, t_ns: int) -> None:
        """Show a time."""
        self.clock.seek(int(t_ns))
        self.voice.jumped()
        self._is_dirty = True
        if not self.clock.is_playing:
            self._draw(self.clock.t_ns)
        self.timeline.show_moment(self.clock.t_ns, self.clock.loop, is_followed=False)

    def set_options(self, options: ReplayOptions) -> None:
        """Draw other layers."""
        self._options = options
        self.picture.take_options(options)
        self._is_dirty = True

    def toggle_play(self) -> None:
        """Play or pause."""
        if self.clock.is_playing:
            self.clock.pause()
        else:
            self.clock.play()
        self._is_dirty = True

    def step_by(self, kind: str, direction: int) -> None:
        """Stand, and go to the next sample, fixation, event or case, or to the one before."""
        self.clock.pause()
        t_ns = self.source.stepped(self.clock.t_ns, kind, direction)
        self.go_to(t_ns)
        self.timeline.show_moment(self.clock.t_ns, self.clock.loop, is_followed=True)

    def look_for_images_in(self, folder: Path) -> None:
        """Look for the images in a folder."""
        self.pictures.look_in(folder)
        self._is_dirty = True

    def analysis_changed(self) -> None:
        """Draw again everything that is made of events and gaze: `source.events` holds others."""
        self.inspector.show_analysis()
        self.timeline.show_analysis()
        self._measured(self.timeline.cursors)
        self._is_dirty = True

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        for part in (self.picture, self.transport, self.timeline, self.inspector):
            part.set_colours(colours)

    def ask_for_folder(self) -> None:
        """Ask which folder the images are in."""
        dialog = QFileDialog(self, self.tr("Folder with the images"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setDirectory(str(self.source.path.parent))
        dialog.fileSelected.connect(lambda name: self.look_for_images_in(Path(name)))
        dialog.open()

    def show_keys(self) -> None:
        """Show what the keys do."""
        lines = "\n".join(
            f"{keys}: {QCoreApplication.translate('replay', str(text))}" for keys, text in KEY_WORDS
        )
        dialog = MessageDialog(self.tr("Keys of the replay"), lines, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do what a key means that no part of the window wanted for itself."""
        act = act_of(event)
        if act:
            self._do(act)
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to run."""
        super().showEvent(event)
        self.source.start_loading()
        self.voice.prepare()
        self._timer.start()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close the recording."""
        self._timer.stop()
        self.inspector.stop_work()
        self.voice.close()
        self._heatmaps.close()
        self.pictures.close()
        self.source.close()
        super().closeEvent(event)
        self.closed.emit()

    def _draw(self, t_ns: int) -> None:
        self.frame = self._maker.frame(t_ns, self._options)
        self._is_dirty = False
        self.picture.show_frame(self.frame)
        if not self.clock.is_playing or self._frames % _PANEL_EVERY == 0:
            self.inspector.show_frame(self.frame)

    def _do(self, act: str) -> None:
        name, _, kind = act.partition(" ")
        if name in ("back", "on"):
            self.step_by(kind or self.transport.step_kind, 1 if name == "on" else -1)
        elif name == "loop":
            self._set_loop(is_begin=kind == "begin")
        else:
            acts: dict[str, Callable[[], object]] = {
                "play": self.toggle_play,
                "keys": self.show_keys,
                "first": lambda: self.go_to(self.clock.first_ns),
                "last": lambda: self.go_to(self.clock.end_ns),
                "clear": self._clear,
                "faster": lambda: self.clock.faster(1),
                "slower": lambda: self.clock.faster(-1),
                "mute": self.transport.sound.toggle,
                "whole": self._toggle_mode,
                "everything": lambda: self.timeline.set_axis(self.timeline.axis.everything()),
            }
            acts[name]()

    def _set_loop(self, *, is_begin: bool) -> None:
        """Put one end of the loop where the replay is; the other stays, or is an end of the case."""
        t_ns, case = self.clock.t_ns, self.source.tables.case_at(self.clock.t_ns)
        first_ns, end_ns = (
            (self.clock.first_ns, self.clock.end_ns) if case is None else (case.first_ns, case.end_ns)
        )
        if self.clock.loop is not None:
            first_ns, end_ns = self.clock.loop
        self.clock.set_loop(*((t_ns, max(end_ns, t_ns)) if is_begin else (min(first_ns, t_ns), t_ns)))

    def _toggle_loop(self) -> None:
        """Go round what the cursors hold, else the case; or stop going round."""
        if self.clock.loop is not None:
            self.clock.clear_loop()
            return
        case = self.source.tables.case_at(self.clock.t_ns)
        if self.timeline.cursors is not None:
            self.clock.set_loop(*self.timeline.cursors)
        elif case is not None:
            self.clock.set_loop(case.first_ns, case.end_ns)
        else:
            self.clock.set_loop(self.clock.first_ns, self.clock.end_ns)

    def _clear(self) -> None:
        self.clock.clear_loop()
        self.timeline.set_cursors(None)

    def _toggle_mode(self) -> None:
        box = self.view.mode
        is_whole = ViewMode(box.currentData()) is ViewMode.WHOLE_IMAGE
        box.setCurrentIndex(0 if is_whole else 1)

    def _measured(self, cursors: tuple[int, int] | None) -> None:
        self.transport.measure.setText("" if cursors is None else measured_words(self.source, *cursors))

    def _mute(self, is_muted: bool) -> None:
        self.voice.is_muted = is_muted

    def _show_notes(self) -> None:
        problems = () if self.frame is None else self.frame.problems
        notes = (*self.source.notes, *problems, *((self.voice.text,) if self.voice.text else ()))
        if notes != self._notes:
            self._notes = notes
            self.notes.setText("  ".join(notes))
            self.notes.setVisible(bool(notes))
        self.transport.show_sound(has_sound=self.voice.has_sound, problem=self.voice.text)
        if not self.source.is_loaded:
            share = self.source.loaded_share
            self.transport.measure.setText(self.tr("Reading the signals, {0:.0f} %").format(share * 100.0))
        elif self.transport.measure.text().startswith(self.tr("Reading the signals")):
            self._measured(self.timeline.cursors)
            self.analysis_changed()

    def _connect(self) -> None:
        transport = self.transport
        transport.play_toggled.connect(self.toggle_play)
        transport.step_requested.connect(lambda direction: self.step_by(transport.step_kind, direction))
        transport.speed_changed.connect(self.clock.set_speed)
        transport.loop_requested.connect(self._toggle_loop)
        transport.mute_toggled.connect(self._mute)
        self.timeline.seek_requested.connect(self.go_to)
        self.timeline.measured.connect(self._measured)
        self.inspector.moment_chosen.connect(self.go_to)
        self.view.options_changed.connect(self.set_options)
        self.set_options(self.view.options)

    def _lay_out(self) -> None:
        middle = QHBoxLayout()
        middle.setSpacing(tokens.SPACE_S)
        middle.addWidget(self.picture, 1)
        middle.addWidget(self.inspector)
        below = QVBoxLayout()
        below.setContentsMargins(tokens.SPACE_M, 0, tokens.SPACE_M, 0)
        below.addWidget(self.transport)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_S)
        column.addWidget(self._head())
        column.addLayout(middle, 1)
        column.addLayout(below)
        column.addWidget(self.timeline)

    def _head(self) -> QWidget:
        head = QWidget(self)
        head.setProperty("role", "topbar")
        head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        metadata, tracker = self.source.metadata, self.source.tracker
        title = ElidedLabel(head)
        title.setProperty("role", "section")
        title.set_text(self.source.path.name)
        reader = self.tr("reader {0}").format(metadata.participant.pseudonym)
        rate = f", {tracker.rate_hz:g} Hz" if math.isfinite(tracker.rate_hz) else ""
        facts = [reader, tracker.model + rate]
        if metadata.session.study:
            facts.insert(0, metadata.session.study)
        row = QHBoxLayout()
        row.setSpacing(tokens.SPACE_M)
        row.addWidget(title, 1)
        row.addWidget(label(" · ".join(facts), "secondary", head))
        row.addWidget(more_button(self, head))
        column = QVBoxLayout(head)
        column.setContentsMargins(tokens.SPACE_M, tokens.SPACE_S, tokens.SPACE_M, tokens.SPACE_S)
        column.addLayout(row)
        column.addWidget(self.notes)
        return head
