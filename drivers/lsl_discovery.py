"""Which of the streams that answer is the gaze stream, and which are marker streams."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drivers.contract import DriverError, TrackerNotFoundError
from drivers.lsl_library import FoundStream, StreamDescription, StreamWatch
from drivers.lsl_options import LSL_OPTIONS
from drivers.options import check_option_names, number_option, switch_option

_GAZE_TYPES: Final = ("gaze", "eyetracker")  # the second by earlier versions of the TobiiPro app
_MARKER_TYPES: Final = ("marker", "markers", "event", "events", "gaze_events")
_POLL_S: Final = 0.05
_SETTLE_S: Final = 0.6  # answers come within 0.5 s: long enough for a second gaze stream to show itself


@dataclass(frozen=True, slots=True, kw_only=True)
class LslSettings:
    """The options of the LSL driver, checked."""

    stream: str | None = None
    source_id: str | None = None
    mapping: Path | None = None
    wait_s: float = 5.0
    takes_markers: bool = True
    is_network_allowed: bool = False
    session_id: str | None = None

    @classmethod
    def from_options(cls, options: Mapping[str, str]) -> LslSettings:
        """Return the settings that text options name."""
        check_option_names("lsl", options, LSL_OPTIONS)
        return cls(
            stream=options.get("stream"),
            source_id=options.get("source_id"),
            mapping=Path(options["mapping"]) if "mapping" in options else None,
            wait_s=number_option("lsl", options, "wait_s", default=5.0, minimum=0.1, maximum=60.0),
            takes_markers=switch_option("lsl", options, "markers", default=True),
            is_network_allowed=switch_option("lsl", options, "network", default=False),
            session_id=options.get("session_id"),
        )


def is_marker_stream(description: StreamDescription) -> bool:
    """Return whether a stream carries irregular markers."""
    return description.nominal_rate_hz == 0.0 and description.type.casefold() in _MARKER_TYPES


def is_gaze_stream(description: StreamDescription) -> bool:
    """Return whether a stream says of itself that it carries gaze."""
    return not description.is_text and description.type.casefold() in _GAZE_TYPES


def find_gaze_stream(
    watch: StreamWatch, settings: LslSettings, wait: Callable[[float], None] = time.sleep
) -> FoundStream:
    """Return the one stream that the settings mean.

    Raises
    ------
    TrackerNotFoundError
        If there is none; the text lists the other streams seen.
    DriverError
        If there are several; the text lists them and says how to choose.
    """
    waited_s = 0.0
    candidates: list[FoundStream] = []
    while not candidates and waited_s < settings.wait_s:
        wait(_POLL_S)
        waited_s += _POLL_S
        candidates = _candidates(watch, settings)
    if not candidates:
        raise TrackerNotFoundError(_not_found(watch, settings))
    if settings.source_id is None:
        wait(_SETTLE_S)  # a source id is unique; without one a second stream may be about to answer
        candidates = _candidates(watch, settings)
    if len(candidates) > 1:
        listed = "; ".join(_in_words(each.description) for each in candidates)
        raise DriverError(
            f"There are {len(candidates)} gaze streams: {listed}. "
            "Choose one with the option stream=NAME, or source_id=ID where names repeat."
        )
    if not candidates:
        raise TrackerNotFoundError(_not_found(watch, settings))
    return candidates[0]


def _candidates(watch: StreamWatch, settings: LslSettings) -> list[FoundStream]:
    return [found for found in watch.streams() if _is_meant(found.description, settings)]


def _is_meant(description: StreamDescription, settings: LslSettings) -> bool:
    if settings.stream is None and settings.source_id is None:
        return is_gaze_stream(description)
    if description.is_text:
        return False
    is_named = settings.stream is None or description.name == settings.stream
    return is_named and (settings.source_id is None or description.source_id == settings.source_id)


def _not_found(watch: StreamWatch, settings: LslSettings) -> str:
    wanted = "No LSL gaze stream"
    if settings.stream is not None:
        wanted += f" named {settings.stream!r}"
    if settings.source_id is not None:
        wanted += f" with the source id {settings.source_id!r}"
    where = "was found" if settings.is_network_allowed else "was found on this computer"
    seen = "; ".join(_in_words(found.description) for found in watch.streams()) or "none"
    remedy = "Start the sender"
    if not settings.is_network_allowed:
        remedy += ", or allow streams of other computers with the option network=yes"
    return f"{wanted} {where} within {settings.wait_s:g} s; streams seen: {seen}. {remedy}."


def _in_words(description: StreamDescription) -> str:
    source = repr(description.source_id) if description.source_id else "no source id"
    return f"{description.name!r} (type {description.type!r}, {source}, on {description.hostname})"
