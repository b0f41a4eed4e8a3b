"""What must hold for every detector without knowing any human eye."""

from __future__ import annotations

import numpy as np
import pytest

from gaze_core.fixations import DetectorName, detect
from gaze_core.rows import EventFlag, EventKind

NAMES = list(DetectorName)
ANNOUNCING = [DetectorName.ADAPTIVE]
DIRECTIONS = ("left_azimuth_deg", "left_elevation_deg", "right_azimuth_deg", "right_elevation_deg")


def fixations(events):
    return events[events["kind"] == EventKind.FIXATION]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("rate_hz", [60.0, 300.0, 1200.0])
def test_constant_gaze_is_one_fixation(name, rate_hz, gaze, dwell):
    rows = gaze.dwells([dwell(azimuth_deg=3.0, elevation_deg=-2.0, rest_ms=4000.0)], rate_hz)
    events = detect(rows, name).events
    assert events["kind"].tolist() == [EventKind.FIXATION]
    assert (events["first_row"][0], events["last_row"][0]) == (0, rows.size - 1)
    assert events["sample_count"][0] == rows.size
    assert events["azimuth_deg"][0] == pytest.approx(3.0, abs=1e-9)
    assert events["elevation_deg"][0] == pytest.approx(-2.0, abs=1e-9)
    assert events["flags"][0] == EventFlag.CUT_BY_BREAK
    assert events["offset_ns"][0] - events["onset_ns"][0] == pytest.approx(
        rows.size * 1e9 / rate_hz, abs=2000
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("rate_hz", [60.0, 120.0, 300.0, 600.0, 1200.0])
def test_two_places_are_two_fixations_with_their_centres(name, rate_hz, gaze, dwell):
    places = [dwell(azimuth_deg=-4.0, elevation_deg=0.0, rest_ms=400.0)]
    places.append(dwell(azimuth_deg=5.0, elevation_deg=1.0, rest_ms=600.0))
    events = fixations(detect(gaze.dwells(places, rate_hz, 0.01), name).events)
    assert events.size == 2
    assert events["azimuth_deg"] == pytest.approx([-4.0, 5.0], abs=0.15)
    assert events["elevation_deg"] == pytest.approx([0.0, 1.0], abs=0.15)
    # A dispersion window follows the eye for a degree before it ends.
    border_ms = 14.0 if name is DetectorName.IDT else 8.0
    step_ms = 1000.0 / rate_hz
    assert (events["offset_ns"][0] - 5_000_000_000) / 1e6 == pytest.approx(
        400.0, abs=max(border_ms, 1.6 * step_ms)
    )
    assert (events["onset_ns"][1] - 5_000_000_000) / 1e6 == pytest.approx(
        430.0, abs=max(border_ms, 1.6 * step_ms)
    )


@pytest.mark.parametrize("name", [DetectorName.IVT, DetectorName.ADAPTIVE])
@pytest.mark.parametrize("rate_hz", [60.0, 300.0, 1200.0])
def test_the_saccade_between_them_is_named_with_its_size(name, rate_hz, gaze, dwell):
    places = [dwell(azimuth_deg=-3.0, elevation_deg=0.0, rest_ms=400.0)]
    places.append(dwell(azimuth_deg=3.0, elevation_deg=0.0, rest_ms=400.0))
    events = detect(gaze.dwells(places, rate_hz, 0.005), name).events
    saccades = events[events["kind"] == EventKind.SACCADE]
    assert saccades.size == 1
    assert saccades["amplitude_deg"][0] == pytest.approx(6.0, rel=0.35 if rate_hz == 60.0 else 0.05)
    assert saccades["azimuth_deg"][0] == pytest.approx(3.0, abs=1.0 if rate_hz == 60.0 else 0.2)
    assert saccades["peak_deg_s"][0] > 120.0
    assert saccades["event_id"][0] == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_shift_in_time_shifts_the_events(name, gaze):
    rows = gaze.reading(300.0, 6.0)
    gaze.lose(rows, 500, 560)
    later = rows.copy()
    later["t_ns"] += 1_234_567_890_123_457
    first, second = detect(rows, name).events, detect(later, name).events
    for column in ("onset_ns", "offset_ns"):
        assert (second[column] - first[column] == 1_234_567_890_123_457).all()
    assert second["azimuth_deg"].tobytes() == first["azimuth_deg"].tobytes()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("axis", ["azimuth", "elevation"])
def test_a_mirrored_scene_gives_mirrored_events(name, axis, gaze):
    rows = gaze.reading(300.0, 6.0, noise_deg=0.05)
    gaze.lose(rows, 700, 760, ("left",))
    mirrored = rows.copy()
    for side in ("left", "right"):
        mirrored[f"{side}_{axis}_deg"] *= -1.0
    first, second = detect(rows, name).events, detect(mirrored, name).events
    for column in ("onset_ns", "offset_ns", "kind", "first_row", "last_row", "rms_s2s_deg", "flags"):
        assert second[column].tobytes() == first[column].tobytes()
    np.testing.assert_array_equal(second[f"{axis}_deg"], -first[f"{axis}_deg"])


@pytest.mark.parametrize("name", NAMES)
def test_swapped_eyes_give_the_same_events(name, gaze):
    rows = gaze.reading(300.0, 6.0, noise_deg=0.05)
    gaze.lose(rows, 700, 760, ("left",))
    swapped = rows.copy()
    for column in ("azimuth_deg", "elevation_deg"):
        swapped[f"left_{column}"], swapped[f"right_{column}"] = (
            rows[f"right_{column}"],
            rows[f"left_{column}"],
        )
    first, second = detect(rows, name).events, detect(swapped, name).events
    assert second["onset_ns"].tolist() == first["onset_ns"].tolist()
    assert second["offset_ns"].tolist() == first["offset_ns"].tolist()
    np.testing.assert_allclose(second["azimuth_deg"], first["azimuth_deg"], atol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_double_distance_and_double_millimetres_change_nothing(name, gaze):
    from gaze_core.geometry import Screen, ViewingGeometry

    rows = gaze.reading(300.0, 6.0, noise_deg=0.05)
    found = []
    for scale in (1.0, 2.0):
        screen = Screen(width_px=1920, height_px=1080, width_mm=527.0 * scale, height_mm=296.0 * scale)
        geometry = ViewingGeometry(screen=screen, distance_mm=650.0 * scale)
        scene = rows.copy()
        for side in ("left", "right"):
            # The fixed scene is what lies on the screen, in fractions of it.
            x_norm = 0.5 + rows[f"{side}_azimuth_deg"] / 45.0
            y_norm = 0.5 + rows[f"{side}_elevation_deg"] / 30.0
            scene[f"{side}_azimuth_deg"], scene[f"{side}_elevation_deg"] = geometry.norm_to_deg(
                x_norm, y_norm
            )
        found.append(detect(scene, name).events)
    assert found[1]["onset_ns"].tolist() == found[0]["onset_ns"].tolist()
    assert found[1]["offset_ns"].tolist() == found[0]["offset_ns"].tolist()
    np.testing.assert_allclose(found[1]["azimuth_deg"], found[0]["azimuth_deg"], atol=1e-8)


@pytest.mark.parametrize("name", [DetectorName.IVT, DetectorName.ADAPTIVE])
@pytest.mark.parametrize("rate_hz", [600.0, 1200.0])
def test_half_the_rate_moves_borders_by_at_most_two_samples(name, rate_hz, gaze):
    rows = gaze.reading(rate_hz, 8.0, noise_deg=0.01)
    full, half = (fixations(detect(part, name).events) for part in (rows, rows[::2]))
    assert half.size == full.size
    allowed_ns = 2 * 2e9 / rate_hz
    assert np.abs(half["onset_ns"][1:] - full["onset_ns"][1:]).max() <= allowed_ns
    assert np.abs(half["offset_ns"][:-1] - full["offset_ns"][:-1]).max() <= allowed_ns


@pytest.mark.parametrize("name", NAMES)
def test_gaze_that_is_never_there_is_a_loss_and_no_fixation(name, gaze):
    rows = gaze.reading(300.0, 3.0)
    gaze.lose(rows, 0, rows.size)
    kinds = detect(rows, name).events["kind"].tolist()
    assert kinds == ([] if name is DetectorName.IDT else [EventKind.LOSS])


@pytest.mark.parametrize("name", NAMES)
def test_losing_samples_never_creates_a_fixation_where_none_was(name, gaze):
    rows = gaze.reading(300.0, 8.0)
    whole = fixations(detect(rows, name).events)
    rng = np.random.default_rng(3)
    holed = rows.copy()
    for first in rng.integers(0, rows.size, 40):
        gaze.lose(holed, first, first + int(rng.integers(1, 40)))
    for found in fixations(detect(holed, name).events):
        shared = np.minimum(found["offset_ns"], whole["offset_ns"]) - np.maximum(
            found["onset_ns"], whole["onset_ns"]
        )
        assert shared.max() > 0.5 * (found["offset_ns"] - found["onset_ns"])


@pytest.mark.parametrize("name", [DetectorName.IVT, DetectorName.ADAPTIVE])
def test_a_blink_is_named_and_a_long_absence_is_a_loss(name, gaze, dwell):
    rows = gaze.dwells([dwell(azimuth_deg=0.0, elevation_deg=0.0, rest_ms=4000.0)], 300.0, 0.01)
    gaze.lose(rows, 300, 360)
    gaze.lose(rows, 700, 1000)
    events = detect(rows, name).events
    lost = events[events["kind"] >= EventKind.BLINK]
    assert lost["kind"].tolist() == [EventKind.BLINK, EventKind.LOSS]
    assert lost["first_row"].tolist() == [300, 700]
    assert lost["last_row"].tolist() == [359, 999]
    assert (lost["offset_ns"] - lost["onset_ns"]) / 1e6 == pytest.approx([200.0, 1000.0], abs=0.01)
    found = fixations(events)
    assert (found["flags"] & EventFlag.BEFORE_LOSS).astype(bool).tolist() == [True, True, False]
    assert (found["flags"] & EventFlag.AFTER_LOSS).astype(bool).tolist() == [False, True, True]


@pytest.mark.parametrize("name", [DetectorName.IVT, DetectorName.ADAPTIVE])
def test_a_hole_without_rows_is_a_loss_and_never_a_blink(name, gaze, dwell):
    rows = gaze.dwells([dwell(azimuth_deg=0.0, elevation_deg=0.0, rest_ms=2000.0)], 300.0, 0.01)
    rows = np.delete(rows, slice(200, 260))
    events = detect(rows, name).events
    assert events[events["kind"] != EventKind.FIXATION]["kind"].tolist() == [EventKind.LOSS]
    assert fixations(events).size == 2


@pytest.mark.parametrize("name", NAMES)
def test_a_short_gap_at_one_place_does_not_split_a_fixation(name, gaze, dwell):
    rows = gaze.dwells([dwell(azimuth_deg=0.0, elevation_deg=0.0, rest_ms=2000.0)], 300.0, 0.01)
    gaze.lose(rows, 300, 305)
    assert fixations(detect(rows, name).events).size == 1


@pytest.mark.parametrize("name", NAMES)
def test_no_gap_is_bridged_across_more_than_a_degree(name, gaze, dwell):
    rows = gaze.dwells([dwell(azimuth_deg=0.0, elevation_deg=0.0, rest_ms=2000.0)], 300.0)
    for side in ("left", "right"):
        rows[f"{side}_azimuth_deg"][300:] += 1.2
    gaze.lose(rows, 290, 310)
    found = fixations(detect(rows, name).events)
    assert found.size == 2
    assert found["last_row"][0] <= 290
    assert found["first_row"][1] >= 308


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("is_flagged", [True, False])
def test_a_new_time_line_cuts_the_fixation(name, is_flagged, gaze, dwell):
    rows = gaze.dwells([dwell(azimuth_deg=0.0, elevation_deg=0.0, rest_ms=2000.0)], 300.0, 0.01)
    if is_flagged:
        rows["is_break"][300] = 1
    else:
        rows["t_ns"][300:] -= 3_000_000_000
    found = fixations(detect(rows, name).events)
    assert found["last_row"].tolist() == [299, rows.size - 1]
    assert (found["flags"] & EventFlag.CUT_BY_BREAK).all()


@pytest.mark.parametrize("name", NAMES)
def test_an_eye_that_comes_and_goes_does_not_split_a_fixation(name, gaze, dwell):
    rows = gaze.dwells([dwell(azimuth_deg=0.0, elevation_deg=0.0, rest_ms=2000.0)], 300.0, 0.01)
    for side, shift_deg in (("left", 1.5), ("right", -1.5)):
        rows[f"{side}_azimuth_deg"] += shift_deg
    for first in range(100, 500, 80):
        gaze.lose(rows, first, first + 40, ("left",))
    found = fixations(detect(rows, name).events)
    assert found.size == 1
    assert found["flags"][0] & EventFlag.EYES_CHANGED
    assert found["azimuth_deg"][0] == pytest.approx(0.0, abs=0.05)


@pytest.mark.parametrize("name", NAMES)
def test_a_tracker_without_single_eyes_is_served_by_its_combined_gaze(name, gaze):
    rows = gaze.reading(300.0, 4.0)
    combined = rows.copy()
    combined["azimuth_deg"] = 0.5 * (rows["left_azimuth_deg"] + rows["right_azimuth_deg"])
    combined["elevation_deg"] = 0.5 * (rows["left_elevation_deg"] + rows["right_elevation_deg"])
    gaze.lose(combined, 0, combined.size)
    first, second = detect(rows, name).events, detect(combined, name).events
    assert second["onset_ns"].tolist() == first["onset_ns"].tolist()
    assert set(fixations(second)["eyes"].tolist()) == {4}
    assert set(fixations(first)["eyes"].tolist()) == {3}


@pytest.mark.parametrize("name", NAMES)
def test_nonsense_directions_count_as_missing(name, gaze):
    rows = gaze.reading(300.0, 4.0)
    lost = rows.copy()
    gaze.lose(lost, 400, 440)
    for column in DIRECTIONS:
        rows[column][400:440] = [np.inf, -np.inf, 1e300, 361.0] * 10
    assert detect(rows, name).events.tobytes() == detect(lost, name).events.tobytes()
