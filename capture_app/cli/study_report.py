"""What `study new` and `study check` do and print."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from capture_app.cli.commands import print_json
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.session.study import (
    CheckedStudy,
    StudyError,
    StudySummary,
    check_study,
    new_study,
    summarise,
    write_audit,
)
from recordings_schema.findings import Severity


def make_study(folder: Path, preset: str, *, as_json: bool) -> int:
    """Make a study folder, check it and print both; return the exit code."""
    try:
        with Progress(console=Console(stderr=True), disable=as_json, transient=True) as progress:
            bar = progress.add_task("drawing the phantoms", total=None)

            def show(done: int, count: int) -> None:
                progress.update(bar, completed=done, total=count)

            path = new_study(preset, folder, on_case=show)
        checked = check_study(path)
    except StudyError as err:
        raise CommandError(str(err), ExitCode.INPUT) from err
    if not as_json:
        click.echo(f"Made the study {path}.")
    _print_check(checked, order_file=None, as_json=as_json)
    return _code(checked)


def check_study_folder(folder: Path, *, is_decoded: bool, is_order_written: bool, as_json: bool) -> int:
    """Check a study and print its summary and findings; return the exit code."""
    order_file = None
    try:
        checked = check_study(folder, is_decoded=is_decoded)
        if is_order_written and checked.opened is not None and checked.is_usable:
            opened = checked.opened
            order_file = write_audit(opened.folder, opened.study, opened.cases)
    except StudyError as err:
        raise CommandError(str(err), ExitCode.INPUT) from err
    _print_check(checked, order_file=order_file, as_json=as_json)
    if is_order_written and order_file is None and not as_json:
        click.echo("The order was not written: correct the errors first.")
    return _code(checked)


def _print_check(checked: CheckedStudy, *, order_file: Path | None, as_json: bool) -> None:
    summary = summarise(checked.opened) if checked.opened is not None and checked.is_usable else None
    if as_json:
        print_json(
            {
                "file": str(checked.path),
                "is_usable": checked.is_usable,
                "order_file": str(order_file) if order_file is not None else None,
                "summary": asdict(summary) if summary is not None else None,
                "findings": [asdict(finding) for finding in checked.findings],
            }
        )
        return
    for finding in checked.findings:
        click.echo(f"{finding.severity.value}: {finding.sentence()}")
    if summary is not None:
        for line in _summary_lines(summary):
            click.echo(line)
    if order_file is not None:
        click.echo(f"Wrote the order of all planned readers to {order_file}.")
    click.echo(_verdict(checked))


def _verdict(checked: CheckedStudy) -> str:
    counts = {
        severity: sum(finding.severity is severity for finding in checked.findings)
        for severity in (Severity.ERROR, Severity.WARNING)
    }
    found = ", ".join(_counted(count, severity.value) for severity, count in counts.items() if count)
    if not checked.is_usable:
        return f"{checked.path.name}: {found}. It cannot be used."
    return f"{checked.path.name}: {found or 'no errors, no warnings'}. It can be used."


def _summary_lines(summary: StudySummary) -> list[str]:
    tasks = ", ".join(f"{name} ({count})" for name, count in summary.tasks.items())
    cases = (
        f"{summary.case_count} of the study, {_counted(summary.spare_count, 'spare')}, "
        f"{summary.practice_count} of practice; {_counted(summary.image_count, 'image')}"
    )
    lines = [
        f"Study         {summary.study_id}: {summary.title}",
        f"Cases         {cases}",
        f"Tasks         {tasks}",
        f"Order         {summary.order}",
        f"Readers       {summary.reader_count} planned",
    ]
    if summary.period_count > 1:
        arms = ", ".join(summary.arms)
        lines.append(
            f"Arms          {arms}; {summary.period_count} periods, {summary.washout_days} days between"
        )
    calibrations = _counted(summary.calibration_count, "calibration")
    lines.append(
        f"One reader    {_counted(summary.counted_per_period, 'case')}, {calibrations}, "
        f"about {summary.period_minutes:.0f} min a period"
    )
    return lines


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _code(checked: CheckedStudy) -> int:
    return int(ExitCode.OK if checked.is_usable else ExitCode.FINDINGS)
