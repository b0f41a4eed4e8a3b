"""Clocks: the host's, readings of foreign ones, and the fit that turns foreign time into host time."""

from gaze_core.clocks.host import Clock, HostClock, ManualClock, clock_sync_row

__all__ = ["Clock", "HostClock", "ManualClock", "clock_sync_row"]
