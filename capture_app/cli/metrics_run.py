"""What `metrics` does and prints."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from capture_app.cli.commands import print_json
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.session.export import ExportError, recordings_in
from capture_app.session.measures import (
    EventLayer,
    MeasuredDataset,
    MeasureError,
    MeasureOptions,
    MeasureOrder,
    write_measures,
)
from capture_app.session.study import OpenedStudy, StudyError, open_study
from gaze_core.measures import MeasuredFrom, MissRule


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsCommand:
    """What was written on the command line."""

    places: tuple[Path, ...]
    destination: Path
    study_path: Path | None
    events: str
    layer_name: str  # "": none
    margin_deg: float
    radius_deg: float
    measured_from: str
    dwell_s: float


def run_metrics(command: MetricsCommand, *, as_json: bool) -> int:
    """Measure and write; return the exit code: findings where recordings had to be left out.

    Raises
    ------
    CommandError
        If something named cannot be used or nothing can be written.
    """
    rule = MissRule(
        radius_deg=command.radius_deg,
        dwell_s=command.dwell_s,
        measured_from=MeasuredFrom(command.measured_from),
    )
    try:
        order = MeasureOrder(
            recordings=recordings_in(command.places),
            destination=command.destination,
            opened=_study(command.study_path),
            options=MeasureOptions(
                layer=EventLayer.SAVED if command.layer_name else EventLayer(command.events),
                layer_name=command.layer_name,
                margin_deg=command.margin_deg,
                rule=rule,
            ),
        )
        result = _with_progress(order, as_json=as_json)
    except (ExportError, MeasureError, StudyError) as err:
        raise CommandError(str(err), ExitCode.INPUT) from err
    _print(result, as_json=as_json)
    return int(ExitCode.FINDINGS if result.left_out else ExitCode.OK)


def _with_progress(order: MeasureOrder, *, as_json: bool) -> MeasuredDataset:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=as_json, transient=True) as progress:
        bars: dict[str, int] = {}

        def show(name: str, done: int, count: int) -> None:
            if name not in bars:
                bars[name] = progress.add_task(name, total=count)
            progress.update(bars[name], completed=done)  # type: ignore[arg-type]  # TaskID is an int

        return write_measures(order, on_case=show)


def _print(result: MeasuredDataset, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "folder": str(result.folder), "recordings": result.recording_count,
                "readings": result.case_count, "counted": result.counted, "findings": result.finding_count,
                "missed": result.missed_count, "files": result.file_count,
                "left_out": [{"name": each.name, "reason": each.reason} for each in result.left_out],
            }
        )  # fmt: skip
        return
    click.echo(
        f"Measured {_counted(result.case_count, 'reading')} ({result.counted} count) of "
        f"{_counted(result.recording_count, 'recording')}; {_counted(result.finding_count, 'finding')}, "
        f"{result.missed_count} missed in a known place. Wrote {_counted(result.file_count, 'file')} into "
        f"{result.folder}."
    )
    for each in result.left_out:
        click.echo(f"left out {each.name}: {each.reason}", err=True)
    if result.left_out:
        click.echo(f"{_counted(len(result.left_out), 'recording')} left out.", err=True)


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _study(path: Path | None) -> OpenedStudy | None:
    return None if path is None else open_study(path)
