"""Making a study while somebody watches, its words, and writing its text."""

from __future__ import annotations

import pytest

from capture_app.session.port import SessionError
from capture_app.session.study import PRESETS, StudyError
from capture_app.session.study.station_keys import TrackerSetup
from capture_app.session.study_desk import study_making
from capture_app.session.study_desk.study_making import (
    MakingCancelledError,
    make_study,
    presets_in_words,
    study_findings,
)
from capture_app.session.study_desk.study_text import load_text, save_text
from capture_app.session.study_desk.study_tracker import tracker_for


def half_a_study(preset, folder, *, on_case):
    (folder / "images").mkdir(parents=True)
    (folder / "images" / "case-01.png").write_bytes(b"x")
    on_case(1, 16)
    return folder / f"{preset}.gazestudy"


def test_every_preset_says_in_a_sentence_what_it_is():
    words = presets_in_words()
    assert [each.name for each in words] == list(PRESETS)
    assert all(each.title and each.description.endswith(".") for each in words)


def test_how_far_it_is_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(study_making, "new_study", half_a_study)
    told = []
    path = make_study("vqa", tmp_path / "new", lambda done, count: told.append((done, count)), lambda: False)
    assert told == [(1, 16)]
    assert path.name == "vqa.gazestudy"


def test_a_cancel_leaves_no_folder_that_was_not_there(tmp_path, monkeypatch):
    monkeypatch.setattr(study_making, "new_study", half_a_study)
    with pytest.raises(MakingCancelledError):
        make_study("vqa", tmp_path / "new", lambda _done, _count: None, lambda: True)
    assert list(tmp_path.iterdir()) == []


def test_a_cancel_empties_a_folder_that_was_there(tmp_path, monkeypatch):
    monkeypatch.setattr(study_making, "new_study", half_a_study)
    with pytest.raises(MakingCancelledError):
        make_study("vqa", tmp_path, lambda _done, _count: None, lambda: True)
    assert tmp_path.is_dir()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_refused_and_kept(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(SessionError, match="not empty"):
        make_study("vqa", tmp_path, lambda _done, _count: None, lambda: True)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_a_study_that_is_not_there_is_told_in_a_sentence(tmp_path):
    with pytest.raises(SessionError, match="is not there") as told:
        study_findings(tmp_path / "gone")
    assert isinstance(told.value.__cause__, StudyError)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (TrackerSetup(), ("mock", {"seed": "1"})),
        (TrackerSetup(options={"rate_hz": 600, "calibrates": True}),
         ("mock", {"seed": "1", "rate_hz": "600", "calibrates": "true"})),
        (TrackerSetup(driver="tobii"), ("tobii", {})),
        (TrackerSetup(driver="mock", options={"seed": 2}), ("mock", {"seed": "2"})),
    ],
)  # fmt: skip
def test_the_tracker_of_a_study_comes_before_the_one_of_the_station(wanted, expected):
    assert tracker_for(wanted, "mock", {"seed": "1"}) == expected


def test_a_text_is_written_whole_and_read_back(tmp_path):
    path = tmp_path / "a.gazestudy"
    path.write_bytes(b"format = 1\r\n")
    before = load_text(path)
    assert before == "format = 1\n"
    save_text(path, "format = 1\n# \u00fc\n", before)
    assert path.read_bytes() == "format = 1\n# \u00fc\n".encode()


def test_somebody_elses_change_is_not_written_over(tmp_path):
    path = tmp_path / "a.gazestudy"
    path.write_text("theirs\n")
    with pytest.raises(SessionError, match="another program"):
        save_text(path, "mine\n", "before\n")
    assert path.read_text() == "theirs\n"
