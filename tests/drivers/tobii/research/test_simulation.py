"""The simulation is what other tests stand on, so it is tested itself."""

from __future__ import annotations

import json
from types import ModuleType

import pytest


def test_the_environment_describes_devices_and_faults(
    simulated_tobii: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = {
        "devices": [{"serial": "A", "rate_hz": 60, "size_mm": [300, 200]}, {"serial": "B"}],
        "seed": 9,
        "faults": [{"at_s": 1.0, "do": "unplug", "device": 1}],
    }
    monkeypatch.setenv(simulated_tobii.VARIABLE, json.dumps(scenario))
    network = simulated_tobii.network()
    assert [device.serial for device in network.devices] == ["A", "B"]
    assert network.devices[0].rate_hz == 60
    assert network.devices[0].area.width == pytest.approx(300.0)


def test_faults_come_at_their_time_after_gaze_was_subscribed_to(simulated_tobii: ModuleType, clock) -> None:
    network = simulated_tobii.SimulatedNetwork(
        clock=clock,
        rate_hz=100.0,
        faults=[
            {"at_s": 1.0, "do": "unplug"},
            {"at_s": 1.5, "do": "plug_in"},
            {"at_s": 2.0, "do": "change_rate", "rate_hz": 50.0},
        ],
    )
    stamps_us, kinds = [], []
    network.advance(5.0, slice_s=1.0)  # nobody listens yet
    network.devices[0].listen("gaze", lambda sample: stamps_us.append(sample.device_us))
    network.devices[0].listen("notification", lambda notice: kinds.append(notice.kind))
    network.advance(3.0)
    assert kinds == ["connection_lost", "connection_restored", "gaze_output_frequency_changed"]
    assert len(stamps_us) == pytest.approx(100 + 50 + 50, abs=4)


def test_the_same_seed_sees_the_same(simulated_tobii: ModuleType) -> None:
    gaze = [simulated_tobii.SimulatedGaze(4), simulated_tobii.SimulatedGaze(4)]
    area, seen = simulated_tobii.area_of(500.0, 300.0), simulated_tobii.EyesSeen()
    first, second = (each.eyes(77, 600.0, area, seen) for each in gaze)
    assert first == second


def test_the_device_clock_drifts_as_it_is_told(simulated_tobii: ModuleType, clock) -> None:
    network = simulated_tobii.SimulatedNetwork(clock=clock, drift_ppm=100.0)
    device = network.devices[0]
    start_us = network.now_us()
    passed_us = device.device_us(start_us + 100_000_000) - device.device_us(start_us)
    assert passed_us == pytest.approx(100_010_000, abs=1)
    assert device.system_us(device.device_us(start_us + 5_000_000)) == pytest.approx(
        start_us + 5_000_000, abs=1
    )


def test_an_unknown_word_in_a_scenario_is_refused(simulated_tobii: ModuleType, clock) -> None:
    network = simulated_tobii.SimulatedNetwork(clock=clock, faults=[{"at_s": 0.0, "do": "explode"}])
    network.devices[0].listen("gaze", print)
    with pytest.raises(ValueError, match="explode"):
        network.step()
