"""The settings of the station as a study changes them: its signal, screen, grey and dictation."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from capture_app.session.port import ScreenFacts
from capture_app.session.settings import Settings
from capture_app.session.study import Study
from capture_app.session.study.quality_keys import GazeSignal
from gaze_core.eyes import Eye

_EYES: Final = {GazeSignal.LEFT: Eye.LEFT, GazeSignal.RIGHT: Eye.RIGHT, GazeSignal.AVERAGE: Eye.AVERAGE}


def signal_of(study: Study, dominant_eye: str) -> Eye:
    """Return the eye whose gaze is analysed; the average where the dominant eye is not known."""
    if study.analysis.signal is GazeSignal.DOMINANT:
        return {"left": Eye.LEFT, "right": Eye.RIGHT}.get(dominant_eye, Eye.AVERAGE)
    return _EYES[study.analysis.signal]


def settings_of(settings: Settings, study: Study, dominant_eye: str) -> Settings:
    """Return the settings with what the study says."""
    dictation = replace(
        settings.dictation, is_on=study.dictation.is_on, rate_hz=_rate_hz(study.dictation.rate_hz, settings)
    )
    return replace(
        settings,
        eye=signal_of(study, dominant_eye),
        distance_mm=study.display.distance_mm,
        background_grey=study.display.background_grey,
        dictation=dictation,
    )


def facts_of(facts: ScreenFacts, study: Study) -> ScreenFacts:
    """Return the reader's screen with the millimetres of the study, where it names them."""
    display = study.display
    if display.width_mm > 0 and display.height_mm > 0:
        return replace(facts, width_mm=display.width_mm, height_mm=display.height_mm)
    return facts


def _rate_hz(rate_hz: int, settings: Settings) -> int:
    return rate_hz if rate_hz > 0 else settings.dictation.rate_hz
