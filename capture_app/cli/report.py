"""The command `report`; what it does is imported when it is called."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from capture_app.cli.parameters import RECORDING_FILE


@click.command("report")
@click.argument("files", nargs=-1, required=True, type=RECORDING_FILE)
@click.option(
    "--study",
    "study_path",
    type=click.Path(path_type=Path),
    help="Study folder or file: its limits, detector and images.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="File to write; without it, beside each recording."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def report(files: tuple[Path, ...], study_path: Path | None, out: Path | None, as_json: bool) -> None:
    """Write the session report of finished recordings, one HTML file beside each.

    With --out, several recordings of one study become one report: their sessions, and the methods
    paragraph over all. An existing report is replaced.
    """
    from capture_app.cli.report_writing import write_reports

    sys.exit(write_reports(list(files), study_path, out, as_json=as_json))
