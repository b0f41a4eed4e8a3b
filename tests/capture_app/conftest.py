"""A sound card in virtual time for all tests of the application."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

# A plain module beside the tests; with importlib import mode it is loaded by its path.
_SPEC = importlib.util.spec_from_file_location("sound_fakes", Path(__file__).with_name("sound_fakes.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
_MODULE = importlib.util.module_from_spec(_SPEC)
sys.modules["sound_fakes"] = _MODULE
_SPEC.loader.exec_module(_MODULE)
