"""What `replay` does: opens the recordings, then the windows."""

from __future__ import annotations

from pathlib import Path

import click

from capture_app.cli.display import screens
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.session.compare import CompareError, shared_images
from capture_app.session.replay import ReplayError, ReplaySource
from capture_app.session.settings import SettingsStore


def run_replay_command(
    files: list[Path], images: Path | None, *, at_s: float, is_separate: bool, quit_after_s: float | None
) -> int:
    """Show recordings until their windows are closed; return the exit code.

    Raises
    ------
    CommandError
        If one of them cannot be looked at, not even in part.
    """
    sources: list[ReplaySource] = []
    try:
        for file in dict.fromkeys(file.absolute() for file in files):
            sources.append(ReplaySource.open(file))
    except ReplayError as err:
        for source in sources:
            source.close()
        raise CommandError(str(err), ExitCode.INPUT) from err
    is_together = len(sources) > 1 and not is_separate and _have_common_image(sources)
    with screens():
        # Qt is loaded once the screens are settled.
        from capture_app.gui.replay.replay_app import run_replays
        from capture_app.session.station import Station

        theme = SettingsStore().load().settings.theme
        run_replays(
            sources, Station(), theme, images=images, at_s=at_s, is_together=is_together,
            quit_after_s=quit_after_s,
        )  # fmt: skip
    return int(ExitCode.OK)


def _have_common_image(sources: list[ReplaySource]) -> bool:
    """Tell whether recordings can stand side by side; say so where they cannot."""
    try:
        shared_images(sources)
    except CompareError as err:
        click.echo(f"note: {err} Each has a window of its own.", err=True)
        return False
    return True
