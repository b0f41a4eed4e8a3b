"""`info`, `validate`, `recover` and `trackers`: what can be said without a session."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from capture_app.cli.commands import print_json
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.session.dictation_files import mend_dictation, validate_with_dictation
from capture_app.session.station import Station, facts_of, is_being_recorded
from recordings_schema.errors import RecordingError, RecordingInUseError, RecordingWriteError, RecoveryError
from recordings_schema.findings import Severity, error
from recordings_schema.layout import EXTENSION
from recordings_schema.paths import journal_path
from recordings_schema.reader import Recording
from recordings_schema.recover import recover

_LIVE: Final = error(
    "the recording",
    "It is being recorded or recovered right now.",
    "Check it again once that has ended; there is nothing to recover.",
)


def show_trackers(*, as_json: bool) -> None:
    """Print the drivers known, which can be used here, and what options they take."""
    choices = Station().drivers()
    if as_json:
        print_json([asdict(choice) for choice in choices])
        return
    table = Table("driver", "usable here", "what it is", "options", box=None, pad_edge=False)
    for choice in choices:
        options = ", ".join(option.name for option in choice.options)
        table.add_row(
            choice.name, "yes" if choice.is_usable else "no", choice.reason or choice.title, options
        )
    Console().print(table)


def show_info(file: Path, *, as_json: bool) -> None:
    """Print what a recording holds."""
    _check_file(file)
    try:
        with Recording.open(file) as recording:
            facts = facts_of(recording)
    except RecordingError as err:
        raise CommandError(str(err), ExitCode.INPUT) from err
    if as_json:
        print_json(dict(facts))
        return
    table = Table(show_header=False, box=None, pad_edge=False)
    for name, value in facts:
        table.add_row(name, value)
    Console().print(table)


def validate_files(files: list[Path], *, as_json: bool) -> int:
    """Print the findings of every file; return the exit code."""
    documents = []
    for file in files:
        _check_file(file)
    has_errors = False
    for file in track(files, "checking", disable=as_json or len(files) < 2, transient=True):
        findings = [_LIVE] if is_being_recorded(file) else validate_with_dictation(file)
        has_errors |= any(finding.severity is Severity.ERROR for finding in findings)
        documents.append({"file": str(file), "findings": [asdict(finding) for finding in findings]})
        if not as_json:
            click.echo(f"{file}: {'no findings' if not findings else ''}".rstrip(": "))
            for finding in findings:
                click.echo(
                    f"  {finding.severity.value}: {finding.where}: {finding.what} {finding.remedy}".rstrip()
                )
    if as_json:
        print_json(documents)
    return int(ExitCode.FINDINGS if has_errors else ExitCode.OK)


def recover_files(files: list[Path], *, as_json: bool) -> int:
    """Recover every file; return the exit code: what could not be used of a journal is lost."""
    documents = []
    has_losses = False
    for file in files:
        if not (_is_file(file) or _is_file(journal_path(file))):
            raise CommandError(
                f"{file} is not there, nor is a journal of that name. Correct the name.", ExitCode.INPUT
            )
    for file in track(files, "recovering", disable=as_json or len(files) < 2, transient=True):
        try:
            report = recover(file)
        except (RecordingInUseError, RecordingWriteError) as err:
            raise CommandError(str(err), ExitCode.RECORDING) from err
        except RecoveryError as err:
            raise CommandError(str(err), ExitCode.DATA_LOST) from err
        except RecordingError as err:
            raise CommandError(str(err), ExitCode.INPUT) from err
        has_losses |= bool(report.unusable_bytes or report.unreadable)
        sentences = (*report.sentences(), *mend_dictation(report.path, file))
        documents.append({"file": str(report.path), "sentences": list(sentences)})
        if not as_json:
            for sentence in sentences:
                click.echo(sentence)
    if as_json:
        print_json(documents)
    return int(ExitCode.DATA_LOST if has_losses else ExitCode.OK)


def _check_file(file: Path) -> None:
    if not _is_file(file):
        raise CommandError(
            f"{file} is not there or is no file. Name a recording (*{EXTENSION}).", ExitCode.INPUT
        )


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as err:  # a name longer than the system takes
        raise CommandError(
            f"{path} cannot be looked for ({err.strerror}). Correct the name.", ExitCode.INPUT
        ) from err
