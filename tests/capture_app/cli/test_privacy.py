"""`scan-privacy` and `withdraw` as a person calls them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from capture_app.cli import withdraw_report
from capture_app.cli.commands import cli
from capture_app.cli.exits import CommandError, ExitCode
from recordings_schema.testing import METADATA, TRACKER, fill
from recordings_schema.writer import RecordingWriter


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
def headers(tmp_path: Path) -> Path:
    folder = tmp_path / "headers"
    folder.mkdir()
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    dataset.file_meta.MediaStorageSOPInstanceUID = "1.2.826.0.1.3680043.8.498.31415926"
    dataset.PatientName, dataset.PatientID = "Doe^Jane", "PID-424242"
    dataset.save_as(folder / "one.dcm", enforce_file_format=True)
    return folder


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """A folder with a recording of R07."""
    folder = tmp_path / "session"
    folder.mkdir()
    writer = RecordingWriter.create(folder / "one.gazeh5", METADATA, TRACKER)
    fill(writer, 100)
    writer.close("finished")
    return folder


def run(*arguments: object, typed: str | None = None) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], input=typed)


def failure(said: Result) -> CommandError:
    assert isinstance(said.exception, CommandError)
    return said.exception


@pytest.fixture
def on_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(withdraw_report, "_is_terminal", lambda: True)


def test_a_clean_folder_ends_with_0_and_says_so(session: Path, headers: Path) -> None:
    said = run("scan-privacy", session, "--headers", headers)
    assert said.exit_code == 0
    assert said.output.splitlines()[-1] == "Nothing of the headers was found."


def test_a_finding_ends_with_1_and_tells_the_place_without_the_value(session: Path, headers: Path) -> None:
    (session / "notes.txt").write_text("of Jane Doe")
    said = run("scan-privacy", session, "--headers", headers)
    assert said.exit_code == 1
    assert "found: notes.txt: byte 3: name" in said.output
    assert "Doe" not in said.output


def test_the_json_answer_holds_findings_and_counts(session: Path, headers: Path) -> None:
    (session / "notes.txt").write_text("pid424242")
    document = json.loads(run("scan-privacy", session, "--headers", headers, "--json").output)
    assert document["is_clean"] is False
    assert {finding["kind"] for finding in document["findings"]} == {"ID"}
    assert document["header_count"] == 1


def test_what_cannot_be_looked_into_is_no_proof(session: Path, headers: Path) -> None:
    (session / "packed.7z").write_bytes(b"7z\xbc\xaf\x27\x1c and so on")
    said = run("scan-privacy", session, "--headers", headers)
    assert said.exit_code == 1
    assert "no proof yet" in said.output.splitlines()[-1]


def test_without_headers_the_dicom_files_inside_are_compared_and_found(session: Path, headers: Path) -> None:
    headers.rename(session / "left behind")
    said = run("scan-privacy", session)
    assert said.exit_code == 1
    assert "left behind/one.dcm" in said.output


def test_named_headers_inside_the_folder_are_left_out(session: Path, headers: Path) -> None:
    headers.rename(session / "images")
    said = run("scan-privacy", session, "--headers", session / "images")
    assert said.exit_code == 0
    assert "source images themselves were left out" in said.output


@pytest.mark.parametrize("arguments", [("--headers", "nowhere"), ("--headers", "."), ()])
def test_without_anything_to_compare_with_there_is_no_proof(
    session: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(session)
    assert failure(run("scan-privacy", session, *arguments)).code == ExitCode.INPUT


def test_withdraw_without_a_terminal_lists_and_removes_nothing(session: Path) -> None:
    said = run("withdraw", "R07", "--in", session)
    assert said.exit_code == 0
    assert "one.gazeh5: recording or journal" in said.output
    assert said.output.splitlines()[-1] == "Nothing was removed. Call again with --yes to remove all this."
    assert (session / "one.gazeh5").exists()


def test_withdraw_with_yes_removes_in_all_folders_and_a_second_call_says_it_is_done(
    session: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "gaze_R07.csv").write_text("x")
    said = run("withdraw", "R07", "--in", session, other, "--yes")
    assert said.exit_code == 0
    assert "Done with 2 of 2 files." in said.output
    assert [path.suffix for path in session.iterdir()] == [".json"]
    again = run("withdraw", "R07", "--in", session)
    assert again.exit_code == 0
    assert "Nothing is there any more" in again.output


@pytest.mark.usefixtures("on_terminal")
@pytest.mark.parametrize(("typed", "is_removed"), [("R07", True), ("y", False), ("", False)])
def test_on_a_terminal_the_pseudonym_has_to_be_typed(session: Path, typed: str, is_removed: bool) -> None:
    assert run("withdraw", "R07", "--in", session, typed=f"{typed}\n").exit_code == 0
    assert (session / "one.gazeh5").exists() is not is_removed


def test_withdraw_of_an_unknown_reader_names_the_known_ones(session: Path) -> None:
    err = failure(run("withdraw", "R70", "--in", session, "--yes"))
    assert err.code == ExitCode.INPUT
    assert "Readers found: R07." in str(err)


def test_withdraw_while_recording_is_refused(session: Path) -> None:
    writer = RecordingWriter.create(session / "now.gazeh5", METADATA, TRACKER)
    try:
        err = failure(run("withdraw", "R07", "--in", session, "--yes"))
    finally:
        writer.close("finished")
    assert err.code == ExitCode.RECORDING
    assert "now.gazeh5 is being recorded" in str(err)


def test_what_is_left_to_look_at_ends_with_1(session: Path) -> None:
    (session / "old.zip").write_bytes(b"PK\x03\x04")
    said = run("withdraw", "R07", "--in", session, "--yes")
    assert said.exit_code == 1
    assert "old.zip: Archives are not looked into." in said.output


def test_withdraw_as_json_without_yes_only_lists(session: Path) -> None:
    document = json.loads(run("withdraw", "R07", "--in", session, "--json").output)
    assert document["is_removed"] is False
    assert [Path(file["path"]).name for file in document["files"]] == ["one.gazeh5"]
    removed = json.loads(run("withdraw", "R07", "--in", session, "--yes", "--json").output)
    assert removed["is_removed"] is True
    assert Path(removed["record"]).exists()
