"""The rows of one imported case, on the clock of its recording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from capture_app.session.imported_facts import facts_rows
from capture_app.session.importing.found_images import TakenImage
from capture_app.session.reading import Event, ReadingError, Subject
from capture_app.session.reading.answer_codec import pieces_of
from gaze_core.rows import (
    ANSWER,
    GAZE,
    JUDGEMENT,
    SHAPE,
    TRIAL,
    VIEWPORT,
    WORD,
    EventFlag,
    GazeFlag,
    Rows,
    join_rows,
)
from recordings_schema.formats.importing import ImportCaseError, ImportedCase
from recordings_schema.layout import DatasetKey

BETWEEN_NS: Final = 1_000_000_000  # cases of a dataset without a common clock lie so far apart
_FIRST_NS: Final = 1_000_000_000
_SHORTEST_NS: Final = 1_000_000
RAW_DTYPE: Final = np.dtype([("row", "<i8")])
_WORD_BYTES: Final = WORD.dtype["text"].itemsize
_LABEL_BYTES: Final = SHAPE.dtype["labels"].itemsize


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRows:
    """What one case adds to its recording."""

    rows: Mapping[DatasetKey, Rows]
    end_ns: int  # host time after which the next case may begin
    sample_count: int


def case_rows(
    case: ImportedCase, images: Sequence[TakenImage], *, trial: int, first_sample: int, free_ns: int
) -> CaseRows:
    """Return the rows of a case.

    Parameters
    ----------
    case
        As the dataset holds it.
    images
        Its images, in order.
    trial
        Its number in the recording.
    first_sample
        Number of its first sample in the recording.
    free_ns
        Host time after the case before; below 0 for the first case.

    Raises
    ------
    ImportCaseError
        If its rows contradict each other, so that no recording can hold them.
    """
    _check(case, images)
    first_ns, last_ns = _span(case)
    base_ns = _base(case, first_ns, free_ns)
    begin_ns, end_ns = base_ns + first_ns, base_ns + last_ns
    gaze = _gaze(case, base_ns, first_sample)
    raw = np.zeros(len(gaze), RAW_DTYPE)
    raw["row"] = np.arange(len(gaze))
    ids = np.array([image.image_id for image in images], np.int64)
    own = {
        DatasetKey.GAZE: gaze,
        DatasetKey.RAW: raw,
        DatasetKey.TRIALS: _trials(case, trial, ids, begin_ns, end_ns),
        DatasetKey.VIEWPORT: _viewport(case, images, trial, base_ns, end_ns),
        DatasetKey.FIXATIONS: _fixations(case, images, trial, base_ns),
        DatasetKey.WORDS: _words(case, trial, base_ns),
        # No dataset says when something was drawn: it is there from the beginning, so that it can be seen.
        DatasetKey.SHAPES: _shapes(case, ids, trial, begin_ns),
        DatasetKey.ANSWERS: _answers(case, trial, end_ns),
        DatasetKey.JUDGEMENTS: _judgement(case, trial, end_ns),
        DatasetKey.EVENTS: _facts(case, trial, base_ns, (begin_ns, end_ns)),
    }
    return CaseRows(rows=own, end_ns=end_ns, sample_count=len(gaze))


def _check(case: ImportedCase, images: Sequence[TakenImage]) -> None:
    if len(images) != len(case.images) or not images:
        raise ImportCaseError("The dataset names no image for it.")
    if not len(case.viewport):
        raise ImportCaseError("It says nowhere how its image was shown.")
    if np.any(np.diff(case.gaze["t_host_ns"]) < 0):
        raise ImportCaseError("Its samples are not in order of time.")
    if np.any(case.fixations["offset_host_ns"] <= case.fixations["onset_host_ns"]):
        raise ImportCaseError("One of its fixations ends before it begins.")
    if np.any(np.diff(case.viewport["t_presented_host_ns"]) < 0):
        raise ImportCaseError("Its views are not in order of time.")


def _span(case: ImportedCase) -> tuple[int, int]:
    """Return first and last time of anything of the case, ns from its zero."""
    gaze, fixations = case.gaze["t_host_ns"], case.fixations
    interval = int(np.median(np.diff(gaze))) if len(gaze) > 1 else _SHORTEST_NS
    times = [
        *gaze[:1].tolist(), *(gaze[-1:] + max(interval, 1)).tolist(),
        *fixations["onset_host_ns"].tolist(), *fixations["offset_host_ns"].tolist(),
        *case.viewport["t_presented_host_ns"].tolist(),
        *(t for word in case.words for t in (word.t_onset_host_ns, word.t_offset_host_ns)),
        *case.origins_ns.values(),
    ]  # fmt: skip
    return int(min(times)), int(max(*times, min(times) + _SHORTEST_NS))


def _base(case: ImportedCase, first_ns: int, free_ns: int) -> int:
    """Return the host time of the case's zero: its own clock's where that comes after the case before."""
    if case.first_host_ns is not None and case.first_host_ns + first_ns > free_ns:
        return case.first_host_ns
    return (free_ns + BETWEEN_NS if free_ns >= 0 else _FIRST_NS) - first_ns


def _gaze(case: ImportedCase, base_ns: int, first_sample: int) -> Rows:
    gaze = np.array(case.gaze, GAZE.dtype, copy=True)
    gaze["t_host_ns"] += base_ns
    gaze["t_device_ns"] = gaze["t_host_ns"]
    gaze["seq"] = first_sample + np.arange(len(gaze))
    gaze["flags"] = 0
    is_same = np.append(False, np.diff(gaze["t_host_ns"]) <= 0) if len(gaze) else np.zeros(0, bool)
    gaze["flags"][is_same] = GazeFlag.DEVICE_TIME_BACKWARD
    return gaze


def _trials(
    case: ImportedCase,
    trial: int,
    ids: np.ndarray[tuple[int], np.dtype[np.int64]],
    begin_ns: int,
    end_ns: int,
) -> Rows:
    states = [(begin_ns, "open"), (end_ns, "done")]
    if case.exclusion:
        states.append((end_ns, "discarded"))
    return join_rows(
        [
            TRIAL.row(
                t_host_ns=t_ns, trial=trial, case_id=case.case_id, state=state,
                image_ids=",".join(map(str, ids.tolist())),
            )
            for t_ns, state in states
        ]
    )  # fmt: skip


def _viewport(
    case: ImportedCase, images: Sequence[TakenImage], trial: int, base_ns: int, end_ns: int
) -> Rows:
    rows = np.array(case.viewport, VIEWPORT.dtype, copy=True)
    for name in ("t_asked_host_ns", "t_presented_host_ns"):
        rows[name] += base_ns
    rows["trial"] = trial
    places = rows["image_id"].copy()
    for place, image in enumerate(images):
        own = places == place
        rows["image_id"][own] = image.image_id
        for edge, scale in (("x", image.scale_x), ("y", image.scale_y), ("w", image.scale_x),
                            ("h", image.scale_y)):  # fmt: skip
            rows[f"src_{edge}_image_px"][own] *= scale
        if case.images[place].bits <= 0:
            level = rows["window_centre"][own]
            rows["window_centre"][own] = (1.0 - level if image.is_turned else level) * image.full_range
            rows["window_width"][own] *= image.full_range
    gone = [
        VIEWPORT.row(
            t_asked_host_ns=end_ns, t_presented_host_ns=end_ns, trial=trial, image_id=-1, pane=int(pane),
            frames_late=0, cause="clear",
        )
        for pane in np.unique(rows["pane"])
    ]  # fmt: skip
    return join_rows([rows, *gone])


def _fixations(case: ImportedCase, images: Sequence[TakenImage], trial: int, base_ns: int) -> Rows:
    rows = np.array(case.fixations, copy=True)
    for name in ("onset_host_ns", "offset_host_ns", "onset_ns", "offset_ns"):
        rows[name] += base_ns
    rows["trial"], rows["run"] = trial, 0
    places = rows["image_id"].copy()
    nearest = places.copy()
    nearest[places < 0] = 0
    for place, image in enumerate(images):
        rows["image_id"][places == place] = image.image_id
        own = nearest == place
        rows["x_image_px"][own] *= image.scale_x
        rows["y_image_px"][own] *= image.scale_y
    rows["flags"] &= ~np.uint32(EventFlag.BEFORE_IMAGE)
    return rows


def _facts(case: ImportedCase, trial: int, base_ns: int, span_ns: tuple[int, int]) -> Rows:
    try:
        return facts_rows(case, trial, base_ns, span_ns)
    except ValueError as err:
        raise ImportCaseError("What the dataset says of it is longer than a recording can keep.") from err


def _words(case: ImportedCase, trial: int, base_ns: int) -> Rows:
    if any(len(word.text.encode()) > _WORD_BYTES for word in case.words):
        raise ImportCaseError("One of its words is longer than a recording can hold.")
    rows = [
        WORD.row(
            trial=trial, attempt=case.attempt, version=0, index=place, text=word.text,
            t_onset_host_ns=base_ns + word.t_onset_host_ns,
            t_offset_host_ns=base_ns + word.t_offset_host_ns, kind=word.kind, score=word.score,
        )
        for place, word in enumerate(case.words)
    ]  # fmt: skip
    return join_rows([WORD.empty(0), *rows])


def _shapes(
    case: ImportedCase, ids: np.ndarray[tuple[int], np.dtype[np.int64]], trial: int, t_host_ns: int
) -> Rows:
    rows = []
    for place, shape in enumerate(case.shapes):
        labels = "|".join(shape.labels)
        if len(labels.encode()) > _LABEL_BYTES:
            raise ImportCaseError("One of its shapes has more labels than a recording can hold.")
        rows.append(
            SHAPE.row(
                t_host_ns=t_host_ns, trial=trial, attempt=case.attempt, shape=place, action="drawn",
                kind=shape.kind, image_id=int(ids[shape.image_id]), pane=shape.pane, slice=0,
                left_image_px=shape.left_image_px, top_image_px=shape.top_image_px,
                right_image_px=shape.right_image_px, bottom_image_px=shape.bottom_image_px, labels=labels,
                certainty=shape.certainty,
            )
        )  # fmt: skip
    return join_rows([SHAPE.empty(0), *rows])


def _answers(case: ImportedCase, trial: int, end_ns: int) -> Rows:
    rows = []
    for answer in case.answers:
        try:
            pieces = list(pieces_of(answer.name, answer.value))
        except ReadingError as err:
            raise ImportCaseError("One of its answers is longer than a recording can keep.") from err
        rows += [
            ANSWER.row(
                t_host_ns=end_ns, trial=trial, attempt=case.attempt, screen=answer.screen, name=name,
                value=value,
            )
            for name, value in pieces
        ]  # fmt: skip
    return join_rows([ANSWER.empty(0), *rows])


def _judgement(case: ImportedCase, trial: int, end_ns: int) -> Rows:
    """Return the verdict the dataset holds on the case; none where it holds none."""
    if not case.exclusion and not case.grade:
        return JUDGEMENT.empty(0)
    return JUDGEMENT.row(
        t_host_ns=end_ns, subject=Subject.CASE.value, number=trial, attempt=case.attempt, grade=case.grade,
        is_accepted=int(not case.exclusion), by="dataset", reason=case.exclusion,
        figures=f'{{"event":"{Event.END.value}"}}',
    )  # fmt: skip
