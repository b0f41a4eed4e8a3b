"""Making a study for somebody who watches: the presets in words, progress, and a cancel that cleans up."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from capture_app.session.port import SessionError
from capture_app.session.study import PRESETS, CheckedStudy, StudyError, check_study, new_study
from capture_app.session.study.presets import preset_text
from capture_app.session.study.toml_lines import parse_toml


class MakingCancelledError(SessionError):
    """A person cancelled the making of a study; its folder is as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetWords:
    """A preset as a person chooses it."""

    name: str
    title: str
    description: str  # a sentence


def presets_in_words() -> tuple[PresetWords, ...]:
    """Return the presets in their order, as their own files describe them.

    Raises
    ------
    SessionError
        If a file is missing from the installation.
    """
    found = []
    for name in PRESETS:
        try:
            values, _ = parse_toml(preset_text(name))
        except StudyError as err:
            raise SessionError(str(err)) from err
        identity = values["study"]
        found.append(PresetWords(name=name, title=identity["title"], description=identity["description"]))
    return tuple(found)


def make_study(
    preset: str, folder: Path, tell: Callable[[int, int], None], is_cancelled: Callable[[], bool]
) -> Path:
    """Make a study folder; return the study file. Slow: half a minute.

    Parameters
    ----------
    preset
        Name of a preset.
    folder
        Empty, or not there yet.
    tell
        Called with the number of cases drawn and of all cases.
    is_cancelled
        Asked after each case.

    Raises
    ------
    MakingCancelledError
        If it was cancelled.
    SessionError
        If it cannot be made.
    """
    was_there = folder.exists()

    def on_case(done: int, count: int) -> None:
        tell(done, count)
        if is_cancelled():
            raise MakingCancelledError("The study was not made.")

    try:
        return new_study(preset, folder, on_case=on_case)
    except MakingCancelledError:
        _clean_up(folder, was_there)
        raise
    except StudyError as err:
        raise SessionError(str(err)) from err


def study_findings(path: Path) -> CheckedStudy:
    """Check a study for the windows. Slow: called from a worker thread.

    Raises
    ------
    SessionError
        If there is no study file.
    """
    try:
        return check_study(path)
    except StudyError as err:
        raise SessionError(str(err)) from err


def _clean_up(folder: Path, was_there: bool) -> None:
    """Remove what was begun; the folder was empty before, or not there."""
    for item in tuple(folder.iterdir()):
        if item.is_dir() and not item.is_symlink():
            shutil.rmtree(item, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                item.unlink()
    if not was_there:
        with contextlib.suppress(OSError):
            folder.rmdir()
