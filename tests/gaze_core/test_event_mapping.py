"""Events on the image: centroid, flags at viewport changes, splits, trials, holes."""

from __future__ import annotations

import numpy as np
import pytest

from gaze_core.event_mapping import Surroundings, describe_events, trial_at
from gaze_core.eyes import Eye
from gaze_core.geometry import Screen, ViewingGeometry
from gaze_core.rows import GAZE, GAZE_EVENT, NO_TIME, TRIAL, VIEWPORT, EventFlag, EventKind, Rows

SCREEN = Screen(width_px=1000, height_px=1000, width_mm=500.0, height_mm=500.0)
GEOMETRY = ViewingGeometry(SCREEN, 650.0)
MS = 1_000_000
STEP = 2 * MS
OFFSET = 7_000_000_000  # host minus device time


def gaze_at(x_norm: list[float], y_norm: float = 0.5) -> tuple[Rows, np.ndarray]:
    """Return rows 2 ms apart from device time 0 on, and their host times."""
    rows = GAZE.empty(len(x_norm))
    rows["t_device_ns"] = np.arange(len(x_norm)) * STEP
    rows["t_host_ns"] = rows["t_device_ns"] + OFFSET + 3 * MS
    for side in ("left", "right"):
        rows[f"{side}_x_norm"], rows[f"{side}_y_norm"] = x_norm, y_norm
        rows[f"{side}_valid"] = np.isfinite(x_norm)
        rows[f"{side}_pupil"], rows[f"{side}_pupil_valid"] = 4.0, 1
    return rows, rows["t_device_ns"] + OFFSET


def event(first: int, last: int, kind: int = EventKind.FIXATION) -> Rows:
    return GAZE_EVENT.row(
        event_id=3,
        kind=kind,
        first_row=first,
        last_row=last,
        onset_ns=first * STEP,
        offset_ns=(last + 1) * STEP,
        flags=0,
    )


def shown(
    t_ms: float, *, image_id: int = 0, pane: int = 0, x: float = 0.0, w: float = 1000.0, src_x: float = 0.0,
    cause: str = "pan",
) -> Rows:  # fmt: skip
    """Return a viewport row presented at a device time: image px are screen px but for `src_x`."""
    return VIEWPORT.row(
        t_presented_host_ns=OFFSET + round(t_ms * MS),
        image_id=image_id,
        pane=pane,
        slice=0,
        src_x_image_px=src_x,
        src_y_image_px=0.0,
        src_w_image_px=w,
        src_h_image_px=1000.0,
        dst_x_screen_px=x,
        dst_y_screen_px=0.0,
        dst_w_screen_px=w,
        dst_h_screen_px=1000.0,
        cause=cause,
    )


def described(
    events: Rows, x_norm: list[float], *viewport: Rows, trials: Rows | None = None, first_row: int = 0
):
    rows, times = gaze_at(x_norm)
    surroundings = Surroundings(
        geometry=GEOMETRY,
        eye=Eye.AVERAGE,
        viewport=np.concatenate([VIEWPORT.empty(0), *viewport]),
        trials=TRIAL.empty(0) if trials is None else trials,
    )
    return describe_events(events, rows, times, surroundings, run=2, first_row=first_row)


def test_the_centroid_is_the_mean_of_the_mapped_samples() -> None:
    rows = described(event(0, 3), [0.1, 0.2, 0.3, 0.6], shown(-10, src_x=50.0, cause="show"))
    assert rows["x_image_px"][0] == pytest.approx(0.3 * 1000 + 50.0)
    assert rows["x_norm"][0] == pytest.approx(0.3)
    assert rows["pupil_mean"][0] == 4.0
    assert (rows["image_id"][0], rows["pane"][0], rows["run"][0], rows["flags"][0]) == (0, 0, 2, 0)


def test_samples_without_gaze_do_not_weigh() -> None:
    rows = described(event(0, 2), [0.1, np.nan, 0.3], shown(-10, cause="show"))
    assert rows["x_image_px"][0] == pytest.approx(200.0)


def test_times_are_those_of_the_event_on_the_host_clock() -> None:
    rows = described(event(1, 3), [0.5] * 5, shown(-10, cause="show"))
    assert rows["onset_host_ns"][0] == OFFSET + STEP
    assert rows["offset_host_ns"][0] == OFFSET + 4 * STEP
    assert rows["duration_ms"][0] == 6.0


def test_a_small_pan_flags_the_fixation_and_leaves_it_whole() -> None:
    rows = described(event(0, 9), [0.5] * 10, shown(-10, cause="show"), shown(9, src_x=5.0))
    assert len(rows) == 1
    assert rows["flags"][0] == EventFlag.VIEWPORT_CHANGED
    assert rows["x_image_px"][0] == pytest.approx(502.5)


def test_a_jump_of_the_image_splits_the_fixation() -> None:
    rows = described(event(0, 9), [0.5] * 10, shown(-10, cause="show"), shown(9, src_x=200.0))
    assert rows["part"].tolist() == [0, 1]
    assert rows["x_image_px"].tolist() == [500.0, 700.0]
    assert (rows["flags"] == EventFlag.VIEWPORT_CHANGED | EventFlag.VIEWPORT_SPLIT).all()
    assert rows["offset_host_ns"][0] == rows["onset_host_ns"][1] == OFFSET + 10 * MS
    assert rows["duration_ms"].tolist() == [10.0, 10.0]


def test_a_change_that_falls_into_a_gap_of_the_gaze_still_splits() -> None:
    x_norm = [0.5, 0.5, 0.5, np.nan, np.nan, np.nan, 0.5, 0.5]
    rows = described(event(0, 7), x_norm, shown(-10, cause="show"), shown(9, src_x=200.0))
    assert rows["x_image_px"].tolist() == [500.0, 700.0]


def test_a_saccade_is_flagged_but_never_split() -> None:
    rows = described(event(0, 9, EventKind.SACCADE), [0.5] * 10, shown(-10), shown(9, src_x=200.0))
    assert len(rows) == 1
    assert rows["flags"][0] & EventFlag.VIEWPORT_CHANGED


def test_a_fixation_begun_before_the_image_is_not_part_of_the_reading() -> None:
    rows = described(event(0, 9), [0.5] * 10, shown(9, cause="show"))
    assert rows["image_id"].tolist() == [-1, 0]
    assert (rows["flags"] & EventFlag.BEFORE_IMAGE).astype(bool).tolist() == [False, True]


def test_a_fixation_across_a_blank_screen_does_not_enter_the_second_reading() -> None:
    rows = described(
        event(0, 14), [0.5] * 15,
        shown(-10, cause="show"), shown(9, image_id=-1, cause="clear"), shown(19, cause="show"),
    )  # fmt: skip
    assert rows["image_id"].tolist() == [0, -1, 0]
    assert (rows["flags"] & EventFlag.BEFORE_IMAGE).astype(bool).tolist() == [False, False, True]


def test_the_next_image_in_the_same_place_splits_the_fixation() -> None:
    rows = described(event(0, 9), [0.5] * 10, shown(-10, cause="show"), shown(9, image_id=1, cause="show"))
    assert rows["image_id"].tolist() == [0, 1]
    assert (rows["flags"] & EventFlag.BEFORE_IMAGE).astype(bool).tolist() == [False, True]


def test_a_change_that_no_frame_showed_counts_for_nothing() -> None:
    replaced = shown(9, src_x=200.0)
    replaced["t_presented_host_ns"] = NO_TIME
    rows = described(event(0, 9), [0.5] * 10, shown(-10, cause="show"), replaced)
    assert rows["flags"].tolist() == [0]


def test_a_fixation_on_the_border_of_two_panes_belongs_to_the_one_of_most_samples() -> None:
    panes = (
        shown(-10, image_id=4, pane=0, x=0.0, w=500.0, cause="show"),
        shown(-10, image_id=5, pane=1, x=500.0, w=500.0, cause="show"),
    )
    rows = described(event(0, 4), [0.49, 0.51, 0.52, 0.53, 0.49], *panes)
    assert (rows["image_id"][0], rows["pane"][0], rows["flags"][0]) == (5, 1, 0)
    assert rows["x_image_px"][0] == pytest.approx(20.0)


def test_a_change_of_one_pane_while_the_gaze_is_on_the_other_is_seen_on_return() -> None:
    panes = (
        shown(-10, image_id=4, pane=0, x=0.0, w=500.0, cause="show"),
        shown(-10, image_id=5, pane=1, x=500.0, w=500.0, cause="show"),
        shown(5, image_id=4, pane=0, x=0.0, w=500.0, src_x=100.0),
    )
    rows = described(event(0, 5), [0.49, 0.49, 0.51, 0.51, 0.49, 0.49], *panes)
    assert rows["flags"][0] & EventFlag.VIEWPORT_CHANGED


def test_a_long_event_keeps_its_times_when_the_buffer_has_lost_its_beginning() -> None:
    long = event(0, 9)
    long["first_row"], long["last_row"] = 990, 1009
    long["onset_ns"] -= 500 * MS
    rows = described(long, [0.4] * 10, shown(-900, cause="show"), first_row=1000)
    assert rows["onset_host_ns"][0] == OFFSET - 500 * MS
    assert rows["x_norm"][0] == pytest.approx(0.4)
    assert rows["flags"][0] == 0


def test_an_event_beyond_the_rows_is_refused() -> None:
    with pytest.raises(ValueError, match="reaches outside the 5 gaze rows"):
        described(event(2, 7), [0.5] * 5)


def test_a_loss_in_which_nothing_arrived_has_times_and_no_place() -> None:
    hole = event(3, 2, EventKind.LOSS)
    hole["onset_ns"], hole["offset_ns"] = 3 * STEP, 90 * STEP
    rows = described(hole, [0.5] * 5, shown(-10, cause="show"))
    assert rows["onset_host_ns"][0] == OFFSET + 3 * STEP
    assert rows["duration_ms"][0] == 174.0
    assert np.isnan(rows["x_norm"][0])
    assert rows["image_id"][0] == -1


def test_the_open_trial_is_found_and_pauses_belong_to_none() -> None:
    states = [(100, 0, "open"), (200, 0, "paused"), (300, 0, "resumed"), (400, 0, "done"), (400, 1, "open")]
    trials = np.concatenate([TRIAL.row(t_host_ns=t, trial=trial, state=state) for t, trial, state in states])
    found = [trial_at(trials, t) for t in (99, 100, 199, 200, 300, 399, 400, 900)]
    assert found == [-1, 0, 0, -1, 0, 0, 1, 1]


def test_an_event_belongs_to_the_trial_of_its_onset() -> None:
    trials = np.concatenate(
        [
            TRIAL.row(t_host_ns=OFFSET - MS, trial=7, state="open"),
            TRIAL.row(t_host_ns=OFFSET + 4 * MS, trial=7, state="done"),
        ]
    )
    assert described(event(0, 9), [0.5] * 10, trials=trials)["trial"].tolist() == [7]


def test_no_events_give_no_rows() -> None:
    assert len(described(GAZE_EVENT.empty(0), [0.5])) == 0
