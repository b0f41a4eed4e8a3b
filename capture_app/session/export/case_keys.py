"""The cases of a recording as an export plans them: nothing of the gaze is read."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from capture_app.session.export.imported_cases import imported_key
from capture_app.session.imported_facts import imported_facts_of, is_imported
from capture_app.session.privacy.dates import dates_in
from capture_app.session.report.case_facts import CaseEntry, case_facts_of
from capture_app.session.report.source import source_of
from capture_app.session.study import OpenedStudy
from capture_app.session.study.case_table import StudyCase
from capture_app.session.study.task_keys import Task
from gaze_core.rows import decode_text
from recordings_schema.formats.reading import ReadingKey
from recordings_schema.formats.staging import file_sha256
from recordings_schema.layout import EXTENSION, DatasetKey
from recordings_schema.reader import Recording

_MARK: Final = 8


def keys_of(
    recording: Recording, opened: OpenedStudy | None, sha256: str | None = None
) -> tuple[ReadingKey, ...]:
    """Return the cases of an open recording in the order they were read.

    Parameters
    ----------
    recording
        Open.
    opened
        Its study; None without one.
    sha256
        What stands for the checksum of a file that still grows; None: it is worked out.

    Raises
    ------
    RecordingError
        If rows cannot be read.
    """
    source = source_of(recording, opened)
    facts = case_facts_of(recording, source.end_ns)
    if sha256 is None:
        sha256 = file_sha256(recording.path)
    imported = imported_facts_of(recording.rows(DatasetKey.EVENTS)) if is_imported(recording) else {}
    images = {int(row["image_id"]): row for row in recording.rows(DatasetKey.IMAGES)}
    keys = []
    for entry in facts.entries:
        case, task = case_and_task(opened, entry)
        shown = [images[each] for each in entry.image_ids if each in images]
        key = ReadingKey(
            recording_sha256=sha256,
            recording_name=undated(recording.path.name, f"recording-{sha256[:_MARK]}{EXTENSION}"),
            session_id=undated(recording.metadata.session.session_id, f"session-{sha256[:_MARK]}"),
            trial=entry.trial,
            case_id=entry.case_id,
            attempt=entry.attempt,
            reader=recording.metadata.participant.pseudonym,
            patient=case.patient if case is not None else "",
            role=entry.role,
            task=entry.task,
            task_kind=task.kind.value if task is not None else "",
            exclusion=entry.exclusion,
            image_names=tuple(decode_text(row["name"]) for row in shown),
            image_sha256s=tuple(decode_text(row["sha256"]) for row in shown),
            target=case.target if case is not None else "",
        )
        keys.append(imported_key(key, imported[entry.trial]) if entry.trial in imported else key)
    return tuple(keys)


def undated(name: str, instead: str) -> str:
    """Return a name as it may leave the station: another one where it holds a date."""
    return instead if next(dates_in(name.lower()), None) is not None else name


def case_and_task(opened: OpenedStudy | None, entry: CaseEntry) -> tuple[StudyCase | None, Task | None]:
    """Return the case of the study's list and its task; None where the study does not know them."""
    if opened is None:
        return None, None
    case = next((each for each in opened.cases if each.case_id == entry.case_id), None)
    name = entry.task or (case.task if case is not None else "")
    try:
        return case, opened.study.task_named(name)
    except KeyError:
        return case, None


def unfinished_problem(path: Path) -> str:
    """Return the sentence about a recording that is not finished."""
    return (
        f"{path} is unfinished: it is being recorded, or was cut off. End the session, or run "
        "`reading-station recover` on it, then export."
    )
