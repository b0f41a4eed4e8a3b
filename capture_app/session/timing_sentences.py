"""The sentences for a methods section: what was measured, how, and what was not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from capture_app.session.timing_constants import ConstantName, TimingConstant, TimingConstants
from capture_app.session.timing_findings import EYE_TO_SAMPLE, Unmeasured

_OPENINGS: Final = {
    ConstantName.ONSET: "Light followed the presented frame by",
    ConstantName.ONSET_BOUND: "Light followed the presented frame by at most",
    ConstantName.AUDIO_ROUND_TRIP: "Sound needed for the way out and in again",
    ConstantName.AUDIO_INPUT: "The latency of the sound input was",
    ConstantName.TRACKER_DELIVERY: "Samples arrived after the tracker's own stamp by",
    ConstantName.TRACKER_DELIVERY_SPREAD: "Samples arrived later than the quickest of them by",
    ConstantName.TTL_ALIGNMENT: "The tracker's clock placed triggers after their sending by",
    ConstantName.TRACKER_DRIFT: "The tracker's clock ran against the computer's at",
    ConstantName.AUDIO_INPUT_DRIFT: "The clock of the sound input ran against the computer's at",
    ConstantName.LSL_DRIFT: "The LSL clock ran against the computer's at",
}
"""In the order of the sentences; constants without one are for the table only."""

_MISSING: Final = {
    "The time from presentation to light": (ConstantName.ONSET,),
    "The latency of sound": (ConstantName.AUDIO_INPUT,),
    "The delivery latency of the tracker": (ConstantName.TRACKER_DELIVERY,),
    "The alignment of the clocks by TTL": (ConstantName.TTL_ALIGNMENT,),
}


def number(value: float, unit: str) -> str:
    """Return a value with the digits it deserves."""
    return "-" if math.isnan(value) else f"{round(value, 2) + 0.0:.2f} {unit}"  # never -0.00


def sentence_of(constant: TimingConstant) -> str:
    """Return what one constant says, "" for those that are for the table only."""
    opening = _OPENINGS.get(constant.name)
    if opening is None:
        return ""
    spread = "SD" if constant.unit == "ms" else "uncertainty"
    left_open = (
        f", uncertain by another {number(constant.systematic, constant.unit)} either way"
        if constant.systematic > 0
        else ""
    )
    measured = f"{number(constant.mean, constant.unit)} ({spread} {number(constant.sd, constant.unit)}"
    day = constant.measured_on[:10]
    return (
        f"{opening} {measured}, n = {constant.count}{left_open}; "
        f"{constant.device}; {constant.method}; {day})."
    )


def methods_sentences(
    constants: TimingConstants,
    unmeasured: Sequence[Unmeasured] = (),
    entered_onset_ms: tuple[float, float] | None = None,
) -> tuple[str, ...]:
    """Return the sentences for a methods section, those on what was not measured last.

    Parameters
    ----------
    constants
        What was measured on the devices in use, now or earlier.
    unmeasured
        Why something could not be measured now; what was measured earlier is not named.
    entered_onset_ms
        Mean and SD of the onset latency as a person entered them in Settings for this monitor.
    """
    order = list(_OPENINGS)
    told = sorted(
        (each for each in constants.constants if each.name in _OPENINGS), key=lambda c: order.index(c.name)
    )
    sentences = [sentence_of(each) for each in told]
    names = {each.name for each in constants.constants}
    if entered_onset_ms is not None:
        mean, sd = (number(value, "ms") for value in entered_onset_ms)
        sentences.insert(0, f"{_OPENINGS[ConstantName.ONSET]} {mean} (SD {sd}; entered in the settings).")
        names.add(ConstantName.ONSET)
    reasons = {each.what: each for each in unmeasured}
    for what, wanted in _MISSING.items():
        if names.isdisjoint(wanted):
            reason = reasons.get(what)
            sentences.append(reason.sentence if reason is not None else f"{what} was not measured.")
    return (*sentences, EYE_TO_SAMPLE.sentence)
