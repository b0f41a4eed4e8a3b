"""The command `replay`; what it does is imported when it is called."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from capture_app.cli.parameters import RECORDING_FILE, FiniteRange


@click.command("replay")
@click.argument("files", nargs=-1, required=True, type=RECORDING_FILE)
@click.option(
    "--images",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder of the images, where they are not beside the study.",
)
@click.option("--at", "at_s", type=FiniteRange(0), default=0.0, help="Begin so many seconds after the start.")
@click.option(
    "--separate", is_flag=True, help="A window for each recording, also where they hold the same image."
)
@click.option("--quit-after", type=FiniteRange(0), hidden=True, help="Close the windows after seconds.")
def replay(
    files: tuple[Path, ...], images: Path | None, at_s: float, separate: bool, quit_after: float | None
) -> None:
    """Look at recordings again: what was on the screen, where the eyes were, what was said.

    Several recordings of one image are shown side by side; others have a window each.
    """
    from capture_app.cli.replaying import run_replay_command

    sys.exit(
        run_replay_command(list(files), images, at_s=at_s, is_separate=separate, quit_after_s=quit_after)
    )
