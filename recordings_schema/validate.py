"""Checks a recording against its layout, against itself, and against what its recorder counted.

Every check runs whatever the ones before found, as far as the file lets it; a bad file raises nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import h5py

from recordings_schema.access import dtype_of, find_dataset, find_group, object_paths, open_file, read_record
from recordings_schema.errors import (
    DamagedRecordingError,
    FormatVersionError,
    MetadataError,
    RecordingError,
)
from recordings_schema.findings import Finding, error, note, warning
from recordings_schema.layout import (
    DATASETS,
    EMBEDDED_IMAGES_PATH,
    FORMAT_VERSION,
    GROUPS,
    DatasetLayout,
    DatasetStart,
    Presence,
)
from recordings_schema.lock import is_locked
from recordings_schema.migrate import migrate
from recordings_schema.paths import journal_path, partial_path
from recordings_schema.reader import Recording, check_format
from recordings_schema.row_checks import ROW_CHECKS
from recordings_schema.tally import tally_of
from recordings_schema.tracker_record import packed_dtype

_RECOVER: Final = "Recover the recording (reading-station recover FILE)."
_CHOOSE: Final = "Choose a recording made by this program, or use another copy of it."
_WAIT: Final = "Stop the recording first, then check it; nothing needs to be recovered now."
_COPY: Final = "Use another copy of the file; this one was damaged or changed after it was recorded."


def validate(path: Path) -> list[Finding]:
    """Return everything that is wrong with a recording or worth knowing about it, worst news first met."""
    path = path.absolute()
    findings = list(_check_neighbours(path))
    try:
        file = open_file(path)
    except RecordingError as err:
        return [*findings, error(path.name, _fact(err), _advice(path, err))]
    with closing(file):
        try:
            version = check_format(file, path)
        except FormatVersionError as err:
            return [*findings, error(path.name, str(err), "Use a newer version of the program.")]
        except RecordingError as err:
            return [*findings, error(path.name, _fact(err), _advice(path, err))]
        if version == FORMAT_VERSION:
            findings += _check_structure(file, path)
    if version < FORMAT_VERSION:
        findings += _check_older_structure(path, version)
    return [*findings, *_check_content(path)]


def _check_older_structure(path: Path, version: int) -> Iterator[Finding]:
    """Yield what is wrong with the structure once it is brought to the present version, on a copy."""
    with TemporaryDirectory(prefix="recording-") as folder:
        copy = Path(folder) / path.name
        try:
            migrate(path, copy)
        except RecordingError as err:
            yield error(path.name, _fact(err), _COPY)
            return
        yield note(
            path.name, f"The file has format version {version}; it is read as version {FORMAT_VERSION}."
        )
        with closing(open_file(copy)) as file:
            yield from _check_structure(file, path)


def _fact(err: RecordingError) -> str:
    """Return what is wrong; what to do is the finding's own advice."""
    return err.fact if isinstance(err, DamagedRecordingError) else str(err)


def _advice(path: Path, err: RecordingError) -> str:
    """Return what helps with a file that cannot be opened: recovery does only where there is a journal."""
    if journal_path(path).exists():
        return _WAIT if is_locked(journal_path(path)) else _RECOVER
    return _COPY if isinstance(err, DamagedRecordingError) else _CHOOSE


def _check_neighbours(path: Path) -> Iterator[Finding]:
    if is_locked(journal_path(path)):
        yield error(journal_path(path).name, "The recording is being made right now.", _WAIT)
    elif journal_path(path).exists():
        yield error(
            journal_path(path).name,
            "A journal lies beside the recording: it was cut off.",
            _RECOVER,
        )
    if partial_path(path).exists():
        yield warning(
            partial_path(path).name,
            "An unfinished copy lies beside the recording: closing or recovering it was interrupted.",
            f"{_RECOVER} Where no journal is left, remove the copy.",
        )


def _check_structure(file: h5py.File, path: Path) -> Iterator[Finding]:
    """Yield what is missing, wrong or too much among groups, datasets and attributes."""
    try:
        present = object_paths(file, path)
    except RecordingError as err:
        yield error(path.name, _fact(err), _COPY)
        return
    is_finished = "/closing" in present
    if not is_finished:
        is_live = is_locked(journal_path(path))
        yield error(path.name, "The recording was not closed.", _WAIT if is_live else _RECOVER)
    has_truth = "/simulation" in present
    for group in GROUPS:
        is_expected = {
            Presence.ALWAYS: True,
            Presence.WITH_TRUTH: has_truth,
            Presence.FINISHED: is_finished,
        }[group.presence]
        if is_expected:
            yield from _check_records(file, path, group.path, group.records)
    for dataset in DATASETS:
        if dataset.presence is Presence.ALWAYS or has_truth:
            yield from _check_dataset(file, path, dataset)
    yield from _check_unknown(present)


def _check_records(
    file: h5py.File, path: Path, name: str, record_types: tuple[type[Any], ...]
) -> Iterator[Finding]:
    try:
        group = find_group(file, path, name)
        for record_type in record_types:
            read_record(group, path, record_type)
    except RecordingError as err:
        yield error(name, _fact(err), _COPY)


def _check_dataset(file: h5py.File, path: Path, layout: DatasetLayout) -> Iterator[Finding]:
    try:
        dataset = find_dataset(file, path, layout.path)
        found = dtype_of(dataset, path)
        is_right = packed_dtype(found) == found if layout.row_type is None else found == layout.row_type.dtype
        read_record(dataset, path, DatasetStart)
    except MetadataError as err:
        yield error(layout.path, _fact(err), _COPY)
    except RecordingError as err:
        yield error(layout.path, _fact(err), _COPY)
    else:
        if not is_right:
            yield error(layout.path, "The columns are not those of this format version.", _COPY)


def _check_unknown(present: set[str]) -> Iterator[Finding]:
    known = {group.path for group in GROUPS} | {dataset.path for dataset in DATASETS}
    for name in sorted(present - known):
        if name.endswith("/gaze"):
            yield error(
                name, "Only /tracker/gaze may end in /gaze: delivered samples and nothing else.", _COPY
            )
        elif not name.startswith(EMBEDDED_IMAGES_PATH + "/"):
            yield note(name, "This program does not know the object; another one added it.")


def _check_content(path: Path) -> Iterator[Finding]:
    """Yield where rows disagree with their checksums, with each other or with the recorder's counters."""
    try:
        recording = Recording.open(path)
    except RecordingError as err:
        yield error(path.name, f"The rows could not be checked: {_fact(err)}", _COPY)
        return
    with recording:
        yield from _check_tallies(recording)
        yield from _check_embedded_images(recording)
        for check in ROW_CHECKS:
            try:
                yield from check(recording)
            except RecordingError as err:
                yield error(path.name, _fact(err), _COPY)


def _check_tallies(recording: Recording) -> Iterator[Finding]:
    for key in recording.keys if recording.is_finished else ():
        where = f"dataset {key.value}"
        try:
            stored, found = recording.stored_tally(key), tally_of(recording.blocks(key))
        except RecordingError as err:
            yield error(where, _fact(err), _COPY)
            continue
        if stored is None or stored.row_count != found.row_count:
            yield error(where, f"It holds {found.row_count} rows, not those counted at the close.", _COPY)
        elif stored.crc32 != found.crc32:
            yield error(where, "Its rows are not those that were recorded: the checksum differs.", _COPY)


def _check_embedded_images(recording: Recording) -> Iterator[Finding]:
    try:
        for sha256 in recording.embedded_images():
            if hashlib.sha256(recording.embedded_image(sha256)).hexdigest() != sha256:
                yield error(
                    f"{EMBEDDED_IMAGES_PATH}/{sha256}", "The image's bytes are not those stored.", _COPY
                )
    except RecordingError as err:
        yield error(EMBEDDED_IMAGES_PATH, _fact(err), _COPY)
