"""Dictation, as the command line asks for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import click

from capture_app.cli.exits import CommandError, ExitCode
from capture_app.cli.waiting import step_until
from capture_app.session.engine import CaptureSession
from capture_app.session.settings import Settings

_TIMEOUT_S: Final = 40.0
"""Asking the sound system and opening the device may take 30 s."""

_OF_DICTATION: Final = ("audio_lost", "audio_missing", "audio_not_written", "audio_gap")


def with_dictation(settings: Settings, device: str | None) -> Settings:
    """Return settings under which this microphone is recorded; None: as they have it, "": their device."""
    if device is None:
        return settings
    dictation = replace(settings.dictation, is_on=True, device=device or settings.dictation.device)
    return replace(settings, dictation=dictation)


def wait_for_microphone(
    session: CaptureSession, device: str, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Wait until the microphone is heard, and say so; without one the gaze is recorded alone.

    Raises
    ------
    CommandError
        If the microphone was named and cannot be used.
    """
    step_until(session, lambda: session.link.audio is not None, _TIMEOUT_S, sleep)
    state = session.link.audio
    is_on = state is not None and state.is_on
    text = f"The microphone was not ready within {_TIMEOUT_S:.0f} s." if state is None else state.text
    if device and not is_on:
        raise CommandError(text, ExitCode.INPUT)
    click.echo(text if is_on else f"{text} The gaze is recorded without dictation.", err=True)


def dictation_notes(session: CaptureSession) -> list[str]:
    """Return what went wrong with the dictation, and how many files it has, after a recording."""
    notes = [each.text for each in session.link.sentences if each.kind in _OF_DICTATION]
    closed = session.link.closed
    count = 0 if closed is None else closed.rows.get("audio_segments", 0)
    if count:
        files = "1 file" if count == 1 else f"{count} files"
        notes.append(f"The dictation is in {files} beside the recording.")
    return notes
