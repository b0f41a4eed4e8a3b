"""The scripts of the packaging folder as modules, as they find each other when they are run."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "packaging"


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The set-up, moved to an empty project folder with small requirement files."""
    monkeypatch.syspath_prepend(str(FOLDER))
    module = importlib.import_module("bootstrap")
    root = tmp_path / "project"
    (root / "requirements").mkdir(parents=True)
    for name in ("py310", "py310-dev", "py311", "py311-dev", "build"):
        (root / "requirements" / f"{name}.txt").write_text(f"{name}==1\n", encoding="utf-8")
    (root / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    venv = root / ".venv"
    for name, value in {
        "ROOT": root,
        "VENV": venv,
        "STAMP": venv / "ready-for",
        "UNFINISHED": venv / "unfinished",
        "PLACE": venv / "made-at",
        "LOCK": root / ".make" / "setup.lock",
    }.items():
        monkeypatch.setattr(module, name, value)
    return module
