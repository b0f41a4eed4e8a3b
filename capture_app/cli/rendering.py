"""What `render` does: opens one recording after the other and makes what is wanted of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from capture_app.cli.commands import print_json
from capture_app.cli.display import screens
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.session.export import ExportError, recordings_in
from capture_app.session.film import (
    FilmError,
    FilmForm,
    FilmWriteError,
    PictureSize,
    check_film,
    check_picture,
    find_ffmpeg,
    make_folder,
    size_of,
)
from capture_app.session.replay import HeatmapSpan, ReplayError, ReplayOptions, ShownEye, ViewMode
from capture_app.session.settings import SettingsStore

_MODES = {"as-read": ViewMode.AS_READ, "whole-image": ViewMode.WHOLE_IMAGE}
_HEATMAPS = {
    "off": HeatmapSpan.OFF, "case": HeatmapSpan.CASE, "up-to-now": HeatmapSpan.UP_TO_NOW,
    "sliding": HeatmapSpan.SLIDING,
}  # fmt: skip
_EYES = {"combined": ShownEye.COMBINED, "both": ShownEye.BOTH}


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderCommand:
    """What was written on the command line."""

    places: tuple[Path, ...]
    folder: Path
    what: str
    cases: tuple[str, ...]
    size: str
    rate_hz: float
    at_s: float | None
    mode: str
    heatmap: str
    eyes: str
    has_gaze: bool
    has_trail: bool
    has_fixations: bool
    has_shapes: bool
    has_stamp: bool
    ffmpeg: str | None
    silent: bool
    images: Path | None
    study_path: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What came of a command."""

    written: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # sentences, each once
    problems: list[str] = field(default_factory=list)  # of recordings that could not be used


def run_render_command(command: RenderCommand, *, as_json: bool) -> int:
    """Make what is wanted of all recordings; return the exit code.

    Raises
    ------
    CommandError
        If what is wanted cannot be made at all, or there is no writing where it is to go.
    """
    try:
        size, form = _checked(command)
        recordings = recordings_in(command.places)
        make_folder(command.folder)
    except FilmWriteError as err:
        raise CommandError(str(err), ExitCode.RECORDING) from err
    except (FilmError, ExportError) as err:
        raise CommandError(str(err), ExitCode.INPUT) from err
    rendered = Rendered()
    try:
        with screens(), _Bars(is_shown=not as_json) as bars:
            from capture_app.gui.film.rendering import RenderOrder, render_recording

            order = RenderOrder(
                folder=command.folder, what=command.what, cases=command.cases, size=size, form=form,
                at_s=command.at_s, options=_options(command), has_stamp=command.has_stamp,
                images=command.images, study_path=command.study_path,
            )  # fmt: skip
            taken: set[str] = set()
            for path in recordings:
                bars.begin(path)
                try:
                    made = render_recording(path, order, taken, bars.show)
                except FilmWriteError:
                    raise
                except (FilmError, ReplayError) as err:
                    rendered.problems.append(f"{path.name}: {err}")
                    continue
                rendered.written.extend(made.written)
                rendered.notes.extend(note for note in made.notes if note not in rendered.notes)
    except FilmWriteError as err:
        raise CommandError(str(err), ExitCode.RECORDING) from err
    return _told(rendered, as_json=as_json)


def _checked(command: RenderCommand) -> tuple[PictureSize, FilmForm]:
    """Return size and form of what is wanted; refused before anything is opened."""
    size = size_of(command.size)
    if command.what != "film":
        if command.ffmpeg is not None or command.silent:
            raise click.UsageError("--ffmpeg and --silent go with --what film.")
        check_picture(size)
        return size, FilmForm(size=size)
    if command.at_s is not None:
        raise click.UsageError("--at goes with --what picture and --what svg.")
    if command.silent and command.ffmpeg is not None:
        raise click.UsageError("Give --ffmpeg or --silent, not both.")
    check_film(size, command.rate_hz)
    form = FilmForm(size=size, rate_hz=command.rate_hz)
    named = "" if command.silent else command.ffmpeg or SettingsStore().load().settings.ffmpeg
    return size, form if not named else replace(form, ffmpeg=find_ffmpeg(named))


def _options(command: RenderCommand) -> ReplayOptions:
    return ReplayOptions(
        mode=_MODES[command.mode], eye=_EYES[command.eyes], show_gaze=command.has_gaze,
        show_trail=command.has_trail, show_fixations=command.has_fixations, show_shapes=command.has_shapes,
        heatmap=_HEATMAPS[command.heatmap],
    )  # fmt: skip


def _told(rendered: Rendered, *, as_json: bool) -> int:
    if as_json:
        print_json(
            {
                "files": [str(path) for path in rendered.written], "notes": rendered.notes,
                "problems": rendered.problems,
            }
        )  # fmt: skip
    else:
        for path in rendered.written:
            click.echo(str(path))
        for note in rendered.notes:
            click.echo(f"note: {note}")
        for problem in rendered.problems:
            click.echo(f"not made: {problem}", err=True)
    return int(ExitCode.INPUT if rendered.problems else ExitCode.OK)


class _Bars:
    """A bar for each recording, on the terminal alone."""

    def __init__(self, *, is_shown: bool) -> None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeRemainingColumn(),
        )
        self._progress = Progress(
            *columns, console=Console(stderr=True), disable=not is_shown, transient=True
        )
        self._task = self._progress.add_task("", total=None, visible=False)

    def __enter__(self) -> _Bars:
        self._progress.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._progress.stop()

    def begin(self, path: Path) -> None:
        """Begin the bar of a recording."""
        self._progress.remove_task(self._task)
        self._task = self._progress.add_task(path.name, total=None)

    @property
    def show(self) -> Callable[[int, int], None]:
        """What is told how far a recording is."""

        def moved(done: int, count: int) -> None:
            self._progress.update(self._task, completed=done, total=count)

        return moved
