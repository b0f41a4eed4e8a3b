"""Parameters, their JSON form, and the stages of `ivt` that they switch."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from gaze_core.eyes import Eye
from gaze_core.fixations import (
    AdaptiveParameters,
    DetectorName,
    IdtParameters,
    IvtParameters,
    NoiseReduction,
    ParameterError,
    create_detector,
    detect,
    parameters_from_json,
    parameters_to_json,
)
from gaze_core.rows import DETECTOR_RUN, EventFlag, EventKind

CHANGED = {
    DetectorName.IVT: IvtParameters(eye=Eye.LEFT, is_merged=False, noise_reduction=NoiseReduction.MEDIAN3),
    DetectorName.IDT: IdtParameters(largest_dispersion_deg=1.5),
    DetectorName.ADAPTIVE: AdaptiveParameters(loss_pad_ms=0.0),
}


def fixations(rows, parameters):
    events = detect(rows, DetectorName.IVT, parameters).events
    return events[events["kind"] == EventKind.FIXATION]


@pytest.mark.parametrize("name", list(DetectorName))
def test_json_gives_the_same_parameters_back(name):
    assert parameters_from_json(name, parameters_to_json(CHANGED[name])) == CHANGED[name]
    assert len(parameters_to_json(CHANGED[name])) <= DETECTOR_RUN.dtype["parameters"].itemsize


def test_names_left_out_keep_their_defaults():
    expected = IvtParameters(threshold_deg_s=40.0)
    assert parameters_from_json(DetectorName.IVT, '{"threshold_deg_s": 40}') == expected


@pytest.mark.parametrize(
    "text",
    ['{"treshold": 1}', "[]", "3", "", "{", '{"eye": "third"}', '{"is_merged": 1}',
     '{"threshold_deg_s": true}',
     '{"threshold_deg_s": "30"}', '{"threshold_deg_s": -1}', '{"threshold_deg_s": NaN}',
     '{"merge_gap_ms": 1e99}', '{"moving_average_samples": 2}', '{"moving_average_samples": 3.0}'],
)  # fmt: skip
def test_unusable_json_is_refused_in_words(text):
    with pytest.raises(ParameterError) as caught:
        parameters_from_json(DetectorName.IVT, text)
    assert str(caught.value).endswith(".")


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(ParameterError, match="threshold_deg_s"):
        parameters_from_json(DetectorName.IVT, json.dumps({"treshold": 1}))


def test_a_detector_refuses_the_parameters_of_another():
    with pytest.raises(ParameterError, match="IvtParameters"):
        create_detector(DetectorName.IVT, IdtParameters())


@pytest.mark.parametrize("name", list(DetectorName))
def test_a_detector_tells_its_name_version_and_parameters(name):
    detector = create_detector(name, CHANGED[name])
    assert (detector.name, detector.parameters) == (name, CHANGED[name])
    assert detector.version
    assert dataclasses.is_dataclass(create_detector(name).parameters)


def test_without_gap_filling_a_short_loss_splits(gaze, dwell):
    rows = gaze.dwells([dwell(azimuth_deg=0.0, elevation_deg=0.0, rest_ms=1000.0)], 300.0)
    gaze.lose(rows, 150, 160)
    filled = fixations(rows, IvtParameters(is_merged=False))
    assert filled.size == 1
    assert filled["sample_count"][0] == rows.size - 10
    assert filled["interpolated_share"][0] == pytest.approx(10 / rows.size)
    assert fixations(rows, IvtParameters(is_gap_filled=False, is_merged=False)).size == 2


def test_a_gap_is_filled_up_to_its_longest_duration_exactly(gaze, dwell):
    rows = gaze.dwells([dwell(azimuth_deg=0.0, elevation_deg=0.0, rest_ms=1000.0)], 1000.0)
    gaze.lose(rows, 401, 475)  # 75 ms from the last good to the next good sample
    assert fixations(rows, IvtParameters(is_merged=False)).size == 1
    gaze.lose(rows, 401, 476)
    assert fixations(rows, IvtParameters(is_merged=False)).size == 2


def test_merging_needs_nearness_in_time_and_in_angle(gaze, dwell):
    near = [dwell(azimuth_deg=0.0, elevation_deg=0.0, rest_ms=300.0, move_ms=10.0)]
    near.append(dwell(azimuth_deg=0.45, elevation_deg=0.0, rest_ms=300.0))
    rows = gaze.dwells(near, 1000.0)
    parameters = IvtParameters(threshold_deg_s=15.0)
    merged = fixations(rows, parameters)
    assert merged.size == 1
    assert merged["flags"][0] & EventFlag.MERGED
    for change in ({"is_merged": False}, {"merge_angle_deg": 0.3}, {"merge_gap_ms": 5.0}):
        assert fixations(rows, dataclasses.replace(parameters, **change)).size == 2


def test_a_merged_centre_is_weighted_by_samples(gaze, dwell):
    near = [dwell(azimuth_deg=0.0, elevation_deg=0.0, rest_ms=600.0, move_ms=10.0)]
    near.append(dwell(azimuth_deg=0.4, elevation_deg=0.0, rest_ms=200.0))
    merged = fixations(gaze.dwells(near, 1000.0), IvtParameters(threshold_deg_s=15.0))
    assert merged["azimuth_deg"] == pytest.approx([0.1], abs=0.01)


def test_short_fixations_are_discarded_and_not_called_saccades(gaze, dwell):
    places = [
        dwell(azimuth_deg=x, elevation_deg=0.0, rest_ms=ms) for x, ms in ((-6.0, 300), (0.0, 50), (6.0, 300))
    ]
    rows = gaze.dwells(places, 600.0)
    assert fixations(rows, IvtParameters()).size == 2
    assert fixations(rows, IvtParameters(is_short_discarded=False)).size == 3
    events = detect(rows, DetectorName.IVT).events
    assert events["kind"].tolist() == [1, 2, 2, 1]


def test_one_eye_is_as_good_as_its_signal(gaze):
    rows = gaze.reading(300.0, 3.0)
    gaze.lose(rows, 0, rows.size, ("right",))
    assert fixations(rows, IvtParameters(eye=Eye.LEFT)).size > 3
    assert fixations(rows, IvtParameters(eye=Eye.AVERAGE)).size > 3
    assert fixations(rows, IvtParameters(eye=Eye.RIGHT)).size == 0
    assert fixations(rows, IvtParameters(eye=Eye.STRICT_AVERAGE)).size == 0


def test_without_bridging_a_lost_eye_moves_the_gaze(gaze, dwell):
    rows = gaze.dwells([dwell(azimuth_deg=0.0, elevation_deg=0.0, rest_ms=1000.0)], 300.0)
    rows["left_azimuth_deg"] += 2.0
    gaze.lose(rows, 150, rows.size, ("left",))
    assert fixations(rows, IvtParameters()).size == 1
    assert fixations(rows, IvtParameters(is_offset_bridged=False)).size == 2


@pytest.mark.parametrize("kind", [NoiseReduction.MEDIAN3, NoiseReduction.MOVING_AVERAGE])
def test_noise_reduction_spares_a_fixation_from_outliers(kind, gaze, dwell):
    rows = gaze.dwells([dwell(azimuth_deg=0.0, elevation_deg=0.0, rest_ms=1000.0)], 120.0)
    for side in ("left", "right"):
        rows[f"{side}_azimuth_deg"][60] += 0.6
    bare = IvtParameters(is_merged=False)
    assert fixations(rows, bare).size == 2
    assert fixations(rows, dataclasses.replace(bare, noise_reduction=kind)).size == 1


def test_the_figures_of_a_fixation_are_those_of_its_samples(gaze, dwell):
    rows = gaze.dwells([dwell(azimuth_deg=2.0, elevation_deg=1.0, rest_ms=500.0)], 600.0, 0.03)
    event = fixations(rows, IvtParameters())[0]
    azimuth_deg = 0.5 * (rows["left_azimuth_deg"] + rows["right_azimuth_deg"])
    elevation_deg = 0.5 * (rows["left_elevation_deg"] + rows["right_elevation_deg"])
    assert event["azimuth_deg"] == pytest.approx(azimuth_deg.mean(), abs=1e-9)
    assert event["elevation_deg"] == pytest.approx(elevation_deg.mean(), abs=1e-9)
    assert event["dispersion_deg"] == pytest.approx(np.ptp(azimuth_deg) + np.ptp(elevation_deg))
    rms_deg = np.sqrt(np.mean(np.diff(azimuth_deg) ** 2 + np.diff(elevation_deg) ** 2))
    assert event["rms_s2s_deg"] == pytest.approx(rms_deg, abs=1e-7)
