"""What a recording says about itself, and when it must not begin."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from capture_app.acquisition.messages import TrackerOpened
from capture_app.session.port import ScreenFacts, SessionError
from capture_app.session.session_metadata import new_recording_path, session_metadata
from capture_app.session.settings import MonitorChoice, Settings

FACTS = ScreenFacts(name="DP-1", width_px=1920, height_px=1080, width_mm=527.0, height_mm=296.0)


def _tracker(**info: Any) -> TrackerOpened:
    return TrackerOpened(info=info, rates_hz=[], wants_scene=False, calibrates=False)


def _begin(tracker: TrackerOpened | None, facts: ScreenFacts = FACTS) -> Any:
    return session_metadata(
        reader="R01", study="chest", facts=facts, settings=Settings(), tracker_options={}, tracker=tracker
    )


def test_a_tracker_set_up_for_another_screen_stops_the_session_before_it_begins() -> None:
    with pytest.raises(SessionError, match="510 x 290 mm"):
        _begin(_tracker(is_simulated=False, display_area_mm=[510.0, 290.0]))


@pytest.mark.parametrize("area_mm", [[527.0, 296.0], [535.0, 293.0], None])
def test_a_display_area_within_two_per_cent_or_unknown_is_accepted(area_mm: list[float] | None) -> None:
    assert _begin(_tracker(is_simulated=False, display_area_mm=area_mm)).display.width_mm == 527.0


def test_a_simulated_tracker_has_no_screen_of_its_own() -> None:
    assert _begin(_tracker(is_simulated=True, display_area_mm=[1.0, 1.0])).participant.pseudonym == "R01"


def test_an_assumed_screen_size_is_told_in_the_recording() -> None:
    unknown = replace(FACTS, width_mm=float("nan"), height_mm=float("nan"))
    stored = _begin(None, unknown)
    assert stored.settings.settings["screen_size"].startswith("assumed")
    assert stored.display.width_mm == pytest.approx(1920 / 96 * 25.4)


MEASURED = Settings(
    monitor=MonitorChoice(name="DP-1", serial=""),
    onset_latency_mean_ms=12.5,
    onset_latency_sd_ms=0.8,
    luminance_minimum_cd_m2=0.4,
    luminance_maximum_cd_m2=400.0,
    gsdf_check="passed, 2026-03-02",
)


def _display(settings: Settings, facts: ScreenFacts = FACTS) -> Any:
    return session_metadata(
        reader="R01", study="", facts=facts, settings=settings, tracker_options={}
    ).display


def test_what_was_measured_on_the_monitor_is_in_the_recording() -> None:
    display = _display(MEASURED)
    assert (display.onset_latency, display.onset_latency_mean_ms) == ("measured", 12.5)
    assert display.onset_latency_sd_ms == 0.8
    assert (display.luminance_minimum_cd_m2, display.luminance_maximum_cd_m2) == (0.4, 400.0)
    assert display.gsdf_check == "passed, 2026-03-02"


@pytest.mark.parametrize(
    ("settings", "facts"),
    [(Settings(), FACTS), (MEASURED, replace(FACTS, name="DP-2")), (MEASURED, replace(FACTS, serial="7"))],
    ids=["nothing measured", "another monitor", "another of the same name"],
)
def test_what_was_not_measured_on_this_monitor_is_unmeasured(settings: Settings, facts: ScreenFacts) -> None:
    display = _display(settings, facts)
    assert (display.onset_latency, display.gsdf_check) == ("unmeasured", "unmeasured")
    assert math.isnan(display.onset_latency_mean_ms)
    assert math.isnan(display.onset_latency_sd_ms)
    assert math.isnan(display.luminance_minimum_cd_m2)
    assert math.isnan(display.luminance_maximum_cd_m2)


def test_a_name_as_pseudonym_is_refused_with_a_sentence() -> None:
    with pytest.raises(SessionError, match="Pseudonym"):
        session_metadata(reader="Dr. A B", study="", facts=FACTS, settings=Settings(), tracker_options={})


def test_a_new_recording_never_gets_the_name_of_another_or_of_its_journal(tmp_path: Path) -> None:
    first = new_recording_path(tmp_path, "chest", "R01")
    first.with_name(first.name + ".journal").touch()
    second = new_recording_path(tmp_path, "chest", "R01")
    assert second != first
    assert not second.exists()
