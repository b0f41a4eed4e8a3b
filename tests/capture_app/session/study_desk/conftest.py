"""Loads the rig beside these tests, and makes one for each that asks."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_NAME = "study_run"
_SPEC = importlib.util.spec_from_file_location(_NAME, Path(__file__).with_name(f"{_NAME}.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
_MODULE = importlib.util.module_from_spec(_SPEC)
sys.modules[_NAME] = _MODULE
_SPEC.loader.exec_module(_MODULE)


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Any]:
    """A study before a calibrated chair, not open yet."""
    run = _MODULE.StudyRun(tmp_path)
    yield run
    run.run.session.close()
