"""The identifying values of the source images, collected from all DICOM headers below a folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from capture_app.session.privacy.folders import FolderEntry, entries_below
from recordings_schema.stimuli.errors import StimulusError
from recordings_schema.stimuli.header_values import HeaderValue, is_dicom, read_header_file

_BARE_STARTS: Final = (b"\x02\x00\x00\x00", b"\x02\x00\x10\x00", b"\x08\x00")
_ENDINGS: Final = (".dcm", ".dicom", ".dic", ".ima")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHeaders:
    """What the headers of the source images hold. The values are never to be shown."""

    values: frozenset[HeaderValue]
    file_count: int  # headers that were read
    unread: tuple[Path, ...]  # DICOM files whose header could not be read
    unread_elements: frozenset[str]  # keywords of elements whose bytes are no text


def collect_headers(folder: Path) -> SourceHeaders:
    """Read the headers of all DICOM files below a folder; other files have none."""
    values: set[HeaderValue] = set()
    unread: list[Path] = []
    unread_elements: set[str] = set()
    count = 0
    for entry in _candidates(folder):
        try:
            header = read_header_file(entry.path)
        except StimulusError:
            unread.append(entry.path)
            continue
        count += 1
        values.update(header.values)
        unread_elements.update(header.unread_elements)
    return SourceHeaders(
        values=frozenset(values),
        file_count=count,
        unread=tuple(unread),
        unread_elements=frozenset(unread_elements),
    )


def _candidates(folder: Path) -> Iterator[FolderEntry]:
    for entry in entries_below(folder):
        if entry.problem:
            yield entry  # told as unread by whoever tries
            continue
        if entry.is_link and not entry.path.is_file():
            continue
        try:
            with entry.path.open("rb") as file:
                start = file.read(132)
        except OSError:
            yield entry
            continue
        is_named = entry.path.suffix.lower() in _ENDINGS
        if is_dicom(start) or is_named or (start.startswith(_BARE_STARTS) and not entry.path.suffix):
            yield entry
