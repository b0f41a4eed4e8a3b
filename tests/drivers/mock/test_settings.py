from __future__ import annotations

import dataclasses
import json

import pytest

from drivers.contract import DriverOptionError
from drivers.mock import SCENARIOS, SENSOR_PRESETS, MockSettings
from drivers.mock.settings import MAX_RATE_HZ, MIN_RATE_HZ, PACES
from drivers.mock_options import MOCK_OPTIONS


def test_plain_settings_are_the_typical_scenario_at_600_hz():
    assert MockSettings() == MockSettings.for_scenario("typical", rate_hz=600.0)


def test_every_leaf_setting_has_a_name_of_its_own():
    settings = MockSettings()
    groups = [entry for entry in dataclasses.astuple(settings) if isinstance(entry, tuple)]
    names = [
        leaf.name
        for entry in dataclasses.fields(settings)
        for leaf in (
            dataclasses.fields(getattr(settings, entry.name))
            if dataclasses.is_dataclass(getattr(settings, entry.name))
            else [entry]
        )
    ]

    assert len(groups) == 6
    assert len(names) == len(set(names))
    assert set(settings.as_texts()) == set(names)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_settings_of_every_scenario_survive_json(scenario):
    settings = MockSettings.for_scenario(scenario, seed=7)

    assert MockSettings.from_json(settings.to_json()) == settings
    assert json.loads(settings.to_json())["scenario"] == scenario


@pytest.mark.parametrize("preset", SENSOR_PRESETS)
def test_a_preset_sets_rate_noise_accuracy_and_latency(preset):
    settings = MockSettings.for_scenario("typical", preset=preset)

    wanted = SENSOR_PRESETS[preset]
    assert settings.rate_hz == wanted.rates_hz[-1]
    assert settings.sensor.noise_rms_s2s_deg == wanted.noise_rms_s2s_deg
    assert settings.sensor.noise_std_deg == wanted.noise_std_deg
    assert settings.sensor.accuracy_deg == wanted.accuracy_deg
    assert settings.delivery.latency_s == wanted.latency_s


def test_text_options_choose_scenario_seed_rate_preset_and_single_settings():
    settings = MockSettings.from_options(
        {
            "scenario": "glasses",
            "seed": "3",
            "rate_hz": "600",
            "preset": "tobii-pro-fusion",
            "blinks_per_min": "2.5",
            "has_delivery_jitter": "no",
            "pace": "fast",
        }
    )

    assert (settings.scenario, settings.seed, settings.rate_hz, settings.pace) == (
        "glasses",
        3,
        600.0,
        "fast",
    )
    assert settings.sensor.noise_scale == 2.0
    assert settings.sensor.noise_std_deg == SENSOR_PRESETS["tobii-pro-fusion"].noise_std_deg
    assert settings.eye.blinks_per_min == 2.5
    assert settings.delivery.has_delivery_jitter is False


def test_an_option_given_by_name_wins_over_the_scenario():
    assert MockSettings.from_options({"scenario": "glasses", "noise_scale": "1.5"}).sensor.noise_scale == 1.5


def test_a_scenario_may_name_the_rate():
    assert MockSettings.for_scenario("typical-60hz").rate_hz == 60.0
    assert MockSettings.for_scenario("typical-1200hz").rate_hz == 1200.0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"blink": "3"}, "blinks_per_min"),
        ({"scenario": "sleepy"}, "head-moving"),
        ({"preset": "sony"}, "tobii-tx300"),
        ({"seed": "x"}, "a number"),
        ({"seed": "-1"}, "negative"),
        ({"has_delivery_jitter": "perhaps"}, "yes or no"),
        ({"rate_hz": "5000"}, "20 to 2000"),
        ({"rate_hz": "nan"}, "outside"),
        ({"loss_share": "0.99"}, "0.95"),
        ({"accuracy_deg": "-1"}, "accuracy_deg is negative"),
        ({"latency_s": "inf"}, "latency_s is inf"),
        ({"sync_interval_s": "0"}, "sync_interval_s is 0"),
        ({"pace": "slow"}, "realtime, fast"),
        ({"fault": "fire"}, "unplugged"),
        ({"tracked_eyes": "none"}, "both, left, right"),
        ({"reaction_s": "0.01"}, "0.15"),
        ({"flood_factor": "0"}, "1 to 1000"),
        ({"max_batch_rows": "0"}, "max_batch_rows"),
        ({"blinks_per_min": "90"}, "above 60"),
    ],
)
def test_an_unusable_option_is_refused_in_a_sentence_that_names_what_is_known(options, words):
    with pytest.raises(DriverOptionError, match=words):
        MockSettings.from_options(options)


@pytest.mark.parametrize("text", ["", "[]", "7", '{"seed": "one"}', '{"seed": true}', '{"unheard": 1}'])
def test_json_that_is_not_ours_is_refused(text):
    with pytest.raises(DriverOptionError):
        MockSettings.from_json(text)


def test_changes_by_name_leave_the_rest_alone():
    before = MockSettings.for_scenario("tired", seed=2)

    after = before.with_changes(duration_s=3.0, latency_s=0.01)

    assert (after.duration_s, after.delivery.latency_s) == (3.0, 0.01)
    assert after.eye == before.eye
    assert after.sensor == before.sensor


def test_the_listed_options_are_options():
    defaults = MockSettings().as_texts()

    assert {option.name for option in MOCK_OPTIONS} <= set(defaults)
    assert all(option.summary for option in MOCK_OPTIONS)


@pytest.mark.parametrize(
    ("name", "known"),
    [("scenario", list(SCENARIOS)), ("preset", list(SENSOR_PRESETS)), ("pace", list(PACES))],
)
def test_the_listed_options_name_all_there_is_to_choose_from(name, known):
    (summary,) = [option.summary for option in MOCK_OPTIONS if option.name == name]

    assert summary.removeprefix("one of ").split(": ")[-1].split(", ") == known


def test_the_listed_rates_are_those_that_are_possible():
    (summary,) = [option.summary for option in MOCK_OPTIONS if option.name == "rate_hz"]

    assert summary.endswith(f"{MIN_RATE_HZ:g} to {MAX_RATE_HZ:g}")
