"""The dictation of a stretch of time as one WAV file that begins and ends with it."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from capture_app.session.film.sizes import FilmError
from capture_app.session.speech import Sound, SoundFileError, read_sound
from capture_app.session.study_desk.dictation_sound import Stretch

_BLOCK_S: Final = 5.0


def write_case_sound(stretches: Sequence[Stretch], first_ns: int, end_ns: int, path: Path) -> bool:
    """Write what was dictated between two host times; silence where nothing was. False: nothing was at all.

    Parameters
    ----------
    stretches
        Of the whole recording, in order of time.
    first_ns, end_ns
        Host times of the film's beginning and end.
    path
        WAV file to make: one channel, 16 bit, at the rate of the first stretch.

    Raises
    ------
    FilmError
        If a sound file cannot be read or the WAV file cannot be written.
    """
    own = [each for each in stretches if each.t_first_host_ns < end_ns and each.t_end_host_ns > first_ns]
    if not own or end_ns <= first_ns:
        return False
    try:
        sounds = [read_sound(each.file) for each in own]
        rate_hz = round(own[0].rate_hz)
        count = round((end_ns - first_ns) * 1e-9 * rate_hz)
        block = round(_BLOCK_S * rate_hz)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate_hz)
            for begin in range(0, count, block):
                frames = np.arange(begin, min(begin + block, count))
                file.writeframes(_mixed(own, sounds, first_ns, frames / rate_hz).astype("<i2").tobytes())
    except (SoundFileError, OSError, wave.Error) as err:
        raise FilmError(f"The dictation cannot be put into the film: {err}") from err
    return True


def _mixed(
    stretches: Sequence[Stretch], sounds: Sequence[Sound], first_ns: int, t_s: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the sound at moments of the film; each file runs at its true rate on the host clock."""
    mixed = np.zeros(len(t_s))
    for stretch, sound in zip(stretches, sounds, strict=True):
        offset_s = (stretch.t_first_host_ns - first_ns) * 1e-9
        frames = (t_s - offset_s) * stretch.true_rate_hz
        is_in = (frames >= 0) & (frames <= len(sound.pcm) - 1)
        if is_in.any():
            low, high = int(frames[is_in][0]), int(frames[is_in][-1]) + 2
            part = sound.pcm[low:high].astype(np.float64)
            mixed[is_in] += np.interp(frames[is_in] - low, np.arange(len(part)), part)
    return np.clip(np.round(mixed), -32768, 32767)
