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
    MOST_SIGMA_PPM,
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

TTL: Final = "The alignment of the clocks by TTL"
DELIVERY: Final = "The delivery latency of the tracker"
TRACKER_CLOCK: Final = "The drift of the tracker's clock"


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
    is_simulated: bool = False  # a stream may be, whose driver is for real trackers


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
        is_simulated=info.is_simulated,
    )


def tracker_findings(streams: TrackerStreams, *, has_trigger_port: bool) -> TimingFindings:
    """Return delivery latency, clock drift and alignment by TTL, as far as the streams tell them."""
    constants: list[TimingConstant] = []
    unmeasured = [EYE_TO_SAMPLE]
    model = clock_of(streams)
    if model is None:
        why = "its samples carry no time of its own clock" if len(streams.gaze) else "it delivered no samples"
        unmeasured.append(Unmeasured(what=DELIVERY, why=why))
        aligned_ms = np.zeros(0)
    else:
        delivery = _delivery(streams, model)
        if isinstance(delivery, Unmeasured):
            unmeasured.append(delivery)
        else:
            constants.append(delivery)
        aligned_ms = ttl_differences_ms(streams, model)
    drift, by = tracker_drift(streams)
    rate = drift_constant(ConstantName.TRACKER_DRIFT, streams.tracker, drift, by)
    if rate is not None:
        constants.append(rate)
    else:
        unmeasured.append(Unmeasured(what=TRACKER_CLOCK, why=_why_no_drift(streams)))
    if model is not None and len(aligned_ms) >= FEWEST_SIGNALS:
        late = ", late by the shortest delay of its samples, which is unknown" if model.is_envelope else ""
        method = f"trigger sent, and seen by the tracker's TTL input{late}"
        constants.append(constant(ConstantName.TTL_ALIGNMENT, streams.tracker, aligned_ms, method))
    else:
        unmeasured.append(Unmeasured(what=TTL, why=_why_no_ttl(streams, has_trigger_port)))
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


def nothing_of_tracker(why: str) -> TimingFindings:
    """Return that all of a tracker stays unmeasured."""
    delivery, *others = (Unmeasured(what=what, why=why) for what in (DELIVERY, TTL, TRACKER_CLOCK))
    return TimingFindings(unmeasured=(delivery, EYE_TO_SAMPLE, *others))


def _delivery(streams: TrackerStreams, model: ClockModel) -> TimingConstant | Unmeasured:
    gaze = streams.gaze
    stamped = gaze[(gaze["t_device_ns"] != NO_TIME) & (gaze["t_host_ns"] != NO_TIME)]
    host_ns = model.to_host_ns(stamped["t_device_ns"], near_host_ns=stamped["t_host_ns"])
    if model.is_envelope:
        name = ConstantName.TRACKER_DELIVERY_SPREAD
        method = "arrival above the shortest delay, which stays unknown: the tracker's clock cannot be read"
    else:
        name = ConstantName.TRACKER_DELIVERY
        method = "arrival minus the tracker's stamp, by bracketed readings of its clock"
    delays_ms = (stamped["t_host_ns"] - host_ns) / 1e6
    mean_ms = float(delays_ms.mean())
    if mean_ms < 0:
        why = (
            f"by the readings of the tracker's clock the samples arrived {-mean_ms:.1f} ms before they "
            "were stamped, so these readings are wrong; close other programs, and measure again"
        )
        return Unmeasured(what=DELIVERY, why=why)
    return constant(name, streams.tracker, delays_ms, method)


def _why_no_drift(streams: TrackerStreams) -> str:
    if not len(streams.gaze):
        return "it delivered no samples"
    if not streams.has_device_clock:
        return "its samples carry no time of its own clock"
    return f"after so short a time it is known no better than to {MOST_SIGMA_PPM:.0f} ppm; measure for longer"


def _why_no_ttl(streams: TrackerStreams, has_trigger_port: bool) -> str:
    if not has_trigger_port:
        return "no port for triggers is set in Settings, Signals and streams"
    if not len(streams.triggers):
        return "no trigger could be sent; check the port in Settings, Signals and streams"
    return (
        f"the tracker saw fewer than {FEWEST_SIGNALS} of {len(streams.triggers)} triggers; wire the trigger "
        "port to the TTL input of the tracker"
    )
