"""What `import` does and prints."""

from __future__ import annotations

from collections.abc import Iterable

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from capture_app.cli.commands import print_json
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.session.importing import (
    DatasetImportError,
    ImportOrder,
    ImportOutlook,
    ImportResult,
    import_dataset,
    import_outlook,
)
from recordings_schema.formats.export import TERMS
from recordings_schema.formats.importing import Hole, problems_by_sentence


def run_import_command(order: ImportOrder, *, is_dry: bool, as_json: bool) -> int:
    """Import, or say what would be; return the exit code.

    Raises
    ------
    CommandError
        If something named cannot be used or the recordings cannot be written.
    """
    try:
        if is_dry:
            _print_outlook(import_outlook(order), as_json=as_json)
        else:
            _print_result(_with_progress(order, as_json=as_json), as_json=as_json)
    except DatasetImportError as err:
        raise CommandError(str(err), ExitCode.INPUT) from err
    return int(ExitCode.OK)


def _with_progress(order: ImportOrder, *, as_json: bool) -> ImportResult:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=as_json, transient=True) as progress:
        bar = progress.add_task(f"reading {order.format_name}", total=None)

        def show(done: int, count: int) -> None:
            progress.update(bar, completed=done, total=count)

        return import_dataset(order, on_case=show)


def _print_outlook(outlook: ImportOutlook, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "folder": str(outlook.folder), "recordings": outlook.session_count,
                "cases": outlook.case_count, "readers": list(outlook.readers),
                "done": outlook.done_count, "missing": problems_by_sentence(outlook.holes),
            }
        )  # fmt: skip
        return
    click.echo(
        f"Would make {_counted(outlook.session_count, 'recording')} with "
        f"{_counted(outlook.case_count, 'case')} in {outlook.folder}."
    )
    if outlook.done_count:
        click.echo(f"Of these, {_counted(outlook.done_count, 'recording')} are there already.")
    _print_holes(outlook.holes)


def _print_result(result: ImportResult, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "folder": str(result.folder), "recordings": result.recording_count,
                "cases": result.case_count, "samples": result.sample_count,
                "fixations": result.fixation_count, "images": result.image_count,
                "images_missing": result.missing_image_count, "is_resumed": result.is_resumed,
                "missing": problems_by_sentence(result.holes),
            }
        )  # fmt: skip
        return
    went_on = ", going on where it was" if result.is_resumed else ""
    click.echo(
        f"Made {_counted(result.recording_count, 'recording')} in {result.folder}{went_on}: "
        f"{_counted(result.case_count, 'case')}, {_counted(result.sample_count, 'sample')}, "
        f"{_counted(result.fixation_count, 'fixation')}."
    )
    click.echo(f"Images: {result.image_count} found, {result.missing_image_count} not here.")
    _print_holes(result.holes)
    click.echo(TERMS)


def _print_holes(holes: Iterable[Hole]) -> None:
    """Print each kind of hole with its count and the first place it was met."""
    found = tuple(holes)
    first: dict[str, str] = {}
    for hole in found:
        first.setdefault(hole.what, hole.where)
    for what, count in problems_by_sentence(found).items():
        others = " and others" if count > 1 else ""
        click.echo(f"missing, {count} times: {what} ({first[what]}{others})")


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
