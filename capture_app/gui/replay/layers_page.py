"""Analyses of the recording: choose one, try another with the sliders, keep it as a layer, compare two."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QSignalBlocker, Qt, QTimer
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from capture_app.gui import tokens
from capture_app.gui.labels import label, paragraph
from capture_app.gui.replay.layer_comparison import ComparisonView
from capture_app.gui.replay.layer_form import LayerForm
from capture_app.gui.replay.layer_list import LayerList
from capture_app.gui.replay.page import InspectorPage, ReplayParts
from capture_app.gui.settings_form import ChoiceBox
from capture_app.gui.tokens import Colours
from capture_app.session.layers import LIVE_LAYER, TRIED, LayerDesk, Span
from capture_app.session.replay import ReplayFrame

_POLL_MS: Final = 25
_NOTHING: Final = "\0"  # is no name of a layer
_LETTERS: Final = 10  # a choice shows at least
_TRY: Final = 1  # place of what is tried out among the parts


class LayersPage(InspectorPage):
    """The layers of the recording that is shown; the desk decides, this page shows and asks."""

    def __init__(self, parts: ReplayParts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source, self._frame, self._changed = parts.source, parts.frame, parts.analysis_changed
        self.desk = LayerDesk(parts.source)
        self._case: object = None
        self._compared: tuple[int, str] = (-1, "")  # revision that was shown, and the other layer
        self.parts = QButtonGroup(self)
        self.stack = QStackedWidget(self)
        self.list = LayerList(self)
        self.form = LayerForm(parts.source.eye, self)
        self.reset_button = QPushButton(self.tr("Defaults"), self)
        self.drift_words = paragraph("", "secondary", self)
        self.name = QLineEdit(self)
        self.name.setPlaceholderText(self.tr("Name of the layer"))
        self.name.setAccessibleName(self.tr("Name of the layer"))
        self.save_button = QPushButton(self.tr("Save as layer"), self)
        self.progress = QProgressBar(self)
        self.progress.setTextVisible(False)
        self.cancel = QPushButton(self.tr("Cancel"), self)
        self.state = paragraph("", "secondary", self)
        self.problem = paragraph("", "finding", self)
        self.other = ChoiceBox(self)
        self.scope = ChoiceBox(self)
        self.scope.addItem(self.tr("This case"), True)
        self.scope.addItem(self.tr("Whole recording"), False)
        for box in (self.other, self.scope):
            box.setMinimumContentsLength(_LETTERS)
        self.comparison = ComparisonView(parts.colours, self)
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._poll)
        self._lay_out()
        self._connect()
        self._show()

    def show_frame(self, frame: ReplayFrame) -> None:
        """Try out on the case that is shown now, where that was left; compare there."""
        case = None if frame.case is None else frame.case.number
        if case == self._case:
            return
        self._case = case
        if self.desk.shown == TRIED:
            self._try()
        elif self.other.currentData() != _NOTHING and self.scope.currentData():
            self._compare()

    def show_analysis(self) -> None:
        """Say where the events come from."""
        self._show()

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self.comparison.set_colours(colours)

    def stop_work(self) -> None:
        """End what is being worked out."""
        self._timer.stop()
        self.desk.close()

    def show_part(self, number: int) -> None:
        """Turn to the layers (0), what is tried out (1) or the comparison (2)."""
        self.parts.button(number).setChecked(True)
        self._turn(number)

    def _turn(self, number: int) -> None:
        self.stack.setCurrentIndex(number)
        if number == _TRY and self.desk.shown != TRIED:
            self._try()

    def _choose(self, name: str) -> None:
        if name == TRIED:
            self._try()
            return
        self.desk.show(name)
        self._after_asking(is_changed=name == LIVE_LAYER)

    def _try(self) -> None:
        choice, frame = self.form.choice, self._frame()
        self.save_button.setEnabled(choice is not None)
        if choice is None or frame is None:
            return
        found = None if choice.drift is None else self.desk.drift(choice.drift)
        self.drift_words.setText("" if found is None else found.sentence)
        self.drift_words.setVisible(found is not None)
        self.desk.try_out(choice, self.desk.span_at(frame.t_ns))
        self._after_asking(is_changed=False)

    def _save(self) -> None:
        choice = self.form.choice
        if choice is not None:
            name = self.name.text().strip() or self._free_name(choice.detector.value)
            self.desk.save(name, "", choice)
            self._after_asking(is_changed=False)

    def _free_name(self, wanted: str) -> str:
        taken = {each.name.casefold() for each in self.desk.layers}
        numbers = (f"{wanted} {number}" for number in range(1, len(taken) + 2))
        return next(name for name in numbers if name.casefold() not in taken)

    def _compare(self) -> None:
        other, frame = str(self.other.currentData()), self._frame()
        if other == _NOTHING or frame is None:
            self.desk.leave_comparison()
            self._after_asking(is_changed=True)
            return
        whole = Span(first_ns=self._source.first_ns, end_ns=self._source.end_ns)
        is_case = bool(self.scope.currentData()) or self.desk.shown == TRIED
        self._compared = (self._source.revision, other)
        self.desk.compare(other, self.desk.span_at(frame.t_ns) if is_case else whole)
        self._after_asking(is_changed=False)

    def _after_asking(self, *, is_changed: bool) -> None:
        """Wait for the answer, and show at once what has changed already."""
        if self.desk.is_busy:
            self._timer.start()
        if is_changed:
            self._take()
        else:
            self._show_state()

    def _poll(self) -> None:
        if self.desk.poll():
            self._take()
        else:
            self._show_state()
        if not self.desk.is_busy:
            self._timer.stop()

    def _take(self) -> None:
        """Show what the desk has found."""
        is_compared = str(self.other.currentData()) != _NOTHING
        is_new = (self._source.revision, self.desk.other) != self._compared
        self._changed()
        if is_compared and is_new and not self.desk.is_busy:
            self._compare()

    def _show(self) -> None:
        desk = self.desk
        has_tried = desk.tried is not None
        self.list.show_layers(desk.layers, desk.shown, self._source.events.origin, has_tried=has_tried)
        self._show_others()
        shown = self.tr("tried out") if desk.shown == TRIED else desk.shown
        self.comparison.show_comparison(desk.comparison, shown, desk.other)
        self._show_state()

    def _show_others(self) -> None:
        """Offer every layer but the one that is shown to compare it with."""
        names = [
            name
            for name in (LIVE_LAYER, *(each.name for each in self.desk.layers))
            if name != self.desk.shown
        ]
        current = str(self.other.currentData()) if self.other.count() else _NOTHING
        blocker = QSignalBlocker(self.other)
        self.other.clear()
        self.other.addItem(self.tr("Nothing"), _NOTHING)
        for name in names:
            self.other.addItem(name, name)
        self.other.setCurrentIndex(max(self.other.findData(current), 0))
        blocker.unblock()
        if current != _NOTHING and self.other.currentIndex() == 0:
            self.desk.leave_comparison()

    def _show_state(self) -> None:
        desk = self.desk
        is_saving = desk.busy_with == "save"
        self.progress.setVisible(is_saving)
        self.cancel.setVisible(is_saving)
        self.progress.setValue(round(desk.saved_share * 100))
        self.name.setVisible(not is_saving)
        self.save_button.setVisible(not is_saving)
        text = {
            "show": self.tr("Reading the layer."),
            "try": self.tr("Looking for events."),
            "save": self.tr("Going through the whole recording, {0:.0f} %.").format(desk.saved_share * 100),
            "compare": self.tr("Comparing."),
        }.get(desk.busy_with, "")
        if not text and desk.shown == TRIED:
            count = len(self._source.events.fixations)
            text = self.tr("{0} fixations in this case. Nothing of it is kept yet.").format(count)
        self.state.setText(text)
        self.state.setVisible(bool(text))
        self.problem.setText(desk.problem)
        self.problem.setVisible(bool(desk.problem))

    def _connect(self) -> None:
        self.list.chosen.connect(self._choose)
        self.list.rename_requested.connect(lambda old, new: self._edited(self.desk.rename, old, new))
        self.list.note_requested.connect(lambda name, note: self._edited(self.desk.set_note, name, note))
        self.list.delete_requested.connect(lambda name: self._edited(self.desk.delete, name))
        self.form.changed.connect(self._try)
        self.parts.idClicked.connect(self._turn)
        self.reset_button.clicked.connect(self.form.reset)
        self.save_button.clicked.connect(self._save)
        self.name.returnPressed.connect(self._save)
        self.cancel.clicked.connect(self.desk.give_up_saving)
        self.other.currentIndexChanged.connect(self._compare)
        self.scope.currentIndexChanged.connect(self._compare)

    def _edited(self, act: Callable[..., None], *words: str) -> None:
        act(*words)
        self._after_asking(is_changed=True)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_M, tokens.SPACE_S, tokens.SPACE_XS, 0)
        column.setSpacing(tokens.SPACE_S)
        row = QHBoxLayout()
        row.setSpacing(tokens.SPACE_S)
        for number, text in enumerate((self.tr("Layers"), self.tr("Try another"), self.tr("Compare"))):
            button = QPushButton(text, self)
            button.setCheckable(True)
            button.setChecked(number == 0)
            self.parts.addButton(button, number)
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.problem)
        column.addWidget(self.state)
        column.addWidget(self.stack, 1)
        for page in (self._stored_part(), self._tried_part(), self._compared_part()):
            self.stack.addWidget(page)

    def _stored_part(self) -> QWidget:
        return _scrolled(self, self.list)

    def _tried_part(self) -> QWidget:
        saved, going = QHBoxLayout(), QHBoxLayout()
        for row in (saved, going):
            row.setSpacing(tokens.SPACE_S)
        saved.setContentsMargins(0, 0, tokens.SPACE_S, 0)
        saved.addWidget(self.name, 1)
        saved.addWidget(self.save_button)
        saved.addWidget(self.reset_button)
        going.addWidget(self.progress, 1)
        going.addWidget(self.cancel)
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_S)
        column.addLayout(saved)
        column.addLayout(going)
        self.drift_words.hide()
        column.addWidget(_scrolled(self, self.drift_words, self.form), 1)
        return page

    def _compared_part(self) -> QWidget:
        row = QHBoxLayout()
        row.setSpacing(tokens.SPACE_S)
        row.addWidget(label(self.tr("With"), "secondary", self))
        row.addWidget(self.other, 1)
        row.addWidget(self.scope)
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, tokens.SPACE_S, 0)
        column.setSpacing(tokens.SPACE_S)
        column.addLayout(row)
        column.addWidget(_scrolled(self, self.comparison), 1)
        return page


def _scrolled(parent: QWidget, *parts: QWidget) -> QScrollArea:
    """Return parts below each other, which scroll down but never across."""
    content = QWidget(parent)
    column = QVBoxLayout(content)
    column.setContentsMargins(0, 0, tokens.SPACE_S, tokens.SPACE_S)
    column.setSpacing(tokens.SPACE_S)
    for part in parts:
        column.addWidget(part)
    column.addStretch(1)
    area = QScrollArea(parent)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(content)
    return area
