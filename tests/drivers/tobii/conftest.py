from __future__ import annotations

import dataclasses
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from drivers.tobii.options import RESEARCH, TITTA, TobiiSettings
from drivers.tobii.tracker import TobiiTracker

HERE = Path(__file__).parent


def _load(name: str, path: Path) -> ModuleType:
    """Load a plain module beside the tests: with importlib import mode it is not found by its name."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


fake_backend = _load("fake_backend", HERE / "fake_backend.py")


@pytest.fixture
def simulated_tobii():
    """The simulation behind the fakes of both packages, which are importable meanwhile."""
    with _load("tobii_fakes_on_path", HERE / "fakes" / "on_path.py").fakes_on_path() as simulation:
        yield simulation


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


@dataclasses.dataclass
class OnPackage:
    """A driver on the fake of one vendor package, with the simulated tracker behind it."""

    network: Any
    make: Callable[..., TobiiTracker]

    @property
    def simulated(self) -> Any:
        return self.network.devices[0]


@pytest.fixture(params=[RESEARCH, TITTA])
def on_package(request, simulated_tobii, clock):
    """One simulated tracker on a manual clock, behind the fake of each package in turn."""
    from drivers.tobii.research import ResearchBackend
    from drivers.tobii.titta import TittaBackend

    with simulated_tobii.installed(simulated_tobii.SimulatedNetwork(clock=clock)) as network:
        backends = {
            RESEARCH: lambda: ResearchBackend(clock),
            TITTA: lambda: TittaBackend(clock=clock, sleep=network.advance),
        }

        def make(**options: str) -> TobiiTracker:
            return TobiiTracker(
                TobiiSettings.from_options(options),
                load=lambda _name: backends[request.param](),
                clock=clock,
                wait=network.advance,
            )

        yield OnPackage(network=network, make=make)
