"""Measured constants of timing: what each is, whose it is, and which a recording may carry.

A constant belongs to a device: a monitor in one mode, a sound card, a tracker at one rate. It is used for
that very device alone.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from capture_app.session.port import ScreenFacts
from gaze_core.clocks import ClockDrift


class ConstantName(str, Enum):
    """What can be measured."""

    AUDIO_ROUND_TRIP = "audio_round_trip"
    AUDIO_INPUT = "audio_input_latency"
    AUDIO_OUTPUT = "audio_output_latency"
    ONSET = "onset_latency"
    ONSET_BOUND = "onset_latency_upper_bound"  # the latency of the sound input is still in it
    ONSET_TO_BRIGHT = "onset_latency_to_bright"
    ONSET_TO_DARK = "onset_latency_to_dark"
    ONSET_TO_BRIGHT_BOUND = "onset_latency_to_bright_upper_bound"
    ONSET_TO_DARK_BOUND = "onset_latency_to_dark_upper_bound"
    TRACKER_DELIVERY = "tracker_delivery_latency"
    TRACKER_DELIVERY_SPREAD = "tracker_delivery_above_shortest"  # no reading of its clock: only the spread
    TTL_ALIGNMENT = "ttl_alignment"
    TRACKER_DRIFT = "tracker_clock_drift"
    AUDIO_INPUT_DRIFT = "audio_input_clock_drift"
    AUDIO_OUTPUT_DRIFT = "audio_output_clock_drift"
    LSL_DRIFT = "lsl_clock_drift"
    WALL_DRIFT = "wall_clock_drift"
    MONOTONIC_DRIFT = "monotonic_clock_drift"


MOST_SIGMA_PPM: Final = 100.0
"""Any quartz is within that: a drift known no better says nothing."""

MONITOR_CONSTANTS: Final = frozenset(
    {
        ConstantName.ONSET,
        ConstantName.ONSET_BOUND,
        ConstantName.ONSET_TO_BRIGHT,
        ConstantName.ONSET_TO_DARK,
        ConstantName.ONSET_TO_BRIGHT_BOUND,
        ConstantName.ONSET_TO_DARK_BOUND,
    }
)
TRACKER_CONSTANTS: Final = frozenset(
    {
        ConstantName.TRACKER_DELIVERY,
        ConstantName.TRACKER_DELIVERY_SPREAD,
        ConstantName.TTL_ALIGNMENT,
        ConstantName.TRACKER_DRIFT,
    }
)
_EXACT_OF: Final = {
    ConstantName.ONSET_BOUND: ConstantName.ONSET,
    ConstantName.ONSET_TO_BRIGHT_BOUND: ConstantName.ONSET_TO_BRIGHT,
    ConstantName.ONSET_TO_DARK_BOUND: ConstantName.ONSET_TO_DARK,
}
_REPLACES: Final = {
    **_EXACT_OF,
    **{exact: bound for bound, exact in _EXACT_OF.items()},
    ConstantName.TRACKER_DELIVERY: ConstantName.TRACKER_DELIVERY_SPREAD,
    ConstantName.TRACKER_DELIVERY_SPREAD: ConstantName.TRACKER_DELIVERY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimingConstant:
    """One measured constant of one device."""

    name: ConstantName
    device: str  # see `monitor_key` and `tracker_key`; a sound device's full name; the name of a clock
    unit: str  # ms or ppm
    mean: float
    sd: float  # of the single measurements; of a drift its uncertainty
    systematic: float = 0.0  # what the method leaves open, plus or minus, beside the SD
    count: int
    method: str  # how it was measured and what was assumed, for the methods section
    measured_on: str  # "2026-11-22T14:05:00", the lab's own time


@dataclass(frozen=True, slots=True, kw_only=True)
class TimingConstants:
    """All constants of a station, one per name and device."""

    constants: tuple[TimingConstant, ...] = ()

    def find(self, name: ConstantName, device: str) -> TimingConstant | None:
        """Return the constant of that very device, None where it was not measured."""
        return next((each for each in self.constants if (each.name, each.device) == (name, device)), None)

    def with_new(self, constants: Iterable[TimingConstant]) -> TimingConstants:
        """Return these with newer ones in place of older ones of the same device.

        An upper bound leaves the exact figure that agrees with it in place: it says less of the same thing.
        """
        new = tuple(each for each in constants if not self._has_better(each))
        gone = {(each.name, each.device) for each in new}
        gone |= {(_REPLACES[each.name], each.device) for each in new if each.name in _REPLACES}
        kept = tuple(each for each in self.constants if (each.name, each.device) not in gone)
        return TimingConstants(constants=(*kept, *new))

    def _has_better(self, new: TimingConstant) -> bool:
        """Whether an exact figure of that device is known which an upper bound does not contradict."""
        exact = self.find(_EXACT_OF[new.name], new.device) if new.name in _EXACT_OF else None
        return exact is not None and exact.mean <= new.mean + new.sd

    def for_session(self, monitor: str, tracker: str) -> TimingConstants:
        """Return those that a recording on this monitor with this tracker may carry."""
        return TimingConstants(
            constants=tuple(
                each
                for each in self.constants
                if (each.name not in MONITOR_CONSTANTS or each.device == monitor)
                and (each.name not in TRACKER_CONSTANTS or each.device == tracker)
            )
        )


def constant(
    name: ConstantName, device: str, values_ms: npt.ArrayLike, method: str, *, systematic_ms: float = 0.0
) -> TimingConstant:
    """Return a constant of repeated measurements in ms; at least one."""
    found = np.asarray(values_ms, np.float64)
    return TimingConstant(
        name=name,
        device=device,
        unit="ms",
        mean=float(found.mean()),
        sd=float(found.std(ddof=1)) if len(found) > 1 else 0.0,
        systematic=systematic_ms,
        count=len(found),
        method=method,
        measured_on=now_text(),
    )


def drift_constant(
    name: ConstantName, device: str, drift: ClockDrift | None, method: str
) -> TimingConstant | None:
    """Return a constant of a clock's rate; None where it is known no better than of any clock."""
    if drift is None or not drift.sigma_ppm < MOST_SIGMA_PPM:  # NaN too
        return None
    return TimingConstant(
        name=name,
        device=device,
        unit="ppm",
        mean=drift.ppm,
        sd=drift.sigma_ppm,
        count=drift.count,
        method=f"{method}, over {drift.span_s:.0f} s",
        measured_on=now_text(),
    )


def now_text() -> str:
    """Return the lab's own time, to the second."""
    return datetime.now().isoformat(timespec="seconds")


def monitor_key(facts: ScreenFacts) -> str:
    """Return what tells a monitor and its mode from others: another mode has another latency."""
    refresh = f" at {facts.refresh_hz:.0f} Hz" if math.isfinite(facts.refresh_hz) else ""
    parts = (facts.model, facts.name, facts.serial, f"{facts.width_px} x {facts.height_px}{refresh}")
    return ", ".join(part for part in parts if part)


def tracker_key(info: Mapping[str, Any]) -> str:
    """Return what tells a tracker and its rate from others; `info` as in `TrackerOpened`."""
    rate_hz = float(info.get("rate_hz", math.nan))
    rate = f"{rate_hz:.0f} Hz" if math.isfinite(rate_hz) else ""
    parts = (str(info.get(name, "")) for name in ("driver", "model", "serial"))
    return ", ".join(part for part in (*parts, rate) if part)


def as_documents(constants: TimingConstants) -> dict[str, str]:
    """Return the constants as a recording keeps them: JSON by name, numbered where devices share one."""
    documents: dict[str, str] = {}
    for each in constants.constants:
        name, number = each.name.value, 1
        while name in documents:
            number += 1
            name = f"{each.name.value}_{number}"
        documents[name] = json.dumps(
            {
                f"mean_{each.unit}": each.mean,
                f"sd_{each.unit}": each.sd,
                f"systematic_{each.unit}": each.systematic,
                "count": each.count,
                "method": each.method,
                "device": each.device,
                "measured_on": each.measured_on,
            },
            ensure_ascii=False,
        )
    return documents
