"""A small study on the disk, and one that is open."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from capture_app.session.study import OpenedStudy, Study, check_study

_PATH = Path(__file__).parents[2] / "session" / "study" / "study_texts.py"
if "study_texts" not in sys.modules:
    _SPEC = importlib.util.spec_from_file_location("study_texts", _PATH)
    assert _SPEC is not None
    assert _SPEC.loader is not None
    _MODULE = importlib.util.module_from_spec(_SPEC)
    sys.modules["study_texts"] = _MODULE
    _SPEC.loader.exec_module(_MODULE)

from study_texts import write_study  # noqa: E402 - it is found from here on only


@pytest.fixture
def study_folder(tmp_path: Path) -> Path:
    return write_study(tmp_path / "small")


@pytest.fixture
def opened(study_folder: Path) -> OpenedStudy:
    checked = check_study(study_folder)
    assert checked.opened is not None
    return checked.opened


@pytest.fixture
def change(opened: OpenedStudy) -> Callable[[Callable[[Study], Study]], OpenedStudy]:
    """Return a function that gives the open study other content."""
    return lambda changed: replace(opened, study=changed(opened.study))
