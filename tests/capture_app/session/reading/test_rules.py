"""What a reader has to do on each screen, and what is refused, in sentences."""

from __future__ import annotations

from dataclasses import replace

import pytest
from reading_rig import Rig, chest_box, ellipse, preset_study, quiet

from capture_app.session.reading import ReadingError, Shape, ShapeKind
from capture_app.session.reading.rules import toggled
from capture_app.session.study.task_keys import Label


def at(screen: str, preset: str = "reflacx") -> Rig:
    rig = Rig(quiet(preset_study(preset)))
    rig.run_to_screen(screen)
    return rig


def at_ellipses(*labels: str) -> Rig:
    rig = at("labels")
    rig.do("answer", labels)
    rig.do("next")
    assert rig.loop.view.screen.name == "ellipses"
    return rig


# labels


def test_a_label_screen_cannot_be_left_empty_where_there_is_a_normal_label() -> None:
    rig = at("labels")

    with pytest.raises(ReadingError, match="Choose at least one label"):
        rig.do("next")


def test_the_exclusive_label_and_the_others_put_each_other_out() -> None:
    labels = (Label(name="Normal", is_exclusive=True), Label(name="A"), Label(name="B"))

    assert toggled(labels, ("A", "B"), "Normal") == ("Normal",)
    assert toggled(labels, ("Normal",), "B") == ("B",)
    assert toggled(labels, ("B",), "A") == ("A", "B")
    assert toggled(labels, ("A", "B"), "A") == ("B",)


def test_the_exclusive_label_together_with_others_is_refused() -> None:
    with pytest.raises(ReadingError, match="excludes all other"):
        at("labels").do("answer", ("Normal radiograph", "Consolidation"))


@pytest.mark.parametrize("value", [("Nothing of the list",), "Consolidation", ("Other", "Other")])
def test_labels_that_are_no_labels_are_refused(value: object) -> None:
    with pytest.raises(ReadingError):
        at("labels").do("answer", value)


def test_a_normal_image_has_nothing_to_mark() -> None:
    rig = at("labels")
    rig.do("answer", ("Normal radiograph",))

    rig.do("next")

    assert rig.loop.view.screen.name == "chest-box"


def test_shapes_that_were_drawn_before_normal_was_chosen_have_to_be_removed() -> None:
    rig = at_ellipses("Consolidation")
    rig.do("draw", ellipse())
    rig.do("back")
    rig.do("answer", ("Normal radiograph",))

    rig.do("next")

    assert rig.loop.view.screen.name == "ellipses"
    assert rig.loop.view.missing == (
        "Ellipse 1 is marked as Consolidation, which is not chosen. Change or remove it.",
    )
    rig.do("remove_shape", 0)
    rig.do("next")
    assert rig.loop.view.screen.name == "chest-box"


# shapes


def test_each_chosen_label_needs_a_shape_unless_it_is_exempt() -> None:
    rig = at_ellipses("Support devices", "Consolidation", "Atelectasis")

    assert rig.loop.view.missing == (
        "Consolidation has no ellipse yet. Draw one or take the label back.",
        "Atelectasis has no ellipse yet. Draw one or take the label back.",
    )
    rig.do("draw", replace(ellipse(), labels=("Consolidation", "Atelectasis")))
    assert rig.loop.view.missing == ()


def test_every_shape_needs_a_label_and_a_certainty() -> None:
    rig = at_ellipses("Consolidation")
    rig.do("draw", replace(ellipse(), labels=(), certainty=-1))

    assert rig.loop.view.missing[:2] == (
        "Ellipse 1 has no label. Give it one or remove it.",
        "Ellipse 1 has no certainty. Choose one.",
    )
    rig.do("change_shape", 0, ellipse(certainty=5))
    assert rig.loop.view.missing == ()
    assert rig.loop.view.shapes == ((0, ellipse(certainty=5)),)


def test_numbers_of_removed_shapes_are_not_used_again() -> None:
    rig = at_ellipses("Consolidation")
    rig.do("draw", ellipse())
    rig.do("remove_shape", 0)
    rig.do("draw", ellipse(left=200.0))

    assert [number for number, _ in rig.loop.view.shapes] == [1]
    assert [row["action"] for row in rig.recording["shape"]] == [b"drawn", b"removed", b"drawn"]
    with pytest.raises(ReadingError, match="no shape 0"):
        rig.do("remove_shape", 0)


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (replace(ellipse(), kind=ShapeKind.BOX), "only ellipse"),
        (replace(ellipse(), right_image_px=100.0), "no size"),
        (replace(ellipse(), left_image_px=float("nan")), "no size"),
        (ellipse(left=5000.0), "beside the image"),
        (replace(ellipse(), pane=3), "no pane 4"),
        (ellipse("Nothing known"), "no label"),
        (ellipse(certainty=4), "no certainty"),
    ],
)
def test_shapes_that_cannot_be_are_refused(shape: Shape, words: str) -> None:
    with pytest.raises(ReadingError, match=words):
        at_ellipses("Consolidation").do("draw", shape)


def test_the_number_of_shapes_is_limited() -> None:
    study = quiet(preset_study("reflacx"))
    screens = tuple(
        replace(screen, shapes_maximum=2) if screen.name == "ellipses" else screen for screen in study.screens
    )
    rig = Rig(replace(study, screens=screens))
    rig.run_to_screen("labels")
    rig.do("answer", ("Consolidation",))
    rig.do("next")
    rig.do("draw", ellipse())
    rig.do("draw", ellipse())

    with pytest.raises(ReadingError, match="2 shapes are drawn already"):
        rig.do("draw", ellipse())
    rig.do("change_shape", 1, ellipse(left=300.0))  # a change is no third shape


def test_nothing_can_be_drawn_on_a_label_screen() -> None:
    with pytest.raises(ReadingError, match="Nothing can be drawn"):
        at("labels").do("draw", ellipse())


def test_the_chest_box_is_required_and_single() -> None:
    rig = at("chest-box")

    with pytest.raises(ReadingError, match="Draw the box"):
        rig.do("next")
    rig.do("draw", chest_box())
    with pytest.raises(ReadingError, match="one box around heart and lungs already"):
        rig.do("draw", chest_box())
    rig.do("change_shape", rig.loop.view.shapes[-1][0], replace(chest_box(), left_image_px=10.0))
    rig.do("next")

    assert rig.loop.view.screen.name == "transcript"


# other answers


def test_a_required_text_cannot_stay_empty() -> None:
    rig = at("labels")
    rig.do("answer", ("Other",))
    rig.do("next")
    rig.do("answer", "   ")

    with pytest.raises(ReadingError, match="required"):
        rig.do("next")
    rig.do("answer", "A rib fracture; old " * 200)
    rig.do("next")

    assert rig.loop.state.open_attempt.answers[("other", "text")] == "A rib fracture; old " * 200


def test_an_answer_given_again_replaces_the_one_before() -> None:
    rig = at("labels")
    rig.do("answer", ("Consolidation",))
    rig.do("answer", ("Atelectasis",))

    assert rig.loop.view.answer == ("Atelectasis",)


def test_a_transcript_is_waited_for_or_skipped() -> None:
    rig = at("transcript")

    assert rig.loop.view.missing == ("The transcript is not ready yet.",)
    rig.loop.set_transcript_ready(True)
    assert rig.loop.view.missing == ()
    rig.loop.set_transcript_ready(False)
    rig.do("answer", True)
    assert rig.loop.view.missing == ()


def test_a_search_ends_by_its_answer() -> None:
    rig = at("search", "gazesearch")

    with pytest.raises(ReadingError, match="present or absent"):
        rig.do("next")
    rig.do("answer", False)

    assert rig.loop.view.screen.name == "end"
    assert rig.recording["answer"][-1]["value"] == b"false"


def test_choices_certainty_and_steps_are_those_of_the_study() -> None:
    rig = at("answer", "vqa")
    with pytest.raises(ReadingError, match="Known are yes, no"):
        rig.do("answer", ("perhaps",))
    with pytest.raises(ReadingError, match="Only one"):
        rig.do("answer", ("yes", "no"))
    rig.do("answer", ("yes",))
    rig.do("next")
    with pytest.raises(ReadingError, match="Known are 3, 2, 1"):
        rig.do("answer", 5)
    rig.do("answer", 2)
    rig.do("next")
    with pytest.raises(ReadingError, match="step"):
        rig.do("answer", 6)
    rig.do("answer", 5)
    rig.do("next")

    assert rig.loop.view.screen.name == "end"


def test_what_any_screen_still_lacks_is_said_at_the_end() -> None:
    rig = at("end")
    rig.do("jump", "labels")
    rig.do("answer", ("Atelectasis", "Pneumothorax"))
    rig.do("jump", "end")

    with pytest.raises(ReadingError, match="Screen ellipses: Pneumothorax has no ellipse"):
        rig.do("next")


def test_a_screen_without_a_question_takes_no_answer() -> None:
    with pytest.raises(ReadingError, match="asks no question"):
        at("before-image").do("answer", True)
