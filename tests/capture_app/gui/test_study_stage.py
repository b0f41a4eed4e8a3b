"""The stage of a study behaves as a desk does: windows tested on it are tested on a real reading."""

from __future__ import annotations

import inspect

import pytest
from study_stage import NotingDesk, StageDesk, preset_study, study_of

from capture_app.session.port import SessionError
from capture_app.session.reading import Stage
from capture_app.session.study.task_keys import TextScreen
from capture_app.session.study_desk.port import ReaderActs, StudyDeskPort
from capture_app.session.study_desk.states import TranscriptStage


@pytest.mark.parametrize("port", [ReaderActs, StudyDeskPort])
def test_the_stage_has_every_act_of_the_port(port: type) -> None:
    for name, method in inspect.getmembers(port, inspect.isfunction):
        if name.startswith("_"):
            continue
        mine = inspect.signature(getattr(StageDesk, name))
        assert list(mine.parameters) == list(inspect.signature(method).parameters), name


@pytest.mark.parametrize(
    ("preset", "kinds"),
    [
        ("reflacx", ["instruction", "image", "labels", "shapes", "chest_box", "transcript", "end"]),
        ("vqa", ["image", "choice", "certainty", "likert", "end"]),
        ("gazesearch", ["instruction", "image", "end"]),
        ("gazemedseg", ["instruction", "image", "end"]),
        ("egd", ["image", "transcript", "end"]),
    ],
)
def test_walking_reaches_the_screens_of_every_preset(preset: str, kinds: list[str]) -> None:
    for kind in kinds:
        screen = StageDesk(preset_study(preset)).walk_to(kind)
        assert kind == screen.KIND


def test_acts_change_the_state_and_are_noted() -> None:
    desk = StageDesk(study_of(TextScreen(name="remark", text="Anything else?", is_required=True)))
    desk.walk_to("text")
    before = desk.state.view_version
    desk.answer("A scar.")
    assert desk.view.answer == "A scar."
    assert desk.state.view_version > before
    assert desk.asked == [("answer", "A scar.")]


def test_a_refusal_is_what_the_test_says() -> None:
    desk = StageDesk()
    desk.walk_to("labels")
    desk.refusal = "The disk is full."
    with pytest.raises(SessionError, match="The disk is full"):
        desk.toggle_label("Consolidation")
    assert desk.view.answer is None


def test_screens_wait_until_they_are_presented_where_the_test_wants_it() -> None:
    desk = StageDesk(study_of(TextScreen(name="remark", text="Anything else?")))
    desk.walk_to("remark")
    desk.rig.presents_at_once = False
    desk.next()
    assert desk.view.screen is not None
    assert (desk.view.screen.KIND, desk.view.is_presented) == ("end", False)
    desk.present()
    assert desk.view.is_presented


def test_fields_of_the_state_can_be_set() -> None:
    desk = StageDesk()
    desk.set(message="Two more cases")
    desk.set_transcript(stage=TranscriptStage.READY, text="No acute finding.")
    assert desk.state.message == "Two more cases"
    assert desk.state.transcript is not None
    assert desk.state.transcript.text == "No acute finding."


def test_a_wish_for_a_calibration_is_kept_until_the_case_is_over() -> None:
    desk = StageDesk()
    desk.walk_to("end")
    desk.recalibrate_by_reader()
    desk.next()
    assert desk.view.stage is Stage.CALIBRATION
    desk.open_case()
    assert desk.view.stage is Stage.CASE


def test_without_a_study_there_is_no_state() -> None:
    desk = NotingDesk()
    desk.pause()
    assert desk.state is None
    assert desk.asked == [("pause",)]
