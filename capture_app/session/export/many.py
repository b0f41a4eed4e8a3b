"""Writes the cases of an export: here, with all cores, or on a Dask cluster. The bytes are the same.

A worker takes the cases of one recording, which it opens once, and notes each as done by itself: an export
that was interrupted has lost one case a worker at most.
"""

from __future__ import annotations

import functools
import multiprocessing
import os
import re
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from capture_app.session.export.case_reader import CaseReader
from capture_app.session.export.recordings import ExportError
from capture_app.session.importing.image_folder import ImageFolder
from capture_app.session.study import OpenedStudy, StudyError
from gaze_core.fixations import ParameterError
from recordings_schema.errors import RecordingError
from recordings_schema.formats.contract import FormatError, PlannedCase
from recordings_schema.formats.export import CaseWriting, write_case
from recordings_schema.formats.registry import find_format
from recordings_schema.formats.staging import STOP
from recordings_schema.reader import Recording

_LOOK_EVERY_S: Final = 0.25
_ADDRESS: Final = re.compile(r"(tcp|tls)://[\w.\[\]:-]+:\d{1,5}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workers:
    """Who writes the cases.

    Parameters
    ----------
    processes
        On this computer; 1: this one.
    dask
        Address of a cluster's scheduler, as `tcp://host:8786`; "" without one. Its workers have to see
        recordings and destination under the same paths, and have this program installed.
    """

    processes: int = 1
    dask: str = ""


HERE: Final = Workers()


def all_cores() -> Workers:
    """Return as many workers as this process may use cores."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Workers(processes=count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunks:
    """What all chunks of an export have in common."""

    format_name: str
    options: Any
    places: Mapping[str, Path]  # of recordings, by checksum
    opened: OpenedStudy | None
    images: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chunk:
    """Cases of one recording, which one worker writes."""

    format_name: str
    options: Any
    recording: Path
    opened: OpenedStudy | None
    images: Path | None
    folder: Path  # of the export in the making
    cases: tuple[PlannedCase, ...]


def writing_by(workers: Workers, chunks: Chunks) -> CaseWriting:
    """Return what writes the cases of an export with these workers.

    Raises
    ------
    ExportError
        If the cluster cannot be used.
    """
    if workers.dask:
        return functools.partial(_with, chunks, 1, functools.partial(_dask, workers.dask))
    if workers.processes > 1:
        return functools.partial(
            _with, chunks, workers.processes, functools.partial(_processes, workers.processes)
        )
    return functools.partial(_here, chunks)


def _here(chunks: Chunks, cases: Sequence[PlannedCase], folder: Path) -> Iterator[int]:
    for chunk in _chunks(chunks, cases, folder, 1):
        for _ in _write(chunk):
            yield 1


def _with(
    chunks: Chunks,
    at_once: int,
    executor_of: Callable[[int], AbstractContextManager[Executor]],
    cases: Sequence[PlannedCase],
    folder: Path,
) -> Iterator[int]:
    """Let an executor write the chunks; look every now and then how many cases are done."""
    planned = list(_chunks(chunks, cases, folder, at_once))
    if not planned:
        return
    seen = _done_count(folder)
    with executor_of(len(planned)) as executor:
        waiting: set[Future[str]] = {executor.submit(_write_all, chunk) for chunk in planned}
        try:
            while waiting:
                done, waiting = wait(waiting, timeout=_LOOK_EVERY_S, return_when=FIRST_COMPLETED)
                for future in done:
                    _check(future)
                found = _done_count(folder)
                if found > seen:
                    yield found - seen
                    seen = found
        finally:
            if waiting:  # an error, or the person gave up: no worker begins a further case
                (folder / STOP).touch()
                executor.shutdown(wait=True, cancel_futures=True)
    found = _done_count(folder)
    if found > seen:
        yield found - seen


def _check(future: Future[str]) -> None:
    try:
        problem = future.result()
    except (BrokenProcessPool, CancelledError) as err:
        raise ExportError(
            "A process that wrote cases has ended by itself; the memory may have been full. What is done is "
            "kept: run the same command again with --jobs 1."
        ) from err
    if problem:
        raise ExportError(problem)


def _write_all(chunk: _Chunk) -> str:
    """Write a chunk in a worker; return what went wrong, a sentence; "" where nothing did."""
    try:
        for _ in _write(chunk, worker=f"-{chunk.cases[0].number:08d}"):
            if (chunk.folder / STOP).exists():
                break
    except (ExportError, FormatError, RecordingError, StudyError) as err:
        return str(err)
    return ""


def _write(chunk: _Chunk, worker: str = "") -> Iterator[int]:
    published = find_format(chunk.format_name)
    images = ImageFolder(chunk.images) if chunk.images is not None else None
    with CaseReader(Recording.open(chunk.recording), chunk.opened, images) as reader:
        for planned in chunk.cases:
            with _detector_named():
                write_case(published, chunk.options, planned, reader.read, chunk.folder, worker=worker)
            yield 1


def _chunks(chunks: Chunks, cases: Sequence[PlannedCase], folder: Path, at_once: int) -> Iterator[_Chunk]:
    """Yield the cases of each recording; parts of them where there are fewer recordings than workers."""
    groups = [tuple(group) for _, group in groupby(cases, key=lambda each: each.key.recording_sha256)]
    parts = -(-at_once // max(1, len(groups)))
    for group in groups:
        size = -(-len(group) // parts)
        for first in range(0, len(group), size):
            yield _Chunk(
                format_name=chunks.format_name,
                options=chunks.options,
                recording=chunks.places[group[0].key.recording_sha256],
                opened=chunks.opened,
                images=chunks.images,
                folder=folder,
                cases=group[first : first + size],
            )


def _done_count(folder: Path) -> int:
    return sum(path.read_bytes().count(b"\n") for path in folder.glob("done*.jsonl"))


@contextmanager
def _processes(count: int, chunks: int) -> Iterator[Executor]:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(count, chunks), mp_context=context, initializer=_leave_ctrl_c) as executor:
        yield executor


def _leave_ctrl_c() -> None:
    """Leave Ctrl-C to the program that started this worker: it lets the case that is being written end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _dask(address: str, chunks: int) -> Iterator[Executor]:
    del chunks  # the cluster knows how many workers it has
    if not _ADDRESS.fullmatch(address):
        raise ExportError(f"{address} is no address of a Dask scheduler. Write it as tcp://host:8786.")
    try:
        from distributed import Client
    except ImportError as err:
        raise ExportError(
            "Dask is not installed beside this program. Install it with the extra: pip install "
            "'reading-station[dask]', or export with --jobs."
        ) from err
    try:
        client = Client(address, timeout=10, set_as_default=False)  # type: ignore[no-untyped-call]
    except OSError as err:
        raise ExportError(
            f"No Dask scheduler answers at {address}. Start one, or export with --jobs."
        ) from err
    with client, client.get_executor(pure=False) as executor:  # type: ignore[no-untyped-call]
        yield executor


@contextmanager
def _detector_named() -> Iterator[None]:
    try:
        yield
    except ParameterError as err:
        raise ExportError(
            f"The study's detector cannot be used: {err} Correct analysis.detector in the study file."
        ) from err
