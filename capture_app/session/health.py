"""Numbers of the gaze-quality panel, kept up to date batch by batch and summed up a few times a second."""

from __future__ import annotations

import math
from collections import deque
from typing import Final

import numpy as np

from capture_app.acquisition.messages import TrackerOpened
from capture_app.session.link import Link
from capture_app.session.live import LiveAnalysis, LiveResults
from capture_app.session.newest_gaze import eye_point
from capture_app.session.states import StreamHealth, TrailPoint
from gaze_core.quality import LossClass, QualitySnapshot, QualityWindow
from gaze_core.rows import GAZE, Rows

REFRESH_NS: Final = 200_000_000
HISTORY_S: Final = 10
EYE_OK_SHARE: Final = 0.5
"""An eye is called lost when most samples of the last second do not have it: blinks go unmentioned."""
EYE_WINDOW_S: Final = 1.0
EYE_POINT_NS: Final = 200_000_000
"""An eye not seen for longer than this is drawn no more."""
BOX_HALF_MM: Final = (200.0, 130.0)
"""Half width and height of the box in which desktop trackers find eyes, at their working distance."""

LOSS_WORDS: Final = {
    LossClass.BLINK_LIKE: "blinks",
    LossClass.ONE_EYE: "one eye",
    LossClass.BOTH_EYES: "both eyes",
    LossClass.OFF_SCREEN: "off screen",
    LossClass.STALLED: "no samples",
}


class HealthMonitor:
    """Follows one tracker's stream."""

    def __init__(self) -> None:
        self._window: QualityWindow | None = None
        self._health = StreamHealth()
        self._made_ns = 0
        self._newest: Rows = GAZE.empty(0)
        self._newest_device_ns = 0
        self._latency_ms: deque[float] = deque(maxlen=64)
        self._history: deque[float] = deque(maxlen=HISTORY_S)
        self._history_second = -1
        self._longest_gap_s = 0.0
        self._lost = 0
        self._open_since_ns: int | None = None

    def push(self, results: LiveResults, lost: int) -> None:
        """Take in one batch that was analysed."""
        self._lost += lost
        gaze = results.gaze
        if self._window is None:
            self._window = QualityWindow()
        self._window.push(gaze, results.signal["t_host_ns"])
        self._newest = gaze[-1:].copy()
        self._newest_device_ns = int(gaze["t_device_ns"][-1])
        self._latency_ms.append(float(np.median(gaze["t_host_ns"] - results.signal["t_host_ns"])) / 1e6)

    def interval_s(self, tracker: TrackerOpened | None) -> float:
        """Return the time one sample stands for: the device setting, else what was measured, else 0."""
        nominal = nominal_hz(tracker)
        if nominal > 0:
            return 1.0 / nominal
        return 1.0 / self._health.rate_hz if self._health.rate_hz > 0 else 0.0

    def eye_points(self, now_ns: int) -> tuple[TrailPoint | None, TrailPoint | None]:
        """Return the newest gaze of the left and of the right eye; None where it is old or missing."""
        if not len(self._newest) or now_ns - int(self._newest["t_host_ns"][0]) > EYE_POINT_NS:
            return None, None
        row = self._newest[0]
        return eye_point(row, "left"), eye_point(row, "right")

    def health(self, link: Link, live: LiveAnalysis, now_ns: int) -> StreamHealth:
        """Return the numbers; summed up anew five times a second."""
        if self._window is None:
            return self._before_first_sample(link.tracker, now_ns)
        if now_ns - self._made_ns < REFRESH_NS:
            return self._health
        self._made_ns = now_ns
        # A stream that goes on is measured up to its newest sample: its latency is not a gap.
        newest_ns = int(live.recent_signal["t_host_ns"][-1]) if len(live.recent_signal) else now_ns
        is_stalled = now_ns - newest_ns > REFRESH_NS
        snapshot = self._window.snapshot(now_ns if is_stalled else None)
        second = self._window.snapshot(now_ns if is_stalled else None, EYE_WINDOW_S)
        self._keep_history(second, now_ns)
        self._longest_gap_s = max(self._longest_gap_s, snapshot.longest_gap_ms / 1e3)
        offset_ms, drift_ppm = _clock_numbers(live, newest_ns, self._newest_device_ns)
        left_ok, right_ok = _eyes_ok(second)
        self._health = StreamHealth(
            rate_hz=snapshot.rate_hz,
            nominal_rate_hz=nominal_hz(link.tracker),
            loss_share=snapshot.loss_share,
            loss_classes=tuple(
                (LOSS_WORDS[name], share) for name, share in snapshot.class_shares.items() if share >= 0.001
            ),
            loss_history=tuple(self._history),
            longest_gap_s=self._longest_gap_s,
            stalled_s=max(0.0, (now_ns - newest_ns) / 1e9) if is_stalled else 0.0,
            latency_ms=float(np.median(self._latency_ms)) if self._latency_ms else math.nan,
            clock_offset_ms=offset_ms,
            clock_drift_ppm=drift_ppm,
            distance_mm=snapshot.distance_mm,
            left_ok=left_ok,
            right_ok=right_ok,
            left_box=_box(self._newest, "left"),
            right_box=_box(self._newest, "right"),
            pupil_unit=str(link.tracker.info.get("pupil_unit", "")) if link.tracker is not None else "",
            lost_samples=link.status.lost if link.status is not None else self._lost,
            out_of_order=link.status.out_of_order if link.status is not None else 0,
        )
        return self._health

    def _before_first_sample(self, tracker: TrackerOpened | None, now_ns: int) -> StreamHealth:
        """Count the time a tracker that is there has sent nothing."""
        if tracker is None:
            self._open_since_ns = None
            return StreamHealth()
        if self._open_since_ns is None:
            self._open_since_ns = now_ns
        return StreamHealth(
            nominal_rate_hz=nominal_hz(tracker), stalled_s=(now_ns - self._open_since_ns) / 1e9
        )

    def _keep_history(self, second: QualitySnapshot, now_ns: int) -> None:
        if now_ns // 1_000_000_000 != self._history_second:
            self._history_second = now_ns // 1_000_000_000
            self._history.append(second.loss_share)


def nominal_hz(tracker: TrackerOpened | None) -> float:
    """Return the rate the tracker is set to; NaN where it does not tell."""
    rate_hz = tracker.info.get("rate_hz") if tracker is not None else None
    return float(rate_hz) if isinstance(rate_hz, (int, float)) else math.nan


def _eyes_ok(second: QualitySnapshot) -> tuple[bool, bool]:
    """Tell which eyes are seen; a tracker that gives one combined gaze has no eye to lose."""
    is_combined = second.left_share == 0 and second.right_share == 0 and second.loss_share < EYE_OK_SHARE
    return (
        is_combined or second.left_share >= EYE_OK_SHARE,
        is_combined or second.right_share >= EYE_OK_SHARE,
    )


def _box(newest: Rows, side: str) -> tuple[float, float] | None:
    """Return where an eye is in the tracker's box, 0..1 in x (reader's left is left) and y (up is 0)."""
    if not len(newest) or not newest[f"{side}_origin_valid"][0]:
        return None
    return box_of_mm(float(newest[f"{side}_origin_x_mm"][0]), float(newest[f"{side}_origin_y_mm"][0]))


def box_of_mm(x_mm: float, y_mm: float) -> tuple[float, float]:
    """Return the place in the tracker's box, 0..1, of an eye right of and below the screen's middle."""
    return 0.5 + x_mm / (2 * BOX_HALF_MM[0]), 0.5 + y_mm / (2 * BOX_HALF_MM[1])


def _clock_numbers(live: LiveAnalysis, newest_host_ns: int, newest_device_ns: int) -> tuple[float, float]:
    """Return offset (host minus tracker, ms) and drift (ppm) of the line now in use."""
    segments = live.clock.model.segments
    if not segments:
        return math.nan, math.nan
    return (newest_host_ns - newest_device_ns) / 1e6, segments[-1].slope_ppm
