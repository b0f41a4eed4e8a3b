"""Which writer makes a film: OpenCV, or the person's ffmpeg with what was dictated."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from capture_app.session.film.case_sound import write_case_sound
from capture_app.session.film.ffmpeg import FfmpegFilm
from capture_app.session.film.names import part_path
from capture_app.session.film.placing import remove
from capture_app.session.film.sizes import FILM_RATE_HZ, FilmError, PictureSize
from capture_app.session.film.video import FilmSink, OpenCvFilm, mp4v_backend_problem
from capture_app.session.replay import ReplayCase, ReplaySource

_WAV_ENDING = ".wav"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmForm:
    """What kind of film is wanted."""

    size: PictureSize = field(default_factory=PictureSize)
    rate_hz: float = FILM_RATE_HZ  # pictures per second
    ffmpeg: Path | None = None  # found by `find_ffmpeg`; None: OpenCV, silent


def open_film(source: ReplaySource, case: ReplayCase, path: Path, form: FilmForm) -> FilmSink:
    """Return the writer of a film of a case at `path`, whose folder exists.

    Raises
    ------
    FilmError
        If it cannot be written, or the dictation cannot be read.
    """
    if form.ffmpeg is None:
        return OpenCvFilm(path, form.size, form.rate_hz, has_mp4v=not mp4v_backend_problem())
    sound = part_path(path).with_suffix(_WAV_ENDING)
    try:
        has_sound = write_case_sound(source.sound.stretches, case.first_ns, case.end_ns, sound)
        return FfmpegFilm(form.ffmpeg, path, form.size, form.rate_hz, sound if has_sound else None)
    except FilmError:
        remove(sound)
        raise
