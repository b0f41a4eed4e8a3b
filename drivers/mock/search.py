"""What a search for the simulated tracker finds: always one, made as its options say."""

from __future__ import annotations

from drivers.mock.presets import SENSOR_PRESETS
from drivers.mock.settings import MockSettings
from drivers.mock.tracker import FIRMWARE, serial_of
from drivers.registry import DriverRequest, FoundTracker


def find(request: DriverRequest) -> tuple[FoundTracker, ...]:
    """Return the simulated tracker that the options describe.

    Raises
    ------
    DriverOptionError
        For an unknown option or an unusable value.
    """
    settings = MockSettings.from_options(request.options)
    preset = SENSOR_PRESETS[settings.preset]
    return (
        FoundTracker(
            driver="mock",
            title="Simulated eye",
            # The preset by name: else another rate would choose another kind of tracker.
            options={**request.options, "preset": settings.preset},
            model=f"Simulated {preset.title}",
            serial=serial_of(settings),
            firmware=FIRMWARE,
            rates_hz=tuple(sorted(preset.rates_hz)),
            rate_hz=settings.rate_hz,
        ),
    )
