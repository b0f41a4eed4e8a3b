from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from drivers.tobii.backend import TobiiDevice
from drivers.tobii.titta import TittaBackend
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
    """The simulation behind the fakes; ``import TittaPy_v2`` gives the fake."""
    with _load_on_path().fakes_on_path() as simulation:
        yield simulation


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_000_000_000)


@pytest.fixture
def network(simulated_tobii: ModuleType, clock: ManualClock):
    """Two simulated trackers on a manual clock; waiting lets them go on."""
    made = simulated_tobii.SimulatedNetwork(clock=clock, devices=2, rate_hz=300.0)
    with simulated_tobii.installed(made):
        yield made


@pytest.fixture
def simulated(network):
    """The first tracker of that network."""
    return network.devices[0]


@pytest.fixture
def backend(network, clock: ManualClock) -> TittaBackend:
    return TittaBackend(clock, sleep=network.advance)


@pytest.fixture
def device(backend: TittaBackend, simulated) -> Iterator[TobiiDevice]:
    connected = backend.connect(simulated.address)
    yield connected
    connected.close()
