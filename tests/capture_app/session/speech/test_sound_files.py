from __future__ import annotations

import struct
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from capture_app.session.speech.errors import SoundFileError
from capture_app.session.speech.sound_files import read_sound

LEVELS = np.array([0, 1000, -1000, 32000, -32000, 5], np.int16)


def wav_bytes(
    code: int, channels: int, rate_hz: int, bits: int, content: bytes, size: int | None = None
) -> bytes:
    block = channels * bits // 8
    form = struct.pack("<HHIIHH", code, channels, rate_hz, rate_hz * block, block, bits)
    stated = len(content) if size is None else size
    chunks = (
        b"fmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", stated & 0xFFFFFFFF) + content
    )
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def stored(code: int, bits: int) -> bytes:
    if code == 3:
        return (LEVELS / 32767.0).astype(f"<f{bits // 8}").tobytes()
    if bits == 24:
        wide = LEVELS.astype("<i4") << 8
        return b"".join(value.tobytes()[:3] for value in wide)
    return (LEVELS.astype("<i4") << 16).tobytes() if bits == 32 else LEVELS.astype("<i2").tobytes()


@pytest.mark.parametrize(("code", "bits"), [(1, 16), (1, 24), (1, 32), (3, 32), (3, 64)])
def test_every_usual_form_of_wav_gives_the_same_levels(tmp_path: Path, code: int, bits: int) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav_bytes(code, 1, 44_100, bits, stored(code, bits)))

    sound = read_sound(path)

    assert sound.rate_hz == 44_100
    assert np.abs(sound.pcm.astype(int) - LEVELS).max() <= 1


def test_eight_bits_are_scaled_around_their_middle(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav_bytes(1, 1, 8_000, 8, bytes([128, 255, 0])))

    assert read_sound(path).pcm.tolist() == [0, 127 * 256, -128 * 256]


def test_channels_are_averaged(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav_bytes(1, 2, 16_000, 16, np.array([100, 300, -5, -15], "<i2").tobytes()))

    assert read_sound(path).pcm.tolist() == [200, -10]


def test_an_extensible_header_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    form = struct.pack("<HHIIHHHHIH14s", 0xFFFE, 1, 48_000, 96_000, 2, 16, 22, 16, 0, 1, b"")
    chunks = b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", 4) + b"\x01\0\x02\0"
    path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks)

    assert read_sound(path).pcm.tolist() == [1, 2]


def test_a_recording_that_was_cut_off_gives_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav_bytes(1, 1, 16_000, 16, LEVELS.tobytes(), size=0xFFFFFFFF))

    assert read_sound(path).pcm.tolist() == LEVELS.tolist()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "0 bytes"),
        (b"ID3 something else", "neither a WAV nor a FLAC"),
        (b"RIFF\0\0\0\0WAVE", "without sound"),
        (wav_bytes(1, 1, 16_000, 16, b""), "holds no sound"),
        (wav_bytes(85, 1, 16_000, 16, b"\0" * 8), "format 85"),
        (wav_bytes(1, 1, 16_000, 12, b"\0" * 8), "12 bits"),
        (wav_bytes(1, 0, 16_000, 16, b"\0" * 8), "0 channels"),
        (wav_bytes(1, 1, 4_000, 16, b"\0" * 8), "4000 samples a second"),
        (b"RIFF\x20\0\0\0WAVEfmt \x04\0\0\0\x01\0\x01\0data\0\0\0\0", "format is not stated"),
        (b"fLaC" + bytes(100), "damaged FLAC"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_the_reason(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    if content.startswith(b"fLaC"):
        pytest.importorskip("soundfile", reason="soundfile is not installed")
    path = tmp_path / "a.wav"
    path.write_bytes(content)

    with pytest.raises(SoundFileError, match=reason) as raised:
        read_sound(path)

    assert str(path) in str(raised.value)


def test_four_hours_are_refused_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    size = 4 * 3600 * 16_000 * 2
    header = wav_bytes(1, 1, 16_000, 16, b"", size=size)
    with path.open("wb") as file:
        file.write(header)
        file.truncate(len(header) + size)  # a hole: nothing is written

    with pytest.raises(SoundFileError, match="lasts 240 minutes"):
        read_sound(path)


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SoundFileError, match="cannot be read"):
        read_sound(tmp_path / "no.wav")


def test_flac_gives_the_levels_that_were_stored(tmp_path: Path) -> None:
    soundfile = pytest.importorskip("soundfile", reason="soundfile is not installed")
    path = tmp_path / "a.flac"
    soundfile.write(path, LEVELS, 48_000, format="FLAC", subtype="PCM_16")

    sound = read_sound(path)

    assert sound.rate_hz == 48_000
    assert sound.pcm.tolist() == LEVELS.tolist()


def test_flac_without_its_reader_names_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "soundfile", None)
    path = tmp_path / "a.flac"
    path.write_bytes(b"fLaC" + bytes(50))

    with pytest.raises(SoundFileError, match=r"pip install reading-station\[speech\]"):
        read_sound(path)


def test_what_the_standard_library_writes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(LEVELS.tobytes())

    assert read_sound(path).pcm.tolist() == LEVELS.tolist()
