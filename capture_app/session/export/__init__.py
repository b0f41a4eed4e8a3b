"""Feeding published formats: cases of recordings as `CaseReading`, with the same numbers as the report."""

from capture_app.session.export.exporting import (
    ExportError,
    ExportOrder,
    NothingToExport,
    dry_run,
    export_recordings,
)
from capture_app.session.export.many import HERE, Workers, all_cores
from capture_app.session.export.recordings import recordings_in

__all__ = [
    "HERE", "ExportError", "ExportOrder", "NothingToExport", "Workers", "all_cores", "dry_run",
    "export_recordings", "recordings_in",
]  # fmt: skip
