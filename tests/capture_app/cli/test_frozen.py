"""What only the frozen program arranges."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from capture_app.cli import frozen


def test_from_its_source_nothing_is_arranged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POCKETSPHINX_PATH", raising=False)
    before = list(sys.path)
    frozen.prepare_frozen()
    assert sys.path == before
    assert "POCKETSPHINX_PATH" not in os.environ


def test_the_model_of_speech_is_the_bundled_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    monkeypatch.setenv("POCKETSPHINX_PATH", "/somewhere/else")
    frozen.prepare_frozen()
    assert os.environ["POCKETSPHINX_PATH"] == str(tmp_path / "pocketsphinx" / "model")


def test_packages_in_the_folder_of_addons_are_found_last(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("POCKETSPHINX_PATH", "")
    before = list(sys.path)
    frozen.prepare_frozen()
    assert sys.path == before
    frozen.addon_folder().mkdir(parents=True)
    frozen.prepare_frozen()
    frozen.prepare_frozen()
    assert sys.path == [*before, str(frozen.addon_folder())]


def test_errors_are_said_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    frozen.tell_person("It could not be done.")
    assert capsys.readouterr().err == "reading-station: It could not be done.\n"


def test_a_program_without_a_terminal_knows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    assert not frozen.has_terminal()
    frozen.tell_person("It could not be done.")  # elsewhere than on Windows there is nobody to tell
