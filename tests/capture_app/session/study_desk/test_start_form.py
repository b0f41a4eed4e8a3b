"""What the start form lacks, and how it lies in the recording."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_app.session.reading import NamedRows
from capture_app.session.study import Study
from capture_app.session.study.decode import Decoder
from capture_app.session.study.presets import preset_text
from capture_app.session.study.quality_keys import GazeSignal
from capture_app.session.study.station_keys import Asked, Glasses, HeadRest
from capture_app.session.study.toml_lines import parse_toml
from capture_app.session.study_desk.start_form import (
    DOMINANT_EYES,
    form_of,
    form_problems,
    form_rows,
    kept_form,
)
from capture_app.session.study_desk.states import StartForm
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording
from recordings_schema.testing import METADATA, TRACKER
from recordings_schema.writer import RecordingWriter

SHA = "ab" * 32
FULL = StartForm(
    reader="R07", period=2, is_consent_given=True, years_of_experience=7.5, specialty="radiologist",
    vision="glasses", hours_awake=3.0, dominant_eye="left", room_lux=22.0, has_head_rest=False,
    has_glasses=True,
    are_instructions_skipped=True, comment="The chair creaks.", distance_mm=642.5, reason_to_start="No lamp.",
)  # fmt: skip


def preset(name: str = "reflacx") -> Study:
    values, lines = parse_toml(preset_text(name))
    return Decoder(f"{name}.gazestudy", lines).record(Study, values)


STUDY = preset()


def fields_of(study: Study, **changes: object) -> dict[str, bool]:
    return {each.field: each.is_blocking for each in form_problems(study, replace(FULL, **changes))}


def recording_with(folder: Path, *rows: NamedRows) -> Path:
    path = folder / "session.gazeh5"
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    for made in rows:
        for _, answers in made:
            writer.append(DatasetKey.ANSWERS, answers)
    writer.close("the test is over")
    return path


def test_a_full_form_has_no_problem():
    assert form_problems(STUDY, FULL) == ()


def test_an_empty_form_names_all_that_is_required_and_in_the_order_of_the_form():
    problems = form_problems(STUDY, StartForm(reader=""))
    assert [each.field for each in problems] == [
        "reader", "is_consent_given", "years_of_experience", "specialty", "vision", "room_lux",
        "has_head_rest", "has_glasses",
    ]  # fmt: skip
    assert [each.field for each in problems if not each.is_blocking] == ["room_lux"]


@pytest.mark.parametrize("name", ["Anna Meier", "R/3", "", "é", "x" * 33])
def test_what_is_no_pseudonym_is_refused(name):
    assert fields_of(STUDY, reader=name) == {"reader": True}


def test_a_reader_nobody_planned_is_refused_where_others_are_not_allowed():
    closed = replace(STUDY, readers=replace(STUDY.readers, are_others_allowed=False))
    assert fields_of(closed) == {"reader": True}
    assert fields_of(closed, reader="R01") == {}


def test_without_a_text_nobody_has_to_agree():
    form = replace(FULL, is_consent_given=False)
    assert [each.field for each in form_problems(STUDY, form)] == ["is_consent_given"]
    assert form_problems(STUDY, form, has_consent_text=False) == ()


def test_what_is_asked_may_stay_empty_and_what_is_off_is_not_looked_at():
    asked = replace(STUDY, reader_form=replace(STUDY.reader_form, vision=Asked.ASKED, specialty=Asked.OFF))
    assert fields_of(asked, vision="", specialty="astronaut") == {}
    assert fields_of(asked, vision="eagle") == {"vision": True}


@pytest.mark.parametrize(("field", "value"), [("years_of_experience", 120.0), ("hours_awake", 90.0)])
def test_a_number_that_cannot_be_is_refused(field, value):
    assert fields_of(STUDY, **{field: value}) == {field: True}


@pytest.mark.parametrize("lux", [math.nan, 90.0])
def test_light_that_is_unknown_or_too_bright_needs_a_reason_but_blocks_nothing(lux):
    assert fields_of(STUDY, room_lux=lux) == {"room_lux": False}


def test_light_below_the_least_is_too_dark():
    bright = replace(STUDY, conditions=replace(STUDY.conditions, room_lux_minimum=25.0))
    (problem,) = form_problems(bright, FULL)
    assert "too dark" in problem.sentence


def test_a_study_without_limits_does_not_ask_for_light():
    free = replace(STUDY, conditions=replace(STUDY.conditions, room_lux_maximum=0.0))
    assert fields_of(free, room_lux=math.nan) == {}
    assert fields_of(free, room_lux=-1.0) == {"room_lux": True}


@pytest.mark.parametrize(
    ("wanted", "used", "is_refused"),
    [
        (HeadRest.REQUIRED, False, True), (HeadRest.REQUIRED, True, False), (HeadRest.NOT_USED, True, True),
        (HeadRest.NOT_USED, False, False), (HeadRest.NOTED, True, False), (HeadRest.NOTED, None, True),
    ],
)  # fmt: skip
def test_the_head_rest_is_as_the_study_wants_it(wanted, used, is_refused):
    study = replace(STUDY, conditions=replace(STUDY.conditions, head_rest=wanted))
    assert ("has_head_rest" in fields_of(study, has_head_rest=used)) is is_refused


@pytest.mark.parametrize(
    ("wanted", "worn", "is_refused"),
    [
        (Glasses.NOT_ALLOWED, True, True), (Glasses.NOT_ALLOWED, False, False),
        (Glasses.NOT_ALLOWED, None, True),
        (Glasses.NOTED, None, True), (Glasses.NOTED, True, False), (Glasses.ALLOWED, None, False),
    ],
)  # fmt: skip
def test_glasses_are_as_the_study_wants_them(wanted, worn, is_refused):
    study = replace(STUDY, conditions=replace(STUDY.conditions, glasses=wanted))
    assert ("has_glasses" in fields_of(study, has_glasses=worn)) is is_refused


def test_a_study_of_the_dominant_eye_has_to_know_it():
    study = replace(STUDY, analysis=replace(STUDY.analysis, signal=GazeSignal.DOMINANT))
    assert fields_of(study, dominant_eye="unknown") == {"dominant_eye": True}
    assert fields_of(study) == {}


@pytest.mark.parametrize("field", ["comment", "reason_to_start"])
def test_a_text_without_end_is_refused(field):
    assert fields_of(STUDY, **{field: "x" * 2001}) == {field: True}


def test_a_form_comes_back_from_its_recording_with_the_consent(tmp_path):
    path = recording_with(tmp_path, form_rows(STUDY, FULL, SHA, 7_000))
    with Recording.open(path) as recording:
        kept = kept_form(recording)
    assert kept is not None
    assert kept.form == FULL
    assert (kept.consent_version, kept.consent_sha256) == ("template-1", SHA)


def test_what_was_left_empty_comes_back_empty(tmp_path):
    path = recording_with(tmp_path, form_rows(STUDY, StartForm(reader="R07"), "", 7_000))
    with Recording.open(path) as recording:
        kept = kept_form(recording)
    assert kept is not None
    assert repr(kept.form) == repr(StartForm(reader="R07"))  # NaN is not equal to itself
    assert kept.consent_version == ""


def test_the_newest_form_of_a_recording_counts(tmp_path):
    later = replace(FULL, room_lux=30.0)
    rows = (form_rows(STUDY, FULL, SHA, 7_000), form_rows(STUDY, later, SHA, 8_000))
    with Recording.open(recording_with(tmp_path, *rows)) as recording:
        assert form_of(recording) == later


def test_a_recording_without_a_form_has_none(tmp_path):
    with Recording.open(recording_with(tmp_path)) as recording:
        assert form_of(recording) is None


def test_every_field_of_the_form_is_kept():
    ((_, rows),) = form_rows(STUDY, FULL, SHA, 7_000)
    names = {row["name"].decode() for row in rows}
    assert {item.name for item in fields(StartForm)} <= names
    assert set(rows["trial"]) == {-1}
    assert set(rows["screen"]) == {b"start"}
    assert set(rows["t_host_ns"]) == {7_000}


FORMS = st.builds(
    StartForm,
    reader=st.just("R07"),
    period=st.integers(1, 12),
    is_consent_given=st.booleans(),
    years_of_experience=st.integers(0, 800).map(lambda tenths: tenths / 10),
    specialty=st.sampled_from(STUDY.reader_form.specialties),
    vision=st.sampled_from(("", "normal", "glasses", "lenses", "other")),
    hours_awake=st.integers(0, 720).map(lambda tenths: tenths / 10),
    dominant_eye=st.sampled_from(DOMINANT_EYES),
    room_lux=st.integers(0, 9000).map(float),
    has_head_rest=st.none() | st.booleans(),
    has_glasses=st.none() | st.booleans(),
    are_instructions_skipped=st.booleans(),
    comment=st.text(max_size=2000),
    distance_mm=st.integers(2000, 15000).map(lambda tenths: tenths / 10),
    reason_to_start=st.text(max_size=300),
)


@given(form=FORMS)
def test_any_form_survives_its_rows(form):
    class Kept:
        metadata = METADATA

        def rows(self, _key: DatasetKey) -> object:
            ((_, made),) = form_rows(STUDY, form, SHA, 1)
            return made

    assert form_of(Kept()) == form  # type: ignore[arg-type]  # all that is asked of a recording
