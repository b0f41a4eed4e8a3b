"""Whether labels, screens, tasks and arms of a study fit together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from capture_app.session.study.checker import StudyChecker
from capture_app.session.study.design_keys import ArmChange, OrderKind
from capture_app.session.study.findings import KeyPath
from capture_app.session.study.task_keys import (
    CertaintyScreen,
    ChoiceScreen,
    EndScreen,
    ImageScreen,
    LabelScreen,
    Phase,
    Screen,
    ShapeScreen,
    Task,
    TaskKind,
    TextScreen,
    TranscriptScreen,
)

PHASES: Final[dict[TaskKind, tuple[Phase, ...]]] = {
    TaskKind.READ: (Phase.READ,),
    TaskKind.SEARCH: (Phase.SEARCH,),
    TaskKind.QUESTION: (Phase.QUESTION,),
    TaskKind.SEGMENT: (Phase.LOCATE, Phase.COVER),
}
"""Phases of the image screens of each kind of task, in their order."""


def check_labels(check: StudyChecker) -> None:
    """Check the label list and the certainty scale."""
    labels, levels = check.study.labels, check.study.certainty
    _report_repeated(check, "labels", "name", [label.name.casefold() for label in labels])
    _report_repeated(check, "certainty", "name", [level.name.casefold() for level in levels])
    _report_repeated(check, "certainty", "screen_code", [level.screen_code for level in levels])
    _report_repeated(check, "certainty", "export_code", [level.export_code for level in levels])
    for number, label in enumerate(labels):
        if label.is_exclusive and label.is_other:
            check.error(
                ("labels", number, "is_exclusive"),
                f"{label.name} excludes all others and asks for another finding.",
                "Keep one of the two.",
            )
    if sum(label.is_other for label in labels) > 1:
        check.error(("labels",), "More than one label is the free one.", "Keep one is_other.")
    if len(levels) == 1:
        check.error(("certainty",), "A certainty scale of one step says nothing.", "Give two or more.")


def check_screens(check: StudyChecker) -> None:
    """Check names of screens and what each needs from the rest of the study."""
    study = check.study
    _report_repeated(check, "screens", "name", [screen.name for screen in study.screens])
    used = {name for task in study.tasks for name in task.screens}
    for number, screen in enumerate(study.screens):
        path: KeyPath = ("screens", number)
        if screen.name not in used:
            check.warning(
                path,
                f"No task shows the screen {screen.name}.",
                "Remove it, or add it to a task.",
                ("tasks",),
            )
        _check_screen(check, path, screen)
    if study.dictation.is_on and not any(_is_dictated(screen) for screen in study.screens):
        check.error(
            ("dictation", "is_on"),
            "Dictation is on and no image screen is dictated.",
            "Set is_dictated on an image screen, or switch dictation off.",
            ("screens",),
        )


def _check_screen(check: StudyChecker, path: KeyPath, screen: Screen) -> None:
    study = check.study
    needs_labels = isinstance(screen, LabelScreen)
    needs_levels = isinstance(screen, CertaintyScreen) or (
        isinstance(screen, ShapeScreen) and screen.has_certainty
    )
    if needs_labels and not study.labels:
        check.error(path, f"The screen {screen.name} has no labels to offer.", "Add [[labels]].", ("labels",))
    if needs_levels and not study.certainty:
        check.error(
            path, f"The screen {screen.name} asks for a certainty.", "Add [[certainty]].", ("certainty",)
        )
    if isinstance(screen, ImageScreen):
        _check_image_screen(check, path, screen)
    if (
        isinstance(screen, TextScreen)
        and screen.is_for_other
        and not any(label.is_other for label in study.labels)
    ):
        check.error(
            (*path, "is_for_other"), "No label is the free one.", "Set is_other on a label.", ("labels",)
        )
    if isinstance(screen, TranscriptScreen) and not study.dictation.is_on:
        check.error(
            path,
            f"The screen {screen.name} shows a transcript and dictation is off.",
            "Switch dictation on, or remove the screen.",
            ("dictation",),
        )
    if isinstance(screen, ChoiceScreen):
        if len(screen.choices) == 1:
            check.error((*path, "choices"), "One choice is no choice.", "Give two or more.")
        if len(set(screen.choices)) < len(screen.choices):
            check.error((*path, "choices"), "A choice is there twice.", "Keep each once.")
    if isinstance(screen, ShapeScreen) and len(set(screen.tools)) < len(screen.tools):
        check.error((*path, "tools"), "A tool is there twice.", "Keep each once.")


def _check_image_screen(check: StudyChecker, path: KeyPath, screen: ImageScreen) -> None:
    if screen.is_dictated and not check.study.dictation.is_on:
        check.error(
            (*path, "is_dictated"),
            f"The screen {screen.name} is dictated and dictation is off.",
            "Switch dictation on, or is_dictated off.",
            ("dictation",),
        )
    if screen.is_mask_previewed and screen.phase is not Phase.COVER:
        check.error(
            (*path, "is_mask_previewed"), "Only the phase cover makes a mask.", "Remove is_mask_previewed."
        )
    if screen.is_dictated and screen.longest_s > check.study.dictation.longest_s:
        check.error(
            (*path, "longest_s"),
            f"The image stays {screen.longest_s:g} s and a dictation lasts "
            f"{check.study.dictation.longest_s:g} s at most.",
            "Raise dictation.longest_s, or lower this.",
            ("dictation", "longest_s"),
        )


def check_tasks(check: StudyChecker) -> None:
    """Check that every task has the screens its kind needs, in an order that makes sense."""
    study = check.study
    _report_repeated(check, "tasks", "name", [task.name for task in study.tasks])
    by_name = {screen.name: screen for screen in study.screens}
    for number, task in enumerate(study.tasks):
        path: KeyPath = ("tasks", number, "screens")
        for place, name in enumerate(task.screens):
            if name not in by_name:
                check.error(
                    (*path, place),
                    f"There is no screen {name!r}.",
                    f"Known are {', '.join(by_name)}.",
                    ("screens",),
                )
            elif name in task.screens[:place]:
                check.error((*path, place), f"The screen {name} is there twice.", "Keep it once.")
        screens = [by_name[name] for name in task.screens if name in by_name]
        if len(screens) == len(task.screens):
            _check_task(check, path, task, screens)


def _check_task(check: StudyChecker, path: KeyPath, task: Task, screens: list[Screen]) -> None:
    images = [screen for screen in screens if isinstance(screen, ImageScreen)]
    wanted = PHASES[task.kind]
    if tuple(screen.phase for screen in images) != wanted:
        check.error(
            path,
            f"A task of the kind {task.kind.value} has image screens of the phases "
            f"{' and '.join(phase.value for phase in wanted)}, in this order and no others.",
            "Add or remove screens, or change their phase.",
            ("screens",),
            ("tasks",),
        )
        return
    places = {type(screen): place for place, screen in enumerate(screens)}
    last_image = screens.index(images[-1])
    answers: tuple[tuple[type[object], str], ...] = (
        (LabelScreen, "labels"), (ShapeScreen, "shapes"), (TranscriptScreen, "a transcript"),
        (CertaintyScreen, "a certainty"),
    )  # fmt: skip
    for kind, words in answers:
        if kind in places and places[kind] < last_image:
            check.error(
                path, f"The task {task.name} asks for {words} before the image is read.",
                "Move the image screen to the front.", ("screens",),
            )  # fmt: skip
    asks_for_other = any(isinstance(screen, TextScreen) and screen.is_for_other for screen in screens)
    if asks_for_other and LabelScreen not in places:
        check.error(
            path,
            f"The task {task.name} asks about another finding without labels.",
            "Add a labels screen before it.",
            ("screens",),
        )
    if TranscriptScreen in places and not any(_is_dictated(screen) for screen in screens):
        check.error(
            path, f"The task {task.name} shows a transcript of nothing.",
            "Let its image screen be dictated.", ("screens",),
        )  # fmt: skip
    if EndScreen in places and places[EndScreen] != len(screens) - 1:
        check.error(
            path,
            f"The end of the case is not the last screen of {task.name}.",
            "Move it to the end.",
            ("screens",),
        )


def check_order(check: StudyChecker) -> None:
    """Check arms, washout and planned readers, as far as the case list does not matter."""
    study = check.study
    order, planned = study.order, study.readers.planned
    _report_repeated(check, "readers", "planned", [reader.casefold() for reader in planned])
    for place, reader in enumerate(planned):
        if len(reader) > 32:
            check.error(
                ("readers", "planned", place),
                f"The pseudonym {reader} is too long.",
                "Use at most 32 characters.",
            )
    _report_repeated(check, "order", "arms", [arm.name.casefold() for arm in order.arms])
    tasks = [task.name for task in study.tasks]
    for number, arm in enumerate(order.arms):
        if arm.task and arm.task not in tasks:
            check.error(
                ("order", "arms", number, "task"),
                f"There is no task {arm.task!r}.",
                f"Known are {', '.join(tasks)}.",
                ("tasks",),
            )
    if not planned and not study.readers.are_others_allowed:
        check.error(
            ("readers", "are_others_allowed"),
            "No reader is planned and no other is allowed.",
            "Name readers.",
        )
    if order.kind is OrderKind.CROSSOVER:
        _check_crossover(check)
    elif order.arms:
        check.error(
            ("order", "arms"), f"The order {order.kind.value} has no arms.", "Remove them, or use crossover."
        )
    elif order.washout_days:
        check.error(
            ("order", "washout_days"),
            f"The order {order.kind.value} has no washout.",
            "Remove it, or use crossover.",
        )


def _check_crossover(check: StudyChecker) -> None:
    order, planned = check.study.order, check.study.readers.planned
    if len(order.arms) < 2:
        check.error(
            ("order", "arms") if order.arms else ("order",),
            f"A crossover with {len(order.arms)} arms is impossible.",
            "Add [[order.arms]], two or more.",
        )
    if order.washout_days == 0:
        check.error(
            ("order", "washout_days"),
            "A crossover without washout shows readers what they have just seen.",
            "Give days; four weeks are usual.",
        )
    if not planned:
        check.error(
            ("readers", "planned"),
            "A crossover is balanced over the planned readers, and none is planned.",
            "List their pseudonyms in order of enrolment.",
        )
    row_count = len(order.arms) * (1 + len(order.arms) % 2)
    if len(order.arms) > 1 and planned and len(planned) % row_count:
        change = "period" if order.arm_changes is ArmChange.PERIOD else "list"
        check.warning(
            ("readers", "planned"),
            f"{len(planned)} readers cannot be balanced over the {row_count} sequences of arms by {change}.",
            f"Plan a multiple of {row_count}.",
        )


def _is_dictated(screen: Screen) -> bool:
    return isinstance(screen, ImageScreen) and screen.is_dictated


def _report_repeated(check: StudyChecker, table: str, key: str, values: Iterable[object]) -> None:
    """Report values of one key that several items of an array of tables (or items of an array) share."""
    seen: dict[object, int] = {}
    for number, value in enumerate(values):
        first = seen.setdefault(value, number)
        if first == number:
            continue
        is_plain = key in ("planned", "arms")
        path: KeyPath = (table, key, number) if is_plain else (table, number, key)
        word = "It" if is_plain else key
        check.error(path, f"{word} is the same as that of item {first + 1}.", "Give each its own.")
