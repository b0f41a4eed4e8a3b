"""The command `render`; what it does is imported when it is called."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from capture_app.cli.parameters import FiniteRange

KINDS = ("film", "picture", "svg", "contact-sheet")


@click.command("render")
@click.argument("places", metavar="FILES...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--to", "folder", type=click.Path(path_type=Path), required=True, help="Folder to write into; it is made."
)
@click.option(
    "--what", type=click.Choice(KINDS), default="film", show_default=True, help="What is made of each case."
)
@click.option("--case", "cases", multiple=True, metavar="CASE", help="Only this case; may be repeated.")
@click.option("--size", default="1280x720", show_default=True, metavar="WIDTHxHEIGHT", help="In pixels.")
@click.option("--fps", "rate_hz", type=float, default=30.0, show_default=True, help="Pictures a second.")
@click.option(
    "--at", "at_s", type=FiniteRange(0), help="Picture: seconds since the case began; else its last image."
)
@click.option(
    "--mode",
    type=click.Choice(("as-read", "whole-image")),
    default="as-read",
    show_default=True,
    help="The reader's screen, or the whole image with everything mapped onto it.",
)
@click.option(
    "--heatmap",
    type=click.Choice(("off", "case", "up-to-now", "sliding")),
    default="off",
    show_default=True,
    help="Of which gaze.",
)
@click.option("--eyes", type=click.Choice(("combined", "both")), default="combined", show_default=True)
@click.option("--gaze/--no-gaze", "has_gaze", default=True, help="Draw the gaze point.")
@click.option("--trail/--no-trail", "has_trail", default=True, help="Draw the path of the last moments.")
@click.option("--fixations/--no-fixations", "has_fixations", default=True, help="Draw fixations.")
@click.option("--shapes/--no-shapes", "has_shapes", default=True, help="Draw what the reader drew.")
@click.option("--stamp/--no-stamp", "has_stamp", default=True, help="Write reader, case and time.")
@click.option(
    "--ffmpeg",
    metavar="PROGRAM",
    help="Film: write H.264 with the dictation through this ffmpeg; without it as the settings say.",
)
@click.option("--silent", is_flag=True, help="Film: MPEG-4 without sound, whatever the settings say.")
@click.option(
    "--images",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder of the images, where they are not beside the study.",
)
@click.option(
    "--study",
    "study_path",
    type=click.Path(path_type=Path, exists=True),
    help="Study folder or file with the terms of the images, where it is not above the recording.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")  # fmt: skip
def render(as_json: bool, **wishes: Any) -> None:
    """Make films, pictures or contact sheets of recordings, to be shown to others.

    FILES are recordings or folders that hold some. Files are named after pseudonym and case, and replaced
    where they are there. Exit code 3 where some recordings could not be used.
    """
    from capture_app.cli.rendering import RenderCommand, run_render_command

    sys.exit(run_render_command(RenderCommand(**wishes), as_json=as_json))
