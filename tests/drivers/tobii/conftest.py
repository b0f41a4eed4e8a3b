from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from drivers.tobii.options import TobiiSettings
from drivers.tobii.tracker import TobiiTracker

# The fakes are a plain module beside the tests; with importlib import mode it is loaded by its path.
_SPEC = importlib.util.spec_from_file_location("fake_backend", Path(__file__).with_name("fake_backend.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
fake_backend = importlib.util.module_from_spec(_SPEC)
sys.modules["fake_backend"] = fake_backend
_SPEC.loader.exec_module(fake_backend)


@pytest.fixture
def tracker(clock):
    return fake_backend.FakeTracker(clock)


@pytest.fixture
def backend(tracker):
    return fake_backend.FakeBackend(tracker)


@pytest.fixture
def make(clock, backend):
    """Make a driver of the fake package from options."""

    def make(**options: str) -> TobiiTracker:
        settings = TobiiSettings.from_options(options)
        return TobiiTracker(settings, load=lambda name: backend, clock=clock, wait=clock.wait)

    return make


@pytest.fixture
def started(make):
    """Open and start a driver; closed at the end."""
    drivers = []

    def start(**options: str) -> TobiiTracker:
        drivers.append(make(**options))
        drivers[-1].open()
        drivers[-1].start()
        return drivers[-1]

    yield start
    for driver in drivers:
        driver.close()
