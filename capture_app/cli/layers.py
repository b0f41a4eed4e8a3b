"""The command `layers`; what it does is imported when it is called."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from capture_app.cli.parameters import options_of

_DETECTORS = ("ivt", "idt", "adaptive")


@click.command("layers")
@click.argument("places", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--add", "added", metavar="NAME", help="Analyse the recordings again, and keep that as NAME.")
@click.option(
    "--detector", type=click.Choice(_DETECTORS), default="ivt", show_default=True, help="Of the layer to add."
)
@click.option(
    "--set", "values", multiple=True, metavar="KEY=VALUE", help="Parameter of the detector; may be repeated."
)
@click.option(
    "--drift",
    multiple=True,
    metavar="KEY=VALUE",
    help="Correct gaze for measured drift first: source=checks|validations, between=held|linear|mean, "
    "largest_deg=2. May be repeated.",
)
@click.option("--note", default="", help="Written on the layer to add.")
@click.option(
    "--compare", nargs=2, metavar="FIRST SECOND", help='Say how well two layers agree; one may be "live".'
)
@click.option("--rename", nargs=2, metavar="OLD NEW", help="Give a layer another name.")
@click.option("--delete", "deleted", metavar="NAME", help="Delete a layer; the recording stays as it is.")
@click.option("--check", "is_checked", is_flag=True, help="Make sure that layers belong to these samples.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def layers(
    places: tuple[Path, ...],
    added: str | None,
    detector: str,
    values: tuple[str, ...],
    drift: tuple[str, ...],
    note: str,
    compare: tuple[str, str] | None,
    rename: tuple[str, str] | None,
    deleted: str | None,
    is_checked: bool,
    as_json: bool,
) -> None:
    """Analyses of recordings kept beside them: list, add, compare, rename, delete.

    PLACES are recordings, and folders with recordings. A recording itself is only read; its layers lie in
    FILE.layers.h5. Files that cannot be used are named, and the others are done all the same.
    """
    from capture_app.cli.layers_run import LayersCommand, run_layers_command

    chosen = [each for each in (added, rename, deleted) if each]
    if len(chosen) > 1:
        raise click.UsageError("--add, --rename and --delete are done one at a time.")
    if (values or drift or note) and not added:
        raise click.UsageError("--set, --drift and --note belong to --add NAME.")
    command = LayersCommand(
        added=added or "",
        detector=detector,
        values=options_of(values, "--set"),
        drift=options_of(drift, "--drift") if drift else None,
        note=note,
        compared=compare,
        renamed=rename,
        deleted=deleted or "",
        is_checked=is_checked,
    )
    sys.exit(run_layers_command(places, command, as_json=as_json))
