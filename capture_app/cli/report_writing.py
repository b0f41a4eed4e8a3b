"""What `report` does: opens the study once, writes a report for each recording, or one over all."""

from __future__ import annotations

from pathlib import Path

import click

from capture_app.cli.commands import print_json
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.session.report import ReportError, ReportWriteError, report_of, write_session_report
from capture_app.session.study import OpenedStudy, StudyError, open_study


def write_reports(files: list[Path], study_path: Path | None, out: Path | None, *, as_json: bool) -> int:
    """Write the reports and print where they are; return the exit code.

    Raises
    ------
    CommandError
        If the study, a recording or the place of the report cannot be used.
    """
    opened = _study(study_path)
    try:
        if out is not None:
            written = [report_of(files, opened=opened, destination=_checked_place(out, files))]
        else:
            written = [write_session_report(file, opened=opened) for file in files]
    except ReportWriteError as err:
        raise CommandError(str(err), ExitCode.RECORDING) from err
    except ReportError as err:
        raise CommandError(str(err), ExitCode.INPUT) from err
    if as_json:
        print_json({"reports": [str(path) for path in written], "recordings": [str(file) for file in files]})
    else:
        for path in written:
            click.echo(str(path))
    return int(ExitCode.OK)


def _study(path: Path | None) -> OpenedStudy | None:
    if path is None:
        return None
    try:
        return open_study(path)
    except StudyError as err:
        raise CommandError(str(err), ExitCode.INPUT) from err


def _checked_place(out: Path, files: list[Path]) -> Path:
    """Refuse a place where a report would replace a recording or a folder."""
    if out.is_dir():
        raise CommandError(f"{out} is a folder. Name the file of the report, as report.html.", ExitCode.USAGE)
    if out.suffix.lower() not in (".html", ".htm") or out.absolute() in [file.absolute() for file in files]:
        raise CommandError(f"{out} is no name for a report. Let it end in .html.", ExitCode.USAGE)
    return out
