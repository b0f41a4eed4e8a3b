"""The audit table: who reads what under which arm in which place, on disk before the first reader sits down.

Once written it is never replaced: a study whose file or case list would give another order is told so.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from capture_app.session.kept_files import replace_file
from capture_app.session.study.case_table import StudyCase
from capture_app.session.study.findings import StudyError
from capture_app.session.study.model import Study
from capture_app.session.study.order import PlannedCase, plan_for
from capture_app.session.study.study_files import LARGEST_TABLE_BYTES, read_text

AUDIT_FILE: Final = "order-audit.csv"
MOST_AUDIT_ROWS: Final = 500_000
AUDIT_COLUMNS: Final = (
    "reader",
    "period",
    "washout_days",
    "position",
    "role",
    "list",
    "arm",
    "case_id",
    "task",
)


def audit_rows(study: Study, cases: Sequence[StudyCase], reader: str) -> Iterator[tuple[str, ...]]:
    """Yield the rows of one reader: practice, then per period the cases and the spares.

    Raises
    ------
    StudyError
        If there is no plan for the reader.
    """
    plan = plan_for(study, cases, reader)
    yield from _rows(reader, "0", "0", "practice", plan.practice)
    for period in plan.periods:
        head = (reader, str(period.number), str(period.washout_days))
        yield from _rows(*head, "study", period.cases)
        yield from _rows(*head, "spare", period.spares)


def audit_text(study: Study, cases: Sequence[StudyCase]) -> str:
    """Return the table of all planned readers as CSV.

    Raises
    ------
    StudyError
        If there is no plan for one of them, or the table would be beyond all bounds.
    """
    row_count = len(study.readers.planned) * len(cases) * max(len(study.order.arms), 1)
    if row_count > MOST_AUDIT_ROWS:
        raise StudyError(
            f"The audit table would have up to {row_count} rows; at most {MOST_AUDIT_ROWS} are written. "
            "Split the study, or plan fewer readers at a time."
        )
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(AUDIT_COLUMNS)
    for reader in study.readers.planned:
        writer.writerows(audit_rows(study, cases, reader))
    return stream.getvalue()


def write_audit(folder: Path, study: Study, cases: Sequence[StudyCase]) -> Path:
    """Write the audit table into the study folder, unless it is there with the same content.

    A reader planned later adds rows at the end; rows that are there are never changed.

    Raises
    ------
    StudyError
        If another order was written before, no reader is planned, or the file cannot be written.
    """
    if not study.readers.planned:
        raise StudyError(
            "No reader is planned. Write the pseudonyms into readers.planned, then write the table."
        )
    path = folder / AUDIT_FILE
    text = audit_text(study, cases)
    problem = audit_problem(folder, text)
    if problem:
        raise StudyError(problem)
    try:
        replace_file(path, text.encode("utf-8"))
    except OSError as err:
        reason = err.strerror or "no reason given"
        raise StudyError(f"{path} cannot be written ({reason}). Check the folder and the disk.") from err
    return path


def audit_problem(folder: Path, text: str) -> str:
    """Return why the table on disk contradicts the one of the study now, "" where it does not."""
    path = folder / AUDIT_FILE
    if not path.exists():
        return ""
    try:
        written = read_text(path, largest_bytes=LARGEST_TABLE_BYTES, what="The audit table")
    except StudyError as err:
        return str(err)
    # Editors and spreadsheets change line ends.
    if text.startswith(written.replace("\r\n", "\n")):
        return ""
    return (
        f"{AUDIT_FILE} holds another order than the study gives now. Undo the change of cases, seed or "
        "readers; if no reader has begun, delete the table and write it anew."
    )


def _rows(
    reader: str, period: str, washout_days: str, role: str, planned: Sequence[PlannedCase]
) -> Iterator[tuple[str, ...]]:
    for position, one in enumerate(planned, 1):
        case = one.case
        yield (
            reader, period, washout_days, str(position), role, case.list_name, one.arm, case.case_id, one.task
        )  # fmt: skip
