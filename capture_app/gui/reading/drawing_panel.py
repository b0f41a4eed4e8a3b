"""The panel beside the image: tools, the list of shapes, and labels and certainty of the picked one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QButtonGroup,
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
from capture_app.gui.reading.drawing_words import LabelGroups, ListedShape
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
        self._tools = QWidget()
        row = QHBoxLayout(self._tools)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.SPACE_XS)
        self.tools = {
            ShapeKind.ELLIPSE: self._tool(self.tr("Ellipse"), self.tr("Draw ellipses (T)")),
            ShapeKind.BOX: self._tool(self.tr("Box"), self.tr("Draw boxes (T)")),
        }
        self._kinds_group = QButtonGroup(self)
        for kind, button in self.tools.items():
            self._kinds_group.addButton(button)
            button.clicked.connect(lambda _checked=False, kind=kind: self.kind_asked.emit(kind))
            row.addWidget(button)
        row.addStretch(1)
        self.from_corner = self._tool(
            self.tr("From a corner"), self.tr("A drag goes from one corner to the opposite one (C)")
        )
        self.from_centre = self._tool(
            self.tr("From the centre"), self.tr("A drag goes from the centre outwards (C)")
        )
        self._ways_group = QButtonGroup(self)
        for button, is_centre in ((self.from_corner, False), (self.from_centre, True)):
            self._ways_group.addButton(button)
            button.clicked.connect(
                lambda _checked=False, is_centre=is_centre: self.from_centre_asked.emit(is_centre)
            )
            row.addWidget(button)
        layout.addWidget(self._tools)

    def _add_list(self, layout: QVBoxLayout) -> None:
        head = QHBoxLayout()
        head.setSpacing(tokens.SPACE_XS)
        self.count = QLabel()
        self.count.setProperty("reading", "strong")
        head.addWidget(self.count, 1)
        self.undo = self._tool(self.tr("Undo"), self.tr("Take the last step back (Ctrl+Z)"), is_choice=False)
        self.undo.clicked.connect(self.undo_asked)
        self.delete = self._tool(
            self.tr("Delete"), self.tr("Remove the picked shape (Delete)"), is_choice=False
        )
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
        self.list.setFixedHeight(tokens.DRAWING_LIST_HEIGHT)
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
        self.missing.setVisible(bool(lines))

    def set_look(self, look: ReadingLook) -> None:
        """Take other colours and sizes."""
        self._ground = QColor(look.shades.ground)
        self.setStyleSheet(_panel_style(look))
        for chips in (self.chosen_labels, self.certainty, self.other_labels):
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

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Keep the wheel: over the panel it never zooms."""
        event.accept()

    def _render_tools(self, state: PanelState) -> None:
        has_ellipse = state.kind is ShapeKind.ELLIPSE
        self._tools.setVisible(len(state.kinds) > 1 or has_ellipse)
        for kind, button in self.tools.items():
            button.setVisible(len(state.kinds) > 1 and kind in state.kinds)
            button.setChecked(kind is state.kind)
        self.from_centre.setVisible(has_ellipse)
        self.from_corner.setVisible(has_ellipse)
        self.from_centre.setChecked(state.is_from_centre)
        self.from_corner.setChecked(not state.is_from_centre)

    def _render_list(self, state: PanelState) -> None:
        is_many = state.shapes_maximum > 1
        number = self.tr("{0} drawn").format(len(state.shapes)) if state.shapes else ""
        nothing = self.tr("Nothing drawn yet")
        self.count.setText((number if is_many else state.shapes[0].name) if state.shapes else nothing)
        self.hint.setText(
            self.tr("Drag on the image to draw; N draws one in the middle.")
            if not state.shapes
            else self.tr("Click a shape to change it. Hold Ctrl to draw on top of it.")
        )
        self.hint.setVisible(not state.shapes or is_many)
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
        self.other_labels.offer(rest, tip=self.tr("Not among the labels chosen for this case."))
        for chips, names in ((self.chosen_labels, first), (self.other_labels, rest)):
            chips.mark(own)
            chips.setVisible(bool(names))
        self._other_title.setText(self.tr("Labels not chosen for this case"))
        self._other_title.setVisible(bool(rest))

    def _row_changed(self, row: int) -> None:
        if self._state is not None and 0 <= row < len(self._state.shapes):
            self.picked.emit(self._state.shapes[row].number)

    def _level_clicked(self, code: str) -> None:
        self.certainty_asked.emit(int(code))

    def _tool(self, text: str, tip: str, *, is_choice: bool = True) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("reading", "chip")
        button.setCheckable(is_choice)
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
    inner = tokens.MINIMUM_TARGET - 2 * tokens.HAIRLINE
    return f"""
QPushButton[reading="chip"] {{ background: {c.raised}; color: {c.text}; font-size: {look.small_px}px;
  border: {tokens.HAIRLINE}px solid {c.control_line}; border-radius: {tokens.RADIUS}px;
  min-height: {inner}px; padding: 0 {tokens.SPACE_S}px; }}
QPushButton[reading="chip"][line="true"] {{ text-align: left; }}
QPushButton[reading="chip"]:hover {{ background: {c.hover}; }}
QPushButton[reading="chip"]:checked {{ background: {c.chosen}; border-color: {c.accent.primary}; }}
QPushButton[reading="chip"]:focus {{ border-color: {c.text}; }}
QPushButton[reading="chip"]:disabled {{ background: transparent; color: {c.secondary};
  border-color: {c.line}; }}
QListWidget {{ background: {c.raised}; color: {c.text}; border: {tokens.HAIRLINE}px solid {c.control_line};
  border-radius: {tokens.RADIUS}px; font-size: {look.small_px}px; outline: 0; }}
QListWidget:focus {{ border-color: {c.text}; }}
QListWidget::item {{ min-height: {tokens.ROW_HEIGHT}px; padding: 0 {tokens.SPACE_S}px; }}
QListWidget::item:selected {{ background: {c.chosen}; color: {c.text}; }}
"""
