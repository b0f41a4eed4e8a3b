"""What a search for gaze streams of the Lab Streaming Layer finds: those that answer now.

liblsl can be set up once in the life of a process. The search therefore runs in a process of its own, so that
looking around decides nothing for the tracker, or the streams of our own, that come afterwards.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Final

from drivers.lsl_config import configuration_text
from drivers.lsl_discovery import LslSettings, is_gaze_stream
from drivers.lsl_library import LslLibrary, StreamDescription
from drivers.registry import DriverRequest, FoundTracker
from drivers.search_process import find_apart

SEARCH_S: Final = 2.0
"""Answers come within 0.5 s; a computer that is busy may take longer."""
LONGEST_SEARCH_S: Final = 5.0
"""More patience than this is for a sender that is still to come, which no search can wait for."""

_WAIT_OPTION: Final = "wait_s"
_CHOOSING: Final = ("stream", "source_id")  # options that would leave out what the search is to find


def find(request: DriverRequest) -> tuple[FoundTracker, ...]:
    """Return the gaze streams that answer; those of this computer alone unless the network is allowed.

    Raises
    ------
    DriverOptionError
        For an unknown option or an unusable value.
    DriverError
        If LSL is not installed, or the search does not end.
    """
    settings = LslSettings.from_options(request.options)  # refused before a process is started for it
    return find_apart(
        search_here,
        request,
        timeout_s=_wait_s(settings, request.options),
        what="LSL streams",
        remedy="Search again; if it breaks off again, install pylsl anew.",
    )


def search_here(options: Mapping[str, str]) -> tuple[FoundTracker, ...]:
    """Search in this process, which decides how LSL is set up in it.

    Raises
    ------
    DriverOptionError
        For an unknown option or an unusable value.
    DriverError
        If LSL is not installed, or was set up for something else in this process.
    """
    settings = LslSettings.from_options(options)
    library = LslLibrary(
        configuration_text(session_id=settings.session_id, is_network_allowed=settings.is_network_allowed)
    )
    streams = [found.description for found in library.find_streams(_wait_s(settings, options))]
    gaze = [each for each in streams if is_gaze_stream(each)]
    common = {name: text for name, text in options.items() if name not in _CHOOSING}
    copies = Counter(_choice(each) for each in gaze)
    return tuple(_found(each, common, copies[_choice(each)]) for each in gaze)


def _wait_s(settings: LslSettings, options: Mapping[str, str]) -> float:
    return min(settings.wait_s, LONGEST_SEARCH_S) if _WAIT_OPTION in options else SEARCH_S


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
