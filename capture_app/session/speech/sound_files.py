"""Sound from WAV and FLAC files; sizes are checked before anything of them is held."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np

from capture_app.session.speech.errors import SoundFileError
from capture_app.session.speech.sound import LEAST_RATE_HZ, LONGEST_SOUND_S, MOST_RATE_HZ, Pcm, Sound

_INTEGER, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_MOST_CHANNELS: Final = 8
_MOST_CHUNKS: Final = 1000
_FORMAT: Final = struct.Struct("<HHIIHH")
_CHUNK: Final = struct.Struct("<4sI")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """How the samples of a WAV file are stored."""

    code: int
    channels: int
    rate_hz: int
    bits: int

    @property
    def frame_bytes(self) -> int:
        return self.channels * self.bits // 8


def read_sound(path: Path) -> Sound:
    """Return the sound of a WAV or FLAC file; several channels are averaged.

    Raises
    ------
    SoundFileError
        If the file cannot be read, is of another format, damaged, longer than half an hour, or FLAC where its
        reader is not installed.
    """
    parts = list(sound_blocks(path, round(LONGEST_SOUND_S) * MOST_RATE_HZ))
    return Sound(np.concatenate([part.pcm for part in parts]), parts[0].rate_hz)


def sound_blocks(path: Path, block_frames: int) -> Iterator[Sound]:
    """Yield the sound of a WAV or FLAC file in blocks of so many frames; memory holds one of them.

    Raises
    ------
    SoundFileError
        As `read_sound`; also between two blocks.
    """
    try:
        with path.open("rb") as file:
            head = file.read(12)
            if head[:4] == b"fLaC":
                yield from _flac_blocks(path, block_frames)
                return
            if not head:
                raise SoundFileError(f"{path} is empty (0 bytes). Choose the file of a dictation.")
            if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
                raise SoundFileError(
                    f"{path} is neither a WAV nor a FLAC file. Convert it to WAV (16 bits) and try again."
                )
            yield from _wav_blocks(path, file, block_frames)
    except OSError as err:
        raise SoundFileError(f"{path} cannot be read: {err.strerror or err}.") from err


def _wav_blocks(path: Path, file: BinaryIO, block_frames: int) -> Iterator[Sound]:
    form: _Form | None = None
    end = file.seek(0, 2)
    place = 12
    for _ in range(_MOST_CHUNKS):
        file.seek(place)
        header = file.read(_CHUNK.size)
        if len(header) < _CHUNK.size:
            break
        name, size = _CHUNK.unpack(header)
        place += _CHUNK.size
        if name == b"fmt ":
            form = _form_of(path, file.read(min(size, 64)))
        elif name == b"data" and form is not None:
            # A recorder that was cut off leaves no size, or one beyond the end: what is there counts.
            frames = min(size, end - place) // form.frame_bytes
            _check_length(path, frames, form.rate_hz)
            for first in range(0, frames, block_frames):
                content = file.read(min(block_frames, frames - first) * form.frame_bytes)
                yield Sound(_samples(content, form), form.rate_hz)
            return
        place += size + size % 2
    raise SoundFileError(f"{path} is a WAV file without sound; it may have been cut off. Use another copy.")


def _form_of(path: Path, content: bytes) -> _Form:
    if len(content) < _FORMAT.size:
        raise SoundFileError(f"{path} is a damaged WAV file: its format is not stated. Use another copy.")
    code, channels, rate_hz, _, _, bits = _FORMAT.unpack_from(content)
    if code == _EXTENSIBLE and len(content) >= 26:
        (code,) = struct.unpack_from("<H", content, 24)
    known = {_INTEGER: (8, 16, 24, 32), _FLOAT: (32, 64)}
    if bits not in known.get(code, ()):
        raise SoundFileError(
            f"{path} holds compressed or unusual sound (format {code}, {bits} bits). "
            "Convert it to WAV, 16 bits."
        )
    _check_form(path, channels, rate_hz)
    return _Form(code=code, channels=channels, rate_hz=rate_hz, bits=bits)


def _samples(content: bytes, form: _Form) -> Pcm:
    if form.code == _FLOAT:
        values = np.frombuffer(content, f"<f{form.bits // 8}")
        scaled = np.nan_to_num(values, nan=0.0, posinf=1.0, neginf=-1.0) * 32767.0
    elif form.bits == 8:
        scaled = (np.frombuffer(content, np.uint8).astype(np.float32) - 128.0) * 256.0
    elif form.bits == 24:
        # The two upper bytes are the 16-bit sample.
        scaled = np.frombuffer(content, np.uint8).reshape(-1, 3)[:, 1:].copy().view("<i2").ravel()
    else:
        scaled = np.frombuffer(content, f"<i{form.bits // 8}")
        scaled = scaled >> 16 if form.bits == 32 else scaled
    return _one_channel(scaled.reshape(-1, form.channels))


def _one_channel(frames: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> Pcm:
    if frames.shape[1] == 1 and frames.dtype == np.int16:
        return np.ascontiguousarray(frames[:, 0], np.int16)
    mean = frames.mean(axis=1, dtype=np.float32)
    return np.asarray(np.clip(np.rint(mean), -32768, 32767), np.int16)


def _flac_blocks(path: Path, block_frames: int) -> Iterator[Sound]:
    try:
        import soundfile  # not part of every installation, and it loads a native library
    except (ImportError, OSError) as err:
        raise SoundFileError(
            f"{path} is a FLAC file, and the reader for FLAC is not installed. "
            "Install it with `pip install reading-station[speech]`, or convert the file to WAV."
        ) from err
    try:
        with soundfile.SoundFile(str(path)) as file:
            _check_form(path, file.channels, file.samplerate)
            _check_length(path, file.frames, file.samplerate)
            for first in range(0, file.frames, block_frames):
                count = min(block_frames, file.frames - first)
                frames = file.read(count, dtype="int16", always_2d=True)
                yield Sound(_one_channel(frames), int(file.samplerate))
    except (soundfile.SoundFileError, RuntimeError) as err:
        raise SoundFileError(f"{path} is a damaged FLAC file. Use another copy.") from err


def _check_form(path: Path, channels: int, rate_hz: int) -> None:
    if not 1 <= channels <= _MOST_CHANNELS:
        raise SoundFileError(f"{path} has {channels} channels; 1 to {_MOST_CHANNELS} can be used.")
    if not LEAST_RATE_HZ <= rate_hz <= MOST_RATE_HZ:
        raise SoundFileError(
            f"{path} has {rate_hz} samples a second; {LEAST_RATE_HZ} to {MOST_RATE_HZ} can be used. "
            "Record at 16000 or 48000."
        )


def _check_length(path: Path, frames: int, rate_hz: int) -> None:
    if frames <= 0:
        raise SoundFileError(f"{path} holds no sound. Choose the file of a dictation.")
    seconds = frames / rate_hz
    if seconds > LONGEST_SOUND_S:
        raise SoundFileError(
            f"{path} lasts {math.ceil(seconds / 60)} minutes; "
            f"{LONGEST_SOUND_S / 60:.0f} can be used at once. Cut it into one file for each dictation."
        )
