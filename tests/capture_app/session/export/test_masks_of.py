"""The time of each mask comes out of a recording as it was written, for its own attempt alone."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

from capture_app.session.export.case_parts import masks_of
from capture_app.session.mask_progress import MaskWatch, mask_event
from gaze_core.rows import join_rows
from recordings_schema.formats.reading import ReadMask


def written(*masks: tuple[int, int, float]) -> Any:
    """Return a recording with a mask for each trial, attempt and number of seconds of gaze."""
    rows = []
    for trial, attempt, seconds in masks:
        watch = MaskWatch(4)
        for second in range(1, round(seconds) + 1):
            watch.step(second + 1.0, float(second), 0.25)
        rows.append(mask_event(watch.now, t_host_ns=trial, trial=trial, attempt=attempt, screen="cover"))
    return SimpleNamespace(rows=lambda _key: join_rows(rows))


def case(trial: int, attempt: int) -> Any:
    return SimpleNamespace(trial=trial, attempt=attempt)


def test_a_mask_belongs_to_its_trial_and_attempt() -> None:
    recording = written((0, 0, 3.0), (1, 0, 2.0), (1, 1, 8.0))
    assert masks_of(recording, case(1, 1)) == (
        ReadMask(screen="cover", image_id=4, visible_s=9.0, gaze_s=8.0, covered_share=0.25, settled_s=7.0),
    )
    assert masks_of(recording, case(2, 0)) == ()


def test_a_mask_that_never_settled_has_no_time_of_it() -> None:
    mask = masks_of(written((0, 0, 3.0)), case(0, 0))[0]
    assert math.isnan(mask.settled_s)
    assert mask.gaze_s == 3.0
