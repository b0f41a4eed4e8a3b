"""The command `import`; what it does is imported when it is called."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from capture_app.cli.parameters import options_of


@click.command("import")
@click.argument("format_name", metavar="FORMAT")
@click.argument("source", metavar="DIR", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--to",
    "destination",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder for the recordings, or that of a study: then they go into its folder imported.",
)
@click.option(
    "--images",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder of the images, such as that of MIMIC-CXR; searched by path, then by name.",
)
@click.option(
    "--embed-images", is_flag=True, help="Keep a copy of every image that is found inside its recording."
)
@click.option("--set", "options", multiple=True, metavar="NAME=VALUE", help="Option of reading the format.")
@click.option("--dry-run", is_flag=True, help="Say what would be made and what is missing; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def import_(
    format_name: str,
    source: Path,
    destination: Path,
    images: Path | None,
    embed_images: bool,
    options: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Make recordings of a published dataset, to be replayed and exported like those made here.

    DIR is the folder of a dataset of FORMAT, or its one file. What the dataset does not hold stays empty;
    what is missing in it is named and counted. An import that was interrupted goes on when the same command
    is run again. `formats` says which formats can be read.
    """
    from capture_app.cli.import_run import run_import_command
    from capture_app.session.importing import ImportOrder

    order = ImportOrder(
        format_name=format_name,
        source=source,
        destination=destination,
        images=images,
        options=options_of(options),
        is_embedding=embed_images,
    )
    sys.exit(run_import_command(order, is_dry=dry_run, as_json=as_json))
