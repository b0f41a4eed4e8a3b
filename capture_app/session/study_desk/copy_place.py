"""The folder of one session at the second place, and how files get there: checked by reading them back.

Below the second place lie the same folders as below the study's, under the name of the study::

    <second place>/<study>/study-<8 digits>.gazestudy
    <second place>/<study>/<reader>/p<period>/<session>/

A session of which somebody else's data has the name already goes to a folder with a number behind its name;
nothing at the second place is ever overwritten by another session.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from capture_app.session.study import OpenedStudy
from capture_app.session.study_desk.folder_layout import sessions_folder, study_copy_name
from recordings_schema.layout import EXTENSION
from recordings_schema.paths import journal_path, sync_folder
from recordings_schema.privacy import owner_of_journal, owner_of_recording

MANIFEST_ENDING: Final = ".cases.jsonl"
_CHUNK_BYTES: Final = 4 * 2**20
_FULL: Final = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})


class CopyCheckError(OSError):
    """The second place does not give back what was written."""

    def __init__(self) -> None:
        super().__init__(errno.EIO, "it gives back other bytes than were written")


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyPlace:
    """Where the copies of one session go."""

    root: Path  # the second place itself, which is never made
    study_folder: Path
    folder: Path  # of the session
    stem: str  # of the recording

    @property
    def journal(self) -> Path:
        """The copy of the journal."""
        return journal_path(self.folder / f"{self.stem}{EXTENSION}")

    @property
    def manifest(self) -> Path:
        """The list of what was copied, one JSON object a line."""
        return self.folder / f"{self.stem}{MANIFEST_ENDING}"


def place_for(opened: OpenedStudy, recording: Path) -> CopyPlace:
    """Return where the copies of a recording go.

    Raises
    ------
    OSError
        If the second place is not there or cannot be looked at.
    """
    root = second_place(opened)
    if not root.is_dir():
        raise FileNotFoundError(errno.ENOENT, "it is not there", str(root))
    study_folder = root / opened.study.study.study_id
    session = recording.parent
    parent = study_folder / session.parents[1].name / session.parent.name  # reader, period
    own_id = _session_id(recording)
    number = 1
    while True:
        folder = parent / (session.name if number == 1 else f"{session.name}-{number}")
        place = CopyPlace(root=root, study_folder=study_folder, folder=folder, stem=recording.stem)
        there = _session_id(folder / recording.name)
        if not there or there == own_id:
            return place
        number += 1


def second_place(opened: OpenedStudy) -> Path:
    """Return the second place that a study names."""
    return Path(opened.study.copies.second_place).expanduser()


def prepare(place: CopyPlace, opened: OpenedStudy) -> None:
    """Make the folders, and keep the study file with the copies; proves that the place can be written.

    Raises
    ------
    OSError
        If it cannot.
    """
    make_folder(place, place.folder)
    study_copy = sessions_folder(opened.folder) / study_copy_name(opened)
    target = place.study_folder / study_copy.name
    if not target.is_file() or target.read_bytes() != study_copy.read_bytes():
        copy_checked(study_copy, target, lambda _: None)
    add_lines(place.manifest, [])


def make_folder(place: CopyPlace, folder: Path) -> None:
    """Make a folder below the second place, never that place: where its drive is away, another would fill.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    level = place.root
    for name in folder.relative_to(place.root).parts:
        level /= name
        level.mkdir(exist_ok=True)


def add_lines(manifest: Path, lines: list[dict[str, Any]]) -> None:
    """Add lines to a manifest and put them on the disk itself.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    text = "".join(json.dumps(line, ensure_ascii=True) + "\n" for line in lines)
    with manifest.open("ab") as file:
        file.write(text.encode("ascii"))
        file.flush()
        os.fsync(file.fileno())


def append_checked(path: Path, first_byte: int, content: bytes) -> None:
    """Write a part of a growing file behind what is there, and read it back.

    Raises
    ------
    OSError
        If that fails; what came before the part is as it was. `FileNotFoundError` where the file is shorter
        than it was: what was copied before is gone.
    """
    with path.open("r+b" if path.exists() else "x+b") as file:
        if file.seek(0, os.SEEK_END) < first_byte:
            raise FileNotFoundError(errno.ENOENT, "what was copied before is gone", str(path))
        file.seek(first_byte)
        file.truncate()
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        _forget(file.fileno())
        file.seek(first_byte)
        if file.read(len(content)) != content:
            raise CopyCheckError


def copy_checked(source: Path, target: Path, on_bytes: Callable[[int], None]) -> str:
    """Copy a file under another name first, read it back, and only then give it its name.

    Parameters
    ----------
    source, target
        A target that is there is replaced, once the new one is whole.
    on_bytes
        Called with the bytes of each step; whatever it raises ends the copying.

    Returns
    -------
    str
        The SHA-256.

    Raises
    ------
    OSError
        If it cannot be read, written, or comes back otherwise.
    """
    partial = target.with_name(f"{target.name}.copying")
    digest = hashlib.sha256()
    try:
        with source.open("rb") as read, partial.open("wb") as write:
            while block := read.read(_CHUNK_BYTES):
                write.write(block)
                digest.update(block)
                on_bytes(len(block))
            write.flush()
            os.fsync(write.fileno())
            _forget(write.fileno())
        _check_copy(partial, digest.hexdigest(), on_bytes)
        partial.replace(target)
        sync_folder(target.parent)
    except BaseException:  # whatever ends the copying: no half file is left
        partial.unlink(missing_ok=True)
        raise
    return digest.hexdigest()


def _check_copy(path: Path, sha256: str, on_bytes: Callable[[int], None]) -> None:
    if sha256_of_file(path, on_bytes) != sha256:
        raise CopyCheckError


def sha256_of_file(path: Path, on_bytes: Callable[[int], None] = lambda _: None) -> str:
    """Return the SHA-256 of a file.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_CHUNK_BYTES):
            digest.update(block)
            on_bytes(len(block))
    return digest.hexdigest()


def cause_of(err: OSError) -> str:
    """Return why a copy failed, for the middle of a sentence."""
    if err.errno in _FULL:
        return "it is full"
    if isinstance(err, FileNotFoundError):
        return "it is not there"
    return err.strerror or "no reason given"


def remedy_of(err: OSError) -> str:
    """Return what helps, a sentence."""
    if err.errno in _FULL:
        return "Make room there."
    if isinstance(err, FileNotFoundError):
        return "Connect its drive, or make the folder."
    if isinstance(err, CopyCheckError):
        return "Check that drive, and use another."
    return "Check the drive and who may write there."


def _session_id(recording: Path) -> str:
    """Return the session id of a recording or of its journal, "" where there is neither."""
    owner = owner_of_journal(journal_path(recording)) or owner_of_recording(recording)
    if owner is not None:
        return owner.session_id
    return "unknown" if recording.exists() or journal_path(recording).exists() else ""


def _forget(descriptor: int) -> None:
    """Have the system drop what it remembers of a file, so that reading asks the drive, where it can."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
