"""Makes the stage of a reading importable; with importlib import mode it is loaded by its path."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

_TESTS = Path(__file__).parents[3]
for _name, _folder in (
    ("reading_rig", _TESTS / "session" / "reading"),
    ("noting_desk", _TESTS / "gui"),
    ("study_stage", _TESTS / "gui"),
):
    if _name not in sys.modules:
        _spec = importlib.util.spec_from_file_location(_name, _folder / f"{_name}.py")
        assert _spec is not None
        assert _spec.loader is not None
        _module = importlib.util.module_from_spec(_spec)
        sys.modules[_name] = _module
        _spec.loader.exec_module(_module)
