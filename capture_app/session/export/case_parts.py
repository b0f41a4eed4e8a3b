"""What a reader said, chose and drew in a case, in the words of the formats."""

from __future__ import annotations

import math

import numpy as np

from capture_app.session.event_json import events_of
from capture_app.session.mask_progress import MASK_EVENT
from capture_app.session.reading.rules import LABELS
from capture_app.session.report.case_facts import CaseEntry
from capture_app.session.study import OpenedStudy
from capture_app.session.study.task_keys import TextScreen
from gaze_core.rows import decode_text
from recordings_schema.formats.reading import ReadAnswer, ReadLabel, ReadMask, ReadShape, ReadWord
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording


def words_of(recording: Recording, trial: int) -> tuple[ReadWord, ...]:
    """Return the words of the newest text of a trial, in the order of the text."""
    rows = recording.rows(DatasetKey.WORDS)
    own = rows[rows["trial"] == trial]
    if not len(own):
        return ()
    own = own[own["version"] == own["version"].max()]
    own = own[np.argsort(own["index"], kind="stable")]
    return tuple(
        ReadWord(
            text=decode_text(row["text"]),
            t_onset_host_ns=int(row["t_onset_host_ns"]),
            t_offset_host_ns=int(row["t_offset_host_ns"]),
            kind=decode_text(row["kind"]),
            score=float(row["score"]),
        )
        for row in own
    )


def shapes_of(entry: CaseEntry, opened: OpenedStudy | None) -> tuple[ReadShape, ...]:
    """Return the shapes of a case, their certainty as the study exports it."""
    codes = (
        {} if opened is None else {level.screen_code: level.export_code for level in opened.study.certainty}
    )
    return tuple(
        ReadShape(
            kind=shape.kind.value,
            image_id=shape.image_id,
            pane=shape.pane,
            left_image_px=min(shape.left_image_px, shape.right_image_px),
            top_image_px=min(shape.top_image_px, shape.bottom_image_px),
            right_image_px=max(shape.left_image_px, shape.right_image_px),
            bottom_image_px=max(shape.top_image_px, shape.bottom_image_px),
            labels=shape.labels,
            certainty=codes.get(shape.certainty, shape.certainty),
        )
        for _, shape in sorted(entry.shapes.items())
    )


def answers_of(entry: CaseEntry) -> tuple[ReadAnswer, ...]:
    """Return the answers of a case that count, in the order of their first being given."""
    kinds = {screen.name: screen.kind for screen in entry.screens}
    return tuple(
        ReadAnswer(screen=screen, kind=kinds.get(screen, ""), name=name, value=value)
        for (screen, name), value in entry.answers.items()
    )


def labels_of(opened: OpenedStudy | None) -> tuple[ReadLabel, ...]:
    """Return the study's label list."""
    if opened is None:
        return ()
    return tuple(
        ReadLabel(
            name=label.name,
            is_exclusive=label.is_exclusive,
            is_other=label.is_other,
            needs_shape=label.needs_shape,
        )
        for label in opened.study.labels
    )


def masks_of(recording: Recording, entry: CaseEntry) -> tuple[ReadMask, ...]:
    """Return the masks a reader covered with the eyes in a case, in the order they were covered."""
    found = []
    for event in events_of(recording.rows(DatasetKey.EVENTS), MASK_EVENT):
        content = event.content
        if event.trial == entry.trial and content.get("attempt") == entry.attempt:
            settled_s = content.get("settled_s")
            found.append(
                ReadMask(
                    screen=str(content.get("screen", "")),
                    image_id=int(content.get("image_id", -1)),
                    visible_s=float(content.get("visible_s", math.nan)),
                    gaze_s=float(content.get("gaze_s", math.nan)),
                    covered_share=float(content.get("covered_share", math.nan)),
                    settled_s=math.nan if settled_s is None else float(settled_s),
                )
            )
    return tuple(found)


def chosen_of(entry: CaseEntry) -> tuple[str, ...]:
    """Return the labels the reader chose on all label screens."""
    chosen: dict[str, None] = {}
    for (_, name), value in entry.answers.items():
        if name == LABELS and isinstance(value, tuple):
            chosen.update(dict.fromkeys(value))
    return tuple(chosen)


def other_text_of(entry: CaseEntry, opened: OpenedStudy | None) -> str:
    """Return the free text the label "other" asked for; "" without one."""
    if opened is None:
        return ""
    names = {
        screen.name
        for screen in opened.study.screens
        if isinstance(screen, TextScreen) and screen.is_for_other
    }
    texts = [
        value for (screen, _), value in entry.answers.items() if screen in names and isinstance(value, str)
    ]
    return "\n".join(texts)
