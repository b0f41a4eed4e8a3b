"""Answers are chosen by mouse and by keyboard, and what is chosen is what the session says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from answer_stage import AnswerStage
from PySide6.QtCore import Qt
from study_stage import StageDesk, preset_study, quiet, study_of

from capture_app.session.study.task_keys import (
    CertaintyScreen,
    ChoiceScreen,
    Label,
    LabelScreen,
    LikertScreen,
    Screen,
    TextScreen,
)

FORTY = tuple(
    [Label(name="Normal radiograph", is_exclusive=True)]
    + [Label(name=f"Finding {number} of a rather long list of names") for number in range(38)]
    + [Label(name="Other", is_other=True)]
)


@pytest.fixture
def staged(qtbot) -> Iterator:
    made: list[AnswerStage] = []

    def stage(*screens: Screen, size: tuple[int, int] = (1280, 800), **changes: object) -> AnswerStage:
        desk = StageDesk(study_of(*screens, **changes))
        desk.walk_to(screens[0].name)
        made.append(AnswerStage(desk, size))
        return made[-1]

    yield stage
    for each in made:
        each.close()


def labels_on(stage: AnswerStage) -> tuple[str, ...]:
    """Return what is ticked on the screen."""
    options = stage.screens.current.list
    return tuple(
        option.name
        for option, button in zip(options.options, options.buttons, strict=True)
        if button.isChecked()
    )


def button_of(stage: AnswerStage, name: str):
    options = stage.screens.current.list
    return next(b for o, b in zip(options.options, options.buttons, strict=True) if o.name == name)


def test_labels_are_ticked_and_taken_back_by_mouse(staged):
    stage = staged(LabelScreen(name="labels"))
    stage.click(button_of(stage, "Consolidation"))
    stage.click(button_of(stage, "Atelectasis"))
    assert stage.desk.view.answer == labels_on(stage) == ("Consolidation", "Atelectasis")
    stage.click(button_of(stage, "Consolidation"))
    assert labels_on(stage) == ("Atelectasis",)


def test_labels_are_chosen_by_figures_and_letters(staged):
    stage = staged(LabelScreen(name="labels"))
    stage.type("2")
    stage.type("g")
    assert labels_on(stage) == ("Support devices", "Other")


def test_arrow_keys_and_space_reach_every_label(staged):
    stage = staged(LabelScreen(name="labels"))
    for _ in range(3):
        stage.key(Qt.Key.Key_Down)
    stage.key(Qt.Key.Key_Space)
    assert labels_on(stage) == ("Enlarged cardiac silhouette",)
    stage.key(Qt.Key.Key_Right)
    stage.key(Qt.Key.Key_Space)
    assert labels_on(stage)[-1] == "Lung nodule or mass"
    stage.key(Qt.Key.Key_Left)
    assert button_of(stage, "Enlarged cardiac silhouette").hasFocus() or (
        stage.window.focusWidget() is button_of(stage, "Enlarged cardiac silhouette")
    )


def test_the_exclusive_label_puts_the_others_out(staged):
    stage = staged(LabelScreen(name="labels"))
    stage.type("3")
    stage.type("1")
    assert labels_on(stage) == ("Normal radiograph",)


def test_a_refused_label_is_not_ticked_and_the_reader_is_told_why(staged):
    stage = staged(LabelScreen(name="labels"))
    stage.desk.refusal = "The disk is full. Call the operator."
    stage.type("3")
    assert labels_on(stage) == ()
    assert stage.screens.bar.sentence.text() == "The disk is full. Call the operator."


def test_the_label_other_says_that_its_name_is_asked_for_only_where_it_is(staged):
    labels = LabelScreen(name="labels")
    with_question = staged(labels, TextScreen(name="other", text="Which?", is_for_other=True))
    assert button_of(with_question, "Other").detail == "asked for next"
    assert button_of(staged(labels), "Other").detail == ""


@pytest.mark.parametrize(("size", "columns"), [((1280, 800), 3), ((2560, 1440), 3), ((640, 400), 2)])
def test_forty_labels_stand_in_columns_that_fit_and_can_all_be_reached(staged, size, columns):
    stage = staged(LabelScreen(name="labels"), size=size, labels=FORTY)
    buttons = stage.screens.current.list.buttons
    lefts = {button.x() for button in buttons[1:]}
    assert len(lefts) == columns
    page = stage.screens.pages["labels"]
    assert all(button.width() <= page.viewport().width() for button in buttons)
    for _ in range(39):
        stage.key(Qt.Key.Key_Down)
    stage.key(Qt.Key.Key_Space)
    assert labels_on(stage) == ("Other",)
    shown = button_of(stage, "Other").visibleRegion().boundingRect()
    assert shown.height() > 0  # the page has scrolled to it


def test_labels_without_a_key_of_their_own_show_none(staged):
    stage = staged(LabelScreen(name="labels"), labels=FORTY)
    assert [option.key for option in stage.screens.current.list.options[-4:]] == ["", "", "", ""]


def test_one_choice_takes_the_place_of_another(staged):
    stage = staged(ChoiceScreen(name="answer", text="Which side?", choices=("left", "right", "both")))
    stage.click(button_of(stage, "left"))
    stage.type("2")
    assert stage.desk.view.answer == labels_on(stage) == ("right",)


def test_several_choices_are_kept_in_the_order_of_the_screen(staged):
    zones = ("upper", "middle", "lower")
    stage = staged(ChoiceScreen(name="answer", text="Where?", choices=zones, are_several_allowed=True))
    stage.type("3")
    stage.type("1")
    assert stage.desk.view.answer == ("upper", "lower")
    stage.type("3")
    assert labels_on(stage) == ("upper",)


def test_yes_and_no_are_answered_by_their_first_letters(qtbot):
    desk = StageDesk(quiet(preset_study("vqa")))
    desk.walk_to("choice")
    stage = AnswerStage(desk)
    stage.type("n")
    assert desk.view.answer == ("no",)
    stage.close()


def test_certainty_is_chosen_by_the_codes_of_the_study(staged):
    stage = staged(CertaintyScreen(name="sure", text="How certain?"))
    stage.type("7")
    assert stage.desk.view.answer == 7
    assert labels_on(stage) == ("Suspicious for / Probably",)
    assert [button.detail for button in stage.screens.current.list.buttons][1] == "about 75 %"
    stage.click(button_of(stage, "Unlikely"))
    assert stage.desk.view.answer == 1


def test_a_figure_that_is_no_code_of_the_scale_chooses_nothing(staged):
    stage = staged(CertaintyScreen(name="sure", text="How certain?"))
    stage.type("8")
    assert stage.desk.view.answer is None


@pytest.mark.parametrize(("steps", "key", "step"), [(5, "4", 4), (10, "0", 10), (11, "-", 11)])
def test_steps_of_a_scale_are_chosen_by_key(staged, steps, key, step):
    stage = staged(
        LikertScreen(name="hard", text="How hard?", steps=steps, low_text="easy", high_text="hard")
    )
    stage.type(key)
    assert stage.desk.view.answer == step
    assert [b.isChecked() for b in stage.screens.current.buttons].index(True) == step - 1
    assert sum(button.isVisible() for button in stage.screens.current.buttons) == steps


def test_steps_are_walked_with_arrows_and_chosen_by_space_or_mouse(staged):
    stage = staged(LikertScreen(name="hard", text="How hard?"))
    stage.key(Qt.Key.Key_Right)
    stage.key(Qt.Key.Key_Right)
    stage.key(Qt.Key.Key_Space)
    assert stage.desk.view.answer == 3
    stage.click(stage.screens.current.buttons[0])
    assert stage.desk.view.answer == 1


def test_a_key_beyond_the_scale_chooses_nothing(staged):
    stage = staged(LikertScreen(name="hard", text="How hard?", steps=3))
    stage.type("4")
    assert stage.desk.view.answer is None


def test_eleven_steps_fit_into_a_narrow_window(staged):
    stage = staged(LikertScreen(name="hard", text="How hard?", steps=11), size=(640, 400))
    last = stage.screens.current.buttons[-1]
    assert last.visibleRegion().boundingRect().width() == last.width()


def test_a_screen_of_the_same_kind_with_other_answers_takes_over_the_widgets(staged):
    first = ChoiceScreen(name="one", text="Which side?", choices=("left", "right"))
    second = ChoiceScreen(name="two", text="Which lobe?", choices=("upper", "lower"))
    stage = staged(first, second)
    stage.type("1")
    stage.key(Qt.Key.Key_Return)
    assert stage.name == "two"
    assert labels_on(stage) == ()
    assert [option.name for option in stage.screens.current.list.options] == ["upper", "lower"]
