"""A loss in which no sample was delivered has times and no place."""

from __future__ import annotations

import numpy as np
import pytest

from gaze_core.event_mapping import Surroundings, describe_events
from gaze_core.eyes import Eye
from gaze_core.geometry import Screen, ViewingGeometry
from gaze_core.rows import GAZE, GAZE_EVENT, TRIAL, VIEWPORT, EventKind, Rows

GEOMETRY = ViewingGeometry(Screen(width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0), 650.0)
TRIALS = TRIAL.row(t_host_ns=0, trial=4, state="open")
SURROUNDINGS = Surroundings(geometry=GEOMETRY, eye=Eye.AVERAGE, viewport=VIEWPORT.empty(0), trials=TRIALS)
AHEAD_NS = 5_000_000_000  # host clock minus device clock


def samples() -> tuple[Rows, np.ndarray]:
    """Four samples 1 ms apart, with 800 ms between the second and the third."""
    rows = GAZE.empty(4)
    rows["t_device_ns"] = np.array([0, 1, 801, 802]) * 1_000_000
    return rows, rows["t_device_ns"] + AHEAD_NS


def gap(first_row: int, last_row: int) -> Rows:
    return GAZE_EVENT.row(
        event_id=0,
        kind=EventKind.LOSS,
        onset_ns=2_000_000,
        offset_ns=801_000_000,
        first_row=first_row,
        last_row=last_row,
        sample_count=0,
    )


@pytest.mark.parametrize("first_row", [0, 100])
def test_a_gap_without_samples_has_times_and_a_trial_and_no_place(first_row: int) -> None:
    gaze, t_host_ns = samples()
    event = gap(first_row + 2, first_row + 1)
    (row,) = describe_events(event, gaze, t_host_ns, SURROUNDINGS, run=3, first_row=first_row)
    assert (row["onset_host_ns"], row["offset_host_ns"]) == (AHEAD_NS + 2_000_000, AHEAD_NS + 801_000_000)
    assert row["duration_ms"] == 799.0
    assert (row["run"], row["part"], row["trial"], row["image_id"]) == (3, 0, 4, -1)
    assert np.isnan(row["x_norm"])


def test_a_gap_outside_the_samples_is_refused() -> None:
    gaze, t_host_ns = samples()
    with pytest.raises(ValueError, match="reaches outside"):
        describe_events(gap(30, 29), gaze, t_host_ns, SURROUNDINGS, run=0)
