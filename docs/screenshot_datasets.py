"""The dialogs of datasets for the screenshots: an export, one that cannot be, one that is done, an import."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from capture_app.gui.datasets.dataset_dialog import DatasetDialog
from capture_app.gui.datasets.job_dialog import JobDialog
from capture_app.session.datasets import ExportTask, ImportTask, TaskResult
from capture_app.session.export import HERE
from recordings_schema.formats.export import TERMS

_STUDY = Path("/home/lab/Documents/Reading Station/portable chest trial")
_LONG = Path(
    "/mnt/archive/multi_centre_reading_trial_arm_B/second_session/frontal_upright_after_intubation_v2"
)


def picture_of(application: QApplication, scene: str) -> QImage:
    """Return the picture of a scene."""
    shown = {
        "dataset-export": _export,
        "dataset-counted": _counted,
        "dataset-finding": _finding,
        "dataset-import": _import,
        "dataset-running": _running,
        "dataset-done": _done,
    }[scene]()
    shown.show()
    for _ in range(4):
        application.processEvents()
    return shown.grab().toImage()


def _export() -> DatasetDialog:
    dialog = DatasetDialog(ExportTask(HERE, recordings=_STUDY), None)
    dialog.choose("reflacx")
    dialog.places["folder"].line.setText("/home/lab/datasets/portable chest trial")
    return dialog


def _counted() -> DatasetDialog:
    dialog = _export()
    dialog.choose("gazesearch", {"source": "labels"})
    dialog.show_counted(
        (
            "Would write 15 readings.",
            "Left out, 9 cases: Nothing was dictated, and no finding of the table was chosen.",
            "Left out, 2 cases: Practice cases are never exported.",
        )
    )
    return dialog


def _finding() -> DatasetDialog:
    dialog = DatasetDialog(ExportTask(HERE, recordings=_LONG), None)
    dialog.choose("gazemedseg", {"shortest_ms": "short"})
    dialog.places["folder"].line.setText(str(_LONG / "datasets"))
    dialog.wish(is_counted=False)
    return dialog


def _import() -> DatasetDialog:
    dialog = DatasetDialog(ImportTask(destination=_STUDY), None)
    dialog.choose("mimic-eye")
    return dialog


def _running() -> JobDialog:
    dialog = _job()
    for done in (0, 210):
        dialog.show_progress(done, 500)
    return dialog


def _done() -> JobDialog:
    dialog = _job()
    dialog.show_result(
        TaskResult(
            folder=_STUDY,
            sentences=(
                f"Wrote 24 readings into {_LONG}: 146 files.",
                "Note: 24 of 24 readings: no text was dictated.",
                "Left out, 2 cases: Practice cases are never exported.",
                TERMS,
            ),
        )
    )
    return dialog


def _job() -> JobDialog:
    times_s = iter((0.0, 40.0))
    text = "Writing the dataset in the format reflacx."
    result = TaskResult(folder=_STUDY, sentences=())
    return JobDialog("Export", text, lambda _tell: result, None, given_up="", clock_s=lambda: next(times_s))
