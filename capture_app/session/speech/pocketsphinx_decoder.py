"""The border to pocketsphinx: the decoder with its model of American English, and what it says of a sound."""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib import metadata
from typing import Any, Final

import numpy as np

from capture_app.session.speech.errors import EngineMissingError
from capture_app.session.speech.sound import Sound

FRAME_S: Final = 0.01

# Wider than the defaults: a dictation is short, and with a vocabulary this small half a minute of sound still
# takes three seconds. They and the weights were chosen on synthesised reports (docs/explanations/speech.md).
SEARCH: Final[dict[str, Any]] = {
    "beam": 1e-60,
    "wbeam": 1e-40,
    "pbeam": 1e-60,
    "lpbeam": 1e-50,
    "lponlybeam": 1e-40,
    "fwdflatbeam": 1e-80,
    "fwdflatwbeam": 1e-40,
    "maxhmmpf": 60_000,
}

_LOG_UNIT: Final = 1e-4 * 1024
"""One step of pocketsphinx's scores in natural logarithms: base 1.0001, and ten bits less."""
_SCORE_WIDTH_NATS: Final = 3.0
_SMALLEST: Final = 1e-300
_SILENCE: Final = 33
"""60 dB below full scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of sound that the decoder gave to one entry of its dictionary."""

    entry: str  # without the number of the pronunciation
    t_start_s: float
    t_end_s: float
    fit: float  # 0..1: likelihood of a 10 ms frame against the best sound of the model, to the power 1/3
    posterior: float  # 0..1, where the decoder knows other readings; else meaningless

    @property
    def is_filler(self) -> bool:
        """Whether it is silence, noise, or a border of the sentence."""
        return self.entry[:1] in "<[(+"


def make_decoder(**settings: Any) -> Any:
    """Return a decoder with the model inside the package and no search yet.

    Raises
    ------
    EngineMissingError
        If pocketsphinx is not installed, or its native library cannot be loaded.
    """
    try:
        import pocketsphinx  # an extra of the installation
    except (ImportError, OSError) as err:
        raise EngineMissingError(
            "The engine pocketsphinx is not installed. Install it with `pip install reading-station[speech]`."
        ) from err
    # lm=None: the general language model of the package would cost 27 MB and a second, and is not used.
    return pocketsphinx.Decoder(lm=None, loglevel="FATAL", **settings)


def engine_version() -> str:
    """Return name and version of engine and model."""
    return f"pocketsphinx {metadata.version('pocketsphinx')}, its en-us model"


def decode(decoder: Any, sound: Sound) -> list[Segment] | None:
    """Return the segments of a sound of 16 kHz under the search that is active; None where nothing fits."""
    if is_silent(sound):  # of pure zeros the decoder makes a word
        return None
    decoder.start_utt()
    try:
        decoder.process_raw(sound.pcm.tobytes(), full_utt=True)
    finally:
        decoder.end_utt()
    found = decoder.seg()
    return None if found is None else [_segment(each) for each in found]


def is_silent(sound: Sound) -> bool:
    """Return whether nothing louder than the noise of a sound card is in a sound."""
    return not len(sound.pcm) or int(np.abs(sound.pcm.astype(np.int32)).max()) < _SILENCE


def _segment(each: Any) -> Segment:
    frames = each.end_frame - each.start_frame + 1
    steps = math.log(max(each.ascore, _SMALLEST)) / 1e-4
    nats_per_frame = min(steps * _LOG_UNIT / max(frames, 1), 0.0)
    return Segment(
        entry=str(each.word).split("(")[0] if each.word[0] != "(" else str(each.word),
        t_start_s=each.start_frame * FRAME_S,
        t_end_s=(each.end_frame + 1) * FRAME_S,
        fit=math.exp(nats_per_frame / _SCORE_WIDTH_NATS),
        posterior=min(max(float(each.prob), 0.0), 1.0),
    )
