"""The command `transcribe`; what it does is imported when it is called."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--study", type=click.Path(path_type=Path), help="Expect the labels and words of this study.")
@click.option(
    "--vocabulary",
    "vocabularies",
    multiple=True,
    type=click.Path(path_type=Path),
    help="File with words, sentences and pronunciations of the lab; may be repeated.",
)
@click.option(
    "--engine",
    type=click.Choice(["pocketsphinx", "faster-whisper"]),
    help="Engine; that of the study, or pocketsphinx, if not given.",
)
@click.option("--model", type=click.Path(path_type=Path), help="Model folder for faster-whisper.")
@click.option(
    "--align",
    "text",
    type=click.Path(path_type=Path),
    help="Align this text file to the sound in place of writing the sound down.",
)
@click.option("--json", "as_json", is_flag=True, help="Print words and times as JSON.")
def transcribe(
    file: Path,
    study: Path | None,
    vocabularies: tuple[Path, ...],
    engine: str | None,
    model: Path | None,
    text: Path | None,
    as_json: bool,
) -> None:
    """Write down the dictation in FILE (WAV or FLAC), on this computer alone."""
    from capture_app.cli.dictation_text import TranscribeRequest, run_transcribe

    request = TranscribeRequest(
        file=file, study=study, vocabularies=vocabularies, engine=engine, model=model, text=text
    )
    run_transcribe(request, as_json=as_json)
