"""Recordings carry what was measured on their own devices."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from capture_app.session.port import ScreenFacts
from capture_app.session.session_metadata import session_metadata
from capture_app.session.settings import MonitorChoice, Settings
from capture_app.session.timing_constants import ConstantName, TimingConstants, constant, monitor_key
from capture_app.session.timing_store import TimingStore
from recordings_schema.metadata import SessionMetadata

FACTS = ScreenFacts(name="DP-1", model="RX360", serial="77", width_px=1536, height_px=2048, refresh_hz=60.0)


@pytest.fixture
def _measured() -> None:
    onset = constant(ConstantName.ONSET, monitor_key(FACTS), [20.0, 22.0], "photodiode on the corner patch")
    TimingStore().save(TimingConstants(constants=(onset,)))


def metadata_on(facts: ScreenFacts, settings: Settings | None = None) -> SessionMetadata:
    return session_metadata(
        reader="R01", study="", facts=facts, settings=settings or Settings(), tracker_options={}
    )


@pytest.mark.usefixtures("_measured")
def test_a_measured_onset_latency_goes_into_recordings_on_that_monitor():
    found = metadata_on(FACTS)
    assert found.display.onset_latency == "measured"
    assert found.display.onset_latency_mean_ms == 21.0
    assert found.display.onset_latency_sd_ms == pytest.approx(2.0**0.5)
    assert json.loads(found.timing.constants["onset_latency"])["count"] == 2
    assert "Light followed the presented frame by 21.00 ms" in found.timing.sentence


@pytest.mark.usefixtures("_measured")
@pytest.mark.parametrize("changes", [{"serial": "78"}, {"refresh_hz": 30.0}, {"width_px": 800}])
def test_it_does_not_go_into_recordings_on_another_monitor_or_in_another_mode(changes):
    found = metadata_on(replace(FACTS, **changes))
    assert found.display.onset_latency == "unmeasured"
    assert found.timing.constants == {}
    assert "The time from presentation to light was not measured." in found.timing.sentence


@pytest.mark.usefixtures("_measured")
def test_an_onset_latency_entered_in_the_settings_comes_first():
    settings = replace(
        Settings(),
        monitor=MonitorChoice(name="DP-1", serial="77"),
        onset_latency_mean_ms=12.5,
        onset_latency_sd_ms=0.8,
    )
    found = metadata_on(FACTS, settings)
    assert found.display.onset_latency_mean_ms == 12.5
    assert "12.50 ms (SD 0.80 ms; entered in the settings)" in found.timing.sentence


def test_where_nothing_was_measured_the_recording_says_so():
    found = metadata_on(FACTS)
    assert found.timing.constants == {}
    assert "The latency of sound was not measured." in found.timing.sentence


@pytest.mark.usefixtures("_measured")
def test_what_was_measured_survives_the_way_into_the_file_and_back():
    found = metadata_on(FACTS)
    assert SessionMetadata.from_json(found.to_json()) == found
