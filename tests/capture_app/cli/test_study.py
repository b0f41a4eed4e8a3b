"""`study new` and `study check` as a person types them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from capture_app.cli.commands import cli
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.session.phantoms import Phantom
from capture_app.session.study import presets as presets_module
from capture_app.session.study.phantom_cases import PhantomCase, phantom_cases


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers[:] = []
    yield
    for handler in root.handlers:
        handler.close()
    root.handlers[:] = before
    root.setLevel(level)


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new study whose images are small and healthy."""
    pixels = np.arange(48 * 40, dtype=np.uint16).reshape(48, 40)
    small = [
        PhantomCase(
            case_id=case.case_id, role=case.role, make=partial(Phantom, name="", pixels=pixels, findings=())
        )
        for case in phantom_cases()
    ]
    monkeypatch.setattr(presets_module, "phantom_cases", lambda: tuple(small))
    said = run("new", "--preset", "vqa", tmp_path / "study")
    assert said.exit_code == 0, said.output
    return tmp_path / "study"


def run(*arguments: object):  # type: ignore[no-untyped-def]  # click's own result
    return CliRunner().invoke(cli, ["study", *(str(argument) for argument in arguments)])


def test_a_new_study_is_checked_and_green(study: Path) -> None:
    said = run("check", study)
    assert said.exit_code == 0
    assert "12 of the study, 2 spares, 2 of practice; 16 images" in said.output
    assert "no errors, no warnings. It can be used." in said.output


def test_programs_get_summary_and_findings(study: Path) -> None:
    document = json.loads(run("check", study, "--json").output)
    assert document["is_usable"] is True
    assert document["summary"]["case_count"] == 12
    assert {finding["severity"] for finding in document["findings"]} == {"note"}


def test_every_mistake_is_told_with_its_line_and_ends_with_1(study: Path) -> None:
    (study / "images" / "case-05.png").unlink()
    file = study / "vqa.gazestudy"
    file.write_text(
        file.read_text(encoding="utf-8").replace("worst_deg = 1.5", "worst_deg = 0.5", 1), encoding="utf-8"
    )
    said = run("check", study)
    assert said.exit_code == 1
    assert "error: cases.csv:8: image: The image images/case-05.png is not there." in said.output
    assert "gates.average_deg" in said.output
    assert "errors. It cannot be used." in said.output


def test_the_order_is_written_once_and_guarded(study: Path) -> None:
    said = run("check", study, "--write-order")
    assert said.exit_code == 0
    written = (study / "order-audit.csv").read_bytes()
    file = study / "vqa.gazestudy"
    file.write_text(file.read_text(encoding="utf-8").replace("seed = ", "seed = 9", 1), encoding="utf-8")
    again = run("check", study, "--write-order")
    assert again.exit_code == 1
    assert "holds another order" in again.output
    assert (study / "order-audit.csv").read_bytes() == written


def test_what_is_no_study_ends_with_3(tmp_path: Path) -> None:
    said = run("check", tmp_path)
    assert isinstance(said.exception, CommandError)
    assert said.exception.code is ExitCode.INPUT
    assert "study new" in str(said.exception)


def test_a_folder_that_holds_something_ends_with_3(study: Path) -> None:
    said = run("new", "--preset", "egd", study)
    assert isinstance(said.exception, CommandError)
    assert said.exception.code is ExitCode.INPUT


@pytest.mark.parametrize("arguments", [("new", "x"), ("new", "--preset", "mine", "x"), ("check",)])
def test_a_wrong_command_line_ends_with_2(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2
