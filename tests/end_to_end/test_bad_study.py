"""A study that cannot be used: commands name file, line and remedy, and begin nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from quick_study import quick_study

pytestmark = pytest.mark.processes

FINDINGS, INPUT = 1, 3


def replaced(old: str, new: str) -> Callable[[Path], None]:
    """Return what changes one place of the study file."""

    def change(study: Path) -> None:
        text, count = re.subn(old, new, study.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE)
        assert count == 1, old
        study.write_text(text, encoding="utf-8")

    return change


def without_an_image(study: Path) -> None:
    (study.parent / "images" / "case-02.png").unlink()


def with_a_case_twice(study: Path) -> None:
    table = study.parent / "cases.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join([*lines, lines[2]]) + "\n", encoding="utf-8")


BAD = {
    "a wrong key": (replaced(r"^points = .*", "poinst = 5"), ("poinst", "points")),
    "a wrong type": (replaced(r"^points = .*", 'points = "five"'), ("points",)),
    "no TOML": (replaced(r"^\[display\]", "[display"), ("reflacx.gazestudy",)),
    "a missing image": (without_an_image, ("case-02.png",)),
    "a case twice": (with_a_case_twice, ("case-01", "cases.csv")),
    "impossible gates": (replaced(r"^worst_deg = .*", "worst_deg = 0.1"), ("worst_deg", "average_deg")),
    "gates out of order": (
        replaced(r"^loss_red_percent = .*", "loss_red_percent = 5"),
        ("loss_red_percent",),
    ),
    "a screen that is not there": (replaced(r'screens = \["before-image"', 'screens = ["befor"'), ("befor",)),
}


@pytest.fixture(params=BAD)
def bad(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, tuple[str, ...]]:
    study = quick_study("reflacx", tmp_path / "Studie ü", cases=2)
    damage, words = BAD[request.param]
    damage(study)
    return study, words


def test_a_study_that_cannot_be_used_is_said_with_its_place_and_what_to_do(
    bad: tuple[Path, tuple[str, ...]], run_command: Callable
) -> None:
    study, words = bad
    said = run_command("study", "check", study.parent)
    assert said.code != 0
    told = said.out + said.err
    assert "Traceback" not in told
    assert re.search(r"(gazestudy|cases\.csv):\d+: ", told), told
    for word in words:
        assert word in told, told


def test_no_session_is_begun_with_it(bad: tuple[Path, tuple[str, ...]], run_command: Callable) -> None:
    study, words = bad
    said = run_command("capture", study, "--robot")
    assert said.code == INPUT, said
    assert "Traceback" not in said.out + said.err
    assert "study check` lists them" in said.err
    assert any(word in said.err for word in words), said.err
    assert not (study.parent / "sessions").exists()
