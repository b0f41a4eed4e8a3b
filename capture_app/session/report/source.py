"""An open recording as the report reads it: times, geometry, signal and limits; gaze in parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from capture_app.session.measured_geometry import believed_geometry
from capture_app.session.results import geometry_of
from capture_app.session.study import OpenedStudy
from capture_app.session.study.quality_keys import Gates
from gaze_core.eyes import Eye
from gaze_core.geometry import ViewingGeometry
from gaze_core.rows import Rows
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording

BLOCK_ROWS: Final = 32_768
_SIGNALS: Final = {"left": Eye.LEFT, "right": Eye.RIGHT}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSource:
    """What all parts of a report are computed from. One thread, as the recording."""

    recording: Recording
    opened: OpenedStudy | None
    is_other_study: bool  # the recording names another study than the one given
    geometry: ViewingGeometry  # that degrees are computed with
    geometry_note: str  # a sentence about the size of the screen, "" where there is nothing to say
    signal: Eye  # that is judged and analysed
    gates: Gates  # of the study, else the defaults
    t_host_ns: npt.NDArray[np.int64]  # of every sample, by the fit of the clock, shape (n,)
    start_ns: int  # the report's zero: the first sample, else the start of the session
    end_ns: int

    @property
    def rate_hz(self) -> float:
        """Device setting; where it is unknown that of the median interval; NaN with too few samples."""
        declared = self.recording.tracker_info.rate_hz
        if np.isfinite(declared) and declared > 0:
            return float(declared)
        steps = np.diff(self.t_host_ns)
        steps = steps[steps > 0]
        return 1e9 / float(np.median(steps)) if len(steps) else float("nan")

    def minutes(self, t_host_ns: int) -> float:
        """Return a host time in minutes since the start."""
        return (t_host_ns - self.start_ns) / 60e9

    def blocks(self) -> Iterator[tuple[Rows, npt.NDArray[np.int64]]]:
        """Yield all GAZE rows with their times, a bounded number at a time."""
        for first in range(0, len(self.t_host_ns), BLOCK_ROWS):
            end = min(first + BLOCK_ROWS, len(self.t_host_ns))
            yield self.recording.gaze(first, end), self.t_host_ns[first:end]


def source_of(recording: Recording, opened: OpenedStudy | None) -> ReportSource:
    """Return the source of a report on an open recording.

    Raises
    ------
    RecordingError
        If the samples cannot be read.
    """
    metadata = recording.metadata
    geometry, note = believed_geometry(
        geometry_of(recording),
        recording.tracker_info.display_area_mm,
        is_assumed=is_size_assumed(recording),
    )
    times = recording.host_times_ns()
    named = metadata.session.study
    start_ns = int(times[0]) if len(times) else metadata.session.started_host_ns
    return ReportSource(
        recording=recording,
        opened=opened,
        is_other_study=opened is not None and bool(named) and named != opened.study.study.study_id,
        geometry=geometry,
        geometry_note=note,
        signal=signal_of(recording),
        gates=Gates() if opened is None else opened.study.gates,
        t_host_ns=times,
        start_ns=start_ns,
        end_ns=max(start_ns, int(times[-1]) if len(times) else start_ns, _last_trial_ns(recording)),
    )


def signal_of(recording: Recording) -> Eye:
    """Return the signal the study analyses; the dominant eye where it says so and that eye is known."""
    name = recording.metadata.session.gaze_signal
    if name == "dominant":
        name = recording.metadata.participant.dominant_eye
    return _SIGNALS.get(name, Eye.AVERAGE)


def is_size_assumed(recording: Recording) -> bool:
    """Whether nobody measured the reader's screen."""
    return recording.metadata.settings.settings.get("screen_size", "").startswith("assumed")


def _last_trial_ns(recording: Recording) -> int:
    rows = recording.rows(DatasetKey.TRIALS)
    return int(rows["t_host_ns"].max()) if len(rows) else 0
