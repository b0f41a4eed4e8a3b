"""What a reader still has to do on a screen, in sentences, and which screens a case has."""

from __future__ import annotations

import math
from typing import Final

from capture_app.session.reading.answer_codec import AnswerValue
from capture_app.session.reading.attempts import Attempt, Shape, ShapeKind
from capture_app.session.reading.errors import ReadingError
from capture_app.session.reading.images import ShownImage
from capture_app.session.study import Study, StudyCase
from capture_app.session.study.case_table import YES_NO
from capture_app.session.study.task_keys import (
    CertaintyScreen,
    ChestBoxScreen,
    ChoiceScreen,
    ImageScreen,
    Label,
    LabelScreen,
    LikertScreen,
    Phase,
    Screen,
    ShapeScreen,
    TextScreen,
    TranscriptScreen,
)
from gaze_core.rows import SHAPE

LABELS: Final = "labels"
TEXT: Final = "text"
PRESENT: Final = "present"
CHOICE: Final = "choice"
CERTAINTY: Final = "certainty"
STEP: Final = "step"
SKIPPED: Final = "is_skipped"  # of the wait for a transcript
LABEL_SEPARATOR: Final = "|"
_LABELS_BYTES: Final = SHAPE.dtype["labels"].itemsize


def answer_name(screen: Screen) -> str:
    """Return the name of the one answer a screen asks for; "" where it asks for none."""
    if isinstance(screen, ImageScreen):
        return PRESENT if screen.phase is Phase.SEARCH else ""
    names: dict[type[Screen], str] = {
        LabelScreen: LABELS, TextScreen: TEXT, ChoiceScreen: CHOICE, CertaintyScreen: CERTAINTY,
        LikertScreen: STEP, TranscriptScreen: SKIPPED,
    }  # fmt: skip
    return names.get(type(screen), "")


def choices_of(screen: ChoiceScreen, case: StudyCase) -> tuple[str, ...]:
    """Return what can be chosen: the screen's choices, else the case's, else yes and no."""
    return screen.choices or case.choices or YES_NO


def chosen_labels(screens: tuple[Screen, ...], attempt: Attempt) -> tuple[str, ...]:
    """Return the labels chosen on all label screens of the case."""
    chosen: list[str] = []
    for screen in screens:
        value = attempt.answers.get((screen.name, LABELS)) if isinstance(screen, LabelScreen) else None
        if isinstance(value, tuple):
            chosen += value
    return tuple(dict.fromkeys(chosen))


def is_shown(screen: Screen, study: Study, screens: tuple[Screen, ...], attempt: Attempt) -> bool:
    """Whether a screen of the task is part of this case, by what was answered so far."""
    labels = {label.name: label for label in study.labels}
    chosen = [labels[name] for name in chosen_labels(screens, attempt) if name in labels]
    if isinstance(screen, TextScreen) and screen.is_for_other:
        return any(label.is_other for label in chosen)
    if isinstance(screen, ShapeScreen):
        # Nothing can be marked in a normal image, but what was drawn before has to be removed there.
        return not any(label.is_exclusive for label in chosen) or bool(finding_shapes(attempt))
    return True


def screens_of(study: Study, attempt: Attempt) -> tuple[Screen, ...]:
    """Return the screens of the task a case is read for, in order."""
    return study.screens_of(study.task_named(attempt.task))


def finding_shapes(attempt: Attempt) -> dict[int, Shape]:
    """Return the shapes around findings, by number; the chest box is none."""
    return {
        number: shape for number, shape in attempt.shapes.items() if shape.kind is not ShapeKind.CHEST_BOX
    }


def toggled(labels: tuple[Label, ...], chosen: tuple[str, ...], name: str) -> tuple[str, ...]:
    """Return the chosen labels after a click on one: an exclusive label and others put each other out."""
    exclusive = {label.name for label in labels if label.is_exclusive}
    if name in chosen:
        return tuple(each for each in chosen if each != name)
    if name in exclusive:
        return (name,)
    kept = {*(each for each in chosen if each not in exclusive), name}
    return tuple(label.name for label in labels if label.name in kept)


def check_answer(screen: Screen, study: Study, case: StudyCase, value: AnswerValue) -> None:
    """Refuse an answer that is none of this screen.

    Raises
    ------
    ReadingError
        With what can be answered.
    """
    if isinstance(screen, LabelScreen):
        known = [label.name for label in study.labels]
        exclusive = [label.name for label in study.labels if label.is_exclusive]
        chosen = _check_several(value, known, "label")
        alone = next((name for name in chosen if name in exclusive), "")
        if alone and len(chosen) > 1:
            raise ReadingError(f"{alone} excludes all other labels. Choose it alone or leave it out.")
    elif isinstance(screen, ChoiceScreen):
        picked = _check_several(value, list(choices_of(screen, case)), "choice")
        if len(picked) > 1 and not screen.are_several_allowed:
            raise ReadingError("Only one of the choices can be the answer.")
    elif isinstance(screen, CertaintyScreen):
        _check_number(value, [level.screen_code for level in study.certainty], "certainty")
    elif isinstance(screen, LikertScreen):
        _check_number(value, list(range(1, screen.steps + 1)), "step")
    elif isinstance(screen, TextScreen):
        if not isinstance(value, str):
            raise ReadingError("The answer to this question is a text.")
    elif isinstance(screen, TranscriptScreen) and value is True and not screen.is_wait_skippable:
        raise ReadingError("This study waits for the transcript; it cannot be skipped.")
    elif answer_name(screen) and not isinstance(value, bool):
        raise ReadingError("The answer is yes or no.")
    elif not answer_name(screen):
        raise ReadingError("This screen asks no question.")


def check_drawn(
    shape: Shape,
    study: Study,
    screen: Screen,
    case: StudyCase,
    attempt: Attempt,
    *,
    images: tuple[ShownImage, ...],
    changed: int = -1,
) -> None:
    """Refuse a shape that cannot be drawn on this screen; `changed` is the number of the one it replaces.

    Labels and certainty may still be missing: `missing` names them.

    Raises
    ------
    ReadingError
        With what can be drawn.
    """
    others = [each.kind for number, each in attempt.shapes.items() if number != changed]
    boxes = others.count(ShapeKind.CHEST_BOX)
    if isinstance(screen, ChestBoxScreen):
        if shape.kind is not ShapeKind.CHEST_BOX:
            raise ReadingError("Here the box around heart and lungs is drawn, nothing else.")
        if boxes:
            raise ReadingError("There is one box around heart and lungs already. Change or remove it.")
    elif isinstance(screen, ShapeScreen):
        if shape.kind.value not in [tool.value for tool in screen.tools]:
            tools = " or ".join(tool.value for tool in screen.tools)
            raise ReadingError(f"The kind of shape {shape.kind.value} is not offered here, only {tools}.")
        if len(others) - boxes >= screen.shapes_maximum:
            raise ReadingError(
                f"{screen.shapes_maximum} shapes are drawn already, and that is the limit. Remove one first."
            )
    else:
        raise ReadingError("Nothing can be drawn on this screen.")
    _check_place(shape, case, images)
    _check_several(shape.labels, [label.name for label in study.labels], "label")
    if len(LABEL_SEPARATOR.join(shape.labels).encode()) > _LABELS_BYTES:
        raise ReadingError("One shape cannot carry so many labels. Draw a second one.")
    if shape.certainty != -1:
        _check_number(shape.certainty, [level.screen_code for level in study.certainty], "certainty")


def _check_place(shape: Shape, case: StudyCase, images: tuple[ShownImage, ...]) -> None:
    if not 0 <= shape.pane < max(1, len(images), len(case.images)):
        raise ReadingError(f"There is no pane {shape.pane + 1} in this case.")
    edges = (shape.left_image_px, shape.top_image_px, shape.right_image_px, shape.bottom_image_px)
    is_finite = all(math.isfinite(edge) for edge in edges)
    if not (is_finite and edges[0] < edges[2] and edges[1] < edges[3]):
        raise ReadingError("The shape has no size. Draw it from one corner to the opposite one.")
    if shape.pane >= len(images):
        return
    image = images[shape.pane]
    if edges[0] >= image.width_px or edges[1] >= image.height_px or edges[2] <= 0 or edges[3] <= 0:
        raise ReadingError("The shape lies beside the image. Draw it on the image.")


def missing(
    screen: Screen, study: Study, screens: tuple[Screen, ...], attempt: Attempt, *, is_transcript_ready: bool
) -> tuple[str, ...]:
    """Return what is still to be done on a screen before it can be left forwards, a sentence each."""
    value = attempt.answers.get((screen.name, answer_name(screen)))
    if isinstance(screen, LabelScreen):
        has_normal = any(label.is_exclusive for label in study.labels)  # else nothing chosen says normal
        return ("Choose at least one label.",) if has_normal and not value else ()
    if isinstance(screen, TextScreen):
        is_empty = not (isinstance(value, str) and value.strip())
        is_required = screen.is_required and is_shown(screen, study, screens, attempt)
        return ("Write an answer; this one is required.",) if is_required and is_empty else ()
    if isinstance(screen, ShapeScreen):
        return _missing_shapes(screen, study, screens, attempt)
    if isinstance(screen, ChestBoxScreen):
        has_box = any(shape.kind is ShapeKind.CHEST_BOX for shape in attempt.shapes.values())
        return () if has_box or not screen.is_required else ("Draw the box around heart and lungs.",)
    if isinstance(screen, TranscriptScreen):
        is_waiting = not (is_transcript_ready or value is True)
        return ("The transcript is not ready yet.",) if is_waiting else ()
    if isinstance(screen, ImageScreen):
        is_unanswered = screen.phase is Phase.SEARCH and not isinstance(value, bool)
        needs_answer = is_unanswered and not is_time_over(screen, attempt)
        return ("Answer present or absent.",) if needs_answer else ()
    if isinstance(screen, ChoiceScreen):
        return () if value else ("Choose an answer.",)
    if isinstance(screen, CertaintyScreen):
        return () if value is not None else ("Say how certain you are.",)
    if isinstance(screen, LikertScreen):
        return () if value is not None else ("Choose a step of the scale.",)
    return ()


def is_time_over(screen: Screen, attempt: Attempt) -> bool:
    """Whether an image that leaves by itself has used up its time."""
    if not isinstance(screen, ImageScreen) or screen.longest_s <= 0:
        return False
    return attempt.shown_ns.get(screen.name, 0) >= screen.longest_s * 1e9


def _missing_shapes(
    screen: ShapeScreen, study: Study, screens: tuple[Screen, ...], attempt: Attempt
) -> tuple[str, ...]:
    has_label_screen = any(isinstance(each, LabelScreen) for each in screens)
    chosen = chosen_labels(screens, attempt)
    labels = {label.name: label for label in study.labels}
    sentences = []
    drawn: set[str] = set()
    for place, (_, shape) in enumerate(sorted(finding_shapes(attempt).items()), 1):
        name = f"{shape.kind.value.capitalize()} {place}"
        drawn.update(shape.labels)
        if labels and not shape.labels:
            sentences.append(f"{name} has no label. Give it one or remove it.")
        for label in shape.labels if has_label_screen else ():
            if label not in chosen:
                sentences.append(f"{name} is marked as {label}, which is not chosen. Change or remove it.")
        if screen.has_certainty and shape.certainty < 0:
            sentences.append(f"{name} has no certainty. Choose one.")
    what = " or ".join(tool.value for tool in screen.tools)
    for name in chosen:
        if name in labels and labels[name].needs_shape and name not in drawn:
            sentences.append(f"{name} has no {what} yet. Draw one or take the label back.")
    return tuple(sentences)


def _check_several(value: AnswerValue, known: list[str], what: str) -> tuple[str, ...]:
    if not isinstance(value, tuple):
        raise ReadingError(f"The answer is a list of {what}s.")
    unknown = [name for name in value if name not in known]
    if unknown:
        raise ReadingError(f"There is no {what} {unknown[0]!r}. Known are {', '.join(known) or 'none'}.")
    if len(set(value)) < len(value):
        raise ReadingError(f"A {what} is named twice.")
    return value


def _check_number(value: AnswerValue, known: list[int], what: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value not in known:
        words = ", ".join(str(each) for each in known) or "none"
        raise ReadingError(f"{value!r} is no {what} of this study. Known are {words}.")
