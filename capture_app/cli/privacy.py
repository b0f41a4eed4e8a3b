"""The commands `scan-privacy` and `withdraw`; what they do is imported when they are called."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command("scan-privacy")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--headers",
    type=click.Path(path_type=Path),
    help="Folder of the DICOM files the images come from; without it, those inside FOLDER.",
)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def scan_privacy(folder: Path, headers: Path | None, as_json: bool) -> None:
    """Prove that nothing identifying of the source images' headers is in FOLDER.

    Looks for names, IDs, dates and places of all headers in every file, in all usual spellings. Tells where
    and of which kind something was found, never the value. Exit code 1 where something was found, or could
    not be looked into.
    """
    from capture_app.cli.privacy_report import scan

    sys.exit(scan(folder, headers, as_json=as_json))


@click.command("withdraw")
@click.argument("reader")
@click.argument("more_folders", nargs=-1, type=click.Path(path_type=Path), metavar="[FOLDER]...")
@click.option(
    "--in",
    "folders",
    multiple=True,
    required=True,
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Folder to search, with all inside; further ones may follow.",
)
@click.option("--yes", "is_confirmed", is_flag=True, help="Remove without asking.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON; without --yes nothing is removed.")
def withdraw(
    reader: str, more_folders: tuple[Path, ...], folders: tuple[Path, ...], is_confirmed: bool, as_json: bool
) -> None:
    """Find and remove every copy of the data of READER (a pseudonym), and leave a record of it.

    Searches the folders, and the second places that studies inside them name. Without --yes the list is
    shown and, on a terminal, asked about; elsewhere nothing is removed. Exit code 1 where something is left
    to look at.
    """
    from capture_app.cli.withdraw_report import withdraw_reader

    sys.exit(withdraw_reader(reader, [*folders, *more_folders], is_confirmed=is_confirmed, as_json=as_json))
