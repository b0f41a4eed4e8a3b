"""`transcribe` as a person types it."""

from __future__ import annotations

import json
import logging
import shutil
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from benchmarks import speech as spoken
from capture_app.cli.commands import cli
from capture_app.cli.exits import CommandError, ExitCode


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
    return CliRunner().invoke(cli, ["transcribe", *map(str, arguments)])


def refusal(*arguments: object) -> CommandError:
    error = run(*arguments).exception
    assert isinstance(error, CommandError)
    return error


def write_wav(path: Path, pcm: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(pcm.astype("<i2").tobytes())
    return path


@pytest.fixture
def silence(tmp_path: Path) -> Path:
    return write_wav(tmp_path / "silence.wav", np.zeros(16_000))


@pytest.fixture(scope="module")
def dictation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("pocketsphinx", reason="pocketsphinx is not installed")
    if shutil.which("espeak-ng") is None:
        pytest.skip("espeak-ng, which speaks the report, is not installed")
    sound = spoken.speak_fluently("no pneumothorax is seen period the heart is normal in size period", seed=3)
    return write_wav(tmp_path_factory.mktemp("speech") / "dictation.wav", sound.pcm)


@pytest.mark.processes
def test_a_dictation_is_written_down(dictation: Path) -> None:
    result = run(dictation)

    assert result.exit_code == ExitCode.OK
    assert "pneumothorax" in result.stdout
    assert "." in result.stdout


@pytest.mark.processes
def test_words_of_the_lab_are_used_and_their_times_printed(dictation: Path, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("xyloma = Z AY L OW M AH\nno xyloma is seen\n", "utf-8")

    result = run(dictation, "--vocabulary", words, "--json")

    document = json.loads(result.stdout)
    assert document["engine"].startswith("pocketsphinx")
    assert document["unknown_words"] == []
    assert {"text", "t_start_s", "t_end_s", "kind", "score"} == set(document["words"][0])
    assert document["duration_s"] > document["words"][-1]["t_end_s"] - 0.5


@pytest.mark.processes
def test_an_edited_text_is_aligned_and_unknown_words_named(dictation: Path, tmp_path: Path) -> None:
    text = tmp_path / "edited.txt"
    text.write_text("No pneumothorax is seen. The heart is normal in size. Xyloma", "utf-8")

    result = run(dictation, "--align", text)

    assert result.exit_code == ExitCode.OK
    lines = result.stdout.splitlines()
    assert len(lines) == 13
    assert lines[1].split()[2:] == ["aligned", lines[1].split()[3], "pneumothorax"]
    assert "xyloma" in result.stderr


@pytest.mark.processes
def test_silence_is_no_text_and_is_said(silence: Path) -> None:
    pytest.importorskip("pocketsphinx", reason="pocketsphinx is not installed")

    result = run(silence)

    assert (result.exit_code, result.stdout) == (ExitCode.OK, "")
    assert "No words were heard" in result.stderr


def test_a_file_that_is_no_sound_is_exit_code_3(tmp_path: Path) -> None:
    path = tmp_path / "empty.wav"
    path.touch()

    error = refusal(path)

    assert error.code is ExitCode.INPUT
    assert "0 bytes" in str(error)


@pytest.mark.parametrize(
    ("option", "content", "reason"),
    [
        ("--vocabulary", b"hilum = XX", "no pronunciation"),
        ("--align", b"\xff\xfe\xfa", "not UTF-8"),
        ("--align", b"a" * 1_000_001, "larger than 1 MB"),
    ],
)
def test_a_file_beside_it_that_cannot_be_used_is_named(
    silence: Path, tmp_path: Path, option: str, content: bytes, reason: str
) -> None:
    beside = tmp_path / "beside.txt"
    beside.write_bytes(content)

    error = refusal(silence, option, beside)

    assert error.code is ExitCode.INPUT
    assert str(beside) in str(error)
    assert reason in str(error)


def test_a_study_that_is_not_there_is_exit_code_3(silence: Path, tmp_path: Path) -> None:
    assert refusal(silence, "--study", tmp_path / "none").code is ExitCode.INPUT


def test_faster_whisper_without_a_model_names_the_option(silence: Path) -> None:
    error = refusal(silence, "--engine", "faster-whisper")

    assert error.code is ExitCode.USAGE
    assert "--model" in str(error)


@pytest.mark.processes
def test_a_folder_that_is_no_model_is_exit_code_3(silence: Path, tmp_path: Path) -> None:
    error = refusal(silence, "--engine", "faster-whisper", "--model", tmp_path)

    assert error.code is ExitCode.INPUT
    assert "is no model of faster-whisper" in str(error)
