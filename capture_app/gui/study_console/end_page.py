"""The end of a session, step by step, then what there is to open."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QPushButton, QWidget

from capture_app.gui import tokens
from capture_app.gui.dialogs import SentenceDialog
from capture_app.gui.glyphs import glyph_pixmap
from capture_app.gui.labels import label, paragraph
from capture_app.gui.tokens import Colours
from capture_app.gui.top_bar import level_colour, level_glyph
from capture_app.session.study_desk.states import EndStep, SessionEnd, StudyDeskState, StudyPhase

_WAITING = "waiting"
_RUNNING = "running"


class EndPage(SentenceDialog):
    """Renders `SessionEnd`. It may be closed at any time: what is under way goes on by itself."""

    next_session_requested = Signal()

    def __init__(self, colours: Colours, parent: QWidget | None) -> None:
        super().__init__("", "", parent)
        self._colours = colours
        self._shown: SessionEnd | None = None
        self._rows: list[tuple[QLabel, QLabel, QLabel]] = []
        self.progress = QProgressBar(self)
        self.progress.setTextVisible(False)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(tokens.SPACE_S)
        self._grid.setVerticalSpacing(tokens.SPACE_XS)
        self._grid.setColumnStretch(1, 1)
        self.place = paragraph("", "secondary", self)
        self.place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.column.addWidget(self.progress)
        self.column.addLayout(self._grid)
        self.column.addWidget(self.place)
        self.report_button = QPushButton(self.tr("Open the report"), self)
        self.folder_button = QPushButton(self.tr("Open the folder"), self)
        self.close_button = QPushButton(self.tr("Close"), self)
        self.next_button = QPushButton(self.tr("Next session"), self)
        self.report_button.clicked.connect(self._open_report)
        self.folder_button.clicked.connect(self._open_folder)
        self.close_button.clicked.connect(self.accept)
        self.next_button.clicked.connect(self._next)
        self.finish(self.report_button, self.folder_button, self.close_button, self.next_button)

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self._colours = colours
        shown, self._shown = self._shown, None
        if shown is not None:
            self._render_end(shown)

    def render_study(self, state: StudyDeskState) -> None:
        """Show how far the end is."""
        is_over = state.phase in (StudyPhase.ENDED, StudyPhase.FAILED)
        self.set_title(self._title(state))
        self.text.setText(self._summary(state))
        self.progress.setVisible(not is_over)
        end = state.end
        self.report_button.setEnabled(end is not None and end.report is not None)
        self.folder_button.setEnabled(end is not None)
        self.next_button.setEnabled(is_over)
        if end is not None and end != self._shown:
            self._render_end(end)

    def _render_end(self, end: SessionEnd) -> None:
        self._shown = end
        while len(self._rows) < len(end.steps):
            self._add_row()
        for row, step in zip(self._rows, end.steps, strict=False):
            self._show_step(row, step)
        done = sum(step.level not in (_WAITING, _RUNNING) for step in end.steps)
        self.progress.setRange(0, max(len(end.steps), 1))
        self.progress.setValue(done)
        self.place.setText(str(end.recording))
        layout = self.layout()
        if layout is not None:  # sentences that wrap ask for their height only now
            layout.activate()
            self.resize(self.width(), max(self.height(), layout.totalHeightForWidth(self.width())))

    def _add_row(self) -> None:
        row = len(self._rows)
        parts = (QLabel(self), label("", "", self), paragraph("", "secondary", self))
        parts[1].setMinimumHeight(tokens.STEP_HEIGHT)
        self._grid.addWidget(parts[0], 2 * row, 0, Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(parts[1], 2 * row, 1)
        self._grid.addWidget(parts[2], 2 * row + 1, 1)
        self._rows.append(parts)

    def _show_step(self, row: tuple[QLabel, QLabel, QLabel], step: EndStep) -> None:
        sign, name, words = row
        glyph = {_WAITING: "ring", _RUNNING: "play"}.get(step.level, level_glyph(step.level))
        level = "information" if step.level == _RUNNING else step.level
        colour = level_colour(self._colours, level)
        sign.setPixmap(glyph_pixmap(glyph, colour, tokens.GLYPH_SIZE, self.devicePixelRatioF()))
        name.setText(step.name)
        waits = self.tr("waits") if step.level == _WAITING else self.tr("under way")
        words.setText(step.text or (waits if step.level in (_WAITING, _RUNNING) else ""))
        words.setVisible(bool(words.text()))

    def _title(self, state: StudyDeskState) -> str:
        return {
            StudyPhase.ENDED: self.tr("The session has ended"),
            StudyPhase.FAILED: self.tr("The recording broke off"),
        }.get(state.phase, self.tr("The session is ending"))

    def _summary(self, state: StudyDeskState) -> str:
        if state.phase is StudyPhase.FAILED:
            return self.tr(
                "What was recorded until then is kept. Begin the next session with the same reader: it "
                "offers to go on at the interrupted screen."
            )
        view, steps = state.view, state.end.steps if state.end is not None else ()
        counted = "" if view is None else self.tr("{0} of {1} cases count. ").format(view.counted, view.quota)
        if state.phase is not StudyPhase.ENDED:
            return counted + self.tr("This window may be closed; the work goes on by itself.")
        troubles = sum(step.level in ("attention", "bad") for step in steps)
        if not troubles:
            return counted + self.tr("All went well.")
        return counted + self.tr("Look at the steps that are marked before the next reader comes.")

    def _open_report(self) -> None:
        if self._shown is not None and self._shown.report is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._shown.report)))

    def _open_folder(self) -> None:
        if self._shown is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._shown.recording.parent)))

    def _next(self) -> None:
        self.accept()
        self.next_session_requested.emit()
