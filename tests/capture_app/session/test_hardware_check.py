"""The station judged by what a study wants."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from capture_app.session.hardware_check import (
    HardwareFacts,
    blocking_sentence,
    is_reason_needed,
    judge_hardware,
)
from capture_app.session.port import ScreenFacts
from capture_app.session.recording_places import PlaceFacts, look_at_places
from capture_app.session.states import DictationState
from capture_app.session.study import Study
from capture_app.session.study.decode import Decoder
from capture_app.session.study.presets import preset_text
from capture_app.session.study.toml_lines import parse_toml

SCREEN = ScreenFacts(
    name="DP-2", width_px=1536, height_px=2048, width_mm=324.0, height_mm=432.0, refresh_hz=59.94
)
HEARD = DictationState(is_on=True, is_kept=False, level_db=-18.0, is_loud=False, text="Heard.")
GOOD = HardwareFacts(
    is_connected=True, tracker_driver="eyelink", tracker_model="EyeLink 1000 Plus", rate_hz=999.0,
    nominal_rate_hz=1000.0, has_left=True, has_right=True, distance_mm=650.0, area_level="good",
    microphone=HEARD, places=PlaceFacts(free_bytes=10**12), monitor_count=2, screen=SCREEN,
)  # fmt: skip


def preset(name: str = "reflacx") -> Study:
    values, lines = parse_toml(preset_text(name))
    return Decoder(f"{name}.gazestudy", lines).record(Study, values)


STUDY = preset()


def line(name, study=STUDY, **changes):
    return next(each for each in judge_hardware(study, replace(GOOD, **changes)) if each.name == name)


def test_a_good_station_has_nothing_but_good_lines():
    lines = judge_hardware(STUDY, GOOD)
    assert {each.level for each in lines} == {"good"}
    assert blocking_sentence(lines) == ""
    assert not is_reason_needed(lines)


def test_every_line_says_a_word_and_a_sentence():
    for facts in (GOOD, HardwareFacts(screen=SCREEN), replace(GOOD, rate_hz=900.0, has_left=False)):
        for each in judge_hardware(STUDY, facts):
            assert each.word
            assert each.sentence.endswith(".")


def test_without_a_tracker_nothing_is_said_of_its_stream_and_nothing_starts():
    lines = judge_hardware(STUDY, replace(GOOD, is_connected=False, tracker_problem="It does not answer."))
    assert {"rate", "eyes", "distance"}.isdisjoint(each.name for each in lines)
    assert blocking_sentence(lines) == "Tracker: It does not answer."


def test_a_tracker_that_is_being_connected_is_waited_for():
    assert line("tracker", is_connected=False, is_connecting=True).word == "connecting"


def test_another_driver_than_the_study_names_starts_nothing():
    study = replace(STUDY, tracker=replace(STUDY.tracker, driver="tobii"))
    assert line("tracker", study).level == "bad"
    assert line("tracker", study, tracker_driver="tobii").level == "good"


def test_another_model_is_told_and_stops_nobody():
    found = line("tracker", tracker_model="Spark")
    assert (found.level, "Spark" in found.sentence) == ("information", True)


def test_a_display_area_of_another_screen_stops_a_real_tracker_alone():
    changes = {"area_level": "bad", "area_sentence": "Set up for 500 x 300 mm."}
    assert line("tracker", **changes).level == "bad"
    assert line("tracker", is_simulated=True, **changes).level == "attention"


@pytest.mark.parametrize(
    ("rate_hz", "level"), [(1000.0, "good"), (951.0, "good"), (949.0, "attention"), (math.nan, "bad")]
)
def test_the_measured_rate_is_held_against_the_declared_one(rate_hz, level):
    assert line("rate", rate_hz=rate_hz).level == level


@pytest.mark.parametrize(("rate_hz", "level"), [(60.0, "bad"), (119.0, "good")])
def test_the_least_rate_of_the_study_has_the_same_tolerance(rate_hz, level):
    study = replace(STUDY, tracker=replace(STUDY.tracker, rate_hz_minimum=120.0))
    assert line("rate", study, rate_hz=rate_hz, nominal_rate_hz=rate_hz).level == level


@pytest.mark.parametrize(
    ("left", "right", "word", "level"),
    [
        (True, True, "both", "good"), (True, False, "left only", "attention"),
        (False, True, "right only", "attention"), (False, False, "none", "attention"),
    ],
)  # fmt: skip
def test_eyes_are_named(left, right, word, level):
    found = line("eyes", has_left=left, has_right=right)
    assert (found.word, found.level) == (word, level)


def test_one_eye_is_enough_where_the_study_says_so():
    study = replace(STUDY, tracker=replace(STUDY.tracker, is_binocular=False))
    assert line("eyes", study, has_left=False).level == "information"


@pytest.mark.parametrize(
    ("distance_mm", "level"),
    [(499.0, "attention"), (500.0, "good"), (800.0, "good"), (801.0, "attention"), (math.nan, "information")],
)
def test_the_distance_lies_in_the_range_of_the_study(distance_mm, level):
    assert line("distance", distance_mm=distance_mm).level == level


def test_another_resolution_than_planned_needs_a_reason():
    study = replace(STUDY, display=replace(STUDY.display, width_px=2048, height_px=1536))
    assert line("screen", study).level == "attention"


@pytest.mark.parametrize(("width_mm", "level"), [(324.0, "good"), (330.0, "good"), (331.0, "bad")])
def test_the_millimetres_of_the_study_are_held_within_two_percent(width_mm, level):
    study = replace(STUDY, display=replace(STUDY.display, width_mm=324.0, height_mm=432.0))
    assert line("size", study, screen=replace(SCREEN, width_mm=width_mm)).level == level


def test_a_screen_of_unknown_size_wants_the_ruler():
    found = line("size", screen=replace(SCREEN, width_mm=math.nan))
    assert (found.level, "ruler" in found.sentence) == ("attention", True)


@pytest.mark.parametrize(("refresh_hz", "level"), [(59.94, "good"), (50.0, "bad"), (math.nan, "attention")])
def test_a_slow_screen_is_refused_where_the_study_says_so(refresh_hz, level):
    study = replace(STUDY, display=replace(STUDY.display, refresh_hz_minimum=60.0))
    assert line("refresh", study, screen=replace(SCREEN, refresh_hz=refresh_hz)).level == level


def test_one_monitor_is_told_and_stops_nobody():
    assert line("monitors", monitor_count=1).level == "information"


@pytest.mark.parametrize(
    ("state", "level"),
    [
        (None, "attention"), (replace(HEARD, is_on=False), "attention"),
        (replace(HEARD, level_db=-0.5), "attention"),
        (replace(HEARD, level_db=-55.0), "information"), (HEARD, "good"),
    ],
)  # fmt: skip
def test_a_dictated_study_wants_to_hear_but_goes_on_without_a_voice(state, level):
    assert line("microphone", microphone=state).level == level


def test_a_study_without_dictation_asks_for_no_microphone():
    quiet = replace(STUDY, dictation=replace(STUDY.dictation, is_on=False))
    assert "microphone" not in {each.name for each in judge_hardware(quiet, GOOD)}


@pytest.mark.parametrize(
    ("free_bytes", "level"), [(10**12, "good"), (10**9, "attention"), (10**8, "bad"), (-1, "attention")]
)
def test_the_disk_is_told_in_minutes(free_bytes, level):
    assert line("disk", places=PlaceFacts(free_bytes=free_bytes)).level == level


def test_a_study_folder_that_cannot_be_written_starts_nothing():
    assert line("disk", places=PlaceFacts(study_problem="It is read-only.")).level == "bad"


@pytest.mark.parametrize(("is_required", "level"), [(True, "bad"), (False, "attention")])
def test_a_second_place_that_is_not_there_blocks_where_copies_are_required(is_required, level):
    copies = replace(STUDY.copies, second_place="/mnt/second", is_required=is_required)
    places = PlaceFacts(free_bytes=10**12, second_problem="/mnt/second is not there.")
    assert line("second_place", replace(STUDY, copies=copies), places=places).level == level


@pytest.mark.parametrize(("resolution_s", "level"), [(1e-9, "good"), (1e-4, "attention"), (0.0156, "bad")])
def test_a_coarse_clock_is_told(resolution_s, level):
    assert line("clock", clock_resolution_s=resolution_s).level == level


def test_places_are_asked_by_writing(tmp_path):
    facts = look_at_places(tmp_path, str(tmp_path))
    assert facts.free_bytes > 0
    assert (facts.study_problem, facts.second_problem) == ("", "")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_is_not_there_is_named(tmp_path):
    facts = look_at_places(tmp_path, str(tmp_path / "gone"))
    assert "is not there" in facts.second_problem
    assert look_at_places(tmp_path, "").second_problem == ""
