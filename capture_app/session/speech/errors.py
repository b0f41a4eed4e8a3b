"""What can go wrong with speech, in words for whoever dictates."""

from __future__ import annotations


class SpeechError(Exception):
    """Speech could not be written down or aligned; the text says what happened and what to do."""


class EngineMissingError(SpeechError):
    """The engine, or its model, is not on this computer."""


class EngineFailedError(SpeechError):
    """The engine ended by itself, answered nothing in time, or could not use the sound."""


class SoundFileError(SpeechError):
    """A sound file cannot be used."""


class VocabularyError(SpeechError):
    """A vocabulary file cannot be used."""
