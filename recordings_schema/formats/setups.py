"""The screen and the kind of tracker of exported readings: in the provenance file, and found there again.

Published tables have no place for the size of the screen, without which degrees cannot be told again, nor for
whether an eye was real. Where a dataset was written by this program its provenance file says both.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gaze_core.geometry import Screen
from recordings_schema.formats.reading import CaseReading

_LARGEST_BYTES: Final = 256 * 2**20
_PIXELS_PER_MM: Final = 3840 / 597.0  # of a 27-inch screen with 3840 columns: only assumed


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What stood before the reader."""

    screen: Screen
    is_screen_size_known: bool
    tracker_model: str = ""
    is_simulated: bool = False


def setup_facts(reading: CaseReading) -> list[Any]:
    """Return the setup of a reading as its facts keep it."""
    screen, tracker = reading.geometry.screen, reading.tracker
    return [
        screen.width_px, screen.height_px, screen.width_mm, screen.height_mm, tracker.model,
        tracker.is_simulated,
    ]  # fmt: skip


def setups_said(found: Iterable[list[Any]]) -> list[list[Any]]:
    """Return the different setups of all readings, for the provenance file."""
    return [json.loads(text) for text in sorted({json.dumps(each) for each in found})]


def setup_of(folder: Path, width_px: int, height_px: int, *, are_pixels_fixed: bool = False) -> Setup:
    """Return the setup of a dataset: by its provenance file where that names one, else as assumed.

    Parameters
    ----------
    folder
        Of the dataset.
    width_px, height_px
        Of the screen where nothing is said.
    are_pixels_fixed
        Whether the format has these pixels whatever the screen was.
    """
    said = _said(folder / "provenance.json")
    if len(said) == 1:
        try:
            width, height, width_mm, height_mm, model, is_simulated = said[0]
            screen = Screen(
                width_px=width_px if are_pixels_fixed else int(width),
                height_px=height_px if are_pixels_fixed else int(height),
                width_mm=float(width_mm),
                height_mm=float(height_mm),
            )
            return Setup(
                screen=screen, is_screen_size_known=True, tracker_model=str(model),
                is_simulated=bool(is_simulated),
            )  # fmt: skip
        except (TypeError, ValueError):
            pass  # a file written by hand: then nothing is said
    return Setup(screen=assumed_screen(width_px, height_px), is_screen_size_known=False)


def assumed_screen(width_px: int, height_px: int) -> Screen:
    """Return a screen of these pixels whose size in mm nobody told: pixels are square."""
    width_mm = width_px / _PIXELS_PER_MM if width_px > 1920 else 531.0 * width_px / 1920
    return Screen(
        width_px=width_px, height_px=height_px, width_mm=width_mm, height_mm=width_mm * height_px / width_px
    )


def likely_rate_hz(t_ns: npt.NDArray[np.int64]) -> float:
    """Return the rate of samples by their times, a whole number where it is near one; NaN with too few."""
    steps = np.diff(t_ns)
    steps = steps[steps > 0]
    if len(steps) < 2:
        return math.nan
    usual = steps[steps < 1.6 * np.median(steps)]
    rate = 1e9 / float(usual.mean())
    whole = round(rate)
    return float(whole) if abs(rate - whole) < 0.005 * whole else rate


def _said(path: Path) -> list[Any]:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            return []
        content = json.loads(path.read_text(encoding="utf-8"))
        setups = content["said_by_the_format"]["setups"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return setups if isinstance(setups, list) else []
