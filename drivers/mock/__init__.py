"""The mock tracker: a simulated eye in front of a simulated sensor, with its ground truth beside what it sends."""

from drivers.mock.generator import Simulated, simulate
from drivers.mock.presets import SCENARIOS, SENSOR_PRESETS
from drivers.mock.settings import MockSettings

__all__ = ["SCENARIOS", "SENSOR_PRESETS", "MockSettings", "Simulated", "simulate"]
