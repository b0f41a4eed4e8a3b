"""Dictation in time with the picture, at the speed it was spoken; the sound leads, the picture follows."""

from __future__ import annotations

from typing import Final

from capture_app.session.replay.play_clock import PlayClock
from capture_app.session.replay.source import ReplaySource
from capture_app.session.study_desk.dictation_sound import Stretch, stretch_at
from capture_app.session.study_desk.voice_player import VoicePlayer

_MOST_APART_NS: Final = 80_000_000
"""More than that between lips and voice is noticed."""


class ReplayVoice:
    """Plays what was dictated at the time of a clock. `step` is called with every frame."""

    def __init__(self, source: ReplaySource, clock: PlayClock, player: VoicePlayer | None = None) -> None:
        self._clock = clock
        self._player = player if player is not None else VoicePlayer()
        self._ordered: Stretch | None = None
        self._from_ns = 0
        self.is_muted = False
        self.stretches: tuple[Stretch, ...] = source.sound.stretches
        self.problem = source.sound.problem

    @property
    def has_sound(self) -> bool:
        """Whether anything was dictated that can be played."""
        return bool(self.stretches)

    @property
    def text(self) -> str:
        """Why nothing is heard, a sentence; "" where all is well."""
        return self.problem or (self._player.problem if self.has_sound else "")

    def prepare(self) -> None:
        """Look for a loudspeaker where there is something to play."""
        if self.has_sound:
            self._player.prepare()

    def step(self) -> None:
        """Begin, follow or end the sound, as the clock says."""
        stretch = self._wanted()
        if stretch is None:
            self._end()
            return
        if self._ordered is not stretch:
            self._begin(stretch)
            return
        heard_ns = self._player.position_ns
        if heard_ns is None:
            if self._player.problem:
                return
            if self._clock.t_ns - self._from_ns > 2_000_000_000:
                self._begin(stretch)  # it never began, or ended by itself: once more from here
            return
        apart_ns = heard_ns - self._clock.t_ns
        if abs(apart_ns) > 2_000_000_000:
            self._begin(stretch)  # the person went elsewhere
        elif abs(apart_ns) > _MOST_APART_NS:
            self._clock.follow(heard_ns)

    def jumped(self) -> None:
        """The clock was set by hand: what plays now is wrong."""
        self._end()

    def close(self) -> None:
        """Let go of the loudspeaker."""
        self._player.close()

    def _wanted(self) -> Stretch | None:
        clock = self._clock
        if self.is_muted or not clock.is_playing or clock.speed != 1.0 or clock.loop is not None:
            return None
        stretch = stretch_at(self.stretches, clock.t_ns)
        return stretch if stretch is not None and stretch.t_first_host_ns <= clock.t_ns else None

    def _begin(self, stretch: Stretch) -> None:
        self._ordered, self._from_ns = stretch, self._clock.t_ns
        self._player.play([stretch], self._clock.t_ns)

    def _end(self) -> None:
        if self._ordered is not None:
            self._ordered = None
            self._player.stop()
