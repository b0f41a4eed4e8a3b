"""The text options of the mock tracker; apart from it so that the list of drivers needs no simulation."""

from __future__ import annotations

from typing import Final

from drivers.options import OptionSpec

MOCK_OPTIONS: Final = (
    OptionSpec(
        name="scenario",
        summary="who reads and what goes wrong: ideal, reference, typical, typical-60hz, typical-1200hz, "
        "glasses, difficult, tired, head-moving, one-eye, unplugged, never-reconnects, clock-jump, flood, "
        "nan, backward-time",
        default="typical",
    ),
    OptionSpec(
        name="preset",
        summary="kind of tracker: eyelink-1000-plus, eyelink-unfiltered, tower, tobii-pro-spectrum, "
        "tobii-pro-fusion, tobii-tx300, tobii-x2-60, tobii-pro-nano, webcam",
        default="by the rate",
    ),
    OptionSpec(name="rate_hz", summary="samples a second, 20 to 2000", default="as the scenario says"),
    OptionSpec(name="seed", summary="number that decides every random draw", default="1"),
    OptionSpec(name="pace", summary="one of realtime, fast", default="realtime"),
    OptionSpec(name="duration_s", summary="length of the stream in seconds; 0 is endless", default="0"),
    OptionSpec(
        name="calibrates",
        summary="yes or no: offers calibration on the device; without a calibration call nothing changes",
        default="yes",
    ),
)
"""The options a person needs; every other leaf of `MockSettings` is an option by its name as well."""
