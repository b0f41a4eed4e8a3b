"""Copies the whole folder of a finished session to the second place, and compares every file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from capture_app.session.privacy.folders import entries_below
from capture_app.session.study import OpenedStudy
from capture_app.session.study_desk.copy_place import (
    CopyPlace,
    add_lines,
    copy_checked,
    make_folder,
    place_for,
    prepare,
    sha256_of_file,
)
from capture_app.session.study_desk.folder_layout import recordings_in, session_folders
from recordings_schema.paths import journal_path, sync_folder

_LEFT_OUT: Final = (".journal", ".partial", ".tmp", ".copying")
_DAMAGED: Final = ".damaged-"  # what recovery replaced; its name holds a date
_PASSES: Final = 2  # each file is read once and its copy read back


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeCopy:
    """What was copied."""

    folder: Path
    file_count: int  # that are at the second place and compared
    size_bytes: int


def copy_session(
    opened: OpenedStudy,
    recording: Path,
    on_progress: Callable[[int, int], None],
    *,
    is_sound: bool,
    only: Path | None = None,
) -> WholeCopy:
    """Copy a closed recording and all that lies beside it; files that are there already are compared alone.

    Parameters
    ----------
    opened
        The study, which names the second place.
    recording
        The recording, closed.
    on_progress
        Called with bytes done and bytes in all; whatever it raises ends the copying between two files' names,
        so that no half file bears a name.
    is_sound
        Whether the recording was read back without an error; only then the copy of its journal goes.
    only
        The one file to be copied; None: all.

    Raises
    ------
    OSError
        If a file cannot be read or copied, or comes back otherwise.
    """
    place = place_for(opened, recording)
    prepare(place, opened)
    files = [(path, path.stat().st_size) for path in _files(recording.parent) if only in (None, path)]
    total = sum(size for _, size in files) * _PASSES
    done = 0

    def add(count: int) -> None:
        nonlocal done
        done += count
        on_progress(min(done, total), total)

    lines = [_copy(place, recording.parent, path, size, add) for path, size in files]
    add_lines(place.manifest, lines)
    if is_sound and any(path == recording for path, _ in files):
        place.journal.unlink(
            missing_ok=True
        )  # the whole recording is there now; a journal would say: cut off
        sync_folder(place.folder)
    return WholeCopy(folder=place.folder, file_count=len(files), size_bytes=sum(size for _, size in files))


def uncopied_sessions(opened: OpenedStudy, current: Path) -> list[Path]:
    """Return the closed recordings of the same reader that are not whole at the second place, oldest first.

    Parameters
    ----------
    opened
        The study, which names the second place.
    current
        The recording that runs, which is left out.

    Raises
    ------
    OSError
        If the folders cannot be looked at.
    """
    periods = sorted(path for path in current.parents[2].iterdir() if path.is_dir())
    recordings = [
        recording
        for period in periods
        for session in session_folders(period)
        if session != current.parent
        for recording in recordings_in(session)
    ]
    return [each for each in recordings if _is_uncopied(opened, each)]


def _is_uncopied(opened: OpenedStudy, recording: Path) -> bool:
    if journal_path(recording).exists() or not recording.is_file():
        return False  # to be recovered first
    return not (place_for(opened, recording).folder / recording.name).is_file()


def _copy(
    place: CopyPlace, folder: Path, path: Path, size_bytes: int, on_bytes: Callable[[int], None]
) -> dict[str, Any]:
    name = path.relative_to(folder)
    target = place.folder / name
    make_folder(place, target.parent)
    line = {"file": name.as_posix(), "size_bytes": size_bytes}
    if target.is_file() and target.stat().st_size == size_bytes:
        sha256 = sha256_of_file(path, on_bytes)
        if sha256_of_file(target, on_bytes) == sha256:
            return line | {"sha256": sha256}
    return line | {"sha256": copy_checked(path, target, on_bytes)}


def _files(folder: Path) -> Iterator[Path]:
    """Yield what of a session is kept; the recording's remains of an interruption are not."""
    for entry in entries_below(folder):
        if entry.problem:
            raise OSError(0, entry.problem, str(entry.path))
        if not entry.is_link and not entry.path.name.endswith(_LEFT_OUT) and _DAMAGED not in entry.path.name:
            yield entry.path
