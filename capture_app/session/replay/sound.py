"""The dictation of a recording as the replay needs it: its stretches, and their outline for the timeline.

Lowest and highest sample of every `BIN_S` are kept, and of every `COARSE_BINS` of these: an hour takes 8 MB,
and a picture of it costs as much as one of a second. Sound is decoded block by block and never held whole.
"""

from __future__ import annotations

import logging
import math
import wave
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from capture_app.session.dictation_files import dictation_rows
from capture_app.session.speech import SoundFileError
from capture_app.session.speech.sound_files import sound_blocks
from capture_app.session.study_desk.dictation_sound import Stretch, stretch_of
from recordings_schema.errors import RecordingError
from recordings_schema.reader import Recording

BIN_S: Final = 0.002
COARSE_BINS: Final = 64
FULL_SCALE: Final = 32768.0
_BLOCK_BINS: Final = 8192  # decoded at once: 16 s, 1.5 MB at 48 kHz
_log = logging.getLogger(__name__)

Levels: TypeAlias = npt.NDArray[np.int16]
Floats: TypeAlias = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundStretches:
    """What was dictated and can be heard, in order of time."""

    stretches: tuple[Stretch, ...] = ()
    problem: str = ""  # why some or all of it stays silent, a sentence


def find_sound(recording: Recording, path: Path) -> SoundStretches:
    """Return the dictation of an open recording at `path`; what cannot be found is told in its `problem`."""
    try:
        rows = dictation_rows(recording, path)
        found = tuple(
            stretch_of(row, path.parent) for row in rows if row["frame_count"] > 0 and row["rate_hz"] > 0
        )
    except (RecordingError, OSError, ValueError, wave.Error) as err:
        _log.warning("The dictation of %s cannot be played: %s", path.name, err)
        return SoundStretches(problem="The dictation cannot be read; the replay stays silent.")
    there = tuple(each for each in found if each.file.is_file())
    problem = ""
    if len(there) < len(found):
        missing = next(each for each in found if each not in there)
        problem = f"The dictation {missing.file.name} is not beside the recording; it stays silent."
    return SoundStretches(
        stretches=tuple(sorted(there, key=lambda each: each.t_first_host_ns)), problem=problem
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outline:
    """Extremes of one stretch by bin."""

    t_first_host_ns: int
    bin_ns: float  # on the host clock
    low: tuple[Levels, Levels]  # by bin, and by `COARSE_BINS` bins
    high: tuple[Levels, Levels]


class Waveform:
    """Outlines of all stretches. Filled by one thread with `load`, read by another."""

    def __init__(self, stretches: tuple[Stretch, ...]) -> None:
        self._stretches = stretches
        self._outlines: tuple[_Outline, ...] = ()
        self.loudest = 0.0  # of all that is there, share of full scale
        self.problem = ""  # of the last file that could not be decoded, a sentence

    @property
    def loaded(self) -> int:
        """Stretches that are there, also those that could not be decoded."""
        return len(self._outlines)

    def load(self, is_given_up: Callable[[], bool] = lambda: False) -> None:
        """Decode all stretches, some seconds for an hour; one that is damaged stays flat."""
        for stretch in self._stretches[len(self._outlines) :]:
            low: list[Levels] = []
            high: list[Levels] = []
            frames = max(1, round(BIN_S * stretch.rate_hz))
            try:
                for block in sound_blocks(stretch.file, frames * _BLOCK_BINS):
                    if is_given_up():
                        return
                    starts = np.arange(0, len(block.pcm), frames)
                    low.append(np.minimum.reduceat(block.pcm, starts))
                    high.append(np.maximum.reduceat(block.pcm, starts))
            except SoundFileError as err:
                _log.warning("A dictation has no picture: %s", err)
                self.problem = f"The dictation {stretch.file.name} cannot be decoded; its track stays flat."
            peaks = [float(np.abs(each.astype(np.int32)).max()) for each in (*low, *high) if len(each)]
            self.loudest = max([self.loudest, *(peak / FULL_SCALE for peak in peaks)])
            self._outlines = (*self._outlines, _outline(stretch, frames, low, high))

    def envelope(self, first_ns: int, end_ns: int, width: int) -> tuple[Floats, Floats]:
        """Return lowest and highest level, -1..1, by pixel column between two times; NaN without sound."""
        low, high = np.full(width, np.nan, np.float32), np.full(width, np.nan, np.float32)
        column_ns = (end_ns - first_ns) / width
        for outline in self._outlines:
            is_coarse = int(column_ns > 2 * COARSE_BINS * outline.bin_ns)
            bin_ns = outline.bin_ns * (COARSE_BINS if is_coarse else 1)
            count = len(outline.low[is_coarse])
            # The columns the stretch reaches, and its bins in each of them.
            left = (outline.t_first_host_ns - first_ns) / column_ns
            right = left + count * bin_ns / column_ns
            columns = np.arange(min(max(math.floor(left), 0), width), min(max(math.ceil(right), 0), width))
            places = (columns * column_ns + first_ns - outline.t_first_host_ns) / bin_ns
            begin = np.clip(np.floor(places), 0, count).astype(np.int64)
            end = np.clip(np.ceil(places + column_ns / bin_ns), 0, count).astype(np.int64)
            columns, begin, end = (each[end > begin] for each in (columns, begin, end))
            if not len(columns):
                continue
            # Neighbours share the bin between them, so that no column of a close look is empty.
            pairs = np.stack([begin, end], axis=1).ravel()
            for kept, reduce, levels in (
                (low, np.minimum, outline.low[is_coarse]),
                (high, np.maximum, outline.high[is_coarse]),
            ):
                padded = np.append(levels[begin[0] : end[-1]], levels[end[-1] - 1])
                kept[columns] = reduce.reduceat(padded, pairs - begin[0])[::2] / FULL_SCALE
        return low, high


def _outline(stretch: Stretch, frames: int, low: list[Levels], high: list[Levels]) -> _Outline:
    """Return the outline of a stretch from the extremes of its bins, `frames` frames each."""
    none = np.zeros(0, np.int16)
    lowest, highest = np.concatenate([none, *low]), np.concatenate([none, *high])
    starts = np.arange(0, len(lowest), COARSE_BINS)
    coarse = (
        (np.minimum.reduceat(lowest, starts), np.maximum.reduceat(highest, starts))
        if len(starts)
        else (none, none)
    )
    return _Outline(
        t_first_host_ns=stretch.t_first_host_ns,
        bin_ns=frames / stretch.true_rate_hz * 1e9,
        low=(lowest, coarse[0]),
        high=(highest, coarse[1]),
    )
