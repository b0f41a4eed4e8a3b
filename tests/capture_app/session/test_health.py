"""The numbers of the quality panel from a simulated stream."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from session_fakes import FACTS, FakeAcquisition

from capture_app.acquisition import messages as m
from capture_app.session.health import HealthMonitor
from capture_app.session.link import Link
from capture_app.session.live import LiveAnalysis
from capture_app.session.session_metadata import screen_of
from gaze_core.eyes import Eye
from gaze_core.geometry import ViewingGeometry
from gaze_core.rows import TRIAL, VIEWPORT, Rows

SECOND = 1_000_000_000


class Fed:
    """A monitor that has seen rows in frames of ten."""

    def __init__(self, rows: Rows, rate_hz: float | None = 600.0) -> None:
        acquisition = FakeAcquisition()
        info = {"pupil_unit": "mm"} | ({} if rate_hz is None else {"rate_hz": rate_hz})
        acquisition.say(m.TrackerOpened(info=info, rates_hz=[], wants_scene=False, calibrates=False))
        self.link = Link(acquisition)
        self.link.poll()
        self.live = LiveAnalysis(ViewingGeometry(screen_of(FACTS), 650.0), Eye.AVERAGE)
        self.monitor = HealthMonitor()
        for part in np.split(rows, range(10, len(rows), 10)):
            if len(part):
                self.monitor.push(self.live.push(part, VIEWPORT.empty(0), TRIAL.empty(0)), 0)
        self.end_ns = int(rows["t_host_ns"][-1]) if len(rows) else 0

    def after(self, seconds: float) -> Any:
        return self.monitor.health(self.link, self.live, self.end_ns + round(seconds * SECOND))


def test_a_steady_stream_has_its_rate_distance_and_eyes(gaze: Any) -> None:
    health = Fed(gaze.gaze).after(0.01)
    assert health.rate_hz == pytest.approx(600.0, rel=0.01)
    assert health.nominal_rate_hz == 600.0
    assert health.distance_mm == pytest.approx(650.0, rel=0.1)
    assert (health.left_ok, health.right_ok, health.pupil_unit) == (True, True, "mm")
    assert health.loss_share < 0.3
    assert health.stalled_s == 0.0
    assert 0.0 <= health.latency_ms < 50.0
    assert health.left_box is not None
    assert health.right_box is not None
    assert health.left_box[0] < health.right_box[0]


def test_a_stream_that_stops_is_stalled_and_its_eyes_are_drawn_no_more(gaze: Any) -> None:
    fed = Fed(gaze.gaze)
    assert fed.after(3.0).stalled_s == pytest.approx(3.0, abs=0.1)
    assert fed.monitor.eye_points(fed.end_ns + SECOND) == (None, None)


def test_a_tracker_that_never_sends_is_stalled_from_the_first_look_on() -> None:
    fed = Fed(np.zeros(0, VIEWPORT.dtype))
    assert fed.after(0.0).stalled_s == 0.0
    assert fed.after(4.0).stalled_s == 4.0


def test_a_lost_eye_is_seen_within_a_second(gaze: Any) -> None:
    rows = gaze.gaze.copy()
    rows["left_valid"][-600:] = 0
    health = Fed(rows).after(0.01)
    assert (health.left_ok, health.right_ok) == (False, True)


def test_the_eyes_newest_gaze_is_that_of_the_last_row(gaze: Any) -> None:
    rows = gaze.gaze[:600].copy()
    rows["left_valid"][-1], rows["right_valid"][-1] = 0, 1
    rows["right_x_norm"][-1] = 0.25
    fed = Fed(rows)
    left, right = fed.monitor.eye_points(fed.end_ns)
    assert left is None
    assert right is not None
    assert right.x_norm == 0.25


def test_numbers_rest_between_refreshes(gaze: Any) -> None:
    fed = Fed(gaze.gaze)
    assert fed.after(0.01) is fed.after(0.15)
    assert fed.after(0.01) is not fed.after(0.3)


def test_a_sample_stands_for_the_interval_of_the_setting_else_for_the_measured_one(gaze: Any) -> None:
    known = Fed(gaze.gaze)
    assert known.monitor.interval_s(known.link.tracker) == pytest.approx(1 / 600)
    unknown = Fed(gaze.gaze, rate_hz=None)
    assert unknown.monitor.interval_s(unknown.link.tracker) == 0.0
    unknown.after(0.01)
    assert unknown.monitor.interval_s(unknown.link.tracker) == pytest.approx(1 / 600, rel=0.02)
