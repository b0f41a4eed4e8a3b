"""Makes the rig of replayed recordings importable, and one reading for all tests of layers."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

_RIG = Path(__file__).parent.parent / "replay" / "replay_rig.py"
if "replay_rig" not in sys.modules:
    _spec = importlib.util.spec_from_file_location("replay_rig", _RIG)
    assert _spec is not None
    assert _spec.loader is not None
    sys.modules["replay_rig"] = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules["replay_rig"])

from replay_rig import Written, write_reading  # noqa: E402 - it is found from here on only


@pytest.fixture(scope="package")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Return a recording that no test may change."""
    return write_reading(tmp_path_factory.mktemp("layered"))
