"""What is asked before a picture, film or contact sheet is saved: which case, how large, where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from capture_app.gui import tokens
from capture_app.gui.dialogs import SentenceDialog
from capture_app.gui.labels import paragraph
from capture_app.gui.settings_form import ChoiceBox, indent_number
from capture_app.gui.tick_box import TickBox
from capture_app.session.film import (
    FILM_RATE_HZ,
    FILM_RATES_HZ,
    FilmError,
    PictureSize,
    check_film,
    check_picture,
    size_of,
)

SIZES: Final = ("1280x720", "1920x1080", "2560x1440", "3840x2160")


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveWish:
    """What a person chose."""

    path: Path
    size: PictureSize
    has_stamp: bool
    case_number: int  # place among the cases
    rate_hz: float  # of a film
    ffmpeg: str  # of a film; "": MPEG-4 without sound


class SaveDialog(SentenceDialog):
    """Asks for a picture (PNG or SVG) or a film.

    Parameters
    ----------
    kind
        ``picture`` or ``film``.
    place
        Where it goes if nothing else is chosen; its ending says what it is.
    cases
        Names of the cases; empty: it is not asked which.
    case_number
        Place of the one that is shown.
    ffmpeg
        Program of the settings; "": none.
    note
        What a person has to know first, a sentence.
    """

    wished = Signal(object)  # SaveWish

    def __init__(
        self,
        kind: str,
        place: Path,
        parent: QWidget | None,
        *,
        cases: Sequence[str] = (),
        case_number: int = 0,
        ffmpeg: str = "",
        note: str = "",
    ) -> None:
        super().__init__("", "", parent)
        self._kind = kind
        is_film = kind == "film"
        self.set_title(self.tr("Save film") if is_film else self.tr("Save picture"))
        self.text.setText(note)
        self.text.setVisible(bool(note))
        self.case = ChoiceBox(self)
        self.case.addItems(list(cases))
        self.case.setCurrentIndex(case_number)
        self.size_choice = ChoiceBox(self)
        self.size_choice.setEditable(True)
        self.size_choice.addItems(SIZES)
        self.size_choice.setToolTip(self.tr("Width and height in pixels; any size may be typed"))
        self.rate = QDoubleSpinBox(self)
        self.rate.setDecimals(0)
        self.rate.setRange(*FILM_RATES_HZ)
        self.rate.setValue(FILM_RATE_HZ)
        self.rate.setSuffix(self.tr(" pictures a second"))
        indent_number(self.rate)
        self.stamp = TickBox(self.tr("Write reader, case and time into the corner"), self)
        self.stamp.setChecked(True)
        self.sound = TickBox(self.tr("H.264 with the dictation, through this ffmpeg:"), self)
        self.sound.setChecked(bool(ffmpeg))
        self.ffmpeg = QLineEdit(ffmpeg, self)
        self.ffmpeg.setPlaceholderText(self.tr("ffmpeg of this computer"))
        self.ffmpeg.setEnabled(bool(ffmpeg))
        self.sound.toggled.connect(self.ffmpeg.setEnabled)
        self.place = QLineEdit(str(place), self)
        self.finding = paragraph("", "finding", self)
        self.finding.hide()
        form = QFormLayout()
        form.setHorizontalSpacing(tokens.SPACE_L)
        form.setVerticalSpacing(tokens.SPACE_S)
        if cases:
            form.addRow(self.tr("Case"), self.case)
        form.addRow(self.tr("Size"), self.size_choice)
        if is_film:
            form.addRow(self.tr("Rate"), self.rate)
        form.addRow("", self.stamp)
        if is_film:
            form.addRow("", self.sound)
            form.addRow("", self.ffmpeg)
        form.addRow(self.tr("File"), self._with_button())
        for part, is_shown in ((self.case, bool(cases)), *((each, is_film) for each in self._film_parts())):
            part.setVisible(is_shown)
        self.column.addLayout(form)
        self.column.addWidget(self.finding)
        cancel = QPushButton(self.tr("Cancel"), self)
        cancel.clicked.connect(self.reject)
        self.save = QPushButton(self.tr("Save"), self)
        self.save.clicked.connect(self._save)
        self.finish(cancel, self.save)

    def refuse(self, sentence: str) -> None:
        """Say why it cannot be saved so."""
        self.finding.setText(sentence)
        self.finding.show()
        self.adjustSize()

    def _film_parts(self) -> tuple[QWidget, ...]:
        return (self.rate, self.sound, self.ffmpeg)

    def _save(self) -> None:
        try:
            size = size_of(self.size_choice.currentText())
            if self._kind == "film":
                check_film(size, self.rate.value())
            else:
                check_picture(size)
        except FilmError as err:
            self.refuse(str(err))
            return
        path = Path(self.place.text().strip())
        endings = (".mp4",) if self._kind == "film" else (".png", ".svg")
        if not path.is_absolute() or path.suffix.lower() not in endings:
            self.refuse(
                self.tr("{0} is no place for it: give the full path of a file that ends in {1}.").format(
                    self.place.text() or self.tr("Nothing"), self.tr(" or ").join(endings)
                )
            )
            return
        if self._kind == "film" and self.sound.isChecked() and not self.ffmpeg.text().strip():
            self.refuse(self.tr("Name the ffmpeg of this computer, or save without the dictation."))
            return
        self.wished.emit(
            SaveWish(
                path=path,
                size=size,
                has_stamp=self.stamp.isChecked(),
                case_number=max(self.case.currentIndex(), 0),
                rate_hz=self.rate.value(),
                ffmpeg=self.ffmpeg.text().strip() if self.sound.isChecked() else "",
            )
        )

    def _with_button(self) -> QWidget:
        line = QWidget(self)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.SPACE_S)
        row.addWidget(self.place, 1)
        browse = QPushButton(self.tr("Choose…"), line)
        browse.clicked.connect(self._browse)
        row.addWidget(browse)
        return line

    def _browse(self) -> None:
        dialog = QFileDialog(self, self.windowTitle(), str(Path(self.place.text()).parent))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        filters = [self.tr("Film (*.mp4)")]
        if self._kind != "film":
            filters = [self.tr("Picture (*.png)"), self.tr("Drawing (*.svg)")]
        dialog.setNameFilters(filters)
        dialog.setDefaultSuffix(Path(self.place.text()).suffix)
        dialog.selectFile(Path(self.place.text()).name)
        dialog.fileSelected.connect(self.place.setText)
        dialog.open()
