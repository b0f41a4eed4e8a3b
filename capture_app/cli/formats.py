"""The commands `formats` and `export`; what they do is imported when they are called."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from capture_app.cli.parameters import options_of


@click.command("formats")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def formats(name: str | None, as_json: bool) -> None:
    """List the formats recordings can be exported to, or the options of the format NAME."""
    from capture_app.cli.export_run import show_formats

    show_formats(name, as_json=as_json)


@click.command("export")
@click.argument("format_name", metavar="FORMAT")
@click.argument("places", metavar="FILES...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--to",
    "destination",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder to make; never overwritten.",
)
@click.option(
    "--study",
    "study_path",
    type=click.Path(path_type=Path),
    help="Study folder or file: labels, patients, detector, limits.",
)
@click.option(
    "--option",
    "options",
    multiple=True,
    metavar="NAME=VALUE",
    help="Option of the format; of several formats FORMAT.NAME=VALUE.",
)
@click.option(
    "--images",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder of the images of imported recordings.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    help="Processes that write cases; by default one for each core where there are several recordings.",
)
@click.option("--dask", default="", metavar="ADDRESS", help="Let a Dask cluster write, as tcp://host:8786.")
@click.option("--include-excluded", is_flag=True, help="Cases that do not count as well; never practice.")
@click.option("--dry-run", is_flag=True, help="Say what would be written and left out; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def export(
    format_name: str,
    places: tuple[Path, ...],
    destination: Path,
    study_path: Path | None,
    options: tuple[str, ...],
    images: Path | None,
    jobs: int | None,
    dask: str,
    include_excluded: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Write finished recordings as a published dataset.

    FORMAT is one of `formats`, several with commas between them, or all.

    FILES are recordings, or folders with recordings below them. The dataset appears as a whole or not at all;
    an export that was interrupted goes on where it was when the same command is run again.
    """
    from capture_app.cli.export_run import ExportCommand, run_export_command

    command = ExportCommand(
        format_name=format_name,
        places=places,
        destination=destination,
        study_path=study_path,
        options=options_of(options),
        images=images,
        jobs=jobs,
        dask=dask,
        is_excluded_wanted=include_excluded,
    )
    sys.exit(run_export_command(command, is_dry=dry_run, as_json=as_json))
