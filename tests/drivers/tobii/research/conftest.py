from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import pytest

from drivers.tobii.backend import TobiiDevice
from drivers.tobii.research import ResearchBackend
from gaze_core.clocks import ManualClock


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
