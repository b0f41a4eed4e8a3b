"""Removes what was found of a reader, in an order in which an interrupted removal can be called again.

First the record is written with what is planned, then files go one by one, those that prove whose the others
are at the end; whatever cannot be removed is told and stays in the record as planned.
"""

from __future__ import annotations

import stat
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from capture_app.session.kept_files import replace_file
from capture_app.session.privacy import withdrawal_record as records
from capture_app.session.privacy.folders import is_link
from capture_app.session.privacy.mentions import is_named
from capture_app.session.privacy.reader_files import (
    Evidence,
    LeftFile,
    ReaderData,
    ReaderFile,
    checksum,
    find_reader_files,
    recorded_now,
    stem_of,
)
from capture_app.session.privacy.shared_tables import without_reader
from capture_app.session.privacy.study_places import study_places
from capture_app.session.privacy.withdrawal_record import RemovedFile
from capture_app.session.study_desk.folder_layout import LOCK_NAME
from recordings_schema.errors import MetadataError
from recordings_schema.metadata import ParticipantRecord
from recordings_schema.paths import sync_folder


class WithdrawalError(Exception):
    """A withdrawal cannot be done; the text says why and what to do. Nothing was removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalPlan:
    """What a withdrawal would do."""

    data: ReaderData
    folders: tuple[Path, ...]  # searched: those named, and second places
    record_folder: Path
    sessions: frozenset[str]  # session ids and names of the reader's recordings

    @property
    def row_count(self) -> int:
        """Rows that would be taken out of shared tables."""
        return sum(file.row_count for file in self.data.files if file.evidence is Evidence.ROWS)


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalOutcome:
    """What a withdrawal did."""

    record: Path
    removed: tuple[ReaderFile, ...]
    failed: tuple[LeftFile, ...]  # could not be removed, with the reason
    is_resumed: bool  # an earlier call had been cut off


def plan_withdrawal(reader: str, folders: Sequence[Path]) -> WithdrawalPlan:
    """Find every copy of a reader's data below some folders and in the second places their studies name.

    Raises
    ------
    WithdrawalError
        If the pseudonym is none, or a folder cannot be searched.
    """
    try:
        ParticipantRecord(pseudonym=reader)
    except MetadataError as err:
        raise WithdrawalError(str(err)) from err
    for folder in folders:
        if not folder.is_dir():
            raise WithdrawalError(f"{folder} is not there or is no folder. Correct the name.")
    named = tuple(dict.fromkeys(folder.resolve() for folder in folders))
    places = study_places(named)
    searched = _without_inner((*named, *places.second_places))
    data = find_reader_files(reader, searched, places.planned)
    left = [LeftFile(path=path, reason=reason) for path, reason in places.unread]
    missing = "This second place cannot be reached. Connect its drive and call again."
    left += [LeftFile(path=path, reason=missing) for path in places.missing]
    left += _names_outside(data)
    return WithdrawalPlan(
        data=_with_left(data, left),
        folders=searched,
        record_folder=named[0],
        sessions=data.sessions,
    )


def being_recorded(journal: Path) -> str:
    """Return the sentence that refuses a withdrawal while the reader is recorded."""
    if journal.name == LOCK_NAME:
        return f"A session in {journal.parent} is under way right now. End that first, then call again."
    name = journal.name.removesuffix(".journal")
    return f"{name} is being recorded or recovered right now. End that first, then call again."


def earlier_records(plan: WithdrawalPlan) -> list[records.WithdrawalRecord]:
    """Return what earlier calls recorded about this reader, oldest first."""
    return [record for _, record in records.records_about(plan.data.reader, [plan.record_folder])]


def carry_out(
    plan: WithdrawalPlan, *, wall_ns: int, on_file: Callable[[int], None] | None = None
) -> WithdrawalOutcome:
    """Remove what is planned and leave the record.

    Raises
    ------
    WithdrawalError
        If a recording of the reader is being made, or the record cannot be written; nothing is removed.
    """
    data = plan.data
    under_way = recorded_now(data.reader, plan.folders)  # one may have begun since the search
    if under_way:
        raise WithdrawalError(being_recorded(under_way[0]))
    unfinished = [
        (path, record)
        for path, record in records.records_about(data.reader, [plan.record_folder])
        if record.state != records.FINISHED
    ]
    path, earlier = unfinished[-1] if unfinished else (records.new_path(plan.record_folder, wall_ns), None)
    record = records.begin(
        data.reader, [_entry(file) for file in data.files], len(data.left), wall_ns, earlier
    )
    try:
        records.write(path, record)
    except OSError as err:
        raise WithdrawalError(
            f"The record {path} cannot be written ({err.strerror or 'no reason given'}); "
            "nothing was removed. Make the folder writable and call again."
        ) from err
    removed, entries, failed = _remove_all(plan, on_file)
    rest = [_entry(file) for file in data.files if any(file.path == each.path for each in failed)]
    try:
        records.write(path, records.finish(record, entries, rest, wall_ns))
    except OSError as err:
        raise WithdrawalError(
            f"{len(removed)} files were removed, but the record {path} cannot be finished "
            f"({err.strerror or 'no reason given'}). Make room on the disk and call again."
        ) from err
    return WithdrawalOutcome(
        record=path, removed=tuple(removed), failed=tuple(failed), is_resumed=earlier is not None
    )


def _remove_all(
    plan: WithdrawalPlan, on_file: Callable[[int], None] | None
) -> tuple[list[ReaderFile], list[RemovedFile], list[LeftFile]]:
    removed, entries, failed = [], [], []
    for file in plan.data.files:
        try:
            entries.append(_remove(file, plan))
        except _NotRemovedError as err:
            failed.append(LeftFile(path=file.path, reason=str(err)))
        except OSError as err:
            cause = err.strerror or "no reason given"
            reason = f"It cannot be removed ({cause}). Make it and its folder writable."
            failed.append(LeftFile(path=file.path, reason=reason))
        else:
            removed.append(file)
        if on_file is not None:
            on_file(len(removed) + len(failed))
    _tidy_folders(plan, removed)
    return removed, entries, failed


class _NotRemovedError(Exception):
    """A file is not as it was when it was found."""


def _remove(file: ReaderFile, plan: WithdrawalPlan) -> RemovedFile:
    """Remove one file, or take the rows out of a shared table."""
    path = file.path
    if not any(path.parent.resolve().is_relative_to(folder) for folder in plan.folders):
        raise _NotRemovedError("Its folder has become a link to elsewhere. It was not touched.")
    if is_link(path) != file.is_link:
        raise _NotRemovedError("It has become something else meanwhile. Call again.")
    if file.evidence is Evidence.ROWS:
        return _take_rows_out(file, plan)
    if not file.is_link and path.lstat().st_size != file.size_bytes:
        raise _NotRemovedError("It has changed meanwhile. Call again.")
    try:
        path.unlink()
    except PermissionError:
        if file.is_link:
            raise
        path.chmod(path.stat().st_mode | stat.S_IWUSR)  # Windows keeps files that are marked as read-only
        path.unlink()
    return _entry(file)


def _take_rows_out(file: ReaderFile, plan: WithdrawalPlan) -> RemovedFile:
    mode = file.path.stat().st_mode
    content = file.path.read_bytes()
    table = without_reader(content, file.path.suffix.lower(), plan.data.reader, plan.sessions)
    if table is None or not table.removed_rows:
        raise _NotRemovedError("It has changed meanwhile. Call again.")
    replace_file(file.path, table.content)
    file.path.chmod(stat.S_IMODE(mode))
    return RemovedFile(
        what="rows",
        size_bytes=file.size_bytes,
        sha256=file.sha256,
        row_count=table.removed_rows,
        sha256_after=checksum(file.path),
    )


def _entry(file: ReaderFile) -> RemovedFile:
    """Return how a file stands in the record."""
    what = "link" if file.is_link else "rows" if file.evidence is Evidence.ROWS else "file"
    return RemovedFile(what=what, size_bytes=file.size_bytes, sha256=file.sha256, row_count=file.row_count)


def _tidy_folders(plan: WithdrawalPlan, removed: Iterable[ReaderFile]) -> None:
    """Remove folders that bear the reader's name and are empty now; put the lists of names on the disk."""
    stems = {stem_of(Path(name)) for name in plan.sessions}
    parents = sorted({file.path.parent for file in removed}, key=lambda path: len(path.parts), reverse=True)
    for parent in parents:
        for folder in (parent, *parent.parents):
            if folder in plan.folders or not any(folder.is_relative_to(each) for each in plan.folders):
                break
            root = next(each for each in plan.folders if folder.is_relative_to(each))
            is_theirs = any(
                is_named(plan.data.reader, part, plan.data.other_readers) or part in stems
                for part in folder.relative_to(root).parts
            )
            if not is_theirs:
                break
            try:
                folder.rmdir()
            except OSError:
                break  # not empty, or kept by somebody: nothing of the reader is lost from sight
        if parent.is_dir():
            try:
                sync_folder(parent)
            except OSError:
                continue  # some network drives cannot: the removal itself was confirmed


def _without_inner(folders: Sequence[Path]) -> tuple[Path, ...]:
    """Return folders without those that lie in another of them."""
    distinct = tuple(dict.fromkeys(folders))
    return tuple(
        folder
        for folder in distinct
        if not any(folder != other and folder.is_relative_to(other) for other in distinct)
    )


def _names_outside(data: ReaderData) -> list[LeftFile]:
    """Return files that have more names on their disk (hard links) than were found."""
    names = Counter(file.sha256 for file in data.files)
    return [
        LeftFile(
            path=file.path, reason=f"The file has {file.name_count} names (hard links). Find the others."
        )
        for file in data.files
        if file.name_count > names[file.sha256] and file.evidence is not Evidence.ROWS
    ]


def _with_left(data: ReaderData, left: Sequence[LeftFile]) -> ReaderData:
    return replace(data, left=(*data.left, *left))
