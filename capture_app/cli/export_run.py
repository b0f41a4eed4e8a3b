"""What `formats` and `export` do and print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from capture_app.cli.commands import print_json
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.session.export import (
    HERE,
    ExportError,
    ExportOrder,
    NothingToExport,
    Workers,
    all_cores,
    dry_run,
    export_recordings,
    recordings_in,
)
from capture_app.session.study import StudyError, open_study
from recordings_schema.formats.contract import FormatError
from recordings_schema.formats.export import TERMS, ExportResult
from recordings_schema.formats.options import option_specs
from recordings_schema.formats.registry import find_format, known_formats

EVERYTHING: Final = "all"
"""In place of a format: each one into a folder of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportCommand:
    """What was written on the command line."""

    format_name: str
    places: tuple[Path, ...]
    destination: Path
    study_path: Path | None
    options: Mapping[str, str]
    is_excluded_wanted: bool
    images: Path | None = None
    jobs: int | None = None
    dask: str = ""


def show_formats(name: str | None, *, as_json: bool) -> None:
    """Print the formats, or one with its options.

    Raises
    ------
    CommandError
        If there is no format of that name.
    """
    try:
        shown = [find_format(name)] if name else [spec.create() for spec in known_formats()]
    except FormatError as err:
        raise CommandError(str(err), ExitCode.USAGE) from err
    if as_json:
        print_json(
            [
                {
                    "name": each.name, "title": each.title, "summary": each.summary, "version": each.version,
                    "losses": list(each.losses), "can_be_imported": each.can_read,
                    "import_options": _options_json(each.import_options_type) if each.can_read else [],
                    "options": _options_json(each.options_type),
                }
                for each in shown
            ]
        )  # fmt: skip
        return
    for each in shown:
        can_read = " (import too)" if each.can_read else ""
        click.echo(f"{each.name:<14} {each.summary}{can_read}")
        if name:
            _print_options(each.options_type)
            if option_specs(each.import_options_type):
                click.echo("  import --set:")
                _print_options(each.import_options_type)
            if each.losses:
                click.echo("  what it cannot hold:")
            for loss in each.losses:
                click.echo(f"  - {loss}")


def _options_json(options_type: type[Any]) -> list[dict[str, Any]]:
    return [
        {"name": spec.name, "meaning": spec.doc, "unit": spec.unit, "default": spec.default_text,
         "choices": list(spec.choices)}
        for spec in option_specs(options_type)
    ]  # fmt: skip


def _print_options(options_type: type[Any]) -> None:
    for spec in option_specs(options_type):
        choices = f" ({', '.join(spec.choices)})" if spec.choices else ""
        click.echo(f"  {spec.name + '=' + spec.default_text:<24} {spec.doc}{choices}")


def run_export_command(command: ExportCommand, *, is_dry: bool, as_json: bool) -> int:
    """Export, or say what would be; return the exit code.

    Raises
    ------
    CommandError
        If something named cannot be used or the dataset cannot be written.
    """
    try:
        orders = _orders(command)
        if len(orders) == 1:
            told = _one(orders[0], is_dry=is_dry, as_json=as_json)
            if as_json:
                print_json(told)
            return int(ExitCode.OK)
    except (ExportError, StudyError) as err:
        raise CommandError(str(err), ExitCode.INPUT) from err
    return _several(orders, is_dry=is_dry, as_json=as_json, is_everything=command.format_name == EVERYTHING)


def _orders(command: ExportCommand) -> list[ExportOrder]:
    """Return an order for each format that is named; of several each gets a folder of its own."""
    names = command.format_name.split(",")
    if names == [EVERYTHING]:
        names = [spec.name for spec in known_formats()]
    if len(set(names)) < len(names):
        raise ExportError(f"{command.format_name} names a format twice.")
    recordings = recordings_in(command.places)
    opened = None if command.study_path is None else open_study(command.study_path)
    return [
        ExportOrder(
            format_name=name,
            recordings=recordings,
            destination=command.destination / name if len(names) > 1 else command.destination,
            opened=opened,
            options=_options_for(name, names, command.options),
            is_excluded_wanted=command.is_excluded_wanted,
            images=command.images,
            workers=_workers(command, len(recordings)),
        )
        for name in names
    ]


def _options_for(name: str, names: Sequence[str], options: Mapping[str, str]) -> dict[str, str]:
    """Return the options of one format; where there are several they are written FORMAT.NAME=VALUE.

    Raises
    ------
    ExportError
        If an option names a format that is not written.
    """
    if len(names) == 1:
        return dict(options)
    for key in options:
        if key.partition(".")[0] not in names:
            raise ExportError(
                f"--option {key} names none of the formats. Of several formats each option says which one it "
                f"is for, as in --option {names[0]}.NAME=VALUE."
            )
    return {key.partition(".")[2]: text for key, text in options.items() if key.partition(".")[0] == name}


def _several(orders: Sequence[ExportOrder], *, is_dry: bool, as_json: bool, is_everything: bool) -> int:
    """Export to several formats; what one of them cannot do keeps no other from being written."""
    told: dict[str, dict[str, Any]] = {}
    is_failed = False
    for order in orders:
        if not as_json:
            click.echo(f"== {order.format_name}")
        try:
            told[order.format_name] = _one(order, is_dry=is_dry, as_json=as_json)
        except (ExportError, StudyError) as err:
            is_failed |= not (is_everything and isinstance(err, NothingToExport))
            # An option that is advised has to be given as it is written among several formats.
            problem = str(err).replace("--option ", f"--option {order.format_name}.")
            told[order.format_name] = {"problem": problem}
            if not as_json:
                click.echo(f"nothing written: {problem}")
    if as_json:
        print_json({"formats": told})
    is_empty = all("problem" in each for each in told.values())
    return int(ExitCode.INPUT if is_failed or is_empty else ExitCode.OK)


def _one(order: ExportOrder, *, is_dry: bool, as_json: bool) -> dict[str, Any]:
    """Export to one format; return what programs are told."""
    if is_dry:
        plan = dry_run(order)
        if not as_json:
            click.echo(f"Would write {_counted(len(plan.cases), 'reading')}.")
            _print_reasons(plan.reasons)
        return {"cases": [each.key.text for each in plan.cases], "left_out": plan.reasons}
    result = _with_progress(order, as_json=as_json)
    reasons = Counter(each.reason for each in result.left_out)
    if not as_json:
        _print_result(result, reasons)
    return {
        "folder": str(result.folder), "case_count": result.case_count, "left_out": dict(reasons),
        "file_count": result.file_count, "is_resumed": result.is_resumed, "warnings": list(result.warnings),
    }  # fmt: skip


def _workers(command: ExportCommand, recordings: int) -> Workers:
    """Return who writes: a worker opens each recording it takes part in, so one for a single recording."""
    if command.dask or command.jobs is not None:
        return Workers(processes=command.jobs or 1, dask=command.dask)
    return all_cores() if recordings > 1 else HERE


def _with_progress(order: ExportOrder, *, as_json: bool) -> ExportResult:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=as_json, transient=True) as progress:
        bar = progress.add_task(f"writing {order.format_name}", total=None)

        def show(done: int, count: int) -> None:
            progress.update(bar, completed=done, total=count)

        return export_recordings(order, on_case=show)


def _print_result(result: ExportResult, reasons: Mapping[str, int]) -> None:
    went_on = ", going on where it was" if result.is_resumed else ""
    click.echo(
        f"Wrote {_counted(result.case_count, 'reading')} into {result.folder}: "
        f"{_counted(result.file_count, 'file')}{went_on}."
    )
    for warning in result.warnings:
        click.echo(f"note: {warning}")
    _print_reasons(reasons)
    click.echo(TERMS)


def _print_reasons(reasons: Mapping[str, int]) -> None:
    for reason, count in reasons.items():
        click.echo(f"left out, {_counted(count, 'case')}: {reason}")


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
