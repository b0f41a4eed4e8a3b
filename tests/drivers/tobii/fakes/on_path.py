"""Puts the fakes on ``sys.path`` for the time of a test, and takes every trace of them away again."""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

FAKES = Path(__file__).parent


@contextlib.contextmanager
def fakes_on_path() -> Iterator[ModuleType]:
    """Give the module `simulated_tobii`; vendor packages imported meanwhile are the fakes."""
    before = set(sys.modules)
    sys.path.insert(0, str(FAKES))
    importlib.invalidate_caches()
    try:
        simulated_tobii = importlib.import_module("simulated_tobii")
        yield simulated_tobii
        simulated_tobii.install(None)
    finally:
        sys.path.remove(str(FAKES))
        for name in set(sys.modules) - before:
            origin = getattr(sys.modules[name], "__file__", None)
            if origin is not None and FAKES in Path(origin).parents:
                del sys.modules[name]
