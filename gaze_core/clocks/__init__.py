"""Clocks: the host's, readings of foreign ones, and the fit that turns foreign time into host time."""

from gaze_core.clocks.drift import ClockDrift, drift_of_arrivals, drift_of_readings
from gaze_core.clocks.fit import SENDER_CLOCKS, ClockFitError, fit_clock, fit_envelope
from gaze_core.clocks.host import Clock, HostClock, ManualClock, clock_sync_row
from gaze_core.clocks.live import LiveClock
from gaze_core.clocks.model import ClockModel, ClockSegment

__all__ = [
    "SENDER_CLOCKS",
    "Clock",
    "ClockDrift",
    "ClockFitError",
    "ClockModel",
    "ClockSegment",
    "HostClock",
    "LiveClock",
    "ManualClock",
    "clock_sync_row",
    "drift_of_arrivals",
    "drift_of_readings",
    "fit_clock",
    "fit_envelope",
]
