"""A recording played as a live tracker gives the live events of the original session."""

from __future__ import annotations

import numpy as np
import pytest

from capture_app.session.live import LiveAnalysis
from drivers.contract import NoticeKind
from drivers.playback import PlaybackTracker
from gaze_core.clocks import ManualClock
from gaze_core.eyes import Eye
from gaze_core.geometry import Screen, ViewingGeometry
from gaze_core.rows import GAZE_EVENT, TRIAL, VIEWPORT, EventFlag, EventKind, Rows, join_rows
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording

GEOMETRY = ViewingGeometry(Screen(width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0), 650.0)
BEGUN_NS = 77_000_000_123_456


@pytest.mark.parametrize("speed", [1.0, 4.0])
def test_playback_gives_the_live_events_of_the_original_session(written, speed):
    with Recording.open(written.path) as recording:
        original, stream = recording.rows(DatasetKey.FIXATIONS), recording.stream()
    found = played(stream, speed)
    # The file holds both parts of a fixation that a change of zoom split; and the screen is not played, so
    # that only flags which speak of it may differ.
    whole = original[original["part"] == 0]
    of_screen = EventFlag.VIEWPORT_CHANGED | EventFlag.VIEWPORT_SPLIT | EventFlag.BEFORE_IMAGE
    whole["flags"] &= ~np.uint32(of_screen)
    assert len(found) == len(whole) > 40
    assert set(found["kind"]) >= {EventKind.FIXATION, EventKind.SACCADE}
    for name in GAZE_EVENT.dtype.names:
        is_float = whole[name].dtype.kind == "f"
        assert np.array_equal(found[name], whole[name], equal_nan=is_float), name


def played(stream, speed: float) -> Rows:
    clock = ManualClock(BEGUN_NS)
    tracker = PlaybackTracker(
        stream, speed=speed, clock=clock, wait=lambda seconds: clock.advance_ns(round(seconds * 1e9))
    )
    tracker.open()
    tracker.start()
    live = LiveAnalysis(GEOMETRY, Eye.AVERAGE)
    live.begin_run(0, clock.now_ns())
    nothing = (VIEWPORT.empty(0), TRIAL.empty(0))
    parts = []
    while True:
        batch = tracker.read(0.016)
        live.push_sync(batch.clock_sync)
        parts.append(live.push(batch.gaze, *nothing).fixations)
        if any(notice.kind is NoticeKind.FINISHED for notice in batch.notices):
            break
    parts.append(live.flush(*nothing).fixations)
    return join_rows(parts)
