"""Makes the stage of the drawing screens importable, and takes its windows away."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

_SPEC = importlib.util.spec_from_file_location("drawing_stage", Path(__file__).with_name("drawing_stage.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
_MODULE = importlib.util.module_from_spec(_SPEC)
sys.modules["drawing_stage"] = _MODULE
_SPEC.loader.exec_module(_MODULE)


@pytest.fixture
def make_stage(qtbot, themed, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Return a function that shows a screen over images; see `drawing_stage.DrawingStage`."""
    made: list[Any] = []

    def make(*args: Any, **options: Any) -> Any:
        made.append(_MODULE.DrawingStage(tmp_path, *args, **options))
        return made[-1]

    yield make
    for stage in made:
        stage.close()
