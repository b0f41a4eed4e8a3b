"""`reading-station transcribe`: write a dictation down, or align an edited text to its sound."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from capture_app.cli.commands import print_json
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.cli.interrupts import ctrl_c_noted
from capture_app.session.speech import (
    EngineChoice,
    EngineName,
    SpeechError,
    SpeechJob,
    TimedWord,
    Transcript,
    Vocabulary,
    read_sound,
    read_vocabulary,
    shipped_vocabulary,
)
from capture_app.session.speech.study_words import vocabulary_of_study
from capture_app.session.study import StudyError, open_study

_MOST_TEXT_BYTES: Final = 1_000_000
_STEP_S: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscribeRequest:
    """What the command line asks for."""

    file: Path
    study: Path | None = None
    vocabularies: tuple[Path, ...] = ()
    engine: str | None = None  # None: the study's, or pocketsphinx
    model: Path | None = None
    text: Path | None = None  # to be aligned in place of writing the sound down


def run_transcribe(request: TranscribeRequest, *, as_json: bool) -> None:
    """Write the sound down, or align the text to it, and print the words.

    Raises
    ------
    CommandError
        If a file or the engine cannot be used, or Ctrl-C was pressed.
    """
    try:
        vocabulary, engine = _vocabulary_and_engine(request)
        sound = read_sound(request.file)
        text = None if request.text is None else _read_text(request.text)
        with ctrl_c_noted() as pressed:
            job = SpeechJob(sound, vocabulary, engine, text=text)
            while (transcript := job.result(_STEP_S)) is None:
                if pressed.is_pressed:
                    job.cancel()
                    raise CommandError("Ended by Ctrl-C. Nothing was written.", ExitCode.INTERRUPTED)
    except (SpeechError, StudyError) as err:
        raise CommandError(str(err), ExitCode.INPUT) from err
    if as_json:
        print_json(_as_document(request.file, transcript))
    else:
        _print(transcript, is_alignment=text is not None)


def _vocabulary_and_engine(request: TranscribeRequest) -> tuple[Vocabulary, EngineChoice]:
    vocabulary, name = shipped_vocabulary(), EngineName.POCKETSPHINX
    if request.study is not None:
        study = open_study(request.study).study
        vocabulary = vocabulary_of_study(study)
        if study.dictation.engine.value in [each.value for each in EngineName]:
            name = EngineName(study.dictation.engine.value)
    for path in request.vocabularies:
        vocabulary = vocabulary.joined(read_vocabulary(path))
    if request.engine is not None:
        name = EngineName(request.engine)
    if name is EngineName.FASTER_WHISPER and request.model is None and request.text is None:
        raise CommandError(
            "faster-whisper needs a model; name its folder with --model, or use --engine pocketsphinx.",
            ExitCode.USAGE,
        )
    return vocabulary, EngineChoice(name=name, model_folder=str(request.model or ""))


def _read_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_TEXT_BYTES + 1)
        if len(content) > _MOST_TEXT_BYTES:
            raise CommandError(f"{path} is larger than 1 MB; a dictation is not.", ExitCode.INPUT)
        return content.decode("utf-8-sig")
    except OSError as err:
        raise CommandError(f"{path} cannot be read: {err.strerror or err}.", ExitCode.INPUT) from err
    except UnicodeDecodeError as err:
        raise CommandError(f"{path} is not UTF-8 text. Save it as UTF-8.", ExitCode.INPUT) from err


def _print(transcript: Transcript, *, is_alignment: bool) -> None:
    if is_alignment:
        for word in transcript.words:
            score = "-" if math.isnan(word.score) else f"{word.score:.2f}"
            shown = word.text.replace("\n", "\\n")
            click.echo(
                f"{word.t_start_s:9.3f} {word.t_end_s:9.3f}  {word.kind.value:12}  {score:>4}  {shown}"
            )
    elif transcript.words:
        click.echo(transcript.text)
    else:
        click.echo("note: No words were heard.", err=True)
    if transcript.unknown_words:
        click.echo(
            f"note: In no dictionary, said by rules for letters: {', '.join(transcript.unknown_words)}. "
            "Write their pronunciations into a vocabulary file (--vocabulary).",
            err=True,
        )


def _as_document(file: Path, transcript: Transcript) -> dict[str, object]:
    return {
        "file": str(file),
        "engine": transcript.engine,
        "duration_s": transcript.sound_s,
        "text": transcript.text,
        "words": [_word_as_document(word) for word in transcript.words],
        "unknown_words": list(transcript.unknown_words),
    }


def _word_as_document(word: TimedWord) -> dict[str, object]:
    return {
        "text": word.text,
        "t_start_s": round(word.t_start_s, 3),
        "t_end_s": round(word.t_end_s, 3),
        "kind": word.kind.value,
        "score": word.score,
    }
