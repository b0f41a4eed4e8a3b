"""The command `capture`: the windows, for a person or for pseudo-readers."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from capture_app.cli.exits import CommandError, ExitCode
from capture_app.cli.parameters import FiniteRange


@click.command()
@click.argument("images", nargs=-1, type=click.Path(path_type=Path))
@click.option("--robot", is_flag=True, help="Let pseudo-readers read a study, unattended.")
@click.option(
    "--reader",
    "readers",
    multiple=True,
    help="With --robot: pseudonym; again for another.  [default: robot-1]",
)
@click.option(
    "--speed",
    type=FiniteRange(1, 20),
    default=1,
    show_default=True,
    help="With --robot: how many times faster than a person they look and answer.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="With --robot: seed of what they do.")
@click.option("--quit-after", type=FiniteRange(0), hidden=True, help="Close the windows after seconds.")
def capture(
    images: tuple[Path, ...] = (),
    robot: bool = False,
    readers: tuple[str, ...] = (),
    speed: float = 1.0,
    seed: int = 0,
    quit_after: float | None = None,
) -> None:
    """Open the windows on IMAGES: a study, a folder, an image list, or image files."""
    if robot:
        from capture_app.cli.capture_study import run_robot_command

        if len(images) != 1:
            raise CommandError("Name one study for the pseudo-readers: its folder or file.", ExitCode.USAGE)
        names = readers or ("robot-1",)
        sys.exit(run_robot_command(images[0], names, speed=speed, seed=seed, quit_after_s=quit_after))
    from capture_app.cli.capture import run_capture_command

    sys.exit(run_capture_command(list(images), quit_after_s=quit_after))
