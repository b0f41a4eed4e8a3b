from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import pytest

# The writers of test files are a plain module beside the tests; with importlib import mode it must be loaded
# by path to be shared.
_SPEC = importlib.util.spec_from_file_location("dicom_files", Path(__file__).with_name("dicom_files.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
_MODULE = importlib.util.module_from_spec(_SPEC)
sys.modules["dicom_files"] = _MODULE
_SPEC.loader.exec_module(_MODULE)


@pytest.fixture
def shared_images() -> Path:
    shared = os.environ.get("READING_STATION_SHARED", "")
    folder = Path(shared) / "data" / "cxr"
    if not shared or not folder.is_dir():
        pytest.skip("READING_STATION_SHARED does not name a folder with data/cxr")
    return folder
