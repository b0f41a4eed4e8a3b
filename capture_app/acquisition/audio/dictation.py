"""What is kept of a microphone during one recording: stretches, each a file and the times of its blocks.

A pause, the next trial, a hole in the sound and half an hour each begin a new stretch, so that no file holds
a gap and none grows too long to be transcribed at once.
"""

from __future__ import annotations

import hashlib
import logging
import math
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np

from capture_app.acquisition.audio.takes import NS_PER_S, BlockTimes, Pcm
from capture_app.acquisition.audio.wav_file import WavWriter, sha256_of
from gaze_core.rows import AUDIO_SEGMENT, AUDIO_SYNC, NO_TIME, Rows
from recordings_schema.layout import DatasetKey

SYNC_EVERY_NS: Final = 200_000_000
LONGEST_STRETCH_S: Final = 1740.0
"""Half an hour is what can be transcribed at once."""

LEAD_NS: Final = 2_000_000_000
"""A trial that opens so soon after the recording began takes the stretch that began with the recording."""

MOST_SIGMA_PPM: Final = 100.0
"""Any quartz is within that: a rate known no better is no finding."""

_NAME_BYTES: Final = 128
_log = logging.getLogger(__name__)

Emit = Callable[[DatasetKey, Rows], None]


class Dictation:
    """The stretches of one recording; one thread alone uses it. Methods may raise `OSError` of the disk.

    Parameters
    ----------
    recording
        File of the recording; the sound goes beside it.
    device, rate_hz, latency_ms
        Full name of the microphone, its rate, and its measured input latency (NaN: not measured).
    emit
        Takes the rows.
    first_segment
        Number of the first stretch: another microphone may have been used before.
    """

    def __init__(
        self,
        recording: Path,
        *,
        device: str,
        rate_hz: float,
        latency_ms: float,
        emit: Emit,
        first_segment: int = 0,
    ) -> None:
        self.next_segment = first_segment
        self._recording = recording
        self._device = device
        self._rate_hz = rate_hz
        self._latency_ms = latency_ms
        self._emit = emit
        self._stretch: Stretch | None = None

    @property
    def is_kept(self) -> bool:
        """Whether a stretch is open."""
        return self._stretch is not None

    def hear(self, pcm: Pcm, t_host_ns: int, trial: int) -> None:
        """Write a block that has arrived into the stretch of `trial`, opening it where there is none."""
        stretch = self._stretch
        if stretch is None:
            stretch = self._stretch = Stretch(
                beside(self._recording, self.next_segment), self.next_segment, self._rate_hz, trial
            )
            self.next_segment += 1
        rows = stretch.hear(pcm, t_host_ns)
        if len(rows):
            self._emit(DatasetKey.AUDIO_SYNC, rows)
        if stretch.seconds >= LONGEST_STRETCH_S:
            self.end()

    def open_trial(self, trial: int, t_host_ns: int) -> None:
        """End the stretch before a trial, unless it has only just begun with the recording."""
        stretch = self._stretch
        if stretch is None or stretch.trial == trial:
            return
        if stretch.trial < 0 and stretch.segment == 0 and t_host_ns - stretch.t_first_block_ns < LEAD_NS:
            stretch.trial = trial
        else:
            self.end()

    def end(self) -> None:
        """End the stretch that is open, if any: its file is closed and its row written."""
        stretch, self._stretch = self._stretch, None
        if stretch is not None:
            self._finish(stretch, stretch.close())

    def break_off(self) -> None:
        """End the stretch after the disk failed: what is in its file counts."""
        stretch, self._stretch = self._stretch, None
        if stretch is not None:
            self._finish(stretch, stretch.break_off())

    def _finish(self, stretch: Stretch, last_rows: Rows) -> None:
        if len(last_rows):
            self._emit(DatasetKey.AUDIO_SYNC, last_rows)
        self._emit(DatasetKey.AUDIO_SEGMENTS, stretch.row(self._device, self._latency_ms))


class Stretch:
    """Sound without a gap, in a file of its own."""

    def __init__(self, path: Path, segment: int, rate_hz: float, trial: int) -> None:
        self.segment = segment
        self.trial = trial
        self.t_first_block_ns = NO_TIME
        self._rate_hz = rate_hz
        self._file = WavWriter(path, round(rate_hz))
        self._last_frames: list[int] = []  # of all blocks
        self._arrivals_ns: list[int] = []
        self._told = 0  # blocks whose rows were handed out
        self._synced_ns = NO_TIME

    @property
    def seconds(self) -> float:
        """Its length."""
        return self._file.frames / self._rate_hz

    def hear(self, pcm: Pcm, t_host_ns: int) -> Rows:
        """Write a block; return the rows of the blocks that have just come to lie on the disk."""
        if self.t_first_block_ns == NO_TIME:
            self.t_first_block_ns = self._synced_ns = t_host_ns
        self._file.write(pcm)
        self._last_frames.append(self._file.frames - 1)
        self._arrivals_ns.append(t_host_ns)
        if t_host_ns - self._synced_ns < SYNC_EVERY_NS:
            return AUDIO_SYNC.empty(0)
        self._synced_ns = t_host_ns
        self._file.sync()
        return self._untold()

    def close(self) -> Rows:
        """Close the file; return the rows that are still to be written."""
        self._file.close()
        return self._untold()

    def break_off(self) -> Rows:
        """Close the file after the disk failed; return the rows that are still to be written."""
        try:
            self._file.break_off()
        except OSError as err:
            _log.warning("%s could not be closed properly: %s", self._file.path, err)
        return self._untold()

    def row(self, device: str, latency_ms: float) -> Rows:
        """Return its AUDIO_SEGMENT row, after it was closed."""
        times = BlockTimes(sync=self._rows_from(0), nominal_rate_hz=self._rate_hz)
        t_first_ns, fitted_rate_hz = first_frame(times)
        if math.isfinite(latency_ms):
            t_first_ns -= round(latency_ms * 1e6)
        try:
            checksum = sha256_of(self._file.path)
        except OSError as err:
            _log.warning("%s could not be read again: %s", self._file.path, err)
            checksum = ""
        return AUDIO_SEGMENT.row(
            segment=self.segment,
            trial=self.trial,
            t_first_host_ns=t_first_ns,
            frame_count=self._file.frames,
            rate_hz=self._rate_hz,
            fitted_rate_hz=fitted_rate_hz,
            latency_ms=latency_ms,
            device=device,
            file=self._file.path.name,
            sha256=checksum,
        )

    def _untold(self) -> Rows:
        first, self._told = self._told, len(self._last_frames)
        return self._rows_from(first)

    def _rows_from(self, first: int) -> Rows:
        rows = AUDIO_SYNC.empty(len(self._last_frames) - first)
        rows["segment"] = self.segment
        rows["frame"] = self._last_frames[first:]
        rows["t_host_ns"] = self._arrivals_ns[first:]
        return rows


def first_frame(times: BlockTimes) -> tuple[int, float]:
    """Return host time of the first frame, ns, and frames per second of the host clock.

    The rate is NaN, and the nominal one used for the time, where the sound is too short to tell. The latency
    of the device is still in the time.
    """
    line = times.line()
    if line is not None and line.drift.sigma_ppm < MOST_SIGMA_PPM:  # NaN: no
        return line.host_ns(0.0), line.true_rate_hz
    sync = times.sync
    if len(sync) == 0:
        return NO_TIME, math.nan
    elapsed_ns = np.rint(sync["frame"] * (NS_PER_S / times.nominal_rate_hz)).astype(np.int64)
    return int((sync["t_host_ns"] - elapsed_ns).min()), math.nan


def beside(recording: Path, segment: int) -> Path:
    """Return the file of a stretch beside its recording; a long name is shortened, see AUDIO_SEGMENT.file."""
    stem, ending = recording.stem, f"_audio_{segment:03d}.wav"
    room_bytes = _NAME_BYTES - len(ending)
    if len(stem.encode("utf-8", "surrogateescape")) > room_bytes:
        mark = hashlib.sha256(stem.encode("utf-8", "surrogateescape")).hexdigest()[:12]
        kept = stem.encode("utf-8", "replace")[: room_bytes - len(mark) - 1].decode("utf-8", "ignore")
        stem = f"{kept}-{mark}"
    return recording.with_name(stem + ending)
