"""What `layers` does and prints."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from capture_app.cli.commands import print_json
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.session.export import ExportError, recordings_in
from capture_app.session.layers import (
    LayerChoice,
    LayerComparison,
    LayerError,
    compare_layers,
    make_layer,
    parameters_from_texts,
    settings_from_json,
)
from gaze_core.fixations import DetectorName, ParameterError
from gaze_core.rows import Rows
from recordings_schema.errors import RecordingError
from recordings_schema.layers import RECORDED_NAMES, LayerFacts, LayersError, LayerStore, source_of
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording


@dataclass(frozen=True, slots=True, kw_only=True)
class LayersCommand:
    """What was written on the command line."""

    added: str  # "" where nothing is to be added, as the next ones
    detector: str
    values: Mapping[str, str]
    drift: Mapping[str, str] | None  # None: gaze as recorded
    note: str
    compared: tuple[str, str] | None
    renamed: tuple[str, str] | None
    deleted: str
    is_checked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """One recording."""

    path: Path
    layers: tuple[LayerFacts, ...] = ()
    comparison: LayerComparison | None = None
    problem: str = ""


def run_layers_command(places: Sequence[Path], command: LayersCommand, *, as_json: bool) -> int:
    """Do it for all recordings; return the exit code.

    Raises
    ------
    CommandError
        If a place is not there, or parameters cannot be used.
    """
    try:
        recordings = recordings_in(places)
        choice = _choice(command)
    except ExportError as err:
        raise CommandError(str(err), ExitCode.INPUT) from err
    except (ParameterError, ValueError) as err:
        raise CommandError(str(err), ExitCode.USAGE) from err
    done = []
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=as_json, transient=True) as progress:
        bar = progress.add_task("", total=float(len(recordings)))
        for number, path in enumerate(recordings):
            progress.update(bar, description=path.name, completed=float(number))

            def show(share: float, number: int = number) -> None:
                progress.update(bar, completed=number + share)

            done.append(_do(path, command, choice, show))
    if as_json:
        print_json([_as_json(each) for each in done])
    else:
        for each in done:
            _print(each, command)
    return int(ExitCode.INPUT if any(each.problem for each in done) else ExitCode.OK)


def _choice(command: LayersCommand) -> LayerChoice:
    name = DetectorName(command.detector)
    return LayerChoice(
        detector=name,
        parameters=parameters_from_texts(name, command.values),
        drift=None if command.drift is None else settings_from_json(command.drift),
    )


def _do(path: Path, command: LayersCommand, choice: LayerChoice, show: Callable[[float], None]) -> _Done:
    """Do what was asked for with one recording; what goes wrong with it is told, not raised."""
    store = LayerStore(path)
    try:
        if command.renamed is not None:
            store.rename(*command.renamed)
        if command.deleted:
            store.delete(command.deleted)
        comparison = None
        with Recording.open(path) as recording:
            if command.added or command.is_checked or command.compared is not None:
                source = source_of(recording)
                store.check(source)
                if command.added:
                    if store.read().find(command.added) is not None:
                        raise _taken(path, command.added)  # before the work is done
                    layer = make_layer(recording, command.added, choice, note=command.note, on_share=show)
                    if layer is not None:
                        store.add(layer, source)
            if command.compared is not None:
                events = [_events(recording, store, name) for name in command.compared]
                comparison = compare_layers(events[0], events[1], recording.host_times_ns())
        return _Done(path=path, layers=store.read().layers, comparison=comparison)
    except (RecordingError, LayerError) as err:
        return _Done(path=path, problem=str(err))


def _taken(path: Path, name: str) -> LayersError:
    return LayersError(
        f"{path.name} has a layer {name!r} already. Choose another name, or delete that one first.", path=path
    )


def _events(recording: Recording, store: LayerStore, name: str) -> Rows:
    if name.casefold() in RECORDED_NAMES:
        return recording.rows(DatasetKey.FIXATIONS)
    return store.load(name).events


def _print(done: _Done, command: LayersCommand) -> None:
    if done.problem:
        is_named = done.path.name in done.problem
        click.echo(done.problem if is_named else f"{done.path.name}: {done.problem}", err=True)
        return
    click.echo(f"{done.path.name}")
    if done.comparison is not None and command.compared is not None:
        _print_comparison(done.comparison, *command.compared)
        return
    for facts in done.layers:
        gaze = "" if facts.gaze == "recorded" else ", drift-corrected gaze"
        note = f"  ({facts.note})" if facts.note else ""
        click.echo(f"  {facts.name}: {facts.detector} {facts.detector_version}{gaze}, {facts.created}{note}")
    if not done.layers:
        click.echo("  no layers")


def _print_comparison(found: LayerComparison, first: str, second: str) -> None:
    click.echo(f"  kappa {_figure(found.kappa)}, F1 {_figure(found.f1)}, {found.sample_count} samples")
    for name, each in ((first, found.first), (second, found.second)):
        durations = (
            f"median {each.median_ms:.0f} ms ({each.lower_ms:.0f} to {each.upper_ms:.0f}), "
            if each.count
            else ""
        )
        click.echo(f"  {name}: {each.count} fixations, {durations}{each.share * 100:.1f} % of the samples")


def _figure(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else "not defined"


def _as_json(done: _Done) -> dict[str, Any]:
    return {
        "file": str(done.path),
        "problem": done.problem,
        "layers": [_facts_json(facts) for facts in done.layers],
        "comparison": None if done.comparison is None else asdict(done.comparison),
    }


def _facts_json(facts: LayerFacts) -> dict[str, Any]:
    content = asdict(facts)
    for name in ("parameters", "gaze_parameters", "judgement"):
        content[name] = json.loads(content[name]) if content[name] else None
    return content
