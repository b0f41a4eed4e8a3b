"""Dictation in writing, on this computer alone: transcription, and the edited text aligned to its sound."""

from capture_app.session.speech.engine import EngineChoice, EngineName
from capture_app.session.speech.errors import (
    EngineFailedError,
    EngineMissingError,
    SoundFileError,
    SpeechError,
    VocabularyError,
)
from capture_app.session.speech.job import SpeechJob
from capture_app.session.speech.sound import Sound
from capture_app.session.speech.sound_files import read_sound
from capture_app.session.speech.vocabulary import Vocabulary, read_vocabulary, shipped_vocabulary
from capture_app.session.speech.words import TimedWord, Transcript, WordKind

__all__ = [
    "EngineChoice",
    "EngineFailedError",
    "EngineMissingError",
    "EngineName",
    "SoundFileError",
    "SpeechError",
    "SpeechJob",
    "TimedWord",
    "Transcript",
    "Vocabulary",
    "VocabularyError",
    "WordKind",
    "read_sound",
    "read_vocabulary",
    "shipped_vocabulary",
    "Sound",
]
