"""Where in a sound somebody speaks, by its energy: to move the borders of words out of silence.

An aligner gives the silence before a stop consonant to the word, because the model of "p" begins with one,
and leaves the faint start of a vowel to the silence. The border that a listener hears is the rise of energy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from capture_app.session.speech.sound import Sound

STEP_S: Final = 0.005

_WINDOW_STEPS: Final = 2
_LEAST_RANGE_DB: Final = 15.0
"""With less between noise and speech nothing is said about silence."""
_THRESHOLD: Final = 0.25
_PERCENTILES: Final = (5.0, 95.0)
_SHORTEST_WORD_S: Final = 0.04


@dataclass(frozen=True, slots=True)
class Loudness:
    """Which steps of 5 ms are loud."""

    is_loud: npt.NDArray[np.bool_]  # none where noise and speech cannot be told apart

    def moved_start_s(self, t_start_s: float, t_end_s: float, t_before_s: float) -> float:
        """Return where a word is first heard.

        Parameters
        ----------
        t_start_s, t_end_s
            The word, as aligned.
        t_before_s
            The end of the word before: from there to the start is silence or noise.
        """
        first, end, before = (round(t / STEP_S) for t in (t_start_s, t_end_s, t_before_s))
        first, end = min(first, len(self.is_loud)), min(end, len(self.is_loud))
        if first >= end:
            return t_start_s
        if self.is_loud[first]:
            while first > before and self.is_loud[first - 1]:
                first -= 1
            return max(first * STEP_S, t_before_s) if first * STEP_S < t_start_s else t_start_s
        loud = np.flatnonzero(self.is_loud[first:end])
        if not len(loud):
            return t_start_s
        return max(t_start_s, min((first + int(loud[0])) * STEP_S, t_end_s - _SHORTEST_WORD_S))


def measure_loudness(sound: Sound) -> Loudness:
    """Return where a sound is loud: a quarter of the way from its noise to its speech, in decibels."""
    step = round(STEP_S * sound.rate_hz)
    count = len(sound.pcm) // step
    if count < 2 * _WINDOW_STEPS:
        return Loudness(np.zeros(0, bool))
    power = np.square(sound.pcm[: count * step], dtype=np.float64).reshape(count, step).mean(axis=1)
    level_db = 10.0 * np.log10(power + 1.0)
    quiet_db, speech_db = np.percentile(level_db, _PERCENTILES)
    if speech_db - quiet_db < _LEAST_RANGE_DB:
        return Loudness(np.zeros(0, bool))
    loud = level_db > quiet_db + _THRESHOLD * (speech_db - quiet_db)
    # A lone loud step is a click, not the start of a word.
    steady = loud & np.concatenate([loud[1:], [False]])
    return Loudness(steady | np.concatenate([[False], steady[:-1]]))
