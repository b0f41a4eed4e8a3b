"""Makes the rigs of these tests importable; with importlib import mode they are loaded by their paths."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

_SESSION = Path(__file__).parent.parent
for _name, _path in (
    ("reading_rig", _SESSION / "reading" / "reading_rig.py"),
    ("report_rig", _SESSION / "report" / "report_rig.py"),
):
    if _name not in sys.modules:
        _spec = importlib.util.spec_from_file_location(_name, _path)
        assert _spec is not None
        assert _spec.loader is not None
        sys.modules[_name] = importlib.util.module_from_spec(_spec)
        _spec.loader.exec_module(sys.modules[_name])
