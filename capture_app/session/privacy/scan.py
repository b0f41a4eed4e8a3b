"""The scan of a finished folder: is anything of the source images' headers in it?

Every file is searched as plain bytes, then whatever it holds that plain bytes do not show: the texts of HDF5
files, packed parts, embedded images. So are the names of files and folders. What could not be looked into is
told; only where nothing was found and nothing left out is the folder proven clean.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from capture_app.session.privacy.file_parts import (
    LARGEST_PART_BYTES,
    FilePart,
    UnreadPart,
    parts_of,
    place_of_byte,
)
from capture_app.session.privacy.folders import FolderEntry, entries_below
from capture_app.session.privacy.matcher import BLOCK_BYTES, OVERLAP_BYTES, Hit, Matcher
from capture_app.session.privacy.needles import needles_of
from capture_app.session.privacy.sources import SourceHeaders
from recordings_schema.access import HDF5_SIGNATURE
from recordings_schema.errors import RecordingError
from recordings_schema.privacy import StoredText, UnreadPlace, stored_texts
from recordings_schema.stimuli.errors import StimulusError
from recordings_schema.stimuli.header_values import is_dicom, read_header

_DEEPEST_PART: Final = 4
_PICTURE_STARTS: Final = (b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"GIF8", b"BM")
_SOUND_STARTS: Final = (b"RIFF", b"RF64", b"fLaC", b"OggS", b"ID3")
PICTURES: Final = "Letters that are part of a picture's pixels are not read. Look at the pictures yourself."
SOUND: Final = "What is said in sound files is not listened to. Listen yourself for names."
NUMBERS: Final = "Columns of numbers inside recordings are not compared with numbers of the headers."


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyFinding:
    """Something of a header was found. Holds where and of which kind, never what."""

    file: str  # relative to the folder; parts that would give the value away are hidden
    place: str
    kind: str
    is_certain: bool  # False: a part of a name, a bare number or a two-digit year; may be chance


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadFile:
    """A file or a part of one that could not be looked into."""

    file: str
    place: str  # "" for the whole file
    reason: str  # a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyReport:
    """What a scan found and what it could not see."""

    findings: tuple[PrivacyFinding, ...]
    unread: tuple[UnreadFile, ...]
    limits: tuple[str, ...]  # sentences: what no scan sees
    file_count: int
    size_bytes: int
    header_count: int  # headers that were compared
    searched: dict[str, int]  # distinct values looked for, by kind
    passed_over: dict[str, int]  # distinct values not looked for, by reason

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found and nothing had to be left out."""
        return not self.findings and not self.unread


def scan_folder(
    folder: Path,
    sources: SourceHeaders,
    *,
    left_out: Path | None = None,
    on_file: Callable[[int], None] | None = None,
) -> PrivacyReport:
    """Search all files below a folder for the identifying values of headers.

    Parameters
    ----------
    folder
        What is searched.
    sources
        The values.
    left_out
        A folder below it that is not searched: the source images themselves.
    on_file
        Called with the number of files searched so far.
    """
    return _Scan(folder, sources, left_out).run(on_file)


@dataclass(slots=True)
class _Scan:
    folder: Path
    sources: SourceHeaders
    left_out: Path | None
    findings: dict[PrivacyFinding, None] = field(default_factory=dict)
    unread: dict[UnreadFile, None] = field(default_factory=dict)
    limits: dict[str, None] = field(default_factory=lambda: {NUMBERS: None})
    file_count: int = 0
    size_bytes: int = 0
    matcher: Matcher = field(init=False)
    _shown: str = ""  # how the file at hand is named in the report

    def run(self, on_file: Callable[[int], None] | None) -> PrivacyReport:
        needles = needles_of(self.sources.values)
        self.matcher = Matcher(needles)
        self._name(Path(self.folder.name), "name of the folder")
        for path in self.sources.unread:
            shown = self._named(Path(path.name))
            self._unread_file(shown, "", "The header of this source image cannot be read.")
        for keyword in sorted(self.sources.unread_elements):
            self._unread_file("(source images)", keyword, "Its value is no text and was not looked for.")
        for entry in entries_below(self.folder):
            if self.left_out is not None and entry.path.is_relative_to(self.left_out):
                self.limits["The source images themselves were left out."] = None
                continue
            self._entry(entry)
            if on_file is not None:
                on_file(self.file_count)
        return PrivacyReport(
            findings=tuple(sorted(self.findings, key=lambda each: (each.file, each.place, each.kind))),
            unread=tuple(self.unread),
            limits=tuple(self.limits),
            file_count=self.file_count,
            size_bytes=self.size_bytes,
            header_count=self.sources.file_count,
            searched=dict(needles.searched),
            passed_over=dict(needles.passed_over),
        )

    def _entry(self, entry: FolderEntry) -> None:
        relative = entry.path.relative_to(self.folder)
        self._shown = self._name(relative, "name of the file or of its folders")
        if entry.problem:
            self._unread_file(self._shown, "", entry.problem)
        elif entry.is_link:
            self._unread_file(self._shown, "", "It is a link, which is not followed.")
            self._take(self.matcher.in_text(str(entry.path.readlink())), "target of the link")
        else:
            self.file_count += 1
            self.size_bytes += entry.size_bytes
            self._file(entry)

    def _file(self, entry: FolderEntry) -> None:
        try:
            if entry.size_bytes <= LARGEST_PART_BYTES:
                content = entry.path.read_bytes()
                self._content(content, "", 0)
            else:
                content = self._large_file(entry.path)
        except OSError as err:
            self._unread_file(self._shown, "", f"It cannot be read ({err.strerror or 'no reason given'}).")
            return
        if content.startswith(HDF5_SIGNATURE):
            self._hdf5(entry.path)

    def _large_file(self, path: Path) -> bytes:
        """Search a file in blocks; return its start."""
        offset, tail, start = 0, b"", b""
        with path.open("rb") as file:
            while block := file.read(BLOCK_BYTES):
                start = start or block[:512]
                hits = self.matcher.in_block(tail + block, offset - len(tail))
                self._take_at(hits, "", lambda at: f"byte {at}")
                offset += len(block)
                tail = block[-OVERLAP_BYTES:]
        self._note_limits(start)
        if any(isinstance(part, UnreadPart) or part.place for part in parts_of(start)):
            self._unread_file(
                self._shown, "", "It is too large to be unpacked; its plain bytes were searched."
            )
        return start

    def _content(self, content: bytes, place: str, depth: int) -> None:
        """Search bytes, and whatever is packed inside."""
        self._take_at(self.matcher.in_bytes(content), place, lambda at: place_of_byte(content, at))
        self._note_limits(content)
        if is_dicom(content):
            self._dicom(content, place)
        for part in parts_of(content):
            inner = f"{place}, {part.place}".strip(", ")
            if isinstance(part, UnreadPart):
                self._unread_file(self._shown, inner, part.reason)
            elif depth >= _DEEPEST_PART:
                self._unread_file(self._shown, inner, "It is packed too deep.")
            else:
                self._part(part, inner, depth)

    def _part(self, part: FilePart, place: str, depth: int) -> None:
        if part.content.startswith(HDF5_SIGNATURE):
            self._unread_file(
                self._shown, place, "A packed HDF5 file is not opened. Unpack it and scan again."
            )
        self._content(part.content, place, depth + 1)

    def _dicom(self, content: bytes, place: str) -> None:
        """Search the header of a DICOM file, which may be packed."""
        try:
            header = read_header(self.folder, content)
        except StimulusError:
            self._unread_file(self._shown, place, "It is a DICOM file whose header cannot be read.")
            return
        for value in header.values:
            inner = f"{place}, DICOM element {value.element}".strip(", ")
            self._take(self.matcher.in_text(value.text), inner)

    def _hdf5(self, path: Path) -> None:
        try:
            for text in stored_texts(path):
                if isinstance(text, UnreadPlace):
                    self._unread_file(self._shown, self._place(text.place), text.reason)
                else:
                    self._stored(text)
        except RecordingError:
            reason = "It is too damaged to be opened; its plain bytes were searched, packed ones were not."
            self._unread_file(self._shown, "", reason)

    def _stored(self, text: StoredText) -> None:
        if text.is_file:
            self._content(text.content, self._place(text.place), 0)
        else:
            self._take(self.matcher.in_bytes(text.content), self._place(text.place))

    def _note_limits(self, content: bytes) -> None:
        if content.startswith(_PICTURE_STARTS) or is_dicom(content):
            self.limits[PICTURES] = None
        if content.startswith(_SOUND_STARTS):
            self.limits[SOUND] = None

    def _name(self, relative: Path, place: str) -> str:
        """Search a name; return how it may be shown."""
        shown = self._named(relative)
        for hit in self.matcher.in_text(str(relative)):
            self._find(shown, place, hit)
        return shown

    def _named(self, relative: Path) -> str:
        """Return a path without the parts that give a value away."""
        parts = [self._part_name(relative, number) for number in range(len(relative.parts))]
        shown = "/".join(parts)
        return shown if not self.matcher.hides(shown) else "(hidden name)"

    def _part_name(self, relative: Path, number: int) -> str:
        name = relative.parts[number]
        if not self.matcher.hides(name):
            return name
        place = _number_in_folder(self.folder.joinpath(*relative.parts[: number + 1]))
        return f"(hidden name{place})"

    def _place(self, place: str) -> str:
        return "(hidden place)" if self.matcher.hides(place) else place

    def _take(self, hits: Iterator[Hit], place: str) -> None:
        for hit in hits:
            self._find(self._shown, place, hit)

    def _take_at(self, hits: Iterator[Hit], place: str, where: Callable[[int], str]) -> None:
        """Take the first hit of each kind; a file full of them needs one line."""
        seen = set()
        for hit in hits:
            if (hit.kind, hit.is_certain) not in seen:
                seen.add((hit.kind, hit.is_certain))
                self._find(self._shown, f"{place}, {where(hit.start)}".strip(", "), hit)

    def _find(self, shown: str, place: str, hit: Hit) -> None:
        finding = PrivacyFinding(file=shown, place=place, kind=hit.kind.value, is_certain=hit.is_certain)
        self.findings[finding] = None

    def _unread_file(self, shown: str, place: str, reason: str) -> None:
        self.unread[UnreadFile(file=shown, place=place, reason=reason)] = None


def _number_in_folder(path: Path) -> str:
    """Return which entry of its folder a file is, in order of names, so that a person can find it."""
    try:
        names = sorted(entry.name for entry in path.parent.iterdir())
    except OSError:
        return ""
    return (
        f", entry {names.index(path.name) + 1} of {len(names)}{_ending(path)}" if path.name in names else ""
    )


def _ending(path: Path) -> str:
    return f" {path.suffix}" if re.fullmatch(r"\.[a-z]{2,6}\d?", path.suffix) else ""
