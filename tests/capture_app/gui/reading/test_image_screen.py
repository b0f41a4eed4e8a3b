"""The measured image stays bare; a search is answered below it, and a recorded voice is told."""

from __future__ import annotations

from typing import Any

import pytest
from drawing_stage import case_study
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from capture_app.gui.reading.image_screen import ImageScreenWidget
from capture_app.session.study.task_keys import ImageScreen, Phase


def stage_of(make_stage: Any, phase: Phase, **options: Any) -> Any:
    screen = ImageScreen(name="image", phase=phase, text="Is there a nodule?")
    return make_stage(case_study(screen), "image", ImageScreenWidget, labels=("Consolidation",), **options)


@pytest.mark.parametrize(
    ("phase", "words"),
    [
        (Phase.READ, "Next"),
        (Phase.QUESTION, "Next"),
        (Phase.LOCATE, "Found"),
        (Phase.COVER, "Done"),
        (Phase.SEARCH, ""),
    ],
)
def test_the_reader_goes_on_by_the_word_of_the_task(make_stage, phase: Phase, words: str) -> None:
    stage = stage_of(make_stage, phase)
    assert stage.widget.next_text == words
    assert stage.widget.is_measured
    assert stage.widget.present.isHidden() is (phase is not Phase.SEARCH)
    assert stage.widget.absent.isHidden() is (phase is not Phase.SEARCH)


@pytest.mark.parametrize(("key", "answer"), [(Qt.Key.Key_P, True), (Qt.Key.Key_A, False)])
def test_a_search_is_answered_by_its_key(make_stage, key: Qt.Key, answer: bool) -> None:
    stage = stage_of(make_stage, Phase.SEARCH)
    stage.key(key)
    assert stage.is_key_used
    assert stage.acts("answer") == [("answer", answer)]
    assert stage.desk.view.screen.name == "end"  # the answer ends the search


@pytest.mark.parametrize("answer", [True, False])
def test_a_search_is_answered_by_its_button(make_stage, answer: bool) -> None:
    stage = stage_of(make_stage, Phase.SEARCH)
    (own,) = stage.widget.bar_widgets
    own.setParent(stage.window)
    own.show()
    button = stage.widget.present if answer else stage.widget.absent
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert stage.acts("answer") == [("answer", answer)]


def test_other_images_have_no_answer_keys(make_stage) -> None:
    stage = stage_of(make_stage, Phase.READ)
    stage.key(Qt.Key.Key_P)
    assert not stage.is_key_used
    assert stage.desk.asked == []


def test_nothing_can_be_answered_before_the_image_is_seen(make_stage) -> None:
    stage = stage_of(make_stage, Phase.SEARCH)
    stage.desk.rig.presents_at_once = False
    stage.desk.back()
    stage.desk.present()
    stage.desk.asked.clear()
    stage.desk.next()  # the image is asked for again and not yet presented
    stage.desk.asked.clear()
    stage.frame()
    stage.key(Qt.Key.Key_P)
    assert stage.desk.asked == []
    stage.desk.present()
    stage.frame()
    stage.key(Qt.Key.Key_P)
    assert stage.acts("answer") == [("answer", True)]


def test_the_sign_of_recording_is_there_only_while_the_voice_is_kept(make_stage) -> None:
    stage = stage_of(make_stage, Phase.READ)
    assert stage.widget.sign.isHidden()
    stage.desk.set(is_voice_recorded=True)
    stage.frame()
    assert not stage.widget.sign.isHidden()
    assert stage.widget.sign.text == "recording"
    stage.desk.set(is_voice_recorded=False)
    stage.frame()
    assert stage.widget.sign.isHidden()


@pytest.mark.parametrize("phase", [Phase.READ, Phase.SEARCH])
def test_no_way_and_no_sentence_leads_away_from_the_image(make_stage, phase: Phase) -> None:
    stage = stage_of(make_stage, phase)
    assert not stage.widget.has_ways_back
    assert stage.widget.missing(stage.desk.view) == ()


def test_nothing_is_painted_over_the_image(make_stage) -> None:
    stage = stage_of(make_stage, Phase.READ)
    shown = stage.window.grab().toImage()
    stage.widget.hide()
    assert stage.window.grab().toImage() == shown
