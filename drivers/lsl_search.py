"""What a search for gaze streams of the Lab Streaming Layer finds: those that answer now."""

from __future__ import annotations

import math
from collections import Counter
from typing import Final

from drivers.lsl_config import configuration_text
from drivers.lsl_discovery import LslSettings, is_gaze_stream
from drivers.lsl_library import LslLibrary, StreamDescription
from drivers.registry import DriverRequest, FoundTracker

SEARCH_S: Final = 2.0
"""Answers come within 0.5 s; a computer that is busy may take longer."""

_WAIT_OPTION: Final = "wait_s"
_CHOOSING: Final = ("stream", "source_id")  # options that would leave out what the search is to find


def find(request: DriverRequest) -> tuple[FoundTracker, ...]:
    """Return the gaze streams that answer; those of this computer alone unless the network is allowed.

    Raises
    ------
    DriverOptionError
        For an unknown option or an unusable value.
    DriverError
        If LSL is not installed, or was set up for something else in this process.
    """
    settings = LslSettings.from_options(request.options)
    library = LslLibrary(
        configuration_text(session_id=settings.session_id, is_network_allowed=settings.is_network_allowed)
    )
    wait_s = settings.wait_s if _WAIT_OPTION in request.options else SEARCH_S
    streams = [found.description for found in library.find_streams(wait_s)]
    gaze = [each for each in streams if is_gaze_stream(each)]
    common = {name: text for name, text in request.options.items() if name not in _CHOOSING}
    copies = Counter(_choice(each) for each in gaze)
    return tuple(_found(each, common, copies[_choice(each)]) for each in gaze)


def _choice(stream: StreamDescription) -> tuple[str, str]:
    """Return the option that opens this stream: its source id, or its name where it has none."""
    return ("source_id", stream.source_id) if stream.source_id else ("stream", stream.name)


def _found(stream: StreamDescription, common: dict[str, str], copies: int) -> FoundTracker:
    name, value = _choice(stream)
    is_one = copies == 1
    return FoundTracker(
        driver="lsl",
        title=f"{stream.name} on {stream.hostname}",
        options={**common, name: value},
        model=" ".join(part for part in (stream.manufacturer, stream.model) if part),
        serial=stream.serial,
        rate_hz=stream.nominal_rate_hz if stream.nominal_rate_hz > 0 else math.nan,
        is_usable=is_one,
        reason="" if is_one else f"{copies} senders offer this same stream, and none could be told apart.",
        remedy="" if is_one else "End all of them but one, then search again.",
    )
