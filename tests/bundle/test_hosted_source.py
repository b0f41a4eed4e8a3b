"""The source that a frozen program ships for another interpreter is enough for it."""

from __future__ import annotations

import importlib
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

from drivers.contract import ViewingSetup
from drivers.host.hosted_driver import HostedDriver
from drivers.host.interpreter import BUNDLED_SOURCE

ROOT = Path(__file__).resolve().parents[2]
SETUP = ViewingSetup(width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0, distance_mm=650.0)


@pytest.fixture
def hosted_source(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "packaging"))
    return importlib.import_module("hosted_source")


def test_the_program_looks_where_the_bundle_has_it(hosted_source: ModuleType) -> None:
    assert hosted_source.FOLDER == BUNDLED_SOURCE


def test_it_needs_numpy_and_what_drivers_load_when_asked_for(hosted_source: ModuleType) -> None:
    files = hosted_source.hosted_files(ROOT)
    needed = {name.split(".")[0] for path in files for name in hosted_source.imports_of(ROOT / path)}
    further = needed - set(sys.stdlib_module_names) - set(hosted_source.PACKAGES)
    assert further <= {"numpy", "pylsl"}
    assert Path("drivers/testing.py") not in files
    assert Path("drivers/tobii/tracker.py") in files


@pytest.mark.processes
def test_an_interpreter_that_sees_nothing_else_of_ours_hosts_a_driver(
    hosted_source: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in hosted_source.hosted_files(ROOT):
        copy = tmp_path / BUNDLED_SOURCE / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, copy)
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    driver = HostedDriver("mock", sys.executable, {}, SETUP)
    try:
        assert driver.open().model.startswith("Simulated")
        driver.start()
        assert any(len(driver.read(0.2).gaze) for _ in range(50))
    finally:
        driver.close()
