"""The panel beside the image: tools, the list of shapes, and labels and certainty of the picked one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from capture_app.gui import tokens
from capture_app.gui.reading.drawing_chips import ChipRow
from capture_app.gui.reading.drawing_words import KIND_WORDS, LabelGroups, ListedShape
from capture_app.gui.reading.look import ReadingLook
from capture_app.session.reading import ShapeKind
from capture_app.session.study.task_keys import CertaintyLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelState:
    """What the panel shows."""

    kinds: tuple[ShapeKind, ...]  # that can be drawn
    kind: ShapeKind  # that is drawn by the next drag
    is_from_centre: bool
    shapes: tuple[ListedShape, ...]
    shapes_maximum: int
    selected: int  # number, -1 for none
    labels: LabelGroups | None  # None where shapes have no labels
    has_label_screen: bool
    levels: tuple[CertaintyLevel, ...]  # empty where no certainty is asked
    missing: tuple[str, ...]
    can_undo: bool


class DrawingPanel(QWidget):
    """Shows a `PanelState`; what the reader wants leaves by signals."""

    kind_asked = Signal(object)  # ShapeKind
    from_centre_asked = Signal(bool)
    picked = Signal(int)  # number of a shape
    label_asked = Signal(str)
    certainty_asked = Signal(int)  # screen code
    delete_asked = Signal()
    undo_asked = Signal()

    def __init__(self, look: ReadingLook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drawing_panel")
        self._state: PanelState | None = None
        self._has_missing = False
        self._ground = QColor(look.shades.ground)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(tokens.SPACE_L, tokens.SPACE_S, tokens.SPACE_L, tokens.SPACE_S)
        layout.setSpacing(tokens.SPACE_S)
        self._add_tools(layout)
        self._add_list(layout)
        self._add_editor(layout)
        self.missing = self._label("small", layout)
        self.missing.setWordWrap(True)
        self.set_look(look)

    def _add_tools(self, layout: QVBoxLayout) -> None:
        self.tools, self.ways = ChipRow(), ChipRow()
        self.ways.offer(
            ["corner", "centre"],
            [self.tr("From a corner"), self.tr("From the centre")],
            tips=[
                self.tr("A drag goes from one corner to the opposite one (C)."),
                self.tr("A drag goes from the centre outwards (C)."),
            ],
        )
        self.tools.asked.connect(lambda name: self.kind_asked.emit(ShapeKind(name)))
        self.ways.asked.connect(lambda name: self.from_centre_asked.emit(name == "centre"))
        layout.addWidget(self.tools)
        layout.addWidget(self.ways)

    def _add_list(self, layout: QVBoxLayout) -> None:
        head = QHBoxLayout()
        head.setSpacing(tokens.SPACE_XS)
        self.count = QLabel()
        self.count.setProperty("reading", "strong")
        head.addWidget(self.count, 1)
        self.undo = self._tool(self.tr("Undo"), self.tr("Take the last step back (Ctrl+Z)"))
        self.undo.clicked.connect(self.undo_asked)
        self.delete = self._tool(self.tr("Delete"), self.tr("Remove the picked shape (Delete)"))
        self.delete.clicked.connect(self.delete_asked)
        head.addWidget(self.undo)
        head.addWidget(self.delete)
        layout.addLayout(head)
        self.hint = self._label("small", layout)
        self.hint.setWordWrap(True)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Shapes"))
        self.list.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setUniformItemSizes(True)
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.list.currentRowChanged.connect(self._row_changed)
        layout.addWidget(self.list)

    def _add_editor(self, layout: QVBoxLayout) -> None:
        self._editor = QWidget()
        inner = QVBoxLayout(self._editor)
        inner.setContentsMargins(0, 0, tokens.SPACE_S, 0)
        inner.setSpacing(tokens.SPACE_S)
        self.title = self._label("strong", inner)
        self.chosen_labels, self.certainty, self.other_labels = ChipRow(), ChipRow(is_column=True), ChipRow()
        inner.addWidget(self.chosen_labels)
        self._certainty_title = self._label("small", inner, self.tr("Certainty"))
        inner.addWidget(self.certainty)
        self._other_title = self._label("small", inner)
        inner.addWidget(self.other_labels)
        inner.addStretch(1)
        for chips in (self.chosen_labels, self.other_labels):
            chips.asked.connect(self.label_asked)
        self.certainty.asked.connect(self._level_clicked)
        self.editor_area = QScrollArea()
        self.editor_area.setFrameShape(QFrame.Shape.NoFrame)
        self.editor_area.setWidgetResizable(True)
        self.editor_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.editor_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.editor_area.setWidget(self._editor)
        layout.addWidget(self.editor_area, 1)

    def render_panel(self, state: PanelState) -> None:
        """Show `state`; the same one again changes nothing."""
        if state == self._state:
            return
        before, self._state = self._state, state
        self._render_tools(state)
        if before is None or (before.shapes, before.selected) != (state.shapes, state.selected):
            self._render_list(state)
        self._render_editor(state)
        self.undo.setEnabled(state.can_undo)
        self.delete.setEnabled(state.selected >= 0)
        shown = state.missing[: tokens.DRAWING_MISSING_LINES]
        more = len(state.missing) - len(shown)
        lines = [*shown, self.tr("And {0} more.").format(more)] if more else shown
        self.missing.setText("\n".join(lines))
        self._has_missing = bool(lines)
        self._fit_height()

    def set_look(self, look: ReadingLook) -> None:
        """Take other colours and sizes."""
        self._ground = QColor(look.shades.ground)
        self.setStyleSheet(_panel_style(look))
        for chips in (self.tools, self.ways, self.chosen_labels, self.certainty, self.other_labels):
            chips.arrange()
        self.update()

    def focus_labels(self) -> None:
        """Give the keyboard to the labels of the picked shape."""
        chips = [*self.chosen_labels.chips, *self.other_labels.chips]
        if self.editor_area.isVisible() and chips:
            chips[0].setFocus(Qt.FocusReason.TabFocusReason)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the ground: the images end where the panel begins."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._ground)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give up what is said elsewhere, too, where there is little height."""
        super().resizeEvent(event)
        self._fit_height()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Keep the wheel: over the panel it never zooms."""
        event.accept()

    def _render_tools(self, state: PanelState) -> None:
        self.tools.offer([kind.value for kind in state.kinds], [KIND_WORDS[kind] for kind in state.kinds])
        self.tools.mark([state.kind.value])
        self.tools.setVisible(len(state.kinds) > 1)
        self.ways.mark(["centre" if state.is_from_centre else "corner"])
        self.ways.setVisible(state.kind is ShapeKind.ELLIPSE)

    def _render_list(self, state: PanelState) -> None:
        is_many = state.shapes_maximum > 1
        number = self.tr("{0} drawn").format(len(state.shapes)) if state.shapes else ""
        nothing = self.tr("Nothing drawn yet")
        self.count.setText((number if is_many else state.shapes[0].name) if state.shapes else nothing)
        self.hint.setText(self._hint(state, is_many=is_many))
        self.list.setVisible(is_many and bool(state.shapes))
        self.list.blockSignals(True)
        while self.list.count() > len(state.shapes):
            self.list.takeItem(self.list.count() - 1)
        while self.list.count() < len(state.shapes):
            self.list.addItem("")
        current = -1
        for row, each in enumerate(state.shapes):
            item = self.list.item(row)
            if item.text() != each.line:
                item.setText(each.line)
                item.setToolTip(each.line)
            if each.number == state.selected:
                current = row
        self.list.setCurrentRow(current)
        self.list.blockSignals(False)

    def _hint(self, state: PanelState, *, is_many: bool) -> str:
        if not state.shapes:
            return self.tr("Drag on the image to draw; N draws one in the middle.")
        if is_many:
            return self.tr("Click a shape to change it. Hold Ctrl to draw on top of it.")
        return self.tr("Drag the box to move it, or a handle to resize it.")

    def _render_editor(self, state: PanelState) -> None:
        found = next((each for each in state.shapes if each.number == state.selected), None)
        has_editor = found is not None and (state.labels is not None or bool(state.levels))
        self._editor.setVisible(has_editor)
        if found is None or not has_editor:
            return
        self.title.setText(found.name)
        self._render_labels(state.labels, found.shape.labels, has_label_screen=state.has_label_screen)
        levels = state.levels
        self.certainty.offer([str(level.screen_code) for level in levels], _level_texts(levels))
        self.certainty.mark([str(found.shape.certainty)])
        self.certainty.setVisible(bool(levels))
        self._certainty_title.setVisible(bool(levels))

    def _render_labels(
        self, groups: LabelGroups | None, own: tuple[str, ...], *, has_label_screen: bool
    ) -> None:
        first: tuple[str, ...] = ()
        rest: tuple[str, ...] = ()
        if groups is not None:
            first = (*groups.waiting, *groups.chosen) if has_label_screen else groups.rest
            rest = groups.rest if has_label_screen else ()
        self.chosen_labels.offer(first)
        self.other_labels.offer(rest)
        for chips, names in ((self.chosen_labels, first), (self.other_labels, rest)):
            chips.mark(own)
            chips.setVisible(bool(names))
        self.chosen_labels.distinguish(groups.waiting if groups is not None else ())
        self._other_title.setText(self.tr("Labels not chosen for this case"))
        self._other_title.setVisible(bool(rest))

    def _fit_height(self) -> None:
        is_low = self.height() < tokens.DRAWING_PANEL_LOW
        lines = tokens.DRAWING_LIST_LINES_LOW if is_low else tokens.DRAWING_LIST_LINES
        self.list.setFixedHeight(lines * tokens.ROW_HEIGHT + tokens.SPACE_XS)
        self.missing.setVisible(self._has_missing and not is_low)
        self.hint.setVisible(not is_low)

    def _row_changed(self, row: int) -> None:
        if self._state is not None and 0 <= row < len(self._state.shapes):
            self.picked.emit(self._state.shapes[row].number)

    def _level_clicked(self, code: str) -> None:
        self.certainty_asked.emit(int(code))

    def _tool(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("reading", "chip")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolTip(tip)
        return button

    def _label(self, role: str, layout: QVBoxLayout, text: str = "") -> QLabel:
        label = QLabel(text)
        label.setProperty("reading", role)
        layout.addWidget(label)
        return label


def _level_texts(levels: Sequence[CertaintyLevel]) -> list[str]:
    return [
        f"{level.screen_code}   {level.name}" + (f"   {level.probability}" if level.probability else "")
        for level in levels
    ]


def _panel_style(look: ReadingLook) -> str:
    c = look.shades
    # The panel is as wide on every screen: its letters do not grow beyond what fits.
    letters_px = min(look.small_px, tokens.FONT_SECTION_PX)
    inner = tokens.MINIMUM_TARGET - 2 * tokens.HAIRLINE
    return f"""
QLabel[reading="small"] {{ font-size: {letters_px}px; }}
QPushButton[reading="chip"] {{ background: {c.raised}; color: {c.text}; font-size: {letters_px}px;
  border: {tokens.HAIRLINE}px solid {c.control_line}; border-radius: {tokens.RADIUS}px;
  min-height: {inner}px; padding: 0 {tokens.SPACE_S}px; }}
QPushButton[reading="chip"][line="true"] {{ text-align: left; }}
QPushButton[reading="chip"]:hover {{ background: {c.hover}; }}
QPushButton[reading="chip"][waiting="true"] {{ border: {tokens.FOCUS_RING}px solid {c.accent.attention};
  min-height: {inner - 2 * (tokens.FOCUS_RING - tokens.HAIRLINE)}px; }}
QPushButton[reading="chip"]:checked {{ background: {c.chosen}; border-color: {c.accent.primary}; }}
QPushButton[reading="chip"]:focus {{ border-color: {c.text}; }}
QPushButton[reading="chip"]:disabled {{ background: transparent; color: {c.secondary};
  border-color: {c.line}; }}
QListWidget {{ background: {c.raised}; color: {c.text}; border: {tokens.HAIRLINE}px solid {c.control_line};
  border-radius: {tokens.RADIUS}px; font-size: {letters_px}px; outline: 0; }}
QListWidget:focus {{ border-color: {c.text}; }}
QListWidget::item {{ min-height: {tokens.ROW_HEIGHT}px; padding: 0 {tokens.SPACE_S}px; }}
QListWidget::item:selected {{ background: {c.chosen}; color: {c.text}; }}
"""
