"""Guarded access to an HDF5 file that may be damaged, foreign or hostile: every step answers with a sentence.

Nothing is believed before it is checked: links may lead to other files, datasets may claim more rows than
the disk holds, filters may ask for a plug-in, attributes may have any type and size.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import h5py
import numpy as np

from recordings_schema.errors import DamagedRecordingError, NotARecordingError, RecordingError
from recordings_schema.lock import is_locked
from recordings_schema.paths import journal_path
from recordings_schema.records import Record, attribute_specs, record_from_attributes
from recordings_schema.unclean import SUPERBLOCK_BYTES, UncleanFile, bytes_missing, is_marked_open

HDF5_SIGNATURE: Final = b"\x89HDF\r\n\x1a\n"
MAXIMUM_CHUNK_BYTES: Final = 4 * 2**20
_MAXIMUM_ATTRIBUTE_BYTES: Final = 2**20
_MAXIMUM_OBJECTS: Final = 100_000
_MAXIMUM_DEPTH: Final = 16  # hard links can make a circle
_DEFLATE_RATIO: Final = 1100  # zlib never packs tighter than 1032 to 1
_FILTERS: Final = {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32}
_READ_ERRORS: Final = (
    OSError, RuntimeError, ValueError, KeyError, TypeError, OverflowError, MemoryError, AttributeError,
    SystemError,
)  # fmt: skip


@contextmanager
def reading(path: Path, what: str) -> Iterator[None]:
    """Turn whatever h5py raises on a damaged file into a `DamagedRecordingError` that names the place."""
    try:
        yield
    except _READ_ERRORS as err:
        cause = str(err).splitlines()[0] if str(err) else type(err).__name__
        raise DamagedRecordingError(
            f"{path}: {what} cannot be read ({cause}); the file is damaged.", path=path
        ) from err


def open_file(path: Path) -> h5py.File:
    """Return the open HDF5 file, also one that is being recorded or that its writer never closed.

    Raises
    ------
    RecordingError
        If there is no such file or it is not HDF5.
    """
    try:
        with path.open("rb") as plain:
            superblock = plain.read(SUPERBLOCK_BYTES)
            size_bytes = plain.seek(0, os.SEEK_END)
    except OSError as err:
        raise RecordingError(f"{path} cannot be opened ({err.strerror or err}).", path=path) from err
    if not superblock.startswith(HDF5_SIGNATURE):
        raise NotARecordingError(
            f"{path} is not a recording: it is not an HDF5 file, or its start is damaged.", path=path
        )
    missing_bytes = bytes_missing(superblock, size_bytes)
    if missing_bytes > 0:
        raise DamagedRecordingError(
            f"{path} is not whole: its last {missing_bytes:,} bytes are missing, as in a copy broken off.",
            path=path,
        )
    with reading(path, "the file"):
        # Without locking: a reader must never stand in the way of the recorder.
        if not is_marked_open(superblock):
            return h5py.File(path, "r", locking=False)
        if is_locked(journal_path(path)):
            return h5py.File(path, "r", locking=False, swmr=True)
        return h5py.File(UncleanFile(path), "r")


def find_group(file: h5py.File, path: Path, name: str) -> h5py.Group:
    """Return a group of the file, reached over hard links only.

    Raises
    ------
    RecordingError
        If there is none.
    """
    found = _find(file, path, name)
    if not isinstance(found, h5py.Group):
        raise RecordingError(f"{path}: {name} is not a group, as every recording has it.", path=path)
    return found


def find_dataset(file: h5py.File, path: Path, name: str) -> h5py.Dataset:
    """Return a one-dimensional dataset whose storage is plain and whose size is believable.

    Raises
    ------
    RecordingError
        If there is none, or it is not safe to read.
    """
    found = _find(file, path, name)
    if not isinstance(found, h5py.Dataset):
        raise RecordingError(f"{path}: {name} is not a dataset, as every recording has it.", path=path)
    with reading(path, name):
        problem = _storage_problem(found)
    if problem:
        raise RecordingError(f"{path}: {name} {problem}; it is not read.", path=path)
    return found


def object_paths(file: h5py.File, path: Path) -> set[str]:
    """Return the paths of all groups and datasets; links to elsewhere are named, not followed.

    Raises
    ------
    RecordingError
        If the file is too damaged to list them, or holds unreasonably many.
    """
    found = {"/"}
    waiting = ["/"]
    while waiting:
        parent = waiting.pop()
        with reading(path, parent):
            group = file[parent]
            names = list(group) if len(group) + len(found) <= _MAXIMUM_OBJECTS else []
            if len(names) != len(group):
                raise RecordingError(f"{path}: it holds too many objects to be a recording.", path=path)
            for name in names:
                child = f"{parent.rstrip('/')}/{name}"
                found.add(child)
                is_here = isinstance(group.get(name, getlink=True), h5py.HardLink)
                is_group = is_here and group.get(name, getclass=True) is h5py.Group
                if is_group and child.count("/") < _MAXIMUM_DEPTH:
                    waiting.append(child)
    return found


def _find(file: h5py.File, path: Path, name: str) -> h5py.HLObject:
    found: h5py.HLObject = file
    for part in name.strip("/").split("/") if name != "/" else ():
        with reading(path, name):
            link = found.get(part, getlink=True) if isinstance(found, h5py.Group) else None
            if isinstance(link, h5py.HardLink):
                found = found[part]
                continue
        if link is None:
            raise RecordingError(f"{path}: {name} is missing.", path=path)
        raise RecordingError(f"{path}: {name} is a link to elsewhere, which is not followed.", path=path)
    return found


def _storage_problem(dataset: h5py.Dataset) -> str:
    """Return what makes the dataset unsafe to read, "" where nothing does."""
    if dataset.ndim != 1:
        return f"has {dataset.ndim} dimensions instead of one"
    if dataset.is_virtual or dataset.external:
        return "lies in other files"
    properties = dataset.id.get_create_plist()
    codes = {properties.get_filter(number)[0] for number in range(properties.get_nfilters())}
    if codes - _FILTERS:
        return "uses a filter that recordings do not use"
    item_bytes = dataset.id.get_type().get_size()
    stored_bytes = dataset.id.get_storage_size()
    if dataset.chunks is None:
        return "" if dataset.shape[0] * item_bytes <= stored_bytes else "claims more rows than are stored"
    chunk_bytes = dataset.chunks[0] * item_bytes
    if chunk_bytes > MAXIMUM_CHUNK_BYTES:
        return f"has chunks of {chunk_bytes} bytes, more than {MAXIMUM_CHUNK_BYTES}"
    if dataset.shape[0] * item_bytes > stored_bytes * _DEFLATE_RATIO + 64 * chunk_bytes:
        return f"claims {dataset.shape[0]} rows, more than its {stored_bytes} stored bytes can hold"
    return ""


def read_record(target: h5py.HLObject, path: Path, record_type: type[Record]) -> Record:
    """Return a record from the attributes of a group or dataset.

    Raises
    ------
    RecordingError
        If an attribute is missing, damaged, of the wrong type or out of range.
    """
    where = str(target.name)
    values: dict[str, Any] = {}
    for spec in attribute_specs(record_type):
        with reading(path, f"{where}@{spec.name}"):
            if spec.name in target.attrs:
                values[spec.name] = _attribute(target, spec.name)
    return record_from_attributes(record_type, values, f"{path}: {where}")


def read_rows(dataset: h5py.Dataset, path: Path, start: int, stop: int) -> Any:
    """Return rows ``start:stop`` of a dataset."""
    with reading(path, f"rows {start} to {stop} of {dataset.name}"):
        return dataset[start:stop]


def dtype_of(dataset: h5py.Dataset, path: Path) -> np.dtype[Any]:
    """Return the row type of a dataset, whatever it is."""
    with reading(path, f"the row type of {dataset.name}"):
        found: np.dtype[Any] = dataset.dtype
    return found


def _attribute(target: h5py.HLObject, name: str) -> Any:
    identifier = target.attrs.get_id(name)
    if identifier.shape != () or identifier.get_storage_size() > _MAXIMUM_ATTRIBUTE_BYTES:
        raise ValueError("it is not a single value of believable size")
    return target.attrs[name]
