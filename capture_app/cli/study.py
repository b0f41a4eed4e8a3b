"""The commands `study new` and `study check`; what they do is imported when they are called."""

from __future__ import annotations

import sys
from pathlib import Path

import click

PRESET_NAMES = ("reflacx", "egd", "gazesearch", "gazemedseg", "vqa")


@click.group()
def study() -> None:
    """Make a study folder, or check one.

    A study is a folder with one study file (*.gazestudy), a case list, a reference standard and the images.
    """


@study.command("new")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--preset",
    type=click.Choice(PRESET_NAMES),
    required=True,
    help="Protocol to begin with.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def new(folder: Path, preset: str, as_json: bool) -> None:
    """Make a study in FOLDER from a preset, with the built-in phantoms as its cases.

    The folder is empty or not there yet. Drawing the phantoms takes half a minute; then the study can be run.
    """
    from capture_app.cli.study_report import make_study

    sys.exit(make_study(folder, preset, as_json=as_json))


@study.command("check")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--images", "is_decoded", is_flag=True, help="Decode every image, too: up to a second each.")
@click.option(
    "--write-order",
    "is_order_written",
    is_flag=True,
    help="Write who reads what in which order into the folder, where there are no errors.",
)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def check(folder: Path, is_decoded: bool, is_order_written: bool, as_json: bool) -> None:
    """Check the study in FOLDER (or a study file), list all findings; exit code 1 where there are errors."""
    from capture_app.cli.study_report import check_study_folder

    sys.exit(
        check_study_folder(folder, is_decoded=is_decoded, is_order_written=is_order_written, as_json=as_json)
    )
