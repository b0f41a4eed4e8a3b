"""Analyses of the recording: choose one, try another with the sliders, keep it as a layer, compare two."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QSignalBlocker, QTimer
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from capture_app.gui import tokens
from capture_app.gui.labels import label, paragraph, rule
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


class LayersPage(InspectorPage):
    """The layers of the recording that is shown; the desk decides, this page shows and asks."""

    def __init__(self, parts: ReplayParts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source, self._frame, self._changed = parts.source, parts.frame, parts.analysis_changed
        self.desk = LayerDesk(parts.source)
        self._case: object = None
        self._compared: tuple[int, str] = (-1, "")  # revision that was shown, and the other layer
        self.list = LayerList(self)
        self.form = LayerForm(parts.source.eye, self)
        self.try_button = QPushButton(self.tr("Try out"), self)
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
        self.problem.setText(desk.problem)
        self.problem.setVisible(bool(desk.problem))

    def _connect(self) -> None:
        self.list.chosen.connect(self._choose)
        self.list.rename_requested.connect(lambda old, new: self._edited(self.desk.rename, old, new))
        self.list.note_requested.connect(lambda name, note: self._edited(self.desk.set_note, name, note))
        self.list.delete_requested.connect(lambda name: self._edited(self.desk.delete, name))
        self.form.changed.connect(self._try)
        self.try_button.clicked.connect(self._try)
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
        content = QWidget(self)
        column = QVBoxLayout(content)
        column.setContentsMargins(tokens.SPACE_M, tokens.SPACE_S, tokens.SPACE_M, tokens.SPACE_M)
        column.setSpacing(tokens.SPACE_S)
        for part in (self.problem, self.list, rule(content)):
            column.addWidget(part)
        column.addWidget(label(self.tr("Compare with"), "heading", content))
        compared = QHBoxLayout()
        compared.setSpacing(tokens.SPACE_S)
        compared.addWidget(self.other, 1)
        compared.addWidget(self.scope)
        column.addLayout(compared)
        column.addWidget(self.comparison)
        column.addWidget(rule(content))
        column.addWidget(label(self.tr("Try another analysis"), "heading", content))
        saved = QHBoxLayout()
        saved.setSpacing(tokens.SPACE_S)
        saved.addWidget(self.name, 1)
        saved.addWidget(self.save_button)
        going = QHBoxLayout()
        going.setSpacing(tokens.SPACE_S)
        going.addWidget(self.progress, 1)
        going.addWidget(self.cancel)
        acts = QHBoxLayout()
        acts.setSpacing(tokens.SPACE_S)
        acts.addWidget(self.try_button)
        acts.addWidget(self.reset_button)
        acts.addStretch(1)
        column.addLayout(saved)
        column.addLayout(going)
        column.addWidget(self.state)
        column.addWidget(self.drift_words)
        column.addWidget(self.form)
        column.addLayout(acts)
        column.addStretch(1)
        self.drift_words.hide()
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setWidget(content)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)
