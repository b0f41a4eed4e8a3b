"""The disks a session writes to: how much room there is, and whether they can be written."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFacts:
    """What the disks answered."""

    free_bytes: int = -1  # where the study lies; -1 where it cannot be asked
    study_problem: str = ""  # why the study's folder cannot be written
    second_problem: str = ""  # why the second place cannot be written


def look_at_places(folder: Path, second_place: str) -> PlaceFacts:
    """Ask the disks of a study; may take seconds on a network drive.

    Parameters
    ----------
    folder
        The study folder, where recordings go.
    second_place
        Where finished cases are copied; "" for nowhere.
    """
    try:
        free_bytes = shutil.disk_usage(folder).free
    except OSError:
        free_bytes = -1
    return PlaceFacts(
        free_bytes=free_bytes,
        study_problem=_writing_problem(folder),
        second_problem=_second_problem(second_place),
    )


def _second_problem(second_place: str) -> str:
    if not second_place:
        return ""
    try:
        return _writing_problem(Path(second_place).expanduser())
    except RuntimeError:  # no home folder
        return f"{second_place} cannot be found: this person has no home folder."


def _writing_problem(folder: Path) -> str:
    if not folder.is_dir():
        return f"{folder} is not there. Make the folder, or plug in its drive."
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\0")
    except OSError as err:
        reason = err.strerror or "no reason given"
        return f"{folder} cannot be written ({reason}). Check who may write there, and whether it is full."
    return ""
