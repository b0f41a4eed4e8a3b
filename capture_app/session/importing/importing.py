"""Runs an import: plan, one recording for each session, a manifest with which it goes on when interrupted."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from capture_app.session.importing.image_folder import ImageFolder
from capture_app.session.importing.manifest import (
    MANIFEST_NAME,
    DoneSession,
    Manifest,
    holes_of,
    read_manifest,
    sha256_of,
)
from capture_app.session.importing.names import READER_LETTERS, SESSION_LETTERS, usable_name
from capture_app.session.importing.recording_maker import DatasetNames, make_recording
from capture_app.session.port import SessionError
from capture_app.session.study import STUDY_EXTENSION
from recordings_schema.errors import RecordingError, RecordingWriteError
from recordings_schema.formats.contract import Format, FormatError
from recordings_schema.formats.importing import Hole, ImportPlan, PlannedImport
from recordings_schema.formats.options import FormatOptionError, options_from_texts, options_to_json
from recordings_schema.formats.registry import find_format, known_formats
from recordings_schema.formats.staging import file_sha256
from recordings_schema.layout import EXTENSION

IMPORTED_FOLDER: Final = "imported"
_ASIDE: Final = ".unfinished"
_LEAST_FREE_BYTES: Final = 16 << 20  # room to begin a recording in
_TWICE: Final = "The dataset holds it twice; the first is taken."


class DatasetImportError(SessionError):
    """An import cannot be done; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOrder:
    """What a person asked for."""

    format_name: str
    source: Path  # the folder of the dataset, or its one file
    destination: Path  # a folder for recordings, or that of a study
    images: Path | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    is_embedding: bool = False  # keep the images inside the recordings


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOutlook:
    """What an import would make: the dry run."""

    folder: Path
    session_count: int
    case_count: int
    readers: tuple[str, ...]
    holes: tuple[Hole, ...]
    done_count: int  # sessions that an earlier run has made


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What an import made, that of earlier runs included."""

    folder: Path
    recording_count: int
    case_count: int
    sample_count: int
    fixation_count: int
    image_count: int
    missing_image_count: int
    holes: tuple[Hole, ...]
    is_resumed: bool


def readable_formats() -> tuple[Format[Any], ...]:
    """Return the formats that can be imported."""
    return tuple(each for each in (spec.create() for spec in known_formats()) if each.can_read)


def import_outlook(order: ImportOrder) -> ImportOutlook:
    """Return what an import would make, without writing anything.

    Raises
    ------
    DatasetImportError
        If the format, its options or the folder cannot be used.
    """
    with _told(order):
        run = _Run(order)
        before = read_manifest(run.folder)
        is_same = before is not None and before.identity == run.identity
        return ImportOutlook(
            folder=run.folder,
            session_count=len(run.sessions),
            case_count=sum(map(len, run.sessions.values())),
            readers=tuple(sorted({each.reader for group in run.sessions.values() for each in group})),
            holes=run.holes,
            done_count=len(before.done) if before is not None and is_same else 0,
        )


def import_dataset(order: ImportOrder, *, on_case: Callable[[int, int], None] | None = None) -> ImportResult:
    """Make the recordings of a dataset. Blocks for as long as reading it takes: call it from a worker.

    Raises
    ------
    DatasetImportError
        If it cannot be done; recordings that are whole stay, and the same import goes on after them.
    """
    with _told(order):
        return _Run(order).make(on_case)


class _Run:
    """One import: its plan, and the recordings it makes."""

    def __init__(self, order: ImportOrder) -> None:
        self._order = order
        self._format: Format[Any] = find_format(order.format_name)
        if not self._format.can_read:
            names = ", ".join(each.name for each in readable_formats())
            raise FormatError(f"{self._format.title} cannot be imported. These formats can: {names}.")
        self._options = options_from_texts(self._format.import_options_type, order.options)
        if order.images is not None and not order.images.is_dir():
            raise FormatError(f"{order.images} is no folder. Name the folder that holds the images.")
        plan = self._format.plan_import(order.source, self._options)
        self.sessions, twice = _sessions(plan)
        self.holes = (*plan.holes, *twice)
        root = order.source if order.source.is_dir() else order.source.parent
        self._sources = {name: file_sha256(root / name) for name in sorted(plan.sources)}
        self.identity = {
            "format": self._format.name,
            "format_version": self._format.version,
            "dataset_version": plan.version,
            "options": options_to_json(self._options),
            "images": order.images is not None,
            "embedded": order.is_embedding,
            "cases": sha256_of([[each.session, each.reader, each.case_id, each.key] for each in plan.cases]),
            "sources": sha256_of(self._sources),
        }
        self.folder = _folder(order.destination, self._format.name)

    def make(self, on_case: Callable[[int, int], None] | None) -> ImportResult:
        manifest, is_resumed = self._manifest()
        names = DatasetNames(
            title=self._format.title, format_name=self._format.name,
            version=str(self.identity["dataset_version"]), sha256=sha256_of(self.identity),
            is_embedding=self._order.is_embedding,
        )  # fmt: skip
        images = ImageFolder(self._order.images) if self._order.images is not None else None
        aside = self.folder / _ASIDE
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        counts = [0, sum(map(len, self.sessions.values()))]

        def done(number: int) -> None:
            counts[0] += number
            if on_case is not None:
                on_case(counts[0], counts[1])

        try:
            for session, planned in self.sessions.items():
                name = usable_name(session, SESSION_LETTERS)
                place = self.folder / f"{name}{EXTENSION}"
                if session in manifest.done and (not manifest.done[session].file or place.is_file()):
                    done(len(planned))
                    continue
                reader = usable_name(planned[0].reader, READER_LETTERS)
                _check_room(self.folder)
                made = make_recording(place, name, reader, self._readers(planned, done), names, images, aside)
                manifest.done[session] = DoneSession(
                    file=place.name if made.case_count else "", case_count=made.case_count,
                    sample_count=made.sample_count, fixation_count=made.fixation_count,
                    image_count=made.image_count, missing_image_count=made.missing_image_count,
                    holes=tuple((hole.what, hole.where) for hole in made.holes),
                )  # fmt: skip
                manifest.write(self.folder)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        return self._result(manifest, is_resumed)

    def _readers(
        self, planned: tuple[PlannedImport, ...], done: Callable[[int], None]
    ) -> Iterator[Callable[[], Any]]:
        for each in planned:
            yield partial(self._format.read_case, self._order.source, each, self._options)
            done(1)

    def _manifest(self) -> tuple[Manifest, bool]:
        """Return the manifest of the folder: a new one, or that of the same import before."""
        folder = self.folder
        if folder.is_dir() and any(folder.iterdir()):
            before = read_manifest(folder)
            if before is None:
                raise FormatError(
                    f"{folder} is not empty. Nothing is overwritten: choose another folder.", path=folder
                )
            if before.identity != self.identity:
                raise FormatError(
                    f"{folder} holds another import, or one of files that have changed since "
                    f"({MANIFEST_NAME}). Choose another folder.",
                    path=folder,
                )
            return before, True
        if not self.sessions:
            raise FormatError("There is no case to import.", path=folder)
        folder.mkdir(parents=True, exist_ok=True)
        manifest = Manifest(identity=self.identity, sources=self._sources)
        manifest.write(folder)
        return manifest, False

    def _result(self, manifest: Manifest, is_resumed: bool) -> ImportResult:
        done = [manifest.done[session] for session in self.sessions]
        holes = (*self.holes, *(hole for each in done for hole in holes_of(each)))
        if not any(each.case_count for each in done):
            raise FormatError(f"No case could be imported. {holes[0].what if holes else ''}".strip())
        return ImportResult(
            folder=self.folder,
            recording_count=sum(bool(each.file) for each in done),
            case_count=sum(each.case_count for each in done),
            sample_count=sum(each.sample_count for each in done),
            fixation_count=sum(each.fixation_count for each in done),
            image_count=sum(each.image_count for each in done),
            missing_image_count=sum(each.missing_image_count for each in done),
            holes=holes,
            is_resumed=is_resumed,
        )


def _sessions(plan: ImportPlan) -> tuple[dict[str, tuple[PlannedImport, ...]], list[Hole]]:
    """Return the cases by session in the order of the plan; a case that is there twice counts once."""
    sessions: dict[str, list[PlannedImport]] = {}
    known: set[tuple[str, str]] = set()
    twice = []
    for each in plan.cases:
        if (each.session, each.key) in known:
            twice.append(Hole(what=_TWICE, where=each.case_id))
            continue
        known.add((each.session, each.key))
        sessions.setdefault(each.session, []).append(each)
    return {name: tuple(group) for name, group in sessions.items()}, twice


def _folder(destination: Path, format_name: str) -> Path:
    """Return where the recordings go: in the folder of a study beside its own, else the folder named."""
    is_study = destination.is_dir() and any(
        each.name.endswith(STUDY_EXTENSION) for each in destination.iterdir()
    )
    return destination / IMPORTED_FOLDER / format_name if is_study else destination


@contextmanager
def _told(order: ImportOrder) -> Iterator[None]:
    """Turn what goes wrong below into the one error a person is shown."""
    try:
        yield
    except RecordingWriteError as err:
        raise _cannot_write(order.destination, err.__cause__) from err
    except (FormatError, FormatOptionError, RecordingError) as err:
        raise DatasetImportError(str(err)) from err
    except OSError as err:
        raise _cannot_write(err.filename or order.destination, err) from err


def _check_room(folder: Path) -> None:
    """Refuse to begin a recording on a full disk: HDF5 may crash the program where its first write fails."""
    if shutil.disk_usage(folder).free < _LEAST_FREE_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))


def _cannot_write(place: object, cause: BaseException | None) -> DatasetImportError:
    why = cause.strerror if isinstance(cause, OSError) and cause.strerror else "no reason given"
    return DatasetImportError(
        f"{place} cannot be used ({why}). Recordings that are whole are kept: make room or correct the "
        "rights, and run the same command again."
    )
