"""What a recording says about people, read for a scan or a withdrawal: all its texts, and whose it is.

Works on files of every format version, on unfinished and on partly damaged ones: each part that cannot be
read is named, and the rest is read all the same. Foreign HDF5 files are read likewise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import h5py
import numpy as np

from recordings_schema.access import find_dataset, find_group, object_paths, open_file, read_rows, reading
from recordings_schema.errors import DamagedRecordingError, RecordingError
from recordings_schema.journal import FrameReader, JournalHeader

_BLOCK_ROWS: Final = 16_384
_MOST_FILE_BYTES: Final = 1 << 30  # of an image kept inside
_MOST_ATTRIBUTE_BYTES: Final = 16 * 2**20
_PSEUDONYM: Final = re.compile(rb'"pseudonym": ?"([A-Za-z0-9._-]{1,32})"')
_SESSION_ID: Final = re.compile(rb'"session_id": ?"([A-Za-z0-9._-]{1,64})"')
_JOURNAL_START_BYTES: Final = 4 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredText:
    """Text, or the bytes of a whole file, that lies inside an HDF5 file."""

    place: str  # path of the object, with `@attribute` or `.column`
    content: bytes  # text as UTF-8 or as stored
    is_file: bool = False  # the bytes are a file of their own, an embedded image for instance


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadPlace:
    """A place inside the file that could not be read."""

    place: str
    reason: str  # a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """Whose data a recording or a journal holds."""

    pseudonym: str
    session_id: str  # "" where it cannot be read


def stored_texts(path: Path) -> Iterator[StoredText | UnreadPlace]:
    """Yield every text of an HDF5 file: names, attributes, text columns, and files kept inside.

    Columns of numbers are not texts and are left out.

    Raises
    ------
    RecordingError
        If it is not HDF5 or is too damaged to be opened.
    """
    with open_file(path) as file:
        for name in sorted(object_paths(file, path)):
            try:
                yield from _object_texts(file, path, name)
            except RecordingError as err:
                yield UnreadPlace(place=name, reason=_without_path(err, path))


def owner_of_recording(path: Path) -> Ownership | None:
    """Return whose recording a file is, None where it is none or does not say so any more."""
    try:
        with open_file(path) as file:
            pseudonym = _text_attribute(find_group(file, path, "/participant"), path, "pseudonym")
            session_id = _text_attribute(file, path, "session_id")
    except RecordingError:
        return None
    return Ownership(pseudonym=pseudonym, session_id=session_id) if pseudonym else None


def owner_of_journal(path: Path) -> Ownership | None:
    """Return whose journal a file is, None where it is none; also of one that is damaged."""
    try:
        with path.open("rb") as file:
            start = file.read(_JOURNAL_START_BYTES)
            frame = FrameReader(file).next()
    except OSError:
        return None
    if frame is not None:
        try:
            metadata = JournalHeader.from_bytes(frame.payload).metadata
        except RecordingError:
            pass  # of another version, or damaged: what it says of the reader may still stand there
        else:
            return Ownership(pseudonym=metadata.participant.pseudonym, session_id=metadata.session.session_id)
    pseudonym, session_id = _PSEUDONYM.search(start), _SESSION_ID.search(start)
    if pseudonym is None:
        return None
    return Ownership(
        pseudonym=pseudonym[1].decode("ascii"),
        session_id=session_id[1].decode("ascii") if session_id else "",
    )


def audio_files_of(path: Path) -> tuple[str, ...]:
    """Return the names of the sound files that belong to a recording, as it names them; () where unknown."""
    try:
        with open_file(path) as file:
            dataset = find_dataset(file, path, "/audio/segments")
            if dataset.dtype.names is None or "file" not in dataset.dtype.names:
                return ()
            rows = read_rows(dataset, path, 0, min(dataset.shape[0], _BLOCK_ROWS))
    except RecordingError:
        return ()
    names = {bytes(name).decode("utf-8", "replace") for name in rows["file"]}
    return tuple(sorted(names - {""}))


def _without_path(err: RecordingError, path: Path) -> str:
    text = err.fact if isinstance(err, DamagedRecordingError) else str(err)
    return text.replace(f"{path}: ", "")


def _object_texts(file: h5py.File, path: Path, name: str) -> Iterator[StoredText | UnreadPlace]:
    yield StoredText(place="the list of names", content=name.encode("utf-8", "surrogateescape"))
    with reading(path, name):
        parent, _, last = name.rpartition("/")
        link = file[parent or "/"].get(last, getlink=True) if last else None
        if link is not None and not isinstance(link, h5py.HardLink):
            target = f"{getattr(link, 'filename', '')} {getattr(link, 'path', '')}"
            yield StoredText(place=name, content=target.encode("utf-8", "surrogateescape"))
            yield UnreadPlace(place=name, reason="It is a link, which is not followed.")
            return
        kind = file.get(name, getclass=True)
    target = file if name == "/" else file[name]
    yield from _attribute_texts(target, path, name)
    if kind is h5py.Dataset:
        yield from _dataset_texts(file, path, name)


def _attribute_texts(target: Any, path: Path, name: str) -> Iterator[StoredText | UnreadPlace]:
    with reading(path, f"the attributes of {name}"):
        attributes = list(target.attrs)
    for attribute in attributes:
        place = f"{name}@{attribute}"
        yield StoredText(place="the list of names", content=attribute.encode("utf-8", "surrogateescape"))
        try:
            with reading(path, place):
                if target.attrs.get_id(attribute).get_storage_size() > _MOST_ATTRIBUTE_BYTES:
                    yield UnreadPlace(place=place, reason="It is too large.")
                    continue
                value = target.attrs[attribute]
        except RecordingError as err:
            yield UnreadPlace(place=place, reason=_without_path(err, path))
            continue
        yield from _value_texts(place, np.asarray(value))


def _dataset_texts(file: h5py.File, path: Path, name: str) -> Iterator[StoredText | UnreadPlace]:
    with reading(path, name):
        dtype, shape = file[name].dtype, file[name].shape
    if not _may_hold_text(dtype):
        return
    if shape == ():
        with reading(path, name):
            value = (
                np.asarray(file[name][()]) if file[name].id.get_storage_size() < _MOST_FILE_BYTES else None
            )
        if value is not None:
            yield from _value_texts(name, value)
        return
    dataset = find_dataset(file, path, name)
    if dtype in (np.dtype("u1"), np.dtype("i1")):
        if dataset.shape[0] > _MOST_FILE_BYTES:
            yield UnreadPlace(place=name, reason="The file kept there is too large.")
        else:
            content = np.asarray(read_rows(dataset, path, 0, dataset.shape[0])).tobytes()
            yield StoredText(place=name, content=content, is_file=True)
        return
    for start in range(0, dataset.shape[0], _BLOCK_ROWS):
        try:
            rows = read_rows(dataset, path, start, min(start + _BLOCK_ROWS, dataset.shape[0]))
        except RecordingError as err:
            yield UnreadPlace(place=name, reason=_without_path(err, path))
            continue
        yield from _value_texts(name, np.asarray(rows))


def _may_hold_text(dtype: np.dtype[Any]) -> bool:
    if dtype.names is not None:
        return any(_may_hold_text(dtype[column]) for column in dtype.names)
    return dtype.base.kind in "SUOV" or dtype in (np.dtype("u1"), np.dtype("i1"))


def _value_texts(place: str, values: np.ndarray[Any, Any]) -> Iterator[StoredText]:
    """Yield what an array of any type holds as text; each distinct value once, one a line."""
    if values.dtype.names is not None:
        yield StoredText(place="the list of names", content="\n".join(values.dtype.names).encode("utf-8"))
        for column in values.dtype.names:
            if _may_hold_text(values.dtype[column]):
                yield from _value_texts(f"{place}.{column}", values[column])
        return
    if values.dtype.kind not in "SUOV":
        return
    distinct = dict.fromkeys(_as_bytes(value) for value in values.ravel().tolist())
    content = b"\n".join(distinct)
    if content.strip():
        yield StoredText(place=place, content=content)


def _as_bytes(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    return str(value).encode("utf-8", "surrogateescape")


def _text_attribute(target: Any, path: Path, name: str) -> str:
    with reading(path, name):
        value = target.attrs.get(name, "")
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else ""
