"""When light follows the presented frame: changes of the corner patch, heard through a photodiode.

The presentation of each change is known on the host clock; the edge of light is found in the sound, whose
line gives it a host time that is late by the latency of the input. That constant is taken off where it was
measured on that input; else the result is an upper bound and is named so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from capture_app.acquisition.audio import AudioTake, SoundDevice, SoundError, SoundPort, device_warnings
from capture_app.acquisition.audio.takes import FrameLine
from capture_app.session.port import ScreenFacts
from capture_app.session.timing_audio import SoundChoice, chosen_input, wait_for_sound
from capture_app.session.timing_constants import (
    ConstantName,
    TimingConstant,
    TimingConstants,
    constant,
    monitor_key,
)
from capture_app.session.timing_findings import FlipResult, TimingFindings, Unmeasured
from gaze_core.onsets import EdgeWindow, Found, find_edges

FEWEST_FLIPS: Final = 40
FLIP_GAP_S: Final = (0.30, 0.60)
"""Time from one change to the next: random, so that flicker of the room and the refresh cannot keep step."""

LEVEL_S: Final = 0.03  # before a change: tells level and noise
LONGEST_ONSET_S: Final = 0.25
SETTLE_S: Final = 1.5
TAIL_S: Final = 0.6

_FOUND_SHARE: Final = 0.8
_ONSET: Final = "The time from presentation to light"
_PHOTODIODE: Final = (
    "lead a photodiode on the corner patch into the sound input, switch off automatic gain, and measure again"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchFlip:
    """One presented change of the corner patch."""

    t_presented_host_ns: int
    is_bright: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchRun:
    """What the reader's window did."""

    flips: tuple[PatchFlip, ...]
    facts: ScreenFacts
    is_complete: bool  # False where the person ended it early


def measure_onset(
    sound: SoundPort,
    choice: SoundChoice,
    flip_patch: Callable[[], PatchRun],
    known: TimingConstants,
    wait: Callable[[float], None],
) -> TimingFindings:
    """Change the patch while listening to the photodiode; return how long light takes.

    Parameters
    ----------
    sound
        Used up by this.
    choice
        Which input.
    flip_patch
        Changes the patch on the reader's screen and returns when it did.
    known
        Constants measured before, the latency of the sound input among them.
    wait
        Waits so many seconds; may raise to break off.

    Raises
    ------
    SoundError
        If an input was named and there is no such one.
    """
    heard = chosen_input(sound, choice, _ONSET)
    if isinstance(heard, Unmeasured):
        return TimingFindings(unmeasured=(heard,))
    try:
        sound.begin(heard, None, np.zeros(0, np.int16))
        wait_for_sound(sound, SETTLE_S, wait)
        run = flip_patch()
        wait_for_sound(sound, sound.heard_s + TAIL_S, wait)
        take = sound.end()
    except SoundError as err:
        return TimingFindings(unmeasured=(Unmeasured(what=_ONSET, why=str(err).rstrip(".")),))
    findings = onset_findings(run, take, heard, known)
    return replace(findings, notes=(*device_warnings(heard), *take.warnings))


def onset_findings(
    run: PatchRun, take: AudioTake, heard: SoundDevice, known: TimingConstants
) -> TimingFindings:
    """Return what the edges of light in a take say about the changes of a run."""
    line = take.heard.line()
    latencies_ms = [None] * len(run.flips) if line is None else _latencies_ms(run.flips, take, line)
    audio = known.find(ConstantName.AUDIO_INPUT, heard.full_name)
    less_ms = 0.0 if audio is None else audio.mean
    flips = tuple(
        FlipResult(
            t_presented_host_ns=flip.t_presented_host_ns,
            is_bright=flip.is_bright,
            latency_ms=None if latency_ms is None else latency_ms - less_ms,
        )
        for flip, latency_ms in zip(run.flips, latencies_ms, strict=True)
    )
    found = [flip.latency_ms for flip in flips if flip.latency_ms is not None]
    why = _why_not(run, flips, found, heard, audio)
    if why:
        return TimingFindings(unmeasured=(Unmeasured(what=_ONSET, why=why),), flips=flips)
    return TimingFindings(constants=_constants(run, flips, heard, audio), flips=flips)


def _latencies_ms(flips: tuple[PatchFlip, ...], take: AudioTake, line: FrameLine) -> list[float | None]:
    """Return edge minus presentation for each flip, the latency of the input still in it."""
    rate_hz = take.heard.nominal_rate_hz
    firsts = [round(line.frame_at(flip.t_presented_host_ns)) for flip in flips]
    windows = tuple(
        EdgeWindow(
            first_frame=first, last_frame=first + round(LONGEST_ONSET_S * rate_hz), is_rising=flip.is_bright
        )
        for first, flip in zip(firsts, flips, strict=True)
    )
    edges = find_edges(take.pcm.astype(np.float64), windows, round(LEVEL_S * rate_hz))
    return [_latency_ms(flip, edge, line) for flip, edge in zip(flips, edges, strict=True)]


def _latency_ms(flip: PatchFlip, edge: Found | None, line: FrameLine) -> float | None:
    return None if edge is None else (line.host_ns(edge.frame) - flip.t_presented_host_ns) / 1e6


def _why_not(
    run: PatchRun,
    flips: tuple[FlipResult, ...],
    found: list[float],
    heard: SoundDevice,
    audio: TimingConstant | None,
) -> str:
    """Return why the edges make no constant, "" where they do."""
    if not run.is_complete:
        return (
            f"it ended after {len(flips)} changes of the patch: by Esc, or because the reader's monitor "
            "showed nothing any more; keep it awake and its window on top, and let it run to its end"
        )
    if len(found) < max(_FOUND_SHARE * len(flips), 2):
        return f"light followed {len(found)} of {len(flips)} changes in {heard.name}; {_PHOTODIODE}"
    if audio is not None and float(np.mean(found)) <= 0:
        return (
            f"the light came {-float(np.mean(found)):.1f} ms before its frame once the assumed latency of "
            f"{heard.name}, {audio.mean:.1f} ms, was taken off, so that share is wrong; use "
            "a sound card with a shorter round trip"
        )
    return ""


def _constants(
    run: PatchRun, flips: tuple[FlipResult, ...], heard: SoundDevice, audio: TimingConstant | None
) -> tuple[TimingConstant, ...]:
    device = monitor_key(run.facts)
    # This is one opening of the input. Where its buffers settled is in no SD of the changes.
    systematic_ms = 0.0 if audio is None else audio.systematic + audio.sd
    if audio is None:
        method = f"photodiode on the corner patch into {heard.full_name}, whose own latency is still in it"
    else:
        method = (
            f"photodiode on the corner patch into {heard.full_name}, minus its latency of "
            f"{audio.mean:.1f} ms, measured {audio.measured_on[:10]}"
        )
    groups = {
        ConstantName.ONSET_BOUND if audio is None else ConstantName.ONSET: (True, False),
        ConstantName.ONSET_TO_BRIGHT_BOUND if audio is None else ConstantName.ONSET_TO_BRIGHT: (True,),
        ConstantName.ONSET_TO_DARK_BOUND if audio is None else ConstantName.ONSET_TO_DARK: (False,),
    }
    constants = []
    for name, kinds in groups.items():
        values = [
            flip.latency_ms for flip in flips if flip.latency_ms is not None and flip.is_bright in kinds
        ]
        if values:
            constants.append(constant(name, device, values, method, systematic_ms=systematic_ms))
    return tuple(constants)
