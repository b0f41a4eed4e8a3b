"""The check that nothing identifying of the source images is in a dataset, before it gets its name."""

from __future__ import annotations

from pathlib import Path

from capture_app.session.privacy.scan import scan_folder
from capture_app.session.privacy.sources import collect_headers
from capture_app.session.study import OpenedStudy


def identity_problems(folder: Path, opened: OpenedStudy | None) -> tuple[str, ...]:
    """Return a sentence for each identifying value found in the files below a folder.

    Only what the headers of the study's images hold can be known as identifying; what may be chance, such as
    a bare number, is left to `reading-station scan-privacy`.
    """
    if opened is None:
        return ()
    sources = collect_headers(opened.folder)
    if not sources.values:
        return ()
    report = scan_folder(folder, sources)
    return tuple(
        f"{finding.file} holds a {finding.kind} of the source images ({finding.place}): remove it from the "
        "study or its names and record again, or leave that case out."
        for finding in report.findings
        if finding.is_certain
    )
