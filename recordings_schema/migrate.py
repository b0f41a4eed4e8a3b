"""Brings recordings of older format versions to the present one, step by step, on a copy.

A step is a function that changes an open copy from one version to the next; the original is never written
to. The table is the whole truth about which old files this program reads; every version in it has a small
recording of that time under the tests.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import h5py

from recordings_schema import version_2
from recordings_schema.access import open_file, read_record
from recordings_schema.errors import FormatVersionError, RecordingError
from recordings_schema.layout import FORMAT_VERSION, FileRecord
from recordings_schema.paths import check_free, partial_path
from recordings_schema.unclean import SUPERBLOCK_BYTES, corrected_superblock, is_marked_open

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One registered step from a format version to the next."""

    from_version: int
    change: Callable[[h5py.File], None]  # changes the open copy; the version is set afterwards
    what: str  # what changes, for the log

    @property
    def to_version(self) -> int:
        """The version after the step."""
        return self.from_version + 1


MIGRATIONS: Final[tuple[Migration, ...]] = (
    Migration(from_version=1, change=version_2.change_to_version_2, what=version_2.WHAT),
)
"""All steps, oldest first."""


def migrate(
    source: Path,
    destination: Path,
    *,
    steps: tuple[Migration, ...] = MIGRATIONS,
    to_version: int = FORMAT_VERSION,
) -> tuple[Migration, ...]:
    """Write a copy of a recording in the present format and return the steps that were needed.

    Raises
    ------
    RecordingExistsError
        If there is something at `destination` already.
    FormatVersionError
        If no chain of steps leads from the file's version to the present one.
    RecordingError
        If the file cannot be read, or its copy cannot be written.
    """
    source, destination = source.absolute(), destination.absolute()
    needed = _needed_steps(source, steps, to_version)
    check_free(destination)
    partial = partial_path(destination)
    try:
        shutil.copyfile(source, partial)
        _take_off_mark_of_writer(partial)
        with h5py.File(partial, "r+") as file:
            for step in needed:
                _log.info("%s: version %d to %d: %s", source, step.from_version, step.to_version, step.what)
                step.change(file)
                file.attrs["format_version"] = step.to_version
        partial.rename(destination)
    except OSError as err:
        partial.unlink(missing_ok=True)
        raise RecordingError(
            f"{source} could not be brought to format version {to_version} as {destination} ({err}); the "
            "original "
            "is untouched.",
            path=source,
        ) from err
    return needed


def _take_off_mark_of_writer(copy: Path) -> None:
    """Make the copy of a file whose writer died one that can be changed."""
    with copy.open("r+b") as file:
        superblock = file.read(SUPERBLOCK_BYTES)
        if is_marked_open(superblock):
            file.seek(0)
            file.write(corrected_superblock(superblock, copy.stat().st_size))


def _needed_steps(source: Path, steps: tuple[Migration, ...], to_version: int) -> tuple[Migration, ...]:
    with open_file(source) as file:
        version = read_record(file, source, FileRecord).format_version
    by_version = {step.from_version: step for step in steps}
    chain = tuple(by_version[number] for number in range(version, to_version) if number in by_version)
    if version > to_version or len(chain) != to_version - version:
        raise FormatVersionError(
            f"{source} has format version {version}, which this program cannot bring to {to_version}; use "
            "the "
            "version of the program that fits the file.",
            path=source,
            version=version,
        )
    return chain
