from __future__ import annotations

import numpy as np
import pytest

from drivers.contract import Scene
from drivers.mock import MockSettings, simulate
from drivers.mock.movement import Label
from drivers.mock.saccade import peak_ratio, shape_saccade, travelled

RATE_HZ = 1200.0


def events_of(simulated, label, is_microsaccade=0):
    events = simulated.truth_events
    return events[(events["label"] == label) & (events["is_microsaccade"] == is_microsaccade)]


def durations_s(events):
    return (events["offset_device_ns"] - events["onset_device_ns"]) * 1e-9


def true_speed_deg_s(truth, rate_hz):
    azimuth, elevation = np.radians(truth["azimuth_deg"]), np.radians(truth["elevation_deg"])
    vectors = np.stack(
        [np.cos(elevation) * np.sin(azimuth), np.sin(elevation), np.cos(elevation) * np.cos(azimuth)]
    )
    return np.degrees(np.linalg.norm(np.diff(vectors, axis=1), axis=0)) * rate_hz


@pytest.fixture(scope="module")
def fast_reading(request):
    setup = request.getfixturevalue("reading").setup
    return simulate(MockSettings.for_scenario("ideal", rate_hz=RATE_HZ, seed=4), 90.0, setup)


def test_fixation_durations_are_lognormal_with_the_settings(reading):
    from scipy import stats

    logs = np.log(durations_s(events_of(reading, Label.FIXATION)[1:-1]))

    assert len(logs) > 400
    assert logs.mean() == pytest.approx(-1.26, abs=0.05)
    assert logs.std() == pytest.approx(0.51, rel=0.05)
    assert stats.kstest((logs - logs.mean()) / logs.std(), "norm").pvalue > 0.05


def test_the_true_trace_recovers_the_main_sequence(fast_reading):
    from scipy.optimize import curve_fit

    truth = fast_reading.truth
    speed = true_speed_deg_s(truth, RATE_HZ)
    saccades = events_of(fast_reading, Label.SACCADE)
    bounds = np.searchsorted(
        truth["t_device_ns"], np.stack([saccades["onset_device_ns"], saccades["offset_device_ns"]])
    )
    long_enough = bounds[1] - bounds[0] >= 10
    peaks = np.array([speed[first:last].max() for first, last in bounds.T[long_enough]])
    amplitudes = saccades["amplitude_deg"][long_enough]

    (vmax, constant), _ = curve_fit(
        lambda amplitude, vmax, constant: vmax * (1 - np.exp(-amplitude / constant)),
        amplitudes,
        peaks,
        (500, 5),
    )

    assert vmax == pytest.approx(550.0, rel=0.10)
    assert vmax / constant == pytest.approx(550.0 / 5.5, rel=0.10)
    np.testing.assert_allclose(peaks, saccades["peak_deg_s"][long_enough], rtol=0.02)


def test_saccades_last_as_long_as_video_trackers_say(fast_reading):
    saccades = events_of(fast_reading, Label.SACCADE)

    slope, intercept = np.polyfit(saccades["amplitude_deg"], durations_s(saccades) * 1e3, 1)

    assert 2.0 < slope < 2.8
    assert 14.0 < intercept < 21.0


@pytest.mark.parametrize(
    ("amplitude_deg", "position"), [(1.0, 0.45), (2.0, 0.45), (20.0, 0.35), (30.0, 0.35)]
)
def test_the_speed_peaks_earlier_in_larger_saccades(amplitude_deg, position):
    shape = shape_saccade(amplitude_deg, 550.0, 5.5, 1.0)

    way = travelled(shape, 1e6)

    speed = np.diff(way) * 1e6 * amplitude_deg
    assert np.argmax(speed) / len(speed) == pytest.approx(position, abs=0.01)
    assert speed.max() == pytest.approx(shape.peak_deg_s, rel=1e-3)
    assert peak_ratio(shape.exponent) * amplitude_deg / shape.duration_s == pytest.approx(shape.peak_deg_s)
    assert way[0] == 0.0
    assert way[-1] == pytest.approx(1.0, abs=1e-6)


def test_steps_have_the_median_of_the_settings(setup, image_scene):
    settings = MockSettings.for_scenario(
        "ideal", rate_hz=60.0, saccade_gain=1.0, step_median=0.1, step_log_sd=0.5
    )
    simulated = simulate(settings, 70.0, setup)

    amplitudes = events_of(simulated, Label.SACCADE)["amplitude_deg"]

    width_deg = np.degrees(2 * np.arctan(264.0 / 650.0))
    assert np.median(amplitudes) / width_deg == pytest.approx(0.1, rel=0.15)


def test_blinks_come_at_the_rate_and_with_the_length_of_the_settings(setup):
    simulated = simulate(MockSettings.for_scenario("ideal", rate_hz=60.0, blinks_per_min=30.0), 120.0, setup)

    blinks = events_of(simulated, Label.BLINK)
    lost = np.isnan(simulated.gaze["left_x_norm"])
    assert len(blinks) / 2.0 == pytest.approx(30.0, rel=0.10)
    assert lost.sum() / 60.0 / len(blinks) == pytest.approx(0.17 * np.exp(0.5 * 0.35**2), rel=0.08)
    assert np.diff(blinks["onset_device_ns"]).min() > 0.5e9


def test_a_lid_pulls_gaze_down_and_shrinks_the_pupil_before_the_eye_is_lost(setup):
    settings = MockSettings.for_scenario("ideal", rate_hz=1200.0, blinks_per_min=20.0)
    simulated = simulate(settings, 20.0, setup)
    gaze, truth = simulated.gaze, simulated.truth

    first_lost = np.flatnonzero(np.diff(np.isnan(gaze["left_y_norm"]).astype(int)) == 1)
    before = first_lost - round(0.05 * 1200)

    assert len(first_lost) >= 4
    assert (truth["label"][first_lost] == Label.BLINK).all()
    assert (truth["label"][before] != Label.BLINK).all()
    apparent = (gaze["left_y_norm"] - truth["y_norm"]) * 297.0
    assert np.all(apparent[first_lost] - apparent[before] > 0.8 * 650.0 * np.tan(np.radians(1.0)))
    assert np.all(gaze["left_pupil"][first_lost] < 0.6 * gaze["left_pupil"][before])


def test_microsaccades_lie_inside_fixations_and_on_the_main_sequence(setup):
    settings = MockSettings.for_scenario(
        "ideal", rate_hz=60.0, microsaccades_per_s=3.0, saccade_scatter=0.0, blinks_per_min=0.0
    )
    simulated = simulate(settings, 90.0, setup)
    micro = events_of(simulated, Label.SACCADE, is_microsaccade=1)
    fixations = events_of(simulated, Label.FIXATION)

    holder = np.searchsorted(fixations["onset_device_ns"], micro["onset_device_ns"], side="right") - 1
    assert len(micro) > 40
    assert (micro["offset_device_ns"] <= fixations["offset_device_ns"][holder]).all()
    assert np.median(micro["amplitude_deg"]) == pytest.approx(0.25, rel=0.15)
    np.testing.assert_allclose(
        micro["peak_deg_s"], 550.0 * (1 - np.exp(-micro["amplitude_deg"] / 5.5)), rtol=1e-6
    )


def test_oscillations_follow_most_saccades_for_10_to_42_ms(reading):
    saccades, swings = events_of(reading, Label.SACCADE), events_of(reading, Label.OSCILLATION)

    assert reading.person.pso_share - 0.1 < len(swings) / len(saccades) <= reading.person.pso_share + 0.05
    assert durations_s(swings).min() >= 0.0095
    assert durations_s(swings).max() <= 0.0425
    assert np.isin(swings["onset_device_ns"], saccades["offset_device_ns"]).all()


def test_saccades_undershoot_by_the_gain_of_the_settings(setup):
    settings = MockSettings.for_scenario(
        "ideal",
        rate_hz=60.0,
        saccade_gain=0.9,
        saccade_gain_sd=0.0,
        blinks_per_min=0.0,
        head_distance_drift_mm=0.0,
    )
    scene = Scene(t_host_ns=0, targets_norm=((0.1, 0.5), (0.9, 0.5)))

    saccades = events_of(simulate(settings, 60.0, setup, scene), Label.SACCADE)

    large = saccades["amplitude_deg"] > 20.0
    whole_deg = 2 * np.degrees(np.arctan(0.4 * 528.0 / 650.0))
    assert saccades["amplitude_deg"][large].mean() / whole_deg == pytest.approx(0.9, abs=0.02)
    assert np.isin(np.flatnonzero(large)[:-1] + 1, np.flatnonzero(~large)).all()  # each is corrected


def test_drift_stays_within_a_fixation_at_the_speeds_people_have(setup, target_scene):
    settings = MockSettings.for_scenario("ideal", rate_hz=60.0, blinks_per_min=0.0, head_sway_rms_mm=0.0)
    truth = simulate(settings, 60.0, setup, target_scene).truth[60:]

    tenths = truth["azimuth_deg"][::6]

    assert 0.1 < np.abs(np.diff(tenths) / 0.1).mean() < 0.6
    assert np.abs(truth["azimuth_deg"] - np.median(truth["azimuth_deg"])).max() < 1.5


def test_events_follow_each_other_without_gap_or_overlap(reading):
    events = reading.truth_events[reading.truth_events["is_microsaccade"] == 0]

    np.testing.assert_array_equal(events["onset_device_ns"][1:], events["offset_device_ns"][:-1])
    assert set(reading.truth_events["event_id"]) == set(range(len(reading.truth_events)))


def test_each_true_sample_lies_in_its_event_and_has_its_label(fast_reading):
    truth, events = fast_reading.truth, fast_reading.truth_events

    own = events[np.searchsorted(events["event_id"], truth["event_id"])]

    jitter_ns = 300_000
    np.testing.assert_array_equal(own["event_id"], truth["event_id"])
    np.testing.assert_array_equal(own["label"], truth["label"])
    assert (truth["t_device_ns"] >= own["onset_device_ns"] - jitter_ns).all()
    assert (truth["t_device_ns"] < own["offset_device_ns"] + jitter_ns).all()
    assert ((truth["is_microsaccade"] == 0) | (truth["label"] == Label.FIXATION)).all()


def test_the_eye_scans_quickly_at_first_and_scrutinises_later(setup, image_scene):
    settings = MockSettings.for_scenario(
        "ideal",
        rate_hz=60.0,
        scrutiny_trend=0.5,
        fixation_log_sd=0.1,
        corrective_share=0.0,
        blinks_per_min=0.0,
    )

    fixations = events_of(simulate(settings, 60.0, setup, image_scene), Label.FIXATION)

    lasted = durations_s(fixations)
    assert np.median(lasted[-30:]) / np.median(lasted[1:8]) > 2.0
