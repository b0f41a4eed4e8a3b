"""Setting a connected tracker up as asked, and looking again at what may have changed meanwhile."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from drivers.contract import DriverError, DriverOptionError
from drivers.tobii.area import ScreenFrame, screen_frame
from drivers.tobii.backend import DisplayArea, TobiiDevice, TobiiFacts, TobiiStream
from drivers.tobii.options import TobiiSettings
from drivers.tobii.search import gives_no_gaze, no_gaze_sentences, title_of

SAME_RATE_HZ: Final = 0.5
"""Rates nearer than this are the same: some devices say 59.94 for 60."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceState:
    """A tracker as it was set up: what the recording takes for granted."""

    facts: TobiiFacts
    rates_hz: tuple[float, ...]
    rate_hz: float  # NaN where the device does not say
    modes: tuple[str, ...]
    mode: str
    area: DisplayArea
    frame: ScreenFrame
    streams: frozenset[TobiiStream]  # delivered beside gaze
    licence: str  # in words, "" where none was applied
    raw_dtype: np.dtype[np.void]

    @property
    def title(self) -> str:
        """Model and serial number."""
        return title_of(self.facts)


def set_up(
    device: TobiiDevice, facts: TobiiFacts, settings: TobiiSettings, licence: bytes | None
) -> DeviceState:
    """Apply licence, mode, rate and streams, in this order, and read what came of it.

    Raises
    ------
    DriverError
        If the device refuses or does not have what is asked, with what there is.
    """
    title = title_of(facts)
    licence_text = apply_licence(device, title, licence)
    if licence is not None:
        facts = device.facts()  # a licence may bring capabilities
    if gives_no_gaze(facts):
        raise DriverError(" ".join(no_gaze_sentences(title)))
    mode = _set_mode(device, title, settings.mode)
    rates_hz = device.rates_hz()  # some trackers offer other rates in other modes
    rate_hz = _set_rate(device, title, rates_hz, settings.rate_hz)
    area = device.display_area()
    frame = screen_frame(area)
    if frame is None:
        raise DriverError(
            f"The {title} was not told where its screen is, so its gaze means nothing; set its display area "
            "with Tobii's own manager program, then open it again."
        )
    streams = device.choose_streams(settings.streams)
    return DeviceState(
        facts=facts,
        rates_hz=rates_hz,
        rate_hz=rate_hz,
        modes=device.modes(),
        mode=mode,
        area=area,
        frame=frame,
        streams=streams,
        licence=licence_text,
        raw_dtype=device.raw_dtype,
    )


def apply_licence(device: TobiiDevice, title: str, licence: bytes | None) -> str:
    """Apply a licence where there is one; return what became of it in words.

    Raises
    ------
    DriverError
        If the device refuses it.
    """
    if licence is None:
        return ""
    result = device.apply_licence(licence)
    if not result.is_applied:
        raise DriverError(
            f"The {title} does not accept the licence: {result.text} Ask Tobii for one for this tracker, or "
            "leave out the option licence_file where none is needed."
        )
    return result.text


def is_same_rate(rate_hz: float, other_hz: float) -> bool:
    """Return whether two rates are the same setting."""
    return abs(rate_hz - other_hz) < SAME_RATE_HZ


def _set_mode(device: TobiiDevice, title: str, wanted: str) -> str:
    mode = device.mode()
    if not wanted or wanted == mode:
        return mode
    modes = device.modes()
    if wanted not in modes:
        listed = ", ".join(modes) if modes else "none to choose from"
        raise DriverOptionError(
            f"The {title} has no tracking mode {wanted!r}; its modes are: {listed}. "
            "Correct the option mode or leave it out."
        )
    device.set_mode(wanted)
    mode = device.mode()
    if mode != wanted:
        raise DriverError(
            f"The {title} did not take the tracking mode {wanted!r} and stays in {mode!r}; "
            "close other programs that use it, then open it again."
        )
    return mode


def _set_rate(device: TobiiDevice, title: str, rates_hz: tuple[float, ...], wanted_hz: float | None) -> float:
    rate_hz = device.rate_hz()
    if wanted_hz is None or is_same_rate(rate_hz, wanted_hz):
        return rate_hz if rate_hz > 0 else math.nan
    chosen = [each for each in rates_hz if is_same_rate(each, wanted_hz)]
    if not chosen:
        listed = ", ".join(f"{each:g}" for each in rates_hz) if rates_hz else "none to choose from"
        raise DriverOptionError(
            f"The {title} cannot deliver {wanted_hz:g} samples per second; its rates are: {listed}. "
            "Correct the option rate_hz or leave it out."
        )
    device.set_rate_hz(chosen[0])
    rate_hz = device.rate_hz()
    if not is_same_rate(rate_hz, chosen[0]):
        raise DriverError(
            f"The {title} did not take the rate of {chosen[0]:g} samples per second and stays at "
            f"{rate_hz:g}; close other programs that use it, then open it again."
        )
    return rate_hz
