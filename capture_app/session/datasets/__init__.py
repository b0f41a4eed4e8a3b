"""Exports and imports as dialogs ask for them: what is asked, would happen and was done, in sentences."""

from capture_app.session.datasets.export_task import ExportTask
from capture_app.session.datasets.import_task import ImportTask
from capture_app.session.datasets.task import (
    AskedPlace,
    AskedTick,
    DatasetTask,
    DatasetWish,
    TaskResult,
    Tell,
)

__all__ = [
    "AskedPlace", "AskedTick", "DatasetTask", "DatasetWish", "ExportTask", "ImportTask", "TaskResult", "Tell",
]  # fmt: skip
