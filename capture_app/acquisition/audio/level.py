"""How loud a microphone is, for a meter."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from capture_app.acquisition.audio.takes import Pcm

SILENCE_DB: Final = -96.0
FULL_SCALE: Final = 32768


def peak_db(pcm: Pcm) -> float:
    """Return the loudest frame in dB below full scale; -96 where all is zero or there is none."""
    peak = int(np.abs(pcm.astype(np.int32)).max()) if len(pcm) else 0
    return max(20.0 * math.log10(peak / FULL_SCALE), SILENCE_DB) if peak else SILENCE_DB
