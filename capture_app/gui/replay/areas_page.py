"""Areas of interest: of the recording and its study, drawn or imported here, with what gaze did on them."""

from __future__ import annotations

import math
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QHideEvent, QKeyEvent, QPainter, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from capture_app.gui import tokens, words
from capture_app.gui.labels import label, paragraph
from capture_app.gui.replay.area_drawing import AreaDrawing, paint_areas
from capture_app.gui.replay.measure_desk import MeasureDesk
from capture_app.gui.replay.metrics_page import fill_table, plain_table
from capture_app.gui.replay.page import InspectorPage, ReplayParts
from capture_app.gui.replay.picture_overlay import PictureMap
from capture_app.session.measures.recording_measures import MarginedArea
from capture_app.session.replay import ReplayFrame
from gaze_core.measures import Area, AreaKind, AreaMeasures, AreaSource

_OVERLAY = "areas"
_MOST_TRANSITIONS = 12
_MARGIN_MOST_DEG = 10.0


class AreasPage(InspectorPage):
    """The areas on the images of the case, what gaze did on them, and the tools to draw more."""

    def __init__(self, parts: ReplayParts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self.desk = MeasureDesk.of(parts)
        self.drawing = AreaDrawing(parts.picture, self)
        self.notes = paragraph("", "finding", self)
        self.name = QLineEdit(self)
        self.name.setPlaceholderText(self.tr("area"))
        self.name.setMaxLength(80)
        self.name.textChanged.connect(self._name_changed)
        self.margin = QDoubleSpinBox(self)
        self.margin.setRange(0.0, _MARGIN_MOST_DEG)
        self.margin.setSingleStep(0.25)
        self.margin.setSuffix(self.tr(" deg"))
        self.margin.setToolTip(self.tr("Gaze this near to an area counts as on it"))
        self.margin.setKeyboardTracking(False)
        self.margin.valueChanged.connect(self.desk.set_margin)
        self.tools = QButtonGroup(self)
        self.tools.setExclusive(False)
        titles = (self.tr("Area"), self.tr("Dwell"), self.tr("First"), self.tr("Visits"), self.tr("Covered"))
        self.table = plain_table(titles, self)
        self.table.setAccessibleName(self.tr("Areas of the case"))
        self.table.itemSelectionChanged.connect(self._choose)
        self.remove_button = QPushButton(self.tr("Remove"), self)
        self.remove_button.setToolTip(self.tr("Remove the chosen area; those of the recording stay"))
        self.remove_button.clicked.connect(self._remove)
        self.rename_button = QPushButton(self.tr("Rename"), self)
        self.rename_button.setToolTip(self.tr("Give the chosen area the name above"))
        self.rename_button.clicked.connect(self._rename)
        self.import_button = QPushButton(self.tr("Import…"), self)
        self.import_button.setToolTip(self.tr("Boxes in COCO's JSON, or a mask image IMAGE__LABEL.png"))
        self.import_button.clicked.connect(self._ask_for_file)
        self.facts = paragraph("", "secondary", self)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._lay_out()
        self.desk.changed.connect(self._show)
        self.drawing.drawn.connect(self.desk.add)
        parts.picture.installEventFilter(self)
        self._show()

    @property
    def areas(self) -> tuple[MarginedArea, ...]:
        """The measured areas, in the order of the table."""
        return () if self.desk.measured is None else self.desk.measured.areas

    def show_frame(self, frame: ReplayFrame) -> None:
        """Measure the case of the moment."""
        if self.isVisible() and frame.case is not None:
            self.desk.show_case(frame.case.number)

    def showEvent(self, event: QShowEvent) -> None:
        """Paint the areas while the page is in front."""
        super().showEvent(event)
        self._parts.picture.set_overlay(_OVERLAY, self._paint)
        frame = self._parts.frame()
        if frame is not None:
            self.show_frame(frame)

    def hideEvent(self, event: QHideEvent) -> None:
        """Take the areas and the tools away."""
        super().hideEvent(event)
        self._parts.picture.set_overlay(_OVERLAY, None)
        self._use_tool(None)

    def stop_work(self) -> None:
        """End the work and wait for it."""
        self.desk.stop_work()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Enter end a polygon and Escape give up what is being drawn."""
        is_key = event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent)
        if is_key and self.drawing.kind is not None and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.drawing.finish_polygon()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self._use_tool(None)
                return True
        return super().eventFilter(watched, event)

    def tool(self, kind: AreaKind) -> QPushButton:
        """Return the button of a tool."""
        return next(
            each
            for each in self.tools.buttons()
            if isinstance(each, QPushButton) and each.property("area_kind") == kind.value
        )

    def _paint(self, painter: QPainter, places: PictureMap) -> None:
        areas = [each.plain.area for each in self.areas]
        paint_areas(painter, places, areas, self._row(), self.drawing)

    def _show(self) -> None:
        desk = self.desk
        measures = desk.measures
        problem = desk.problem or desk.note
        self.notes.setText(problem)
        self.notes.setVisible(bool(problem))
        for button in (*self.tools.buttons(), self.import_button):
            button.setEnabled(desk.can_keep)
        lines = [self._line(each) for each in self.areas]
        fill_table(self.table, lines, [self._tip(each) for each in self.areas])
        self._show_facts()
        if not lines and not desk.is_busy and measures is not None:
            self.facts.setText(
                self.tr(
                    "No areas on the images of this case. Draw one on the picture: choose Ellipse, Box or "
                    "Polygon."
                )
            )
        self._parts.picture.update()

    def _show_facts(self) -> None:
        row, areas = self._row(), self.areas
        is_own = 0 <= row < len(areas) and self._kept_number(areas[row].plain.area) >= 0
        self.remove_button.setEnabled(is_own)
        self.rename_button.setEnabled(is_own and bool(self.name.text().strip()))
        if 0 <= row < len(areas):
            self.facts.setText("\n".join(self._facts_of(areas[row])))
        else:
            self.facts.setText(self._transition_words())

    def _line(self, margined: MarginedArea) -> tuple[str, ...]:
        shown = margined.by_margin or margined.plain
        name = shown.area.name + ("  *" if shown.is_small else "")
        first = f"{shown.first_fixation_s:.2f} s" if shown.is_looked_at else self.tr("never")
        covered = f"{shown.coverage_share * 100:.0f} %"
        return name, f"{shown.fixation_dwell_s:.2f} s", first, str(shown.entry_count), covered

    def _tip(self, margined: MarginedArea) -> str:
        area = margined.plain
        sources = {
            AreaSource.READER: self.tr("drawn by the reader"),
            AreaSource.REFERENCE: self.tr("reference standard"),
            AreaSource.DRAWN: self.tr("drawn afterwards"),
            AreaSource.IMPORTED: self.tr("imported"),
        }
        small = self.tr("; * below 1 deg: gaze on it or beside it is hardly told") if area.is_small else ""
        return f"{area.area.name} ({sources[area.area.source]}){small}"

    def _facts_of(self, margined: MarginedArea) -> list[str]:
        shown = margined.plain
        lines = [
            self._tip(margined),
            self.tr("{0:.1f} x {1:.1f} deg as first shown").format(shown.width_deg, shown.height_deg),
        ]
        for margin, each in margined.all:
            title = {
                "none": self.tr("as it is"),
                "accuracy": self.tr("with the accuracy, {0:.2f} deg").format(each.margin_deg),
                "chosen": self.tr("with {0:g} deg around").format(each.margin_deg),
            }[margin]
            lines.append(f"{title}: {self._measure_words(each)}")
        return lines

    def _measure_words(self, each: AreaMeasures) -> str:
        text = self.tr(
            "dwell {0:.2f} s by fixations, {1:.2f} s by samples; fixations {2}, visits {3}"
        ).format(each.fixation_dwell_s, each.sample_dwell_s, each.fixation_count, each.entry_count)
        if not math.isfinite(each.first_fixation_s):
            return text + self.tr("; never fixated in {0:.1f} s").format(each.censored_s)
        return text

    def _transition_words(self) -> str:
        measured = self.desk.measured
        if measured is None or not measured.areas:
            return ""
        names, counts = measured.transitions.names, measured.transitions.counts
        found = [
            (int(counts[row, column]), f"{names[row]} → {names[column]}")
            for row in range(len(names))
            for column in range(len(names))
            if row != column and counts[row, column]
        ]
        shown = [f"{text}: {count}" for count, text in sorted(found, reverse=True)[:_MOST_TRANSITIONS]]
        return "\n".join([self.tr("From area to area, fixation by fixation:"), *shown]) if shown else ""

    def _row(self) -> int:
        """Return the chosen line; -1: none."""
        chosen = self.table.selectedItems()
        return chosen[0].row() if chosen else -1

    def _choose(self) -> None:
        self._show_facts()
        self._parts.picture.update()

    def _name_changed(self, name: str) -> None:
        self.drawing.name = name
        self._show_facts()

    def _kept_number(self, area: Area) -> int:
        """Return the place of an area among those that were drawn or imported; -1 for others."""
        if self.desk.measures is None or area.source not in (AreaSource.DRAWN, AreaSource.IMPORTED):
            return -1
        images = self.desk.measures.recorded.images
        own = images[images["image_id"] == area.image_id]
        sha256 = bytes(own["sha256"][0]).decode("ascii", "replace") if len(own) else ""
        for number, kept in enumerate(self.desk.kept):
            is_same = kept.area.mask is area.mask and kept.image_sha256 == sha256
            if is_same and _shape_of(kept.area) == _shape_of(area):
                return number
        return -1

    def _remove(self) -> None:
        number = self._kept_number(self.areas[self._row()].plain.area)
        if number >= 0:
            self.table.clearSelection()
            self.desk.remove(number)

    def _rename(self) -> None:
        number = self._kept_number(self.areas[self._row()].plain.area)
        if number >= 0:
            self.desk.rename(number, self.name.text().strip())

    def _use_tool(self, kind: AreaKind | None) -> None:
        for button in self.tools.buttons():
            button.setChecked(kind is not None and button.property("area_kind") == kind.value)
        self.drawing.choose(kind)
        if kind is not None:
            self._parts.picture.setFocus()

    def _tool_clicked(self, button: object) -> None:
        if isinstance(button, QPushButton):
            kind = AreaKind(button.property("area_kind"))
            self._use_tool(kind if button.isChecked() else None)

    def _ask_for_file(self) -> None:
        dialog = QFileDialog(self, self.tr("Areas: a COCO file or a mask"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(self.tr("Areas (*.json *.png *.tif *.tiff *.bmp)"))
        dialog.setDirectory(str(self._parts.source.path.parent))
        dialog.fileSelected.connect(lambda name: self.desk.take_file(Path(name)))
        dialog.open()

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.setSpacing(tokens.SPACE_XS)
        for kind, title, tip in (
            (AreaKind.ELLIPSE, self.tr("Ellipse"), self.tr("Drag over the picture")),
            (AreaKind.BOX, self.tr("Box"), self.tr("Drag over the picture")),
            (AreaKind.POLYGON, self.tr("Polygon"), self.tr("Click its corners; a double click ends it")),
        ):
            button = QPushButton(title, self)
            button.setCheckable(True)
            button.setToolTip(tip)
            button.setProperty("area_kind", kind.value)
            self.tools.addButton(button)
            tools.addWidget(button)
        tools.addStretch(1)
        tools.addWidget(self.import_button)
        self.tools.buttonClicked.connect(self._tool_clicked)
        form = QHBoxLayout()
        form.setSpacing(tokens.SPACE_S)
        form.addWidget(label(self.tr("Name"), "secondary", self))
        form.addWidget(self.name, 1)
        form.addWidget(label(self.tr("Margin"), "secondary", self))
        form.addWidget(self.margin)
        acts = QHBoxLayout()
        acts.setSpacing(tokens.SPACE_S)
        acts.addWidget(self.rename_button)
        acts.addWidget(self.remove_button)
        acts.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_M, tokens.SPACE_M, tokens.SPACE_M, tokens.SPACE_M)
        column.setSpacing(tokens.SPACE_S)
        column.addLayout(tools)
        column.addLayout(form)
        column.addWidget(self.notes)
        column.addWidget(self.table, 1)
        column.addLayout(acts)
        column.addWidget(self.facts)


def _shape_of(area: Area) -> tuple[object, ...]:
    """Return what makes two areas the same but for the image they are on; NaN is what it is not."""
    numbers = (area.x_image_px, area.y_image_px, area.width_image_px, area.height_image_px, area.angle_deg)
    texts = tuple(words.UNKNOWN if math.isnan(each) else repr(each) for each in numbers)
    return area.name, area.kind, area.source, area.points_image_px, texts
