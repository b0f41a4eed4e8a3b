"""The commands that look at recordings themselves; what they do is imported when they are called."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from capture_app.cli.parameters import RECORDING_FILE, FiniteRange


@click.command()
@click.argument("file", type=RECORDING_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def info(file: Path, as_json: bool) -> None:
    """Show what a recording holds."""
    from capture_app.cli.files import show_info

    show_info(file, as_json=as_json)


@click.command()
@click.argument("files", nargs=-1, required=True, type=RECORDING_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def validate(files: tuple[Path, ...], as_json: bool) -> None:
    """Check recordings and list findings; exit code 1 where there are errors."""
    from capture_app.cli.files import validate_files

    sys.exit(validate_files(list(files), as_json=as_json))


@click.command()
@click.argument("files", nargs=-1, required=True, type=RECORDING_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def recover(files: tuple[Path, ...], as_json: bool) -> None:
    """Rebuild recordings that were not closed from their journals; nothing is overwritten."""
    from capture_app.cli.files import recover_files

    sys.exit(recover_files(list(files), as_json=as_json))


@click.command()
@click.argument("file", type=RECORDING_FILE)
@click.option("--window", "window_ms", type=FiniteRange(1), help="Only the last so many ms of each target.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def accuracy(file: Path, window_ms: float | None, as_json: bool) -> None:
    """Show how well gaze met the targets of a recording, for each target and each eye."""
    from capture_app.cli.accuracy import show_accuracy

    show_accuracy(file, window_ms=window_ms, as_json=as_json)
