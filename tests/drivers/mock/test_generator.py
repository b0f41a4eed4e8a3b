from __future__ import annotations

import numpy as np
import pytest

from drivers.mock import MockSettings, simulate
from drivers.mock.generator import Generator
from drivers.mock.raw import RAW_DTYPE, normalise
from gaze_core.rows import CLOCK_SYNC, GAZE, TRUTH, TRUTH_EVENT

STREAMS = ("gaze", "raw", "truth", "truth_events", "clock_sync")


@pytest.mark.parametrize("scenario", ["typical", "head-moving", "flood"])
def test_the_same_seed_gives_the_same_stream_bit_for_bit(setup, image_scene, scenario):
    settings = MockSettings.for_scenario(scenario, rate_hz=300.0, seed=8)

    first, second = (simulate(settings, 7.0, setup, image_scene) for _ in range(2))

    for stream in STREAMS:
        assert getattr(first, stream).tobytes() == getattr(second, stream).tobytes()


def test_another_seed_gives_another_stream_and_another_person(setup):
    first, second = (simulate(MockSettings.for_scenario("typical", seed=seed), 2.0, setup) for seed in (1, 2))

    assert first.person != second.person
    assert not np.array_equal(first.truth["x_norm"], second.truth["x_norm"])


def test_a_longer_stream_begins_like_a_shorter_one(setup):
    settings = MockSettings.for_scenario("typical", rate_hz=600.0)

    short, long = simulate(settings, 3.0, setup), simulate(settings, 6.0, setup)

    assert long.gaze[: len(short.gaze)].tobytes() == short.gaze.tobytes()
    assert long.truth[: len(short.truth)].tobytes() == short.truth.tobytes()


def test_the_sensor_changes_nothing_about_the_eye(setup):
    plain = MockSettings.for_scenario("typical", rate_hz=300.0, dropped_share=0.0)
    worse = plain.with_changes(noise_scale=3.0, loss_share=0.2, accuracy_deg=1.0)

    first, second = simulate(plain, 5.0, setup), simulate(worse, 5.0, setup)

    assert first.truth.tobytes() == second.truth.tobytes()
    assert not np.array_equal(first.gaze["left_x_norm"], second.gaze["left_x_norm"])


def test_rows_have_the_declared_types(setup):
    simulated = simulate(MockSettings.for_scenario("typical"), 1.0, setup)

    assert simulated.gaze.dtype == GAZE.dtype
    assert simulated.raw.dtype == RAW_DTYPE
    assert simulated.truth.dtype == TRUTH.dtype
    assert simulated.truth_events.dtype == TRUTH_EVENT.dtype
    assert simulated.clock_sync.dtype == CLOCK_SYNC.dtype


def test_gaze_rows_are_the_normalised_raw_rows(setup):
    simulated = simulate(MockSettings.for_scenario("difficult"), 3.0, setup)

    again = normalise(simulated.raw, setup)

    for name in GAZE.dtype.names:
        if name not in ("seq", "t_host_ns", "flags"):
            np.testing.assert_array_equal(again[name], simulated.gaze[name])


def test_true_rows_belong_to_delivered_rows_in_order(setup):
    simulated = simulate(MockSettings.for_scenario("ideal", rate_hz=300.0, dropped_share=0.02), 10.0, setup)

    sent = simulated.truth[simulated.truth["is_delivered"] == 1]
    seen = simulated.gaze["left_valid"] == 1

    np.testing.assert_array_equal(sent["t_device_ns"], simulated.gaze["t_device_ns"])
    middle = (simulated.gaze["left_x_norm"] + simulated.gaze["right_x_norm"]) / 2
    calm = seen & (sent["label"] == 1)
    assert np.abs(middle[calm] - sent["x_norm"][calm]).max() * 528.0 < np.tan(np.radians(1.0)) * 650.0


@pytest.mark.parametrize("rate_hz", [30.0, 59.94, 60.0, 250.0, 1200.0, 2000.0])
def test_any_rate_gives_its_number_of_instants(setup, rate_hz):
    simulated = simulate(MockSettings.for_scenario("typical", rate_hz=rate_hz), 2.0, setup)

    assert len(simulated.truth) == pytest.approx(2.0 * rate_hz, abs=1)
    assert np.median(np.diff(simulated.gaze["t_device_ns"])) == pytest.approx(1e9 / rate_hz, rel=0.01)


def test_a_stream_of_no_length_is_empty(setup):
    simulated = simulate(MockSettings.for_scenario("typical"), 0.0, setup)

    assert [len(getattr(simulated, stream)) for stream in STREAMS] == [0] * 5


def test_a_second_start_is_the_same_person_on_another_course(setup):
    settings = MockSettings.for_scenario("typical", rate_hz=300.0)

    first, second = (Generator(settings, setup, start_number=number) for number in (0, 1))

    assert first.person == second.person
    assert not np.array_equal(first.next_chunk().gaze["left_x_norm"], second.next_chunk().gaze["left_x_norm"])


def test_events_cut_by_the_end_are_listed(setup):
    simulated = simulate(MockSettings.for_scenario("typical", rate_hz=300.0), 3.0, setup)

    assert set(simulated.truth["event_id"]) <= set(simulated.truth_events["event_id"])
    assert simulated.truth_events["offset_device_ns"].max() == 1_003_000_000_000
