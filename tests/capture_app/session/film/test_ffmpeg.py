"""Films through the person's ffmpeg; a small script stands for it."""

from __future__ import annotations

import sys
from collections import deque
from pathlib import Path

import numpy as np
import pytest

from capture_app.session.film import FilmError, FilmWriteError, PictureSize, find_ffmpeg
from capture_app.session.film.ffmpeg import FfmpegFilm, ffmpeg_arguments

SIZE = PictureSize(width_px=64, height_px=64)
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="The stand-in is a shell script.")


def script(folder: Path, act: str) -> Path:
    """Make a program that knows H.264 and, asked to write a film, does `act` with its last argument."""
    path = folder / "ffmpeg"
    path.write_text(
        '#!/bin/sh\ncase "$*" in *-encoders*) echo " V..... libx264 H.264"; exit 0;; esac\n'
        f'for last in "$@"; do :; done\n{act}\n'
    )
    path.chmod(0o755)
    return path


def test_pictures_arrive_byte_by_byte_and_the_sound_is_removed_with_the_end(tmp_path):
    program = find_ffmpeg(str(script(tmp_path, 'cat > "$last"')))
    sound = tmp_path / "voice.wav"
    sound.write_bytes(b"RIFF")
    film = FfmpegFilm(program, tmp_path / "R01_a.mp4", SIZE, 30.0, sound)
    pictures = [np.full((64, 64, 3), level, np.uint8) for level in (1, 2, 3)]
    for each in pictures:
        film.write(each)
    assert not film.path.exists()
    film.finish()
    assert film.path.read_bytes() == b"".join(each.tobytes() for each in pictures)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["R01_a.mp4", "ffmpeg"]


def test_a_film_that_is_ended_early_leaves_nothing(tmp_path):
    film = FfmpegFilm(script(tmp_path, 'cat > "$last"'), tmp_path / "R01_a.mp4", SIZE, 30.0, None)
    film.write(np.zeros((64, 64, 3), np.uint8))
    film.abort()
    assert [each.name for each in tmp_path.iterdir()] == ["ffmpeg"]


def test_what_ffmpeg_says_is_told(tmp_path):
    program = script(tmp_path, 'cat > /dev/null; echo "No space left on device" >&2; exit 1')
    film = FfmpegFilm(program, tmp_path / "R01_a.mp4", SIZE, 30.0, None)
    film.write(np.zeros((64, 64, 3), np.uint8))
    with pytest.raises(FilmWriteError, match="No space left on device"):
        film.finish()
    assert [each.name for each in tmp_path.iterdir()] == ["ffmpeg"]


def test_an_ffmpeg_that_dies_meanwhile_is_told_and_cleaned_up(tmp_path):
    film = FfmpegFilm(script(tmp_path, "exit 3"), tmp_path / "R01_a.mp4", SIZE, 30.0, None)
    many = [np.zeros((64, 64, 3), np.uint8)] * 200  # what fits into the pipe is taken before it is known
    with pytest.raises(FilmWriteError, match="it gave no reason"):
        deque(map(film.write, many), maxlen=0)
    assert [each.name for each in tmp_path.iterdir()] == ["ffmpeg"]


def test_a_name_with_signs_of_a_shell_is_only_a_name(tmp_path):
    path = tmp_path / "R01; touch hacked $(x).mp4"
    arguments = ffmpeg_arguments(tmp_path / "ffmpeg", SIZE, 29.97, tmp_path / "a b.wav", path)
    assert arguments[-1] == str(path)
    assert str(tmp_path / "a b.wav") in arguments
    assert arguments[arguments.index("-framerate") + 1] == "29.97"
    assert arguments[arguments.index("-map_metadata") + 1] == "-1"


def test_a_program_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FilmError, match=r"no program .*nothing"):
        find_ffmpeg(str(tmp_path / "nothing"))


def test_a_program_that_is_no_ffmpeg_is_refused(tmp_path):
    path = tmp_path / "editor"
    path.write_text("#!/bin/sh\nexit 0\n")
    path.chmod(0o755)
    with pytest.raises(FilmError, match="no ffmpeg that writes H"):
        find_ffmpeg(str(path))
