"""Reading a study: file, case list and reference standard, with everything that is wrong in one run."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from capture_app.session.study import check_measuring, check_tasks, check_terms, dataset_keys
from capture_app.session.study.case_table import StudyCase, read_case_folder, read_cases
from capture_app.session.study.check_cases import check_case_rows, check_design, check_reference
from capture_app.session.study.checker import StudyChecker
from capture_app.session.study.decode import Decoder
from capture_app.session.study.findings import StudyError, StudyFinding, has_errors
from capture_app.session.study.model import STUDY_EXTENSION, Study
from capture_app.session.study.reference import ReferenceEntry, read_reference
from capture_app.session.study.study_files import LARGEST_STUDY_BYTES, TableFindings, inside, read_text
from capture_app.session.study.toml_lines import TomlSyntaxError, parse_toml
from recordings_schema.findings import Severity

MOST_FINDINGS: Final = 1000
_ORDER: Final = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
_CHECKS: Final = (
    check_measuring.check_display,
    check_measuring.check_conditions,
    check_measuring.check_tracker,
    check_measuring.check_calibration,
    check_measuring.check_gates,
    check_measuring.check_drift,
    check_measuring.check_detector,
    check_terms.check_consent,
    check_terms.check_terms,
    dataset_keys.check_datasets,
    check_tasks.check_labels,
    check_tasks.check_screens,
    check_tasks.check_tasks,
    check_tasks.check_order,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedStudy:
    """A study that may be used: its file, its folder, its cases. The reference standard is not in it."""

    path: Path  # the study file
    folder: Path
    sha256: str  # of the study file's text as UTF-8
    study: Study
    cases: tuple[StudyCase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedStudy:
    """What a check found. `opened` is None where the file could not be read as TOML at all."""

    path: Path
    findings: tuple[StudyFinding, ...]  # errors first
    opened: OpenedStudy | None

    @property
    def is_usable(self) -> bool:
        """Whether a session may start."""
        return self.opened is not None and not has_errors(self.findings)


def find_study(path: Path) -> Path:
    """Return the study file that a path means: itself, or the only one in a folder.

    Raises
    ------
    StudyError
        If there is none, or more than one.
    """
    try:
        if path.is_dir():
            files = sorted(file for file in path.iterdir() if file.name.endswith(STUDY_EXTENSION))
        elif path.is_file():
            return path
        else:
            raise StudyError(
                f"{path} is not there. Name a study folder or a study file (*{STUDY_EXTENSION})."
            )
    except OSError as err:
        reason = err.strerror or "no reason given"
        raise StudyError(f"{path} cannot be opened ({reason}). Check the name and who may read it.") from err
    if not files:
        raise StudyError(
            f"The folder {path} holds no study file (*{STUDY_EXTENSION}). "
            "Name another, or make a study with `reading-station study new`."
        )
    if len(files) > 1:
        names = ", ".join(file.name for file in files)
        raise StudyError(f"The folder {path} holds several study files ({names}). Name one of them.")
    return files[0]


def is_study(path: Path) -> bool:
    """Whether a path means a study: a study file, or a folder that holds one."""
    if path.is_dir():
        return any(path.glob(f"*{STUDY_EXTENSION}"))
    return path.name.endswith(STUDY_EXTENSION)


def check_study(path: Path, *, is_decoded: bool = False) -> CheckedStudy:
    """Read a study and find everything that is wrong with it.

    Parameters
    ----------
    path
        The study folder or the study file.
    is_decoded
        Every image is decoded as well.

    Raises
    ------
    StudyError
        If there is no study file, or it is no text of a usable size.
    """
    file = find_study(path)
    text = read_text(file, largest_bytes=LARGEST_STUDY_BYTES, what="The study file")
    try:
        values, lines = parse_toml(text)
    except TomlSyntaxError as err:
        finding = StudyFinding(
            severity=Severity.ERROR,
            file=file.name,
            line=err.line,
            key="",
            what=f"The file cannot be read as TOML from here on: {err}.",
            remedy="Correct this place; texts stand in quotes, each key once.",
        )
        return CheckedStudy(path=file, findings=(finding,), opened=None)
    decoder = Decoder(file.name, lines)
    study = decoder.record(Study, values)
    folder = file.parent
    check = StudyChecker(study, file.name, folder, lines, decoder.bad)
    for check_part in _CHECKS:
        check_part(check)
    cases, from_tables = _cases(check, study, folder, is_decoded=is_decoded)
    opened = OpenedStudy(
        path=file,
        folder=folder,
        sha256=hashlib.sha256(text.encode("utf-8")).hexdigest(),
        study=study,
        cases=cases,
    )
    findings = sorted([*decoder.findings, *check.findings, *from_tables], key=_place)
    return CheckedStudy(path=file, findings=_limited(findings, file.name), opened=opened)


def open_study(path: Path) -> OpenedStudy:
    """Return a study that may be used.

    Raises
    ------
    StudyError
        If there is none, or its check finds errors; the text names the first and their number.
    """
    checked = check_study(path)
    if checked.opened is not None and checked.is_usable:
        return checked.opened
    count = sum(finding.severity is Severity.ERROR for finding in checked.findings)
    raise StudyError(
        f"The study {checked.path.name} cannot be used: {checked.findings[0].sentence()} "
        f"({count} in all; `reading-station study check` lists them.)"
    )


def kept_study(file: Path, folder: Path) -> OpenedStudy | None:
    """Return a study as it was recorded with, to look at it again; None where its file cannot be read.

    Nothing of it is checked: images, tables and cases may be gone, and what a task asked is still known.

    Parameters
    ----------
    file
        The study file, or the copy beside the sessions.
    folder
        The study folder, which the file names its tables relative to.
    """
    try:
        text = read_text(file, largest_bytes=LARGEST_STUDY_BYTES, what="The study file")
        values, lines = parse_toml(text)
    except (StudyError, TomlSyntaxError):
        return None
    study = Decoder(file.name, lines).record(Study, values)
    source = study.cases
    problems = TableFindings(file=file.name)
    cases: tuple[StudyCase, ...] = ()
    try:
        if source.table:
            cases = read_cases(inside(folder, source.table), folder, problems)
        elif source.folder:
            cases = read_case_folder(inside(folder, source.folder), problems)
    except StudyError:
        cases = ()
    sha256 = hashlib.sha256(text.encode("utf-8")).hexdigest()
    return OpenedStudy(path=file, folder=folder, sha256=sha256, study=study, cases=cases)


def open_reference(opened: OpenedStudy) -> tuple[ReferenceEntry, ...]:
    """Return the reference standard of a study, for what may know it: practice feedback, exports, the report.

    Raises
    ------
    StudyError
        If it cannot be read or holds errors.
    """
    name = opened.study.cases.reference
    if not name:
        return ()
    problems = TableFindings(file=name)
    entries = read_reference(inside(opened.folder, name), opened.folder, opened.cases, problems)
    errors = [finding for finding in problems.findings if finding.severity is Severity.ERROR]
    if errors:
        raise StudyError(f"The reference standard cannot be used: {errors[0].sentence()}")
    return entries


def _cases(
    check: StudyChecker, study: Study, folder: Path, *, is_decoded: bool
) -> tuple[tuple[StudyCase, ...], list[StudyFinding]]:
    """Return the cases and what is wrong in the tables; design checks go to `check`."""
    source = study.cases
    if bool(source.table) == bool(source.folder):
        what = "Both a table and a folder are named." if source.table else "No cases are named."
        check.error(("cases",), what, "Name a case list as `table`, or a folder of images as `folder`.")
        return (), []
    name = source.table or source.folder
    problems = TableFindings(file=name)
    try:
        path = inside(folder, name)
    except StudyError as err:
        check.error(("cases", "table" if source.table else "folder"), str(err), "")
        return (), []
    if source.table:
        cases = read_cases(path, folder, problems, is_decoded=is_decoded)
    else:
        cases = read_case_folder(path, problems)
    # Tasks are there to be compared with, or the file has told already that they are not.
    if study.tasks and not check.is_bad(("tasks",)):
        check_case_rows(study, cases, problems)
    if cases and study.tasks:
        check_design(check, cases, folder)
    return cases, [*problems.findings, *_reference_findings(check, study, cases, folder)]


def _reference_findings(
    check: StudyChecker, study: Study, cases: tuple[StudyCase, ...], folder: Path
) -> list[StudyFinding]:
    name = study.cases.reference
    if not name:
        return []
    problems = TableFindings(file=name)
    try:
        entries = read_reference(inside(folder, name), folder, cases, problems)
    except StudyError as err:
        check.error(("cases", "reference"), str(err), "")
        return []
    if study.tasks:
        check_reference(study, cases, entries, problems)
    return problems.findings


def _place(finding: StudyFinding) -> tuple[int, str, int]:
    return _ORDER[finding.severity], finding.file, finding.line


def _limited(findings: list[StudyFinding], file: str) -> tuple[StudyFinding, ...]:
    if len(findings) <= MOST_FINDINGS:
        return tuple(findings)
    rest = StudyFinding(
        severity=Severity.ERROR if findings[MOST_FINDINGS].severity is Severity.ERROR else Severity.NOTE,
        file=file,
        line=0,
        key="",
        what=f"There are {len(findings) - MOST_FINDINGS} findings more.",
        remedy="Correct these and check again.",
    )
    return (*findings[:MOST_FINDINGS], rest)
