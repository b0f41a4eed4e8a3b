"""Makes the rig beside these tests importable; with importlib import mode it is loaded by its path."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

_SPEC = importlib.util.spec_from_file_location("reading_rig", Path(__file__).with_name("reading_rig.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
_MODULE = importlib.util.module_from_spec(_SPEC)
sys.modules["reading_rig"] = _MODULE
_SPEC.loader.exec_module(_MODULE)
