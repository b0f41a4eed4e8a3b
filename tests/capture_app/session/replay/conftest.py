"""Makes the rigs of these tests importable, and one reading for all of them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

_HERE = Path(__file__).parent
for _name, _folder in (
    ("replay_rig", _HERE), ("reading_rig", _HERE.parent / "reading"), ("study_rig", _HERE)
):  # fmt: skip
    if _name not in sys.modules:
        _spec = importlib.util.spec_from_file_location(_name, _folder / f"{_name}.py")
        assert _spec is not None
        assert _spec.loader is not None
        sys.modules[_name] = importlib.util.module_from_spec(_spec)
        _spec.loader.exec_module(sys.modules[_name])

from replay_rig import Written, write_reading  # noqa: E402 - it is found from here on only


@pytest.fixture(scope="session")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return write_reading(tmp_path_factory.mktemp("reading"))
