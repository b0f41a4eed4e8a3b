"""Dictation as the settings want it: which microphone is heard."""

from __future__ import annotations

from capture_app.acquisition import messages as m
from capture_app.session.dictation_settings import DictationSettings
from capture_app.session.link import Link
from capture_app.session.microphones import LOUD_DB
from capture_app.session.settings import Settings
from capture_app.session.states import DictationState
from capture_app.session.timing_constants import ConstantName
from capture_app.session.timing_store import TimingStore


class DictationLines:
    """Tells the acquisition process which microphone to hear; nothing is said while dictation stays off."""

    def __init__(self) -> None:
        self._told = DictationSettings()

    def configure(self, link: Link, settings: Settings) -> None:
        """Take settings; a microphone that stays the same is heard on."""
        wanted, told = settings.dictation, self._told
        self._told = wanted
        if wanted.is_on and wanted != told:
            link.send(
                m.StartAudio(
                    device=wanted.device,
                    rate_hz=float(wanted.rate_hz),
                    latencies_ms=measured_latencies_ms(),
                )
            )
        elif told.is_on and not wanted.is_on:
            link.send(m.StopAudio())


def dictation_state(link: Link, settings: Settings) -> DictationState | None:
    """Return how the microphone stands, None while dictation is off or nothing is known of it yet."""
    audio = link.audio
    if audio is None or link.is_dead or not (settings.dictation.is_on or audio.is_kept_when_asked):
        return None
    return DictationState(
        is_on=audio.is_on,
        is_kept=audio.is_kept,
        level_db=audio.level_db,
        is_loud=audio.level_db >= LOUD_DB,
        text=audio.text,
        is_kept_when_asked=audio.is_kept_when_asked,
    )


def measured_latencies_ms() -> dict[str, float]:
    """Return the input latency of each sound device that was measured, by its full name."""
    constants = TimingStore().load().constants.constants
    return {each.device: each.mean for each in constants if each.name is ConstantName.AUDIO_INPUT}
