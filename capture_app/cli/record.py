"""`reading-station record`: the engine without windows."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from capture_app.acquisition.tracker_sources import (
    FILE_OPTION,
    MAPPING_OPTION,
    START_OPTION,
    START_WITH_RECORDING,
)
from capture_app.cli.commands import print_json
from capture_app.cli.dictation import dictation_notes, wait_for_microphone, with_dictation
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.cli.interrupts import CtrlC, ctrl_c_noted, without_ctrl_c
from capture_app.cli.lsl_out import LslOut, wait_for_streams, with_streams
from capture_app.cli.signal_ports import SignalPorts, signal_notes, wait_for_ports, with_ports
from capture_app.session.acquisition_start import start_acquisition
from capture_app.session.cases import cases_of
from capture_app.session.engine import CaptureSession
from capture_app.session.headless import (
    HeadlessResult,
    HeadlessRun,
    RecordingFailedError,
    StoppedEarlyError,
    TrackerUnavailableError,
)
from capture_app.session.link import Sentence
from capture_app.session.port import ScreenFacts, SessionError
from capture_app.session.settings import Settings, SettingsStore, check_settings
from capture_app.session.states import LiveState
from drivers.contract import DriverOptionError, NoticeKind
from drivers.registry import find_driver
from recordings_schema.paths import journal_path

_RATE_OPTION: Final = "rate_hz"
_LONGEST_NAME_BYTES: Final = 200
"""File systems allow 255; the names of the journal and of what recovery sets aside are longer."""

_OF_TRACKER: Final = frozenset(
    {kind.value for kind in NoticeKind if kind is not NoticeKind.FINISHED} | {"failed_tracker"}
)
_MOST_NOTES: Final = 10

_VIEWING: Final = frozenset({"screen_width_mm", "screen_height_mm", "distance_mm"})
_ASSUMED: Final = (
    "The size of the screen is assumed (96 dots per inch), so degrees are not measured ones; "
    "give --screen-mm and --distance-mm."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRequest:
    """What is to be recorded, as the command line says it."""

    tracker: str
    options: Mapping[str, str]
    rate_hz: float | None  # None: as the driver has it
    seconds: float
    out: Path
    reader: str
    images: Path | None
    embed_images: bool
    screen_mm: tuple[float, float] | None  # None: as the settings have it
    distance_mm: float | None  # None: as the settings have it
    lsl_out: LslOut | None = None  # None: as the settings have it
    ports: SignalPorts = field(default_factory=SignalPorts)
    microphone: str | None = None  # None: as the settings have it; "": the one of the settings, switched on


def run_record(request: RecordRequest, *, as_json: bool) -> None:
    """Record and print what was recorded."""
    options = _tracker_options(request)
    _check_out(request.out)
    with ctrl_c_noted() as pressed:
        settings = _settings(request)
        session = _session(settings, request.screen_mm)
        try:
            if request.images is not None:
                session.show_cases(cases_of(request.images))
            if request.lsl_out is not None:
                wait_for_streams(session)
            if request.ports.is_port_named:
                wait_for_ports(session, settings)
            if request.microphone is not None:
                wait_for_microphone(session, request.microphone)
            session.connect_tracker(request.tracker, options)
            result = _run(session, request, pressed, is_quiet=as_json)
            notes = [
                *tracker_notes(session.link.sentences),
                *signal_notes(session, settings),
                *dictation_notes(session),
            ]
        except StoppedEarlyError as err:
            raise CommandError(f"Ended by Ctrl-C. {err}", ExitCode.INTERRUPTED) from err
        except TrackerUnavailableError as err:
            raise CommandError(str(err), ExitCode.TRACKER) from err
        except RecordingFailedError as err:
            rest = way_out(request.out) if session.link.started is not None else ""
            raise CommandError(f"{err}{rest}", ExitCode.RECORDING) from err
        except SessionError as err:
            raise CommandError(str(err), ExitCode.INPUT) from err
        finally:
            session.close()
    _report(result, notes, has_measured_screen=request.screen_mm is not None, as_json=as_json)
    if result.closed.findings:
        raise CommandError("The recording was closed with findings; see above.", ExitCode.DATA_LOST)
    if result.is_stopped_early:
        raise CommandError(
            f"Ended by Ctrl-C. The recording was closed: {result.closed.path}", ExitCode.INTERRUPTED
        )
    if not result.closed.samples:
        raise CommandError(
            "The tracker sent no samples, so the recording holds none. Look at the tracker and at what it "
            "said, then record again.",
            ExitCode.DATA_LOST,
        )


def tracker_notes(sentences: Iterable[Sentence]) -> list[str]:
    """Return what the tracker said by itself, the oldest of many left out."""
    told = [each.text for each in sentences if each.kind in _OF_TRACKER]
    newest = told[-_MOST_NOTES:]
    left_out = len(told) - len(newest)
    return [f"{left_out} earlier ones are in the recording as events.", *newest] if left_out else newest


def _tracker_options(request: RecordRequest) -> dict[str, str]:
    """Return the options of the driver, with what the command line says in words of its own."""
    try:
        driver = find_driver(request.tracker)
    except DriverOptionError as err:
        raise CommandError(str(err), ExitCode.TRACKER) from err
    options = dict(request.options)
    if request.rate_hz is not None:
        names = {option.name for option in driver.options}
        if names and _RATE_OPTION not in names:
            raise CommandError(
                f"--rate cannot be used with the tracker {request.tracker}, whose rate is not chosen here. "
                "Leave --rate out.",
                ExitCode.TRACKER,
            )
        options[_RATE_OPTION] = f"{request.rate_hz:g}"
    if not driver.needs_stream:
        return options
    for name in (FILE_OPTION, MAPPING_OPTION):
        if name in options and not Path(options[name]).is_file():
            raise CommandError(
                f"{options[name]}, named by --option {name}=..., is not a file. Correct the name.",
                ExitCode.INPUT,
            )
    # All of it belongs into the recording, the first sample too.
    return {START_OPTION: START_WITH_RECORDING, **options}


def _check_out(out: Path) -> None:
    """Refuse a name under which nothing can be recorded, before anything starts."""
    if len(os.fsencode(out.name)) > _LONGEST_NAME_BYTES:
        raise CommandError(
            f"The name of the recording is too long: it may have {_LONGEST_NAME_BYTES} bytes. Shorten --out.",
            ExitCode.RECORDING,
        )
    folder = out.absolute().parent
    try:
        is_there, has_folder = out.exists(), folder.is_dir()
    except OSError as err:
        raise CommandError(
            f"The recording {out} cannot be made ({err.strerror}). Name another file.", ExitCode.RECORDING
        ) from err
    if is_there:
        raise CommandError(
            f"{out} is there already and is not overwritten. Name another file.", ExitCode.RECORDING
        )
    if not has_folder:
        raise CommandError(f"The folder {folder} is not there. Make it first.", ExitCode.RECORDING)
    if not os.access(folder, os.W_OK):
        raise CommandError(
            f"{out} cannot be made: nothing can be written into the folder {folder}. Name another folder.",
            ExitCode.RECORDING,
        )


def _settings(request: RecordRequest) -> Settings:
    settings = replace(SettingsStore().load().settings, embed_images=request.embed_images)
    if request.screen_mm is not None:
        width_mm, height_mm = request.screen_mm
        settings = replace(settings, screen_width_mm=width_mm, screen_height_mm=height_mm)
    if request.distance_mm is not None:
        settings = replace(settings, distance_mm=request.distance_mm)
    settings = with_ports(with_streams(settings, request.lsl_out), request.ports)
    settings = with_dictation(settings, request.microphone)
    wrong = [each for each in check_settings(settings) if each.name in _VIEWING]
    if wrong:
        raise CommandError(f"{wrong[0].text} Correct --screen-mm or --distance-mm.", ExitCode.USAGE)
    return settings


def way_out(out: Path) -> str:
    """Return how to get at what a recording that broke off holds, "" where nothing is left of it."""
    path = out.absolute()
    if not journal_path(path).exists():
        return ""
    return f" The command `reading-station recover {shlex.quote(str(path))}` rebuilds what was recorded."


def _session(settings: Settings, screen_mm: tuple[float, float] | None) -> CaptureSession:
    width_mm, height_mm = screen_mm or (0.0, 0.0)  # 0: not known
    try:
        facts = ScreenFacts(
            name="screen",
            width_px=1920,
            height_px=1080,
            width_mm=width_mm,
            height_mm=height_mm,
        )
        return CaptureSession(lambda: without_ctrl_c(start_acquisition), settings=settings, facts=facts)
    except SessionError as err:
        raise CommandError(str(err), ExitCode.TRACKER) from err


def _run(
    session: CaptureSession, request: RecordRequest, pressed: CtrlC, *, is_quiet: bool
) -> HeadlessResult:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[health]}"),
    )
    console = Console(stderr=True)
    is_hidden = is_quiet or not console.is_terminal  # in a log it would leave an empty line
    with Progress(*columns, console=console, disable=is_hidden, transient=True) as progress:
        task = progress.add_task("recording", total=request.seconds, health="")

        def show(elapsed_s: float, state: LiveState) -> None:
            progress.update(
                task,
                completed=elapsed_s,
                health=f"{state.health.rate_hz:.0f} Hz, {100 * state.health.loss_share:.1f} % without gaze, "
                f"{state.verdict.word}",
            )

        run = HeadlessRun(session, progress=show, is_stop_wanted=lambda: pressed.is_pressed)
        return run.record(request.out.absolute(), request.reader, request.seconds)


def _report(
    result: HeadlessResult, notes_of_signals: list[str], *, has_measured_screen: bool, as_json: bool
) -> None:
    closed = result.closed
    notes = [*result.unreadable, *notes_of_signals]
    if result.cases_left and not result.is_stopped_early:
        notes.append(f"{result.cases_left} cases were not shown: the time was over. Record for longer.")
    if not has_measured_screen:
        notes.append(_ASSUMED)
    if as_json:
        print_json(
            {
                "path": closed.path,
                "samples": closed.samples,
                "lost": closed.lost,
                "live_events": result.live_fixations,
                "rows": closed.rows,
                "findings": closed.findings,
                "notes": notes,
            }
        )
        return
    click.echo(f"{closed.path}")
    click.echo(
        f"{closed.samples} samples, {closed.lost} never arrived from the tracker, "
        f"{result.live_fixations} live events"
    )
    for finding in closed.findings:
        click.echo(f"finding: {finding}")
    for note in notes:
        click.echo(f"note: {note}")
