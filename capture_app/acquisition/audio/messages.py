"""The messages between whoever wants sound and the process that holds the sound device."""

from __future__ import annotations

import typing
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np

from gaze_core.frames import FrameCodec
from gaze_core.rows import Rows

PCM_ROWS: Final = "pcm"
PCM_DTYPE: Final = np.dtype([("level", "<i2")])


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenStreams:
    """Open and start the devices; answered by `StreamsOpened` or `SoundFailed`."""

    input_index: int  # -1: nothing is heard
    output_index: int  # -1: nothing is played
    rate_hz: float  # wanted; a device that cannot do it runs at its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """Play these frames from the start of the output on; sent before anything is opened."""

    row_type: str  # pcm
    rows: Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class StopStreams:
    """Stop and close; answered by `StreamsStopped`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicesListed:
    """The first message of the process: what the system has."""

    devices: list[dict[str, Any]]  # JSON of `SoundDevice`
    problem: str  # a sentence; "" where the list could be made


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamsOpened:
    """Sound runs."""

    input_rate_hz: float
    output_rate_hz: float
    input_latency_s: float  # as PortAudio states them
    output_latency_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockHeard:
    """A block of sound."""

    t_host_ns: int
    is_after_loss: bool
    row_type: str  # pcm
    rows: Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockPlayed:
    """A block was handed over to be played."""

    t_host_ns: int
    first_frame: int
    is_after_gap: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamsStopped:
    """Nothing is heard or played any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundFailed:
    """A device cannot be used, or not any longer."""

    text: str  # a sentence


SoundMessage: TypeAlias = (
    OpenStreams
    | Play
    | StopStreams
    | DevicesListed
    | StreamsOpened
    | BlockHeard
    | BlockPlayed
    | StreamsStopped
    | SoundFailed
)

CODEC: Final[FrameCodec[SoundMessage]] = FrameCodec(typing.get_args(SoundMessage), {PCM_ROWS: PCM_DTYPE})
