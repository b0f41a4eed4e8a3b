"""What earlier sessions left: facts and rows of each recording, read again only where its file changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np

from capture_app.session.reading import DATASET_OF, RecordingRows, Subject, rows_of
from capture_app.session.study_desk.folder_layout import session_number
from capture_app.session.study_desk.start_form import form_of
from capture_app.session.study_desk.states import StartForm
from gaze_core.rows import JUDGEMENT, NO_TIME, TRIAL, Rows, decode_text, join_rows
from recordings_schema.errors import DamagedRecordingError, RecordingError
from recordings_schema.journal_content import JournalContent, read_journal
from recordings_schema.layout import LAYOUT_BY_KEY, DatasetKey
from recordings_schema.metadata import SessionMetadata
from recordings_schema.paths import journal_path
from recordings_schema.reader import Recording

NS_PER_S: Final = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PastSession:
    """One recording that is over."""

    path: Path
    number: int  # in the order in which they were begun; the wall clock may have been set meanwhile
    reader: str
    study_id: str
    version: str  # of the study file; "" where the recording does not say
    sha256: str  # of the study file
    plan_sha256: str  # of cases, order and screens
    period: int  # 0 where the recording does not say
    began_wall_ns: int
    ended_wall_ns: int  # by the host clock since the beginning, so that a clock change does no harm
    is_unfinished: bool  # cut off and not recovered yet
    rows: RecordingRows
    last_calibration: str  # when and how good; "" where none was accepted
    form: StartForm | None  # as it was filled in; None where the recording holds none


@dataclass(frozen=True, slots=True, kw_only=True)
class DamagedSession:
    """A recording that cannot be read."""

    path: Path
    reason: str  # a sentence


PastRecording: TypeAlias = PastSession | DamagedSession
_Stamp: TypeAlias = tuple[int, int, int, int]


class SessionHistory:
    """Reads recordings of earlier sessions; each once, until its file changes. One thread."""

    def __init__(self, read: Callable[[Path], PastSession] | None = None) -> None:
        self._read = read if read is not None else read_past
        self._known: dict[Path, tuple[_Stamp, PastRecording]] = {}

    def look(self, path: Path) -> PastRecording:
        """Return what a recording says, or why it cannot be read."""
        stamp = stamp_of(path)
        known = self._known.get(path)
        if known is not None and known[0] == stamp:
            return known[1]
        try:
            found: PastRecording = self._read(path)
        except DamagedRecordingError as err:
            found = DamagedSession(path=path, reason=err.fact)
        except RecordingError as err:
            found = DamagedSession(path=path, reason=str(err))
        self._known[path] = (stamp, found)
        return found


def stamp_of(path: Path) -> _Stamp:
    """Return what tells whether a recording or its journal has changed."""
    return (*_stamp(path), *_stamp(journal_path(path)))


def read_past(path: Path) -> PastSession:
    """Read one recording, finished or not, without changing anything.

    Raises
    ------
    RecordingError
        If it cannot be read.
    """
    has_journal = journal_path(path).exists()
    try:
        with Recording.open(path) as recording:
            count = recording.count(DatasetKey.GAZE)
            return _past(
                path,
                recording.metadata,
                rows_of(recording),
                _times(recording.gaze(count - 1)) if count else [],
                form_of(recording),
                is_unfinished=has_journal or not recording.is_finished,
            )
    except RecordingError:
        if not has_journal:
            raise
    content = read_journal(journal_path(path))
    rows = {name: _joined(content, key) for name, key in DATASET_OF.items()}
    times = [t_ns for block in content.blocks(DatasetKey.GAZE) for t_ns in _times(block[-1:])]
    return _past(path, content.header.metadata, rows, times, None, is_unfinished=True)


def _joined(content: JournalContent, key: DatasetKey) -> Rows:
    none = np.empty(0, LAYOUT_BY_KEY[key].dtype(content.header.tracker_info.raw_dtype))
    return join_rows([none, *content.blocks(key)])


def _past(
    path: Path,
    metadata: SessionMetadata,
    rows: RecordingRows,
    gaze_times_ns: list[int],
    form: StartForm | None,
    *,
    is_unfinished: bool,
) -> PastSession:
    session, settings = metadata.session, metadata.settings.settings
    last_ns = max([*gaze_times_ns, *_times(rows[TRIAL.name]), session.started_host_ns])
    number = _whole(settings.get("study_session", "")) or session_number(path.parent.name) or 0
    return PastSession(
        path=path,
        number=number,
        reader=metadata.participant.pseudonym,
        study_id=session.study,
        version=settings.get("study_version", ""),
        sha256=settings.get("study_sha256", ""),
        plan_sha256=settings.get("study_plan_sha256", ""),
        period=_whole(settings.get("study_period", "")),
        began_wall_ns=session.started_wall_ns,
        ended_wall_ns=session.started_wall_ns + last_ns - session.started_host_ns,
        is_unfinished=is_unfinished,
        rows=rows,
        last_calibration=_last_calibration(
            rows[JUDGEMENT.name], session.started_wall_ns - session.started_host_ns
        ),
        form=form,
    )


def _last_calibration(judgements: Rows, wall_minus_host_ns: int) -> str:
    """Return when the last calibration was accepted and how good it was."""
    is_one = judgements["subject"] == Subject.CALIBRATION.value.encode("ascii")
    has_figures = judgements["grade"] != b""  # going on without a calibration has none
    accepted = judgements[is_one & has_figures & (judgements["is_accepted"] == 1)]
    if len(accepted) == 0:
        return ""
    row = accepted[-1]
    # The lab's own time, as the start form shows it.
    when = datetime.fromtimestamp((int(row["t_host_ns"]) + wall_minus_host_ns) / NS_PER_S)
    words = [f"{when:%Y-%m-%d %H:%M}", decode_text(row["grade"]), *_errors(decode_text(row["figures"]))]
    return ", ".join(word for word in words if word)


def _errors(figures: str) -> list[str]:
    try:
        values = json.loads(figures)
        mean_deg, worst_deg = float(values["mean_offset_deg"]), float(values["worst_offset_deg"])
    except (ValueError, KeyError, TypeError):
        return []  # nothing was measured, or by an older program
    return [f"mean error {mean_deg:.2f}\u00b0", f"worst {worst_deg:.2f}\u00b0"]


def _times(rows: Rows) -> list[int]:
    return [int(t_ns) for t_ns in rows["t_host_ns"] if t_ns != NO_TIME]


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return -1, -1
    return found.st_mtime_ns, found.st_size
