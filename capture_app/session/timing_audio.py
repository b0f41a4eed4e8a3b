"""Latency of sound by click loop-back, and the clocks of sound cards.

A train of clicks is handed to the output at known frames; a cable leads it back into the input. What is
measured is the round trip: from handing over a frame to the moment the input's line gives for it. Buffers
settle anew each time a device is opened, so the devices are opened several times and the SD holds that too.

A cable alone cannot split the round trip into output and input. It is split in the proportion of the
latencies that PortAudio states for both, in halves where it states none, and the whole of the larger share
is left open.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from capture_app.acquisition.audio import (
    AudioTake,
    SoundDevice,
    SoundError,
    SoundPort,
    choose_device,
    device_warnings,
)
from capture_app.acquisition.audio.client import WANTED_RATE_HZ
from capture_app.acquisition.audio.takes import Pcm
from capture_app.session.timing_constants import ConstantName, TimingConstant, constant, drift_constant
from capture_app.session.timing_findings import TimingFindings, Unmeasured
from gaze_core.onsets import click_shape, find_click

OPENINGS: Final = 3
MOST_OPENINGS: Final = 6  # with those in which sound was lost
FEWEST_CLICKS: Final = 8  # in each opening
CLICK_GAP_S: Final = (0.35, 0.65)  # jittered: nothing periodic can be taken for a click
LONGEST_ROUND_TRIP_S: Final = 0.33
"""Shorter than the shortest gap, so that one stretch of sound never holds two clicks."""

LARGEST_SCATTER_MS: Final = 5.0
"""Within one opening the clicks come back at one delay. One farther off than that is another sound, or a
click before it on a way of more than `LONGEST_ROUND_TRIP_S`: the gaps are jittered so that this shows."""

LEAD_S: Final = 1.5
TAIL_S: Final = 0.6
STEP_S: Final = 0.02
PATIENCE_S: Final = 10.0

SOUND_CLOCK: Final = "The drift of the sound card's clock"
_LEVEL: Final = 0.5  # of full scale
_FULL_SCALE: Final = 32767.0
_FOUND_SHARE: Final = 0.8
_SEED: Final = 20
_AUDIO: Final = "The latency of sound"
_CABLE: Final = (
    "lead a cable from the sound output to the sound input, set both volumes to about half, switch off "
    "noise suppression and automatic gain, and measure again"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundChoice:
    """Sound devices by (part of) their names; "" for the system's own."""

    input_name: str = ""
    output_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickTrain:
    """Clicks to be played."""

    pcm: Pcm
    frames: tuple[int, ...]  # middles of the clicks


def click_train(seconds: float, rate_hz: float = WANTED_RATE_HZ) -> ClickTrain:
    """Return clicks for so many seconds, at least `FEWEST_CLICKS`; the same jittered gaps each time."""
    rng = np.random.default_rng(_SEED)
    count = max(FEWEST_CLICKS, round(seconds / float(np.mean(CLICK_GAP_S))))
    times_s = LEAD_S + np.cumsum(rng.uniform(*CLICK_GAP_S, count))
    frames = tuple(round(float(t_s) * rate_hz) for t_s in times_s)
    shape = click_shape(rate_hz)
    reach = len(shape) // 2
    levels = np.zeros(frames[-1] + round(TAIL_S * rate_hz))
    for frame in frames:
        levels[frame - reach : frame + reach + 1] += shape
    return ClickTrain(pcm=np.rint(levels * _LEVEL * _FULL_SCALE).astype(np.int16), frames=frames)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickRun:
    """What came back of a train of clicks in one opening of the devices."""

    heard: SoundDevice
    played: SoundDevice
    round_trips_ms: tuple[float | None, ...]  # per click, as found; None where none came back
    input_share: float  # of the latencies PortAudio states; NaN where it states none
    played_rate_hz: float
    has_gap: bool  # sound was lost on the way, so the round trips mean nothing
    warnings: tuple[str, ...]  # sentences


def round_trips_ms(take: AudioTake, frames: tuple[int, ...]) -> tuple[float | None, ...]:
    """Return the round trip of every click, ms; None where it did not come back."""
    heard, played = take.heard.line(), take.played.line()
    if heard is None or played is None:
        return (None,) * len(frames)
    signal = take.pcm.astype(np.float64)
    shape = click_shape(take.heard.nominal_rate_hz)
    longest = round(LONGEST_ROUND_TRIP_S * take.heard.nominal_rate_hz)
    trips: list[float | None] = []
    for frame in frames:
        t_played_ns = played.host_ns(frame)
        first = round(heard.frame_at(t_played_ns))
        found = find_click(signal, shape, first, first + longest)
        trips.append(None if found is None else (heard.host_ns(found.frame) - t_played_ns) / 1e6)
    return tuple(trips)


def steady_ms(trips_ms: Sequence[float | None]) -> tuple[float | None, ...]:
    """Return the round trips of one opening without those that something else than the click made."""
    found = [trip for trip in trips_ms if trip is not None]
    if not found:
        return tuple(trips_ms)
    usual_ms = float(np.median(found))
    return tuple(
        trip if trip is not None and abs(trip - usual_ms) <= LARGEST_SCATTER_MS else None for trip in trips_ms
    )


def play_clicks(
    sound: SoundPort, choice: SoundChoice, seconds: float, wait: Callable[[float], None]
) -> ClickRun | Unmeasured:
    """Play clicks and find them in what is heard, in one opening of the devices.

    Parameters
    ----------
    sound
        Used up by this.
    choice, seconds
        Which devices, and for how long at least.
    wait
        Waits so many seconds; may raise to break off.

    Raises
    ------
    SoundError
        If a device was named and there is no such one.
    """
    devices = _devices(sound, choice)
    if isinstance(devices, Unmeasured):
        return devices
    heard, played = devices
    train = click_train(seconds)
    try:
        sound.begin(heard, played, train.pcm)
        wait_for_sound(sound, len(train.pcm) / WANTED_RATE_HZ, wait)
        take = sound.end()
    except SoundError as err:
        return Unmeasured(what=_AUDIO, why=str(err).rstrip("."))
    stated_s = take.reported_input_s + take.reported_output_s
    return ClickRun(
        heard=heard,
        played=played,
        round_trips_ms=round_trips_ms(take, train.frames),
        input_share=take.reported_input_s / stated_s if stated_s > 0 else math.nan,
        played_rate_hz=take.played.nominal_rate_hz,
        has_gap=take.has_gap,
        warnings=(*device_warnings(heard), *device_warnings(played), *take.warnings),
    )


def audio_findings(runs: Sequence[ClickRun]) -> TimingFindings:
    """Return the latencies that the clicks of the openings (one or more) tell; gaps make one not count."""
    heard, played, rate_hz = runs[0].heard, runs[0].played, runs[0].played_rate_hz
    notes = tuple(dict.fromkeys(each for run in runs for each in run.warnings))
    undisturbed = [run for run in runs if not run.has_gap]
    clicks_ms = tuple(run.round_trips_ms for run in undisturbed)
    all_ms = [trip for trips in clicks_ms for trip in steady_ms(trips)]
    found_ms = np.asarray([trip for trip in all_ms if trip is not None])
    why = ""
    if not undisturbed:
        why = "sound was lost on the way each time; close other programs, and measure again"
    elif rate_hz != WANTED_RATE_HZ:
        why = (
            f"{played.name} plays {rate_hz:.0f} frames a second and the clicks are made for "
            f"{WANTED_RATE_HZ:.0f}; set it to that in the system's sound settings"
        )
    elif len(found_ms) < _FOUND_SHARE * len(all_ms):
        why = (
            f"{len(found_ms)} of {len(all_ms)} clicks came back into {heard.name} at one steady delay of at "
            f"most {LONGEST_ROUND_TRIP_S * 1000:.0f} ms; {_CABLE}"
        )
    if why:
        return TimingFindings(
            unmeasured=(Unmeasured(what=_AUDIO, why=why),), notes=notes, round_trips_ms=clicks_ms
        )
    return TimingFindings(constants=_split(undisturbed, found_ms), notes=notes, round_trips_ms=clicks_ms)


def listen_for_drift(
    sound: SoundPort, choice: SoundChoice, seconds: float, wait: Callable[[float], None]
) -> TimingFindings:
    """Hear, and play silence, for a while; return how the clocks run. Parameters as in `play_clicks`.

    Raises
    ------
    SoundError
        If a device was named and there is no such one.
    """
    heard = chosen_input(sound, choice, SOUND_CLOCK)
    if isinstance(heard, Unmeasured):
        return TimingFindings(unmeasured=(heard,))
    played = choose_device(sound.devices, "output", choice.output_name)
    try:
        sound.begin(heard, played, np.zeros(0, np.int16))
        wait_for_sound(sound, seconds, wait)
        take = sound.end()
    except SoundError as err:
        return TimingFindings(unmeasured=(Unmeasured(what=SOUND_CLOCK, why=str(err).rstrip(".")),))
    found = [
        drift_constant(
            ConstantName.AUDIO_INPUT_DRIFT, heard.full_name, take.heard.drift, "fit of the quickest blocks"
        )
    ]
    if played is not None:
        by = "fit of the quickest requests for blocks"
        drift = take.played.drift
        found.append(drift_constant(ConstantName.AUDIO_OUTPUT_DRIFT, played.full_name, drift, by))
    constants = tuple(each for each in found if each is not None)
    if found[0] is None:
        why = "too little was heard; measure for longer"
        missing = (Unmeasured(what=SOUND_CLOCK, why=why),)
        return TimingFindings(constants=constants, unmeasured=missing, notes=take.warnings)
    return TimingFindings(constants=constants, notes=take.warnings)


def wait_for_sound(sound: SoundPort, seconds: float, wait: Callable[[float], None]) -> None:
    """Wait until so much was heard, the device broke off, or it takes far too long."""
    steps = round((seconds + PATIENCE_S) / STEP_S)
    for _ in range(steps):
        if sound.problem or sound.heard_s >= seconds:
            return
        wait(STEP_S)


def chosen_input(sound: SoundPort, choice: SoundChoice, what: str) -> SoundDevice | Unmeasured:
    """Return the input to hear from, or why there is none.

    Raises
    ------
    SoundError
        If one was named and there is no such one.
    """
    if sound.problem and choice.input_name:
        raise SoundError(sound.problem)
    if sound.problem:
        return Unmeasured(what=what, why=sound.problem.rstrip("."))
    heard = choose_device(sound.devices, "input", choice.input_name)
    if heard is None:
        return Unmeasured(what=what, why="no sound input is attached; plug one in, and measure again")
    return heard


def _devices(sound: SoundPort, choice: SoundChoice) -> tuple[SoundDevice, SoundDevice] | Unmeasured:
    heard = chosen_input(sound, choice, _AUDIO)
    if isinstance(heard, Unmeasured):
        return heard
    played = choose_device(sound.devices, "output", choice.output_name)
    if played is None:
        return Unmeasured(what=_AUDIO, why=f"no sound output is attached; {_CABLE}")
    return heard, played


def _split(runs: Sequence[ClickRun], trips_ms: npt.NDArray[np.float64]) -> tuple[TimingConstant, ...]:
    """Return the round trip and the two shares of it, as far as they can be known."""
    heard, played = runs[0].heard, runs[0].played
    shares = [run.input_share for run in runs]
    is_stated = not any(math.isnan(share) for share in shares)
    share = float(np.mean(shares)) if is_stated else 0.5
    basis = "in the proportion of the latencies PortAudio states" if is_stated else "in halves"
    times = f"{len(runs)} openings of the devices"
    split = f"round trip split {basis} (assumed)"
    open_ms = max(share, 1.0 - share) * float(trips_ms.mean())
    return (
        constant(
            ConstantName.AUDIO_ROUND_TRIP,
            f"{played.full_name} -> {heard.full_name}",
            trips_ms,
            f"click loop-back, {times}",
        ),
        constant(
            ConstantName.AUDIO_INPUT,
            heard.full_name,
            share * trips_ms,
            f"click loop-back from {played.full_name}, {times}, {split}",
            systematic_ms=open_ms,
        ),
        constant(
            ConstantName.AUDIO_OUTPUT,
            played.full_name,
            (1.0 - share) * trips_ms,
            f"click loop-back into {heard.full_name}, {times}, {split}",
            systematic_ms=open_ms,
        ),
    )
