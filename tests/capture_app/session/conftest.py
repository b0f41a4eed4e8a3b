"""A session on a fake acquisition process, with small images on the disk."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import cv2
import numpy as np
import pytest


def _load(name: str) -> ModuleType:
    """Return a plain module beside the tests: with importlib import mode it is loaded by its path."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


_MODULE = _load("session_fakes")
_load("calibration_chair")


@pytest.fixture
def make_image(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a small grey image, each with pixels of its own."""

    def make(name: str, width_px: int = 60, height_px: int = 48, level: int | None = None) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        seed = sum(name.encode())
        pixels = np.random.default_rng(seed).integers(0, 256, (height_px, width_px)).astype(np.uint8)
        if level is not None:
            pixels[:] = level
        path.write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
        return path

    return make


@pytest.fixture
def make_run() -> Iterator[Callable[..., Any]]:
    """Return a function that makes a session on a fake acquisition; it is closed afterwards."""
    runs = []

    def make(*args: Any, **options: Any) -> Any:
        runs.append(_MODULE.FakeRun(*args, **options))
        return runs[-1]

    yield make
    for run in runs:
        run.session.close()


@pytest.fixture(scope="session")
def gaze() -> Any:
    """Return six seconds of simulated gaze at 600 Hz."""
    return _MODULE.reading(600.0, 6.0)
