"""The page of the accuracy map: picture, error over time, and what these data can resolve."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from capture_app.gui import tokens
from capture_app.gui.labels import label, paragraph, rule
from capture_app.gui.study_console.accuracy_picture import AccuracyPicture, AccuracyStrip
from capture_app.gui.tokens import Colours
from capture_app.session.accuracy_layout import (
    AccuracyLayout,
    accuracy_layout,
    lesion_sentence,
    next_targets_sentence,
)
from capture_app.session.study_desk.states import StudyDeskState

_BEFORE_UNIT = re.compile(r"(?<=\d) (?=mm|deg|image px)")
_RENEWAL_S = 30.0  # marks fade slowly; the two next targets move as slowly


class AccuracyPage(QDialog):
    """Renders a study's accuracy map; nothing is measured from here.

    Parameters
    ----------
    colours
        Of the theme.
    aspect
        Width of the reader's screen over its height.
    """

    def __init__(self, colours: Colours, aspect: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("accuracy_page")
        self.setWindowTitle(self.tr("Accuracy map"))
        self.resize(*tokens.ACCURACY_PAGE_SIZE)
        self._shown: tuple[int, int] | None = None
        self.layout_shown: AccuracyLayout | None = None
        self.picture = AccuracyPicture(colours, aspect, self)
        self.strip = AccuracyStrip(colours, self)
        self.summary = paragraph("", parent=self)
        self.lesion = paragraph("", parent=self)
        self.next = paragraph("", parent=self)
        self.close_button = QPushButton(self.tr("Close"), self)
        self.close_button.setDefault(True)
        self.close_button.clicked.connect(self.accept)
        self._lay_out()

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self.picture.set_colours(colours)
        self.strip.set_colours(colours)

    def render_study(self, state: StudyDeskState, now_host_ns: int) -> None:
        """Show the map as it is now; a new picture is made where something was measured or time went on."""
        sentence = _unbroken(lesion_sentence(state.smallest_lesion))
        if self.lesion.text() != sentence:
            self.lesion.setText(sentence)
        key = (state.accuracy_version, int(state.session_elapsed_s / _RENEWAL_S))
        if state.accuracy is None:
            self.summary.setText(self.tr("Nothing was measured yet. A validation brings the first marks."))
        elif key != self._shown:
            self._shown = key
            self._show(state, now_host_ns)

    def _show(self, state: StudyDeskState, now_host_ns: int) -> None:
        accuracy = state.accuracy
        if accuracy is None:
            return
        newest_ns = max((point.t_host_ns for point in accuracy.points), default=now_host_ns)
        now_ns = max(now_host_ns, newest_ns)  # a stream that stalled tells no newer time
        layout = accuracy_layout(
            accuracy,
            state.opened.study.gates,
            start_host_ns=now_ns - int(state.session_elapsed_s * 1e9),
            now_host_ns=now_ns,
        )
        self.layout_shown = layout
        self.picture.show_layout(layout)
        self.strip.show_layout(layout)
        self.summary.setText(_unbroken(layout.summary))
        self.next.setText(next_targets_sentence(layout.next_targets))

    def _lay_out(self) -> None:
        side = QWidget(self)
        parts = QVBoxLayout(side)
        parts.setContentsMargins(tokens.SPACE_XL, 0, tokens.SPACE_L, 0)
        parts.setSpacing(tokens.SPACE_M)
        legend = paragraph(
            self.tr(
                "A cross is a target; the arrow points where gaze was instead, many times as long as on the "
                "screen (see the bar for 1 deg). Disc: good. Triangle: above the aim. Square: above the "
                "limit. Dotted: the scatter of the samples. Old marks fade."
            ),
            "secondary",
            side,
        )
        for heading, part in (
            (self.tr("How good it is"), self.summary),
            (self.tr("What it resolves"), self.lesion),
            (self.tr("Where to measure next"), self.next),
            (self.tr("How to read it"), legend),
        ):
            parts.addWidget(label(heading, "section", side))
            parts.addWidget(part)
        parts.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFixedWidth(tokens.TRACKER_LIST_WIDTH)
        area.setWidget(side)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.setContentsMargins(tokens.SPACE_L, 0, 0, 0)
        pictures = QVBoxLayout()
        pictures.setSpacing(tokens.SPACE_S)
        pictures.addWidget(self.picture, 1)
        pictures.addWidget(self.strip)
        body.addLayout(pictures, 1)
        body.addWidget(area)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(tokens.SPACE_L, tokens.SPACE_M, tokens.SPACE_L, tokens.SPACE_L)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, tokens.SPACE_L, 0, 0)
        column.setSpacing(tokens.SPACE_M)
        title = label(self.tr("Accuracy map"), "title", self)
        title.setContentsMargins(tokens.SPACE_L, 0, 0, 0)
        column.addWidget(title)
        column.addLayout(body, 1)
        column.addWidget(rule(self))
        column.addLayout(buttons)


def _unbroken(sentence: str) -> str:
    """Return a sentence in which no line ends between a number and its unit."""
    return _BEFORE_UNIT.sub("\u00a0", sentence)
