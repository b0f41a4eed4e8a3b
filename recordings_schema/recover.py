"""Rebuilds a recording that was not closed: from its journal, the truth, else from what was streamed.

The order of steps makes an interruption at any moment harmless: the rebuilt file is written and checked
under another name, the damaged one is renamed and kept, the rebuilt one takes the name, and only then does
the journal go. Until that last step, recovering again does everything again with the same result.
"""

from __future__ import annotations

import io
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from gaze_core.rows import Rows
from recordings_schema.damage import check_worth_saving, is_as_closed, readable_images
from recordings_schema.errors import (
    DamagedRecordingError,
    FormatVersionError,
    RecordingError,
    RecordingInUseError,
    RecoveryError,
)
from recordings_schema.finishing import (
    FinishedContent,
    build_finished_copy,
    put_in_place,
    remove_copy,
)
from recordings_schema.interruption import interruption_rows
from recordings_schema.journal_content import JournalContent, read_journal
from recordings_schema.layout import EXTENSION, DatasetKey
from recordings_schema.lock import take_lock
from recordings_schema.metadata import ClosingFacts, ClosingRecord
from recordings_schema.paths import journal_path, set_aside, sync_folder
from recordings_schema.reader import Recording
from recordings_schema.recovery_report import RecoveryOutcome, RecoveryReport
from recordings_schema.recovery_sources import ExtendedSource, ReadableRows
from recordings_schema.tally import Tally, tally_of

_log = logging.getLogger(__name__)
_REASON: Final = "cut off: the program or the computer stopped while recording"
_DAMAGED_LATER: Final = "the file was damaged later, and what could be read was saved"


def find_unfinished(folder: Path) -> list[Path]:
    """Return the recordings in a folder that wait to be recovered; those being recorded now are left out."""
    found = []
    for journal in sorted(folder.glob(f"*{EXTENSION}.journal")):
        try:
            with _locked(journal):
                found.append(journal.with_suffix(""))
        except RecordingInUseError:
            continue  # its recorder is alive
        except RecordingError as err:
            _log.warning("%s", err)
            found.append(journal.with_suffix(""))
    return found


def recover(path: Path, *, wall_clock_ns: Callable[[], int] = time.time_ns) -> RecoveryReport:
    """Make a recording that was not closed whole again; calling it twice does no harm.

    Parameters
    ----------
    path
        The recording, or its journal; the recording itself may be missing.
    wall_clock_ns
        Clock for the close and for the names of files that are set aside.

    Raises
    ------
    RecordingInUseError
        If it is being recorded or recovered right now.
    RecordingError
        If it cannot be rebuilt; what there was is untouched.
    """
    path = path.absolute()
    if path.suffix == ".journal":
        path = path.with_suffix("")
    journal = journal_path(path)
    if not journal.exists():
        return _recover_without_journal(path, wall_clock_ns())
    with _locked(journal):
        try:
            content: JournalContent | None = read_journal(journal)
        except FormatVersionError:
            raise
        except RecordingError as err:
            _log.warning("%s", err)
            content = None
        if content is None:
            report, is_journal_spent = _salvage(path, wall_clock_ns()), False
        else:
            report, is_journal_spent = _rebuild(path, content, wall_clock_ns()), content.unusable_bytes == 0
    return _put_journal_away(report, journal, wall_clock_ns(), is_journal_spent=is_journal_spent)


def _put_journal_away(
    report: RecoveryReport, journal: Path, wall_ns: int, *, is_journal_spent: bool
) -> RecoveryReport:
    """Drop a journal that was used to the last byte, keep any other; the recording is in place by now."""
    kept = None
    try:
        if is_journal_spent:
            journal.unlink(missing_ok=True)
        else:
            kept = set_aside(journal, "damaged", wall_ns)
        sync_folder(journal.parent)
    except OSError as err:
        raise RecoveryError(
            f"{report.path} is recovered, but its journal could not be put away ({err}); remove "
            f"{journal.name} "
            "yourself.",
            path=report.path,
        ) from err
    return replace(report, kept_journal_path=kept)


def _rebuild(path: Path, content: JournalContent, wall_ns: int) -> RecoveryReport:
    half_samples = content.drop_half_samples()
    additions: dict[DatasetKey, Rows] = {}
    trials: tuple[int, ...] = ()
    if content.closing is None:
        additions, trials = interruption_rows(content, content.unusable_bytes)
    expected = {
        key: tally.add(additions[key]) if key in additions else tally
        for key, tally in content.tallies.items()
    }
    if _holds(path, (expected, content.tallies)):
        remove_copy(path)
        counts = {key: tally.row_count for key, tally in expected.items()}
        return RecoveryReport(path=path, outcome=RecoveryOutcome.ALREADY_FINISHED, row_counts=counts)
    closing = ClosingRecord.of(
        content.facts,
        reason=_REASON if content.closing is None else content.closing.reason,
        is_recovered=True,
        closed_wall_ns=wall_ns if content.closing is None else content.closing.closed_wall_ns,
    )
    finished = FinishedContent(
        metadata=content.header.metadata, tracker_info=content.header.tracker_info, closing=closing
    )
    copied = build_finished_copy(
        path, finished, ExtendedSource(content, additions), content.embedded_images()
    )
    if copied != expected:
        remove_copy(path)
        raise RecoveryError(
            f"{path} could not be rebuilt: its journal reads differently each time. Check the disk; copy "
            f"{journal_path(path).name} to another one and recover there.",
            path=path,
        )
    return RecoveryReport(
        path=path,
        outcome=RecoveryOutcome.REBUILT,
        row_counts={key: tally.row_count for key, tally in copied.items()},
        interrupted_trials=trials,
        half_samples=half_samples,
        unusable_bytes=content.unusable_bytes,
        damaged_path=_replace(path, wall_ns),
    )


def _recover_without_journal(path: Path, wall_ns: int) -> RecoveryReport:
    if not path.exists():
        raise RecoveryError(f"{path} does not exist, nor does a journal of that name.", path=path)
    try:
        with Recording.open(path) as recording:
            if recording.is_finished and is_as_closed(recording):
                return RecoveryReport(
                    path=path, outcome=RecoveryOutcome.NOTHING_TO_DO, row_counts=recording.row_counts
                )
        return _salvage(path, wall_ns)
    except DamagedRecordingError as err:
        raise RecoveryError(
            f"{err.fact} No journal lies beside it, so nothing can be recovered; use another copy. The file "
            "is left as it is.",
            path=path,
        ) from err


def _salvage(path: Path, wall_ns: int) -> RecoveryReport:
    """Save what can be read of a recording without a usable journal, unless it is as it was closed."""
    if not path.exists():
        return RecoveryReport(path=path, outcome=RecoveryOutcome.NOTHING_LEFT, row_counts={})
    with Recording.open(path) as damaged:
        if damaged.is_finished and is_as_closed(damaged):
            counts = damaged.row_counts
            return RecoveryReport(path=path, outcome=RecoveryOutcome.ALREADY_FINISHED, row_counts=counts)
        readable = ReadableRows(damaged)
        if damaged.is_finished:
            check_worth_saving(damaged, readable)
        additions, trials = ({}, ()) if damaged.is_finished else interruption_rows(readable, 0)
        content = FinishedContent(
            metadata=damaged.metadata,
            tracker_info=damaged.tracker_info,
            closing=_closing_of_salvaged(damaged.closing, wall_ns),
        )
        images = readable_images(damaged) if damaged.is_finished else ()
        copied = build_finished_copy(path, content, ExtendedSource(readable, additions), images)
        was_finished = damaged.is_finished
    return RecoveryReport(
        path=path,
        outcome=RecoveryOutcome.SALVAGED_DAMAGED if was_finished else RecoveryOutcome.SALVAGED,
        row_counts={key: tally.row_count for key, tally in copied.items()},
        interrupted_trials=trials,
        half_samples=readable.half_samples,
        unreadable=tuple(sorted(readable.unreadable)),
        damaged_path=_replace(path, wall_ns),
    )


def _closing_of_salvaged(closing: ClosingRecord | None, wall_ns: int) -> ClosingRecord:
    """Return how the saved copy says it ended; a file that was closed keeps its facts and its reason."""
    if closing is None:
        return ClosingRecord.of(ClosingFacts(), reason=_REASON, is_recovered=True, closed_wall_ns=wall_ns)
    return replace(closing, reason=f"{closing.reason}; {_DAMAGED_LATER}", is_recovered=True, clock_fit={})


def _holds(path: Path, candidates: tuple[Mapping[DatasetKey, Tally], ...]) -> bool:
    """Return whether the file at `path` is finished and its rows, read now, are those of one candidate."""
    try:
        with Recording.open(path) as recording:
            tallies = {key: tally_of(recording.blocks(key)) for key in recording.keys}
            return recording.is_finished and tallies in candidates
    except RecordingError:
        return False


def _replace(path: Path, wall_ns: int) -> Path | None:
    """Give the rebuilt copy the recording's name and return what the damaged file is called now."""
    damaged = None
    try:
        if path.exists():
            damaged = set_aside(path, "damaged", wall_ns)
    except OSError as err:
        remove_copy(path)
        raise RecoveryError(
            f"{path} could not be renamed to make room for the rebuilt file ({err}); close programs that "
            "use it "
            "and recover again.",
            path=path,
        ) from err
    put_in_place(path)
    return damaged


@contextmanager
def _locked(journal: Path) -> Iterator[None]:
    try:
        file = io.FileIO(journal, "rb+")
    except OSError as err:
        raise RecoveryError(
            f"{journal} cannot be opened for recovery ({err.strerror or err}); check that you may write to "
            "it.",
            path=journal,
        ) from err
    with file:
        take_lock(file.fileno(), str(journal.with_suffix("")))
        yield
