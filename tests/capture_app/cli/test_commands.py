"""The commands that need no session, on recordings made here."""

from __future__ import annotations

import json
import logging
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner, Result

import capture_app
from calibration import VALIDATION_4
from capture_app.cli.commands import cli, print_json
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.cli.log_setup import set_up_logging
from gaze_core.rows import GAZE, TARGET, Rows
from recordings_schema.errors import RecordingWriteError
from recordings_schema.layout import DatasetKey
from recordings_schema.metadata import DisplayRecord, SettingsRecord
from recordings_schema.paths import journal_path
from recordings_schema.testing import METADATA, RAW_DTYPE, TRACKER, append_samples
from recordings_schema.writer import RecordingWriter

SAMPLES_PER_TARGET = 120
INTERVAL_NS = 2_000_000
OLDER = Path(__file__).parents[2] / "recordings_schema" / "golden" / "v1.gazeh5"
COMMANDS = {
    "demo", "capture", "record", "trackers", "tracker-test", "info", "validate", "recover", "accuracy",
    "timing", "self-test", "study", "transcribe",
    "scan-privacy", "withdraw", "report", "replay", "formats", "export", "layers", "render", "score",
    "import", "metrics", "diagnostics",
}  # fmt: skip


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


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def targets() -> Rows:
    rows = TARGET.empty(len(VALIDATION_4))
    for row, target in zip(rows, VALIDATION_4, strict=True):
        row["target_id"], row["x_norm"], row["y_norm"] = target.target_id, target.x_norm, target.y_norm
    rows["t_on_host_ns"] = np.arange(len(rows)) * SAMPLES_PER_TARGET * INTERVAL_NS
    rows["t_off_host_ns"] = rows["t_on_host_ns"] + SAMPLES_PER_TARGET * INTERVAL_NS
    rows["procedure"] = b"validation"
    return rows


def gaze_beside_targets() -> Rows:
    """Gaze of the left eye, a hundredth of the screen to the right of each target."""
    rows = GAZE.empty(SAMPLES_PER_TARGET * len(VALIDATION_4))
    rows["seq"] = np.arange(len(rows))
    rows["t_device_ns"] = rows["t_host_ns"] = rows["seq"] * INTERVAL_NS
    rows["left_x_norm"] = np.repeat([target.x_norm + 0.01 for target in VALIDATION_4], SAMPLES_PER_TARGET)
    rows["left_y_norm"] = np.repeat([target.y_norm for target in VALIDATION_4], SAMPLES_PER_TARGET)
    rows["left_valid"] = 1
    return rows


def recording_with_targets(
    path: Path, *, area_mm: tuple[float, float] | None = None, screen_size: str = "measured or reported"
) -> Path:
    screen = DisplayRecord(
        model="x", width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0, distance_mm=650.0
    )
    metadata = replace(
        METADATA, display=screen, settings=SettingsRecord(settings={"screen_size": screen_size})
    )
    tracker = replace(
        TRACKER, driver="playback", has_truth=False, display_area_mm=area_mm, has_device_clock=False
    )
    writer = RecordingWriter.create(path, metadata, tracker)
    gaze = gaze_beside_targets()
    writer.append(DatasetKey.GAZE, gaze)
    writer.append(DatasetKey.RAW, np.zeros(len(gaze), RAW_DTYPE))
    writer.append(DatasetKey.TARGETS, targets())
    writer.close("finished")
    return path


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return recording_with_targets(tmp_path / "validation.gazeh5")


def test_the_version_is_the_program_s() -> None:
    said = run("--version")
    assert (said.exit_code, said.output) == (0, f"reading-station, version {capture_app.__version__}\n")


def test_the_help_names_every_command_and_every_exit_code() -> None:
    help_text = " ".join(click.unstyle(run("--help").output).split())
    assert set(cli.commands) == COMMANDS
    assert all(command in help_text for command in COMMANDS)
    told = {ExitCode.OK, ExitCode.FINDINGS, ExitCode.USAGE, ExitCode.INPUT, ExitCode.TRACKER,
            ExitCode.RECORDING, ExitCode.DATA_LOST, ExitCode.INTERNAL}  # fmt: skip
    assert all(f"{int(code)} " in help_text for code in told)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself(command: str) -> None:
    said = run(command, "--help")
    assert said.exit_code == 0
    assert len(said.output.splitlines()) > 4


def test_accuracy_gives_every_target_with_every_signal(recording: Path) -> None:
    document = json.loads(run("accuracy", recording, "--json").output)
    assert document["screen_mm"] == [528.0, 297.0]
    assert document["note"] == ""
    assert [(each["target_id"], each["eye"]) for each in document["targets"]] == [
        (number, eye) for number in range(4) for eye in ("left", "right", "average")
    ]
    left, right, average = document["targets"][3:6]  # straight below the centre
    offset_deg = math.degrees(math.atan2(0.01 * 528.0, math.hypot(650.0, 0.3 * 297.0)))
    assert left["offset_deg"] == pytest.approx(offset_deg, rel=1e-3)
    assert left["sample_count"] == SAMPLES_PER_TARGET
    assert right["offset_deg"] is None
    assert (right["loss_percent"], average["loss_percent"]) == (100.0, 0.0)


def test_accuracy_of_a_window_counts_its_samples_alone(recording: Path) -> None:
    document = json.loads(run("accuracy", recording, "--window", "100", "--json").output)
    assert {each["sample_count"] for each in document["targets"]} == {50}


def test_accuracy_for_people_is_a_table_with_a_line_for_each_eye(recording: Path) -> None:
    output = run("accuracy", recording).output
    assert "RMS-S2S" in output
    assert [line.split()[0] for line in output.splitlines()[-3:]] == ["left", "right", "average"]


@pytest.mark.parametrize(
    ("area_mm", "screen_size", "screen_mm", "word"),
    [
        ((530.0, 298.0), "measured or reported", [528.0, 297.0], ""),
        ((600.0, 340.0), "measured or reported", [528.0, 297.0], "check which is right"),
        ((600.0, 340.0), "assumed: 96 dots per inch", [600.0, 340.0], "was not measured"),
    ],
)
def test_degrees_stand_on_a_measured_screen_or_else_on_the_tracker_s(
    area_mm: tuple[float, float], screen_size: str, screen_mm: list[float], word: str, tmp_path: Path
) -> None:
    path = recording_with_targets(tmp_path / "a.gazeh5", area_mm=area_mm, screen_size=screen_size)
    document = json.loads(run("accuracy", path, "--json").output)
    assert document["screen_mm"] == screen_mm
    assert word in document["note"]


def test_accuracy_without_targets_is_an_error_of_the_input(tmp_path: Path) -> None:
    path = tmp_path / "a.gazeh5"
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    append_samples(writer, 60)
    writer.close("finished")
    error = run("accuracy", path).exception
    assert isinstance(error, CommandError)
    assert error.code is ExitCode.INPUT
    assert "no targets" in str(error)


def test_info_tells_what_a_recording_holds(recording: Path) -> None:
    facts = dict(json.loads(run("info", recording, "--json").output))
    assert facts["File"] == "validation.gazeh5"
    assert facts["Samples"] == "480"
    assert "480" in run("info", recording).output


def test_validate_passes_a_good_recording_and_fails_a_cut_one(recording: Path) -> None:
    assert run("validate", recording).exit_code == ExitCode.OK
    recording.write_bytes(recording.read_bytes()[:-2000])
    said = run("validate", recording)
    assert said.exit_code == ExitCode.FINDINGS
    assert "error:" in said.output


def test_recover_rebuilds_a_recording_that_was_broken_off(tmp_path: Path) -> None:
    path = tmp_path / "a.gazeh5"
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    append_samples(writer, 300)
    writer.flush()
    writer.abandon()
    said = run("recover", path, "--json")
    assert said.exit_code == ExitCode.OK
    (document,) = json.loads(said.output)
    assert "holds 300 samples" in document["sentences"][0]
    assert run("validate", path).exit_code == ExitCode.OK


def test_a_recording_that_is_being_made_is_neither_broken_nor_recovered(tmp_path: Path) -> None:
    path = tmp_path / "a.gazeh5"
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    append_samples(writer, 300)
    writer.flush()
    try:
        assert json.loads(run("info", path, "--json").output)["State"] == "being recorded"
        said = run("validate", path)
    finally:
        writer.abandon()
    assert said.exit_code == ExitCode.FINDINGS
    assert "being recorded" in said.output
    assert "reading-station recover" not in said.output
    assert json.loads(run("info", path, "--json").output)["State"].startswith("unfinished")


def test_recovery_that_left_bytes_of_the_journal_behind_tells_so_by_its_exit_code(tmp_path: Path) -> None:
    path = tmp_path / "a.gazeh5"
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    append_samples(writer, 300)
    writer.flush()
    writer.abandon()
    journal = journal_path(path)
    journal.write_bytes(journal.read_bytes() + b"no block of a journal")
    said = run("recover", path)
    assert said.exit_code == ExitCode.DATA_LOST
    assert "could not be used" in said.output


def test_a_disk_without_room_for_what_is_recovered_is_no_fault_of_the_file(
    recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_file: Path) -> None:
        raise RecordingWriteError("No room.")

    monkeypatch.setattr("capture_app.cli.files.recover", fail)
    error = run("recover", recording).exception
    assert isinstance(error, CommandError)
    assert error.code is ExitCode.RECORDING


@pytest.mark.parametrize("command", ["info", "validate", "recover"])
@pytest.mark.parametrize("name", ["gone.gazeh5", ".", "a" * 500])
def test_what_is_no_file_is_an_error_of_the_input(command: str, name: str, tmp_path: Path) -> None:
    error = run(command, tmp_path / name).exception
    assert isinstance(error, CommandError)
    assert error.code is ExitCode.INPUT


@pytest.mark.parametrize(
    ("screen_size", "is_assumed"), [("measured or reported", False), ("assumed: x", True)]
)
def test_info_says_which_screen_nobody_measured(screen_size: str, is_assumed: bool, tmp_path: Path) -> None:
    path = recording_with_targets(tmp_path / "a.gazeh5", screen_size=screen_size)
    facts = json.loads(run("info", path, "--json").output)
    assert ("assumed" in facts["Screen"]) is is_assumed
    assert ("assumed" in facts["Distance"]) is is_assumed


def test_numbers_nobody_knows_are_null_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"a": math.nan, "b": [math.inf, (1.5, None)], "ü": "胸"})
    text = capsys.readouterr().out
    assert json.loads(text) == {"a": None, "b": [None, [1.5, None]], "ü": "胸"}
    assert "胸" in text


@pytest.mark.parametrize("is_verbose", [False, True])
def test_the_terminal_hears_of_the_log_only_when_asked(
    is_verbose: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger().handlers[:] = []
    set_up_logging(is_verbose=is_verbose)
    logging.getLogger("capture_app.test").error("went wrong")
    assert ("went wrong" in capsys.readouterr().err) is is_verbose


def test_a_recording_of_an_older_format_says_so_and_what_it_lacks_is_a_dash():
    assert re.search(r"Format version +1, read as \d", run("info", OLDER).output)
    assert "nan" not in run("accuracy", OLDER).output
