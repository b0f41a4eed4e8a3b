"""The ways to the dialogs of datasets: from the menu, a study's page and a replay."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from capture_app.gui.datasets.dataset_dialog import DatasetDialog
from capture_app.session.datasets import ExportTask, ImportTask
from capture_app.session.export import Workers, all_cores
from capture_app.session.study import OpenedStudy
from capture_app.session.study.dataset_keys import option_texts

if TYPE_CHECKING:
    from capture_app.gui.replay.window import ReplayWindow


def open_export(
    parent: QWidget | None, place: Path | None = None, opened: OpenedStudy | None = None
) -> DatasetDialog:
    """Ask what is exported.

    Parameters
    ----------
    parent
        The window it belongs to.
    place
        Study folder, folder of recordings or recording that is offered.
    opened
        Its study, whose formats are offered first.
    """
    # Never on the windows' own process alone: frames would wait for it.
    workers = Workers(processes=max(2, all_cores().processes))
    dialog = DatasetDialog(ExportTask(workers, recordings=place), parent)
    if opened is not None and opened.study.datasets.formats:
        name = opened.study.datasets.formats[0]
        dialog.choose(name, option_texts(name, opened.study.datasets.options))
    return _shown(dialog)


def open_import(parent: QWidget | None, destination: Path | None = None) -> DatasetDialog:
    """Ask what is imported; `destination` is the folder for recordings that is offered."""
    return _shown(DatasetDialog(ImportTask(destination=destination), parent))


def export_replayed(window: ReplayWindow) -> DatasetDialog:
    """Ask how the recording of a replay is exported."""
    return open_export(window, window.source.path, window.source.study)


def _shown(dialog: DatasetDialog) -> DatasetDialog:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    return dialog
