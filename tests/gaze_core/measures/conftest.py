"""Makes the rig of these tests importable; with importlib import mode it is loaded by its path."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

_PATH = Path(__file__).parent / "measures_rig.py"
if "measures_rig" not in sys.modules:
    _spec = importlib.util.spec_from_file_location("measures_rig", _PATH)
    assert _spec is not None
    assert _spec.loader is not None
    sys.modules["measures_rig"] = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules["measures_rig"])
