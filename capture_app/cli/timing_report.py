"""How `reading-station timing` shows what was measured, what is stored, and which sound devices there are."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from capture_app.acquisition.audio import SoundClient, SoundDevice, SoundError, device_warnings
from capture_app.cli.commands import print_json
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.session.settings_codec import encode_record
from capture_app.session.timing_constants import TimingConstant, TimingConstants
from capture_app.session.timing_findings import FlipResult, TimingFindings
from capture_app.session.timing_sentences import methods_sentences, number
from capture_app.session.timing_store import TimingStore


def print_findings(
    findings: TimingFindings, known: TimingConstants, stored_in: Path | None, *, as_json: bool
) -> None:
    """Print what was measured and what was not.

    Parameters
    ----------
    findings
        Of this run.
    known
        What was measured now or earlier, for the sentences.
    stored_in
        The file it was stored in, None where nothing was.
    """
    sentences = methods_sentences(known, findings.unmeasured)
    if as_json:
        print_json(
            {
                "constants": encode_record(findings.constants),
                "unmeasured": encode_record(findings.unmeasured),
                "notes": findings.notes,
                "round_trips_ms": findings.round_trips_ms,
                "flips": encode_record(findings.flips),
                "sentences": sentences,
                "stored_in": None if stored_in is None else str(stored_in),
            }
        )
        return
    if any(flip.latency_ms is not None for flip in findings.flips):
        _print_flips(findings.flips)
    _print_constants(findings.constants)
    for unmeasured in findings.unmeasured:
        click.echo(unmeasured.sentence)
    for note in findings.notes:
        click.echo(f"note: {note}")
    click.echo("For the methods section:")
    for sentence in sentences:
        click.echo(f"  {sentence}")
    if stored_in is not None:
        click.echo(f"Stored in {stored_in}; recordings made from now on carry it.")


def show_constants(*, as_json: bool) -> None:
    """Print the constants stored for this computer.

    Raises
    ------
    CommandError
        If the file of constants cannot be used.
    """
    loaded = TimingStore().load()
    if loaded.notice:
        raise CommandError(loaded.notice, ExitCode.INPUT)
    if as_json:
        print_json(encode_record(loaded.constants))
        return
    if not loaded.constants.constants:
        click.echo("Nothing has been measured on this computer; `reading-station timing` does.")
        return
    _print_constants(loaded.constants.constants)
    for sentence in methods_sentences(loaded.constants):
        click.echo(f"  {sentence}")


def list_sound_devices(*, as_json: bool) -> None:
    """Print the sound devices of this computer, or why there are none."""
    devices: tuple[SoundDevice, ...] = ()
    try:
        client = SoundClient()
    except SoundError as err:
        problem = str(err)
    else:
        devices, problem = client.devices, client.problem
        client.close()
    if as_json:
        print_json({"devices": encode_record(devices), "problem": problem})
        return
    if problem or not devices:
        click.echo(problem or "There is no sound device on this computer.")
        return
    table = Table("device", "interface", "inputs", "outputs", "rate", "default", box=None, pad_edge=False)
    for device in devices:
        uses = (("input", device.is_default_input), ("output", device.is_default_output))
        table.add_row(
            device.name,
            device.host_api,
            str(device.input_channels),
            str(device.output_channels),
            f"{device.default_rate_hz:.0f} Hz",
            ", ".join(use for use, is_default in uses if is_default),
        )
    Console().print(table)
    for device in devices:
        for warning in device_warnings(device):
            click.echo(f"note: {warning}")


def _print_constants(constants: tuple[TimingConstant, ...]) -> None:
    if not constants:
        return
    table = Table(box=None, pad_edge=False)
    for title in ("constant", "mean", "SD", "left open", "n"):
        table.add_column(title, no_wrap=True)
    table.add_column("device", overflow="fold")
    for each in constants:
        table.add_row(
            each.name.value,
            number(each.mean, each.unit),
            number(each.sd, each.unit),
            f"+-{number(each.systematic, each.unit)}" if each.systematic > 0 else "",
            str(each.count),
            each.device,
        )
    Console().print(table)


def _print_flips(flips: tuple[FlipResult, ...]) -> None:
    table = Table("change", "to", "light after presentation", box=None, pad_edge=False)
    for index, flip in enumerate(flips, start=1):
        latency = "no edge" if flip.latency_ms is None else number(flip.latency_ms, "ms")
        table.add_row(str(index), "bright" if flip.is_bright else "dark", latency)
    Console().print(table)
