"""What was heard: frames, the host time of every block, and the line that gives every frame its host time.

A block arrives after its last frame, so a sync row names the last frame. Blocks are late by varying amounts
and never early: the quickest carry the line, which therefore holds the shortest delay as an unknown constant,
the latency of the device. PortAudio's own times are not used: on some systems they follow another clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.clocks import ClockDrift, drift_of_arrivals
from gaze_core.rows import AUDIO_SYNC, Rows

Pcm = npt.NDArray[np.int16]

SETTLING_NS: Final = 500_000_000
"""Devices fill their buffers at the start; blocks of that time say nothing about the usual delay."""

NS_PER_S: Final = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockTimes:
    """When the blocks of a stream were handed over, and the line through that."""

    sync: Rows  # AUDIO_SYNC; played: the first frame of the block, heard: the last
    nominal_rate_hz: float

    @property
    def drift(self) -> ClockDrift | None:
        """How much faster the device's clock runs than the host's; None while too little is known."""
        times = self.sync["t_host_ns"]
        if len(times) == 0:
            return None
        settled = self.sync[times >= times[0] + SETTLING_NS]
        return drift_of_arrivals(self._nominal_ns(settled["frame"]), settled["t_host_ns"])

    def _nominal_ns(self, frames: npt.ArrayLike) -> npt.NDArray[np.int64]:
        nominal = np.asarray(frames, np.float64) * (NS_PER_S / self.nominal_rate_hz)
        return np.asarray(np.rint(nominal).astype(np.int64))

    def line(self) -> FrameLine | None:
        """Return the line that turns frames into host time; None while too little is known."""
        drift = self.drift
        return None if drift is None else FrameLine(drift=drift, nominal_rate_hz=self.nominal_rate_hz)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameLine:
    """Host time of frames and back, between frames too."""

    drift: ClockDrift
    nominal_rate_hz: float

    @property
    def true_rate_hz(self) -> float:
        """Frames per second of the host clock."""
        return self.nominal_rate_hz / (1.0 + self.drift.segment.slope_ppm * 1e-6)

    def host_ns(self, frame: float) -> int:
        """Return the host time of a frame, late by the shortest delay of the device."""
        remote_ns = round(frame * (NS_PER_S / self.nominal_rate_hz))
        return int(self.drift.segment.to_host_ns(np.array([remote_ns], np.int64))[0])

    def frame_at(self, t_host_ns: int) -> float:
        """Return the frame whose host time that is."""
        segment = self.drift.segment
        elapsed_ns = (t_host_ns - segment.intercept_ns) / (1.0 + segment.slope_ppm * 1e-6)
        return (segment.anchor_remote_ns + elapsed_ns) * (self.nominal_rate_hz / NS_PER_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioTake:
    """One unbroken stretch of sound as it was heard, with what was played meanwhile."""

    pcm: Pcm  # heard, mono
    heard: BlockTimes
    played: BlockTimes
    reported_input_s: float = 0.0  # latency as PortAudio states it; a claim, not a measurement
    reported_output_s: float = 0.0
    has_gap: bool = False  # sound was lost or the output ran dry: played and heard frames do not keep step
    warnings: tuple[str, ...] = ()  # sentences


@dataclass(slots=True)
class TakeBuilder:
    """Collects blocks as they come; a hole in the input begins the next segment, never a silent gap."""

    input_rate_hz: float
    output_rate_hz: float
    reported_input_s: float = 0.0
    reported_output_s: float = 0.0
    warnings: list[str] = field(default_factory=list)
    _segments: list[list[Pcm]] = field(default_factory=lambda: [[]])
    _heard: list[tuple[int, int, int]] = field(default_factory=list)  # segment, last frame, t_host_ns
    _played: list[tuple[int, int, int]] = field(default_factory=list)  # segment, first frame, t_host_ns
    _frames: int = 0  # of the current segment
    _played_segment: int = 0

    @property
    def heard_frames(self) -> int:
        """Frames of the current segment."""
        return self._frames

    @property
    def played_frames(self) -> int:
        """First frame of the newest block that was handed over to be played."""
        return self._played[-1][1] if self._played else 0

    @property
    def segment_count(self) -> int:
        """Stretches so far; 1 where nothing was lost."""
        return len(self._segments)

    def hear(self, pcm: Pcm, t_host_ns: int, *, is_after_loss: bool) -> None:
        """Take a block that arrived; `is_after_loss` where the system lost frames before it."""
        if is_after_loss and self._frames:
            self._segments.append([])
            self._frames = 0
        self._segments[-1].append(pcm)
        self._frames += len(pcm)
        self._heard.append((len(self._segments) - 1, self._frames - 1, t_host_ns))

    def play(self, first_frame: int, t_host_ns: int, *, is_after_gap: bool) -> None:
        """Note that a block was handed over to be played; `is_after_gap` where silence had been put in.

        While the device fills its buffers at the start a gap means nothing.
        """
        is_settled = first_frame > SETTLING_NS / NS_PER_S * self.output_rate_hz
        self._played_segment += int(is_after_gap and is_settled)
        self._played.append((self._played_segment, first_frame, t_host_ns))

    def take(self) -> AudioTake:
        """Return the longest unbroken stretch, with a sentence where there was more than one."""
        lengths = [sum(len(block) for block in segment) for segment in self._segments]
        longest = int(np.argmax(lengths))
        warnings = list(self.warnings)
        if len(lengths) > 1:
            warnings.append(
                f"Sound was lost {len(lengths) - 1} times because the computer was too busy; "
                "the longest unbroken stretch was used. Close other programs."
            )
        if self._played_segment:
            warnings.append(
                f"The sound output ran dry {self._played_segment} times, so played sounds came late there. "
                "Close other programs and measure again."
            )
        blocks = self._segments[longest]
        played = [entry[0] for entry in self._played]
        longest_played = max(set(played), key=played.count, default=0)
        return AudioTake(
            pcm=np.concatenate(blocks) if blocks else np.zeros(0, np.int16),
            heard=BlockTimes(sync=_rows(self._heard, longest), nominal_rate_hz=self.input_rate_hz),
            played=BlockTimes(sync=_rows(self._played, longest_played), nominal_rate_hz=self.output_rate_hz),
            reported_input_s=self.reported_input_s,
            reported_output_s=self.reported_output_s,
            has_gap=len(lengths) > 1 or self._played_segment > 0,
            warnings=tuple(warnings),
        )


def _rows(entries: Sequence[tuple[int, int, int]], segment: int) -> Rows:
    kept = [entry for entry in entries if entry[0] == segment]
    rows = AUDIO_SYNC.empty(len(kept))
    for column, name in enumerate(("segment", "frame", "t_host_ns")):
        rows[name] = [entry[column] for entry in kept]
    return rows
