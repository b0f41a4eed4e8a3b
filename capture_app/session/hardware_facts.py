"""What the hardware check judges, put together from what the windows know anyway."""

from __future__ import annotations

import math
import time

from capture_app.session.hardware_check import HardwareFacts
from capture_app.session.port import ScreenFacts
from capture_app.session.recording_places import PlaceFacts
from capture_app.session.states import LiveState
from capture_app.session.tracker_states import TrackerDeskState


def hardware_facts(
    live: LiveState,
    desk: TrackerDeskState,
    screen: ScreenFacts,
    monitor_count: int,
    places: PlaceFacts | None,
) -> HardwareFacts:
    """Return the station as it is now.

    Parameters
    ----------
    live
        The session.
    desk
        The connected tracker and the head before it.
    screen
        The reader's screen.
    monitor_count
        Monitors of this computer.
    places
        What the disks answered last; None before.
    """
    tracker, health = desk.connected, live.health
    return HardwareFacts(
        is_connected=tracker is not None,
        is_connecting=desk.is_connecting,
        tracker_problem=desk.problem,
        tracker_driver="" if tracker is None else tracker.driver,
        tracker_model="" if tracker is None else tracker.model,
        is_simulated=tracker is not None and tracker.is_simulated,
        rate_hz=health.rate_hz,
        nominal_rate_hz=health.nominal_rate_hz,
        has_left=health.left_ok,
        has_right=health.right_ok,
        distance_mm=math.nan if desk.head is None else desk.head.distance_mm,
        area_level="" if desk.area is None else desk.area.level,
        area_sentence="" if desk.area is None else desk.area.sentence,
        microphone=live.dictation,
        places=places,
        monitor_count=monitor_count,
        screen=screen,
        clock_resolution_s=time.get_clock_info("perf_counter").resolution,
    )
