"""The case list of a study: what is shown, together with what, for which task. It holds no answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

from capture_app.session.cases import MAX_PANES, cases_of_folder
from capture_app.session.port import SessionError
from capture_app.session.study.findings import StudyError
from capture_app.session.study.keys import NAME_PATTERN, NAME_RULE
from capture_app.session.study.study_files import TableFindings, TableRow, inside, read_table
from recordings_schema.stimuli import StimulusError, load_image
from recordings_schema.stimuli.limits import LARGEST_FILE_BYTES

IMAGE_COLUMNS: Final = ("image", *(f"image_{pane}" for pane in range(2, MAX_PANES + 1)))
CASE_COLUMNS: Final[dict[str, str]] = {
    "case_id": f"name of the case, once in the list: {NAME_RULE}",
    "image": "image file, relative to the study folder",
    **dict.fromkeys(IMAGE_COLUMNS[1:], "further image of the same case, shown beside the others"),
    "role": "`study` (if empty), `spare` (replaces discarded cases) or `practice` (never exported)",
    "list": "list the case belongs to, for blocked orders and crossovers",
    "task": "task of the case; the first task of the study if empty",
    "target": "search and segment: the finding or structure that is looked for",
    "question": "question: the question",
    "choices": "question: answers, separated by `|`; yes and no if empty",
    "patient": "pseudonym of the patient: analyses split by patient",
}
CHOICE_SEPARATOR: Final = "|"
YES_NO: Final = ("yes", "no")


class CaseRole(str, Enum):
    """What a case is there for."""

    STUDY = "study"
    SPARE = "spare"
    PRACTICE = "practice"


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyCase:
    """One case of the list."""

    case_id: str
    images: tuple[Path, ...]  # one per pane
    role: CaseRole = CaseRole.STUDY
    list_name: str = ""
    task: str = ""  # name of a task; "" is the first
    target: str = ""
    question: str = ""
    choices: tuple[str, ...] = ()  # of a question
    patient: str = ""
    line: int = 0  # of the case list; 0 where the cases are a folder


def read_cases(
    path: Path, folder: Path, problems: TableFindings, *, is_decoded: bool = False
) -> tuple[StudyCase, ...]:
    """Return the cases of a case list; what is wrong goes into `problems`.

    Parameters
    ----------
    path
        The CSV file.
    folder
        The study folder, which image names are relative to.
    problems
        Where findings go.
    is_decoded
        Every image is decoded as well, which takes up to a second each.
    """
    rows = read_table(path, columns=tuple(CASE_COLUMNS), required=("case_id", "image"), problems=problems)
    cases = [_case(row, folder, problems) for row in rows]
    _report_repeated(cases, problems)
    checked: set[Path] = set()
    for case in cases:
        for pane, image in enumerate(case.images):
            if image not in checked:
                checked.add(image)
                _check_image(image, folder, case.line, IMAGE_COLUMNS[pane], problems, is_decoded=is_decoded)
    if rows and not cases:
        problems.error(0, "", "The case list holds no case.", "Write one case per line.")
    elif not rows and not problems.findings:
        problems.error(0, "", "The case list holds no case.", "Write one case per line below the header.")
    return tuple(cases)


def read_case_folder(path: Path, problems: TableFindings) -> tuple[StudyCase, ...]:
    """Return one study case per image (or sub-folder of two to four images) of a folder."""
    try:
        listed = cases_of_folder(path)
    except SessionError as err:
        problems.error(0, "", str(err), "")
        return ()
    cases = []
    for case in listed.cases:
        if not re.fullmatch(NAME_PATTERN, case.case_id):
            problems.error(
                0, "", f"{case.case_id!r} cannot be the name of a case.", f"Rename the file: {NAME_RULE}"
            )
        cases.append(StudyCase(case_id=case.case_id, images=case.images))
    return tuple(cases)


def _case(row: TableRow, folder: Path, problems: TableFindings) -> StudyCase:
    values = row.values
    for column in ("case_id", "list", "patient"):
        value = values.get(column, "")
        if (value or column == "case_id") and not re.fullmatch(NAME_PATTERN, value):
            problems.error(row.line, column, f"{column} is {value!r}.", f"Use {NAME_RULE}")
    return StudyCase(
        case_id=values["case_id"],
        images=_images(row, folder, problems),
        role=_role(row, problems),
        list_name=values.get("list", ""),
        task=values.get("task", ""),
        target=values.get("target", ""),
        question=values.get("question", ""),
        choices=_choices(row, problems),
        patient=values.get("patient", ""),
        line=row.line,
    )


def _images(row: TableRow, folder: Path, problems: TableFindings) -> tuple[Path, ...]:
    named = [(column, row.values.get(column, "")) for column in IMAGE_COLUMNS]
    last = max((pane for pane, (_, name) in enumerate(named) if name), default=0)
    images = []
    for column, name in named[: last + 1]:
        if not name:
            problems.error(row.line, column, "The image is missing.", "Name the file; leave no pane out.")
            continue
        try:
            images.append(inside(folder, name))
        except StudyError as err:
            problems.error(row.line, column, str(err), "")
    return tuple(images)


def _role(row: TableRow, problems: TableFindings) -> CaseRole:
    value = row.values.get("role", "") or CaseRole.STUDY.value
    try:
        return CaseRole(value)
    except ValueError:
        known = ", ".join(role.value for role in CaseRole)
        problems.error(row.line, "role", f"There is no role {value!r}.", f"Known are {known}.")
        return CaseRole.STUDY


def _choices(row: TableRow, problems: TableFindings) -> tuple[str, ...]:
    text = row.values.get("choices", "")
    if not text:
        return YES_NO if row.values.get("question", "") else ()
    choices = tuple(choice.strip() for choice in text.split(CHOICE_SEPARATOR))
    if len(choices) < 2 or "" in choices or len(set(choices)) < len(choices):
        problems.error(
            row.line,
            "choices",
            f"{text!r} are no choices.",
            f"Give two or more different ones with {CHOICE_SEPARATOR} between.",
        )
    return choices


def _report_repeated(cases: list[StudyCase], problems: TableFindings) -> None:
    first_lines: dict[str, int] = {}
    readings: dict[tuple[object, ...], StudyCase] = {}
    for case in cases:
        # Files named after cases must differ on systems that take capitals for small letters.
        first = first_lines.setdefault(case.case_id.casefold(), case.line)
        if first != case.line:
            problems.error(
                case.line,
                "case_id",
                f"The case {case.case_id} is there already, on line {first} (capitals do not count).",
                "Give every case a name of its own.",
            )
        same = readings.setdefault((case.images, case.task, case.target, case.question), case)
        if same is not case and case.images:
            problems.warning(
                case.line,
                "image",
                f"The case {case.case_id} shows the same as {same.case_id} on line {same.line}.",
                "Remove one, unless readers are meant to see it twice.",
            )


def _check_image(
    path: Path, folder: Path, line: int, column: str, problems: TableFindings, *, is_decoded: bool
) -> None:
    name = path.relative_to(folder).as_posix()
    try:
        if not path.is_file():
            problems.error(
                line, column, f"The image {name} is not there.", "Put it there or correct the name."
            )
            return
        size_bytes = path.stat().st_size
        if size_bytes == 0:
            problems.error(line, column, f"The image {name} is an empty file.", "Copy it again.")
        elif size_bytes > LARGEST_FILE_BYTES:
            remedy = f"Images of at most {LARGEST_FILE_BYTES >> 20} MB are shown."
            problems.error(line, column, f"The image {name} is too large.", remedy)
        elif is_decoded:
            load_image(path)
    except OSError as err:
        reason = err.strerror or "no reason given"
        problems.error(line, column, f"The image {name} cannot be read ({reason}).", "Check who may read it.")
    except StimulusError as err:
        problems.error(line, column, str(err), "")
