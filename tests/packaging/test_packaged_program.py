"""The packaged program as a whole: for Windows under Wine, for Linux on a machine without Python."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]

FOLDER = Path(__file__).resolve().parents[2] / "packaging"


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> dict[str, ModuleType]:
    monkeypatch.syspath_prepend(str(FOLDER))
    return {name: importlib.import_module(name) for name in ("wine_rig", "plain_machine", "build_target")}


def built(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, FOLDER / "build.py", *arguments],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    return done.stdout


def test_windows_is_frozen_tried_packed_installed_upgraded_and_removed(
    scripts: dict[str, ModuleType],
) -> None:
    reason = scripts["wine_rig"].missing_reason()
    if reason:
        pytest.skip(reason)
    said = built("--wine", "--fast", "all")
    assert "frozen self-test:" in said
    assert "installed self-test:" in said
    assert "refused over a newer version" in said
    assert "recordings, settings and a person's file in the folder are still there" in said


def test_linux_is_frozen_and_runs_on_a_machine_without_python(scripts: dict[str, ModuleType]) -> None:
    reason = scripts["plain_machine"].missing_reason()
    if reason:
        pytest.skip(reason)
    if not scripts["build_target"].this_system().program.is_file():
        built("freeze")
    assert "ran on a Debian without Python" in built("plain-machine")
