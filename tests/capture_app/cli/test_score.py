"""`score`: what it prints in words, as a table and as JSON, and what it refuses."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from capture_app.cli.exits import CommandError, ExitCode
from capture_app.cli.score import score
from recordings_schema.formats.gazesearch_file import SearchEntry, entries_json

X, Y = [112.0, 60.0, 70.0, 150.0], [112.0, 70.0, 130.0, 60.0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    entries = [
        SearchEntry(name="a.jpg", subject=1, task=task, condition="present", x_px=(60, 70, 150),
                    y_px=(70, 130, 60), duration_s=(0.2, 0.3, 0.2), split="test")
        for task in ("edema", "fracture")
    ]  # fmt: skip
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "human.json").write_bytes(entries_json(entries))
    predicted = [{"X": X, "Y": Y, "name": "a.jpg", "task": "edema", "condition": "present"}]
    (tmp_path / "predicted.json").write_text(json.dumps(predicted), encoding="utf-8")
    return tmp_path


def run(folder: Path, *arguments: object) -> Result:
    command = [folder / "predicted.json", "--against", folder, *arguments]
    return CliRunner().invoke(score, [str(each) for each in command])


def test_scores_are_told_by_task_and_in_all(folder: Path) -> None:
    result = run(folder)
    assert result.exit_code == 0, result.output
    assert "1 predicted scanpaths, compared with human ones 1 times." in result.output
    assert "scanmatch                        1.0000" in result.output
    assert "  edema  1.0000  (1)" in result.output
    assert "scanmatch_time                   -" in result.output
    assert "note: 1 images with a task have no predicted scanpath" in result.output


def test_scores_as_a_table_and_as_json_are_the_same(folder: Path) -> None:
    listed = list(csv.DictReader(run(folder, "--csv").stdout.splitlines()))
    told = json.loads(run(folder, "--json").stdout)
    assert [row["task"] for row in listed] == ["edema", "all"]
    assert (
        float(listed[1]["multimatch_gazesearch_shape"]) == told["all"]["multimatch_gazesearch_shape"] == 1.0
    )
    assert listed[0]["scanmatch_time"] == ""
    assert told["tasks"]["edema"]["scanmatch_time"] is None
    assert told["notes"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--metrics", "accuracy"), ExitCode.USAGE, "--metrics names 'accuracy'; known are multimatch"),
        (("--split", "train"), ExitCode.INPUT, "has in the split train"),
    ],
)
def test_what_cannot_be_scored_is_told(
    folder: Path, arguments: tuple[str, ...], code: ExitCode, said: str
) -> None:
    error = run(folder, *arguments).exception
    assert isinstance(error, CommandError)
    assert error.code is code
    assert said in str(error)


def test_a_file_that_is_not_there_is_named(folder: Path) -> None:
    (folder / "predicted.json").unlink()
    error = run(folder).exception
    assert isinstance(error, CommandError)
    assert "predicted.json cannot be read" in str(error)
