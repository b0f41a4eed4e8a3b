"""The scripts of the packaging folder as modules, as they find each other when they are run."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "packaging"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """Return a script of the packaging folder by its name."""
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module
