"""Latency of sound by click loop-back, and the clocks of sound cards.

A train of clicks is handed to the output at known frames; a cable leads it back into the input. What is
measured is the round trip: from handing over a frame to the moment the input's line gives for it. A cable
alone cannot split it into output and input. It is split in the proportion of the latencies that PortAudio
states for both, in halves where it states none, and the whole of the larger share is left open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from capture_app.acquisition.audio import (
    AudioTake,
    SoundDevice,
    SoundError,
    SoundPort,
    bluetooth_warning,
    choose_device,
)
from capture_app.acquisition.audio.client import WANTED_RATE_HZ
from capture_app.acquisition.audio.takes import Pcm
from capture_app.session.timing_constants import ConstantName, TimingConstant, constant, drift_constant
from capture_app.session.timing_findings import TimingFindings, Unmeasured
from gaze_core.onsets import click_shape, find_click

FEWEST_CLICKS: Final = 20
CLICK_GAP_S: Final = (0.35, 0.65)  # jittered: nothing periodic can be taken for a click
LONGEST_ROUND_TRIP_S: Final = 0.33
"""Shorter than the shortest gap, so that a click is never taken for the one before."""

LEAD_S: Final = 1.5
TAIL_S: Final = 0.6
STEP_S: Final = 0.02
PATIENCE_S: Final = 10.0

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


def round_trips_ms(take: AudioTake, frames: tuple[int, ...]) -> list[float]:
    """Return the round trip of every click that came back, ms; the rest is missing."""
    heard, played = take.heard.line(), take.played.line()
    if heard is None or played is None:
        return []
    signal = take.pcm.astype(np.float64)
    shape = click_shape(take.heard.nominal_rate_hz)
    longest = round(LONGEST_ROUND_TRIP_S * take.heard.nominal_rate_hz)
    trips = []
    for frame in frames:
        t_played_ns = played.host_ns(frame)
        first = round(heard.frame_at(t_played_ns))
        found = find_click(signal, shape, first, first + longest)
        if found is not None:
            trips.append((heard.host_ns(found.frame) - t_played_ns) / 1e6)
    return trips


def measure_audio(
    sound: SoundPort, choice: SoundChoice, seconds: float, wait: Callable[[float], None]
) -> TimingFindings:
    """Play clicks, find them in what is heard, and return the latencies and the clocks of both devices.

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
        return TimingFindings(unmeasured=(devices,))
    heard, played = devices
    train = click_train(seconds)
    try:
        sound.begin(heard, played, train.pcm)
        wait_for_sound(sound, len(train.pcm) / WANTED_RATE_HZ, wait)
        take = sound.end()
    except SoundError as err:
        return TimingFindings(unmeasured=(Unmeasured(what=_AUDIO, why=str(err).rstrip(".")),))
    warnings = (bluetooth_warning(heard), bluetooth_warning(played), *take.warnings)
    notes = tuple(each for each in warnings if each)
    drifts = tuple(each for each in (input_drift(take, heard), _output_drift(take, played)) if each)
    if take.played.nominal_rate_hz != WANTED_RATE_HZ:
        why = (
            f"{played.name} plays {take.played.nominal_rate_hz:.0f} frames a second and the clicks are made "
            f"for {WANTED_RATE_HZ:.0f}; set it to that in the system's sound settings"
        )
        return TimingFindings(constants=drifts, unmeasured=(Unmeasured(what=_AUDIO, why=why),), notes=notes)
    trips = round_trips_ms(take, train.frames)
    if len(trips) < _FOUND_SHARE * len(train.frames):
        why = f"{len(trips)} of {len(train.frames)} clicks came back into {heard.name}; {_CABLE}"
        return TimingFindings(constants=drifts, unmeasured=(Unmeasured(what=_AUDIO, why=why),), notes=notes)
    constants = _split(trips, take, heard, played)
    return TimingFindings(constants=(*constants, *drifts), notes=notes)


def listen_for_drift(
    sound: SoundPort, choice: SoundChoice, seconds: float, wait: Callable[[float], None]
) -> TimingFindings:
    """Hear for a while and return how the clock of the input runs; parameters as in `measure_audio`.

    Raises
    ------
    SoundError
        If an input was named and there is no such one.
    """
    what = "The drift of the sound input's clock"
    heard = chosen_input(sound, choice, what)
    if isinstance(heard, Unmeasured):
        return TimingFindings(unmeasured=(heard,))
    try:
        sound.begin(heard, None, np.zeros(0, np.int16))
        wait_for_sound(sound, seconds, wait)
        take = sound.end()
    except SoundError as err:
        return TimingFindings(unmeasured=(Unmeasured(what=what, why=str(err).rstrip(".")),))
    drift = input_drift(take, heard)
    if drift is None:
        why = "too little was heard; measure for longer"
        return TimingFindings(unmeasured=(Unmeasured(what=what, why=why),), notes=take.warnings)
    return TimingFindings(constants=(drift,), notes=take.warnings)


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


def input_drift(take: AudioTake, device: SoundDevice) -> TimingConstant | None:
    """Return the rate of a sound input's clock, None where too little was heard."""
    method = "fit of the quickest blocks"
    return drift_constant(ConstantName.AUDIO_INPUT_DRIFT, device.full_name, take.heard.drift, method)


def _output_drift(take: AudioTake, device: SoundDevice) -> TimingConstant | None:
    method = "fit of the quickest requests for blocks"
    return drift_constant(ConstantName.AUDIO_OUTPUT_DRIFT, device.full_name, take.played.drift, method)


def _devices(sound: SoundPort, choice: SoundChoice) -> tuple[SoundDevice, SoundDevice] | Unmeasured:
    heard = chosen_input(sound, choice, _AUDIO)
    if isinstance(heard, Unmeasured):
        return heard
    played = choose_device(sound.devices, "output", choice.output_name)
    if played is None:
        return Unmeasured(what=_AUDIO, why=f"no sound output is attached; {_CABLE}")
    return heard, played


def _split(
    trips_ms: list[float], take: AudioTake, heard: SoundDevice, played: SoundDevice
) -> tuple[TimingConstant, ...]:
    """Return the round trip and the two shares of it, as far as they can be known."""
    stated_s = take.reported_input_s + take.reported_output_s
    share = take.reported_input_s / stated_s if stated_s > 0 else 0.5
    basis = "in the proportion of the latencies PortAudio states" if stated_s > 0 else "in halves"
    both = f"{played.full_name} -> {heard.full_name}"
    trips = np.asarray(trips_ms)
    method = f"click loop-back from {played.full_name}, round trip split {basis} (assumed)"
    open_ms = max(share, 1.0 - share) * float(trips.mean())
    return (
        constant(ConstantName.AUDIO_ROUND_TRIP, both, trips, "click loop-back"),
        constant(ConstantName.AUDIO_INPUT, heard.full_name, share * trips, method, systematic_ms=open_ms),
        constant(
            ConstantName.AUDIO_OUTPUT,
            played.full_name,
            (1.0 - share) * trips,
            f"click loop-back into {heard.full_name}, round trip split {basis} (assumed)",
            systematic_ms=open_ms,
        ),
    )
