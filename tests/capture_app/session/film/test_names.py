"""Names of pictures say pseudonym and case, on every system, and nothing else."""

from __future__ import annotations

from pathlib import Path

from capture_app.session.film.names import case_stem, free_stem, name_part, part_path
from capture_app.session.replay import ReplayCase


def case(number: int, case_id: str) -> ReplayCase:
    return ReplayCase(number=number, case_id=case_id, first_ns=0, end_ns=1, state="done", image_ids=(0,))


def test_signs_that_no_file_name_takes_are_replaced():
    assert name_part("../pneumonia? left:side\n") == "pneumonia-left-side"
    assert name_part("???") == "unnamed"
    assert len(name_part("x" * 500)) == 48


def test_a_case_that_was_read_twice_is_told_apart_by_its_trial():
    cases = [case(0, "c1"), case(1, "c2"), case(2, "c1")]
    assert case_stem("R01", cases, cases[1]) == "R01_c2"
    assert case_stem("R01", cases, cases[2]) == "R01_c1_trial-3"


def test_two_recordings_never_write_into_one_file():
    taken: set[str] = set()
    assert [free_stem(each, taken) for each in ("R01_a", "r01_A", "R01_a")] == ["R01_a", "r01_A_2", "R01_a_3"]


def test_what_is_not_whole_is_hidden_and_keeps_its_ending():
    part = part_path(Path("films") / "R01_a.mp4")
    assert part.name.startswith(".R01_a.")
    assert part.suffix == ".mp4"
