"""`ivt`: velocity-threshold fixation filter, the offline reference.

Stages, each switchable: gap filling, eye selection, noise reduction, end-point speed, threshold, merging,
discarding. After Olsen, A. (2012), The Tobii I-VT fixation filter, with one stricter rule: no gap is filled
across more than a degree. All stages are vectorised over the pushed chunk and carry what the next one needs.

It announces nothing while it runs: its events have no times of sending and come without messages.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from gaze_core.fixations.contract import DetectorName, DetectorOutput
from gaze_core.fixations.parameters import IdtParameters, IvtParameters
from gaze_core.fixations.runs import RunGatherer, SampleClass
from gaze_core.fixations.sequence import EventSequencer, SequenceSettings
from gaze_core.fixations.signal import MS_NS, BoolArray, FillLimits, FloatArray, GazeSignal, SignalSource
from gaze_core.fixations.velocity import PieceLimits, SpeedSettings, SpeedStage
from gaze_core.rows import Rows

BLOCK_ROWS: Final = 32_768
"""Rows worked on at once: intermediate arrays of this size stay in the processor's cache."""


@dataclass(slots=True)
class IvtDetector:
    """The `ivt` detector."""

    parameters: IvtParameters = field(default_factory=IvtParameters)
    name: DetectorName = field(default=DetectorName.IVT, init=False)
    version: str = field(default="1", init=False)
    _source: SignalSource = field(init=False, repr=False)
    _speeds: SpeedStage = field(init=False, repr=False)
    _runs: RunGatherer = field(init=False, repr=False)
    _sequencer: EventSequencer = field(init=False, repr=False)

    def __post_init__(self) -> None:
        chosen = self.parameters
        self._source = signal_source(chosen)
        self._speeds = SpeedStage(_speed_settings(chosen))
        self._runs = RunGatherer(round(chosen.longest_gap_ms * MS_NS))
        self._sequencer = EventSequencer(_sequence_settings(chosen))

    def push(self, rows: Rows) -> DetectorOutput:
        """Take DIRECTION rows in order of delivery; return the events they made final."""
        events = [
            self._push_block(rows[first : first + BLOCK_ROWS]) for first in range(0, rows.size, BLOCK_ROWS)
        ]
        return DetectorOutput(events=np.concatenate(events)) if events else DetectorOutput()

    def flush(self) -> DetectorOutput:
        """End the stream: decide what is still open."""
        events = [self._classify(*self._speeds.push(self._source.flush()))]
        rest = self._speeds.flush()
        if rest is not None:
            events.append(self._classify(*rest))
        events.append(self._sequencer.push(self._runs.flush()))
        events.append(self._sequencer.flush())
        return DetectorOutput(events=np.concatenate(events))

    def _push_block(self, rows: Rows) -> Rows:
        return self._classify(*self._speeds.push(self._source.push(rows)))

    def _classify(self, signal: GazeSignal, squared: FloatArray, starts: BoolArray) -> Rows:
        kinds = np.full(squared.size, SampleClass.SACCADE, np.uint8)
        kinds[squared < self.parameters.threshold_deg_s**2] = SampleClass.FIXATION
        kinds[np.isnan(squared)] = SampleClass.UNKNOWN
        kinds[np.isnan(signal.azimuth_deg)] = SampleClass.LOSS
        return self._sequencer.push(self._runs.push(signal, kinds, squared, starts))


def signal_source(chosen: IvtParameters | IdtParameters) -> SignalSource:
    """Return the source of gaze that the parameters describe."""
    limits = FillLimits(longest_ns=round(chosen.longest_gap_ms * MS_NS), largest_deg=chosen.largest_gap_deg)
    return SignalSource(
        chosen.eye, limits if chosen.is_gap_filled else None, is_offset_bridged=chosen.is_offset_bridged
    )


def _speed_settings(chosen: IvtParameters) -> SpeedSettings:
    return SpeedSettings(
        half_window_ns=round(0.5 * chosen.window_ms * MS_NS),
        noise_reduction=chosen.noise_reduction,
        moving_average_samples=chosen.moving_average_samples,
        pieces=PieceLimits(
            longest_hole_ns=round(chosen.longest_gap_ms * MS_NS),
            suspicious_hole_ns=round(1.25 * chosen.window_ms * MS_NS),
            largest_hole_deg=chosen.largest_gap_deg,
        ),
    )


def _sequence_settings(chosen: IvtParameters) -> SequenceSettings:
    return SequenceSettings(
        merge_gap_ns=round(chosen.merge_gap_ms * MS_NS) if chosen.is_merged else 0,
        merge_angle_deg=chosen.merge_angle_deg,
        shortest_fixation_ns=round(chosen.shortest_fixation_ms * MS_NS) if chosen.is_short_discarded else 0,
        shortest_blink_ns=round(chosen.shortest_blink_ms * MS_NS),
        longest_blink_ns=round(chosen.longest_blink_ms * MS_NS),
    )
