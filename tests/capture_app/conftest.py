"""A sound card in virtual time, and two readers of the same images, for all tests of the application."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

# A plain module beside the tests; with importlib import mode it is loaded by its path.
_SPEC = importlib.util.spec_from_file_location("sound_fakes", Path(__file__).with_name("sound_fakes.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
_MODULE = importlib.util.module_from_spec(_SPEC)
sys.modules["sound_fakes"] = _MODULE
_SPEC.loader.exec_module(_MODULE)


def replay_rig() -> ModuleType:
    """Return the module that writes recordings for the replay, loaded once by its path."""
    if "replay_rig" not in sys.modules:
        path = Path(__file__).parent / "session" / "replay" / "replay_rig.py"
        spec = importlib.util.spec_from_file_location("replay_rig", path)
        assert spec is not None
        assert spec.loader is not None
        sys.modules["replay_rig"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["replay_rig"])
    return sys.modules["replay_rig"]


@pytest.fixture(scope="session")
def readers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """Two readers of the same two images, R07 and R08, each in a recording; nobody changes them."""
    folder = tmp_path_factory.mktemp("readers")
    rig, made = replay_rig(), []
    for number, seed in ((7, 4), (8, 11)):
        place = folder / f"R0{number}"
        place.mkdir()
        made.append(rig.write_reading(place, reader=f"R0{number}", seed=seed))
    return made[0], made[1]
