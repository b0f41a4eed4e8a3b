"""Found trackers as JSON values, for the way from the acquisition process to the app."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from drivers.registry import FoundTracker


def found_to_json(found: FoundTracker) -> dict[str, Any]:
    """Return the JSON value of a found tracker."""
    values = {item.name: getattr(found, item.name) for item in dataclasses.fields(found)}
    return {
        **values,
        "options": {str(name): str(text) for name, text in found.options.items()},
        "rates_hz": [float(rate_hz) for rate_hz in found.rates_hz],
        "rate_hz": float(found.rate_hz),
        "modes": [str(mode) for mode in found.modes],
        "display_area_mm": None
        if found.display_area_mm is None
        else [float(side_mm) for side_mm in found.display_area_mm],
    }


def found_from_json(value: Mapping[str, Any]) -> FoundTracker:
    """Return the found tracker of a JSON value as `found_to_json` makes it."""
    area_mm = value["display_area_mm"]
    return FoundTracker(
        **{
            **value,
            "rates_hz": tuple(float(rate_hz) for rate_hz in value["rates_hz"]),
            "modes": tuple(value["modes"]),
            "display_area_mm": None if area_mm is None else (float(area_mm[0]), float(area_mm[1])),
        }
    )
