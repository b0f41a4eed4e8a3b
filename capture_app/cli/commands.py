"""The table of commands. Each command lives in a module that is imported when it is called."""

from __future__ import annotations

import io
import json
import logging
import multiprocessing
import signal
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

import capture_app
from capture_app.cli.capture_command import capture
from capture_app.cli.diagnostics import diagnostics
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.cli.formats import export, formats
from capture_app.cli.frozen import has_terminal, tell_person
from capture_app.cli.import_command import import_
from capture_app.cli.layers import layers
from capture_app.cli.metrics import metrics
from capture_app.cli.parameters import (
    RECORDING_ENDING,
    RECORDING_FILE,
    FiniteRange,
    driver_options,
    options_of,
    recording_name,
    screen_mm_of,
    tracker_options,
)
from capture_app.cli.privacy import scan_privacy, withdraw
from capture_app.cli.recording_commands import accuracy, info, recover, validate
from capture_app.cli.render import render
from capture_app.cli.replay import replay
from capture_app.cli.report import report
from capture_app.cli.score import score
from capture_app.cli.signal_options import signal_options
from capture_app.cli.study import study
from capture_app.cli.transcribe import transcribe

_Function = TypeVar("_Function", bound=Callable[..., Any])
_log = logging.getLogger(__name__)

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class _Commands(click.Group):
    """Takes a file in the place of a command as well: what a double click on one hands over."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is named; `replay` of a recording, `capture` of other files and folders."""
        if self.get_command(ctx, args[0]) is None:
            if args[0].casefold().endswith(RECORDING_ENDING):
                return super().resolve_command(ctx, [replay.name or "", *args])
            if Path(args[0]).exists():
                return super().resolve_command(ctx, [capture.name or "", *args])
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Commands,
    context_settings=CONTEXT,
    invoke_without_command=True,
    commands={
        each.name: each
        for each in (
            capture,
            study,
            transcribe,
            scan_privacy,
            withdraw,
            report,
            metrics,
            replay,
            layers,
            render,
            formats,
            export,
            import_,
            score,
            diagnostics,
            info,
            validate,
            recover,
            accuracy,
        )
    },
)
@click.version_option(capture_app.__version__, prog_name="reading-station")
@click.option("-v", "--verbose", is_flag=True, help="Log details to the terminal as well.")
@click.pass_context
def cli(context: click.Context, verbose: bool) -> None:
    """Show chest X-rays, record eye-tracker gaze, lose nothing.

    Without a command the windows open; on a recording in its place the replay, on a study or images the
    windows with them. Exit codes: 0 all is well, 1 findings, 2 wrong command line, 3 input
    cannot be used, 4 tracker cannot be used, 5 recording cannot be written, 6 data were lost, 70 mistake of
    this program, 130 ended by Ctrl-C.
    """
    from capture_app.cli.log_setup import set_up_logging

    set_up_logging(is_verbose=verbose)
    if context.invoked_subcommand is None:
        context.invoke(capture)


@cli.command()
@click.option("--seconds", type=FiniteRange(1, 3600), default=12, show_default=True, help="Per image.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the recording and pictures.")
@click.option(
    "--rate", type=FiniteRange(30, 2000), default=600, show_default=True, help="Samples per second."
)
@click.option("--seed", type=int, default=7, show_default=True, help="Seed of the simulated reader.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def demo(seconds: float, out: Path | None, rate: float, seed: int, as_json: bool) -> None:
    """Three built-in phantoms, read by the simulated tracker through the whole chain."""
    from capture_app.cli.demo import run_demo

    run_demo(seconds_per_image=seconds, folder=out, rate_hz=rate, seed=seed, as_json=as_json)


@cli.command()
@tracker_options
@click.option("--seconds", type=FiniteRange(0.1, 24 * 3600), required=True, help="How long.")
@click.option(
    "--out",
    type=RECORDING_FILE,
    required=True,
    callback=recording_name,
    help="File to make; never overwritten.",
)
@click.option("--reader", default="R00", show_default=True, help="Pseudonym of the reader.")
@click.option(
    "--images",
    type=click.Path(path_type=Path),
    help="Folder, list or image file. All cases are shown in turn and share the time.",
)
@click.option(
    "--screen-mm", callback=screen_mm_of, metavar="WIDTHxHEIGHT", help="Measured size of the screen, mm."
)
@click.option("--distance-mm", type=FiniteRange(200, 1500), help="Measured distance from eye to screen, mm.")
@click.option("--embed-images", is_flag=True, help="Keep a copy of every shown image inside the recording.")
@click.option("--lsl-out", is_flag=True, help="Offer gaze and events as LSL streams meanwhile.")
@click.option("--lsl-session", metavar="ID", help="LSL session of these streams.")
@click.option("--lsl-network", is_flag=True, help="Announce these streams beyond this computer.")
@click.option(
    "--audio",
    metavar="[DEVICE]",
    is_flag=False,
    flag_value="",
    help="Record dictation; DEVICE is a part of the microphone's name.",
)
@signal_options
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def record(
    tracker: str,
    rate: float | None,
    options: tuple[str, ...],
    seconds: float,
    out: Path,
    reader: str,
    images: Path | None,
    screen_mm: tuple[float, float] | None,
    distance_mm: float | None,
    embed_images: bool,
    lsl_out: bool,
    lsl_session: str | None,
    lsl_network: bool,
    audio: str | None,
    as_json: bool,
    **ports: Any,
) -> None:
    """Record without windows: the same engine, live fixations included.

    Ctrl-C ends the recording early; it is closed properly.
    """
    from capture_app.cli.lsl_out import lsl_out_of
    from capture_app.cli.record import RecordRequest, run_record
    from capture_app.cli.signal_ports import SignalPorts

    request = RecordRequest(
        tracker=tracker,
        options=options_of(options),
        rate_hz=rate,
        seconds=seconds,
        out=out,
        reader=reader,
        images=images,
        embed_images=embed_images,
        screen_mm=screen_mm,
        distance_mm=distance_mm,
        lsl_out=lsl_out_of(is_wanted=lsl_out, session_id=lsl_session, is_network_allowed=lsl_network),
        ports=SignalPorts(**ports),
        microphone=audio,
    )
    run_record(request, as_json=as_json)


@cli.command()
@click.option("--list", "is_list", is_flag=True, help="List the drivers (this is what happens anyway).")
@click.option("--search", "is_search", is_flag=True, help="Search for trackers that are connected.")
@click.option("--tracker", default="", help="Search for the trackers of this driver alone.")
@driver_options
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def trackers(is_list: bool, is_search: bool, tracker: str, options: tuple[str, ...], as_json: bool) -> None:
    """List the drivers known and which can be used here, or search for trackers.

    Searching for all, simulated trackers are shown and do not count: exit code 4 where no other was found.
    """
    if is_search and is_list:
        raise click.UsageError("Give --list or --search, not both.")
    if not is_search and (tracker or options):
        raise click.UsageError("--tracker and --option go with --search.")
    if options and not tracker:
        raise click.UsageError("--option needs --tracker, the driver whose option it is.")
    if is_search:
        from capture_app.cli.tracker_tools import search_trackers

        search_trackers(tracker, options_of(options), as_json=as_json)
        return
    from capture_app.cli.files import show_trackers

    show_trackers(as_json=as_json)


@cli.command("tracker-test")
@tracker_options
@click.option(
    "--seconds", type=FiniteRange(1, 120), default=10, show_default=True, help="How long to take samples."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def tracker_test(
    tracker: str, rate: float | None, options: tuple[str, ...], seconds: float, as_json: bool
) -> None:
    """Connect a tracker and measure rate, loss and noise; exit code 1 where the verdict is bad."""
    from capture_app.cli.tracker_tools import run_tracker_test

    sys.exit(run_tracker_test(tracker, options_of(options), rate, seconds, as_json=as_json))


@cli.command()
@click.option("--list", "is_list", is_flag=True, help="List the sound devices and end.")
@click.option("--show", "is_show", is_flag=True, help="Show what was measured on this computer and end.")
@click.option(
    "--only",
    multiple=True,
    type=click.Choice(["audio", "onset", "tracker", "drift"]),
    help="Only this part; may be repeated.",
)
@click.option("--input", "input_name", default="", metavar="NAME", help="Sound input; a part of its name.")
@click.option("--output", "output_name", default="", metavar="NAME", help="Sound output; a part of its name.")
@click.option("--seconds", type=FiniteRange(2, 600), default=20, show_default=True, help="For each part.")
@click.option(
    "--flips", type=click.IntRange(40, 1000), default=40, show_default=True, help="Changes of the patch."
)
@click.option("--tracker", default="", metavar="NAME", help="Driver; the one of the settings if not given.")
@click.option("--option", "options", multiple=True, metavar="NAME=VALUE", help="Option of the driver.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def timing(
    is_list: bool,
    is_show: bool,
    only: tuple[str, ...],
    input_name: str,
    output_name: str,
    seconds: float,
    flips: int,
    tracker: str,
    options: tuple[str, ...],
    as_json: bool,
) -> None:
    """Measure the latencies and clocks of this computer with whatever is attached, and keep them.

    Clicks through a cable, the corner patch through a photodiode, the tracker, all clocks. What cannot be
    measured is named with the reason.
    """
    from capture_app.cli import timing as command
    from capture_app.cli import timing_report
    from capture_app.session.timing_audio import SoundChoice

    if is_list:
        timing_report.list_sound_devices(as_json=as_json)
        return
    if is_show:
        timing_report.show_constants(as_json=as_json)
        return
    request = command.TimingRequest(
        parts=only or command.PARTS,
        sound=SoundChoice(input_name=input_name, output_name=output_name),
        seconds=seconds,
        flips=flips,
        tracker=tracker,
        options=options_of(options) if options else None,
    )
    command.run_timing(request, as_json=as_json)


@cli.command("self-test")
@click.option("--report", type=click.Path(path_type=Path), help="Write the results as JSON into this file.")
@click.option("--search-trackers", is_flag=True, help="Search for connected trackers as well.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def self_test(report: Path | None, search_trackers: bool, as_json: bool) -> None:
    """Use every native library and the whole chain for real; exit code 1 where something fails."""
    from capture_app.cli.self_checks import CHECKS, TRACKER_CHECK
    from capture_app.cli.self_test import run_self_test

    checks = (*CHECKS, TRACKER_CHECK) if search_trackers else CHECKS
    sys.exit(run_self_test(report=report, as_json=as_json, checks=checks))


def print_json(value: object) -> None:
    """Print a JSON document; numbers that are not known are null."""
    click.echo(json.dumps(_without_nan(value), indent=2, ensure_ascii=False))


def _without_nan(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _without_nan(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(item) for item in value]
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return value


def _let_any_name_be_printed() -> None:
    """Print what the terminal's encoding lacks as an escape: names of files may hold any bytes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _guarded(function: Callable[[], Any]) -> Callable[[], None]:
    @wraps(function)
    def run() -> None:
        multiprocessing.freeze_support()
        _let_any_name_be_printed()
        try:
            function()
        except CommandError as err:
            tell_person(str(err))
            sys.exit(int(err.code))
        except click.ClickException as err:
            err.show() if has_terminal() else tell_person(err.format_message())
            sys.exit(err.exit_code)
        except (KeyboardInterrupt, click.Abort):  # click turns the first into the second
            # Pressed again while the program goes it would only add a traceback.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            tell_person("Ended by Ctrl-C.")
            sys.exit(int(ExitCode.INTERRUPTED))
        except Exception:  # noqa: BLE001  # the last resort: the log gets all of it, the person a sentence
            _log.exception("The command ended by a mistake of the program")
            from capture_app.cli.log_setup import log_file

            tell_person(
                f"A mistake in the program ended the command. Recordings are safe; "
                f"run `reading-station recover` on one that was open. Details are in {log_file()}."
            )
            sys.exit(int(ExitCode.INTERNAL))

    return run


@_guarded
def main() -> None:
    """Run `reading-station`."""
    # Not click's own way to end: it would make Ctrl-C exit code 1, which says that there are findings.
    code = cli(prog_name="reading-station", standalone_mode=False)
    if code == ExitCode.INTERRUPTED:  # a recording was closed; Ctrl-C has nothing more to say
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(code if isinstance(code, int) else int(ExitCode.OK))
