"""Whether the case list fits the study: tasks, targets, lists, quota, practice, reference, written order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from capture_app.session.study.audit import audit_problem, audit_text
from capture_app.session.study.case_table import CaseRole, StudyCase
from capture_app.session.study.checker import StudyChecker
from capture_app.session.study.design_keys import OrderKind, SpareSource
from capture_app.session.study.findings import StudyError
from capture_app.session.study.model import Study
from capture_app.session.study.order import counted_per_list, list_names, plan_for, uses_lists
from capture_app.session.study.reference import ReferenceEntry
from capture_app.session.study.study_files import TableFindings
from capture_app.session.study.task_keys import ChoiceScreen, TaskKind


def check_case_rows(study: Study, cases: Sequence[StudyCase], problems: TableFindings) -> None:
    """Check every line of the case list against the tasks."""
    tasks = {task.name: task for task in study.tasks}
    for case in cases:
        if case.task and case.task not in tasks:
            problems.error(
                case.line, "task", f"There is no task {case.task!r}.", f"Known are {', '.join(tasks)}."
            )
            continue
        arm_tasks = {arm.task for arm in study.order.arms if arm.task}
        for name in sorted({case.task or study.tasks[0].name} | arm_tasks):
            if name in tasks:
                _check_task_of(study, case, name, problems)
        if uses_lists(study.order) and not case.list_name and case.role is not CaseRole.PRACTICE:
            problems.error(
                case.line,
                "list",
                f"The case {case.case_id} belongs to no list.",
                f"The order {study.order.kind.value} goes by lists; fill in the column list.",
            )
        if case.role is CaseRole.SPARE and study.quota.spares is not SpareSource.MARKED:
            problems.warning(
                case.line, "role", f"The spare {case.case_id} is never used.", 'Set quota.spares to "marked".'
            )


def _check_task_of(study: Study, case: StudyCase, name: str, problems: TableFindings) -> None:
    task = study.task_named(name)
    if task.kind in (TaskKind.SEARCH, TaskKind.SEGMENT) and not case.target:
        problems.error(
            case.line,
            "target",
            f"The case {case.case_id} names no target for the task {name}.",
            "Fill it in.",
        )
    labels = [label.name for label in study.labels]
    if case.target and labels and case.target not in labels:
        problems.warning(
            case.line,
            "target",
            f"The target {case.target!r} is none of the labels.",
            "Write it as in [[labels]].",
        )
    if task.kind is TaskKind.QUESTION:
        if not case.question:
            problems.error(
                case.line, "question", f"The case {case.case_id} asks no question.", "Fill in the question."
            )
        return
    known = {screen.name: screen for screen in study.screens}
    needs_choices = any(
        isinstance(screen, ChoiceScreen) and not screen.choices
        for screen in (known.get(one) for one in task.screens)
    )
    if needs_choices and not case.choices:
        problems.error(
            case.line, "choices", f"The case {case.case_id} offers no choices.", "Fill in the column choices."
        )


def check_design(check: StudyChecker, cases: Sequence[StudyCase], folder: Path) -> None:
    """Check quota, lists, practice and the written audit table."""
    study = check.study
    if any(check.is_bad(path) for path in (("order",), ("quota",), ("readers",), ("practice",))):
        return
    _check_practice(check, cases)
    lists = list_names(cases)
    if study.order.kind is OrderKind.BLOCKED and len(lists) == 1:
        check.warning(
            ("order", "kind"), "All cases are in one list, so that blocks mean nothing.", "Use shuffled."
        )
    if uses_lists(study.order) and study.order.arms and len(lists) != len(study.order.arms):
        check.error(
            ("order", "arm_changes"),
            f"There are {len(lists)} lists for {len(study.order.arms)} arms.",
            "Give as many lists as arms in the case list, or change arms by period.",
        )
        return
    _check_quota(check, cases)
    if check.findings and any(finding.severity.value == "error" for finding in check.findings):
        return
    _check_plans(check, cases, folder)


def _check_plans(check: StudyChecker, cases: Sequence[StudyCase], folder: Path) -> None:
    study = check.study
    try:
        if study.order.kind is not OrderKind.CROSSOVER and study.readers.are_others_allowed:
            plan_for(study, cases, "any-reader")
        if study.readers.planned:
            problem = audit_problem(folder, audit_text(study, cases))
            if problem:
                check.error(("order",), problem, "")
    except StudyError as err:
        check.error(("order",), str(err), "")


def _check_quota(check: StudyChecker, cases: Sequence[StudyCase]) -> None:
    study = check.study
    try:
        counted = counted_per_list(study, cases)
    except StudyError as err:
        check.error(("quota", "cases_per_reader"), str(err), "Change the quota or the lists.")
        return
    is_by_list = uses_lists(study.order)
    for name in list_names(cases) if is_by_list else ("",):
        members = [case for case in cases if not is_by_list or case.list_name == name]
        pool = sum(case.role is CaseRole.STUDY for case in members)
        marked = sum(case.role is CaseRole.SPARE for case in members)
        where = f" of list {name}" if name else ""
        if pool < max(counted, 1):
            check.error(
                ("quota", "cases_per_reader"),
                f"{max(counted, 1)} cases{where} have to count and there are {pool}.",
                "Add cases, or lower the quota.",
            )
        spares = {
            SpareSource.NONE: -1,
            SpareSource.MARKED: marked,
            SpareSource.REST: pool - (counted or pool),
        }
        if spares[study.quota.spares] == 0:
            check.warning(
                ("quota", "spares"),
                f"There are no spares{where}: a case that does not count cannot be replaced.",
                "Add spares, lower the quota, or set spares to none.",
            )
        if study.quota.spares is not SpareSource.REST and 0 < counted < pool:
            check.warning(
                ("quota", "cases_per_reader"),
                f"{pool - counted} cases{where} are read by no reader or only by some.",
                "Raise the quota, or take spares from the rest.",
            )


def _check_practice(check: StudyChecker, cases: Sequence[StudyCase]) -> None:
    practice = check.study.practice
    count = sum(case.role is CaseRole.PRACTICE for case in cases)
    if not practice.is_on:
        return
    if count == 0:
        check.error(
            ("practice", "is_on"),
            "Practice is on and no case has the role practice.",
            "Add some, or switch it off.",
        )
        return
    most = count * practice.rounds_maximum
    for name in ("minimum_cases", "green_in_a_row"):
        if getattr(practice, name) > most:
            check.error(
                ("practice", name),
                f"{name} is {getattr(practice, name)}; {practice.rounds_maximum} rounds of {count} practice "
                f"cases make {most}.",
                "Lower it, or add practice cases.",
            )
    if practice.correct_percent and not check.study.cases.reference:
        check.error(
            ("practice", "correct_percent"),
            "Right answers are asked for and there is no reference standard.",
            "Name cases.reference, or set it to 0.",
        )


def check_reference(
    study: Study, cases: Sequence[StudyCase], entries: Sequence[ReferenceEntry], problems: TableFindings
) -> None:
    """Check that the reference standard says something about every case that has a right answer."""
    stated = {(entry.case_id, entry.finding) for entry in entries}
    answered = {entry.case_id for entry in entries if entry.answer}
    tasks = {task.name: task.kind for task in study.tasks}
    for case in cases:
        kind = tasks.get(case.task or study.tasks[0].name)
        lacks_target = kind is TaskKind.SEARCH and (case.case_id, case.target) not in stated
        lacks_answer = kind is TaskKind.QUESTION and case.case_id not in answered
        if lacks_target or lacks_answer:
            what = f"the target {case.target!r}" if lacks_target else "the answer"
            problems.warning(
                0, "case_id", f"The reference standard does not say {what} of case {case.case_id}.",
                "Add a line; without it the answer cannot be judged.",
            )  # fmt: skip
