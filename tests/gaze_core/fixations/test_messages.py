"""What the live detector announces, and what it says about itself."""

from __future__ import annotations

import numpy as np
import pytest

from gaze_core.fixations import DetectorName, MessagePhase, create_detector, detect
from gaze_core.rows import NO_TIME, EventFlag, EventKind

ADAPTIVE = DetectorName.ADAPTIVE


def phases(output, event_id):
    return [message.phase for message in output.messages if message.event_id == event_id]


def test_each_fixation_starts_ends_and_becomes_final(gaze, dwell):
    rows = gaze.dwells(
        [dwell(azimuth_deg=x, elevation_deg=0.0, rest_ms=400.0) for x in (-5.0, 0.0, 6.0)], 600.0, 0.01
    )
    output = detect(rows, ADAPTIVE)
    for event in output.events[output.events["kind"] == EventKind.FIXATION]:
        told = phases(output, event["event_id"])
        assert told == [MessagePhase.START, MessagePhase.END, MessagePhase.FINAL]
        sent = {m.phase: m for m in output.messages if m.event_id == event["event_id"]}
        assert sent[MessagePhase.START].t_stream_ns == event["t_sent_start_ns"]
        assert sent[MessagePhase.END].t_stream_ns == event["t_sent_end_ns"]
        assert sent[MessagePhase.FINAL].t_stream_ns == event["t_sent_final_ns"]
        assert sent[MessagePhase.START].t_event_ns == event["onset_ns"]
        assert sent[MessagePhase.FINAL].azimuth_deg == event["azimuth_deg"]


def test_look_ahead_is_bounded(gaze):
    rows = gaze.reading(600.0, 10.0)
    found = detect(rows, ADAPTIVE).events
    fixations = found[found["kind"] == EventKind.FIXATION]
    assert (fixations["t_sent_start_ns"] - fixations["onset_ns"]).max() < 60_000_000
    assert (fixations["t_sent_final_ns"] - fixations["offset_ns"]).max() < 80_000_000


def test_messages_never_run_ahead_of_the_stream(gaze):
    rows = gaze.reading(300.0, 6.0)
    detector = create_detector(ADAPTIVE)
    for chunk in np.array_split(rows, 90):
        for message in detector.push(chunk).messages:
            assert message.t_stream_ns <= chunk["t_ns"][-1]
            assert message.t_stream_ns >= chunk["t_ns"][0]


def test_a_microsaccade_extends_its_fixation(gaze, dwell):
    places = [dwell(azimuth_deg=0.0, elevation_deg=0.0, rest_ms=400.0, move_ms=20.0)]
    places.append(dwell(azimuth_deg=0.45, elevation_deg=0.0, rest_ms=400.0))
    output = detect(gaze.dwells(places, 1200.0, 0.002), ADAPTIVE)
    assert output.events["kind"].tolist() == [EventKind.FIXATION]
    assert output.events["flags"][0] & EventFlag.MERGED
    told = phases(output, output.events["event_id"][0])
    assert told == [
        MessagePhase.START, MessagePhase.END, MessagePhase.EXTEND, MessagePhase.END, MessagePhase.FINAL,
    ]  # fmt: skip


def test_a_rest_too_short_for_a_fixation_is_taken_back(gaze, dwell):
    places = [dwell(azimuth_deg=-6.0, elevation_deg=0.0, rest_ms=400.0)]
    places.append(dwell(azimuth_deg=0.0, elevation_deg=0.0, rest_ms=32.0))
    places.append(dwell(azimuth_deg=6.0, elevation_deg=0.0, rest_ms=400.0))
    output = detect(gaze.dwells(places, 1200.0, 0.002), ADAPTIVE)
    fixations = output.events[output.events["kind"] == EventKind.FIXATION]
    assert fixations["azimuth_deg"] == pytest.approx([-6.0, 6.0], abs=0.1)
    retracted = [m.event_id for m in output.messages if m.phase is MessagePhase.RETRACT]
    assert len(retracted) == 1
    assert retracted[0] not in output.events["event_id"]


def test_the_threshold_series_tells_the_noise_it_measured(gaze, dwell):
    rows = gaze.dwells([dwell(azimuth_deg=0.0, elevation_deg=0.0, rest_ms=8000.0)], 600.0, 0.1)
    series = detect(rows, ADAPTIVE).thresholds
    # Both eyes have noise of their own: the mean of them has less by a factor of the root of two.
    assert series["noise_deg"][-3:] == pytest.approx(0.1 / np.sqrt(2.0), rel=0.05)
    assert 5 < series.size < 25
    assert (series["leave_deg_s"] > series["enter_deg_s"]).all()
    assert np.diff(series["t_ns"])[-1] == pytest.approx(1e9, rel=0.01)


def test_thresholds_rise_when_the_noise_does(gaze, dwell):
    rows = gaze.dwells([dwell(azimuth_deg=0.0, elevation_deg=0.0, rest_ms=12_000.0)], 120.0, 0.02)
    rng = np.random.default_rng(1)
    for side in ("left", "right"):
        rows[f"{side}_azimuth_deg"][720:] += rng.normal(0.0, 0.4, rows.size - 720)
        rows[f"{side}_elevation_deg"][720:] += rng.normal(0.0, 0.4, rows.size - 720)
    series = detect(rows, ADAPTIVE).thresholds
    assert series["leave_deg_s"][-1] > 1.5 * series["leave_deg_s"][4]


@pytest.mark.parametrize("name", [DetectorName.IVT, DetectorName.IDT])
def test_offline_detectors_announce_nothing(name, gaze):
    output = detect(gaze.reading(300.0, 3.0), name)
    assert output.messages == ()
    assert output.thresholds.size == 0
    assert output.events.size > 0
    for column in ("t_sent_start_ns", "t_sent_end_ns", "t_sent_final_ns"):
        assert (output.events[column] == NO_TIME).all()
