"""What `withdraw` does, asks and prints."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from capture_app.cli.commands import print_json
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.session.privacy.reader_files import Evidence, LeftFile, ReaderFile
from capture_app.session.privacy.withdrawal import (
    WithdrawalError,
    WithdrawalOutcome,
    WithdrawalPlan,
    being_recorded,
    carry_out,
    earlier_records,
    plan_withdrawal,
)

_WORDS = {
    Evidence.CONTENT: "recording or journal",
    Evidence.SOUND: "sound of a recording",
    Evidence.COPY: "copy with the same bytes",
    Evidence.NAME: "by its name",
    Evidence.MENTION: "about the reader's sessions",
}


def withdraw_reader(reader: str, folders: list[Path], *, is_confirmed: bool, as_json: bool) -> int:
    """Find a reader's data, ask, remove them; return the exit code."""
    try:
        with Progress(console=Console(stderr=True), disable=as_json, transient=True) as progress:
            progress.add_task("searching", total=None)
            plan = plan_withdrawal(reader, folders)
    except WithdrawalError as err:
        raise CommandError(str(err), ExitCode.INPUT) from err
    _check_not_recorded(plan)
    is_cut_off = any(record.state == "begun" for record in earlier_records(plan))
    if not plan.data.files and not is_cut_off:
        return _nothing_found(plan, as_json=as_json)
    if not as_json:
        _print_plan(plan)
    if not is_confirmed and not _is_agreed(reader, as_json=as_json):
        if as_json:
            print_json(_document(plan, None))
        return int(ExitCode.FINDINGS if plan.data.left else ExitCode.OK)
    try:
        outcome = carry_out(plan, wall_ns=time.time_ns())
    except WithdrawalError as err:
        raise CommandError(str(err), ExitCode.RECORDING) from err
    if as_json:
        print_json(_document(plan, outcome))
    else:
        _print_outcome(plan, outcome)
    if outcome.failed:
        return int(ExitCode.RECORDING)
    return int(ExitCode.FINDINGS if plan.data.left else ExitCode.OK)


def _check_not_recorded(plan: WithdrawalPlan) -> None:
    if plan.data.recorded_now:
        raise CommandError(being_recorded(plan.data.recorded_now[0]), ExitCode.RECORDING)


def _nothing_found(plan: WithdrawalPlan, *, as_json: bool) -> int:
    """Tell that there is nothing to remove: all is well only after a withdrawal that was finished."""
    done = [record for record in earlier_records(plan) if record.state == "finished"]
    if as_json:
        print_json(_document(plan, None))
    else:
        _print_left(plan.data.left)
        if done:
            click.echo(f"Nothing is there any more; the data were removed, as recorded {done[-1].ended_utc}.")
    if done:
        return int(ExitCode.FINDINGS if plan.data.left else ExitCode.OK)
    others = ", ".join(plan.data.other_readers)
    known = f"Readers found: {others}." if others else "No recording of any reader was found."
    raise CommandError(
        f"No data of {plan.data.reader} were found. {known} Check the pseudonym and the folders.",
        ExitCode.INPUT,
    )


def _is_agreed(reader: str, *, as_json: bool) -> bool:
    if as_json or not _is_terminal():
        if not as_json:
            click.echo("Nothing was removed. Call again with --yes to remove all this.")
        return False
    typed = click.prompt(
        "This cannot be undone. Type the pseudonym to remove all this, or nothing to leave it",
        default="",
        show_default=False,
    )
    if typed.strip() == reader:
        return True
    click.echo("Nothing was removed.")
    return False


def _is_terminal() -> bool:
    return sys.stdin.isatty()


def _print_plan(plan: WithdrawalPlan) -> None:
    for file in plan.data.files:
        click.echo(f"{file.path}: {_why(file)}, {file.size_bytes / 2**20:.1f} MB")
    _print_left(plan.data.left)
    size = sum(file.size_bytes for file in plan.data.files if file.evidence is not Evidence.ROWS)
    count = sum(file.evidence is not Evidence.ROWS for file in plan.data.files)
    rows = f", and {plan.row_count} rows of shared tables" if plan.row_count else ""
    click.echo(f"Of {plan.data.reader}: {count} files to remove, {size / 2**20:.1f} MB{rows}.")


def _why(file: ReaderFile) -> str:
    if file.evidence is Evidence.ROWS:
        return f"{file.row_count} rows of this reader"
    return "link" if file.is_link else _WORDS[file.evidence]


def _print_left(left: tuple[LeftFile, ...]) -> None:
    for each in left:
        click.echo(f"left: {each.path}: {each.reason}")


def _print_outcome(plan: WithdrawalPlan, outcome: WithdrawalOutcome) -> None:
    for each in outcome.failed:
        click.echo(f"not removed: {each.path}: {each.reason}")
    resumed = "Went on where an earlier call was cut off. " if outcome.is_resumed else ""
    click.echo(f"{resumed}Done with {len(outcome.removed)} of {len(plan.data.files)} files.")
    click.echo(f"The record is {outcome.record}; it names nobody.")
    if outcome.failed:
        click.echo("Call again once the reason is gone.")
    click.echo("Backups, other computers and waste baskets were not searched.")


def _document(plan: WithdrawalPlan, outcome: WithdrawalOutcome | None) -> dict[str, Any]:
    return {
        "reader": plan.data.reader,
        "folders": [str(folder) for folder in plan.folders],
        "files": [
            {
                "path": str(file.path),
                "why": _why(file),
                "size_bytes": file.size_bytes,
                "sha256": file.sha256,
                "row_count": file.row_count,
            }
            for file in plan.data.files
        ],
        "left": [{"path": str(each.path), "reason": each.reason} for each in plan.data.left],
        "is_removed": outcome is not None and not outcome.failed,
        "not_removed": [
            {"path": str(each.path), "reason": each.reason}
            for each in (outcome.failed if outcome is not None else ())
        ],
        "record": str(outcome.record) if outcome is not None else None,
    }
