"""Makes the stages of the reader's screens importable, and takes their windows away."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


_MODULE = _load("drawing_stage")
_load("answer_stage")


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
