"""The command `score`; what it does is imported when it is called."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from capture_app.cli.parameters import FiniteRange


@click.command("score")
@click.argument("predictions", type=click.Path(path_type=Path))
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    required=True,
    help="Annotations of GazeSearch's form: the file, or the folder of a dataset.",
)
@click.option(
    "--metrics",
    default="multimatch,scanmatch,scanmatch_time,sed,stde,sequence,length",
    show_default=True,
    help="Some of these, sed_clipped and semantic, with commas between them; or all.",
)
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    type=click.Choice(["gazesearch", "toolbox", "mcgip"]),
    default=("gazesearch",),
    show_default=True,
    help="Published way to use MultiMatch; may be repeated.",
)
@click.option(
    "--split", type=click.Choice(["train", "valid", "test"]), help="Only annotations of this split."
)
@click.option(
    "--centre",
    type=click.Choice(["auto", "add", "none"]),
    default="auto",
    show_default=True,
    help="Begin human scanpaths at the centre: where the predicted one does, always, or never.",
)
@click.option(
    "--cluster-px",
    type=FiniteRange(1, 224),
    default=32.0,
    show_default=True,
    help="Reach of the clusters that the sequence score compares.",
)
@click.option(
    "--segments",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder with a label map for each image, for the semantic score.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print a table with commas.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def score(
    predictions: Path,
    against: Path,
    metrics: str,
    profiles: tuple[str, ...],
    split: str | None,
    centre: str,
    cluster_px: float,
    segments: Path | None,
    as_csv: bool,
    as_json: bool,
) -> None:
    """Score the scanpaths a model predicts, PREDICTIONS, against those of readers, task by task."""
    from capture_app.cli.scoring import ScoreCommand, run_score_command

    if as_csv and as_json:
        raise click.UsageError("Give --csv or --json, not both.")
    command = ScoreCommand(
        predictions=predictions,
        annotations=against,
        metrics=metrics,
        profiles=profiles,
        split=split or "",
        centre=centre,
        cluster_px=cluster_px,
        segments=segments,
    )
    sys.exit(run_score_command(command, as_csv=as_csv, as_json=as_json))
