"""The stretches of one case's dictation as one sound, and the host time of every moment of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from capture_app.session.speech import Sound, SoundFileError, read_sound
from capture_app.session.speech.sound import ENGINE_RATE_HZ, LONGEST_SOUND_S, at_engine_rate
from gaze_core.rows import decode_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch of dictation without a gap, in a file of its own."""

    file: Path
    t_first_host_ns: int  # of its first frame
    frame_count: int
    rate_hz: float  # frames per second of the file
    true_rate_hz: float  # frames per second of the host clock

    @property
    def duration_s(self) -> float:
        """Its length on the host clock."""
        return self.frame_count / self.true_rate_hz

    @property
    def t_end_host_ns(self) -> int:
        """Host time just after its last frame."""
        return self.host_ns(self.frame_count)

    def host_ns(self, frame: float) -> int:
        """Return the host time of a frame."""
        return self.t_first_host_ns + round(frame / self.true_rate_hz * 1e9)

    def frame_at(self, t_host_ns: int) -> int:
        """Return the frame at a host time, within the stretch."""
        frame = round((t_host_ns - self.t_first_host_ns) * 1e-9 * self.true_rate_hz)
        return min(max(frame, 0), self.frame_count)


def stretch_of(row: np.void, folder: Path) -> Stretch:
    """Return the stretch of an AUDIO_SEGMENT row whose recording lies in `folder`."""
    rate_hz, fitted_hz = float(row["rate_hz"]), float(row["fitted_rate_hz"])
    return Stretch(
        file=folder / Path(decode_text(row["file"])).name,
        t_first_host_ns=int(row["t_first_host_ns"]),
        frame_count=int(row["frame_count"]),
        rate_hz=rate_hz,
        true_rate_hz=rate_hz if math.isnan(fitted_hz) else fitted_hz,
    )


def stretch_at(stretches: Sequence[Stretch], t_host_ns: int) -> Stretch | None:
    """Return the stretch that a time lies in, else the next after it; None behind the last."""
    return next((each for each in stretches if t_host_ns < each.t_end_host_ns), None)


@dataclass(frozen=True, slots=True)
class JoinedSound:
    """Stretches one after the other at the rate of the engines; what lies between them is left out."""

    sound: Sound
    stretches: tuple[Stretch, ...]
    first_frames: tuple[int, ...]  # of each stretch within `sound`

    def host_ns(self, t_s: float) -> int:
        """Return the host time of a moment of the joined sound."""
        frame = t_s * ENGINE_RATE_HZ
        number = max(int(np.searchsorted(self.first_frames, frame, side="right")) - 1, 0)
        stretch = self.stretches[number]
        within_s = (frame - self.first_frames[number]) / ENGINE_RATE_HZ
        return stretch.host_ns(within_s * stretch.rate_hz)


def join_stretches(stretches: Sequence[Stretch]) -> JoinedSound:
    """Return the sound of the stretches; reads their files and costs the change of rate.

    Raises
    ------
    SoundFileError
        If a file cannot be read, or is too long.
    """
    if sum(each.duration_s for each in stretches) > LONGEST_SOUND_S:
        raise SoundFileError(
            "The dictation of this case is longer than half an hour in all, too long to be worked on at "
            "once. Use `reading-station transcribe` with each of its sound files."
        )
    sounds = [at_engine_rate(read_sound(each.file)) for each in stretches]
    ends = np.cumsum([len(each.pcm) for each in sounds])
    return JoinedSound(
        sound=Sound(np.concatenate([each.pcm for each in sounds]), ENGINE_RATE_HZ),
        stretches=tuple(stretches),
        first_frames=(0, *(int(end) for end in ends[:-1])),
    )
