"""Which tracker a study is read with on this station."""

from __future__ import annotations

from collections.abc import Mapping

from capture_app.session.study.station_keys import TrackerSetup


def tracker_for(
    wanted: TrackerSetup, station_driver: str, station_options: Mapping[str, str]
) -> tuple[str, dict[str, str]]:
    """Return driver and options: the study's where it names one, else the station's.

    Options of the station stay in force for its own driver, where the study does not give others.
    """
    driver = wanted.driver or station_driver
    options = dict(station_options) if driver == station_driver else {}
    options |= {name: _text(value) for name, value in wanted.options.items()}
    return driver, options


def _text(value: object) -> str:
    """Return an option as the drivers read it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
