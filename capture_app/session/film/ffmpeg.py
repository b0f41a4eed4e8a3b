"""H.264 films with the dictation, by an ffmpeg that the person points at; none is part of the program.

Pictures go to it through a pipe, the sound lies in a WAV file; it is started with a list of arguments, never
through a shell.
"""

from __future__ import annotations

import logging
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import IO, Final

from capture_app.session.film.names import part_path
from capture_app.session.film.placing import refuse_unwritable, remove, take_place
from capture_app.session.film.sizes import FilmError, FilmWriteError, PictureSize
from capture_app.session.film.video import FilmPicture

_TOLD_BYTES: Final = 4096  # of the end of what it says
_ANSWER_S: Final = 5.0
_FINISH_S: Final = 600.0
_NO_CONSOLE: Final = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # Windows would flash one up
_log = logging.getLogger(__name__)


def find_ffmpeg(named: str) -> Path:
    """Return the ffmpeg that a person named, proved to be one that can write H.264.

    Parameters
    ----------
    named
        A file, or a name to be found as commands are.

    Raises
    ------
    FilmError
        If it is not there, does not start, or has no H.264 encoder.
    """
    found = shutil.which(named)
    if found is None:
        raise FilmError(
            f"There is no program {named}. Name the ffmpeg of this computer with its full path, "
            "or make the film without it."
        )
    program = Path(found).absolute()
    try:
        answer = subprocess.run(  # noqa: S603  # a list of arguments, the program chosen by the person
            [str(program), "-hide_banner", "-encoders"],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=_ANSWER_S, check=False,
            creationflags=_NO_CONSOLE,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as err:
        _log.warning("%s does not start: %s", program, err)
        raise FilmError(f"{program} cannot be started as ffmpeg. Name another, or go without it.") from err
    if answer.returncode != 0 or b"libx264" not in answer.stdout:
        raise FilmError(
            f"{program} is no ffmpeg that writes H.264 (libx264). Name another, or make the film without it."
        )
    return program


def ffmpeg_arguments(
    program: Path, size: PictureSize, rate_hz: float, sound: Path | None, part: Path
) -> list[str]:
    """Return how ffmpeg is started: pictures from its input, sound from a file, no tags of its own."""
    arguments = [
        str(program), "-hide_banner", "-loglevel", "error", "-nostdin", "-y",
        "-f", "rawvideo", "-pix_fmt", "bgr24", "-video_size", size.text, "-framerate", f"{rate_hz:g}",
        "-i", "pipe:0",
    ]  # fmt: skip
    if sound is not None:
        arguments += ["-i", str(sound), "-map", "0:v", "-map", "1:a", "-c:a", "aac", "-b:a", "128k"]
    return [
        *arguments, "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p",
        "-map_metadata", "-1", "-movflags", "+faststart", "-f", "mp4", str(part),
    ]  # fmt: skip


class FfmpegFilm:
    """A film written by ffmpeg.

    Parameters
    ----------
    program
        As `find_ffmpeg` found it.
    path
        Its place, ending in ``.mp4``.
    size, rate_hz
        Checked by `check_film`.
    sound
        WAV file as long as the film, which belongs to the film from now on and is removed with its end;
        None: silent.

    Raises
    ------
    FilmWriteError
        If the file cannot be made.
    FilmError
        If ffmpeg cannot be started.
    """

    def __init__(
        self, program: Path, path: Path, size: PictureSize, rate_hz: float, sound: Path | None
    ) -> None:
        self.path = path
        self.note = ""
        self._part = part_path(path)
        self._sound = sound
        self._bytes = size.width_px * size.height_px * 3
        refuse_unwritable(self._part)
        # Its words go into a file: a pipe that nobody reads would fill up and stop it.
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the process
        arguments = ffmpeg_arguments(program, size, rate_hz, sound, self._part)
        try:
            self._process = subprocess.Popen(  # noqa: S603  # as in `find_ffmpeg`
                arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=self._said,
                creationflags=_NO_CONSOLE,
            )  # fmt: skip
        except OSError as err:
            self._let_go()
            remove(self._part)
            raise FilmError(
                f"{program} cannot be started ({err.strerror}). Name another ffmpeg, or go without it."
            ) from err

    def write(self, picture: FilmPicture) -> None:
        """Take the next picture.

        Raises
        ------
        FilmError
            If ffmpeg ended.
        ValueError
            If the picture has another size than the film.
        """
        if picture.nbytes != self._bytes:
            raise ValueError(f"A picture of the film has {picture.nbytes} bytes, not {self._bytes}.")
        if self._process.stdin is None:
            return
        try:
            self._process.stdin.write(picture.tobytes())
        except OSError as err:
            raise self._failed() from err

    def finish(self) -> None:
        """Make the film whole.

        Raises
        ------
        FilmError
            If ffmpeg did not.
        FilmWriteError
            If the film cannot take its place.
        """
        try:
            if self._process.stdin is not None:
                self._process.stdin.close()
            code = self._process.wait(_FINISH_S)
        except (OSError, subprocess.TimeoutExpired) as err:
            raise self._failed() from err
        if code != 0 or not self._part.is_file():
            raise self._failed()
        self._let_go()
        take_place(self._part, self.path)

    def abort(self) -> None:
        """End ffmpeg and leave nothing behind."""
        self._end()
        self._let_go()
        remove(self._part)

    def _let_go(self) -> None:
        self._said.close()
        if self._sound is not None:
            remove(self._sound)

    def _end(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self._process.stdin is not None and not self._process.stdin.closed:
            try:
                self._process.stdin.close()
            except OSError:
                _log.debug("ffmpeg ended before its input was closed")

    def _failed(self) -> FilmError:
        """Return what ffmpeg said as an error; everything of the film is removed."""
        self._end()
        said = ""
        if not self._said.closed:
            self._said.seek(0)
            said = self._said.read(1_000_000)[-_TOLD_BYTES:].decode("utf-8", "replace").strip()
        self.abort()
        _log.warning("ffmpeg failed: %s", said)
        last = said.splitlines()[-1] if said else "it gave no reason"
        return FilmWriteError(
            f"ffmpeg did not finish {self.path.name}: {last[:200]}. Check the place and the room on the "
            "disk, or make the film without ffmpeg."
        )
