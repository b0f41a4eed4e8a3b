"""A test run of the connected tracker: some seconds of samples, summed up into numbers and one sentence."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from capture_app.session.health import LOSS_WORDS
from capture_app.session.live import LiveAnalysis
from capture_app.session.tracker_states import QualityRunState, StreamQuality
from capture_app.session.verdict import LOSS_BAD_SHARE, LOSS_WARNING_SHARE, RATE_TOLERANCE, STALL_S
from gaze_core.directions import directions, screen_gaze
from gaze_core.eyes import Eye
from gaze_core.geometry import ViewingGeometry
from gaze_core.quality import (
    LossClass,
    QualitySnapshot,
    QualityWindow,
    summarise_sampling,
    windowed_rms_s2s_deg,
)
from gaze_core.quality.precision import PRECISION_WINDOW_MS
from gaze_core.rows import GAZE, Rows

FIRST_SAMPLE_NS: Final = 5_000_000_000
"""A tracker that has sent nothing for this long is not waited for any more."""
LONG_GAP_S: Final = 1.0
"""No blink takes so long."""
NOISY_DEG: Final = 1.0
"""In published recordings of remote trackers nine of ten people stay below this, with slow ones too."""

_SIGNALS: Final = ("left_", "right_", "")
_SHOWN_SHARE: Final = 0.001
_BESIDE_LOSS: Final = (LossClass.ONE_EYE, LossClass.OFF_SCREEN)  # there is gaze, so it is not in the loss
_REASONS: Final = "Look at the distance, at glasses and at the light."


class QualityRun:
    """Gathers samples for a while; `step` until it is over.

    Parameters
    ----------
    live
        The analysis that the tracker's samples go through.
    seconds
        Length, counted from the first sample.
    now_ns
        Host time.
    nominal_rate_hz
        As set; NaN where unknown.
    """

    def __init__(self, live: LiveAnalysis, seconds: float, now_ns: int, nominal_rate_hz: float) -> None:
        self._live = live
        self._seconds = seconds
        self._nominal_rate_hz = nominal_rate_hz
        self._asked_ns = self._now_ns = now_ns
        self._begun_ns: int | None = None
        self._next_row = live.first_recent_row + len(live.recent_gaze)
        self._parts: list[Rows] = []
        self._problem = ""

    def step(self, live: LiveAnalysis, now_ns: int) -> bool:
        """Take the samples that came; True once the run is over."""
        self._now_ns = now_ns
        if live is not self._live:
            self._problem = "The tracker was connected anew during the test. Test it again."
            return True
        rows = live.recent_gaze[max(self._next_row - live.first_recent_row, 0) :]
        self._next_row = live.first_recent_row + len(live.recent_gaze)
        if len(rows):
            self._parts.append(rows.copy())
            if self._begun_ns is None:
                self._begun_ns = now_ns
        if self._begun_ns is None:
            if now_ns - self._asked_ns > FIRST_SAMPLE_NS:
                self._problem = (
                    f"The tracker has sent nothing for {FIRST_SAMPLE_NS * 1e-9:.0f} s. "
                    "Check its cable and its own program, then connect it again."
                )
            return bool(self._problem)
        return now_ns - self._begun_ns >= self._seconds * 1e9

    def state(self) -> QualityRunState:
        """Return how far the run is."""
        elapsed_s = 0.0 if self._begun_ns is None else (self._now_ns - self._begun_ns) * 1e-9
        return QualityRunState(
            is_running=True, elapsed_s=min(elapsed_s, self._seconds), total_s=self._seconds
        )

    def end(self, geometry: ViewingGeometry, eye: Eye) -> QualityRunState:
        """Return the result, or why there is none."""
        if self._problem:
            return QualityRunState(problem=self._problem)
        rows = np.concatenate([GAZE.empty(0), *self._parts])
        silence_ns = max(0, self._now_ns - int(rows["t_host_ns"][-1]))
        quality = stream_quality(rows, silence_ns, self._nominal_rate_hz, geometry, eye)
        return QualityRunState(elapsed_s=self._seconds, total_s=self._seconds, result=quality)


def stream_quality(
    rows: Rows, silence_ns: int, nominal_rate_hz: float, geometry: ViewingGeometry, eye: Eye
) -> StreamQuality:
    """Return the quality of consecutive samples of one tracker.

    Parameters
    ----------
    rows
        GAZE rows in order of delivery, at least one.
    silence_ns
        Time since the last of them arrived.
    nominal_rate_hz
        As set; NaN where unknown.
    geometry, eye
        Screen and signal of the study.
    """
    times = rows["t_device_ns"]
    if np.any(np.diff(times) < 0):
        times = rows["t_host_ns"]  # the tracker's clock went back: the arrival decides
    span_s = float(times[-1] - times[0]) * 1e-9 + silence_ns * 1e-9
    window = QualityWindow(window_s=span_s + 1.0, rate_hz=nominal_rate_hz)
    window.push(rows, times)
    is_silent = silence_ns > STALL_S * 1e9
    snapshot = window.snapshot(int(times[-1]) + silence_ns if is_silent else None)
    has_gaze = np.isfinite(screen_gaze(rows, eye)[0])
    sampling = summarise_sampling(times, has_gaze, nominal_rate_hz)
    rate_hz = snapshot.rate_hz
    level, judgement = _judgement(
        rate_hz, nominal_rate_hz, snapshot.loss_share, snapshot.longest_gap_ms * 1e-3, is_silent=is_silent
    )
    noise_deg = _noise_deg(rows, geometry, rate_hz)
    if level == "good" and noise_deg > NOISY_DEG:
        level = "attention"
        judgement = "the gaze is noisy. Look at glasses and at the light, and calibrate the tracker anew."
    return StreamQuality(
        level=level,
        sentence=f"{_facts(rate_hz, nominal_rate_hz, snapshot.loss_share, noise_deg)}: {judgement}",
        duration_s=span_s,
        sample_count=len(rows),
        never_arrived=int(np.maximum(np.diff(rows["seq"]) - 1, 0).sum()),
        rate_hz=rate_hz,
        nominal_rate_hz=nominal_rate_hz,
        data_rate_hz=sampling.effective_rate_hz,
        loss_share=snapshot.loss_share,
        loss_classes=_shares_of(snapshot, is_beside=False),
        beside_classes=_shares_of(snapshot, is_beside=True),
        longest_gap_s=snapshot.longest_gap_ms * 1e-3,
        noise_deg=noise_deg,
    )


def _shares_of(snapshot: QualitySnapshot, *, is_beside: bool) -> tuple[tuple[str, float], ...]:
    """Return word and share of what is loss, or of what stands beside it."""
    return tuple(
        (LOSS_WORDS[name], share)
        for name, share in snapshot.class_shares.items()
        if (name in _BESIDE_LOSS) == is_beside and share >= _SHOWN_SHARE
    )


def _noise_deg(rows: Rows, geometry: ViewingGeometry, rate_hz: float) -> float:
    """Return RMS-S2S of the signal with more of it: both eyes have to be good."""
    if not rate_hz > 0:
        return math.nan
    seen = directions(rows, geometry)
    samples = max(round(PRECISION_WINDOW_MS * 1e-3 * rate_hz), 2)
    noises = [
        windowed_rms_s2s_deg(seen[f"{signal}azimuth_deg"], seen[f"{signal}elevation_deg"], samples)
        for signal in _SIGNALS
    ]
    return max((noise for noise in noises if math.isfinite(noise)), default=math.nan)


def _facts(rate_hz: float, nominal_rate_hz: float, loss_share: float, noise_deg: float) -> str:
    of_set = f" of {nominal_rate_hz:g} Hz set" if math.isfinite(nominal_rate_hz) else " Hz"
    noise = f", noise {noise_deg:.2f} deg" if math.isfinite(noise_deg) else ""
    return f"{rate_hz:.1f}{of_set}, {100 * loss_share:.1f} % without gaze{noise}"


def _judgement(
    rate_hz: float, nominal_rate_hz: float, loss_share: float, longest_gap_s: float, *, is_silent: bool
) -> tuple[str, str]:
    """Return level and sentence; the worst thing is told."""
    if is_silent:
        return "bad", "the tracker stopped sending. Check its cable and its own program."
    if not loss_share < LOSS_BAD_SHARE:
        return "bad", f"far too much of the gaze is missing. {_REASONS}"
    if abs(rate_hz / nominal_rate_hz - 1.0) > RATE_TOLERANCE:
        return "bad", "the rate is not the one that is set. Check the tracker's settings and its cable."
    if loss_share >= LOSS_WARNING_SHARE:
        return "attention", f"much of the gaze is missing. {_REASONS}"
    if longest_gap_s > LONG_GAP_S:
        return "attention", f"the eyes were gone for {longest_gap_s:.1f} s at a stretch. {_REASONS}"
    return "good", "good for recording."
