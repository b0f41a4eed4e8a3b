"""The command line: help, refusals in sentences, exit codes, and the whole program once as a process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest
from click.testing import CliRunner, Result
from quick_study import small_chest

from capture_app.cli import commands
from capture_app.cli.display import has_display, screens
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.cli.record import way_out

ROOT = Path(__file__).parents[3]
is_linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="other systems always have a display"
)


@pytest.fixture(autouse=True)
def _own_ctrl_c() -> Iterator[None]:
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands.cli, arguments)


def environment(folder: Path) -> dict[str, str]:
    """Return an environment with settings and logs in a folder of its own; drawn phantoms are shared."""
    folders = {name: str(folder / name) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME")}
    folders["XDG_CACHE_HOME"] = str(folder.parent / "cache")
    return os.environ | folders | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}


def command(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the real program, with its settings, logs and caches in a folder of its own."""
    return subprocess.run(
        [sys.executable, "-m", "capture_app", *arguments],
        cwd=folder, env=environment(folder), capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "name", ["demo", "capture", "record", "trackers", "info", "validate", "recover", "self-test"]
)
def test_every_command_explains_itself(name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert f"Usage: cli {name}" in result.output
    assert name in run("--help").output


def test_the_help_names_the_exit_codes() -> None:
    text = " ".join(run("--help").output.split())
    for code in ExitCode:
        assert f"{int(code)} " in text


@pytest.mark.parametrize(
    "arguments",
    [
        ("record",),
        ("record", "--seconds", "0", "--out", "x.gazeh5"),
        ("record", "--seconds", "nan", "--out", "x.gazeh5"),
        ("record", "--seconds", "1", "--rate", "inf", "--out", "x.gazeh5"),
        ("record", "--seconds", "1", "--out", "x.gazeh5", "--option", "nonsense"),
        ("record", "--seconds", "1", "--out", "no-ending"),
        ("record", "--seconds", "1", "--out", "x.txt"),
        ("record", "--seconds", "1", "--out", "x.gazeh5", "--screen-mm", "527"),
        ("record", "--seconds", "1", "--out", "x.gazeh5", "--screen-mm", "nanx296"),
        ("record", "--seconds", "1", "--out", "x.gazeh5", "--distance-mm", "nan"),
        ("demo", "--rate", "5"),
        ("no-such-command",),
    ],
)
def test_a_wrong_command_line_is_exit_code_2(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == ExitCode.USAGE
    assert "Traceback" not in result.output


def test_an_unknown_tracker_is_refused_before_anything_starts(tmp_path: Path) -> None:
    result = run("record", "--tracker", "nonsense", "--seconds", "1", "--out", str(tmp_path / "a.gazeh5"))
    assert isinstance(result.exception, CommandError)
    assert result.exception.code is ExitCode.TRACKER


def test_a_recording_is_never_overwritten(tmp_path: Path) -> None:
    out = tmp_path / "a.gazeh5"
    out.write_bytes(b"mine")
    result = run("record", "--seconds", "1", "--out", str(out))
    assert isinstance(result.exception, CommandError)
    assert result.exception.code is ExitCode.RECORDING
    assert out.read_bytes() == b"mine"


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    result = run("record", "--seconds", "1", "--out", str(tmp_path / "gone" / "a.gazeh5"))
    assert isinstance(result.exception, CommandError)
    assert result.exception.code is ExitCode.RECORDING
    assert str(tmp_path / "gone") in str(result.exception)


def test_a_screen_no_monitor_has_is_exit_code_2(tmp_path: Path) -> None:
    out = str(tmp_path / "a.gazeh5")
    result = run("record", "--seconds", "1", "--out", out, "--screen-mm", "527x9000")
    assert isinstance(result.exception, CommandError)
    assert result.exception.code is ExitCode.USAGE
    assert "--screen-mm" in str(result.exception)


def test_a_name_longer_than_file_systems_take_is_a_sentence(tmp_path: Path) -> None:
    result = run("record", "--seconds", "1", "--out", str(tmp_path / f"{'a' * 500}.gazeh5"))
    assert isinstance(result.exception, CommandError)
    assert result.exception.code is ExitCode.RECORDING
    assert "too long" in str(result.exception)


def test_a_rate_no_driver_asked_for_is_named_as_it_was_typed(tmp_path: Path) -> None:
    out = str(tmp_path / "a.gazeh5")
    result = run("record", "--tracker", "playback", "--rate", "100", "--seconds", "1", "--out", out)
    assert isinstance(result.exception, CommandError)
    assert result.exception.code is ExitCode.TRACKER
    assert "--rate" in str(result.exception)
    assert "rate_hz" not in str(result.exception)


def test_a_file_to_play_that_is_not_there_is_exit_code_3(tmp_path: Path) -> None:
    out = str(tmp_path / "a.gazeh5")
    arguments = ("--tracker", "playback", "--option", f"file={tmp_path / 'gone.gazeh5'}")
    result = run("record", *arguments, "--seconds", "1", "--out", out)
    assert isinstance(result.exception, CommandError)
    assert result.exception.code is ExitCode.INPUT
    assert "gone.gazeh5" in str(result.exception)


def test_images_that_are_not_there_are_exit_code_3(tmp_path: Path) -> None:
    result = run("capture", str(tmp_path / "gone"))
    assert isinstance(result.exception, CommandError)
    assert result.exception.code is ExitCode.INPUT
    assert str(tmp_path / "gone") in str(result.exception)


def test_a_mistake_of_the_program_is_a_sentence_and_exit_code_70(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("inside")

    monkeypatch.setattr(commands, "cli", fail)
    with pytest.raises(SystemExit) as ended:
        commands.main()
    assert ended.value.code == ExitCode.INTERNAL
    assert "mistake in the program" in capsys.readouterr().err


def test_ctrl_c_is_a_sentence_and_exit_code_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(_file: Path, *, as_json: bool) -> None:
        assert not as_json
        raise KeyboardInterrupt

    monkeypatch.setattr("capture_app.cli.files.show_info", interrupt)
    monkeypatch.setattr(sys, "argv", ["reading-station", "info", "a.gazeh5"])
    with pytest.raises(SystemExit) as ended:
        commands.main()
    assert ended.value.code == ExitCode.INTERRUPTED
    assert "Ended by Ctrl-C" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--version"], ExitCode.OK, ""),
        (["info", "--help"], ExitCode.OK, ""),
        (["info"], ExitCode.USAGE, "Missing argument"),
        (["nonsense"], ExitCode.USAGE, "No such command"),
    ],
)
def test_the_program_ends_with_the_code_of_the_table(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: ExitCode,
    said: str,
) -> None:
    monkeypatch.setattr(sys, "argv", ["reading-station", *arguments])
    with pytest.raises(SystemExit) as ended:
        commands.main()
    assert ended.value.code == code
    assert said in capsys.readouterr().err


@is_linux
def test_without_a_display_two_screens_are_drawn_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    with screens() as is_visible:
        assert not is_visible
        platform = os.environ["QT_QPA_PLATFORM"]
        described = json.loads(Path(platform.removeprefix("offscreen:configfile=")).read_text())
    assert [screen["name"] for screen in described["screens"]] == ["reader", "operator"]
    assert "QT_QPA_PLATFORM" not in os.environ


@is_linux
def test_a_display_is_found_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":0")
    assert has_display()
    monkeypatch.delenv("DISPLAY")
    assert not has_display()


@pytest.mark.processes
def test_the_demonstration_runs_through_the_whole_chain(tmp_path: Path) -> None:
    done = command("demo", "--seconds", "1", "--out", str(tmp_path / "Ü"), "--json", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["lost_by_program"], told["out_of_order"], told["trials"]) == (0, 0, 3)
    assert told["samples"] > 1500
    assert told["fixations"] > 3
    assert told["findings"] == []
    assert Path(told["path"]).is_file()
    assert len(told["heatmaps"]) == 3
    assert all(Path(name).read_bytes().startswith(b"\x89PNG") for name in told["heatmaps"])


def test_the_list_of_drivers_holds_those_that_play_files_too() -> None:
    drivers = {driver["name"]: driver for driver in json.loads(run("trackers", "--list", "--json").output)}
    assert {"mock", "lsl", "playback", "mouse"} <= set(drivers)
    assert "seed" in {option["name"] for option in drivers["mock"]["options"]}
    assert "playback" in run("trackers").output


@pytest.mark.processes
def test_the_windows_open_on_a_folder_and_close_again(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    for name in ("a.png", "b.png"):
        cv2.imwrite(str(tmp_path / "images" / name), small_chest(ord(name[0])).pixels)
    done = command("capture", "images", "--quit-after", "1", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    (settings,) = tmp_path.rglob("settings.json")
    (recent,) = json.loads(settings.read_text())["settings"]["recent"]
    assert (recent["kind"], recent["path"]) == ("folder", str(tmp_path / "images"))


@pytest.mark.processes
def test_an_option_the_tracker_does_not_know_is_exit_code_4(tmp_path: Path) -> None:
    done = command("record", "--seconds", "1", "--out", "a.gazeh5", "--option", "nonsense=1", folder=tmp_path)
    assert done.returncode == ExitCode.TRACKER
    assert done.stderr.strip().startswith("reading-station: ")
    assert "nonsense" in done.stderr
    assert not (tmp_path / "a.gazeh5").exists()


@pytest.mark.processes
def test_images_of_which_none_can_be_shown_are_refused(tmp_path: Path) -> None:
    (tmp_path / "nopix.dcm").write_bytes(b"junk")
    (tmp_path / "list.txt").write_text("nopix.dcm\n")
    done = command("record", "--seconds", "1", "--images", "list.txt", "--out", "a.gazeh5", folder=tmp_path)
    assert done.returncode == ExitCode.INPUT
    assert "nopix.dcm" in done.stderr
    assert "nothing was recorded" in done.stderr
    assert not (tmp_path / "a.gazeh5").exists()


@is_linux
@pytest.mark.processes
def test_ctrl_c_again_and_again_closes_a_recording_with_a_name_that_is_no_text(tmp_path: Path) -> None:
    out = tmp_path / os.fsdecode(b"\xff.gazeh5")
    started = subprocess.Popen(
        [sys.executable, "-m", "capture_app", "record", "--seconds", "60", "--out", str(out)],
        cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    deadline_s = time.monotonic() + 60.0
    while not out.exists() and time.monotonic() < deadline_s:
        assert started.poll() is None
        time.sleep(0.02)
    for _ in range(3):
        started.send_signal(signal.SIGINT)
        time.sleep(0.01)  # signals of one kind that wait are one
    _, stderr = started.communicate(timeout=60)
    assert started.returncode == ExitCode.INTERRUPTED, stderr
    assert b"The recording was closed: " in stderr
    assert b"Traceback" not in stderr
    assert command("validate", str(out), folder=tmp_path).returncode == ExitCode.OK
    assert not out.with_name(out.name + ".journal").exists()


@is_linux
@pytest.mark.processes
def test_ctrl_c_again_and_again_closes_the_recording_of_the_demonstration(tmp_path: Path) -> None:
    started = subprocess.Popen(
        [sys.executable, "-m", "capture_app", "demo", "--seconds", "60", "--out", "d"],
        cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline_s = time.monotonic() + 60.0
    while not list(tmp_path.glob("d/*.journal")) and time.monotonic() < deadline_s:
        assert started.poll() is None
        time.sleep(0.02)
    for _ in range(3):
        started.send_signal(signal.SIGINT)
        time.sleep(0.1)
    _, stderr = started.communicate(timeout=60)
    assert started.returncode == ExitCode.INTERRUPTED, stderr
    assert "Traceback" not in stderr
    (made,) = tmp_path.glob("d/*.gazeh5*")
    assert made.suffix == ".gazeh5"
    assert f"The recording was closed: {made}" in stderr
    assert run("validate", str(made)).exit_code == ExitCode.OK


def test_the_way_out_of_a_broken_recording_names_file_and_command(tmp_path: Path) -> None:
    out = tmp_path / "a b.gazeh5"
    assert way_out(out) == ""
    out.with_name(out.name + ".journal").touch()
    assert f"`reading-station recover '{out}'`" in way_out(out)


def test_a_folder_that_cannot_be_made_is_told_in_words_of_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    error = run("demo", "--out", str(tmp_path / "file" / "folder")).exception
    assert isinstance(error, CommandError)
    assert error.code is ExitCode.RECORDING
    assert "--out" in str(error)
    assert "Settings" not in str(error)


@pytest.mark.processes
def test_one_image_and_the_measured_screen_reach_the_recording(tmp_path: Path) -> None:
    image = tmp_path / "chest.png"
    cv2.imwrite(str(image), small_chest(1).pixels)
    done = command(
        "record", "--seconds", "1", "--images", str(image), "--screen-mm", "527x296", "--distance-mm", "640",
        "--out", "a.gazeh5", "--json", folder=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["notes"] == []
    facts = json.loads(run("info", str(tmp_path / "a.gazeh5"), "--json").output)
    assert facts["Screen"].endswith("527 x 296 mm")
    assert (facts["Distance"], facts["Images"]) == ("640 mm", "1")
