"""What can go wrong with sound, in words for a technician."""

from __future__ import annotations


class SoundError(Exception):
    """A sound device could not do what was asked; the text says what happened and what to do."""


class NoSoundSystemError(SoundError):
    """Sound cannot be used at all on this computer as it is set up; trying again changes nothing."""
