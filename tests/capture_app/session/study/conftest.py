"""A folder for studies, the small study that is right, and one real new study for the whole run."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from capture_app.session.study import OpenedStudy

# A plain module beside the tests; with importlib import mode it is loaded by its path.
_SPEC = importlib.util.spec_from_file_location("study_texts", Path(__file__).with_name("study_texts.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
_MODULE = importlib.util.module_from_spec(_SPEC)
sys.modules["study_texts"] = _MODULE
_SPEC.loader.exec_module(_MODULE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "study"


@pytest.fixture
def small(folder: Path) -> OpenedStudy:
    return _MODULE.opened(_MODULE.checked(folder))
