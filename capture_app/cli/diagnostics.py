"""The command `diagnostics`."""

from __future__ import annotations

from pathlib import Path

import click

from capture_app.cli.exits import CommandError, ExitCode


@click.command()
@click.argument("file", type=click.Path(path_type=Path), default=Path("reading-station-diagnostics.zip"))
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def diagnostics(file: Path, as_json: bool) -> None:
    """Save what is needed to find a fault of the program into FILE (.zip), with nothing of a person in it.

    Versions, settings without their texts, the program's own messages without what was filled in, crashes.
    """
    from capture_app.cli.commands import print_json
    from capture_app.session.diagnostics import save_diagnostics
    from capture_app.session.port import SessionError

    try:
        size = save_diagnostics(file)
    except SessionError as err:
        raise CommandError(str(err), ExitCode.INPUT) from err
    if as_json:
        print_json({"file": str(file), "bytes": size})
    else:
        click.echo(f"Diagnostics saved: {file} ({size / 1024:.0f} kB). Nothing of a person is in it.")
