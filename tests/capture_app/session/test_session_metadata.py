"""What a recording says about itself, and when it must not begin."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from capture_app.acquisition.messages import TrackerOpened
from capture_app.session.port import ScreenFacts, SessionError
from capture_app.session.session_metadata import new_recording_path, session_metadata
from capture_app.session.settings import Settings

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


def test_a_name_as_pseudonym_is_refused_with_a_sentence() -> None:
    with pytest.raises(SessionError, match="Pseudonym"):
        session_metadata(reader="Dr. A B", study="", facts=FACTS, settings=Settings(), tracker_options={})


def test_a_new_recording_never_gets_the_name_of_another_or_of_its_journal(tmp_path: Path) -> None:
    first = new_recording_path(tmp_path, "chest", "R01")
    first.with_name(first.name + ".journal").touch()
    second = new_recording_path(tmp_path, "chest", "R01")
    assert second != first
    assert not second.exists()
