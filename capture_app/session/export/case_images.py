"""The images of a case: what the recording says of them, and where their files are."""

from __future__ import annotations

from pathlib import Path

from capture_app.session.report.gathering import ReportedCase, SessionReport
from capture_app.session.study import OpenedStudy
from gaze_core.rows import decode_text
from recordings_schema.formats.reading import ReadImage
from recordings_schema.formats.staging import file_sha256


def images_of(case: ReportedCase, report: SessionReport, opened: OpenedStudy | None) -> tuple[ReadImage, ...]:
    """Return the images of a case, one for each pane."""
    found = []
    for image_id in case.entry.image_ids:
        own = report.images[report.images["image_id"] == image_id]
        if not len(own):
            continue
        row = own[0]
        sha256, size_bytes = decode_text(row["sha256"]), int(row["size_bytes"])
        found.append(
            ReadImage(
                image_id=image_id,
                name=decode_text(row["name"]),
                sha256=sha256,
                width_px=int(row["width_px"]),
                height_px=int(row["height_px"]),
                bits=int(row["bits"]),
                photometric=decode_text(row["photometric"]),
                path=_file_of(case.entry.case_id, sha256, size_bytes, opened),
            )
        )
    return tuple(found)


def _file_of(case_id: str, sha256: str, size_bytes: int, opened: OpenedStudy | None) -> Path | None:
    """Return the file of a case with the content that was shown; None where there is none any more."""
    cases = () if opened is None else [each for each in opened.cases if each.case_id == case_id]
    for path in (path for each in cases for path in each.images):
        try:
            if path.stat().st_size == size_bytes and file_sha256(path) == sha256:
                return path
        except OSError:
            continue  # gone or unreadable: the same as not known
    return None
