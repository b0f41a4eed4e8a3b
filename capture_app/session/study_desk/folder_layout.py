"""Where the sessions of a study lie, and what they are called: by pseudonym, period and running number.

Inside the study folder::

    sessions/
        date-shift.key                      secret of the scrambled dates; leaves this computer never
        study-<8 digits>.gazestudy          the study file as sessions used it, once per version
        <reader>/
            in-use.lock                     held while a session of this reader runs
            p<period>/
                <reader>_p<period>_s<nnn>/  one session: recording, journal, sound, report
                    <reader>_p<period>_s<nnn>.gazeh5

No name holds a date. Whatever is the reader's lies in a folder that bears the pseudonym, so that a withdrawal
finds it. The second place has the same folders below the study's name.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from capture_app.session.kept_files import replace_file
from capture_app.session.port import SessionError
from capture_app.session.privacy.date_shift import SESSIONS_FOLDER
from capture_app.session.study import STUDY_EXTENSION, OpenedStudy, ReadingPlan, Study, StudyError
from capture_app.session.study.study_files import LARGEST_STUDY_BYTES, read_text
from recordings_schema.layout import EXTENSION

LOCK_NAME: Final = "in-use.lock"
_SESSION: Final = re.compile(r".+_p(?P<period>\d{1,3})_s(?P<number>\d{3,6})")
_PERIOD: Final = re.compile(r"p\d{1,3}")
_DEVICES: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))}
)
_SHA_LETTERS: Final = 8


def check_folder_name(name: str, what: str) -> None:
    """Refuse a name that cannot be that of a folder on every operating system.

    Raises
    ------
    SessionError
        With what to do.
    """
    if not name.strip(".") or name.endswith(".") or name.partition(".")[0].lower() in _DEVICES:
        raise SessionError(
            f"The {what} {name} cannot be the name of a folder on every computer. Choose one that does not "
            "end with a dot and is no name of a device."
        )


def sessions_folder(study_folder: Path) -> Path:
    """Return where all sessions of a study lie."""
    return study_folder / SESSIONS_FOLDER


def reader_folder(study_folder: Path, reader: str) -> Path:
    """Return where all sessions of a reader lie.

    Raises
    ------
    SessionError
        If the pseudonym cannot be the name of a folder.
    """
    check_folder_name(reader, "pseudonym")
    return sessions_folder(study_folder) / reader


def period_folder(study_folder: Path, reader: str, period: int) -> Path:
    """Return where the sessions of a reader in one period lie."""
    return reader_folder(study_folder, reader) / f"p{period}"


def session_name(reader: str, period: int, number: int) -> str:
    """Return the name of a session: that of its folder, and of its recording without the ending."""
    return f"{reader}_p{period}_s{number:03d}"


def session_number(name: str) -> int | None:
    """Return the running number in the name of a session, None where it is no such name."""
    found = _SESSION.fullmatch(name)
    return int(found["number"]) if found else None


def session_folders(folder: Path) -> list[Path]:
    """Return the folders of the sessions of a period, in the order of their running numbers.

    Raises
    ------
    SessionError
        If they cannot be listed.
    """
    try:
        found = [path for path in folder.iterdir() if session_number(path.name) is not None and path.is_dir()]
    except FileNotFoundError:
        return []
    except OSError as err:
        raise SessionError(
            f"The sessions in {folder} cannot be listed ({err.strerror or 'no reason given'}). Check who may "
            "read the folder."
        ) from err
    return sorted(found, key=lambda path: (session_number(path.name) or 0, path.name))


def recordings_in(folder: Path) -> list[Path]:
    """Return the recordings of a session's folder, also those of which the journal alone is there."""
    names = {path.name.removesuffix(".journal") for path in folder.iterdir() if _is_recording(path.name)}
    return [folder / name for name in sorted(names)]


def is_readers_place(relative: Path, reader: str) -> bool:
    """Whether a path lies where sessions of this reader are kept, here or at the second place."""
    parts = relative.parts
    return any(
        part == reader and (follower == LOCK_NAME or _PERIOD.fullmatch(follower) is not None)
        for part, follower in pairwise(parts)
    )


def session_id_for(recording: Path) -> str:
    """Return a new session id: the name of the recording and random letters, no date."""
    return f"{recording.stem}-{secrets.token_hex(4)}"


def plan_sha256(study: Study, plan: ReadingPlan, period: int) -> str:
    """Return a checksum of all that earlier sessions depend on: cases, order, tasks and their screens."""
    found = next(each for each in plan.periods if each.number == period)
    practice = plan.practice if period == 1 else ()
    content: dict[str, Any] = {
        "practice": [(each.case.case_id, each.task) for each in practice],
        "cases": [(each.case.case_id, each.task, each.arm, each.case.list_name) for each in found.cases],
        "spares": [(each.case.case_id, each.task, each.arm, each.case.list_name) for each in found.spares],
        "tasks": {
            task.name: [(screen.name, screen.KIND) for screen in study.screens_of(task)]
            for task in study.tasks
        },
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode("utf-8")).hexdigest()


def recording_facts(opened: OpenedStudy, plan: ReadingPlan, period: int, recording: Path) -> dict[str, str]:
    """Return what each recording of a study keeps in its settings, as `SettingsRecord.settings` entries."""
    return {
        "study_version": opened.study.study.version,
        "study_sha256": opened.sha256,
        "study_file": study_copy_name(opened),
        "study_period": str(period),
        "study_session": str(session_number(recording.stem) or 0),
        "study_plan_sha256": plan_sha256(opened.study, plan, period),
    }


def study_copy_name(opened: OpenedStudy) -> str:
    """Return what the copy of the study file is called."""
    return f"study-{opened.sha256[:_SHA_LETTERS]}{STUDY_EXTENSION}"


def keep_study_copy(opened: OpenedStudy) -> Path:
    """Keep the study file as it is used now beside the sessions; return the copy.

    Raises
    ------
    SessionError
        If the file has changed since it was opened, or the copy cannot be written.
    """
    path = sessions_folder(opened.folder) / study_copy_name(opened)
    try:
        text = read_text(opened.path, largest_bytes=LARGEST_STUDY_BYTES, what="The study file")
    except StudyError as err:
        raise SessionError(str(err)) from err
    content = text.encode("utf-8")
    if hashlib.sha256(content).hexdigest() != opened.sha256:
        raise SessionError(
            f"The study file {opened.path.name} was changed after it was opened. Close the study and open it "
            "again."
        )
    try:
        if not path.is_file() or path.read_bytes() != content:
            replace_file(path, content)
    except OSError as err:
        raise SessionError(
            f"The folder {path.parent} cannot be written ({err.strerror or 'no reason given'}). Make room, "
            "and check who may write there."
        ) from err
    return path


def _is_recording(name: str) -> bool:
    return name.endswith((EXTENSION, f"{EXTENSION}.journal"))
