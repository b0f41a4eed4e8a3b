"""Finds every copy of a reader's data: by what files say of themselves, by their names, and by their bytes.

A file is the reader's where it is a recording or journal of that pseudonym, lies beside one under its name,
is named by one as its sound file, is named by the pseudonym itself, has the same bytes as one that is, or is
a text about one of the reader's sessions and about no other reader. Recordings of others are never taken,
whatever their name. What only mentions the reader, or cannot be judged, is left and told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Final

from capture_app.session.privacy.folders import FolderEntry, entries_below
from capture_app.session.privacy.mentions import is_named
from capture_app.session.privacy.shared_tables import without_reader
from capture_app.session.privacy.withdrawal_record import is_record_name
from capture_app.session.study.audit import AUDIT_FILE
from capture_app.session.study.model import STUDY_EXTENSION
from capture_app.session.study_desk.folder_layout import LOCK_NAME, is_readers_place
from recordings_schema.access import HDF5_SIGNATURE
from recordings_schema.journal import MAGIC
from recordings_schema.layout import EXTENSION
from recordings_schema.lock import is_locked
from recordings_schema.privacy import Ownership, audio_files_of, owner_of_journal, owner_of_recording

_LARGEST_TEXT_BYTES: Final = 64 * 2**20
_SHORTEST_PSEUDONYM: Final = 3  # characters: shorter ones stand in names and texts by chance
_SHORTEST_SESSION: Final = 5
_REPORT_ENDINGS: Final = frozenset({".csv", ".tsv", ".json", ".html", ".htm"})
_TEXT_ENDINGS: Final = _REPORT_ENDINGS | {".txt", ".md", ".toml", ".xml", ".log"}
_SOURCE_ENDINGS: Final = frozenset({".dcm", ".dicom", ".dic", ".ima"})
_IMAGE_ENDINGS: Final = _SOURCE_ENDINGS | {".png", ".jpg", ".jpeg", ".tif", ".tiff"}
_ARCHIVE_ENDINGS: Final = frozenset({".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz"})
_CHUNK_BYTES: Final = 4 * 2**20
_PLAN: Final = "The plan of the study names the reader; it holds no data. Take the pseudonym out yourself."
_SAME_BYTES: Final = (
    "It has the same bytes as a file of the reader and the name of another's recording. Look whose it is."
)
_SEVERAL: Final = "It mentions the reader and may hold data of others. Look at it and edit it yourself."


class Evidence(IntEnum):
    """Why a file is the reader's; what proves others goes last, so that an interrupted removal can go on."""

    COPY = 0  # has the same bytes as another
    ROWS = 1  # a table of several readers: only the rows go
    MENTION = 2  # a text about the reader's sessions
    NAME = 3  # lies beside a recording under its name, or is named by the pseudonym
    SOUND = 4  # the recording names it
    CONTENT = 5  # says itself whose it is


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderFile:
    """One file that holds data of the reader."""

    path: Path
    evidence: Evidence
    size_bytes: int
    sha256: str  # "" where it cannot be read, or is a link
    row_count: int = 0  # rows to be taken out of a shared table
    is_link: bool = False  # the link goes; what it leads to is not touched
    name_count: int = 1  # names the file has on its disk; others may lie outside the folders


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftFile:
    """A file that is left as it is and has to be looked at by a person."""

    path: Path
    reason: str  # a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderData:
    """Everything that was found of a reader."""

    reader: str
    files: tuple[ReaderFile, ...]  # in the order in which they have to be removed
    left: tuple[LeftFile, ...]
    recorded_now: tuple[Path, ...]  # journals and locks of the reader's sessions that run right now
    other_readers: tuple[str, ...]  # pseudonyms seen beside
    sessions: frozenset[str]  # session ids and file names of the reader's recordings


def find_reader_files(reader: str, folders: Iterable[Path], planned: frozenset[str]) -> ReaderData:
    """Return what there is of a reader below some folders.

    Parameters
    ----------
    reader
        The pseudonym.
    folders
        Searched with all their sub-folders; links are not followed.
    planned
        All pseudonyms known from studies, so that "R1-2" is not taken for "R1".
    """
    search = _Search(reader=reader, folders=tuple(folders), planned=planned - {reader})
    search.look()
    search.take_own()
    search.take_named()
    search.take_copies()
    search.take_texts()
    return ReaderData(
        reader=reader,
        files=tuple(sorted(search.found.values(), key=lambda file: (file.evidence, file.path))),
        left=tuple(left for path, left in search.left.items() if path not in search.found),
        recorded_now=recorded_now(reader, search.folders),
        other_readers=tuple(sorted(search.other_readers)),
        sessions=search.sessions(),
    )


def recorded_now(reader: str, folders: Iterable[Path]) -> tuple[Path, ...]:
    """Return the journals and locks of the reader's sessions that somebody alive holds now."""
    return tuple(
        entry.path
        for folder in folders
        for entry in entries_below(folder)
        if ".journal" in entry.path.name and not entry.is_link and not entry.problem and is_locked(entry.path)
        if (owner := owner_of_journal(entry.path)) is None or owner.pseudonym == reader
    ) + tuple(
        entry.path
        for folder in folders
        for entry in entries_below(folder)
        if entry.path.name == LOCK_NAME and entry.path.parent.name == reader and is_locked(entry.path)
    )


def checksum(path: Path) -> str:
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
    return digest.hexdigest()


def stem_of(path: Path) -> str:
    """Return the name of a recording without its ending and without what recovery put behind it."""
    return path.name.partition(EXTENSION)[0]


@dataclass(slots=True, kw_only=True)
class _Search:
    """One search; its methods are called in the order in which they stand."""

    reader: str
    folders: tuple[Path, ...]
    planned: frozenset[str]  # other pseudonyms that studies name
    entries: dict[Path, FolderEntry] = field(default_factory=dict)
    owners: dict[Path, Ownership] = field(default_factory=dict)
    found: dict[Path, ReaderFile] = field(default_factory=dict)
    left: dict[Path, LeftFile] = field(default_factory=dict)

    def look(self) -> None:
        """List everything, and read whose recordings and journals there are."""
        for folder in self.folders:
            for entry in entries_below(folder):
                if not is_record_name(entry.path.name):
                    self.entries[entry.path] = entry
        for entry in self.entries.values():
            if entry.problem:
                self._leave(entry.path, entry.problem)
            elif not entry.is_link:
                self._read_owner(entry.path)

    def take_own(self) -> None:
        """Take recordings and journals of the reader, and the sound files that they name."""
        for path in self._own_recordings():
            self._take(self.entries[path], Evidence.CONTENT)
            for name in audio_files_of(path):
                sound = self.entries.get(path.parent / Path(name).name)
                if sound is not None and not self._is_of_another(sound.path):
                    self._take(sound, Evidence.SOUND)

    def take_named(self) -> None:
        """Take what bears the name of a recording of the reader, or the pseudonym."""
        for entry in self.entries.values():
            path = entry.path
            if self._is_of_another(path) or path.name.endswith(STUDY_EXTENSION):
                continue
            owners = self._owners_by_name(path.name)
            is_theirs = owners == {self.reader}
            if not is_theirs and not owners and self._bears_pseudonym(path):
                is_theirs = self._is_safe_by_pseudonym(path)
                if not is_theirs:
                    self._leave(path, "Its name may mean the reader. Look at it and delete it yourself.")
            if is_theirs:
                self._take(entry, Evidence.NAME)
            elif self.reader in owners:
                reason = (
                    "Recordings of several readers have this name. Look whose it is and delete it yourself."
                )
                self._leave(path, reason)
            elif not owners and EXTENSION in path.name and path not in self.owners and not entry.is_link:
                self._leave(path, "Nothing in it says whose recording it is. Look at it yourself.")

    def take_copies(self) -> None:
        """Take files with the same bytes as one that is the reader's, whatever they are called."""
        sources = [
            file
            for file in self.found.values()
            if file.sha256 and file.size_bytes and file.path.suffix.lower() not in _IMAGE_ENDINGS
        ]
        sums = {(file.size_bytes, file.sha256) for file in sources}
        sizes = {file.size_bytes for file in sources}
        for entry in self.entries.values():
            if entry.path in self.found or entry.is_link or entry.problem or entry.size_bytes not in sizes:
                continue
            same = (entry.size_bytes, _checksum_or_none(entry.path)) in sums
            if not same or self._is_of_another(entry.path):
                continue
            if self._owners_by_name(entry.path.name) - {self.reader}:
                self._leave(entry.path, _SAME_BYTES)
            else:
                self._take(entry, Evidence.COPY)

    def take_texts(self) -> None:
        """Take texts about the reader's sessions; of tables of several readers the rows."""
        sessions = self.sessions()
        strangers = set(self.owners) - set(self._own_recordings())
        of_others = self._session_names(strangers) | self.other_readers
        for entry in self.entries.values():
            path, ending = entry.path, entry.path.suffix.lower()
            if path in self.found or entry.is_link or entry.problem or path in self.owners:
                continue
            if ending in _ARCHIVE_ENDINGS:
                self._leave(
                    path, "Archives are not looked into. Unpack it, call again, and delete the archive."
                )
            elif ending in _TEXT_ENDINGS or path.name.endswith(STUDY_EXTENSION):
                self._judge_text(entry, sessions, of_others - sessions)

    def sessions(self) -> frozenset[str]:
        """Return the session ids and the file names of the reader's recordings."""
        return self._session_names(self._own_recordings())

    @property
    def other_readers(self) -> set[str]:
        """Pseudonyms of other readers that were seen."""
        seen = {owner.pseudonym for owner in self.owners.values()}
        return (seen | self.planned) - {self.reader}

    def _read_owner(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                start = file.read(8)
        except OSError as err:
            reason = f"It cannot be read ({err.strerror or 'no reason given'}). Look whose it is."
            self._leave(path, reason)
            return
        owner = None
        if start.startswith(HDF5_SIGNATURE):
            owner = owner_of_recording(path)
        elif start.startswith(MAGIC) or ".journal" in path.name:
            owner = owner_of_journal(path)
        if owner is not None:
            self.owners[path] = owner

    def _session_names(self, paths: Iterable[Path]) -> frozenset[str]:
        names = {name for path in paths for name in (self.owners[path].session_id, path.name)}
        return frozenset(name for name in names if len(name) >= _SHORTEST_SESSION)

    def _own_recordings(self) -> list[Path]:
        return [path for path, owner in self.owners.items() if owner.pseudonym == self.reader]

    def _is_of_another(self, path: Path) -> bool:
        owner = self.owners.get(path)
        return owner is not None and owner.pseudonym != self.reader

    def _owners_by_name(self, name: str) -> set[str]:
        """Return whose recordings have the longest name that a file's name begins with."""
        fitting: dict[str, set[str]] = {}
        for path, owner in self.owners.items():
            stem = stem_of(path)
            if stem and name.startswith(stem) and not name[len(stem) : len(stem) + 1].isalnum():
                fitting.setdefault(stem, set()).add(owner.pseudonym)
        return fitting[max(fitting, key=len)] if fitting else set()

    def _bears_pseudonym(self, path: Path) -> bool:
        root = next(folder for folder in self.folders if path.is_relative_to(folder))
        others = self.other_readers
        return any(is_named(self.reader, part, others) for part in path.relative_to(root).parts)

    def _is_safe_by_pseudonym(self, path: Path) -> bool:
        """Whether a name alone is enough: not for pseudonyms like "A", nor for source images.

        In the folders in which sessions of the reader are kept it is, whatever the pseudonym.
        """
        root = next(folder for folder in self.folders if path.is_relative_to(folder))
        is_certain = len(self.reader) >= _SHORTEST_PSEUDONYM or is_readers_place(
            path.relative_to(root), self.reader
        )
        return is_certain and path.suffix.lower() not in _SOURCE_ENDINGS

    def _judge_text(self, entry: FolderEntry, sessions: frozenset[str], of_others: frozenset[str]) -> None:
        if entry.size_bytes > _LARGEST_TEXT_BYTES:
            self._leave(entry.path, "It is too large to be searched for the reader. Look at it yourself.")
            return
        try:
            content = entry.path.read_bytes()
        except OSError as err:
            self._leave(entry.path, f"It cannot be read ({err.strerror or 'no reason given'}).")
            return
        is_plan = entry.path.name == AUDIT_FILE or entry.path.name.endswith(STUDY_EXTENSION)
        ending = entry.path.suffix.lower()
        table = None if is_plan else without_reader(content, ending, self.reader, sessions)
        if table is not None and table.removed_rows:
            evidence = Evidence.ROWS if table.kept_rows else Evidence.MENTION
            self._take(entry, evidence, row_count=table.removed_rows)
            return
        text = content.decode("utf-8", "replace")
        is_about = any(is_named(name, text) for name in sessions)
        is_report = ending in _REPORT_ENDINGS and not is_plan
        if is_about and is_report and not any(is_named(name, text) for name in of_others):
            self._take(entry, Evidence.MENTION)
        elif is_about or (len(self.reader) >= _SHORTEST_PSEUDONYM and self._is_mentioned(text)):
            self._leave(entry.path, _PLAN if is_plan else _SEVERAL)

    def _is_mentioned(self, text: str) -> bool:
        return is_named(self.reader, text, self.other_readers)

    def _take(self, entry: FolderEntry, evidence: Evidence, row_count: int = 0) -> None:
        if entry.path in self.found or entry.problem:
            return
        self.found[entry.path] = ReaderFile(
            path=entry.path,
            evidence=evidence,
            size_bytes=entry.size_bytes,
            sha256="" if entry.is_link else _checksum_or_none(entry.path) or "",
            row_count=row_count,
            is_link=entry.is_link,
            name_count=entry.name_count,
        )

    def _leave(self, path: Path, reason: str) -> None:
        self.left.setdefault(path, LeftFile(path=path, reason=reason))


def _checksum_or_none(path: Path) -> str | None:
    try:
        return checksum(path)
    except OSError:
        return None  # whoever tries to remove it tells
