"""What `score` does and prints."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from capture_app.cli.commands import print_json
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.session.similarity.score_metrics import MultiMatchUse, ScoreMetric
from capture_app.session.similarity.scoring import (
    ALL_TASKS,
    Centre,
    ScoreError,
    ScoreOrder,
    ScoreResult,
    score_predictions,
)
from recordings_schema.formats.tables import header, quoted_lines

_DECIMALS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreCommand:
    """What was written on the command line."""

    predictions: Path
    annotations: Path
    metrics: str
    profiles: tuple[str, ...]
    split: str
    centre: str
    cluster_px: float
    segments: Path | None


def run_score_command(command: ScoreCommand, *, as_csv: bool, as_json: bool) -> int:
    """Score predicted scanpaths and print the scores; return the exit code.

    Raises
    ------
    CommandError
        If a metric is not known or a file cannot be used.
    """
    order = ScoreOrder(
        predictions=command.predictions,
        annotations=command.annotations,
        metrics=_metrics(command.metrics),
        uses=tuple(MultiMatchUse(profile) for profile in dict.fromkeys(command.profiles)),
        split=command.split,
        centre=Centre(command.centre),
        cluster_px=command.cluster_px,
        segments=command.segments,
    )
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=as_json, transient=True) as progress:
        bar = progress.add_task("scoring", total=None)
        try:
            result = score_predictions(
                order, lambda done, count: progress.update(bar, completed=done, total=count)
            )
        except ScoreError as err:
            raise CommandError(str(err), ExitCode.INPUT) from err
    if as_json:
        _print_json(result)
    elif as_csv:
        _print_csv(result)
    else:
        _print_words(result)
    return int(ExitCode.OK)


def _metrics(text: str) -> tuple[ScoreMetric, ...]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if names == ["all"]:
        return tuple(ScoreMetric)
    known = [metric.value for metric in ScoreMetric]
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        what = repr(unknown[0]) if unknown else "nothing"
        raise CommandError(f"--metrics names {what}; known are {', '.join(known)}, and all.", ExitCode.USAGE)
    return tuple(metric for metric in ScoreMetric if metric.value in names)


def _print_json(result: ScoreResult) -> None:
    print_json(
        {
            "tasks": {
                row.task: {"scanpaths": row.scanpaths, "pairs": row.pairs, **row.values}
                for row in result.rows
                if row.task != ALL_TASKS
            },
            "all": {
                "scanpaths": result.rows[-1].scanpaths,
                "pairs": result.rows[-1].pairs,
                **result.rows[-1].values,
            },
            "notes": list(result.notes),
        }
    )


def _print_csv(result: ScoreResult) -> None:
    rows = [
        (row.task, row.scanpaths, row.pairs, *(_plain(row.values[name]) for name in result.columns))
        for row in result.rows
    ]
    content = header(("task", "scanpaths", "pairs", *result.columns)) + quoted_lines(rows)
    click.echo(content.decode("utf-8"), nl=False)
    for note in result.notes:
        click.echo(f"note: {note}", err=True)


def _print_words(result: ScoreResult) -> None:
    """Print each value on a line of its own for all tasks, then the tasks' values below each other."""
    width = max(len(name) for name in result.columns)
    task_width = max(len(row.task) for row in result.rows)
    total = result.rows[-1]
    click.echo(f"{total.scanpaths} predicted scanpaths, compared with human ones {total.pairs} times.")
    for name in result.columns:
        click.echo(f"\n{name:<{width}}  {_shown(total.values[name])}")
        for row in result.rows[:-1]:
            click.echo(f"  {row.task:<{task_width}}  {_shown(row.values[name])}  ({row.scanpaths})")
    if result.notes:
        click.echo("")
    for note in result.notes:
        click.echo(f"note: {note}")


def _shown(value: float) -> str:
    return f"{value:.{_DECIMALS}f}" if math.isfinite(value) else "-"


def _plain(value: float) -> str:
    return repr(value) if math.isfinite(value) else ""
