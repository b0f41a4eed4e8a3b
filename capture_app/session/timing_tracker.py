"""Latency and clock of a tracker, from a recording made for the purpose.

Delivery latency: arrival of a sample minus the time the tracker stamped it with, put on the host clock. Where
the tracker's clock can be read it is the whole way from stamp to program; where it cannot, the fit leans on
the quickest arrivals and only what comes on top of the shortest delay is known. Neither is the time from the
eye to the stamp: that needs an artificial eye.

TTL loop-back: this computer sends a trigger, the tracker notes it on its own clock; the difference, both on
the host clock, says how well the clocks are aligned.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from capture_app.acquisition import messages as m
from capture_app.session.engine import CaptureSession
from capture_app.session.headless import HeadlessRun
from capture_app.session.port import SessionError
from capture_app.session.states import LiveState
from capture_app.session.timing_constants import (
    ConstantName,
    TimingConstant,
    constant,
    drift_constant,
    tracker_key,
)
from capture_app.session.timing_findings import EYE_TO_SAMPLE, TimingFindings, Unmeasured
from gaze_core.clocks import (
    SENDER_CLOCKS,
    ClockDrift,
    ClockModel,
    HostClock,
    drift_of_arrivals,
    drift_of_readings,
    fit_clock,
    fit_envelope,
)
from gaze_core.rows import NO_TIME, Rows
from recordings_schema.errors import RecordingError
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording

TRIGGER_GAP_S: Final = 0.4
SETTLE_S: Final = 1.0
SIGNAL_BEFORE_NS: Final = 50_000_000
SIGNAL_AFTER_NS: Final = 200_000_000
"""A signal so far from its trigger belongs to something else."""

FEWEST_SIGNALS: Final = 5

_TTL: Final = "The alignment of the clocks by TTL"
_DELIVERY: Final = "The delivery latency of the tracker"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerStreams:
    """What a recording holds of a tracker's timing."""

    tracker: str  # see `tracker_key`
    has_device_clock: bool
    gaze: Rows
    clock_sync: Rows
    triggers: Rows  # TRIGGER
    signals: Rows  # EXTERNAL_SIGNAL
    rate_hz: float = math.nan  # device setting


def measure_tracker(
    session: CaptureSession, seconds: float, is_stop_wanted: Callable[[], bool]
) -> TrackerStreams:
    """Record with the tracker of a session for a while, sending triggers where a port for them is set.

    The recording lies in a temporary folder and is thrown away.

    Raises
    ------
    SessionError
        If the tracker cannot be opened, or nothing can be recorded.
    """
    sender = TestTriggers(session)
    with tempfile.TemporaryDirectory(prefix="reading-station-timing-") as folder:
        path = Path(folder) / "timing.gazeh5"
        run = HeadlessRun(session, progress=sender.step, is_stop_wanted=is_stop_wanted)
        run.record(path, "R00", seconds)
        try:
            with Recording.open(path) as recording:
                return streams_of(recording)
        except RecordingError as err:
            raise SessionError(f"The recording made for the measurement cannot be read: {err}") from err


class TestTriggers:
    """Sends a trigger every now and then while a recording runs; `step` is told how long it has run."""

    __test__ = False  # not one of pytest's

    def __init__(self, session: CaptureSession) -> None:
        self._session = session
        self._next_s = SETTLE_S
        self._code = 0

    def step(self, elapsed_s: float, _state: LiveState) -> None:
        """Send what is due; nothing goes out where no port is set."""
        if elapsed_s >= self._next_s:
            self._next_s = elapsed_s + TRIGGER_GAP_S
            self._code = self._code % 127 + 1
            now_ns = HostClock().now_ns()
            self._session.link.send(
                m.SendTrigger(t_onset_host_ns=now_ns, code=self._code, cause="test", trial=-1)
            )


def streams_of(recording: Recording) -> TrackerStreams:
    """Return what a recording holds of its tracker's timing."""
    info = recording.tracker_info
    facts: Mapping[str, Any] = {
        "driver": info.driver,
        "model": info.model,
        "serial": info.serial,
        "rate_hz": info.rate_hz,
    }
    return TrackerStreams(
        tracker=tracker_key(facts),
        has_device_clock=info.has_device_clock,
        gaze=recording.gaze(),
        clock_sync=recording.rows(DatasetKey.CLOCK_SYNC),
        triggers=recording.rows(DatasetKey.TRIGGERS),
        signals=recording.rows(DatasetKey.EXTERNAL_SIGNALS),
        rate_hz=info.rate_hz,
    )


def tracker_findings(streams: TrackerStreams, *, has_trigger_port: bool) -> TimingFindings:
    """Return delivery latency, clock drift and alignment by TTL, as far as the streams tell them."""
    constants: list[TimingConstant] = []
    unmeasured = [EYE_TO_SAMPLE]
    model = clock_of(streams)
    if model is None:
        why = "its samples carry no time of its own clock" if len(streams.gaze) else "it delivered no samples"
        unmeasured.append(Unmeasured(what=_DELIVERY, why=why))
        aligned_ms = np.zeros(0)
    else:
        constants.append(_delivery(streams, model))
        aligned_ms = ttl_differences_ms(streams, model)
    drift, by = tracker_drift(streams)
    rate = drift_constant(ConstantName.TRACKER_DRIFT, streams.tracker, drift, by)
    constants += [rate] if rate is not None else []
    if model is not None and len(aligned_ms) >= FEWEST_SIGNALS:
        late = ", late by the shortest delay of its samples, which is unknown" if model.is_envelope else ""
        method = f"trigger sent, and seen by the tracker's TTL input{late}"
        constants.append(constant(ConstantName.TTL_ALIGNMENT, streams.tracker, aligned_ms, method))
    else:
        unmeasured.append(Unmeasured(what=_TTL, why=_why_no_ttl(streams, has_trigger_port)))
    return TimingFindings(constants=tuple(constants), unmeasured=tuple(unmeasured))


def clock_of(streams: TrackerStreams) -> ClockModel | None:
    """Return how the tracker's clock runs: from readings of it where there are any, else from arrivals."""
    gaze = streams.gaze
    is_stamped = (gaze["t_device_ns"] != NO_TIME) & (gaze["t_host_ns"] != NO_TIME)
    if not streams.has_device_clock or not is_stamped.any():
        return None
    for clock_id in SENDER_CLOCKS:
        if np.any(streams.clock_sync["clock_id"] == clock_id.encode("ascii")):
            return fit_clock(streams.clock_sync, clock_id)
    return fit_envelope(gaze["t_device_ns"], gaze["t_host_ns"])


def tracker_drift(streams: TrackerStreams) -> tuple[ClockDrift | None, str]:
    """Return the rate of the tracker's clock and how it was found: by readings where they are enough."""
    for clock_id in SENDER_CLOCKS:
        drift = drift_of_readings(streams.clock_sync, clock_id)
        if drift is not None:
            return drift, "bracketed readings of the clock"
    if not streams.has_device_clock:
        return None, ""
    drift = drift_of_arrivals(streams.gaze["t_device_ns"], streams.gaze["t_host_ns"])
    return drift, "fit of the quickest arrivals"


def ttl_differences_ms(streams: TrackerStreams, model: ClockModel) -> npt.NDArray[np.float64]:
    """Return for every trigger the tracker saw: its time by the tracker minus the time it was sent, ms."""
    seen = streams.signals[
        (streams.signals["source"] == b"tracker")
        & (streams.signals["value"] > 0)
        & (streams.signals["change"] != b"initial_value")
        & (streams.signals["t_device_ns"] != NO_TIME)
    ]
    seen_ns = model.to_host_ns(seen["t_device_ns"], near_host_ns=seen["t_host_ns"])
    differences = []
    for trigger in streams.triggers:
        before_ns, after_ns = int(trigger["t_before_host_ns"]), int(trigger["t_after_host_ns"])
        is_near = (seen_ns > before_ns - SIGNAL_BEFORE_NS) & (seen_ns < after_ns + SIGNAL_AFTER_NS)
        same = is_near & (seen["value"] == trigger["code"])
        # A line out shows on the port as one bit, not as the code.
        candidates_ns = seen_ns[same if same.any() else is_near]
        if len(candidates_ns):
            sent_ns = before_ns + (after_ns - before_ns) // 2
            nearest_ns = int(candidates_ns[np.argmin(np.abs(candidates_ns - sent_ns))])
            differences.append((nearest_ns - sent_ns) / 1e6)
    return np.asarray(differences, np.float64)


def _delivery(streams: TrackerStreams, model: ClockModel) -> TimingConstant:
    gaze = streams.gaze
    stamped = gaze[(gaze["t_device_ns"] != NO_TIME) & (gaze["t_host_ns"] != NO_TIME)]
    host_ns = model.to_host_ns(stamped["t_device_ns"], near_host_ns=stamped["t_host_ns"])
    if model.is_envelope:
        name = ConstantName.TRACKER_DELIVERY_SPREAD
        method = "arrival above the shortest delay, which stays unknown: the tracker's clock cannot be read"
    else:
        name = ConstantName.TRACKER_DELIVERY
        method = "arrival minus the tracker's stamp, by bracketed readings of its clock"
    return constant(name, streams.tracker, (stamped["t_host_ns"] - host_ns) / 1e6, method)


def _why_no_ttl(streams: TrackerStreams, has_trigger_port: bool) -> str:
    if not has_trigger_port:
        return "no port for triggers is set in Settings, Signals and streams"
    if not len(streams.triggers):
        return "no trigger could be sent; check the port in Settings, Signals and streams"
    return (
        f"the tracker saw fewer than {FEWEST_SIGNALS} of {len(streams.triggers)} triggers; wire the trigger "
        "port to the TTL input of the tracker"
    )
