"""One pass over the samples of a recording: loss by minute and by visit, rates, gaps, delays, fixations.

The loss is measured by the very meter of the case loop. Nothing is held but what is not over yet, so a
session of hours needs as little memory as one of minutes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from capture_app.session.reading import GazeLoss, LossMeter
from capture_app.session.report.found_fixations import FixationFinder, detector_of
from capture_app.session.report.source import ReportSource
from capture_app.session.report.stretches import Stretch
from capture_app.session.study.quality_keys import DetectorChoice
from gaze_core.directions import directions, screen_gaze
from gaze_core.eyes import Eye
from gaze_core.fixations import parameters_to_json
from gaze_core.quality import windowed_rms_s2s_deg
from gaze_core.quality.timing import GAP_INTERVALS
from gaze_core.rows import FIXATION, Rows
from recordings_schema.layout import DatasetKey

MINUTE_NS: Final = 60_000_000_000
_SETTLED_NS: Final = 2_000_000_000
"""A loss that is still open this long after a stretch has got its final class within it."""
_WINDOW_S: Final = 0.2  # of the precision while reading
_PREFIXES: Final = {Eye.LEFT: "left_", Eye.RIGHT: "right_"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StretchGaze:
    """What the samples of one stretch say. NaN where there were too few."""

    stretch: Stretch
    loss: GazeLoss
    sample_count: int  # delivered
    valid_count: int  # valid in the analysed signal
    effective_rate_hz: float  # valid samples over the visible time
    rms_s2s_deg: float  # median of 200 ms windows
    fixations: Rows  # FIXATION rows begun within it, after its image was shown


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFigures:
    """What the whole stream of samples was like. NaN where unknown."""

    sample_count: int
    nominal_rate_hz: float
    median_interval_ms: float
    p95_interval_ms: float
    gap_count: int  # longer than 1.5 intervals
    longest_gap_ms: float
    delay_median_ms: float  # from a sample's time by the clock fit to its arrival
    delay_p95_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GazeFigures:
    """Everything that one pass over the samples found."""

    stretches: tuple[StretchGaze, ...]
    minutes: tuple[GazeLoss, ...]  # of the whole recording, minute by minute; the last may be shorter
    stream: StreamFigures
    detector: str
    detector_version: str
    detector_parameters: str  # JSON


@dataclass(slots=True)
class _Counts:
    """What is counted while a stretch goes by."""

    samples: int = 0
    valid: int = 0
    azimuth_deg: list[npt.NDArray[np.float64]] | None = None
    elevation_deg: list[npt.NDArray[np.float64]] | None = None


def gaze_figures(source: ReportSource, stretches: tuple[Stretch, ...]) -> GazeFigures:
    """Return the figures of all samples; stretches in order of time.

    Raises
    ------
    RecordingError
        If samples cannot be read.
    ParameterError
        If the study's detector cannot be made.
    """
    choice = DetectorChoice() if source.opened is None else source.opened.study.analysis.detector
    detector = detector_of(choice, source.signal)
    rate_hz = source.rate_hz
    finder = FixationFinder(
        detector,
        source.geometry,
        source.signal,
        viewport=source.recording.rows(DatasetKey.VIEWPORT),
        trials=source.recording.rows(DatasetKey.TRIALS),
        stretches=stretches,
    )
    losses = _Losses(source, stretches, rate_hz)
    counts = [_Counts(azimuth_deg=[], elevation_deg=[]) for _ in stretches]
    precisions = [math.nan] * len(stretches)
    delays = _Delays()
    done = 0
    for gaze, times in source.blocks():
        losses.take(gaze, times)
        finder.push(gaze, times)
        delays.take(gaze, times)
        for place in range(done, len(stretches)):
            if stretches[place].first_ns > times[-1]:
                break
            _count(counts[place], stretches[place], source, gaze, times)
        while done < len(stretches) and stretches[done].end_ns < times[-1]:
            precisions[done] = _precision(counts[done], rate_hz)
            done += 1
    for place in range(done, len(stretches)):
        precisions[place] = _precision(counts[place], rate_hz)
    visits, minutes = losses.finish()
    fixations = finder.finish()
    return GazeFigures(
        stretches=tuple(
            StretchGaze(
                stretch=stretch,
                loss=visits[place],
                sample_count=counts[place].samples,
                valid_count=counts[place].valid,
                effective_rate_hz=counts[place].valid / stretch.duration_s,
                rms_s2s_deg=precisions[place],
                fixations=fixations[place] if len(fixations) else FIXATION.empty(0),
            )
            for place, stretch in enumerate(stretches)
        ),
        minutes=minutes,
        stream=_stream_figures(source, rate_hz, delays),
        detector=detector.name.value,
        detector_version=detector.version,
        detector_parameters=parameters_to_json(detector.parameters),
    )


class _Losses:
    """Measures stretches and minutes as soon as the samples after them have come, and forgets the rest."""

    def __init__(self, source: ReportSource, stretches: tuple[Stretch, ...], rate_hz: float) -> None:
        self._meter = LossMeter(1e9 / rate_hz, source.gates) if math.isfinite(rate_hz) else None
        ends = range(source.start_ns + MINUTE_NS, source.end_ns + MINUTE_NS, MINUTE_NS)
        spans = [(end - MINUTE_NS, min(end, source.end_ns), index) for index, end in enumerate(ends)]
        spans += [(each.first_ns, each.end_ns, len(spans) + place) for place, each in enumerate(stretches)]
        self._minute_count = len(ends)
        self._waiting = sorted(spans, key=lambda span: span[1])
        self._measured: dict[int, GazeLoss] = {}

    def take(self, gaze: Rows, times: npt.NDArray[np.int64]) -> None:
        if self._meter is None:
            return
        self._meter.take(gaze, times)
        self._measure(int(times[-1]) - _SETTLED_NS)

    def finish(self) -> tuple[list[GazeLoss], tuple[GazeLoss, ...]]:
        """Return the losses of the stretches, and of the minutes."""
        self._measure(None)
        losses = [self._measured[index] for index in sorted(self._measured)]
        return losses[self._minute_count :], tuple(losses[: self._minute_count])

    def _measure(self, until_ns: int | None) -> None:
        while self._waiting and (until_ns is None or self._waiting[0][1] <= until_ns):
            first_ns, end_ns, index = self._waiting.pop(0)
            measured = GazeLoss() if self._meter is None else self._meter.measure(first_ns, end_ns)
            self._measured[index] = measured
        if self._waiting and self._meter is not None:
            self._meter.forget_before(min(span[0] for span in self._waiting))


class _Delays:
    """From the time of a sample to its arrival, of every sample in memory of 8 bytes."""

    def __init__(self) -> None:
        self._parts: list[npt.NDArray[np.float32]] = []

    def take(self, gaze: Rows, times: npt.NDArray[np.int64]) -> None:
        self._parts.append(((gaze["t_host_ns"] - times) * 1e-6).astype(np.float32))

    def percentile(self, percent: float) -> float:
        """Return a percentile in ms; NaN without samples."""
        if not self._parts:
            return math.nan
        return float(np.percentile(np.concatenate(self._parts), percent))


def _count(
    counts: _Counts, stretch: Stretch, source: ReportSource, gaze: Rows, times: npt.NDArray[np.int64]
) -> None:
    own = gaze[(times >= stretch.first_ns) & (times < stretch.end_ns)]
    if not len(own) or counts.azimuth_deg is None or counts.elevation_deg is None:
        return
    x_norm, _ = screen_gaze(own, source.signal)
    counts.samples += len(own)
    counts.valid += int(np.isfinite(x_norm).sum())
    rows = directions(own, source.geometry)
    azimuth_deg, elevation_deg = _signal_directions(rows, source.signal)
    counts.azimuth_deg.append(azimuth_deg)
    counts.elevation_deg.append(elevation_deg)


def _signal_directions(rows: Rows, eye: Eye) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the directions of one signal; the average where both eyes are seen, else the combined."""
    if eye in _PREFIXES:
        prefix = _PREFIXES[eye]
        return rows[f"{prefix}azimuth_deg"].copy(), rows[f"{prefix}elevation_deg"].copy()
    pair = []
    for name in ("azimuth_deg", "elevation_deg"):
        mean = 0.5 * (rows[f"left_{name}"] + rows[f"right_{name}"])
        pair.append(np.where(np.isnan(mean), rows[name], mean))
    return pair[0], pair[1]


def _precision(counts: _Counts, rate_hz: float) -> float:
    """Return the precision of a stretch that is over, and let its directions go."""
    azimuth, elevation = counts.azimuth_deg, counts.elevation_deg
    counts.azimuth_deg = counts.elevation_deg = None
    if not azimuth or not elevation or not math.isfinite(rate_hz):
        return math.nan
    window = max(2, round(_WINDOW_S * rate_hz))
    return windowed_rms_s2s_deg(np.concatenate(azimuth), np.concatenate(elevation), window)


def _stream_figures(source: ReportSource, rate_hz: float, delays: _Delays) -> StreamFigures:
    steps_ms = np.diff(source.t_host_ns) * 1e-6
    has_steps = len(steps_ms) > 0
    gaps_ms = steps_ms[steps_ms > GAP_INTERVALS * 1e3 / rate_hz] if math.isfinite(rate_hz) else steps_ms[:0]
    has_clock = source.recording.tracker_info.has_device_clock
    return StreamFigures(
        sample_count=len(source.t_host_ns),
        nominal_rate_hz=float(source.recording.tracker_info.rate_hz),
        median_interval_ms=float(np.median(steps_ms)) if has_steps else math.nan,
        p95_interval_ms=float(np.percentile(steps_ms, 95)) if has_steps else math.nan,
        gap_count=len(gaps_ms),
        longest_gap_ms=float(gaps_ms.max()) if len(gaps_ms) else 0.0,
        delay_median_ms=delays.percentile(50) if has_clock else math.nan,
        delay_p95_ms=delays.percentile(95) if has_clock else math.nan,
    )
