"""The layers of a recording as a list, with what can be done to one."""

from __future__ import annotations

import json

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from capture_app.gui import tokens
from capture_app.gui.dialogs import SentenceDialog
from capture_app.gui.labels import paragraph
from capture_app.session.layers import LIVE_LAYER, TRIED, parameter_specs
from gaze_core.fixations import DetectorName
from recordings_schema.layers import LayerFacts

_MOST_LINES = 6


class LayerList(QWidget):
    """One line for each layer; the one that is shown is marked."""

    chosen = Signal(str)  # name; `TRIED` of what is tried out
    rename_requested = Signal(str, str)  # old name, new name
    note_requested = Signal(str, str)  # name, note
    delete_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers: dict[str, LayerFacts] = {}
        self.list = QListWidget(self)
        self.list.setAccessibleName(self.tr("Layers"))
        self.list.setUniformItemSizes(True)
        self.list.currentItemChanged.connect(self._choose)
        self.facts = paragraph("", "secondary", self)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.buttons: dict[str, QPushButton] = {}
        row = QHBoxLayout()
        row.setSpacing(tokens.SPACE_S)
        for name, text, act in (
            ("rename", self.tr("Rename…"), self._rename),
            ("note", self.tr("Note…"), self._note),
            ("delete", self.tr("Delete…"), self._delete),
        ):
            button = QPushButton(text, self)
            button.clicked.connect(act)
            self.buttons[name] = button
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_S)
        column.addWidget(self.list)
        column.addWidget(self.facts)
        column.addLayout(row)

    def show_layers(
        self, layers: tuple[LayerFacts, ...], shown: str, origin: str, *, has_tried: bool
    ) -> None:
        """Show which layers there are, and say of the one that is shown where it comes from."""
        self._layers = {each.name: each for each in layers}
        lines = [(LIVE_LAYER, self.tr("Recorded live"))]
        lines += [(each.name, each.name) for each in layers]
        if has_tried:
            lines.append((TRIED, self.tr("Tried out, not saved")))
        blocker = QSignalBlocker(self.list)
        self.list.clear()
        for name, text in lines:
            item = QListWidgetItem(text, self.list)
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setSizeHint(QSize(0, tokens.MINIMUM_TARGET))
            item.setToolTip(text)
            if name == shown:
                self.list.setCurrentItem(item)
        blocker.unblock()
        count = min(len(lines), _MOST_LINES)
        self.list.setFixedHeight(count * (tokens.MINIMUM_TARGET + 2) + tokens.SPACE_XS)
        facts = self._layers.get(shown)
        self.facts.setText(self._words(origin) if facts is None else facts_words(facts))
        self.facts.setVisible(bool(self.facts.text()))
        for button in self.buttons.values():
            button.setVisible(facts is not None)

    def _words(self, origin: str) -> str:
        return f"{origin[:1].upper()}{origin[1:]}." if origin else self.tr("No fixations were recorded.")

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(str(item.data(Qt.ItemDataRole.UserRole)))

    def _current(self) -> LayerFacts | None:
        item = self.list.currentItem()
        return None if item is None else self._layers.get(str(item.data(Qt.ItemDataRole.UserRole)))

    def _rename(self) -> None:
        facts = self._current()
        if facts is not None:
            self._ask(
                self.tr("Rename the layer"),
                self.tr("How is {0} to be called?").format(facts.name),
                facts.name,
                self.tr("Rename"),
                lambda text: self.rename_requested.emit(facts.name, text),
            )

    def _note(self) -> None:
        facts = self._current()
        if facts is not None:
            self._ask(
                self.tr("Note on the layer"),
                self.tr("What is worth knowing of {0}?").format(facts.name),
                facts.note,
                self.tr("Keep the note"),
                lambda text: self.note_requested.emit(facts.name, text),
            )

    def _delete(self) -> None:
        facts = self._current()
        if facts is None:
            return
        dialog = SentenceDialog(
            self.tr("Delete the layer"),
            self.tr("{0} goes with its events. The recording and all other layers stay as they are.").format(
                facts.name
            ),
            self,
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        delete, keep = QPushButton(self.tr("Delete"), dialog), QPushButton(self.tr("Keep it"), dialog)
        delete.clicked.connect(dialog.accept)
        keep.clicked.connect(dialog.reject)
        dialog.accepted.connect(lambda: self.delete_requested.emit(facts.name))
        dialog.finish(delete, keep)
        dialog.open()

    def _ask(self, title: str, question: str, text: str, word: str, then: object) -> None:
        dialog = TextDialog(title, question, text, word, self)
        dialog.given.connect(then)
        dialog.open()


class TextDialog(SentenceDialog):
    """Asks for one line."""

    given = Signal(str)

    def __init__(self, title: str, question: str, text: str, word: str, parent: QWidget) -> None:
        super().__init__(title, question, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.line = QLineEdit(text, self)
        self.line.setAccessibleName(question)
        self.line.selectAll()
        self.column.addWidget(self.line)
        keep, leave = QPushButton(word, self), QPushButton(self.tr("Leave it"), self)
        keep.clicked.connect(self.accept)
        leave.clicked.connect(self.reject)
        self.accepted.connect(lambda: self.given.emit(self.line.text()))
        self.finish(leave, keep)


def facts_words(facts: LayerFacts) -> str:
    """Return what made a layer: detector, what differs from its defaults, gaze, when, by whom."""
    lines = [f"{facts.detector} {facts.detector_version}, {facts.signal}. {_changed(facts)}"]
    if facts.gaze != "recorded":
        lines.append(_corrected(facts))
    lines.append(f"{facts.created.replace('T', ' ').removesuffix('Z')} UTC, {facts.software}.")
    if facts.note:
        lines.append(facts.note)
    return "\n".join(lines)


def _changed(facts: LayerFacts) -> str:
    values = _object(facts.parameters)
    if facts.detector not in {name.value for name in DetectorName}:
        return ""
    changed = [
        f"{spec.label.lower()} {_value(values.get(spec.name))} {spec.unit}".rstrip()
        for spec in parameter_specs(DetectorName(facts.detector))
        if spec.name != "eye" and values.get(spec.name) != spec.default
    ]
    return f"Changed: {', '.join(changed)}." if changed else "Parameters: the detector's own."


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _corrected(facts: LayerFacts) -> str:
    settings, judged = _object(facts.gaze_parameters), _object(facts.judgement)
    text = f"Gaze is drift-corrected by {settings.get('source')} ({settings.get('between')})"
    before, after = judged.get("before_deg"), judged.get("after_deg")
    if isinstance(before, float) and isinstance(after, float):
        return (
            f"{text}; on {judged.get('judged_on')}: {before:.2f} deg as recorded, {after:.2f} deg corrected."
        )
    return f"{text}; nothing in the recording judges that."


def _object(text: str) -> dict[str, object]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
