"""The text options of the LSL driver; apart from it so that the list of drivers needs no LSL code."""

from __future__ import annotations

from typing import Final

from drivers.options import OptionSpec

LSL_OPTIONS: Final = (
    OptionSpec(name="stream", summary="name of the gaze stream, where there are several"),
    OptionSpec(name="source_id", summary="source id of the gaze stream, where names repeat"),
    OptionSpec(name="mapping", summary="JSON file that maps channel labels to gaze columns"),
    OptionSpec(name="wait_s", summary="how long to look for the stream, s (0.1 to 60)", default="5"),
    OptionSpec(name="markers", summary="take marker streams along (yes or no)", default="yes"),
    OptionSpec(name="network", summary="accept streams from other computers (yes or no)", default="no"),
    OptionSpec(name="session_id", summary="LSL session to listen to", default="default"),
)
