"""The single things that are done once a session's recording is closed; each says how it went."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from capture_app.session.dictation_files import mend_dictation, validate_with_dictation
from capture_app.session.study import OpenedStudy
from capture_app.session.study_desk.copy_place import cause_of, remedy_of, second_place
from capture_app.session.study_desk.copy_whole import copy_session
from recordings_schema.errors import RecordingError
from recordings_schema.findings import Severity
from recordings_schema.layout import DATASETS
from recordings_schema.lock import is_locked
from recordings_schema.paths import journal_path
from recordings_schema.reader import Recording
from recordings_schema.recover import recover

if TYPE_CHECKING:
    from capture_app.session.privacy.scan import PrivacyReport

CLOSE_S: Final = 120.0
"""So long a recording is waited for that is still being closed."""

_POLL_S: Final = 0.05
_MB: Final = 2**20
_TOLD_FINDINGS: Final = 3
_KEY_OF: Final = {layout.row_type.name: layout.key for layout in DATASETS if layout.row_type is not None}


class CancelledError(Exception):
    """The window was closed, or another session begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """How one step went."""

    level: str  # good, attention, bad
    text: str  # a sentence


Tell = Callable[[str], None]
"""Takes a sentence about how far a step is; raises `CancelledError` where nobody wants it any more."""


def wait_until_closed(recording: Path, tell: Tell) -> StepResult:
    """Wait for the recorder; a recording that it left unfinished is recovered."""
    until_s = time.monotonic() + CLOSE_S
    journal = journal_path(recording)
    while is_locked(journal):
        if time.monotonic() > until_s:
            return StepResult(
                level="bad",
                text=f"{recording.name} is still being written after {CLOSE_S:.0f} s. Restart the "
                "program; what "
                "was recorded is kept, and recovered when the next session begins.",
            )
        tell("The recording is being closed.")
        time.sleep(_POLL_S)
    if not journal.exists() and recording.is_file():
        return StepResult(level="good", text=f"{recording.name} is closed.")
    try:
        sentences = (*recover(recording).sentences(), *mend_dictation(recording, recording))
    except RecordingError as err:
        return StepResult(level="bad", text=f"{recording.name} was cut off and cannot be recovered: {err}")
    return StepResult(level="attention", text=f"It was cut off. {' '.join(sentences)}")


def read_back(recording: Path, sent: Mapping[str, int]) -> StepResult:
    """Open the recording again, check it against itself, and compare its rows with those that were sent."""
    findings = validate_with_dictation(recording)
    errors = [each for each in findings if each.severity is Severity.ERROR]
    warnings = [each for each in findings if each.severity is Severity.WARNING]
    if errors:
        told = " ".join(f"{each.where}: {each.what} {each.remedy}" for each in errors[:_TOLD_FINDINGS])
        return StepResult(
            level="bad", text=f"{_count(len(errors), 'thing')} wrong in {recording.name}. {told}"
        )
    try:
        with Recording.open(recording) as opened:
            counts = {name: opened.count(_KEY_OF[name]) for name in sent if _KEY_OF.get(name) in opened.keys}
            samples = opened.row_counts
    except RecordingError as err:
        return StepResult(level="bad", text=f"{recording.name} cannot be opened again: {err}")
    lost = {name: sent[name] - count for name, count in counts.items() if count < sent[name]}
    if lost:
        words = ", ".join(f"{count} of {sent[name]} {name} rows" for name, count in sorted(lost.items()))
        return StepResult(
            level="bad",
            text=f"{recording.name} lacks what was sent to it: {words}. Keep the log of the program, and "
            "repeat "
            "the cases that are affected.",
        )
    rows = sum(samples.values())
    if warnings:
        told = " ".join(f"{each.what} {each.remedy}".strip() for each in warnings[:_TOLD_FINDINGS])
        return StepResult(level="attention", text=f"{rows} rows were read back. {told}")
    return StepResult(level="good", text=f"{rows} rows were read back; nothing is missing or changed.")


def copy_whole(
    opened: OpenedStudy, recording: Path, tell: Tell, *, is_sound: bool, only: Path | None = None
) -> StepResult:
    """Copy the session, or one file of it, to the second place and compare; see `copy_session`."""
    if not opened.study.copies.second_place:
        return StepResult(level="good", text="The study names no second place.")
    began_s = time.monotonic()

    def on_progress(done: int, total: int) -> None:
        tell(f"{done / _MB:.0f} of {total / _MB:.0f} MB{_time_left(began_s, done, total)}.")

    try:
        copy = copy_session(opened, recording, on_progress, is_sound=is_sound, only=only)
    except OSError as err:
        return StepResult(
            level="attention",
            text=f"The second place {second_place(opened)} cannot be written: {cause_of(err)}. "
            f"{remedy_of(err)} It is copied when the next session of this reader begins; until then the "
            "folder "
            f"{recording.parent} is the only one.",
        )
    return StepResult(
        level="good",
        text=f"{_count(copy.file_count, 'file')} ({copy.size_bytes / _MB:.1f} MB) lie in {copy.folder} "
        "and are "
        "the same as here.",
    )


def check_privacy(opened: OpenedStudy, recording: Path, tell: Tell) -> StepResult:
    """Search the folder of the session for what the headers of the study's images hold."""
    # They bring pydicom along, which a study without such headers never needs.
    from capture_app.session.privacy.scan import scan_folder
    from capture_app.session.privacy.sources import collect_headers

    folder = recording.parent
    tell("Reading the headers of the images.")
    sources = collect_headers(opened.folder)
    if not sources.file_count and not sources.unread:
        return StepResult(
            level="good", text="The images have no headers, so there is nothing to compare with."
        )
    report = scan_folder(folder, sources, on_file=lambda count: tell(f"{_count(count, 'file')} searched."))
    again = f"`reading-station scan-privacy {folder} --headers {opened.folder}`"
    if report.findings:
        return StepResult(
            level="bad",
            text=f"Something of the images' headers is in {_count(len(report.findings), 'place')}: "
            f"{_kinds(report)}. Do not pass this folder on; {again} names the places.",
        )
    if report.unread:
        return StepResult(
            level="attention",
            text=f"Nothing was found, but {_count(len(report.unread), 'place')} could not be looked "
            f"into: {again} "
            "names them.",
        )
    return StepResult(
        level="good",
        text=f"Nothing of {_count(report.header_count, 'header')} is in {_count(report.file_count, 'file')}.",
    )


def _kinds(report: PrivacyReport) -> str:
    kinds = sorted({finding.kind for finding in report.findings})
    return ", ".join(kinds)


def _time_left(began_s: float, done: int, total: int) -> str:
    elapsed_s = time.monotonic() - began_s
    if done <= 0 or elapsed_s < 1.0:
        return ""
    return f", about {elapsed_s * (total - done) / done:.0f} s left"


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
