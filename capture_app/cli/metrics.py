"""The command `metrics`; what it does is imported when it is called."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from capture_app.cli.parameters import FiniteRange


@click.command("metrics")
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
    help="Study folder or file: reference standard, detector, labels.",
)
@click.option(
    "--events",
    type=click.Choice(["study", "recorded"]),
    default="study",
    show_default=True,
    help="Events of the study's detector, or as found while recording.",
)
@click.option("--layer", "layer_name", metavar="NAME", help="Events of this layer, kept with `layers --add`.")
@click.option(
    "--margin", type=FiniteRange(0, 20), default=0, show_default=True, help="Around areas, deg; beside 0."
)
@click.option(
    "--radius", type=FiniteRange(0.1, 20), default=2.5, show_default=True, help="Of misses, deg: looked near."
)
@click.option(
    "--measured-from",
    type=click.Choice(["edge", "centre"]),
    default="edge",
    show_default=True,
    help="What the radius is measured from.",
)
@click.option(
    "--dwell", type=FiniteRange(0.05, 60), default=1.0, show_default=True, help="Of misses, s: looked long."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def metrics(
    places: tuple[Path, ...],
    destination: Path,
    study_path: Path | None,
    events: str,
    layer_name: str | None,
    margin: float,
    radius: float,
    measured_from: str,
    dwell: float,
    as_json: bool,
) -> None:
    """Write tables of measures: cases, findings, areas, misses, ratings for RJafroc and iMRMC, codebook.

    FILES are recordings, or folders with recordings below them. Those that cannot be measured are named and
    left out; the folder appears as a whole or not at all.
    """
    from capture_app.cli.metrics_run import MetricsCommand, run_metrics

    command = MetricsCommand(
        places=places,
        destination=destination,
        study_path=study_path,
        events=events,
        layer_name=layer_name or "",
        margin_deg=margin,
        radius_deg=radius,
        measured_from=measured_from,
        dwell_s=dwell,
    )
    sys.exit(run_metrics(command, as_json=as_json))
