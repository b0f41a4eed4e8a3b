"""The mock tracker: a simulated eye before a simulated sensor, with its ground truth beside what it sends."""

from drivers.mock.generator import Simulated, simulate
from drivers.mock.presets import SCENARIOS, SENSOR_PRESETS
from drivers.mock.settings import MockSettings
from drivers.mock.tracker import MockTracker, create

__all__ = [
    "SCENARIOS",
    "SENSOR_PRESETS",
    "MockSettings",
    "MockTracker",
    "Simulated",
    "create",
    "simulate",
]
