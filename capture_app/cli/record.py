"""`reading-station record`: the engine without windows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from capture_app.cli.commands import print_json
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.session.acquisition_start import start_acquisition
from capture_app.session.cases import cases_of_folder, cases_of_list
from capture_app.session.engine import CaptureSession
from capture_app.session.headless import (
    HeadlessResult,
    HeadlessRun,
    RecordingFailedError,
    TrackerUnavailableError,
)
from capture_app.session.port import SessionError
from capture_app.session.settings import Settings, SettingsStore
from capture_app.session.states import LiveState
from drivers.contract import DriverOptionError
from drivers.registry import find_driver


def run_record(
    *,
    tracker: str,
    options: Mapping[str, str],
    seconds: float,
    out: Path,
    reader: str,
    images: Path | None,
    embed_images: bool,
    as_json: bool,
) -> None:
    """Record and print what was recorded."""
    try:
        plays_a_file = find_driver(tracker).needs_stream
    except DriverOptionError as err:
        raise CommandError(str(err), ExitCode.TRACKER) from err
    if plays_a_file:
        # All of it belongs into the recording, the first sample too.
        options = {"start": "recording", **options}
    if out.exists():
        raise CommandError(
            f"{out} is there already and is not overwritten. Name another file.", ExitCode.RECORDING
        )
    if not out.absolute().parent.is_dir():
        raise CommandError(
            f"The folder {out.absolute().parent} is not there. Make it first.", ExitCode.RECORDING
        )
    settings = replace(SettingsStore().load().settings, embed_images=embed_images)
    session = _session(settings)
    try:
        if images is not None:
            session.show_cases(cases_of_folder(images) if images.is_dir() else cases_of_list(images))
        session.connect_tracker(tracker, options)
        result = _run(session, out.absolute(), reader, seconds, is_quiet=as_json)
    except TrackerUnavailableError as err:
        raise CommandError(str(err), ExitCode.TRACKER) from err
    except RecordingFailedError as err:
        raise CommandError(str(err), ExitCode.RECORDING) from err
    except SessionError as err:
        raise CommandError(str(err), ExitCode.INPUT) from err
    finally:
        session.close()
    _report(result, as_json=as_json)
    if result.closed.findings:
        raise CommandError("The recording was closed with findings; see above.", ExitCode.DATA_LOST)


def _session(settings: Settings) -> CaptureSession:
    try:
        return CaptureSession(start_acquisition, settings=settings)
    except SessionError as err:
        raise CommandError(str(err), ExitCode.TRACKER) from err


def _run(
    session: CaptureSession, out: Path, reader: str, seconds: float, *, is_quiet: bool
) -> HeadlessResult:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[health]}"),
    )
    with Progress(*columns, console=Console(stderr=True), disable=is_quiet, transient=True) as progress:
        task = progress.add_task("recording", total=seconds, health="")

        def show(elapsed_s: float, state: LiveState) -> None:
            progress.update(
                task,
                completed=elapsed_s,
                health=f"{state.health.rate_hz:.0f} Hz, loss {100 * state.health.loss_share:.1f} %, "
                f"{state.verdict.word}",
            )

        return HeadlessRun(session, progress=show).record(out, reader, seconds)


def _report(result: HeadlessResult, *, as_json: bool) -> None:
    closed = result.closed
    if as_json:
        print_json(
            {
                "path": closed.path,
                "samples": closed.samples,
                "lost": closed.lost,
                "live_events": result.live_fixations,
                "rows": closed.rows,
                "findings": closed.findings,
            }
        )
        return
    click.echo(f"{closed.path}")
    click.echo(
        f"{closed.samples} samples, {closed.lost} never arrived from the tracker, "
        f"{result.live_fixations} live events"
    )
    for finding in closed.findings:
        click.echo(f"note: {finding}")
