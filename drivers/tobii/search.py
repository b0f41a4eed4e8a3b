"""Searching for trackers, and choosing the one that is meant."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from drivers.contract import DriverError, TrackerNotFoundError
from drivers.registry import FoundTracker
from drivers.tobii.area import screen_frame
from drivers.tobii.backend import TobiiBackend, TobiiDevice, TobiiFacts
from drivers.tobii.options import DRIVER, TobiiSettings, read_licence

SEARCHES: Final = 3
"""The SDK listens in the background: the first answer may come before a tracker was heard."""

PAUSE_S: Final = 0.7

_KEPT_OPTIONS: Final = ("backend", "licence_file", "streams")
_CHECK: Final = (
    "Check that it is switched on and connected to this computer, and that Tobii's own manager program shows "
    "it; then try again."
)
_log = logging.getLogger(__name__)


def title_of(facts: TobiiFacts) -> str:
    """Return model and serial number, as sentences name a tracker."""
    model = facts.model if facts.model.casefold().startswith("tobii") else f"Tobii {facts.model}".strip()
    return f"{model} ({facts.serial})" if facts.serial else model


def gives_no_gaze(facts: TobiiFacts) -> bool:
    """Return whether a tracker says of itself that it gives no gaze, as without a licence that it needs."""
    return bool(facts.capabilities) and "has_gaze_data" not in facts.capabilities


def no_gaze_sentences(title: str) -> tuple[str, str]:
    """Return that a tracker gives no gaze, and what to do."""
    return (
        f"The {title} gives no gaze to this program without a licence of Tobii.",
        "Name the licence file that Tobii sent by the option licence_file.",
    )


def choose_device(
    backend: TobiiBackend, settings: TobiiSettings, wait: Callable[[float], None]
) -> tuple[TobiiDevice, TobiiFacts]:
    """Return the tracker that is meant.

    An address is tried first; where a serial number is given too, the tracker of that number is searched
    for when another one, or none that can be used, answers at the address. Without either there must be
    exactly one.

    Raises
    ------
    DriverError
        If there is none, or several and no telling which; the text lists them.
    """
    if settings.address:
        try:
            return _at_address(backend, settings.address, settings.serial)
        except DriverError as error:
            if not settings.serial:
                raise
            _log.info("%s The tracker %s is searched for.", error, settings.serial)
    found: list[tuple[TobiiDevice, TobiiFacts]] = []
    for search in range(SEARCHES):
        if search:
            _let_go(found)
            wait(PAUSE_S)
        found = _described(backend.find())
        if any(facts.serial == settings.serial or not settings.serial for _, facts in found):
            break
    chosen = [each for each in found if not settings.serial or each[1].serial == settings.serial]
    if len(chosen) == 1:
        _let_go([each for each in found if each is not chosen[0]])
        return chosen[0]
    _let_go(found)
    raise _undecided([facts for _, facts in found], settings)


def reconnect(backend: TobiiBackend, facts: TobiiFacts) -> TobiiDevice:
    """Return the same tracker, connected anew: at its address, else wherever it is found.

    Raises
    ------
    DriverError
        If it is not there.
    """
    if facts.address:
        try:
            return _at_address(backend, facts.address, facts.serial)[0]
        except DriverError:
            _log.info("%s does not answer at %s", title_of(facts), facts.address)
    found = _described(backend.find())
    same = [each for each in found if each[1].serial == facts.serial]
    _let_go([each for each in found if each not in same[:1]])
    if not same:
        raise TrackerNotFoundError(f"The {title_of(facts)} is not found. {_CHECK}")
    return same[0][0]


def find_trackers(
    backend: TobiiBackend,
    settings: TobiiSettings,
    options: Mapping[str, str],
    wait: Callable[[float], None],
) -> tuple[FoundTracker, ...]:
    """Return every tracker that answers, in order of serial number, with what can be chosen.

    Parameters
    ----------
    settings
        An address is asked beside the search; a licence file is applied.
    options
        Those the settings were made from; what is needed to open a tracker later is kept.
    wait
        Called with seconds to let time pass.
    """
    licence = read_licence(settings.licence_file) if settings.licence_file is not None else None
    devices: tuple[TobiiDevice, ...] = ()
    for search in range(SEARCHES):
        if search:
            wait(PAUSE_S)
        devices = backend.find()
        if devices:
            break
    if settings.address:
        try:
            devices = (*devices, backend.connect(settings.address))
        except DriverError:
            _log.info("No tracker answers at %s", settings.address)
    kept = {name: options[name] for name in _KEPT_OPTIONS if options.get(name)}
    found: dict[tuple[str, str], FoundTracker] = {}
    for device in devices:
        tracker = _describe(device, licence, kept)
        found.setdefault((tracker.serial, tracker.options.get("address", "")), tracker)
        device.close()
    return tuple(sorted(found.values(), key=lambda each: (each.serial, each.title)))


def _at_address(backend: TobiiBackend, address: str, serial: str) -> tuple[TobiiDevice, TobiiFacts]:
    device = backend.connect(address)
    try:
        facts = device.facts()
    except DriverError:
        device.close()
        raise
    if serial and facts.serial != serial:
        device.close()
        raise TrackerNotFoundError(
            f"The tracker at {address} is {title_of(facts)}, not the one with serial number {serial}; "
            "correct the option serial or address."
        )
    return device, facts


def _described(devices: tuple[TobiiDevice, ...]) -> list[tuple[TobiiDevice, TobiiFacts]]:
    """Return the devices that say what they are; one that does not is let go of."""
    described = []
    for device in devices:
        try:
            described.append((device, device.facts()))
        except DriverError:
            _log.warning("A Tobii tracker was found and does not say what it is", exc_info=True)
            device.close()
    return described


def _let_go(found: list[tuple[TobiiDevice, TobiiFacts]]) -> None:
    for device, _ in found:
        device.close()


def _undecided(found: list[TobiiFacts], settings: TobiiSettings) -> DriverError:
    listed = ", ".join(f"{title_of(facts)} at {facts.address}" for facts in found)
    if settings.serial:
        others = f" Found instead: {listed}." if found else ""
        return TrackerNotFoundError(
            f"No Tobii eye tracker with the serial number {settings.serial} was found.{others} {_CHECK}"
        )
    if not found:
        return TrackerNotFoundError(f"No Tobii eye tracker was found. {_CHECK}")
    return DriverError(
        f"{len(found)} Tobii eye trackers were found: {listed}. Choose one by its serial number, "
        f"for example with the option serial={found[0].serial}."
    )


def _describe(device: TobiiDevice, licence: bytes | None, kept: Mapping[str, str]) -> FoundTracker:
    try:
        facts = device.facts()
    except DriverError as error:
        return FoundTracker(
            driver=DRIVER,
            title="Tobii eye tracker that does not say what it is",
            options=dict(kept),
            is_usable=False,
            reason=str(error),
            remedy="Switch it off and on again, and close other programs that use it.",
        )
    identity = {
        name: value for name, value in (("address", facts.address), ("serial", facts.serial)) if value
    }
    known: dict[str, Any] = {
        "driver": DRIVER,
        "title": title_of(facts),
        "options": {**kept, **identity},
        "model": facts.model,
        "serial": facts.serial,
        "firmware": facts.firmware,
    }
    try:
        is_refused = False
        if licence is not None:
            result = device.apply_licence(licence)
            known["licence"], is_refused = result.text, not result.is_applied
        known.update(_choices(device))
        reason, remedy = _obstacle(device.facts(), known, is_licence_refused=is_refused)
    except DriverError as error:
        return FoundTracker(
            **known,
            is_usable=False,
            reason=str(error),
            remedy="Switch it off and on again, and close other programs that use it.",
        )
    return FoundTracker(**known, is_usable=not reason, reason=reason, remedy=remedy)


def _choices(device: TobiiDevice) -> dict[str, Any]:
    area = device.display_area()
    has_area = screen_frame(area) is not None
    rates_hz = device.rates_hz()
    return {
        "rates_hz": rates_hz,
        "rate_hz": device.rate_hz() if rates_hz else math.nan,
        "modes": device.modes(),
        "mode": device.mode(),
        "display_area_mm": (area.width_mm, area.height_mm) if has_area else None,
    }


def _obstacle(facts: TobiiFacts, known: Mapping[str, Any], *, is_licence_refused: bool) -> tuple[str, str]:
    """Return why a tracker that answers cannot be used, and what to do; empty where it can."""
    if is_licence_refused:
        return (
            f"The {known['title']} does not accept the licence.",
            "Ask Tobii for one for this tracker, or leave out the option licence_file where none is needed.",
        )
    if gives_no_gaze(facts):
        return no_gaze_sentences(known["title"])
    if known["display_area_mm"] is None:
        return (
            f"The {known['title']} was not told where its screen is.",
            "Set its display area with Tobii's own manager program.",
        )
    return "", ""
