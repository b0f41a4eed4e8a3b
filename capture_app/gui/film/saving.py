"""What the window of a replay can save: the picture it shows, a film, a contact sheet. GUI thread."""

from __future__ import annotations

import contextlib
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtWidgets import QFileDialog

from capture_app.gui.dialogs import MessageDialog
from capture_app.gui.film.painting import ReplayPainter
from capture_app.gui.film.run_dialog import RunDialog
from capture_app.gui.film.save_dialog import SaveDialog, SaveWish
from capture_app.gui.film.sheet_run import SheetRun
from capture_app.gui.replay.window import ReplayWindow
from capture_app.session.film import (
    CaseFrames,
    FilmError,
    FilmForm,
    FilmRun,
    FilmStretch,
    PictureRun,
    case_stem,
    check_length,
    find_ffmpeg,
    make_folder,
    name_part,
    open_film,
    sheet_stem,
    stamp_of,
    terms_of,
    write_whole,
)
from capture_app.session.replay import HeatmapSpan, ReplayCase
from capture_app.session.settings import SettingsStore


def _tr(text: str) -> str:
    return QCoreApplication.translate("replay", text)


class WindowSaver(QObject):
    """Saves what one window shows; it ends with the window. Make it on the GUI thread."""

    def __init__(self, window: ReplayWindow) -> None:
        super().__init__(window)
        self._window = window
        self._terms = terms_of(window.source)
        self._frames: CaseFrames | None = None
        self.dialog: SaveDialog | None = None
        self.running: RunDialog | None = None
        window.closed.connect(self.stop)

    def ask_for_picture(self) -> None:
        """Ask how the picture is to be saved."""
        case = self._case()
        dialog = SaveDialog("picture", self._place(case, ".png"), self._window, note=self._terms.sentence)
        dialog.wished.connect(self.save_picture)
        self._open(dialog)

    def ask_for_film(self) -> None:
        """Ask which case is to be a film, and how."""
        window, case = self._window, self._case()
        cases = window.source.tables.cases
        if case is None:
            self._tell(_tr("No film"), _tr("The recording holds no case, so that there is nothing to film."))
            return
        names = [f"{number + 1}  {each.case_id}" for number, each in enumerate(cases)]
        dialog = SaveDialog(
            "film", self._place(case, ".mp4"), window, cases=names, case_number=cases.index(case),
            ffmpeg=SettingsStore().load().settings.ffmpeg, note=self._terms.sentence,
        )  # fmt: skip
        dialog.case.currentIndexChanged.connect(
            lambda place: dialog.place.setText(str(self._place(cases[place], ".mp4")))
        )
        dialog.wished.connect(self.save_film)
        self._open(dialog)

    def ask_for_sheet(self) -> None:
        """Ask where the contact sheet goes."""
        metadata = self._window.source.metadata
        stem = sheet_stem(metadata.participant.pseudonym, metadata.session.session_id)
        dialog = QFileDialog(self._window, _tr("Save contact sheet"), str(self._window.source.path.parent))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([_tr("Picture (*.png)")])
        dialog.setDefaultSuffix("png")
        dialog.selectFile(f"{stem}.png")
        dialog.fileSelected.connect(lambda name: self.save_sheet(Path(name)))
        dialog.open()

    def save_picture(self, wish: SaveWish) -> None:
        """Write the picture of this moment, as PNG or SVG by its ending."""
        window, case = self._window, self._case()
        try:
            with CaseFrames(window.source, self._terms, window.pictures) as frames:
                frame = frames.frame(window.clock.t_ns, window.options)
            painter = ReplayPainter(wish.size, window.options, dict(window.picture.overlays))
            stamp = stamp_of(window.source, case, window.clock.t_ns)
            shown = stamp if wish.has_stamp else ""
            is_svg = wish.path.suffix.lower() == ".svg"
            content = painter.svg(frame, shown, stamp) if is_svg else painter.png(frame, shown)
            write_whole(wish.path, content)
        except FilmError as err:
            if self.dialog is not None:
                self.dialog.refuse(str(err))
            return
        self._close_dialog()

    def save_film(self, wish: SaveWish) -> None:
        """Make the film, with its progress in a dialog."""
        case = self._window.source.tables.cases[wish.case_number]
        try:
            check_length(FilmStretch(case=case, rate_hz=wish.rate_hz))
            make_folder(wish.path.parent)
            ffmpeg = find_ffmpeg(wish.ffmpeg) if wish.ffmpeg else None
        except FilmError as err:
            if self.dialog is not None:
                self.dialog.refuse(str(err))
            return
        self._close_dialog()
        form = FilmForm(size=wish.size, rate_hz=wish.rate_hz, ffmpeg=ffmpeg)
        self._run(_tr("Save film"), partial(self._film, wish, case, form))

    def save_sheet(self, path: Path) -> None:
        """Make the contact sheet, with its progress in a dialog."""
        self._run(_tr("Save contact sheet"), partial(self._sheet, path))

    def stop(self) -> None:
        """End what is being made; nothing is left of it."""
        if self.running is not None:
            self.running.stop()
        self._let_go()

    def _film(self, wish: SaveWish, case: ReplayCase, form: FilmForm) -> PictureRun | None:
        window = self._window
        if not self._is_read():
            return None
        self._frames = CaseFrames(window.source, self._terms, window.pictures)
        painter = ReplayPainter(wish.size, window.options, dict(window.picture.overlays))
        stamp = partial(stamp_of, window.source, case) if wish.has_stamp else _no_stamp
        sink = open_film(window.source, case, wish.path, form)
        stretch = FilmStretch(case=case, rate_hz=wish.rate_hz)
        return FilmRun(self._frames, window.options, stretch, painter, sink, stamp=stamp)

    def _sheet(self, path: Path) -> PictureRun | None:
        window = self._window
        if not self._is_read():
            return None
        self._frames = CaseFrames(window.source, self._terms)
        return SheetRun(self._frames, window.source.tables.cases, window.options, path)

    def _is_read(self) -> bool:
        """Whether all is there that the options need: the window itself reads it meanwhile."""
        source = self._window.source
        needs_all = self._window.options.heatmap is not HeatmapSpan.OFF or not len(source.events.rows)
        return source.is_loaded or not needs_all

    def _run(self, title: str, make: partial[PictureRun | None]) -> None:
        self._window.clock.pause()
        self.running = RunDialog(title, make, self._window)
        self.running.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.running.ended.connect(self._let_go)
        self.running.finished.connect(self._forget)
        self.running.open()

    def _let_go(self) -> None:
        if self._frames is not None:
            self._frames.close()
            self._frames = None

    def _forget(self) -> None:
        self.running = None

    def _case(self) -> ReplayCase | None:
        return self._window.source.tables.case_at(self._window.clock.t_ns) or next(
            iter(self._window.source.tables.cases), None
        )

    def _place(self, case: ReplayCase | None, ending: str) -> Path:
        source = self._window.source
        pseudonym = source.metadata.participant.pseudonym
        stem = name_part(pseudonym) if case is None else case_stem(pseudonym, source.tables.cases, case)
        return source.path.parent / (stem + ending)

    def _open(self, dialog: SaveDialog) -> None:
        self._close_dialog()
        self.dialog = dialog
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.finished.connect(self._dialog_gone)
        dialog.open()

    def _close_dialog(self) -> None:
        if self.dialog is not None:
            with contextlib.suppress(RuntimeError):  # Qt has deleted it already
                self.dialog.accept()
            self.dialog = None

    def _dialog_gone(self) -> None:
        self.dialog = None

    def _tell(self, title: str, text: str) -> None:
        dialog = MessageDialog(title, text, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()


def saver_of(window: ReplayWindow) -> WindowSaver:
    """Return what saves for a window, made when it is first asked for."""
    found = window.findChild(WindowSaver)
    return found if isinstance(found, WindowSaver) else WindowSaver(window)


def _no_stamp(_t_ns: int) -> str:
    return ""
