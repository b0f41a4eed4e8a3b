"""Trials: marks, numbers and rows of the case list."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from capture_app.session.cases import Case
from capture_app.session.states import CaseMark
from capture_app.session.trials import POOR_LOSS_SHARE, TrialBook
from gaze_core.rows import decode_text


def book(count: int = 3, **problems: str) -> TrialBook:
    return TrialBook(
        tuple(
            Case(case_id=f"c{number}", images=(Path("x"),), problem=problems.get(f"c{number}", ""))
            for number in range(count)
        )
    )


def marks(trials: TrialBook) -> list[CaseMark]:
    return [item.mark for item in trials.items]


def read(trials: TrialBook, index: int, valid: int, invalid: int, lost: int = 0) -> None:
    trials.show(index)
    trials.open(10, (4, 5))
    trials.count(np.repeat([True, False], [valid, invalid]), lost)
    trials.end(20)


def test_a_trial_is_a_row_with_its_case_and_images() -> None:
    trials = book()
    read(trials, 1, 100, 0)
    assert trials.rows[["t_host_ns", "trial"]].tolist() == [(10, 0), (20, 0)]
    assert [decode_text(text) for text in trials.rows["state"]] == ["open", "done"]
    assert [decode_text(text) for text in trials.rows["case_id"]] == ["c1", "c1"]
    assert decode_text(trials.rows["image_ids"][0]) == "4,5"


def test_going_back_to_a_case_is_a_new_trial() -> None:
    trials = book()
    for index in (0, 1, 0):
        read(trials, index, 100, 0)
    assert trials.rows["trial"].tolist() == [0, 0, 1, 1, 2, 2]
    assert decode_text(trials.rows["case_id"][-1]) == "c0"


@pytest.mark.parametrize(
    ("valid", "invalid", "lost", "mark"),
    [
        (86, 14, 0, CaseMark.DONE),
        (85, 15, 0, CaseMark.POOR),
        (85, 5, 10, CaseMark.POOR),
        (0, 0, 0, CaseMark.DONE),
    ],
)
def test_a_case_with_much_loss_is_marked(valid: int, invalid: int, lost: int, mark: CaseMark) -> None:
    trials = book()
    read(trials, 0, valid, invalid, lost)
    assert marks(trials)[0] is mark
    assert POOR_LOSS_SHARE == 0.15
    assert trials.items[0].note == ("loss 15 %" if mark is CaseMark.POOR else "")


def test_samples_of_a_pause_do_not_count() -> None:
    trials = book()
    trials.show(0)
    trials.open(10, ())
    trials.count(np.ones(50, bool), 0)
    trials.pause(20)
    trials.count(np.zeros(500, bool), 3)
    trials.resume(30)
    assert trials.loss_share == 0.0
    assert [decode_text(text) for text in trials.rows["state"]] == ["open", "paused", "resumed"]


def test_unreadable_cases_are_passed_over() -> None:
    trials = book(4, c1="encrypted", c2="gone")
    trials.show(0)
    assert trials.next_index(1) == 3
    trials.show(3)
    assert trials.next_index(-1) == 0
    assert trials.items[1].note == "encrypted"


def test_after_the_last_case_only_going_back_leads_anywhere() -> None:
    trials = book(3)
    trials.show(2)
    assert trials.next_index(1) == -1
    trials.show(-1)
    assert trials.next_index(1) == -1
    assert trials.next_index(-1) == 2


def test_a_case_that_was_left_waits_again() -> None:
    trials = book()
    trials.show(0)
    trials.show(1)
    assert marks(trials) == [CaseMark.WAITING, CaseMark.CURRENT, CaseMark.WAITING]


def test_a_new_recording_numbers_from_0_and_forgets_marks() -> None:
    trials = book()
    read(trials, 0, 1, 9)
    trials.begin_recording()
    assert marks(trials)[0] is CaseMark.WAITING
    assert trials.rows.size == 0
    read(trials, 1, 10, 0)
    assert trials.rows["trial"].tolist() == [0, 0]


def test_what_has_not_changed_is_the_same_object_and_version() -> None:
    trials = book(500)
    items, version = trials.items, trials.version
    assert trials.items is items
    trials.note_problem(3, "gone")
    assert trials.version > version
    assert trials.items is not items


def test_no_trial_is_open_after_the_recording_is_gone() -> None:
    trials = book()
    trials.show(0)
    trials.open(10, ())
    trials.pause(11)
    trials.leave()
    assert (trials.trial, trials.is_paused, trials.rows.size) == (-1, False, 0)
