"""Microphones outside a session: which there are, and how loud one is."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from typing import Final

import numpy as np

from capture_app.acquisition.audio.errors import SoundError
from capture_app.acquisition.audio.level import SILENCE_DB, peak_db
from capture_app.acquisition.audio.messages import BlockHeard
from capture_app.acquisition.audio.microphone import MakeSound, open_microphone, sound_process
from capture_app.session.port import MicrophoneChoice, SessionError

TRY_S: Final = 4.0
QUIET_DB: Final = -40.0
LOUD_DB: Final = -1.0
"""Speech close to a microphone that is set well stays between the two."""

_BLOCK_TIMEOUT_S: Final = 0.5


def level_word(level_db: float) -> str:
    """Return how loud that is, in a word or two, for speech."""
    if level_db <= SILENCE_DB:
        return "silent"
    if level_db < QUIET_DB:
        return "quiet"
    return "too loud" if level_db >= LOUD_DB else "good"


def list_microphones(make: MakeSound = sound_process) -> tuple[MicrophoneChoice, ...]:
    """Return the microphones there are; takes a second or more.

    Raises
    ------
    SessionError
        If the sound system does not say.
    """
    try:
        sound = make(lambda _block: None, 48_000.0)
    except SoundError as err:
        raise SessionError(str(err)) from err
    try:
        if sound.problem:
            raise SessionError(sound.problem)
        return tuple(
            MicrophoneChoice(
                name=device.full_name, description="the system's own" if device.is_default("input") else ""
            )
            for device in sound.devices
            if device.can("input")
        )
    finally:
        sound.close()


def try_microphone(
    name: str,
    rate_hz: float,
    tell_level: Callable[[float], None],
    *,
    seconds: float = TRY_S,
    make: MakeSound = sound_process,
) -> str:
    """Hear a microphone for some seconds, keep nothing, and return a sentence on how loud it was.

    Parameters
    ----------
    name
        A part of its name; "": the one the system uses.
    rate_hz
        Rate wanted.
    tell_level
        Takes the loudest frame of each tenth of a second, dB below full scale.

    Raises
    ------
    SessionError
        If it cannot be heard.
    """
    blocks: queue.SimpleQueue[BlockHeard] = queue.SimpleQueue()
    try:
        microphone = open_microphone(name, rate_hz, {}, blocks.put, make)
    except SoundError as err:
        raise SessionError(str(err)) from err
    loudest_db = part_db = SILENCE_DB
    until_s = time.monotonic() + seconds
    heard_frames = told_frames = 0
    try:
        while heard_frames < seconds * microphone.rate_hz and time.monotonic() < until_s + _BLOCK_TIMEOUT_S:
            try:
                level = np.asarray(blocks.get(timeout=_BLOCK_TIMEOUT_S).rows["level"])
            except queue.Empty:
                if microphone.sound.problem:
                    raise SessionError(microphone.sound.problem) from None
                continue
            heard_frames += len(level)
            part_db = max(part_db, peak_db(level))
            if heard_frames - told_frames >= microphone.rate_hz / 10:
                tell_level(part_db)
                loudest_db, part_db, told_frames = max(loudest_db, part_db), SILENCE_DB, heard_frames
    finally:
        microphone.stop()
    words = {
        "silent": "delivered silence. Switch it on, and let the system allow programs to use it.",
        "quiet": f"was quiet (at most {loudest_db:.0f} dB). Move closer, or turn its level up.",
        "too loud": "was too loud. Turn its level down.",
        "good": f"was heard well (at most {loudest_db:.0f} dB).",
    }[level_word(loudest_db)]
    return " ".join((f"{microphone.device.full_name} {words}", *microphone.warnings))
