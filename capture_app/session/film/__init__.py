"""Pictures and films of recordings: what they show, how large they are, who writes them.

The painting itself is the window's own (`capture_app.gui.film`): one way of drawing gaze for both.
"""

from capture_app.session.film.case_frames import CaseFrames
from capture_app.session.film.ffmpeg import find_ffmpeg
from capture_app.session.film.film_run import FilmRun, FilmStretch, FramePainter, check_length
from capture_app.session.film.names import case_stem, free_stem, name_part, sheet_stem
from capture_app.session.film.opening import FilmForm, open_film
from capture_app.session.film.placing import make_folder, write_whole
from capture_app.session.film.progress import PictureRun, TimeLeft
from capture_app.session.film.region import region_of
from capture_app.session.film.sheet import CAPTION_PX, HEAD_PX, SheetLayout, caption_of, sheet_layout
from capture_app.session.film.sizes import (
    FILM_RATE_HZ,
    FILM_RATES_HZ,
    FilmError,
    FilmWriteError,
    PictureSize,
    check_film,
    check_picture,
    size_of,
)
from capture_app.session.film.stamp import stamp_of
from capture_app.session.film.terms import PictureTerms, terms_of
from capture_app.session.film.video import FilmPicture, FilmSink, OpenCvFilm, mp4v_backend_problem

__all__ = [
    # What may be made.
    "FilmError", "FilmWriteError", "PictureSize", "PictureTerms", "check_film", "check_length",
    "check_picture", "size_of", "terms_of", "FILM_RATE_HZ", "FILM_RATES_HZ",
    # What is shown.
    "CaseFrames", "stamp_of", "region_of", "sheet_layout", "SheetLayout", "caption_of", "CAPTION_PX",
    "HEAD_PX",
    # How it is written.
    "FilmForm", "FilmPicture", "FilmRun", "FilmSink", "FilmStretch", "FramePainter", "OpenCvFilm",
    "PictureRun", "TimeLeft", "find_ffmpeg", "make_folder", "mp4v_backend_problem", "open_film",
    "write_whole",
    # What it is called.
    "case_stem", "free_stem", "name_part", "sheet_stem",
]  # fmt: skip
