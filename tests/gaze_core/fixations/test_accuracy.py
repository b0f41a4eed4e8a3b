"""The targets on synthetic truth, on fewer and shorter readings than the benchmark takes."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from drivers.contract import ViewingSetup
from drivers.mock.generator import Simulated, simulate
from drivers.mock.settings import MockSettings
from gaze_core.directions import directions
from gaze_core.fixations import DetectorName, detect
from gaze_core.geometry import Screen, ViewingGeometry
from gaze_core.rows import EventKind, Rows
from gaze_core.scoring import (
    FixationScores,
    event_scores,
    fixation_intervals,
    samples_inside,
    score_fixations,
    true_fixations,
    true_intervals,
)

SETUP = ViewingSetup(width_px=1920, height_px=1080, width_mm=527.0, height_mm=296.0, distance_mm=650.0)
GEOMETRY = ViewingGeometry(
    screen=Screen(width_px=1920, height_px=1080, width_mm=527.0, height_mm=296.0), distance_mm=650.0
)
PRESETS = {
    60.0: "tobii-pro-nano", 120.0: "tobii-pro-fusion", 250.0: "tobii-pro-fusion", 300.0: "tobii-tx300",
    600.0: "tobii-pro-spectrum", 1200.0: "tobii-pro-spectrum",
}  # fmt: skip
SEEDS = (1, 2)
SECONDS = 40.0


@cache
def reading(rate_hz: float, seed: int, noise_scale: float = 1.0, loss_share: float = 0.01) -> Simulated:
    settings = MockSettings.for_scenario(
        "typical",
        seed=seed,
        rate_hz=rate_hz,
        preset=PRESETS[rate_hz],
        noise_person_log_sd=0.0,
        noise_wander=0.0,
        noise_eccentricity=0.0,
        noise_pupil_exponent=0.0,
        noise_scale=noise_scale,
        loss_share=loss_share,
    )
    return simulate(settings, SECONDS, SETUP)


@cache
def events(
    name: DetectorName, rate_hz: float, seed: int, noise_scale: float = 1.0, loss: float = 0.01
) -> Rows:
    return detect(directions(reading(rate_hz, seed, noise_scale, loss).gaze, GEOMETRY), name).events


@cache
def scores(name: DetectorName, rate_hz: float, noise_scale: float = 1.0) -> list[FixationScores]:
    """Score against the truth in which saccades below half a degree are microsaccades."""
    readings = [reading(rate_hz, seed, noise_scale) for seed in SEEDS]
    found = [events(name, rate_hz, seed, noise_scale) for seed in SEEDS]
    return [
        score_fixations(one, made.truth, made.truth_events, 0.5)
        for one, made in zip(found, readings, strict=True)
    ]


def together(found: list[FixationScores], name: str) -> np.ndarray:
    owner = [one.events if name.endswith("difference_ms") else one for one in found]
    return np.concatenate([getattr(one, name) for one in owner])


@pytest.mark.parametrize(
    ("rate_hz", "kappa", "f1"),
    [(60.0, 0.83, 0.94), (120.0, 0.92, 0.965), (250.0, 0.92, 0.97), (300.0, 0.92, 0.97), (600.0, 0.92, 0.97),
     (1200.0, 0.92, 0.97)],
)  # fmt: skip
def test_ivt_meets_the_offline_targets(rate_hz, kappa, f1):
    found = scores(DetectorName.IVT, rate_hz)
    assert np.mean([one.kappa for one in found]) >= kappa
    assert np.mean([one.events.f1 for one in found]) >= f1


@pytest.mark.parametrize(
    ("rate_hz", "kappa", "f1"),
    [(60.0, 0.80, 0.92), (120.0, 0.90, 0.955), (250.0, 0.885, 0.945), (300.0, 0.885, 0.945),
     (600.0, 0.92, 0.965), (1200.0, 0.92, 0.965)],
)  # fmt: skip
def test_adaptive_meets_the_live_targets(rate_hz, kappa, f1):
    found = scores(DetectorName.ADAPTIVE, rate_hz)
    assert np.mean([one.kappa for one in found]) >= kappa
    assert np.mean([one.events.f1 for one in found]) >= f1


@pytest.mark.parametrize("name", [DetectorName.IVT, DetectorName.ADAPTIVE])
@pytest.mark.parametrize(
    ("rate_hz", "median_ms", "iqr_ms"),
    [(60.0, 16.7, 17.0), (120.0, 8.4, 9.0), (250.0, 4.0, 8.0), (300.0, 4.0, 8.0), (600.0, 4.0, 8.0),
     (1200.0, 4.0, 8.0)],
)  # fmt: skip
def test_borders_lie_where_the_eye_began_and_stopped(name, rate_hz, median_ms, iqr_ms):
    found = scores(name, rate_hz)
    onset_ms, offset_ms = together(found, "onset_difference_ms"), together(found, "offset_difference_ms")
    assert np.median(np.abs(onset_ms)) <= median_ms
    assert np.median(np.abs(offset_ms)) <= median_ms
    assert np.subtract(*np.percentile(onset_ms, [75, 25])) <= iqr_ms


@pytest.mark.parametrize(
    ("rate_hz", "start_ms", "end_ms", "final_ms"),
    [(60.0, (35, 67), (17, 34), 130), (120.0, (25, 45), (12, 25), 100), (250.0, (25, 50), (10, 20), 70),
     (300.0, (35, 60), (17, 34), 130), (600.0, (25, 50), (10, 20), 70), (1200.0, (25, 50), (10, 20), 70)],
)  # fmt: skip
def test_adaptive_announces_in_time(rate_hz, start_ms, end_ms, final_ms):
    found = scores(DetectorName.ADAPTIVE, rate_hz)
    for name, (median_ms, tail_ms) in (("start_lag_ms", start_ms), ("end_lag_ms", end_ms)):
        lags_ms = together(found, name)
        assert np.median(lags_ms) <= median_ms
        assert np.percentile(lags_ms, 95) <= tail_ms
    assert np.median(together(found, "final_lag_ms")) <= final_ms


@pytest.mark.parametrize(
    ("rate_hz", "f1"), [(60.0, 0.95), (120.0, 0.97), (250.0, 0.985), (600.0, 0.985), (1200.0, 0.985)]
)
def test_live_and_offline_agree_on_one_stream(rate_hz, f1):
    both = (DetectorName.ADAPTIVE, DetectorName.IVT)
    pairs = [
        event_scores(*(fixation_intervals(events(name, rate_hz, seed)) for name in both)) for seed in SEEDS
    ]
    borders_ms = np.concatenate(
        [np.append(one.onset_difference_ms, one.offset_difference_ms) for one in pairs]
    )
    assert np.mean([one.f1 for one in pairs]) >= f1
    assert np.mean(np.abs(borders_ms) <= max(10.0, 1000.0 / rate_hz)) >= 0.88


@pytest.mark.parametrize(
    ("rate_hz", "noise_scale"), [(60.0, 1.4), (120.0, 2.0), (250.0, 2.0), (300.0, 1.7), (600.0, 2.0)]
)
def test_twice_the_noise_costs_adaptive_little(rate_hz, noise_scale):
    usual, noisy = scores(DetectorName.ADAPTIVE, rate_hz), scores(DetectorName.ADAPTIVE, rate_hz, noise_scale)
    assert np.mean([one.kappa for one in usual]) - np.mean([one.kappa for one in noisy]) <= 0.05
    assert np.mean([one.events.f1 for one in usual]) - np.mean([one.events.f1 for one in noisy]) <= 0.05


@pytest.mark.parametrize("name", [DetectorName.IVT, DetectorName.ADAPTIVE])
@pytest.mark.parametrize("rate_hz", [120.0, 600.0])
def test_losing_a_fifth_of_the_samples_adds_hardly_any_false_fixation(name, rate_hz):
    for seed in SEEDS:
        made = reading(rate_hz, seed, loss_share=0.2)
        true_ns = true_fixations(made.truth_events, 0.5)
        t_ns = made.truth["t_device_ns"]
        is_true = samples_inside(true_ns, t_ns) | (made.truth["label"] == 3)
        found = fixation_intervals(events(name, rate_hz, seed, loss=0.2))
        shares = [is_true[(t_ns >= onset) & (t_ns < offset)].mean() for onset, offset in found]
        assert np.mean(np.array(shares) < 0.5) <= 0.05


@pytest.mark.parametrize("name", [DetectorName.IVT, DetectorName.ADAPTIVE])
def test_the_mean_fixation_duration_is_the_true_one(name):
    found = [fixation_intervals(events(name, 600.0, seed)) for seed in SEEDS]
    true = [true_fixations(reading(600.0, seed).truth_events, 0.5) for seed in SEEDS]
    means_ms = [
        np.mean(np.concatenate([one[:, 1] - one[:, 0] for one in part])) / 1e6 for part in (found, true)
    ]
    assert means_ms[0] == pytest.approx(means_ms[1], rel=0.05)


def test_saccades_of_a_clean_fast_tracker_have_their_true_size():
    made = reading(1200.0, 1)
    found = events(DetectorName.ADAPTIVE, 1200.0, 1)
    saccades = found[found["kind"] == EventKind.SACCADE]
    true = made.truth_events[(made.truth_events["label"] == 2) & (made.truth_events["is_microsaccade"] == 0)]
    true_ns = true_intervals(made.truth_events, 2)
    true = true[np.argsort(true["onset_device_ns"], kind="stable")]
    intervals = np.stack((saccades["onset_ns"], saccades["offset_ns"]), axis=1)
    matched = event_scores(np.asarray(intervals), true_ns, iou=0.3)
    size, true_size = (
        saccades["amplitude_deg"][matched.detected_index],
        true["amplitude_deg"][matched.true_index],
    )
    assert matched.f1 > 0.85
    assert np.median(size / true_size) == pytest.approx(1.0, abs=0.03)


def test_blinks_are_named():
    made = reading(600.0, 1)
    found = events(DetectorName.ADAPTIVE, 600.0, 1)
    lost = found[(found["kind"] == EventKind.BLINK)]
    true_ns = true_intervals(made.truth_events, 5)
    matched = event_scores(np.stack((lost["onset_ns"], lost["offset_ns"]), axis=1), true_ns)
    assert matched.recall >= 0.8
