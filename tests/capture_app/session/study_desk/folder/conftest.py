"""Makes the rig beside these tests, and that of the case loop, importable."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

_HERE = Path(__file__).parent


def _load(name: str, path: Path) -> None:
    if name in sys.modules:
        return
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)


_load("reading_rig", _HERE.parents[1] / "reading" / "reading_rig.py")
_load("folder_rig", _HERE / "folder_rig.py")
_load("copying_rig", _HERE / "copying_rig.py")

from folder_rig import Lab  # noqa: E402  # loaded above


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """A small study on the disk with nobody's data."""
    return Lab(tmp_path / "study")
