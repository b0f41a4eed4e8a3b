"""Writes the report of one recording, or of several of a study."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from capture_app.session.kept_files import replace_file
from capture_app.session.port import SessionError
from capture_app.session.report.gathering import SessionReport, gather
from capture_app.session.report.page import session_page, study_page
from capture_app.session.report.source import source_of
from capture_app.session.study import OpenedStudy
from gaze_core.fixations import ParameterError
from recordings_schema.errors import RecordingError
from recordings_schema.layout import EXTENSION
from recordings_schema.reader import Recording

REPORT_ENDING: Final = "-report.html"


class ReportError(SessionError):
    """A report cannot be made; the text says why and what to do."""


class ReportWriteError(ReportError):
    """The report is made and cannot be written where it should be."""


def write_session_report(path: Path, *, opened: OpenedStudy | None, destination: Path | None = None) -> Path:
    """Write the report on a finished recording as one HTML file, and return its path.

    Blocks for the time of reading the whole recording (seconds for each hour): call it from a worker.

    Parameters
    ----------
    path
        The recording.
    opened
        Its study; None: limits and detector are the defaults, and no pixels of images are shown.
    destination
        The file to write, replaced as a whole; None: beside the recording, see `report_path`.

    Raises
    ------
    ReportError
        If the recording is unfinished or cannot be read.
    ReportWriteError
        If the file cannot be written.
    """
    with ExitStack() as open_files:
        page = session_page(_gathered(path, opened, open_files))
    return _written(page, destination if destination is not None else report_path(path))


def report_of(paths: Sequence[Path], *, opened: OpenedStudy | None, destination: Path) -> Path:
    """Write one report on several finished recordings of a study: sessions and methods over all.

    Raises
    ------
    ReportError
        If there is none, or one is unfinished or cannot be read.
    ReportWriteError
        If the file cannot be written.
    """
    if not paths:
        raise ReportError("No recording was named. Name at least one.")
    if len(paths) == 1:
        return write_session_report(paths[0], opened=opened, destination=destination)
    reports = []
    for path in paths:
        with ExitStack() as open_files:
            reports.append(_gathered(path, opened, open_files))
    return _written(study_page(reports), destination)


def report_path(path: Path) -> Path:
    """Return where the report of a recording lies unless another place is asked for."""
    name = path.name[: -len(EXTENSION)] if path.name.endswith(EXTENSION) else path.stem
    return path.with_name(name + REPORT_ENDING)


def _gathered(path: Path, opened: OpenedStudy | None, open_files: ExitStack) -> SessionReport:
    try:
        recording = open_files.enter_context(Recording.open(path))
        if not recording.is_finished:
            raise ReportError(
                f"{path} is unfinished: it is being recorded, or was cut off. End the session, or run "
                "`reading-station recover` on it, then make the report."
            )
        return gather(source_of(recording, opened))
    except RecordingError as err:
        raise ReportError(str(err)) from err
    except ParameterError as err:
        raise ReportError(
            f"The study's detector cannot be used: {err} Correct analysis.detector in the study file."
        ) from err
    except MemoryError as err:
        raise ReportError(
            f"{path} needs more memory than this computer has free. Close other programs and try again."
        ) from err


def _written(page: str, destination: Path) -> Path:
    try:
        replace_file(destination, page.encode("utf-8"))
    except OSError as err:
        reason = err.strerror or "no reason given"
        raise ReportWriteError(
            f"The report {destination} cannot be written ({reason}). Choose another place."
        ) from err
    return destination
