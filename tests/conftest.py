"""What all tests share: an offscreen Qt, reproducible properties, folders of their own, real measurements."""

from __future__ import annotations

import gc
import importlib.util
import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# With importlib import mode, what tests of several parts share is loaded by path.
_SPEC = importlib.util.spec_from_file_location("quick_study", Path(__file__).with_name("quick_study.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
_MODULE = importlib.util.module_from_spec(_SPEC)
sys.modules["quick_study"] = _MODULE
_SPEC.loader.exec_module(_MODULE)

# The same examples on every machine: a property that fails for one fails for all.
settings.register_profile(
    "reproducible",
    derandomize=True,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile(
    "search", parent=settings.get_profile("reproducible"), derandomize=False, max_examples=1000
)
settings.load_profile(os.environ.get("READING_STATION_HYPOTHESIS", "reproducible"))


def pytest_collection_finish() -> None:
    """Keep thousands of collected tests and their modules out of each later collection of garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real images and real gaze; tests that need it are skipped where it is absent."""
    name = os.environ.get("READING_STATION_SHARED", "")
    if not name or not Path(name).is_dir():
        pytest.skip("READING_STATION_SHARED does not name the folder with real images and gaze")
    return Path(name)


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep settings, logs and caches of tests away from those of the person who runs them."""
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
