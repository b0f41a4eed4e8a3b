"""What every engine for speech can do, and which there are. Engines run in a process of their own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from capture_app.session.speech.sound import Sound
from capture_app.session.speech.vocabulary import Vocabulary
from capture_app.session.speech.words import Transcript


class EngineName(Enum):
    """The engines, by the names of their packages."""

    POCKETSPHINX = "pocketsphinx"  # brings its model; knows the study's vocabulary and nothing else
    FASTER_WHISPER = "faster-whisper"  # takes a model folder that the lab provides


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineChoice:
    """An engine and its model."""

    name: EngineName = EngineName.POCKETSPHINX
    model_folder: str = ""  # of faster-whisper; pocketsphinx has its own


class SpeechEngine(Protocol):
    """Writes down what is said. All of it runs on this computer, in the thread of the caller."""

    @property
    def version(self) -> str:
        """Name and version of engine and model, for the record."""

    def transcribe(self, sound: Sound, vocabulary: Vocabulary) -> Transcript:
        """Return what is said in a sound of 16 kHz; no words where nothing is said.

        Raises
        ------
        EngineFailedError
            If the engine cannot use the sound or the vocabulary.
        """
