from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from drivers.tobii.research import ResearchBackend

from drivers.tobii.backend import TobiiDevice
from gaze_core.clocks import ManualClock

_FAKES = Path(__file__).parents[1] / "fakes"


def _load_on_path() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tobii_fakes_on_path", _FAKES / "on_path.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def simulated_tobii() -> Iterator[ModuleType]:
    """The simulation behind the fakes; ``import tobii_research`` gives the fake."""
    with _load_on_path().fakes_on_path() as simulation:
        yield simulation


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_000_000_000)


@pytest.fixture
def network(simulated_tobii: ModuleType, clock: ManualClock) -> Iterator[ModuleType]:
    """One simulated tracker on a manual clock."""
    with simulated_tobii.installed(simulated_tobii.SimulatedNetwork(clock=clock)) as made:
        yield made


@pytest.fixture
def simulated(network):
    """The tracker of that network."""
    return network.devices[0]


@pytest.fixture
def backend(network, clock: ManualClock) -> ResearchBackend:
    return ResearchBackend(clock)


@pytest.fixture
def device(backend: ResearchBackend, simulated) -> Iterator[TobiiDevice]:
    connected = backend.connect(simulated.address)
    yield connected
    connected.close()
