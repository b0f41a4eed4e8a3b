"""`render` and `replay` of several recordings, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from capture_app.cli.commands import cli
from capture_app.cli.exits import CommandError, ExitCode


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch):
    monkeypatch.setattr("capture_app.cli.log_setup.set_up_logging", lambda **_: None)
    monkeypatch.setattr(
        "capture_app.session.settings.platformdirs.user_config_dir", lambda *_, **__: str(tmp_path)
    )


def run(*arguments: object):
    return CliRunner().invoke(cli, [str(each) for each in arguments], catch_exceptions=True)


def test_films_of_two_readers_go_into_one_folder_under_their_own_names(qapp, readers, tmp_path):
    result = run(
        "render", *(each.path for each in readers), "--to", tmp_path / "out", "--what", "film", "--case",
        "follow-up", "--size", "160x90", "--fps", "2", "--json",
    )  # fmt: skip
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert [Path(name).name for name in told["files"]] == ["R07_follow-up.mp4", "R08_follow-up.mp4"]
    assert told["problems"] == []
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == [
        "R07_follow-up.mp4",
        "R08_follow-up.mp4",
    ]


def test_a_recording_that_cannot_be_read_is_named_and_the_others_are_made(qapp, readers, tmp_path):
    broken = tmp_path / "broken.gazeh5"
    broken.write_bytes(b"no recording")
    result = run(
        "render", broken, readers[0].path, "--to", tmp_path / "out", "--what", "picture", "--size", "160x90"
    )
    assert result.exit_code == int(ExitCode.INPUT)
    assert "not made: broken.gazeh5" in result.stderr
    assert len(list((tmp_path / "out").iterdir())) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--size", "161x90"), "even sides"),
        (("--size", "large"), "not of the form"),
        (("--fps", "1000"), "pictures a second"),
        (("--ffmpeg", "/nowhere/ffmpeg"), "no program"),
    ],
)
def test_what_cannot_be_made_is_refused_before_anything_is_opened(readers, tmp_path, arguments, words):
    result = run("render", readers[0].path, "--to", tmp_path / "out", *arguments)
    assert isinstance(result.exception, CommandError)
    assert result.exception.code is ExitCode.INPUT
    assert words in str(result.exception)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "arguments",
    [("--what", "picture", "--silent"), ("--what", "film", "--at", "2"), ("--silent", "--ffmpeg", "x")],
)
def test_options_that_do_not_go_together_are_a_wrong_command_line(readers, tmp_path, arguments):
    result = run("render", readers[0].path, "--to", tmp_path / "out", *arguments)
    assert result.exit_code == 2 or isinstance(result.exception, click.UsageError)


def test_a_folder_that_cannot_be_written_is_its_own_exit_code(qapp, readers, tmp_path):
    (tmp_path / "R07_follow-up.png").mkdir()
    result = run(
        "render",
        readers[0].path,
        "--to",
        tmp_path,
        "--what",
        "picture",
        "--case",
        "follow-up",
        "--size",
        "160x90",
    )
    assert isinstance(result.exception, CommandError)
    assert result.exception.code is ExitCode.RECORDING


@pytest.mark.parametrize(("extra", "is_together"), [((), True), (("--separate",), False)])
def test_recordings_of_one_image_are_replayed_together_unless_told_otherwise(
    readers, monkeypatch, extra, is_together
):
    asked = {}

    def run_replays(sources, *_arguments, **options):
        asked.update(options)
        for source in sources:
            source.close()

    monkeypatch.setattr("capture_app.gui.replay.replay_app.run_replays", run_replays)
    result = run("replay", *(each.path for each in readers), *extra)
    assert result.exit_code == 0
    assert asked["is_together"] is is_together


def test_recordings_of_different_images_have_a_window_each_and_that_is_said(readers, monkeypatch):
    asked = {}

    def run_replays(sources, *_arguments, **options):
        asked.update(options, count=len(sources))
        for source in sources:
            source.close()

    monkeypatch.setattr("capture_app.gui.replay.replay_app.run_replays", run_replays)
    monkeypatch.setattr(
        "capture_app.session.compare.readings.image_ids_of", lambda source: {str(source.path): 0}
    )
    result = run("replay", *(each.path for each in readers))
    assert (asked["is_together"], asked["count"]) == (False, 2)
    assert "no image in common" in result.stderr
