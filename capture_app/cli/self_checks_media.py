"""What the self-test checks of film, speech and sound: libraries that some labs never load."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Final

import numpy as np

FILM_PICTURES: Final = 12
_FILM_SIZE: Final = (96, 64)  # width, height
_FILM_DIFFERENCE: Final = 16.0  # of 255, mean: what packing a film costs
_SOUND_SECONDS: Final = 1.0
_SOUND_RATE_HZ: Final = 16_000


class CheckError(Exception):
    """A check did not come out as it must; the text says what was found."""


def films(folder: Path) -> str:
    """Write a film as films of recordings are written, read it back, compare a picture."""
    import cv2

    from capture_app.session.film.video import mp4v_backend_problem

    problem = mp4v_backend_problem()
    code, path, api = ("mp4v", folder / "film.mp4", cv2.CAP_FFMPEG)
    if problem:
        code, path, api = ("MJPG", folder / "film.avi", cv2.CAP_OPENCV_MJPEG)
    picture = np.full((_FILM_SIZE[1], _FILM_SIZE[0], 3), 60, np.uint8)
    picture[20:44, 30:66] = (40, 160, 250)
    writer = cv2.VideoWriter(str(path), api, cv2.VideoWriter.fourcc(*code), 30.0, _FILM_SIZE)
    for _ in range(FILM_PICTURES):
        writer.write(picture)
    writer.release()
    reader = cv2.VideoCapture(str(path), api)
    read = 0
    difference = 255.0
    while True:
        is_there, found = reader.read()
        if not is_there:
            break
        read += 1
        difference = float(np.abs(found.astype(np.int16) - picture).mean())
    reader.release()
    if read != FILM_PICTURES or difference > _FILM_DIFFERENCE:
        raise CheckError(
            f"{FILM_PICTURES} pictures were written as {code} and {read} were read, off by {difference:.0f}."
        )
    return f"{read} pictures as {code}. {problem}".rstrip()


def dictation(folder: Path) -> str:
    """Write a sound as FLAC, read it, and look for words in it with the whole vocabulary.

    Where the program runs from its source, the engine is an extra and may be missing; a frozen one has it.
    """
    is_frozen = hasattr(sys, "_MEIPASS")
    missing = [name for name in ("pocketsphinx", "soundfile") if importlib.util.find_spec(name) is None]
    if missing and not is_frozen:
        return f"not installed: {', '.join(missing)}"
    import soundfile

    from capture_app.session.speech.pocketsphinx_engine import PocketsphinxEngine
    from capture_app.session.speech.sound_files import read_sound
    from capture_app.session.speech.vocabulary import shipped_vocabulary

    noise = np.random.default_rng(7).normal(0.0, 900.0, round(_SOUND_SECONDS * _SOUND_RATE_HZ))
    pcm = np.rint(noise).astype(np.int16)
    path = folder / "sound.flac"
    soundfile.write(str(path), pcm, _SOUND_RATE_HZ)
    sound = read_sound(path)
    if sound.rate_hz != _SOUND_RATE_HZ or not np.array_equal(sound.pcm, pcm):
        raise CheckError("A sound read from FLAC is not the one that was written.")
    transcript = PocketsphinxEngine().transcribe(sound, shipped_vocabulary())
    return f"{transcript.engine}; FLAC unchanged"


def sound_devices(folder: Path) -> str:  # noqa: ARG001  # every check is given a folder
    """Ask PortAudio for microphones. None is no fault, and on Linux PortAudio itself is the system's."""
    try:
        import sounddevice
    except OSError:
        if sys.platform.startswith("linux"):
            return "PortAudio is not installed on this system; dictation cannot be recorded"
        raise
    inputs = [device for device in sounddevice.query_devices() if device["max_input_channels"] > 0]
    return f"{sounddevice.get_portaudio_version()[1].split(',')[0]}, {len(inputs)} microphones"
