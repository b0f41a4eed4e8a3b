"""Tells the acquisition process when the voice is kept, and hears which stretches came of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from capture_app.acquisition import messages as m
from capture_app.acquisition.audio_keeper import ASKED, TRIALS
from capture_app.session.dictation_lines import measured_latencies_ms
from capture_app.session.link import Link
from capture_app.session.settings import Settings
from capture_app.session.study_desk.dictation_sound import Stretch, stretch_of

ANSWER_TIMEOUT_NS: Final = 5_000_000_000
"""A stretch is closed within milliseconds; a disk that hangs longer does not hold up the reader."""


class VoiceKeeper:
    """Asks for the voice of one trial at a time. One thread."""

    def __init__(self) -> None:
        self._number = 0
        self._trial = -1  # whose voice is asked for; -1: none
        self._asked_ns = 0
        self._is_held = False
        self._has_started = False  # the microphone was switched on here, not by the settings

    @property
    def trial(self) -> int:
        """The trial whose voice is asked for; -1 where none is."""
        return self._trial

    def hold(self, link: Link) -> None:
        """Keep nothing from now on but what is asked for; nothing is said twice."""
        if not self._is_held:
            self._is_held = True
            self._number = 0 if link.audio is None else link.audio.asked  # of the session before
            self._ask(link, ASKED, -1, 0)

    def begin(self, link: Link, settings: Settings, rate_hz: float) -> None:
        """Switch the microphone on where the settings do not."""
        if not settings.dictation.is_on:
            self._has_started = True
            link.send(
                m.StartAudio(
                    device=settings.dictation.device, rate_hz=rate_hz, latencies_ms=measured_latencies_ms()
                )
            )

    def keep(self, link: Link, trial: int, now_ns: int) -> None:
        """Keep the voice for a trial, or with -1 no longer; nothing is said twice."""
        if trial != self._trial:
            self._ask(link, ASKED, trial, now_ns)

    def is_answered(self, link: Link, now_ns: int) -> bool:
        """Whether the last request was carried out, so that all stretches before it have come in."""
        if link.is_dead or link.audio is None or now_ns - self._asked_ns > ANSWER_TIMEOUT_NS:
            return True
        return link.audio.asked >= self._number

    def end(self, link: Link, now_ns: int) -> None:
        """Keep nothing any more of this recording."""
        self.keep(link, -1, now_ns)

    def release(self, link: Link) -> None:
        """Let the next recording be kept as its trials tell."""
        if self._is_held:
            self._is_held = False
            self._ask(link, TRIALS, -1, 0)
        if self._has_started:
            self._has_started = False
            link.send(m.StopAudio())

    def take_stretches(self, link: Link) -> Iterator[tuple[int, Stretch]]:
        """Yield trial and stretch of all that was closed since the last call."""
        for rows in link.take_audio_segments():
            if link.started is not None:
                for row in rows:
                    yield int(row["trial"]), stretch_of(row, Path(link.started.path).parent)

    def _ask(self, link: Link, rule: str, trial: int, now_ns: int) -> None:
        self._number += 1
        self._trial, self._asked_ns = trial, now_ns
        link.send(m.KeepAudio(number=self._number, rule=rule, is_kept=trial >= 0, trial=trial))
