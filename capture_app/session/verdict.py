"""The one word in the operator's top bar: the worst thing that is going on, and what to do about it."""

from __future__ import annotations

import math
from typing import Final

from capture_app.session.display_area import has_known_size
from capture_app.session.link import Link
from capture_app.session.port import ScreenFacts
from capture_app.session.recording import RecordingControl
from capture_app.session.settings import Settings
from capture_app.session.states import RecordingState, StreamHealth, Verdict

DISK_WARNING_MINUTES: Final = 10.0
LOSS_WARNING_SHARE: Final = 0.10
LOSS_BAD_SHARE: Final = 0.15
LOST_WARNING_SHARE: Final = 0.001
"""A frame lost now and then is the way of cameras; it is counted in the panel, and nothing can be done."""
RATE_TOLERANCE: Final = 0.05
STALL_S: Final = 0.5
ASSUMED_BYTES_PER_S: Final = 1_000_000.0
"""Before a rate has been measured: a 1200 Hz stream with truth and journal writes less."""
MEASURED_AFTER_S: Final = 10.0
DISTANCE_TOLERANCE: Final = 0.05
DEAD: Final = "The process that reads the tracker ended unexpectedly. Connect the tracker again."
_BADNESS: Final = {"good": 0, "information": 1, "attention": 2, "bad": 3}
GOOD: Final = Verdict(level="good", word="good", explanation="Everything is as it should be.")


def disk_minutes(link: Link) -> float:
    """Return how long the disk lasts at the present rate, NaN where unknown."""
    status = link.status
    if status is None or status.disk_free_bytes < 0:
        return math.nan
    bytes_per_s = ASSUMED_BYTES_PER_S
    if link.started is not None and status.bytes_written > 0:
        elapsed_s = (status.t_host_ns - link.started.t_host_ns) / 1e9
        if elapsed_s > MEASURED_AFTER_S:
            bytes_per_s = status.bytes_written / elapsed_s
    return status.disk_free_bytes / bytes_per_s / 60.0


def verdict_of(
    *,
    state: RecordingState,
    link: Link,
    recording: RecordingControl,
    health: StreamHealth,
    facts: ScreenFacts,
    settings: Settings,
    tracker_name: str,
) -> Verdict:
    """Return the worst current state; of equally bad ones the first in the order of the checks."""
    if state is RecordingState.FAILED:
        return Verdict(level="bad", word="recording failed", explanation=recording.problem)
    if link.is_dead:
        return Verdict(level="bad", word="tracker process ended", explanation=DEAD)
    tracker = _tracker_verdict(link, tracker_name)
    if tracker is not None:
        return tracker
    found = (
        _stall_verdict(health),
        _disk_verdict(link),
        _eye_verdict(health),
        _stream_verdict(link, health),
        _lsl_verdict(link, settings),
        _signal_verdict(link, settings),
        _set_up_verdict(health, facts, settings),
    )
    return max(
        (each for each in found if each is not None), key=lambda each: _BADNESS[each.level], default=GOOD
    )


def is_port_missing(link: Link, settings: Settings) -> bool:
    """Whether a signal port of the settings was tried and is not open."""
    ready, wanted = link.signals, settings.signals
    if ready is None:
        return False
    return bool((wanted.port_in and not ready.is_in_open) or (wanted.port_out and not ready.is_out_open))


def _tracker_verdict(link: Link, tracker_name: str) -> Verdict | None:
    if link.is_opening:
        return Verdict(
            level="information", word="connecting", explanation=f"The tracker {tracker_name} is being opened."
        )
    if link.tracker is None:
        failure = link.failure
        text = failure.text if failure is not None else "No tracker is connected. Connect one."
        level = "bad" if failure is not None else "information"
        return Verdict(level=level, word="no tracker", explanation=text)
    if link.is_tracker_lost:
        text = link.last_sentence("connection_lost", "failed_tracker") or "The tracker has stopped sending."
        return Verdict(level="bad", word="tracker lost", explanation=text)
    if link.is_finished:
        return Verdict(
            level="information",
            word="played to the end",
            explanation="The played stream has no more samples.",
        )
    return None


def _stall_verdict(health: StreamHealth) -> Verdict | None:
    if health.stalled_s > STALL_S:
        return Verdict(
            level="bad",
            word="no samples",
            explanation=f"No sample has arrived for {health.stalled_s:.1f} s. "
            "Check the tracker's cable and its own program.",
        )
    return None


def _stream_verdict(link: Link, health: StreamHealth) -> Verdict | None:
    status = link.status
    if (
        status is not None
        and status.state == "recording"
        and (status.lost > LOST_WARNING_SHARE * (status.recorded + status.lost))
    ):
        return Verdict(
            level="attention",
            word=f"{status.lost} samples lost",
            explanation="The tracker numbered samples that never arrived. Close other programs that use it.",
        )
    off = abs(health.rate_hz - health.nominal_rate_hz) / health.nominal_rate_hz
    if off > RATE_TOLERANCE:
        return Verdict(
            level="attention",
            word=f"rate {health.rate_hz:.0f} Hz",
            explanation=f"The tracker should send {health.nominal_rate_hz:.0f} samples a second. "
            "Check its settings.",
        )
    return None


def _signal_verdict(link: Link, settings: Settings) -> Verdict | None:
    if link.signals is not None and is_port_missing(link, settings):
        return Verdict(level="bad", word="signal port closed", explanation=link.signals.text)
    return None


def _lsl_verdict(link: Link, settings: Settings) -> Verdict | None:
    if settings.outlet.is_on and link.streams is not None and not link.streams.is_on:
        return Verdict(level="attention", word="no LSL streams", explanation=link.streams.text)
    return None


def _disk_verdict(link: Link) -> Verdict | None:
    minutes = disk_minutes(link)
    if minutes < DISK_WARNING_MINUTES:
        return Verdict(
            level="bad" if minutes < DISK_WARNING_MINUTES / 2 else "attention",
            word=f"disk {minutes:.0f} min left",
            explanation="The disk for recordings is nearly full. "
            "Make room, or choose another folder for the next recording.",
        )
    return None


def _eye_verdict(health: StreamHealth) -> Verdict | None:
    if not (health.left_ok or health.right_ok) and health.loss_share > 0.5:
        return Verdict(
            level="bad",
            word="eyes lost",
            explanation="The tracker sees neither eye. "
            "Ask the reader to look at the screen and check the distance.",
        )
    for name, is_ok in (("left", health.left_ok), ("right", health.right_ok)):
        if not is_ok and not math.isnan(health.loss_share):
            return Verdict(
                level="attention",
                word=f"{name} eye lost",
                explanation=f"The {name} eye is out of range. "
                "Ask the reader to sit straight in front of the tracker.",
            )
    if health.loss_share >= LOSS_WARNING_SHARE:
        return Verdict(
            level="bad" if health.loss_share >= LOSS_BAD_SHARE else "attention",
            word=f"loss {100 * health.loss_share:.0f} %",
            explanation="Much of the last 10 s has no gaze. "
            "Look at the distance, at glasses and at the light.",
        )
    return None


def _set_up_verdict(health: StreamHealth, facts: ScreenFacts, settings: Settings) -> Verdict | None:
    if abs(health.distance_mm - settings.distance_mm) / settings.distance_mm > DISTANCE_TOLERANCE:
        return Verdict(
            level="attention",
            word=f"distance {health.distance_mm / 10:.0f} cm",
            explanation=(
                f"The study expects {settings.distance_mm / 10:.0f} cm. "
                f"Ask the reader to move {abs(health.distance_mm - settings.distance_mm) / 10:.0f} cm "
                f"{'closer' if health.distance_mm > settings.distance_mm else 'back'}."
            ),
        )
    if not has_known_size(facts):
        return Verdict(
            level="attention",
            word="screen size unknown",
            explanation="The monitor does not tell its size in millimetres. "
            "Measure it and enter it in Settings.",
        )
    return None
