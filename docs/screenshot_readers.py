"""Readers side by side, and what saves pictures and films, for the screenshots: phantoms, simulated eyes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.long_reading import write_long_reading
from capture_app.gui.compare.window import CompareWindow
from capture_app.gui.film.saving import saver_of
from capture_app.gui.film.sheet_run import SheetRun
from capture_app.gui.replay.window import ReplayWindow
from capture_app.session.film import CaseFrames, terms_of
from capture_app.session.replay import ReplayOptions, ReplaySource

S = 1_000_000_000


def picture(
    application: Any, colours: Any, scene: str, size: tuple[int, int], settled: Callable[..., Any]
) -> Any:
    """Return the picture of a scene."""
    with tempfile.TemporaryDirectory() as name:
        count = {"readers": 2, "readers-overlaid": 3}.get(scene, 1)
        sources = [_opened(Path(name), number) for number in range(count)]
        if scene == "contact-sheet":
            return _contact_sheet(sources[0], Path(name) / "sheet.png")
        if scene == "film-dialog":
            return _film_dialog(application, sources[0], colours, settled)
        window = CompareWindow(sources, colours)
        window.resize(*size)
        window.show()
        window.set_overlaid(scene == "readers-overlaid")
        window.go_to(12 * S)
        while window.similarity is None or any(frame.is_waiting for frame in window.frames):
            window.step()
            application.processEvents()
        window.similarity_page.measure.setCurrentIndex(window.similarity_page.measure.findData("cc"))
        window.step()
        shown = settled(window)
        window.close()
        return shown


def _opened(folder: Path, number: int) -> ReplaySource:
    reader = f"R{number + 1:02d}"
    (folder / reader).mkdir()
    path = folder / reader / f"{reader}_p1_s001.gazeh5"
    write_long_reading(path, 60.0, rate_hz=300.0, case_s=20.0, reader=reader, seed=4 + number)
    source = ReplaySource.open(path)
    source.load()
    return source


def _contact_sheet(source: ReplaySource, path: Path) -> Any:
    from PySide6.QtGui import QImage

    with CaseFrames(source, terms_of(source)) as frames:
        run = SheetRun(frames, source.tables.cases, ReplayOptions(), path)
        while not run.is_done:
            run.step()
    source.close()
    return QImage(str(path))


def _film_dialog(application: Any, source: ReplaySource, colours: Any, settled: Callable[..., Any]) -> Any:
    window = ReplayWindow(source, colours)
    window.voice.is_muted = True
    window.show()
    saver = saver_of(window)
    saver.ask_for_film()
    dialog: Any = saver.dialog
    dialog.place.setText("/home/lab/Documents/films/R01_case-1.mp4")
    application.processEvents()
    shown = settled(dialog)
    dialog.reject()
    window.close()
    return shown
