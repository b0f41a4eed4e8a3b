"""Drift of this computer's other clocks against the host clock: wall, monotonic, LSL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from capture_app.acquisition.clock_sync import ClockSync
from capture_app.session.timing_constants import ConstantName, drift_constant
from capture_app.session.timing_findings import TimingFindings, Unmeasured
from drivers.contract import DriverError
from drivers.lsl_config import configuration_text
from drivers.lsl_library import LslLibrary
from gaze_core.clocks import Clock, clock_sync_row, drift_of_readings
from gaze_core.rows import Rows

READ_EVERY_S: Final = 0.25

_LSL: Final = "lsl_local"
_SESSION_ID: Final = "reading-station-timing"
_NAMES: Final = {
    "wall": ConstantName.WALL_DRIFT,
    "monotonic": ConstantName.MONOTONIC_DRIFT,
    _LSL: ConstantName.LSL_DRIFT,
}


def lsl_clock_ns() -> Callable[[], int] | str:
    """Return a reader of liblsl's clock of this computer, or why there is none; nothing is sent anywhere."""
    try:
        library = LslLibrary(configuration_text(session_id=_SESSION_ID, is_network_allowed=False))
    except DriverError as err:
        return str(err)
    return lambda: round(library.local_clock_s() * 1e9)


def measure_clocks(
    clock: Clock, read_lsl_ns: Callable[[], int] | str, seconds: float, wait: Callable[[float], None]
) -> TimingFindings:
    """Read the clocks of this computer for a while and return how they run.

    Parameters
    ----------
    clock
        The host clock.
    read_lsl_ns
        See `lsl_clock_ns`.
    seconds, wait
        How long, and what waits so many seconds; may raise to break off.
    """
    computer = ClockSync(clock)
    readings: list[Rows] = []
    for _ in range(max(round(seconds / READ_EVERY_S), 1) + 1):
        readings.append(computer.read())
        if not isinstance(read_lsl_ns, str):
            readings.append(clock_sync_row(_LSL, read_lsl_ns, clock))
        wait(READ_EVERY_S)
    rows = np.concatenate(readings)
    constants = []
    for clock_id, name in _NAMES.items():
        drift = drift_of_readings(rows, clock_id)
        found = drift_constant(name, "this computer", drift, "bracketed readings")
        constants += [found] if found is not None else []
    unmeasured: tuple[Unmeasured, ...] = ()
    if isinstance(read_lsl_ns, str):
        unmeasured = (Unmeasured(what="The drift of the LSL clock", why=read_lsl_ns.rstrip(".")),)
    return TimingFindings(constants=tuple(constants), unmeasured=unmeasured)
