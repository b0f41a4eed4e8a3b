"""How dictation is set; it is off at first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

DICTATION_RATES_HZ: Final = (16_000, 44_100, 48_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class DictationSettings:
    """The microphone recorded beside the gaze."""

    is_on: bool = False
    device: str = ""  # a part of its name; "": the one the system uses
    rate_hz: int = 48_000  # wanted; a device that cannot do it runs at its own
    model_folder: str = ""  # of faster-whisper, where a study wants that engine; pocketsphinx has its own


def dictation_findings(dictation: DictationSettings) -> tuple[tuple[str, str], ...]:
    """Return what cannot stand, as pairs of a field's name and a sentence; empty when all is well."""
    if dictation.rate_hz in DICTATION_RATES_HZ:
        return ()
    rates = ", ".join(str(rate_hz) for rate_hz in DICTATION_RATES_HZ)
    return (("dictation_rate_hz", f"Dictation is recorded at one of {rates} Hz; 48000 suits all devices."),)
