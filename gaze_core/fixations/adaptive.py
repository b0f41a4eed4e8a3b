"""`adaptive`: the live detector. Bounded look-ahead, and thresholds from the noise it measures itself.

Each sample gets a least-squares speed as soon as half a window of later samples is there. A fixation is left
when the speed rises above the leave threshold, and another one has begun once the speed has stayed below the
enter threshold for the settling time; it is dated back to the first of these samples. Threshold, window and
times follow from noise and sample interval (`noise.tuning`), measured about once a second at instants that
depend on the number of samples alone. Inside a fixation a running median of the speed follows changes that
are quicker than that. A fixation stays open to change for a bounded time after its end: a new one that
begins soon and near enough continues it (so microsaccades do not split fixations), and its borders are read
from the path of the eye (`landing`). A loss of gaze ends a fixation a little before its first missing sample.

Between two fixations lies a saccade; a movement into or out of a loss is none, because most such movements
are the lid's. Losses too short to end anything are passed over and not reported.

Shape of the states after Engbert & Kliegl 2003, Nystrom & Holmqvist 2010 and the EyeLink parser. Work is done
sample by sample on Python integers, so the result cannot depend on how rows were chunked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from gaze_core.fixations.contract import DetectorName, DetectorOutput
from gaze_core.fixations.live_line import LiveLine
from gaze_core.fixations.live_output import LiveOutput
from gaze_core.fixations.parameters import AdaptiveParameters
from gaze_core.fixations.signal import NANO, SOURCES, EyeSelector, TimeLine, eye_signal
from gaze_core.fixations.slope import Sample
from gaze_core.rows import Rows

BLOCK_ROWS: Final = 4096
"""Rows turned into Python numbers at once."""


@dataclass(slots=True)
class AdaptiveDetector:
    """The `adaptive` detector."""

    parameters: AdaptiveParameters = field(default_factory=AdaptiveParameters)
    name: DetectorName = field(default=DetectorName.ADAPTIVE, init=False)
    version: str = field(default="1", init=False)
    _times: TimeLine = field(init=False, repr=False)
    _selector: EyeSelector = field(init=False, repr=False)
    _output: LiveOutput = field(default_factory=LiveOutput, init=False, repr=False)
    _line: LiveLine | None = field(default=None, init=False, repr=False)
    _row: int = field(default=0, init=False, repr=False)
    _line_start_ns: int = field(default=0, init=False, repr=False)

    def __post_init__(self) -> None:
        self._restart()

    def push(self, rows: Rows) -> DetectorOutput:
        """Take DIRECTION rows in order of delivery; return what they decided."""
        for first in range(0, rows.size, BLOCK_ROWS):
            self._push_block(rows[first : first + BLOCK_ROWS])
        return self._output.take()

    def flush(self) -> DetectorOutput:
        """End the stream: decide what is still open."""
        if self._line is not None:
            self._line.close()
        self._restart()
        return self._output.take()

    def _restart(self) -> None:
        self._times = TimeLine()
        self._selector = EyeSelector(self.parameters.eye, is_offset_bridged=self.parameters.is_offset_bridged)
        self._line = None
        self._line_start_ns = 0

    def _push_block(self, rows: Rows) -> None:
        time = self._times.push(rows)
        signal = self._selector.push(time, *(eye_signal(rows, prefix) for prefix in SOURCES))
        running_ns = time.running_ns
        # Times of a line count from its first row: whole microseconds then fall the same way wherever in a
        # stream the line begins.
        first_ns = np.maximum.accumulate(np.where(time.is_break, running_ns, self._line_start_ns))
        is_missing = np.isnan(signal.azimuth_deg)
        nano = (
            np.rint(np.where(is_missing, 0.0, values) * NANO).astype(np.int64).tolist()
            for values in (signal.azimuth_deg, signal.elevation_deg)
        )
        t_us = ((running_ns - first_ns) // 1000).tolist()
        rows_of_stream = range(self._row, self._row + rows.size)
        samples = map(Sample, t_us, *nano, rows_of_stream, time.t_ns.tolist(), signal.eyes.tolist())
        flags = time.is_break.tolist(), is_missing.tolist(), signal.is_all_gone.tolist()
        self._row += rows.size
        self._line_start_ns = int(first_ns[-1])
        line = self._line
        for sample, is_break, is_lost, is_gone in zip(samples, *flags, strict=True):
            if is_break or line is None:
                if line is not None:
                    line.close()
                line = self._line = LiveLine(self.parameters, self._output)
            if is_lost:
                line.take_missing(sample.row, sample.t_ns, sample.t_us, is_gone)
            else:
                line.take_sample(sample)
