"""Speech to text with faster-whisper and a model folder that the lab provides; nothing is ever downloaded."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import numpy as np

from capture_app.session.speech.errors import EngineFailedError, EngineMissingError
from capture_app.session.speech.punctuation import read_marks
from capture_app.session.speech.sound import Sound
from capture_app.session.speech.spoken_forms import read_text
from capture_app.session.speech.vocabulary import Vocabulary
from capture_app.session.speech.words import TimedWord, Transcript, WordKind

_MODEL_FILES: Final = ("model.bin", "config.json")
_HINT_WORDS: Final = 40
"""The engine takes some 200 tokens of context; words of the lab's own list come first."""


class WhisperEngine:
    """A model in CTranslate2's form, on the processor."""

    def __init__(self, model_folder: str) -> None:
        self._folder = Path(model_folder)

    @property
    def version(self) -> str:
        """Name and version of engine and model."""
        try:
            number = metadata.version("faster-whisper")
        except metadata.PackageNotFoundError:
            number = "of unknown version"
        return f"faster-whisper {number}, model {self._folder.name}"

    def transcribe(self, sound: Sound, vocabulary: Vocabulary) -> Transcript:
        """Return what is said in a sound of 16 kHz.

        Raises
        ------
        EngineMissingError
            If faster-whisper is not installed, or the model folder is none.
        EngineFailedError
            If the model cannot be loaded or used.
        """
        model = self._load()
        samples = sound.pcm.astype(np.float32) / 32768.0
        try:
            segments, _ = model.transcribe(
                samples, language="en", word_timestamps=True, initial_prompt=_hint(vocabulary)
            )
            words = list(_words(segments))
        except (RuntimeError, ValueError) as err:
            raise EngineFailedError(
                f"faster-whisper could not use the model in {self._folder}. "
                "Try another model, or pocketsphinx."
            ) from err
        return Transcript(words=tuple(words), unknown_words=(), engine=self.version, sound_s=sound.duration_s)

    def _load(self) -> Any:
        missing = [name for name in _MODEL_FILES if not (self._folder / name).is_file()]
        if missing:
            raise EngineMissingError(
                f"{self._folder} is no model of faster-whisper: {' and '.join(missing)} not found. "
                "Name the folder of a converted model with --model."
            )
        try:
            import faster_whisper  # an extra of the installation, never bundled
        except (ImportError, OSError) as err:
            raise EngineMissingError(
                "The engine faster-whisper is not installed. Install it with "
                "`pip install reading-station[whisper]`, or use pocketsphinx."
            ) from err
        try:
            return faster_whisper.WhisperModel(
                str(self._folder), device="cpu", compute_type="int8", local_files_only=True
            )
        except (RuntimeError, ValueError, OSError) as err:
            raise EngineFailedError(
                f"faster-whisper could not load the model in {self._folder}. "
                "Check that it is a complete model in CTranslate2's form."
            ) from err


def _hint(vocabulary: Vocabulary) -> str:
    """Return the words most worth knowing: those whose pronunciation somebody wrote down."""
    words = dict.fromkeys(word for word, _ in reversed(vocabulary.pronunciations))
    return "Chest radiograph report: " + ", ".join(list(words)[:_HINT_WORDS]) + "."


def _words(segments: Any) -> Iterator[TimedWord]:
    """Yield the engine's words; its punctuation, and marks that were spoken, as marks of their own."""
    heard: list[tuple[str, float, float, float]] = []
    for segment in segments:
        for word in segment.words or ():
            for piece in read_text(word.word):
                start_s = word.end if piece.is_mark else word.start
                text = piece.text if piece.is_mark else _lowered(piece.text)
                heard.append((text, float(start_s), float(word.end), float(word.probability)))
    for written in read_marks([text for text, *_ in heard]):
        part = heard[written.first : written.first + written.count]
        yield TimedWord(
            text=written.text,
            t_start_s=part[0][1],
            t_end_s=part[-1][2],
            kind=WordKind.RECOGNISED,
            score=min(score for *_, score in part),
        )


def _lowered(word: str) -> str:
    """Undo the capital of a sentence; abbreviations stay."""
    return word.lower() if word[1:].islower() or len(word) == 1 else word
