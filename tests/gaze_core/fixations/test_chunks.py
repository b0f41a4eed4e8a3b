"""Any chunking of the same rows gives bit-identical events, messages and thresholds."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaze_core.eyes import Eye
from gaze_core.fixations import (
    AdaptiveParameters,
    DetectorName,
    DetectorParameters,
    IdtParameters,
    IvtParameters,
    NoiseReduction,
    create_detector,
    detect,
)
from gaze_core.rows import EventKind

CASES: list[tuple[DetectorName, DetectorParameters]] = [
    (DetectorName.IVT, IvtParameters()),
    (DetectorName.IVT, IvtParameters(noise_reduction=NoiseReduction.MEDIAN3, eye=Eye.STRICT_AVERAGE)),
    (
        DetectorName.IVT,
        IvtParameters(
            noise_reduction=NoiseReduction.MOVING_AVERAGE, moving_average_samples=5, is_gap_filled=False
        ),
    ),
    (
        DetectorName.IVT,
        IvtParameters(eye=Eye.LEFT, is_merged=False, is_short_discarded=False, is_offset_bridged=False),
    ),
    (DetectorName.IDT, IdtParameters()),
    (DetectorName.IDT, IdtParameters(is_gap_filled=False, eye=Eye.RIGHT)),
    (DetectorName.ADAPTIVE, AdaptiveParameters()),
    (DetectorName.ADAPTIVE, AdaptiveParameters(eye=Eye.LEFT, noise_memory_s=0.2)),
]
IDS = [
    "ivt", "ivt-median", "ivt-average", "ivt-bare", "idt", "idt-bare", "adaptive", "adaptive-left",
]  # fmt: skip


@pytest.mark.parametrize(("name", "parameters"), CASES, ids=IDS)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_chunking_never_changes_the_result(name, parameters, data, bad_gaze, gaze):
    rows, cuts = data.draw(bad_gaze)
    whole = detect(rows, name, parameters)
    parts = gaze.run(rows, name, cuts, parameters)
    assert parts.events.tobytes() == whole.events.tobytes()
    assert parts.thresholds.tobytes() == whole.thresholds.tobytes()
    assert repr(parts.messages) == repr(whole.messages)


@pytest.mark.parametrize(("name", "parameters"), CASES, ids=IDS)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_events_are_monotone_inside_the_stream_and_never_overlap(name, parameters, data, bad_gaze):
    rows, _ = data.draw(bad_gaze)
    events = detect(rows, name, parameters).events
    assert np.unique(events["event_id"]).size == events.size
    for kinds in ([EventKind.FIXATION], [EventKind.SACCADE], [EventKind.BLINK, EventKind.LOSS]):
        chosen = np.sort(events[np.isin(events["kind"], kinds)], order="event_id")
        assert (np.diff(chosen["first_row"]) > 0).all()
        assert (chosen["first_row"][1:] > chosen["last_row"][:-1]).all()
        assert (chosen["offset_ns"] >= chosen["onset_ns"]).all()
        for before, after in pairwise(chosen):
            between = slice(before["first_row"], after["first_row"] + 1)
            is_one_line = (np.diff(rows["t_ns"][between]) > 0).all() and not rows["is_break"][between][
                1:
            ].any()
            assert not is_one_line or before["offset_ns"] <= after["onset_ns"]
    fixations = events[events["kind"] == EventKind.FIXATION]
    assert (fixations["onset_ns"] == rows["t_ns"][fixations["first_row"]]).all()
    assert (fixations["sample_count"] >= 1).all()


@pytest.mark.parametrize(("name", "parameters"), CASES, ids=IDS)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_a_break_restarts_cleanly(name, parameters, data, bad_gaze):
    rows, _ = data.draw(bad_gaze)
    cut = data.draw(st.integers(0, rows.size))
    if cut < rows.size:
        rows["is_break"][cut] = 1
    whole = detect(rows, name, parameters).events
    first, second = (detect(part, name, parameters).events for part in (rows[:cut], rows[cut:]))
    second["first_row"] += cut
    second["last_row"] += cut
    expected = np.concatenate((first, second))
    compared = [column for column in expected.dtype.names if column != "event_id"]
    assert whole[compared].tolist().__repr__() == expected[compared].tolist().__repr__()


@pytest.mark.parametrize("name", list(DetectorName))
def test_flushing_an_untouched_detector_gives_nothing(name, gaze):
    rows = gaze.reading(60.0, 1.0)[:0]
    assert detect(rows, name).events.size == 0


@pytest.mark.parametrize("name", list(DetectorName))
def test_a_flushed_detector_starts_anew_and_counts_on(name, gaze):
    rows = gaze.reading(300.0, 3.0)
    detector = create_detector(name)
    first = np.concatenate((detector.push(rows).events, detector.flush().events))
    again = np.concatenate((detector.push(rows).events, detector.flush().events))
    assert again["onset_ns"].tolist() == first["onset_ns"].tolist()
    assert again["azimuth_deg"].tobytes() == first["azimuth_deg"].tobytes()
    assert (again["first_row"] == first["first_row"] + rows.size).all()
    assert again["event_id"].min() > first["event_id"].max()


@pytest.mark.parametrize("name", list(DetectorName))
@pytest.mark.parametrize("is_lost", [False, True])
def test_memory_stays_bounded_through_an_endless_fixation_or_loss(name, is_lost, gaze, dwell):
    rows = gaze.dwells([dwell(azimuth_deg=1.0, elevation_deg=2.0, rest_ms=24_000.0)], 600.0, 0.02)
    if is_lost:
        gaze.lose(rows, 3000, rows.size)
    detector = create_detector(name)
    chunks = np.array_split(rows, 200)
    tracemalloc.start()
    used_bytes = []
    for half in (chunks[:100], chunks[100:]):
        for chunk in half:
            detector.push(chunk)
        used_bytes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    # Half the stream is 7,200 samples; state that kept their bare rows would grow by 400 kilobytes.
    assert used_bytes[1] - used_bytes[0] < 200_000
